//! A text and the reading position in it: bytes, lines, UTF-16 columns.

use crate::fault::{Fault, Kind};
use crate::position::Position;
use crate::split::Part;

/// The text of a file up to the end of a document.
pub struct Source<'a> {
    pub text: &'a str,
    /// The next byte to read.
    pub pos: usize,
    /// The number of the current line, from 1.
    pub line: usize,
    /// Where the current line starts.
    pub line_start: usize,
    /// Bytes of the file before the text.
    before: usize,
    is_ascii: bool,
    /// An offset on the current line and the UTF-16 units before it, so that no line is measured twice.
    measured: (usize, usize),
}

/// The white space at the start of a line.
#[derive(Clone, Copy)]
pub struct Indentation {
    /// Spaces before the first tab.
    pub spaces: usize,
    /// The offset of the first tab.
    pub tab: Option<usize>,
}

impl<'a> Source<'a> {
    pub fn new(part: &Part<'a>) -> Self {
        let Part { text, start, line_start, line, before, is_ascii } = *part;
        Self { text, pos: start, line, line_start, before, is_ascii, measured: (line_start, 0) }
    }

    /// The byte `ahead` of the next one; 0 behind the end, because no text contains it.
    #[inline]
    pub fn peek_at(&self, ahead: usize) -> u8 {
        self.at(self.pos + ahead)
    }

    #[inline]
    pub fn peek(&self) -> u8 {
        self.at(self.pos)
    }

    #[inline]
    pub fn at(&self, offset: usize) -> u8 {
        self.text.as_bytes().get(offset).copied().unwrap_or(0)
    }

    pub fn is_at_end(&self) -> bool {
        self.pos >= self.text.len()
    }

    /// The text between two offsets; empty where they are not character boundaries.
    #[inline]
    pub fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or("")
    }

    /// Whether the next byte is this indicator, such as `-`, with white space behind it.
    #[inline]
    pub fn is_at_indicator(&self, byte: u8) -> bool {
        self.peek() == byte && is_blank(self.peek_at(1))
    }

    /// The indentation of the next byte; `None` where more than white space precedes it on its line.
    pub fn indentation(&self) -> Option<Indentation> {
        let before = self.text.as_bytes().get(self.line_start..self.pos)?;
        let spaces = before.iter().take_while(|byte| **byte == b' ').count();
        let rest = before.get(spaces..)?;
        let tab = (!rest.is_empty()).then_some(self.line_start + spaces);
        rest.iter().all(|byte| matches!(byte, b' ' | b'\t')).then_some(Indentation { spaces, tab })
    }

    #[inline]
    pub fn skip_blanks(&mut self) {
        while matches!(self.peek(), b' ' | b'\t') {
            self.pos += 1;
        }
    }

    /// The end of the line of an offset.
    pub fn line_end(&self, offset: usize) -> usize {
        let rest = self.text.as_bytes().get(offset..).unwrap_or(&[]);
        offset + rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len())
    }

    /// The start of the line behind the line end at an offset. A lone CR ends a line too (YAML 1.2.2, §5.4).
    #[inline]
    pub fn behind_break(&self, offset: usize) -> usize {
        match (self.at(offset), self.at(offset + 1)) {
            (b'\r', b'\n') => offset + 2,
            (b'\n' | b'\r', _) => offset + 1,
            _ => offset,
        }
    }

    /// Goes from the end of a line to the start of the next one.
    #[inline]
    pub fn break_line(&mut self) {
        let next = self.behind_break(self.pos);
        if next > self.pos {
            self.pos = next;
            self.line += 1;
            self.line_start = next;
            self.measured = (next, 0);
        }
    }

    /// Goes past white space and comments.
    #[inline]
    pub fn skip_to_content(&mut self) {
        loop {
            match self.peek() {
                b' ' | b'\t' => self.pos += 1,
                b'\n' | b'\r' => self.break_line(),
                b'#' if self.pos == self.line_start || is_blank(self.at(self.pos - 1)) => {
                    self.pos = self.line_end(self.pos);
                }
                _ => break,
            }
        }
    }

    pub fn here(&mut self) -> Position {
        self.position(self.pos)
    }

    /// The position of an offset on an earlier line.
    pub fn position_above(&self, (line_start, line): (usize, usize), offset: usize) -> Position {
        let column = self.slice(line_start, offset).encode_utf16().count() + 1;
        Position { offset: offset + self.before, line, column }
    }

    /// The position of an offset on the current line.
    pub fn position(&mut self, offset: usize) -> Position {
        let units = if self.is_ascii {
            offset.saturating_sub(self.line_start)
        } else {
            let (from, units) = if self.measured.0 <= offset { self.measured } else { (self.line_start, 0) };
            let units = units + self.slice(from, offset).encode_utf16().count();
            self.measured = (offset, units);
            units
        };
        Position { offset: offset + self.before, line: self.line, column: units + 1 }
    }

    /// A fault at the next byte.
    pub fn fault(&mut self, kind: Kind) -> Fault {
        Fault::new(self.here(), kind)
    }

    /// A fault at an offset on the current line.
    pub fn fault_at(&mut self, offset: usize, kind: Kind) -> Fault {
        Fault::new(self.position(offset), kind)
    }

    /// The fault of text that cannot continue the document.
    pub fn unexpected(&mut self) -> Fault {
        let kind = match self.indentation() {
            Some(indentation) if indentation.tab.is_some() => Kind::Tab,
            Some(_) if is_closer(self.peek()) => Kind::WrongCloser(char::from(self.peek()), None),
            Some(_) => Kind::Indentation,
            None if is_closer(self.peek()) => Kind::WrongCloser(char::from(self.peek()), None),
            None if self.is_at_indicator(b':') => Kind::NestedMapping,
            None => Kind::AfterValue,
        };
        self.fault(kind)
    }
}

/// Whether a byte is white space or a line end, or behind the text's end.
#[inline]
pub fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0)
}

/// Whether a byte ends a plain scalar inside brackets.
#[inline]
pub fn is_flow_indicator(byte: u8) -> bool {
    matches!(byte, b',' | b'[' | b']' | b'{' | b'}')
}

fn is_closer(byte: u8) -> bool {
    matches!(byte, b']' | b'}')
}

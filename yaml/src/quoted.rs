//! Quoted scalars.

use crate::fault::{Fault, Kind};
use crate::parser::{Parser, Read, Scalar};
use crate::{Position, Span, Style};
use std::borrow::Cow;

impl<'a> Parser<'a> {
    /// Reads a quoted scalar, at its quote. Further lines must be indented more than `parent`.
    pub fn quoted(&mut self, parent: isize) -> Read<Scalar<'a>> {
        let start = self.source.here();
        let quote = self.source.peek();
        let is_double = quote == b'"';
        self.source.pos += 1;
        let mut text = Cow::Borrowed("");
        // The start of the piece that is not in `text` yet.
        let mut from = self.source.pos;
        let mut high = None;
        loop {
            let at = self.source.pos;
            match self.source.peek() {
                0 => return Err(Fault::new(start, Kind::Unclosed(char::from(quote)))),
                byte if byte == quote => {
                    append(&mut text, self.source.slice(from, at));
                    self.source.pos += 1;
                    if is_double || self.source.peek() != quote {
                        break;
                    }
                    // Two single quotes stand for one.
                    from = self.source.pos;
                    self.source.pos += 1;
                }
                b'\\' if is_double => {
                    append(&mut text, self.source.slice(from, at));
                    if matches!(self.source.peek_at(1), b'\n' | b'\r') {
                        self.source.pos += 1;
                        let breaks = self.next_line(start, quote, parent)?;
                        fold(&mut text, breaks - 1);
                    } else {
                        let (unit, length) = self.escape()?;
                        push_unit(text.to_mut(), unit, &mut high, from == at);
                        self.source.pos += length;
                    }
                    from = self.source.pos;
                }
                b'\n' | b'\r' => {
                    append(&mut text, self.source.slice(from, at).trim_end_matches([' ', '\t']));
                    let breaks = self.next_line(start, quote, parent)?;
                    fold(&mut text, breaks);
                    from = self.source.pos;
                }
                _ => self.source.pos += 1,
            }
        }
        let style = if is_double { Style::DoubleQuoted } else { Style::SingleQuoted };
        Ok(Scalar { text, style, span: Span { start, end: self.source.here() } })
    }

    /// Goes from a line end to the next text. Returns the number of line ends between.
    fn next_line(&mut self, start: Position, quote: u8, parent: isize) -> Read<usize> {
        let mut breaks = 0;
        while matches!(self.source.peek(), b'\n' | b'\r') {
            self.source.break_line();
            breaks += 1;
            self.source.skip_blanks();
        }
        let spaces = self.source.indentation().map_or(0, |found| found.spaces);
        if spaces as isize <= parent || self.source.is_at_end() {
            return Err(Fault::new(start, Kind::Unclosed(char::from(quote))));
        }
        Ok(breaks)
    }

    /// The UTF-16 unit or character that an escape stands for, and the escape's length.
    fn escape(&mut self) -> Read<(u32, usize)> {
        let simple = |c: char| Ok((u32::from(c), 2));
        let digits = match self.source.peek_at(1) {
            b'0' => return simple('\0'),
            b'a' => return simple('\u{7}'),
            b'b' => return simple('\u{8}'),
            b't' | b'\t' => return simple('\t'),
            b'n' => return simple('\n'),
            b'v' => return simple('\u{b}'),
            b'f' => return simple('\u{c}'),
            b'r' => return simple('\r'),
            b'e' => return simple('\u{1b}'),
            byte @ (b' ' | b'"' | b'/' | b'\\') => return simple(char::from(byte)),
            b'N' => return simple('\u{85}'),
            b'_' => return simple('\u{a0}'),
            b'L' => return simple('\u{2028}'),
            b'P' => return simple('\u{2029}'),
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            _ => 0,
        };
        let at = self.source.pos;
        let hex = self.source.slice(at + 2, at + 2 + digits);
        let is_hex = hex.len() == digits && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        match u32::from_str_radix(hex, 16).ok().filter(|code| is_hex && *code <= 0x0010_ffff) {
            Some(code) => Ok((code, 2 + digits)),
            None => {
                let written: String = self.source.text.get(at..).unwrap_or("").chars().take(2 + digits).collect();
                Err(self.fault(Kind::BadEscape(written.lines().next().unwrap_or("\\").to_owned())))
            }
        }
    }
}

/// Folds line ends: one becomes a space, of more the first is dropped.
fn fold(text: &mut Cow<'_, str>, breaks: usize) {
    match breaks {
        0 => {}
        1 => text.to_mut().push(' '),
        _ => (1..breaks).for_each(|_| text.to_mut().push('\n')),
    }
}

/// Appends a piece of the source. A text of one piece, the usual case, is not copied.
fn append<'a>(text: &mut Cow<'a, str>, piece: &'a str) {
    if text.is_empty() && matches!(text, Cow::Borrowed(_)) {
        *text = Cow::Borrowed(piece);
    } else if !piece.is_empty() {
        text.to_mut().push_str(piece);
    }
}

/// Appends an escaped unit. JSON writes a character beyond U+FFFF as two surrogates; a single one becomes U+FFFD.
fn push_unit(text: &mut String, unit: u32, high: &mut Option<u32>, is_adjacent: bool) {
    if let Some(first) = high.take().filter(|_| is_adjacent)
        && (0xdc00..0xe000).contains(&unit)
    {
        text.pop();
        let code = 0x10000 + ((first - 0xd800) << 10) + (unit - 0xdc00);
        text.push(char::from_u32(code).unwrap_or('\u{fffd}'));
        return;
    }
    if (0xd800..0xdc00).contains(&unit) {
        *high = Some(unit);
    }
    text.push(char::from_u32(unit).unwrap_or('\u{fffd}'));
}

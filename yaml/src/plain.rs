//! Plain scalars: texts without quotes.

use crate::fault::Kind;
use crate::parser::{Parser, Read, Scalar};
use crate::source::{is_blank, is_flow_indicator};
use crate::{Span, Style};
use std::borrow::Cow;

impl<'a> Parser<'a> {
    /// Reads a plain scalar with its further lines, which are indented more than `parent`.
    pub fn plain(&mut self, parent: isize, in_flow: bool) -> Read<Scalar<'a>> {
        self.check_plain_start(in_flow)?;
        let begin = self.source.pos;
        let start = self.source.here();
        let mut end = self.plain_line(in_flow);
        let mut text = Cow::Borrowed(self.source.slice(begin, end));
        self.source.pos = end;
        while let Some((next, breaks)) = self.plain_continues(parent, in_flow) {
            let text = text.to_mut();
            if breaks == 1 {
                text.push(' ');
            } else {
                (1..breaks).for_each(|_| text.push('\n'));
            }
            self.source.skip_blanks();
            while self.source.pos < next {
                self.source.break_line();
                self.source.skip_blanks();
            }
            end = self.plain_line(in_flow);
            text.push_str(self.source.slice(next, end));
            self.source.pos = end;
        }
        Ok(Scalar { text, style: Style::Plain, span: Span { start, end: self.source.position(end) } })
    }

    /// Reads a plain scalar on one line: a key.
    pub fn plain_key(&mut self) -> Read<Scalar<'a>> {
        self.check_plain_start(false)?;
        let start = self.source.here();
        let end = self.plain_line(false);
        let text = Cow::Borrowed(self.source.slice(self.source.pos, end));
        self.source.pos = end;
        Ok(Scalar { text, style: Style::Plain, span: Span { start, end: self.source.here() } })
    }

    fn check_plain_start(&mut self, in_flow: bool) -> Read<()> {
        let next = self.source.peek_at(1);
        let is_alone = is_blank(next) || (in_flow && is_flow_indicator(next));
        match self.source.peek() {
            byte @ (b']' | b'}') => Err(self.fault(Kind::WrongCloser(char::from(byte), None))),
            byte @ (b',' | b'@' | b'`' | b'%' | b'|' | b'>' | b'#') => {
                Err(self.fault(Kind::BadStart(char::from(byte))))
            }
            b'-' if is_alone => Err(self.fault(Kind::NoListItem)),
            byte @ (b'?' | b':') if is_alone => Err(self.fault(Kind::BadStart(char::from(byte)))),
            _ => Ok(()),
        }
    }

    /// The end of the scalar on this line.
    #[inline]
    fn plain_line(&self, in_flow: bool) -> usize {
        let bytes = self.source.text.as_bytes();
        let mut end = self.source.pos;
        let mut at = end;
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'\n' | b'\r' => break,
                b' ' | b'\t' => {}
                b':' => {
                    let next = self.source.at(at + 1);
                    if is_blank(next) || (in_flow && is_flow_indicator(next)) {
                        break;
                    }
                    end = at + 1;
                }
                b'#' if at > end => break,
                b',' | b'[' | b']' | b'{' | b'}' if in_flow => break,
                _ => end = at + 1,
            }
            at += 1;
        }
        end
    }

    /// Where the scalar continues on a later line, and the number of line ends between.
    fn plain_continues(&self, parent: isize, in_flow: bool) -> Option<(usize, usize)> {
        let source = &self.source;
        let mut at = source.pos;
        let mut breaks = 0;
        let mut line = at;
        loop {
            match source.at(at) {
                b' ' | b'\t' => at += 1,
                b'\n' | b'\r' => {
                    at = source.behind_break(at);
                    line = at;
                    breaks += 1;
                }
                _ => break,
            }
        }
        if breaks == 0
            || at >= source.text.len()
            || source.at(at) == b'#'
            || (in_flow && is_flow_indicator(source.at(at)))
        {
            return None;
        }
        let next = source.at(at + 1);
        if source.at(at) == b':' && (is_blank(next) || (in_flow && is_flow_indicator(next))) {
            return None;
        }
        let spaces = source.slice(line, at).bytes().take_while(|byte| *byte == b' ').count();
        (spaces as isize > parent).then_some((at, breaks))
    }
}

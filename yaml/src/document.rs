//! The documents of a file. Each is read alone, so an error in one hides no problem of the others.

use crate::parser::parse;
use crate::{Node, Position, Problem, ProblemKind, Span};

/// Maximum size of a file, in bytes.
pub const MOST_BYTES: usize = 1 << 20;

/// A document, and the problems that did not prevent reading it.
#[derive(Clone, Debug)]
pub struct Document {
    pub root: Node,
    pub problems: Vec<Problem>,
}

/// Reads the documents of a file in their order, empty ones too.
pub fn read(bytes: &[u8]) -> Vec<Result<Document, Problem>> {
    let text = match decode(bytes) {
        Ok(text) => text,
        Err(problem) => return vec![Err(problem)],
    };
    let bare = text.strip_prefix('\u{feff}').unwrap_or(text);
    let before = text.len() - bare.len();
    let parts = Parts { text: bare, start: 0, line_start: 0, line: 1, before, is_ascii: bare.is_ascii() };
    parts.map(|part| parse(&part)).collect()
}

/// Returns the text that the bytes encode.
fn decode(bytes: &[u8]) -> Result<&str, Problem> {
    let problem = |kind, message: &'static str, help: &'static str, span| Problem {
        kind,
        message: message.into(),
        help: help.into(),
        span,
        related: None,
    };
    if bytes.len() > MOST_BYTES {
        let message = format!("the file is larger than {MOST_BYTES} bytes");
        let too_large = problem(ProblemKind::TooLarge, "", "split the file: entities may be spread over many", None);
        return Err(Problem { message: message.into(), ..too_large });
    }
    let is_utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    if bytes.contains(&0) && !is_utf16 {
        let nul = bytes.iter().position(|byte| *byte == 0).unwrap_or(0);
        let message = "the file is not a text: it contains a NUL byte";
        return Err(problem(ProblemKind::Binary, message, "provide a YAML or JSON file", place(bytes, nul)));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let message = match is_utf16 {
            true => "the file is encoded in UTF-16",
            false => "the file is not UTF-8: no character begins with this byte",
        };
        problem(ProblemKind::NotUtf8, message, "save the file as UTF-8", place(bytes, error.valid_up_to()))
    })
}

/// The position of the byte that ends the readable part of a file.
fn place(bytes: &[u8], offset: usize) -> Option<Span> {
    let readable = String::from_utf8_lossy(bytes.get(..offset)?);
    let bare = readable.strip_prefix('\u{feff}').unwrap_or(&readable);
    let lines = bare.replace("\r\n", "\n").replace('\r', "\n");
    let last = lines.rsplit('\n').next()?;
    let line = lines.matches('\n').count() + 1;
    Some(Position { offset, line, column: last.encode_utf16().count() + 1 }.into())
}

/// The range of one document in the text of a file.
#[derive(Clone, Copy)]
pub struct Part<'a> {
    /// The text of the file up to the document's end.
    pub text: &'a str,
    pub start: usize,
    /// Where the line of `start` begins. A document that begins later on its line follows a `...`.
    pub line_start: usize,
    /// The number of that line, from 1.
    pub line: usize,
    /// Bytes of the file before the text.
    pub before: usize,
    /// Whether every character is one byte.
    pub is_ascii: bool,
}

/// Splits a text into documents. A line `---` or `...` separates them even inside quotes.
///
/// Source: YAML 1.2.2, §9.1.2 and the rule `c-forbidden`.
struct Parts<'a> {
    text: &'a str,
    start: usize,
    line_start: usize,
    line: usize,
    before: usize,
    is_ascii: bool,
}

impl<'a> Iterator for Parts<'a> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Part<'a>> {
        let bytes = self.text.as_bytes();
        if self.start >= bytes.len() {
            return None;
        }
        let Self { text, start, line_start, line, before, is_ascii } = *self;
        let part = |end| Some(Part { text: text.get(..end).unwrap_or(""), start, line_start, line, before, is_ascii });
        let mut at = start;
        // Directives and comments belong to the document behind them.
        let mut is_begun = false;
        loop {
            let rest = bytes.get(at..).unwrap_or(&[]);
            let is_marker = |marker: &[u8]| {
                rest.starts_with(marker) && matches!(rest.get(3), None | Some(b' ' | b'\t' | b'\n' | b'\r'))
            };
            if is_marker(b"---") {
                if is_begun {
                    (self.start, self.line_start) = (at, at);
                    return part(at);
                }
                is_begun = true;
            } else if is_marker(b"...") {
                // The rest of the line is read with the next document, which accepts nothing but a comment there.
                (self.start, self.line_start) = (at + 3, at);
                return part(at);
            } else if !is_begun {
                let first = rest.iter().find(|byte| !matches!(byte, b' ' | b'\t'));
                is_begun = !matches!(first, None | Some(b'#' | b'\n' | b'\r')) && rest.first() != Some(&b'%');
            }
            let Some(end) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
                self.start = bytes.len();
                return part(bytes.len());
            };
            let is_crlf = rest.get(end) == Some(&b'\r') && rest.get(end + 1) == Some(&b'\n');
            at += end + if is_crlf { 2 } else { 1 };
            self.line += 1;
            if at >= bytes.len() {
                self.start = bytes.len();
                return part(bytes.len());
            }
        }
    }
}

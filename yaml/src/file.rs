//! A file: its text, and the documents in it. Each is read alone, so an error in one hides no problem of the others.

use crate::document::Document;
use crate::position::{Position, Span};
use crate::problem::{Problem, ProblemKind};
use crate::split::Parts;

/// Maximum size of a file, in bytes.
pub const MOST_BYTES: usize = 1 << 20;

/// Reads the documents of a file in their order, empty ones too.
pub fn read(bytes: &[u8]) -> Vec<Result<Document, Problem>> {
    let text = match decode(bytes) {
        Ok(text) => text,
        Err(problem) => return vec![Err(problem)],
    };
    Parts::of(text).map(|part| Document::read(&part)).collect()
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

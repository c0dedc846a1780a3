//! From a parser's characters to what people and editors count: bytes, lines, UTF-16 columns.

use crate::diagnostic::{Position, Span};
use saphyr_parser::Marker;

/// The lines of a text.
pub struct Lines<'a> {
    text: &'a str,
    /// Where each line starts, in bytes.
    starts: Vec<usize>,
    /// Bytes that stand before the text in its file (a byte order mark).
    skipped: usize,
}

impl<'a> Lines<'a> {
    pub fn new(text: &'a str, skipped: usize) -> Self {
        let mut starts = vec![0];
        let bytes = text.as_bytes();
        for (i, byte) in bytes.iter().enumerate() {
            // A lone CR ends a line too, as YAML has it.
            if *byte == b'\n' || (*byte == b'\r' && bytes.get(i + 1) != Some(&b'\n')) {
                starts.push(i + 1);
            }
        }
        Self { text, starts, skipped }
    }

    /// The parser counts characters: 1-based lines, 0-based columns.
    pub fn position(&self, marker: &Marker) -> Position {
        let line = marker.line().clamp(1, self.starts.len());
        let start = self.starts.get(line - 1).copied().unwrap_or(0);
        let rest = self.text.get(start..).unwrap_or("");
        let (mut offset, mut units) = (start, 0);
        for character in rest.chars().take(marker.col()) {
            offset += character.len_utf8();
            units += character.len_utf16();
        }
        Position { offset: offset + self.skipped, line, column: units + 1 }
    }

    pub fn span(&self, span: &saphyr_parser::Span) -> Span {
        Span { start: self.position(&span.start), end: self.position(&span.end) }
    }
}

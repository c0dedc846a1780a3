//! Positions in a text, as editors and programs count them.

use serde::Serialize;

/// A position in a text: byte offset from 0; line and UTF-16 column from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Position {
    pub offset: usize,
    pub line: usize,
    pub column: usize,
}

/// A range of a text, from its first byte to just behind its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Span {
    pub start: Position,
    pub end: Position,
}

impl From<Position> for Span {
    fn from(at: Position) -> Self {
        Self { start: at, end: at }
    }
}

//! Problems of a text, as data.

use crate::position::Span;
use std::borrow::Cow;

/// A problem: its kind, its position, what is wrong, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub kind: ProblemKind,
    /// Lower case, no full stop, names in backticks.
    pub message: Cow<'static, str>,
    pub help: Cow<'static, str>,
    /// `None` for a file that is too large to be read.
    pub span: Option<Span>,
    pub related: Option<Box<Related>>,
}

/// Another position that explains a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    pub message: String,
    pub span: Option<Span>,
}

/// The kinds of problems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    Syntax,
    Tab,
    TooLarge,
    TooDeep,
    TooRepetitive,
    NotUtf8,
    /// A NUL byte.
    Binary,
    DuplicateKey,
    /// A tag without a meaning for its value. The value is read as if the tag were missing.
    UnknownTag,
    /// A tag whose prefix no directive declares. The document cannot be read.
    UndeclaredTag,
    /// `<<`, which Backstage reads as a key like any other.
    MergeKey,
}

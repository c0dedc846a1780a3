//! Reads YAML, and so JSON, into a tree whose every key and value knows its position in the text.
//!
//! Where YAML 1.2.2 leaves a choice, the reader decides as the npm package `yaml` does, with which Backstage reads entities.
#![cfg_attr(not(test), deny(clippy::indexing_slicing, clippy::string_slice))]
#![forbid(unsafe_code)]

mod anchor;
mod block;
mod document;
mod fault;
mod file;
mod flow;
mod key;
mod literal;
mod node;
mod parser;
mod plain;
mod position;
mod problem;
mod quote;
mod quoted;
mod scalar;
mod source;
mod split;
mod tag;
#[cfg(test)]
mod tests;

pub use document::Document;
pub use file::{MOST_BYTES, read};
pub use node::{Content, Node, Style};
pub use position::{Position, Span};
pub use problem::{Problem, ProblemKind, Related};

//! Checks of whole files.

pub use crate::check::{Checker, FileReport, Origin, Summary, is_backstage, mentions_annotation};

use super::request::{Field, malformed, request};
use crate::check::{ConfigFile, FailOn, Options};
use crate::diagnostic::Diagnostic;
use crate::entity::{self, Node};
use crate::render::Format;
use serde_json::Value;

/// Maximum size of a file, in bytes. One byte more is enough to report a larger one.
pub const MAX_BYTES: usize = entity::MOST_BYTES;

request! {
    /// Options of a check.
    pub struct CheckOptions {
        /// Format of the output; absent: `text`.
        format: Option<Format>,
        /// Colours the text.
        color: Option<bool>,
        /// Whether formats for people end with a line of totals; absent: yes.
        summary: Option<bool>,
        /// Least severity that fails the check; absent: `error`.
        fail_on: Option<FailOn>,
        /// Applies every fix.
        fix: Option<bool>,
        /// Levels of rules; they override the configuration's.
        #[ts(as = "Option<super::source::RuleSettings>", optional)]
        rules: Option<Node>,
    }
}

/// Starts a check. `config` is the name and text of an `app-config.yaml`.
pub fn checker(options: CheckOptions, config: Option<(String, Vec<u8>)>) -> Checker {
    let default = Options::default();
    Checker::new(&Options {
        format: options.format.unwrap_or(default.format),
        color: options.color.unwrap_or(default.color),
        summary: options.summary.unwrap_or(default.summary),
        fail_on: options.fail_on.unwrap_or(default.fail_on),
        fix: options.fix.unwrap_or(default.fix),
        rules: options.rules,
        config: config.map(|(file, bytes)| ConfigFile { file, bytes }),
    })
}

/// Returns the number of documents in a file. Parses only, which no check can avoid.
pub fn documents(bytes: &[u8]) -> usize {
    backstage_yaml::read(bytes).len()
}

impl Field for Option<Format> {
    fn read(value: Value, name: &str) -> Result<Self, Diagnostic> {
        choice(value, name, &Format::ALL)
    }
}

impl Field for Option<FailOn> {
    fn read(value: Value, name: &str) -> Result<Self, Diagnostic> {
        choice(value, name, &FailOn::ALL)
    }
}

fn choice<T: Copy>(value: Value, name: &str, all: &[(&str, T)]) -> Result<Option<T>, Diagnostic> {
    let Some(text) = Option::<String>::read(value, name)? else { return Ok(None) };
    match all.iter().find(|(known, _)| *known == text) {
        Some((_, chosen)) => Ok(Some(*chosen)),
        None => {
            let known: Vec<_> = all.iter().map(|(known, _)| *known).collect();
            Err(malformed(format!("`{name}` is `{text}`; expected one of {}", known.join(", "))))
        }
    }
}

//! The options of a check.

use crate::entity::Node;
use crate::render::Format;

/// The lowest severity that fails a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ts_rs::TS)]
#[ts(rename_all = "lowercase")]
pub enum FailOn {
    Error,
    Warning,
    Never,
}

impl FailOn {
    pub const ALL: [(&'static str, Self); 3] =
        [("error", Self::Error), ("warning", Self::Warning), ("never", Self::Never)];

    /// Returns the severity of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, fail_on)| *fail_on)
    }
}

/// A configuration file, usually `app-config.yaml`.
#[derive(Clone, Debug)]
pub struct ConfigFile {
    pub file: String,
    pub bytes: Vec<u8>,
}

/// The options of a check.
#[derive(Clone, Debug)]
pub struct Options {
    pub format: Format,
    /// Whether the text has colours.
    pub color: bool,
    /// Whether formats for people end with a line of totals.
    pub summary: bool,
    pub fail_on: FailOn,
    /// Whether fixes are applied.
    pub fix: bool,
    /// Levels by the codes of rules. They precede those of `config`.
    pub rules: Option<Node>,
    /// The file whose `vertexAi.rules` set levels.
    pub config: Option<ConfigFile>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            format: Format::Text,
            color: false,
            summary: true,
            fail_on: FailOn::Error,
            fix: false,
            rules: None,
            config: None,
        }
    }
}

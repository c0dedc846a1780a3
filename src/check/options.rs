//! What a check is to do.

use crate::entity::Node;
use crate::render::Format;

/// What makes a check fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    Error,
    Warning,
    Never,
}

impl FailOn {
    pub const ALL: [(&'static str, Self); 3] =
        [("error", Self::Error), ("warning", Self::Warning), ("never", Self::Never)];

    /// As it is written.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, fail_on)| *fail_on)
    }
}

/// An `app-config.yaml`.
#[derive(Clone, Debug)]
pub struct ConfigFile {
    pub file: String,
    pub bytes: Vec<u8>,
}

#[derive(Clone, Debug)]
pub struct Options {
    pub format: Format,
    /// Colours the text.
    pub color: bool,
    /// Whether formats for people end with a line that counts.
    pub summary: bool,
    pub fail_on: FailOn,
    /// Applies every fix.
    pub fix: bool,
    /// Levels by the rules' codes; they count more than the file's.
    pub rules: Option<Node>,
    /// Its `vertexAi.rules` count.
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

//! Colours of the text format, as ANSI escape sequences.

use crate::diagnostic::Severity;

/// The role of a part of the text, which decides its colour.
#[derive(Clone, Copy)]
pub enum Paint {
    Severity(Severity),
    Strong,
    /// Line numbers, arrows and secondary marks.
    Frame,
}

/// Whether the output has colours.
#[derive(Clone, Copy)]
pub struct Style {
    pub color: bool,
}

impl Style {
    /// Appends a text that is already safe to print.
    pub fn paint(self, out: &mut String, paint: Paint, text: &str) {
        let code = match paint {
            Paint::Severity(Severity::Error) => "\u{1b}[1;31m",
            Paint::Severity(Severity::Warning) => "\u{1b}[1;33m",
            Paint::Severity(Severity::Info) => "\u{1b}[1;36m",
            Paint::Strong => "\u{1b}[1m",
            Paint::Frame => "\u{1b}[1;34m",
        };
        let color = self.color && !text.trim().is_empty();
        out.push_str(if color { code } else { "" });
        out.push_str(text);
        out.push_str(if color { "\u{1b}[0m" } else { "" });
    }
}

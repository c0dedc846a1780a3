//! Misuse and failed I/O, which the exports throw.

use super::iam::grants::RefusedRecord;
use super::mandate::RefusedMandate;
use crate::diagnostic::{Code, Diagnostic};
use crate::words;

/// Misuse or failed I/O: its findings and the matching HTTP status.
#[derive(Debug)]
pub struct CoreError {
    pub message: String,
    pub diagnostics: Vec<Diagnostic>,
    pub status: u16,
}

impl CoreError {
    fn one(finding: Diagnostic, status: u16) -> Self {
        Self { message: finding.message.to_string(), diagnostics: vec![finding], status }
    }

    pub fn forbidden(finding: Diagnostic) -> Self {
        Self::one(finding, 403)
    }

    /// The error of a configuration with these mistakes: a line for each, with its place and help.
    pub fn misconfigured(diagnostics: Vec<Diagnostic>) -> Self {
        let line = |finding: &Diagnostic| {
            let path = finding.place.as_ref().and_then(|place| place.path.as_deref()).unwrap_or("vertexAi");
            let help = finding.help.as_ref().map_or_else(String::new, |help| format!(" — {help}"));
            format!("{path}: {}{help}", finding.message)
        };
        let lines = words::list(diagnostics.iter().map(line), "\n");
        let message = format!("the configuration of Vertex AI is invalid:\n{lines}");
        Self { message, diagnostics, status: 500 }
    }
}

impl From<Diagnostic> for CoreError {
    fn from(finding: Diagnostic) -> Self {
        let status = if finding.code == Code::CoreInternal { 500 } else { 400 };
        Self::one(finding, status)
    }
}

impl From<Box<RefusedMandate>> for CoreError {
    fn from(refused: Box<RefusedMandate>) -> Self {
        Self::one(refused.diagnostic, refused.status)
    }
}

impl From<Box<RefusedRecord>> for CoreError {
    fn from(refused: Box<RefusedRecord>) -> Self {
        Self::one(refused.diagnostic, refused.status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Where;

    #[test]
    fn the_message_about_a_configuration_names_places_and_help() {
        let place = Where { path: Some("vertexAi.catalog".into()), ..Where::default() };
        let findings = vec![
            Diagnostic::new(Code::ConfigInvalid, "no mapping").at(place).help("write one"),
            Diagnostic::new(Code::ConfigInvalid, "missing"),
        ];
        assert_eq!(
            CoreError::misconfigured(findings).message,
            "the configuration of Vertex AI is invalid:\nvertexAi.catalog: no mapping — write one\nvertexAi: missing"
        );
    }
}

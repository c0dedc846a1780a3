//! Misuse and failed I/O, which the exports throw.

use super::iam::grants::RefusedRecord;
use crate::diagnostic::{Code, Diagnostic};

/// Misuse or failed I/O: its findings and the matching HTTP status.
#[derive(Debug)]
pub struct CoreError {
    pub diagnostics: Vec<Diagnostic>,
    pub status: u16,
}

impl CoreError {
    pub fn forbidden(finding: Diagnostic) -> Self {
        Self { diagnostics: vec![finding], status: 403 }
    }

    /// The error of a configuration with these mistakes.
    pub fn misconfigured(diagnostics: Vec<Diagnostic>) -> Self {
        Self { diagnostics, status: 500 }
    }
}

impl From<Diagnostic> for CoreError {
    fn from(finding: Diagnostic) -> Self {
        let status = if finding.code == Code::CoreInternal { 500 } else { 400 };
        Self { diagnostics: vec![finding], status }
    }
}

impl From<Box<RefusedRecord>> for CoreError {
    fn from(refused: Box<RefusedRecord>) -> Self {
        Self { status: refused.status, diagnostics: vec![refused.diagnostic] }
    }
}

//! The totals of a check, and the line that shows them.

use crate::diagnostic::{Diagnostic, Severity};
use serde::Serialize;

/// The totals of a check.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ts_rs::TS)]
#[ts(optional_fields)]
pub struct Totals {
    pub files: usize,
    pub entities: usize,
    pub errors: usize,
    pub warnings: usize,
    /// Number of findings with a fix.
    pub fixable: usize,
    /// Number of fixed files.
    pub mended: usize,
    /// Number of files for Backstage that cannot be read and need not: without an annotation of ours, or templates.
    pub skipped: usize,
}

impl Totals {
    /// Counts findings.
    pub fn count(&mut self, findings: &[Diagnostic]) {
        for finding in findings {
            match finding.severity {
                Severity::Error => self.errors += 1,
                Severity::Warning => self.warnings += 1,
                Severity::Info => {}
            }
            self.fixable += usize::from(finding.fix.is_some());
        }
    }

    /// `2 errors and 1 warning in 3 entities of 2 files, 1 of them with a fix`
    pub fn line(&self) -> String {
        let mut line = match (self.errors, self.warnings) {
            (0, 0) => "no errors or warnings".to_owned(),
            (errors, 0) => counted(errors, "error"),
            (0, warnings) => counted(warnings, "warning"),
            (errors, warnings) => format!("{} and {}", counted(errors, "error"), counted(warnings, "warning")),
        };
        let entities = if self.entities == 1 { "1 entity".into() } else { format!("{} entities", self.entities) };
        line.push_str(&format!(" in {entities} of {}", counted(self.files, "file")));
        if self.fixable > 0 {
            line.push_str(&format!(", {} with a fix", self.fixable));
        }
        if self.mended > 0 {
            line.push_str(&format!(", {} fixed", counted(self.mended, "file")));
        }
        if self.skipped > 0 {
            line.push_str(&format!(", {} skipped", counted(self.skipped, "file")));
        }
        line
    }
}

fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_counts_in_singular_and_plural() {
        let clean = Totals { files: 1, entities: 1, ..Totals::default() };
        assert_eq!(clean.line(), "no errors or warnings in 1 entity of 1 file");
        let all = Totals { files: 2, entities: 3, errors: 2, warnings: 1, fixable: 1, mended: 1, skipped: 2 };
        assert_eq!(
            all.line(),
            "2 errors and 1 warning in 3 entities of 2 files, 1 with a fix, 1 file fixed, 2 files skipped"
        );
    }
}

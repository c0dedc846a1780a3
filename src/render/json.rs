//! The JSON format: one document with each finding on a line of its own, and the totals.

use super::printable::printable_json;
use super::summary::Totals;
use crate::diagnostic::Diagnostic;

#[derive(Default)]
pub struct Document {
    /// Findings as JSON, separated by commas.
    findings: String,
}

impl Document {
    pub fn add(&mut self, finding: &Diagnostic) {
        // Strings and numbers under string keys always serialize.
        let json = serde_json::to_string(finding).unwrap_or_default();
        self.findings.push_str(if self.findings.is_empty() { "\n    " } else { ",\n    " });
        self.findings.push_str(&printable_json(json));
    }

    pub fn finish(self, totals: &Totals) -> String {
        let end = if self.findings.is_empty() { "" } else { "\n  " };
        let Totals { files, entities, errors, warnings, fixable, mended, skipped } = totals;
        format!(
            "{{\n  \"diagnostics\": [{}{end}],\n  \"files\": {files},\n  \"entities\": {entities},\n  \
             \"errors\": {errors},\n  \"warnings\": {warnings},\n  \"fixable\": {fixable},\n  \"mended\": {mended},\n  \"skipped\": {skipped}\n}}\n",
            self.findings
        )
    }
}

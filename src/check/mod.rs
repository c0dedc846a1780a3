//! A check of files, one after the other: the work of the command, without its I/O.
//!
//! Memory does not grow with the number of files. Formats of one document keep the findings until the end.

mod config;
mod examine;
mod fix;
mod options;
mod relevance;
#[cfg(test)]
mod tests;

use crate::diagnostic::{Code, Diagnostic, Where};
use crate::render::{Report, Source, Totals};
use crate::rule::Settings;
use examine::examine;
pub use options::{ConfigFile, FailOn, Options};
pub use relevance::{is_backstage, mentions_annotation};
use serde::Serialize;

/// The reason why a file is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A user named the file. It must contain an entity.
    Named,
    /// The file was found in a folder. It may contain anything.
    Found,
}

/// The findings of one file.
#[derive(Debug, Default, Serialize, ts_rs::TS)]
#[ts(optional_fields)]
pub struct FileReport {
    pub diagnostics: Vec<Diagnostic>,
    /// The part of the output that is complete.
    pub output: String,
    /// The fixed text. The findings are the remaining ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed: Option<String>,
    pub entities: usize,
}

/// The end of a check.
#[derive(Debug, Serialize, ts_rs::TS)]
#[ts(rename = "CheckSummary", optional_fields)]
pub struct Summary {
    /// The findings that belong to no checked file: those of the configuration, and a missing entity.
    pub diagnostics: Vec<Diagnostic>,
    /// The rest of the output.
    pub output: String,
    pub failed: bool,
    #[serde(flatten)]
    pub totals: Totals,
}

/// A check of any number of files.
pub struct Checker {
    report: Report,
    settings: Settings,
    fail_on: FailOn,
    fix: bool,
    totals: Totals,
    /// Whether a file could not be read or written. A missing entity is no finding then.
    is_incomplete: bool,
    /// The findings of the configuration.
    diagnostics: Vec<Diagnostic>,
    /// Their output, which precedes all else.
    pending: String,
}

impl Checker {
    pub fn new(options: &Options) -> Self {
        let mut report = Report::new(options.format, options.color, options.summary);
        let mut totals = Totals::default();
        let (settings, diagnostics) = examine::settings(options);
        let text = options.config.as_ref().map(|config| (config.file.as_str(), String::from_utf8_lossy(&config.bytes)));
        let source = text.as_ref().map(|(file, text)| Source { file, text });
        let pending = report.add(&diagnostics, source);
        totals.count(&diagnostics);
        let (fail_on, fix) = (options.fail_on, options.fix);
        Self { report, settings, fail_on, fix, totals, is_incomplete: false, diagnostics, pending }
    }

    /// Checks one file. `file` is its name in the output.
    pub fn add(&mut self, file: &str, bytes: &[u8], origin: Origin) -> FileReport {
        let (mut findings, mut entities) = examine(bytes, file, &self.settings);
        let mut fixed = None;
        if self.fix && findings.iter().any(|finding| finding.fix.is_some()) {
            let after = fix::fix(bytes, file, &self.settings, (findings, entities));
            (fixed, findings, entities) = (after.text, after.findings, after.entities);
        }
        self.totals.files += 1;
        self.totals.entities += entities;
        self.totals.mended += usize::from(fixed.is_some());
        if origin == Origin::Found {
            self.totals.skipped += usize::from(relevance::keep_relevant(&mut findings, bytes));
        }
        if findings.is_empty() {
            return FileReport { output: std::mem::take(&mut self.pending), fixed, entities, ..FileReport::default() };
        }
        let text = fixed.as_deref().map_or_else(|| String::from_utf8_lossy(bytes), Into::into);
        let output = self.write(&findings, Some(Source { file, text: &text }));
        FileReport { diagnostics: findings, output, fixed, entities }
    }

    /// Reports a file or folder that cannot be read, with the reason.
    pub fn unreadable(&mut self, file: &str, reason: &str) -> FileReport {
        self.failed(Code::FileUnreadable, file, format!("`{file}` cannot be read: {reason}"))
    }

    /// Reports a file whose fixed text cannot be written, with the reason.
    pub fn unwritable(&mut self, file: &str, reason: &str) -> FileReport {
        self.totals.mended = self.totals.mended.saturating_sub(1);
        self.failed(Code::FileUnwritable, file, format!("`{file}` cannot be written: {reason}"))
    }

    fn failed(&mut self, code: Code, file: &str, message: String) -> FileReport {
        self.is_incomplete = true;
        let place = Where { file: Some(file.to_owned()), ..Where::default() };
        let diagnostics = vec![Diagnostic::new(code, message).at(place)];
        FileReport { output: self.write(&diagnostics, None), diagnostics, ..FileReport::default() }
    }

    /// Ends the check. It is an error if no file contains an entity.
    pub fn finish(mut self) -> Summary {
        let mut output = std::mem::take(&mut self.pending);
        let Totals { entities, errors, skipped, .. } = self.totals;
        if entities == 0 && errors == 0 && skipped == 0 && !self.is_incomplete {
            let finding = Diagnostic::new(Code::FileNoEntity, "no file contains an entity")
                .help("name a `catalog-info.yaml`, or a folder that contains one");
            output.push_str(&self.write(std::slice::from_ref(&finding), None));
            self.diagnostics.push(finding);
        }
        let failed = match self.fail_on {
            FailOn::Error => self.totals.errors > 0,
            FailOn::Warning => self.totals.errors + self.totals.warnings > 0,
            FailOn::Never => false,
        };
        output.push_str(&self.report.finish(&self.totals));
        Summary { diagnostics: self.diagnostics, output, failed, totals: self.totals }
    }

    fn write(&mut self, findings: &[Diagnostic], source: Option<Source<'_>>) -> String {
        self.totals.count(findings);
        let mut output = std::mem::take(&mut self.pending);
        output.push_str(&self.report.add(findings, source));
        output
    }
}

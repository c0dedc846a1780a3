//! Checks whole files, one after the other, and writes out what it finds: what the command does, without its I/O.
//!
//! Memory does not grow with the number of files; formats that are one document keep the findings they will end with.

mod examine;
mod fix;
mod options;
#[cfg(test)]
mod tests;

use crate::diagnostic::{Code, Diagnostic, Where};
use crate::render::{Report, Source, Totals};
use crate::rule::Settings;
use examine::examine;
pub use options::{ConfigFile, FailOn, Options};
use serde::Serialize;

/// How a file came to be checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Somebody asked for this file: that it holds no entity is a finding.
    Named,
    /// It lay in a folder: it is none of our business unless it holds an entity, or was meant to.
    Found,
}

/// What was found in one file.
#[derive(Debug, Default, Serialize)]
pub struct FileReport {
    pub diagnostics: Vec<Diagnostic>,
    /// What can be printed already.
    pub output: String,
    /// The mended text; the findings are those that are left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed: Option<String>,
    pub entities: usize,
}

/// What the check came to.
#[derive(Debug, Serialize)]
pub struct Summary {
    /// Of no file that was checked: the configuration's, and that nothing holds an entity.
    pub diagnostics: Vec<Diagnostic>,
    /// The rest of what is to be printed.
    pub output: String,
    pub failed: bool,
    #[serde(flatten)]
    pub totals: Totals,
}

pub struct Checker {
    report: Report,
    settings: Settings,
    fail_on: FailOn,
    fix: bool,
    totals: Totals,
    /// Whether a file could not be read or written: then it says nothing that no entity was found.
    is_incomplete: bool,
    /// Found in the configuration…
    diagnostics: Vec<Diagnostic>,
    /// …and to be printed before anything else.
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

    /// Checks one file; `file` is its name in what is written out.
    pub fn add(&mut self, file: &str, bytes: &[u8], origin: Origin) -> FileReport {
        let (mut findings, mut entities) = examine(bytes, file, &self.settings);
        let mut fixed = None;
        if self.fix && findings.iter().any(|finding| finding.fix.is_some()) {
            let mended = fix::mend(bytes, file, &self.settings, (findings, entities));
            (fixed, findings, entities) = (mended.text, mended.findings, mended.entities);
        }
        self.totals.files += 1;
        self.totals.entities += entities;
        self.totals.mended += usize::from(fixed.is_some());
        if origin == Origin::Found {
            findings.retain(|finding| finding.code != Code::EntityNotAnEntity);
            if entities == 0 && !is_meant_for_backstage(bytes) {
                findings.clear();
            }
        }
        if findings.is_empty() {
            return FileReport { output: std::mem::take(&mut self.pending), fixed, entities, ..FileReport::default() };
        }
        let text = fixed.as_deref().map_or_else(|| String::from_utf8_lossy(bytes), Into::into);
        let output = self.write(&findings, Some(Source { file, text: &text }));
        FileReport { diagnostics: findings, output, fixed, entities }
    }

    /// A file or folder that could not be read, and why.
    pub fn unreadable(&mut self, file: &str, reason: &str) -> FileReport {
        self.failed(Code::FileUnreadable, file, format!("it cannot be read: {reason}"))
    }

    /// A file whose mended text could not be written, and why.
    pub fn unwritable(&mut self, file: &str, reason: &str) -> FileReport {
        self.totals.mended = self.totals.mended.saturating_sub(1);
        self.failed(Code::FileUnwritable, file, format!("the mended file cannot be written: {reason}"))
    }

    fn failed(&mut self, code: Code, file: &str, message: String) -> FileReport {
        self.is_incomplete = true;
        let place = Where { file: Some(file.to_owned()), ..Where::default() };
        let diagnostics = vec![Diagnostic::new(code, message).at(place)];
        FileReport { output: self.write(&diagnostics, None), diagnostics, ..FileReport::default() }
    }

    /// Ends the check. That no file holds an entity is a finding too.
    pub fn finish(mut self) -> Summary {
        let mut output = std::mem::take(&mut self.pending);
        if self.totals.entities == 0 && self.totals.errors == 0 && !self.is_incomplete {
            let finding = Diagnostic::new(Code::FileNoEntity, "nothing that was named holds an entity")
                .help("name a `catalog-info.yaml`, or a folder that has one");
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

/// Whether a file that holds no entity that can be read was to hold one. A template for entities is not an entity yet.
fn is_meant_for_backstage(bytes: &[u8]) -> bool {
    let has = |words: &str| bytes.windows(words.len()).any(|window| window == words.as_bytes());
    (has("backstage.io/v1") || has(crate::annotation::PREFIX)) && !has("{%")
}

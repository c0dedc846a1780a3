//! The findings of one file.

use super::config;
use super::options::Options;
use crate::annotation;
use crate::diagnostic::Diagnostic;
use crate::entity::{Document, read_documents};
use crate::rule::Settings;

/// Reads the rules' levels. Those of the caller precede those of the configuration.
pub fn settings(options: &Options) -> (Settings, Vec<Diagnostic>) {
    let (mut settings, mut findings) = (Settings::default(), Vec::new());
    if let Some(rules) = &options.rules {
        (settings, findings) = Settings::read(rules, None);
    }
    if let Some(file) = &options.config {
        match config::rules(file) {
            Ok(Some(rules)) => {
                let (configured, wrong) = Settings::read(&rules, Some(&file.file));
                settings = settings.or(configured);
                findings.extend(wrong);
            }
            Ok(None) => {}
            Err(finding) => findings.push(finding),
        }
    }
    (settings, findings)
}

/// Returns a file's findings in the order of its text, and the number of its entities.
pub fn examine(bytes: &[u8], file: &str, settings: &Settings) -> (Vec<Diagnostic>, usize) {
    let mut findings = Vec::new();
    let mut entities = 0;
    for document in read_documents(bytes, Some(file)) {
        match document {
            Document::Entity(entity) => {
                entities += 1;
                findings.extend(annotation::check(&entity, settings, None).into_findings());
            }
            Document::NotAnEntity(found) | Document::Unreadable(found) => findings.extend(found),
        }
    }
    (findings, entities)
}

//! What one file's bytes hold, by the rules as they are set.

use super::options::Options;
use crate::annotation;
use crate::diagnostic::Diagnostic;
use crate::entity::{self, Document, Node};
use crate::rule::Settings;

/// The levels that are asked for count more than the configuration's.
pub fn settings(options: &Options) -> (Settings, Vec<Diagnostic>) {
    let (mut settings, mut findings) = (Settings::default(), Vec::new());
    if let Some(rules) = &options.rules {
        (settings, findings) = Settings::read(rules, None);
    }
    if let Some(config) = &options.config {
        match read_config(&config.bytes, &config.file) {
            Ok(root) => {
                if let Some(rules) = root.as_ref().and_then(|root| root.get("vertexAi")?.get("rules")) {
                    let (configured, wrong) = Settings::read(rules, Some(&config.file));
                    settings = settings.or(configured);
                    findings.extend(wrong);
                }
            }
            Err(unreadable) => findings.push(unreadable),
        }
    }
    (settings, findings)
}

/// Everything that is wrong with a file, in the order of the text, and how many entities it holds.
pub fn examine(bytes: &[u8], file: &str, settings: &Settings) -> (Vec<Diagnostic>, usize) {
    let mut findings = Vec::new();
    let mut entities = 0;
    for document in entity::read_documents(bytes, Some(file)) {
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

/// The first document of a configuration file.
fn read_config(bytes: &[u8], file: &str) -> Result<Option<Node>, Diagnostic> {
    let first = backstage_yaml::read(bytes).into_iter().next().transpose();
    first.map(|read| read.map(|document| document.root)).map_err(|problem| entity::finding(problem, Some(file)))
}

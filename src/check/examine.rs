//! What one file's bytes hold, by the rules as they are set.

use super::options::Options;
use crate::annotation::{self, PREFIX};
use crate::diagnostic::{Code, Diagnostic, Kind, Level, Severity, Where};
use crate::entity::tree::Node;
use crate::entity::{self, Entity};

pub use crate::entity::MOST_BYTES;

/// The rules' levels.
#[derive(Default)]
pub struct Settings {
    levels: Vec<(Code, Level)>,
}

impl Settings {
    /// Of the file first, so that what is asked for besides counts more.
    pub fn of(options: &Options) -> (Self, Vec<Diagnostic>) {
        let (mut settings, mut findings) = (Self::default(), Vec::new());
        if let Some(config) = &options.config {
            match entity::read_config(&config.bytes, &config.file) {
                Ok(root) => {
                    if let Some(rules) = root.as_ref().and_then(|root| root.get("vertexAi")?.get("rules")) {
                        settings.read(rules, Some(&config.file), &mut findings);
                    }
                }
                Err(unreadable) => findings.extend(unreadable),
            }
        }
        if let Some(rules) = &options.rules {
            settings.read(rules, None, &mut findings);
        }
        (settings, findings)
    }

    fn read(&mut self, node: &Node, file: Option<&str>, findings: &mut Vec<Diagnostic>) {
        for (key, value) in node.entries() {
            let name = key.as_text().unwrap_or_default();
            let place = |node: &Node| Where {
                file: file.map(str::to_owned),
                path: Some(format!("vertexAi.rules[\"{name}\"]")),
                span: node.span,
            };
            match (Code::parse(name), value.as_text().and_then(Level::parse)) {
                (Some(code), Some(level)) if matches!(code.kind(), Kind::Rule(_)) => self.levels.push((code, level)),
                (Some(code), Some(_)) => {
                    let message = format!("`{}` cannot be set", code.as_str());
                    findings.push(Diagnostic::new(Code::ConfigFixedRule, message).at(place(key)));
                }
                (None, _) => {
                    let message = format!("there is no rule `{name}`");
                    findings.push(Diagnostic::new(Code::ConfigUnknownRule, message).at(place(key)));
                }
                (_, None) => {
                    let message = format!("`{name}` is neither `off`, `warning` nor `error`");
                    findings.push(Diagnostic::new(Code::ConfigInvalid, message).at(place(value)));
                }
            }
        }
    }

    fn adjust(&self, mut finding: Diagnostic) -> Option<Diagnostic> {
        match self.levels.iter().rev().find(|(code, _)| *code == finding.code) {
            Some((_, Level::Off)) => return None,
            Some((_, Level::Warning)) => finding.severity = Severity::Warning,
            Some((_, Level::Error)) => finding.severity = Severity::Error,
            None => {}
        }
        Some(finding)
    }
}

/// Everything that is wrong with a file, in the order of the text, and how many entities it holds.
pub fn examine(bytes: &[u8], file: &str, settings: &Settings) -> (Vec<Diagnostic>, usize) {
    let entity = match Entity::from_text(&String::from_utf8_lossy(bytes), Some(file)) {
        Ok(entity) => entity,
        Err(findings) => return (findings, 0),
    };
    let is_ours = |key: &Node| key.as_text().is_some_and(|key| key.starts_with(PREFIX));
    if !entity.annotations().iter().any(|(key, _)| is_ours(key)) {
        return (Vec::new(), 1);
    }
    let (_, findings) = annotation::read(&entity, None);
    (findings.into_iter().filter_map(|finding| settings.adjust(finding)).collect(), 1)
}

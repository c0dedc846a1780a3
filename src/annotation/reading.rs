//! Finding values among the annotations, and saying what is wrong with them where they stand.

use super::keys::{KEYS, Key, PREFIX};
use crate::diagnostic::{Code, Diagnostic, Where};
use crate::entity::Entity;
use crate::entity::tree::{Content, Node};
use crate::name::NameError;
use crate::vertex::region::nearest;
use std::str::FromStr;

/// A value, and where it stands.
pub struct Found<T> {
    pub value: T,
    place: Where,
}

impl<T> Found<T> {
    pub fn with<U>(&self, value: U) -> Found<U> {
        Found { value, place: self.place.clone() }
    }
}

pub struct Reading<'a> {
    entity: &'a Entity,
    environment: Option<&'a str>,
    findings: Vec<Diagnostic>,
    missing: Vec<Key>,
}

impl<'a> Reading<'a> {
    pub fn new(entity: &'a Entity, environment: Option<&'a str>) -> Self {
        let mut reading = Self { entity, environment, findings: Vec::new(), missing: Vec::new() };
        reading.report_unknown_keys();
        reading
    }

    fn report_unknown_keys(&mut self) {
        for (key, _) in self.entity.annotations() {
            let Some(text) = key.as_text() else { continue };
            let Some(name) = text.strip_prefix(PREFIX) else { continue };
            let plain = name.split('.').next().unwrap_or(name);
            if Key::parse(plain).is_some() {
                continue;
            }
            let near = nearest(plain, KEYS.iter().map(|key| key.name().to_owned()));
            let help = match near {
                Some(near) => format!("did you mean `{PREFIX}{near}`?"),
                None => "remove it, or see the reference for the keys there are".into(),
            };
            let finding = Diagnostic::new(Code::AnnotationUnknown, format!("there is no annotation `{text}`"));
            self.findings.push(finding.at(self.entity.place(text, key)).help(help));
        }
    }

    /// The environment's own key where there is one, else the plain one.
    fn node(&self, key: Key) -> Option<(String, &'a Node)> {
        let annotations = self.entity.annotations();
        let find = |name: String| {
            annotations.iter().find(|(k, _)| k.as_text() == Some(&name)).map(|(_, value)| (name.clone(), value))
        };
        let plain = format!("{PREFIX}{}", key.name());
        self.environment.and_then(|environment| find(format!("{plain}.{environment}"))).or_else(|| find(plain))
    }

    pub fn has(&self, key: Key) -> bool {
        self.node(key).is_some()
    }

    /// The text of an annotation, or `None` after saying that it is none.
    pub fn text(&mut self, key: Key) -> Option<Found<String>> {
        let (name, node) = self.node(key)?;
        let place = self.entity.place(&name, node);
        let finding = match &node.value {
            Content::Text(text) if text.trim().is_empty() => {
                Diagnostic::error(Code::AnnotationMalformed, format!("`{name}` is empty"))
                    .help(format!("write a value such as `{}`, or remove the line", key.example()))
            }
            Content::Text(text) => return Some(Found { value: text.clone(), place }),
            Content::Number(text) => not_text(&name, node).help(format!("put it in quotes: \"{text}\"")),
            _ => not_text(&name, node).help(format!("write a text such as \"{}\"", key.example())),
        };
        self.findings.push(finding.at(place));
        None
    }

    pub fn required(&mut self, key: Key) -> Option<Found<String>> {
        if !self.has(key) {
            self.missing(key, key);
            return None;
        }
        self.text(key)
    }

    /// Says once that a key is missing.
    pub fn missing(&mut self, key: Key, for_what: Key) {
        if self.missing.contains(&key) {
            return;
        }
        self.missing.push(key);
        let name = format!("{PREFIX}{}", key.name());
        let message = match for_what == key {
            true => format!("`{name}` is missing"),
            false => format!("`{name}` is missing: `{PREFIX}{}` is only an id", for_what.name()),
        };
        let finding = Diagnostic::error(Code::AnnotationMissing, message)
            .at(self.entity.annotations_place())
            .help(format!("add it, e.g. `{name}: {}`", key.example()));
        self.findings.push(finding);
    }

    /// Parses a value that need not be there.
    pub fn parse<T: FromStr<Err = NameError>>(&mut self, key: Key) -> Option<Found<T>> {
        let text = self.text(key)?;
        let value = self.check(&text, text.value.parse::<T>())?;
        Some(text.with(value))
    }

    pub fn check<T>(&mut self, text: &Found<String>, result: Result<T, NameError>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(NameError { kind, rule, value }) => {
                let message = format!("`{value}` is not a {kind}");
                self.say(text, Diagnostic::error(Code::AnnotationMalformed, message).help(rule));
                None
            }
        }
    }

    pub fn say<T>(&mut self, found: &Found<T>, finding: Diagnostic) {
        self.findings.push(finding.at(found.place.clone()));
    }

    /// In the order of the text; what has no place in one keeps its order.
    pub fn into_findings(self) -> Vec<Diagnostic> {
        let offset = |finding: &Diagnostic| finding.place.as_ref().and_then(|p| p.span).map(|span| span.start.offset);
        // Most come in order already; for the few others a general sort would be 6 kB of what every portal page loads.
        let mut sorted = Vec::with_capacity(self.findings.len());
        for finding in self.findings {
            let at = sorted.partition_point(|before| offset(before) <= offset(&finding));
            sorted.insert(at, finding);
        }
        sorted
    }
}

fn not_text(name: &str, node: &Node) -> Diagnostic {
    Diagnostic::error(Code::AnnotationNotText, format!("`{name}` is {}, but annotations are texts", node.kind()))
}

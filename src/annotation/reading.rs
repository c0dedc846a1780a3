//! Finding values among the annotations, and saying what is wrong with them where they stand.

use super::given::{At, Given};
use super::keys::{Key, PREFIX};
use crate::diagnostic::{Code, Diagnostic, Edit, Fix, Where, Words};
use crate::entity::{Content, Entity, Node};
use crate::name::NameError;
use crate::words;
use std::str::FromStr;

/// A value, and where it stands.
#[derive(Clone, Copy)]
pub struct Found<'a, T> {
    pub value: T,
    pub at: At<'a>,
}

impl<'a, T> Found<'a, T> {
    pub fn with<U>(&self, value: U) -> Found<'a, U> {
        Found { value, at: self.at }
    }
}

/// Reads the annotations of one entity for one environment.
pub struct Reading<'a> {
    entity: &'a Entity,
    given: &'a Given<'a>,
    environment: Option<&'a str>,
    findings: Vec<Diagnostic>,
    missing: Vec<Key>,
}

impl<'a> Reading<'a> {
    pub fn new(entity: &'a Entity, given: &'a Given<'a>, environment: Option<&'a str>) -> Self {
        Self { entity, given, environment, findings: Vec::new(), missing: Vec::new() }
    }

    pub fn at(&self, key: Key) -> Option<At<'a>> {
        self.given.get(key, self.environment)
    }

    pub fn has(&self, key: Key) -> bool {
        self.at(key).is_some()
    }

    /// The text of an annotation; `None` where there is none, after saying why, or where it is not known yet.
    pub fn text(&mut self, key: Key) -> Option<Found<'a, &'a str>> {
        let at = self.at(key)?;
        let name = at.name();
        let finding = match &at.value.value {
            // A placeholder, or a template's expression: the value comes later, and is looked at then.
            _ if is_open(at.value) => return None,
            Content::Text(text) if text.trim().is_empty() => {
                Diagnostic::new(Code::AnnotationEmpty, format!("`{name}` is empty"))
                    .help(format!("write a value such as `{}`, or remove the line", key.example()))
            }
            Content::Text(text) => {
                let trimmed = text.trim();
                if trimmed.len() < text.len() && !key.has_lines() {
                    let finding = Diagnostic::new(
                        Code::AnnotationWhitespace,
                        format!("`{name}` has white space around its value"),
                    );
                    self.say(at, finding.fix(self.write(at, trimmed)));
                }
                return Some(Found { value: trimmed, at });
            }
            Content::Number(text) => {
                not_text(name, at.value).help(format!("put it in quotes: \"{text}\"")).fix(self.write(at, text))
            }
            _ => not_text(name, at.value).help(format!("write a text such as \"{}\"", key.example())),
        };
        self.say(at, finding);
        None
    }

    pub fn required(&mut self, key: Key) -> Option<Found<'a, &'a str>> {
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
        let suffix = |key: Key| match self.environment.filter(|_| !self.given.has_plain_deployment()) {
            Some(environment) => format!("{PREFIX}{}.{environment}", key.name()),
            None => format!("{PREFIX}{}", key.name()),
        };
        let name = suffix(key);
        let message = match for_what == key {
            true => format!("`{name}` is missing"),
            false => format!("`{name}` is missing: `{PREFIX}{}` is only an id", for_what.name()),
        };
        let finding = Diagnostic::new(Code::AnnotationMissing, message);
        self.say_of_all(finding.help(format!("add it, e.g. `{name}: {}`", key.example())));
    }

    /// Says it, with what to write instead as help and as fix.
    pub fn say_write(&mut self, at: At<'a>, finding: Diagnostic, value: &str) {
        self.say(at, finding.help(format!("write `{value}`")).fix(self.write(at, value)));
    }

    /// Says it, with a guess at what was meant as help and as fix; where there is no guess, with other help.
    pub fn say_guess(&mut self, at: At<'a>, finding: Diagnostic, near: Option<&str>, help: &'static str) {
        let finding = match near {
            Some(near) => finding.help(format!("did you mean `{near}`?")).fix(self.write(at, near)),
            None => finding.help(help),
        };
        self.say(at, finding);
    }

    /// Says something of the annotations as a whole, because what it is about is not there.
    pub fn say_of_all(&mut self, finding: Diagnostic) {
        self.findings.push(finding.at(self.entity.annotations_place()));
    }

    /// Parses a value that need not be there.
    pub fn parse<T: FromStr<Err = NameError>>(&mut self, key: Key) -> Option<Found<'a, T>> {
        let text = self.text(key)?;
        let value = self.check(key, &text, text.value.parse::<T>())?;
        Some(text.with(value))
    }

    /// The value, or `None` after saying that it has not the right form.
    pub fn check<T>(&mut self, key: Key, text: &Found<'a, &str>, result: Result<T, NameError>) -> Option<T> {
        self.mend(key, text, result, None)
    }

    /// The result, or `None` after saying with this code what it is not.
    pub fn parsed<T>(&mut self, at: At<'a>, code: Code, result: Result<T, NameError>) -> Option<T> {
        self.mended(at, code, result, None)
    }

    /// As [`Reading::check`]; where it is sure what was meant, with the fix that writes that.
    pub fn mend<T>(
        &mut self,
        key: Key,
        text: &Found<'a, &str>,
        result: Result<T, NameError>,
        meant: Option<&str>,
    ) -> Option<T> {
        self.mended(text.at, key.malformed(), result, meant)
    }

    fn mended<T>(&mut self, at: At<'a>, code: Code, result: Result<T, NameError>, meant: Option<&str>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(NameError { kind, rule, value }) => {
                let finding = Diagnostic::new(code, format!("`{value}` is not a {kind}"));
                match meant {
                    Some(meant) => self.say_write(at, finding, meant),
                    None => self.say(at, finding.help(rule)),
                }
                None
            }
        }
    }

    pub fn say(&mut self, at: At<'a>, finding: Diagnostic) {
        let place = self.place(at);
        self.findings.push(finding.at(place));
    }

    /// Says what is no more than a message and what to do.
    pub fn tell(&mut self, at: At<'a>, code: Code, message: impl Into<Words>, help: &'static str) {
        self.tell_words(at, code, message.into(), help);
    }

    /// Apart from the conversion, so that there is one of it.
    fn tell_words(&mut self, at: At<'a>, code: Code, message: Words, help: &'static str) {
        self.say(at, Diagnostic::new(code, message).help(help));
    }

    /// Where an annotation's value stands.
    pub fn place(&self, at: At<'_>) -> Where {
        self.entity.place(at.name(), at.value)
    }

    /// The fix that writes another value.
    pub fn write(&self, at: At<'_>, value: &str) -> Option<Fix> {
        let edit = edit(at, at.value, value)?;
        Some(Fix { title: format!("write `{value}`"), edits: vec![Edit { value: Some(value.to_owned()), ..edit }] })
    }

    pub fn into_findings(self) -> Vec<Diagnostic> {
        self.findings
    }
}

/// The fix that renames an annotation.
pub fn rename(at: At<'_>, key: &str) -> Option<Fix> {
    let edit = edit(at, at.key, key)?;
    Some(Fix { title: format!("rename it to `{key}`"), edits: vec![Edit { key: Some(key.to_owned()), ..edit }] })
}

/// The edit that puts a text in a node's place; none where that would change other places too.
fn edit(at: At<'_>, node: &Node, text: &str) -> Option<Edit> {
    let span = node.span;
    let text = match span {
        Some(_) => Some(node.written(text)?),
        None => None,
    };
    Some(Edit { annotation: at.name().to_owned(), key: None, value: None, span, text })
}

/// Whether a value is filled in by somebody else: Backstage's placeholders, the expressions of a template's skeleton.
pub fn is_open(node: &Node) -> bool {
    node.is_placeholder() || node.as_text().is_some_and(|text| words::contains(text, "{{"))
}

fn not_text(name: &str, node: &Node) -> Diagnostic {
    Diagnostic::new(Code::AnnotationNotText, format!("`{name}` is {}, but annotations are texts", node.kind()))
}

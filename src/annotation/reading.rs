//! Reading values of annotations, and reporting mistakes at their place.

use super::given::{At, Given};
use super::keys::{Key, PREFIX};
use super::placeholder::placeholder;
use crate::diagnostic::{Code, Diagnostic, Edit, Fix, Where, Words};
use crate::entity::{Content, Entity, Node};
use crate::name::NameError;
use crate::words;
use std::str::FromStr;

/// A value and its place.
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

    /// Whether fingerprints stand in place of the values of variables.
    pub fn hides_values(&self) -> bool {
        self.entity.hides_values()
    }

    pub fn at(&self, key: Key) -> Option<At<'a>> {
        self.given.get(key, self.environment)
    }

    pub fn has(&self, key: Key) -> bool {
        self.at(key).is_some()
    }

    /// Returns the text of an annotation, or `None` after reporting why there is none. A value that a template fills in is `None`
    /// without a finding.
    pub fn text(&mut self, key: Key) -> Option<Found<'a, &'a str>> {
        let at = self.at(key)?;
        let name = at.name();
        let finding = match &at.value.value {
            // The value of a placeholder or template expression is checked once it is known.
            _ if is_open(at.value) => return None,
            Content::Text(text) => match text.trim() {
                "" => Diagnostic::new(Code::AnnotationEmpty, format!("`{name}` is empty"))
                    .help(format!("write a value, e.g. `{}`, or remove the line", key.example())),
                trimmed => {
                    if trimmed.len() < text.len() && !key.has_lines() {
                        let finding = Diagnostic::new(
                            Code::AnnotationWhitespace,
                            format!("the value of `{name}` begins or ends with white space"),
                        );
                        self.report(at, finding.fix(self.write(at, trimmed)));
                    }
                    if let Some((part, is_impossible)) = placeholder(key, trimmed) {
                        let code = if is_impossible { key.malformed() } else { Code::AnnotationPlaceholder };
                        let finding = Diagnostic::new(code, format!("`{part}` is a placeholder"));
                        self.report(at, finding.help(format!("write the real name, e.g. `{}`", key.example())));
                        if is_impossible {
                            return None;
                        }
                    }
                    return Some(Found { value: trimmed, at });
                }
            },
            Content::Number(_) | Content::Bool(_) => {
                let text = match &at.value.value {
                    Content::Number(text) => text.as_str(),
                    Content::Bool(true) => "true",
                    _ => "false",
                };
                let quoted = format!("write it in quotes: `\"{text}\"`");
                let fix = self.write(at, text).map(|fix| Fix { title: quoted.clone(), ..fix });
                not_text(name, at.value).help(quoted).fix(fix)
            }
            _ => not_text(name, at.value).help(format!("write a string, e.g. `\"{}\"`", key.example())),
        };
        self.report(at, finding);
        None
    }

    pub fn required(&mut self, key: Key) -> Option<Found<'a, &'a str>> {
        if !self.has(key) {
            self.missing(key, key);
            return None;
        }
        self.text(key)
    }

    /// Reports a missing key once.
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
            false => format!("`{name}` is missing, and `{PREFIX}{}` is only an id", for_what.name()),
        };
        let finding = Diagnostic::new(Code::AnnotationMissing, message);
        self.report_on_all(finding.help(format!("add it, e.g. `{name}: {}`", key.example())));
    }

    /// Reports a finding with a replacement value as help and fix.
    pub fn report_replacement(&mut self, at: At<'a>, finding: Diagnostic, value: &str) {
        self.report(at, finding.help(format!("write `{value}`")).fix(self.write(at, value)));
    }

    /// Reports a finding with a guess as help and fix, or with other help where there is no guess.
    pub fn report_guess(&mut self, at: At<'a>, finding: Diagnostic, near: Option<&str>, help: &'static str) {
        let finding = match near {
            Some(near) => finding.help(format!("did you mean `{near}`?")).fix(self.write(at, near)),
            None => finding.help(help),
        };
        self.report(at, finding);
    }

    /// Reports a finding about a missing annotation, at the place of all annotations.
    pub fn report_on_all(&mut self, finding: Diagnostic) {
        self.findings.push(finding.at(self.entity.annotations_place()));
    }

    /// Parses an optional value.
    pub fn parse<T: FromStr<Err = NameError>>(&mut self, key: Key) -> Option<Found<'a, T>> {
        let text = self.text(key)?;
        let value = self.check(key, &text, text.value.parse::<T>())?;
        Some(text.with(value))
    }

    /// Returns the value, or `None` after reporting the wrong form.
    pub fn check<T>(&mut self, key: Key, text: &Found<'a, &str>, result: Result<T, NameError>) -> Option<T> {
        self.check_or_fix(key, text, result, None)
    }

    /// Returns the value, or `None` after reporting the wrong form with this code.
    pub fn parsed<T>(&mut self, at: At<'a>, code: Code, result: Result<T, NameError>) -> Option<T> {
        self.parsed_or_fix(at, code, result, None)
    }

    /// As [`Reading::check`], with a fix where the intended value is certain.
    pub fn check_or_fix<T>(
        &mut self,
        key: Key,
        text: &Found<'a, &str>,
        result: Result<T, NameError>,
        meant: Option<&str>,
    ) -> Option<T> {
        self.parsed_or_fix(text.at, key.malformed(), result, meant)
    }

    fn parsed_or_fix<T>(
        &mut self,
        at: At<'a>,
        code: Code,
        result: Result<T, NameError>,
        meant: Option<&str>,
    ) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(NameError { kind, rule, value }) => {
                let finding = Diagnostic::new(code, format!("`{value}` is not {} {kind}", words::article(kind)));
                match meant {
                    Some(meant) => self.report_replacement(at, finding, meant),
                    None => self.report(at, finding.help(rule)),
                }
                None
            }
        }
    }

    pub fn report(&mut self, at: At<'a>, finding: Diagnostic) {
        let place = self.place(at);
        self.findings.push(finding.at(place));
    }

    /// Reports a finding that has only a message and help.
    pub fn report_code(&mut self, at: At<'a>, code: Code, message: impl Into<Words>, help: &'static str) {
        self.report_words(at, code, message.into(), help);
    }

    /// Separate from the generic conversion, for size (`docs/size.md`).
    fn report_words(&mut self, at: At<'a>, code: Code, message: Words, help: &'static str) {
        self.report(at, Diagnostic::new(code, message).help(help));
    }

    /// The place of an annotation's value.
    pub fn place(&self, at: At<'_>) -> Where {
        self.entity.place(at.name(), at.value)
    }

    /// The fix that replaces a value.
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

/// The edit that replaces a node with a text; `None` where it would change other places too.
fn edit(at: At<'_>, node: &Node, text: &str) -> Option<Edit> {
    let span = node.span;
    let text = match span {
        Some(_) => Some(node.written(text)?),
        None => None,
    };
    Some(Edit { annotation: at.name().to_owned(), key: None, value: None, span, text })
}

/// Whether a value is filled in later: a Backstage placeholder, or an expression in a template skeleton.
pub fn is_open(node: &Node) -> bool {
    node.is_placeholder() || node.as_text().is_some_and(|text| words::contains(text, "{{"))
}

fn not_text(name: &str, node: &Node) -> Diagnostic {
    Diagnostic::new(Code::AnnotationNotText, format!("`{name}` is {}, not a string", node.kind()))
}

//! Findings: each is a [`Diagnostic`] with a stable code, a message, its place and help.

mod code;
mod diagnosis;
mod evidence;

pub use backstage_yaml::{Position, Span};
pub use code::{Code, DOCUMENTATION, Kind, Level, event, rule};
pub use diagnosis::{Cause, Diagnosis, Who};
pub use evidence::{Evidence, Link};

use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::ops::{Deref, DerefMut};
use ts_rs::TS;

/// The severity of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Error,
    Warning,
    Info,
}

impl Severity {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// The place of a finding: file and span where the entity came as text, and the path within the document.
#[derive(Clone, Debug, Default, PartialEq, Eq, TS)]
#[ts(as = "WhereShape<'static>")]
pub struct Where {
    pub file: Option<String>,
    pub path: Option<String>,
    pub span: Option<Span>,
}

#[derive(Serialize, TS)]
#[ts(optional_fields)]
struct WhereShape<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    /// Path within the document, e.g. `metadata.annotations["google.com/vertex-ai-endpoint"]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    /// Present where the entity came as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<PositionShape>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<PositionShape>,
}

impl Serialize for Where {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (start, end) = ends(self.span);
        WhereShape { file: self.file.as_deref(), path: self.path.as_deref(), start, end }.serialize(serializer)
    }
}

/// A position in a text: byte offset from 0, line and UTF-16 column from 1, as editors count.
#[derive(Serialize, TS)]
#[ts(rename = "Position")]
struct PositionShape {
    offset: usize,
    line: usize,
    column: usize,
}

fn ends(span: Option<Span>) -> (Option<PositionShape>, Option<PositionShape>) {
    let shape = |Position { offset, line, column }| PositionShape { offset, line, column };
    (span.map(|span| shape(span.start)), span.map(|span| shape(span.end)))
}

/// Another place that explains a finding: "the location is set here".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Related {
    pub message: Words,
    #[serde(rename = "where")]
    pub place: Where,
}

/// A change that resolves the finding and keeps the author's intention.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Fix {
    /// The label of a button: "Write `n1-standard-4`".
    pub title: String,
    pub edits: Vec<Edit>,
}

/// One replacement of an annotation's value or key.
#[derive(Clone, Debug, PartialEq, Eq, TS)]
#[ts(as = "EditShape<'static>")]
pub struct Edit {
    pub annotation: String,
    pub key: Option<String>,
    pub value: Option<String>,
    pub span: Option<Span>,
    pub text: Option<String>,
}

#[derive(Serialize, TS)]
#[ts(optional_fields)]
struct EditShape<'a> {
    /// The current key of the annotation.
    annotation: &'a str,
    /// The new key; absent where the key stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    /// The new value; absent where the value stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
    /// The part of the text to replace; present where the entity came as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<PositionShape>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<PositionShape>,
    /// The new text for that part, quoted as its place requires.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
}

impl Serialize for Edit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (start, end) = ends(self.span);
        EditShape {
            annotation: &self.annotation,
            key: self.key.as_deref(),
            value: self.value.as_deref(),
            start,
            end,
            text: self.text.as_deref(),
        }
        .serialize(serializer)
    }
}

/// One finding: its stable code, the place, the reason and the next step.
//
// A pointer, to keep moves small (`docs/size.md`).
#[derive(Clone, Debug, PartialEq, Eq, TS)]
#[ts(as = "DiagnosticShape<'static>")]
pub struct Diagnostic(Box<Finding>);

/// The fields of a [`Diagnostic`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub code: Code,
    pub severity: Severity,
    /// One fact: lower case, no full stop, names in backticks.
    pub message: Words,
    pub place: Option<Where>,
    pub related: Vec<Related>,
    /// The next step for the user; begins with a verb.
    pub help: Option<Words>,
    pub fix: Option<Fix>,
    /// The missing Google permission.
    pub permission: Option<Words>,
    /// The Google resource that denied the call.
    pub resource: Option<Words>,
    /// Why it failed, where an entry of the table recognises it.
    pub diagnosis: Option<Box<Diagnosis>>,
    /// What Google answered, where the message says it in other words.
    pub evidence: Option<Box<Evidence>>,
    /// Pages that help.
    pub links: Vec<Link>,
}

/// A text, either constant or made at run time.
pub type Words = Cow<'static, str>;

impl Finding {
    /// The help text, unless the fix has the same words.
    pub fn advice(&self) -> Option<&str> {
        let fix = self.fix.as_ref().map(|fix| &*fix.title);
        self.help.as_deref().filter(|help| fix != Some(help))
    }
}

impl Deref for Diagnostic {
    type Target = Finding;
    fn deref(&self) -> &Finding {
        &self.0
    }
}

impl DerefMut for Diagnostic {
    fn deref_mut(&mut self) -> &mut Finding {
        &mut self.0
    }
}

#[derive(Serialize, TS)]
#[ts(optional_fields)]
#[serde(rename_all = "camelCase")]
struct DiagnosticShape<'a> {
    code: Code,
    severity: Severity,
    message: &'a str,
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    place: Option<&'a Where>,
    /// Other places that explain the finding, e.g. "the location is set here".
    #[serde(skip_serializing_if = "Option::is_none")]
    related: Option<&'a [Related]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<&'a Fix>,
    /// The next step for the user; begins with a verb.
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    /// The missing Google permission, e.g. `aiplatform.endpoints.deploy`.
    #[serde(skip_serializing_if = "Option::is_none")]
    permission: Option<&'a str>,
    /// The Google resource that denied the call, e.g. `projects/p/locations/l/endpoints/e`.
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<&'a str>,
    /// Why it failed, where the core recognises it.
    #[serde(skip_serializing_if = "Option::is_none")]
    diagnosis: Option<&'a Diagnosis>,
    /// What Google answered, where the message says it in other words.
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<&'a Evidence>,
    /// Pages that help.
    #[serde(skip_serializing_if = "Option::is_none")]
    links: Option<&'a [Link]>,
    /// The page of the code; absent until the documentation is published.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// The page of the diagnosis; absent until the documentation is published.
    #[serde(skip_serializing_if = "Option::is_none")]
    diagnosis_url: Option<String>,
}

impl Serialize for Diagnostic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        DiagnosticShape {
            code: self.code,
            severity: self.severity,
            message: &self.message,
            place: self.place.as_ref(),
            related: Some(&*self.related).filter(|related| !related.is_empty()),
            fix: self.fix.as_ref(),
            help: self.help.as_deref(),
            permission: self.permission.as_deref(),
            resource: self.resource.as_deref(),
            diagnosis: self.diagnosis.as_deref(),
            evidence: self.evidence.as_deref(),
            links: Some(&*self.links).filter(|links| !links.is_empty()),
            url: self.code.url(),
            diagnosis_url: self.diagnosis.as_ref().and_then(|diagnosis| diagnosis.url()),
        }
        .serialize(serializer)
    }
}

impl Diagnostic {
    /// Creates a finding with the severity of its code.
    pub fn new(code: Code, message: impl Into<Words>) -> Self {
        Self(Box::new(Finding {
            code,
            severity: code.severity(),
            message: message.into(),
            place: None,
            related: Vec::new(),
            help: None,
            fix: None,
            permission: None,
            resource: None,
            diagnosis: None,
            evidence: None,
            links: Vec::new(),
        }))
    }

    #[must_use]
    pub fn at(mut self, place: Where) -> Self {
        self.place = Some(place);
        self
    }

    #[must_use]
    pub fn related(mut self, message: impl Into<Words>, place: Where) -> Self {
        self.related.push(Related { message: message.into(), place });
        self
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<Words>) -> Self {
        self.help = Some(help.into());
        self
    }

    #[must_use]
    pub fn fix(mut self, fix: Option<Fix>) -> Self {
        self.fix = fix;
        self
    }

    #[must_use]
    pub fn about(mut self, resource: impl Into<Words>) -> Self {
        self.resource = Some(resource.into());
        self
    }

    #[must_use]
    pub fn needing(mut self, permission: impl Into<Words>) -> Self {
        self.permission = Some(permission.into());
        self
    }

    /// Whether another finding reports the same at the same place.
    pub fn is_at_same_place(&self, other: &Self) -> bool {
        fn place(finding: &Diagnostic) -> Option<(Option<&str>, Option<usize>)> {
            let place = finding.place.as_ref()?;
            Some((place.path.as_deref(), place.span.map(|span| span.start.offset)))
        }
        self.code == other.code && self.message == other.message && place(self) == place(other)
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Sorts findings by their place in the text, those without a place first. An insertion sort, for size (`docs/size.md`).
pub fn in_order(findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let offset = |finding: &Diagnostic| finding.place.as_ref().and_then(|p| p.span).map(|span| span.start.offset);
    let mut sorted = Vec::with_capacity(findings.len());
    for finding in findings {
        let at = sorted.partition_point(|before| offset(before) <= offset(&finding));
        sorted.insert(at, finding);
    }
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_flat_in_json() {
        let at = Position { offset: 3, line: 1, column: 4 };
        let finding = Diagnostic::new(Code::EntitySyntax, "no")
            .at(Where { span: Some(Span { start: at, end: at }), ..Where::default() });
        let json = serde_json::to_value(&finding).unwrap();
        assert_eq!(json["where"]["start"]["line"], 1);
        assert_eq!(json["code"], "entity/syntax");
        assert!(json.get("help").is_none());
    }
}

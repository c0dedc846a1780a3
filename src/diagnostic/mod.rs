//! Every finding, anywhere, is a [`Diagnostic`]: a stable code, where, why, and what to do.

mod code;

pub use code::{Code, Kind, Level, event, rule};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::ops::{Deref, DerefMut};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Error,
    Warning,
    Info,
}

/// A place in a text: byte offset from 0; line and UTF-16 column from 1, as editors count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Position {
    pub offset: usize,
    pub line: usize,
    pub column: usize,
}

/// From the first byte to just behind the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Span {
    pub start: Position,
    pub end: Position,
}

/// Where a finding is: the file and span where a text was given, the path within the document always.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Where {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
}

/// Another place that a finding is about: "the location is set here".
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Related {
    pub message: Words,
    #[serde(rename = "where")]
    pub place: Where,
}

/// A change that makes the finding go away and means what was meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fix {
    /// What it does, as a button says it: "Write `n1-standard-4`".
    pub title: String,
    pub edits: Vec<Edit>,
}

/// One replacement: of an annotation's value, or of its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Edit {
    /// The annotation's key as it is now.
    pub annotation: String,
    /// Its key from now on; where it is absent the key stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Its value from now on; where it is absent the value stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Where a text was given: the part of it to replace…
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
    /// …and what to put there, quoted as its place asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// One finding. In JSON as `Diagnostic` of `pkg-js/core/src/index.d.ts`.
///
/// A pointer, because findings are built up step by step at a hundred places: moving them whole was a tenth of the browser build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic(Box<Finding>);

/// What a finding says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub code: Code,
    pub severity: Severity,
    /// Lower-case first word unless it is a name, no final stop, the reader's words.
    pub message: Words,
    pub place: Option<Where>,
    pub related: Vec<Related>,
    /// What to do.
    pub help: Option<Words>,
    pub fix: Option<Fix>,
    /// The Google permission that was missing.
    pub permission: Option<Words>,
    /// The Google resource that a refusal is about.
    pub resource: Option<Words>,
}

/// Words that are the same each time, or made for the occasion.
pub type Words = Cow<'static, str>;

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

/// Where the page of a rule is: the code and `.md` follow.
pub const RULE_PAGES: &str =
    "https://github.com/backstage-vertex-ai/backstage-vertex-ai/blob/main/docs/reference/rules/";

impl Serialize for Diagnostic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("code", &self.code)?;
        map.serialize_entry("severity", &self.severity)?;
        map.serialize_entry("message", &self.message)?;
        if let Some(place) = &self.place {
            map.serialize_entry("where", place)?;
        }
        if !self.related.is_empty() {
            map.serialize_entry("related", &self.related)?;
        }
        if let Some(fix) = &self.fix {
            map.serialize_entry("fix", fix)?;
        }
        for (key, text) in [("help", &self.help), ("permission", &self.permission), ("resource", &self.resource)] {
            if let Some(text) = text {
                map.serialize_entry(key, text)?;
            }
        }
        if let Some(url) = self.code.url() {
            map.serialize_entry("url", &url)?;
        }
        map.end()
    }
}

impl Diagnostic {
    /// A finding of the severity that its code has by itself.
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

    /// Whether another one says the same of the same place.
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

/// In the order of the text; what has no place in it comes first. Most come in order already; for the few others a general sort would
/// be 6 kB of what every portal page loads.
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

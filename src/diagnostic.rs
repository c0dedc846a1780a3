//! Every finding, anywhere, is a [`Diagnostic`]: a stable code, where, why, and what to do.

use serde::{Serialize, Serializer};

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

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $code:literal,)+) => {
        /// The closed list of codes. A code never changes its meaning and is never used again.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[doc = $doc])+ $variant,)+ }

        impl Code {
            /// All of them, in the order of the reference.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)+];

            /// `group/kebab-case`.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $code,)+ }
            }

            /// What the code means, for the reference.
            pub fn meaning(self) -> &'static str {
                match self { $(Code::$variant => concat!($($doc),+),)+ }
            }
        }
    };
}

codes! {
    /// The text is not well-formed YAML or JSON.
    EntitySyntax = "entity/syntax",
    /// The text is larger than an entity may be.
    EntityTooLarge = "entity/too-large",
    /// Values are nested deeper than an entity's may be.
    EntityTooDeep = "entity/too-deep",
    /// Aliases repeat more than an entity may repeat.
    EntityTooRepetitive = "entity/too-repetitive",
    /// The file is not encoded in UTF-8.
    EntityNotUtf8 = "entity/not-utf8",
    /// The file is no text.
    EntityBinary = "entity/binary",
    /// A tab stands where spaces must indent.
    EntityTab = "entity/tab",
    /// A tag is not known, or does not fit its value.
    EntityUnknownTag = "entity/unknown-tag",
    /// A `<<` merges nothing: Backstage reads it as a key like any other.
    EntityMergeKey = "entity/merge-key",
    /// `metadata.annotations` is not a mapping.
    EntityAnnotationsNotAMapping = "entity/annotations-not-a-mapping",
    /// The same key stands twice in one mapping.
    EntityDuplicateKey = "entity/duplicate-key",
    /// The document is not a Backstage entity: `kind` or `metadata.name` is missing or not a string.
    EntityNotAnEntity = "entity/not-an-entity",
    /// A required annotation is missing.
    AnnotationMissing = "annotation/missing",
    /// An annotation's value is not a string.
    AnnotationNotText = "annotation/not-text",
    /// An annotation's value does not have the form that Google asks for.
    AnnotationMalformed = "annotation/malformed",
    /// An annotation begins like ours but is not one of ours.
    AnnotationUnknown = "annotation/unknown",
    /// Two annotations contradict each other, e.g. a full resource name names another project than `-project`.
    AnnotationContradiction = "annotation/contradiction",
    /// The endpoint and the model are in different locations.
    LocationMismatch = "annotation/location-mismatch",
    /// The location is not one that Vertex AI serves custom models in.
    LocationUnknown = "annotation/location-unknown",
    /// The machine type is not one that Vertex AI serves models on.
    MachineTypeUnknown = "annotation/machine-type-unknown",
    /// The accelerator does not exist.
    AcceleratorUnknown = "annotation/accelerator-unknown",
    /// The machine type does not carry this accelerator in this number.
    AcceleratorMismatch = "annotation/accelerator-mismatch",
    /// The replica range is empty or starts below one.
    ReplicasInvalid = "annotation/replicas-invalid",
    /// An image lies in another location than the model.
    ImageLocation = "annotation/image-location",
    /// A request has a shape that the core does not know.
    RequestMalformed = "request/malformed",
    /// The configuration lacks a key, or a key has a wrong value.
    ConfigInvalid = "config/invalid",
    /// The call's path or verb is not one of the Google methods that may be called.
    ProxyMethodUnknown = "proxy/method-unknown",
    /// The path is written in a way that hides what it means: dot segments, empty segments, escapes.
    ProxyPathMalformed = "proxy/path-malformed",
    /// The project or location is not among those the configuration allows.
    ProxyTargetNotAllowed = "proxy/target-not-allowed",
    /// The query holds a parameter that the method does not have.
    ProxyQueryUnknown = "proxy/query-unknown",
    /// The request's body cannot be read as what the method takes.
    ProxyBodyMalformed = "proxy/body-malformed",
    /// This caller may not make this call.
    ProxyCallerNotAllowed = "proxy/caller-not-allowed",
    /// A user's entity ref is longer than Google's subject may be (127 bytes).
    IdentitySubjectTooLong = "identity/subject-too-long",
    /// Google's Security Token Service refused the assertion.
    IdentityExchangeRefused = "identity/exchange-refused",
    /// The service account could not be impersonated.
    IdentityImpersonationRefused = "identity/impersonation-refused",
    /// Google answered the exchange with something that cannot be read.
    IdentityAnswerUnreadable = "identity/answer-unreadable",
    /// Google refused the call for want of a permission, or the resource does not exist.
    GooglePermissionDenied = "google/permission-denied",
    /// Google did not accept the credentials.
    GoogleUnauthenticated = "google/unauthenticated",
    /// Google does not know the resource.
    GoogleNotFound = "google/not-found",
    /// Google says that the request is wrong.
    GoogleInvalid = "google/invalid-argument",
    /// Google says that the request does not fit the state of things.
    GooglePrecondition = "google/failed-precondition",
    /// Google has it already, or somebody else changed it meanwhile.
    GoogleConflict = "google/conflict",
    /// A quota or rate limit is used up.
    GoogleExhausted = "google/resource-exhausted",
    /// Google is unavailable, or took too long, again and again.
    GoogleUnavailable = "google/unavailable",
    /// The answer was cut off, or is not what Google's API answers.
    GoogleAnswerUnreadable = "google/answer-unreadable",
    /// Google answered with an error that has no code of its own here.
    GoogleError = "google/error",
    /// Nothing answered at the address.
    NetworkUnreachable = "network/unreachable",
    /// The portal refused the call.
    PortalRefused = "portal/refused",
    /// The deployment's operation ended in an error.
    DeployOperationFailed = "deploy/operation-failed",
    /// The deployment was cancelled.
    DeployCancelled = "deploy/cancelled",
    /// Something that the deployment made could not be taken back.
    DeployNotUndone = "deploy/not-undone",
    /// The operation ended, but not with what was asked for.
    DeployUnexpectedResult = "deploy/unexpected-result",
    /// The core failed in a way it should not.
    CoreInternal = "core/internal",
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Another place that a finding has to do with, and what is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Related {
    pub message: String,
    #[serde(rename = "where")]
    pub place: Where,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    pub code: Code,
    pub severity: Severity,
    /// Lower-case first word unless it is a name, no final stop, the reader's words.
    pub message: String,
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    pub place: Option<Where>,
    /// Other places that have to do with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<Related>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The Google permission that was missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permission: Option<String>,
    /// The Google resource that a refusal is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
}

impl Diagnostic {
    /// An error; the most common severity.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            place: None,
            related: Vec::new(),
            help: None,
            permission: None,
            resource: None,
        }
    }

    /// A warning.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    #[must_use]
    pub fn at(mut self, place: Where) -> Self {
        self.place = Some(place);
        self
    }

    #[must_use]
    pub fn related(mut self, message: impl Into<String>, place: Where) -> Self {
        self.related.push(Related { message: message.into(), place });
        self
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    #[must_use]
    pub fn about(mut self, resource: impl Into<String>) -> Self {
        self.resource = Some(resource.into());
        self
    }

    #[must_use]
    pub fn needing(mut self, permission: impl Into<String>) -> Self {
        self.permission = Some(permission.into());
        self
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn codes_are_unique_and_well_formed() {
        let mut seen = HashSet::new();
        for code in Code::ALL {
            let text = code.as_str();
            assert!(seen.insert(text), "{text} stands twice");
            let (group, name) = text.split_once('/').expect("a group and a name");
            for part in [group, name] {
                assert!(
                    !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'),
                    "{text} is not kebab-case"
                );
            }
            assert!(code.meaning().trim().ends_with('.'));
        }
    }

    #[test]
    fn a_place_is_flat_in_json() {
        let at = Position { offset: 3, line: 1, column: 4 };
        let finding = Diagnostic::error(Code::EntitySyntax, "no")
            .at(Where { span: Some(Span { start: at, end: at }), ..Where::default() });
        let json = serde_json::to_value(&finding).unwrap();
        assert_eq!(json["where"]["start"]["line"], 1);
        assert_eq!(json["code"], "entity/syntax");
        assert!(json.get("help").is_none());
    }
}

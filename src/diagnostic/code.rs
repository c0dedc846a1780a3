//! The closed list of codes.

use super::{RULE_PAGES, Severity};
use serde::{Serialize, Serializer};

/// What a code is before anybody adjusts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Always of this severity: what it is about cannot go on, or was never a matter of taste.
    Fixed(Severity),
    /// A rule, which `vertexAi.rules` and waivers may set to another level.
    Rule(Level),
}

/// How much a rule matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Off,
    Warning,
    Error,
}

impl Level {
    /// As it is written in a configuration.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "off" => Self::Off,
            "warning" => Self::Warning,
            "error" => Self::Error,
            _ => return None,
        })
    }
}

macro_rules! kind {
    (rule off) => {
        Kind::Rule(Level::Off)
    };
    (rule warning) => {
        Kind::Rule(Level::Warning)
    };
    (rule error) => {
        Kind::Rule(Level::Error)
    };
    (error) => {
        Kind::Fixed(Severity::Error)
    };
    (warning) => {
        Kind::Fixed(Severity::Warning)
    };
    (info) => {
        Kind::Fixed(Severity::Info)
    };
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident: $($kind:ident)+ = $code:literal,)+) => {
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

            /// Whether it may be adjusted, and what it is until then.
            pub fn kind(self) -> Kind {
                match self { $(Code::$variant => kind!($($kind)+),)+ }
            }
        }
    };
}

codes! {
    /// The text is not well-formed YAML or JSON.
    EntitySyntax: error = "entity/syntax",
    /// The text is larger, deeper or more repetitive than an entity may be.
    EntityTooLarge: error = "entity/too-large",
    /// The same key stands twice in one mapping.
    EntityDuplicateKey: error = "entity/duplicate-key",
    /// The document is not a Backstage entity: `kind` or `metadata.name` is missing or not a string.
    EntityNotAnEntity: error = "entity/not-an-entity",
    /// The file cannot be read from where it is.
    FileUnreadable: error = "file/unreadable",
    /// Nothing that was named holds an entity.
    FileNoEntity: error = "file/no-entity",
    /// The mended file cannot be written to where it was.
    FileUnwritable: error = "file/unwritable",
    /// A required annotation is missing.
    AnnotationMissing: error = "annotation/missing",
    /// An annotation's value is not a string.
    AnnotationNotText: error = "annotation/not-text",
    /// An annotation's value does not have the form that Google asks for.
    AnnotationMalformed: error = "annotation/malformed",
    /// An annotation begins like ours but is not one of ours.
    AnnotationUnknown: rule warning = "annotation/unknown",
    /// Two annotations contradict each other, e.g. a full resource name names another project than `-project`.
    AnnotationContradiction: error = "annotation/contradiction",
    /// The endpoint and the model are in different locations.
    LocationMismatch: rule error = "annotation/location-mismatch",
    /// The location is not one that Vertex AI serves custom models in.
    LocationUnknown: rule error = "annotation/location-unknown",
    /// The machine type is not one that Vertex AI serves models on.
    MachineTypeUnknown: rule error = "annotation/machine-type-unknown",
    /// The accelerator does not exist.
    AcceleratorUnknown: rule error = "annotation/accelerator-unknown",
    /// The machine type does not carry this accelerator in this number.
    AcceleratorMismatch: rule error = "annotation/accelerator-mismatch",
    /// The replica range is empty or starts below one.
    ReplicasInvalid: error = "annotation/replicas-invalid",
    /// An image lies in another location than the model.
    ImageLocation: rule error = "annotation/image-location",
    /// The plan takes whichever version of the model is the default when it is carried out.
    PlanVersionOpen: info = "plan/version-open",
    /// A request has a shape that the core does not know.
    RequestMalformed: error = "request/malformed",
    /// The configuration lacks a key, or a key has a wrong value.
    ConfigInvalid: error = "config/invalid",
    /// A rule of this name does not exist.
    ConfigUnknownRule: error = "config/unknown-rule",
    /// A finding of this code is not a matter of configuration: nothing can go on without what it is about.
    ConfigFixedRule: error = "config/fixed-rule",
    /// The call's path or verb is not one of the Google methods that may be called.
    ProxyMethodUnknown: error = "proxy/method-unknown",
    /// The path is written in a way that hides what it means: dot segments, empty segments, escapes.
    ProxyPathMalformed: error = "proxy/path-malformed",
    /// The project or location is not among those the configuration allows.
    ProxyTargetNotAllowed: error = "proxy/target-not-allowed",
    /// The query holds a parameter that the method does not have.
    ProxyQueryUnknown: error = "proxy/query-unknown",
    /// The request's body cannot be read as what the method takes.
    ProxyBodyMalformed: error = "proxy/body-malformed",
    /// This caller may not make this call.
    ProxyCallerNotAllowed: error = "proxy/caller-not-allowed",
    /// A user's entity ref is longer than Google's subject may be (127 bytes).
    IdentitySubjectTooLong: error = "identity/subject-too-long",
    /// Google's Security Token Service refused the assertion.
    IdentityExchangeRefused: error = "identity/exchange-refused",
    /// The service account could not be impersonated.
    IdentityImpersonationRefused: error = "identity/impersonation-refused",
    /// Google answered the exchange with something that cannot be read.
    IdentityAnswerUnreadable: error = "identity/answer-unreadable",
    /// Google refused the call for want of a permission, or the resource does not exist.
    GooglePermissionDenied: error = "google/permission-denied",
    /// Google did not accept the credentials.
    GoogleUnauthenticated: error = "google/unauthenticated",
    /// Google does not know the resource.
    GoogleNotFound: error = "google/not-found",
    /// Google says that the request is wrong.
    GoogleInvalid: error = "google/invalid-argument",
    /// Google says that the request does not fit the state of things.
    GooglePrecondition: error = "google/failed-precondition",
    /// Google has it already, or somebody else changed it meanwhile.
    GoogleConflict: error = "google/conflict",
    /// A quota or rate limit is used up.
    GoogleExhausted: error = "google/resource-exhausted",
    /// Google is unavailable, or took too long, again and again.
    GoogleUnavailable: error = "google/unavailable",
    /// The answer was cut off, or is not what Google's API answers.
    GoogleAnswerUnreadable: error = "google/answer-unreadable",
    /// Google answered with an error that has no code of its own here.
    GoogleError: error = "google/error",
    /// Nothing answered at the address.
    NetworkUnreachable: error = "network/unreachable",
    /// The portal refused the call.
    PortalRefused: error = "portal/refused",
    /// The deployment's operation ended in an error.
    DeployOperationFailed: error = "deploy/operation-failed",
    /// The deployment was cancelled.
    DeployCancelled: error = "deploy/cancelled",
    /// Something that the deployment made could not be taken back.
    DeployNotUndone: error = "deploy/not-undone",
    /// The operation ended, but not with what was asked for.
    DeployUnexpectedResult: error = "deploy/unexpected-result",
    /// The core failed in a way it should not.
    CoreInternal: error = "core/internal",
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Code {
    /// The severity that a finding of this code is made with.
    pub fn severity(self) -> Severity {
        match self.kind() {
            Kind::Fixed(severity) => severity,
            Kind::Rule(Level::Error) => Severity::Error,
            Kind::Rule(Level::Warning | Level::Off) => Severity::Warning,
        }
    }

    /// The code of this name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text)
    }

    /// Whether the code is a rule: it has a page of its own in the reference.
    pub fn is_rule(self) -> bool {
        matches!(self.kind(), Kind::Rule(_))
            || self.as_str().starts_with("entity/")
            || self.as_str().starts_with("annotation/")
    }

    /// Where the page of a rule is.
    pub fn url(self) -> Option<String> {
        self.is_rule().then(|| format!("{RULE_PAGES}{}.md", self.as_str()))
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
            assert_eq!(Code::parse(text), Some(*code));
        }
    }
}

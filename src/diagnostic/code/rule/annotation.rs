//! Rules for every annotation: its key, and its value as text.

use super::Example::{All, Lines};
use super::Rule;
use crate::diagnostic::code::Kind::{Adjustable, Fixed};
use crate::diagnostic::code::{Code, Level, Severity};

const BACKSTAGE: &str = "Backstage, Descriptor Format of Catalog Entities";
const OURS: &str = "ours: docs/annotations.md";

pub const RULES: &[Rule] = &[
    Rule {
        code: Code::AnnotationMissing,
        name: "annotation/missing",
        kind: Fixed(Severity::Error),
        meaning: "A required annotation is missing.",
        why: "Without a model there is nothing to serve, without an endpoint nowhere to serve it; an id is only half a name.",
        wrong: All("project: acme-ml\nlocation: us-central1\nendpoint: fraud-detector"),
        right: All(
            "endpoint: projects/acme-ml/locations/us-central1/endpoints/fraud-detector\nmodel: projects/acme-ml/locations/us-central1/models/fraud-detector@3",
        ),
        source: OURS,
    },
    Rule {
        code: Code::AnnotationNotText,
        name: "annotation/not-text",
        kind: Fixed(Severity::Error),
        meaning: "An annotation's value is not a string.",
        why: "Backstage refuses an entity whose annotations are not texts, and keeps showing the one before.",
        wrong: Lines("replicas: 2"),
        right: Lines("replicas: \"2\""),
        source: BACKSTAGE,
    },
    Rule {
        code: Code::AnnotationEmpty,
        name: "annotation/empty",
        kind: Fixed(Severity::Error),
        meaning: "An annotation's value is empty.",
        why: "An empty value says that something was meant, but not what.",
        wrong: Lines("service-account: \"\""),
        right: Lines("service-account: fraud-serving@acme-ml.iam.gserviceaccount.com"),
        source: OURS,
    },
    Rule {
        code: Code::AnnotationWhitespace,
        name: "annotation/whitespace",
        kind: Adjustable(Level::Warning),
        meaning: "An annotation's value begins or ends with white space.",
        why: "White space around a value is invisible in a review, and part of the name for every other tool that reads it.",
        wrong: Lines("endpoint: \"fraud-detector \""),
        right: Lines("endpoint: fraud-detector"),
        source: OURS,
    },
    Rule {
        code: Code::AnnotationUnknown,
        name: "annotation/unknown",
        kind: Adjustable(Level::Warning),
        meaning: "An annotation begins like ours but is not one of ours.",
        why: "A misspelt key is silently ignored: the deployment takes Google's default instead of what was written.",
        wrong: Lines("machine-typ: n1-standard-4"),
        right: Lines("machine-type: n1-standard-4"),
        source: OURS,
    },
    Rule {
        code: Code::AnnotationPrefix,
        name: "annotation/prefix",
        kind: Adjustable(Level::Warning),
        meaning: "An annotation looks like one of ours below another domain or in other letters: nobody reads it.",
        why: "Keys are compared letter by letter: below another domain, or in capitals, nobody reads them.",
        wrong: Lines("cloud.google.com/vertex-ai-replicas: \"2\""),
        right: Lines("replicas: \"2\""),
        source: OURS,
    },
];

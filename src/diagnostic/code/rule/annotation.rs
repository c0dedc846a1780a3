//! Rules for every annotation: its key, and its value as text.

use super::Example::{All, Lines};
use super::{Rule, source};
use crate::diagnostic::code::Kind::{Adjustable, Fixed};
use crate::diagnostic::code::{Code, Level, Severity};

pub const RULES: &[Rule] = &[
    Rule {
        code: Code::AnnotationMissing,
        name: "annotation/missing",
        kind: Fixed(Severity::Error),
        meaning: "A required annotation is missing.",
        why: "A deployment needs a model and an endpoint. An id also needs its project and location.",
        wrong: All("project: acme-ml\nlocation: us-central1\nendpoint: fraud-detector"),
        right: All(
            "endpoint: projects/acme-ml/locations/us-central1/endpoints/fraud-detector\nmodel: projects/acme-ml/locations/us-central1/models/fraud-detector@3",
        ),
        sources: &[source::OURS],
    },
    Rule {
        code: Code::AnnotationNotText,
        name: "annotation/not-text",
        kind: Fixed(Severity::Error),
        meaning: "The value of an annotation is not a string.",
        why: "Backstage rejects an entity whose annotations are not strings, and keeps its previous version.",
        wrong: Lines("replicas: 2"),
        right: Lines("replicas: \"2\""),
        sources: &[source::DESCRIPTOR],
    },
    Rule {
        code: Code::AnnotationEmpty,
        name: "annotation/empty",
        kind: Fixed(Severity::Error),
        meaning: "The value of an annotation is empty.",
        why: "An empty value does not show what its author intended.",
        wrong: Lines("service-account: \"\""),
        right: Lines("service-account: fraud-serving@acme-ml.iam.gserviceaccount.com"),
        sources: &[source::OURS],
    },
    Rule {
        code: Code::AnnotationWhitespace,
        name: "annotation/whitespace",
        kind: Adjustable(Level::Warning),
        meaning: "The value of an annotation begins or ends with white space.",
        why: "White space is invisible in a review, but other tools read it as part of the value.",
        wrong: Lines("endpoint: \"fraud-detector \""),
        right: Lines("endpoint: fraud-detector"),
        sources: &[source::OURS],
    },
    Rule {
        code: Code::AnnotationPlaceholder,
        name: "annotation/placeholder",
        kind: Adjustable(Level::Error),
        meaning: "A name is a placeholder of a guide, such as `your-project-id`.",
        why: "The text has the form of a name, so Google looks for it, and calls fail with 403 or 404. A project can belong to somebody else.",
        wrong: Lines("project: your-project-id"),
        right: Lines("project: acme-ml"),
        sources: &[source::CONSUMER_INVALID, source::OURS],
    },
    Rule {
        code: Code::AnnotationUnknown,
        name: "annotation/unknown",
        kind: Adjustable(Level::Warning),
        meaning: "The key begins with `google.com/vertex-ai-` but is not a known annotation.",
        why: "A misspelt key has no effect: the deployment uses Google's default instead.",
        wrong: Lines("machine-typ: n1-standard-4"),
        right: Lines("machine-type: n1-standard-4"),
        sources: &[source::OURS],
    },
    Rule {
        code: Code::AnnotationPrefix,
        name: "annotation/prefix",
        kind: Adjustable(Level::Warning),
        meaning: "The key is that of a known annotation, but with another domain or in other letters.",
        why: "Keys are compared exactly. With another domain or in capitals, the annotation has no effect.",
        wrong: Lines("cloud.google.com/vertex-ai-replicas: \"2\""),
        right: Lines("replicas: \"2\""),
        sources: &[source::OURS],
    },
];

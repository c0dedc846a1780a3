//! Rules for environments and waivers.

use super::Example::{All, Lines};
use super::Rule;
use crate::diagnostic::code::Kind::{Adjustable, Fixed};
use crate::diagnostic::code::{Code, Level, Severity};

pub const RULES: &[Rule] = &[
    Rule {
        code: Code::EnvironmentMalformed,
        name: "environment/malformed",
        kind: Fixed(Severity::Error),
        meaning: "What stands behind the dot of an annotation is no environment's name.",
        why: "The name of an environment is asked for by templates and actions; one in other letters is never found.",
        wrong: Lines("endpoint.Staging: fraud-staging"),
        right: Lines("endpoint.staging: fraud-staging"),
        source: "ours: docs/annotations.md",
    },
    Rule {
        code: Code::EnvironmentMisspelt,
        name: "environment/misspelt",
        kind: Adjustable(Level::Warning),
        meaning: "An environment's name is nearly that of another one of this entity.",
        why: "A slip in one key makes a second environment of one annotation, and the first one keeps the plain value.",
        wrong: Lines("endpoint.staging: fraud-staging\nmodel.staging: fraud-detector@4\nreplicas.stagin: \"1\""),
        right: Lines("endpoint.staging: fraud-staging\nmodel.staging: fraud-detector@4\nreplicas.staging: \"1\""),
        source: "ours: docs/annotations.md",
    },
    Rule {
        code: Code::EnvironmentSharedEndpoint,
        name: "environment/shared-endpoint",
        kind: Adjustable(Level::Warning),
        meaning: "Two environments deploy to the same endpoint: each takes the other's traffic.",
        why: "A deployment takes all traffic of its endpoint unless it asks for a part: whichever environment is deployed last serves them both.",
        wrong: Lines("model.staging: fraud-detector@4"),
        right: Lines("endpoint.staging: fraud-staging\nmodel.staging: fraud-detector@4"),
        source: "ours: docs/annotations.md",
    },
    Rule {
        code: Code::WaiverMalformed,
        name: "waiver/malformed",
        kind: Fixed(Severity::Error),
        meaning: "A waiver is not `code: reason`.",
        why: "A waiver that cannot be read waives nothing, and nobody notices until the finding is back.",
        wrong: Lines("model: fraud-detector@champion\nwaive: we know, it is the alias"),
        right: Lines("model: fraud-detector@champion\nwaive: \"model/alias: retrained every night\""),
        source: "ours: docs/annotations.md",
    },
    Rule {
        code: Code::WaiverReasonMissing,
        name: "waiver/reason-missing",
        kind: Fixed(Severity::Error),
        meaning: "A waiver gives no reason.",
        why: "In a year nobody knows whether the exception still holds unless it says why it was made.",
        wrong: Lines("model: fraud-detector@champion\nwaive: model/alias"),
        right: Lines("model: fraud-detector@champion\nwaive: \"model/alias: retrained every night\""),
        source: "ours: docs/annotations.md",
    },
    Rule {
        code: Code::WaiverUnknownRule,
        name: "waiver/unknown-rule",
        kind: Fixed(Severity::Error),
        meaning: "A waiver names a rule that does not exist.",
        why: "A misspelt rule is not waived.",
        wrong: Lines("waive: \"model/alais: retrained every night\""),
        right: Lines("model: fraud-detector@champion\nwaive: \"model/alias: retrained every night\""),
        source: "ours: docs/annotations.md",
    },
    Rule {
        code: Code::WaiverFixedRule,
        name: "waiver/fixed-rule",
        kind: Fixed(Severity::Error),
        meaning: "A waiver names a finding that nothing can go on without mending.",
        why: "What cannot be read cannot be deployed, whoever waives it.",
        wrong: All(
            "project: acme-ml\nlocation: us-central1\nendpoint: fraud-detector\nwaive: \"annotation/missing: later\"",
        ),
        right: Lines("model: fraud-detector@champion\nwaive: \"model/alias: retrained every night\""),
        source: "ours: docs/annotations.md",
    },
    Rule {
        code: Code::WaiverUnused,
        name: "waiver/unused",
        kind: Adjustable(Level::Warning),
        meaning: "A waiver waives nothing any more.",
        why: "A waiver that outlives its finding hides the next one.",
        wrong: Lines("waive: \"model/alias: retrained every night\""),
        right: Lines("model: fraud-detector@champion\nwaive: \"model/alias: retrained every night\""),
        source: "ours: docs/annotations.md",
    },
];

//! Rules for environments and waivers.

use super::Example::{All, Lines};
use super::{Rule, source};
use crate::diagnostic::code::Kind::{Adjustable, Fixed};
use crate::diagnostic::code::{Code, Level, Severity};

pub const RULES: &[Rule] = &[
    Rule {
        code: Code::EnvironmentMalformed,
        name: "environment/malformed",
        kind: Fixed(Severity::Error),
        meaning: "The text after the dot of a key is not the name of an environment.",
        why: "Templates and actions select an environment by its name. They never find a name in other letters.",
        wrong: Lines("endpoint.Staging: fraud-staging"),
        right: Lines("endpoint.staging: fraud-staging"),
        sources: &[source::OURS],
    },
    Rule {
        code: Code::EnvironmentMisspelt,
        name: "environment/misspelt",
        kind: Adjustable(Level::Warning),
        meaning: "The name of an environment is almost that of another one.",
        why: "A mistake in one key creates a second environment, and the first one keeps the plain value.",
        wrong: Lines("endpoint.staging: fraud-staging\nmodel.staging: fraud-detector@4\nreplicas.stagin: \"1\""),
        right: Lines("endpoint.staging: fraud-staging\nmodel.staging: fraud-detector@4\nreplicas.staging: \"1\""),
        sources: &[source::OURS],
    },
    Rule {
        code: Code::EnvironmentSharedEndpoint,
        name: "environment/shared-endpoint",
        kind: Adjustable(Level::Warning),
        meaning: "Two environments deploy to the same endpoint, and each takes the other's traffic.",
        why: "A deployment takes all traffic of its endpoint unless it requests a share. The environment deployed last would serve both.",
        wrong: Lines("model.staging: fraud-detector@4"),
        right: Lines("endpoint.staging: fraud-staging\nmodel.staging: fraud-detector@4"),
        sources: &[source::OURS],
    },
    Rule {
        code: Code::WaiverMalformed,
        name: "waiver/malformed",
        kind: Fixed(Severity::Error),
        meaning: "A waiver is not `code: reason`.",
        why: "A waiver that cannot be read has no effect, and nobody notices until the finding returns.",
        wrong: Lines("model: fraud-detector@champion\nwaive: we know, it is the alias"),
        right: Lines("model: fraud-detector@champion\nwaive: \"model/alias: retrained every night\""),
        sources: &[source::OURS],
    },
    Rule {
        code: Code::WaiverReasonMissing,
        name: "waiver/reason-missing",
        kind: Fixed(Severity::Error),
        meaning: "A waiver has no reason.",
        why: "Without a reason, nobody can decide later whether the exception still applies.",
        wrong: Lines("model: fraud-detector@champion\nwaive: model/alias"),
        right: Lines("model: fraud-detector@champion\nwaive: \"model/alias: retrained every night\""),
        sources: &[source::OURS],
    },
    Rule {
        code: Code::WaiverUnknownRule,
        name: "waiver/unknown-rule",
        kind: Fixed(Severity::Error),
        meaning: "A waiver names a rule that does not exist.",
        why: "A waiver of a misspelt rule has no effect.",
        wrong: Lines("waive: \"model/alais: retrained every night\""),
        right: Lines("model: fraud-detector@champion\nwaive: \"model/alias: retrained every night\""),
        sources: &[source::OURS],
    },
    Rule {
        code: Code::WaiverFixedRule,
        name: "waiver/fixed-rule",
        kind: Fixed(Severity::Error),
        meaning: "A waiver names a finding that cannot be waived.",
        why: "An entity with this finding cannot be deployed, with or without a waiver.",
        wrong: All(
            "project: acme-ml\nlocation: us-central1\nendpoint: fraud-detector\nwaive: \"annotation/missing: later\"",
        ),
        right: Lines("model: fraud-detector@champion\nwaive: \"model/alias: retrained every night\""),
        sources: &[source::OURS],
    },
    Rule {
        code: Code::WaiverUnused,
        name: "waiver/unused",
        kind: Adjustable(Level::Warning),
        meaning: "A waiver has no effect, because its finding no longer occurs.",
        why: "A waiver that outlives its finding hides the next one.",
        wrong: Lines("waive: \"model/alias: retrained every night\""),
        right: Lines("model: fraud-detector@champion\nwaive: \"model/alias: retrained every night\""),
        sources: &[source::OURS],
    },
];

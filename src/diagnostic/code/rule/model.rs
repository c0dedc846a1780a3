//! Rules for the model's name and version.

use super::Example::Lines;
use super::Rule;
use crate::diagnostic::code::Kind::{Adjustable, Fixed};
use crate::diagnostic::code::{Code, Level, Severity};

const NAMES: &str = "Google's API description `aiplatform.v1` (shared/facts/google-cloud.md §5.4)";

pub const RULES: &[Rule] = &[
    Rule {
        code: Code::ModelMalformed,
        name: "model/malformed",
        kind: Fixed(Severity::Error),
        meaning: "The model is neither an id nor a full resource name.",
        why: "No model can have this name, so Google will not find it.",
        wrong: Lines("model: Fraud Detector@3"),
        right: Lines("model: fraud-detector@3"),
        source: NAMES,
    },
    Rule {
        code: Code::ModelUrl,
        name: "model/url",
        kind: Fixed(Severity::Error),
        meaning: "What is given is a URL; the model's resource name is a part of it.",
        why: "Hosts differ by region and may change; the resource name is what stays.",
        wrong: Lines(
            "model: //aiplatform.googleapis.com/projects/acme-ml/locations/us-central1/models/fraud-detector@3",
        ),
        right: Lines("model: projects/acme-ml/locations/us-central1/models/fraud-detector@3"),
        source: NAMES,
    },
    Rule {
        code: Code::ModelIsEndpoint,
        name: "model/is-an-endpoint",
        kind: Fixed(Severity::Error),
        meaning: "The model annotation names an endpoint.",
        why: "The two annotations were mixed up.",
        wrong: Lines("model: projects/acme-ml/locations/us-central1/endpoints/fraud-detector"),
        right: Lines("model: projects/acme-ml/locations/us-central1/models/fraud-detector@3"),
        source: NAMES,
    },
    Rule {
        code: Code::ModelPublisher,
        name: "model/publisher",
        kind: Fixed(Severity::Error),
        meaning: "What is given is a publisher's model of Model Garden, not one of the Model Registry.",
        why: "Models of Model Garden are deployed by another method, which copies them into the registry first.",
        wrong: Lines("model: publishers/google/models/gemma"),
        right: Lines("model: gemma-tuned@1"),
        source: "shared/facts/google-cloud.md §2.7",
    },
    Rule {
        code: Code::ModelVersionZero,
        name: "model/version-zero",
        kind: Fixed(Severity::Error),
        meaning: "Versions are counted from 1.",
        why: "Google counts versions from 1 and answers 404 for any other.",
        wrong: Lines("model: fraud-detector@0"),
        right: Lines("model: fraud-detector@1"),
        source: NAMES,
    },
    Rule {
        code: Code::ModelUnpinned,
        name: "model/unpinned",
        kind: Adjustable(Level::Warning),
        meaning: "No version is named: what is deployed depends on the day.",
        why: "The same commit deploys another model tomorrow, and a rollback by reverting it does nothing.",
        wrong: Lines("model: fraud-detector"),
        right: Lines("model: fraud-detector@3"),
        source: NAMES,
    },
    Rule {
        code: Code::ModelAlias,
        name: "model/alias",
        kind: Adjustable(Level::Warning),
        meaning: "The version is an alias: what is deployed depends on where the alias points that day.",
        why: "An alias can be moved by anybody with the right to update the model; the portal's history then lies.",
        wrong: Lines("model: fraud-detector@champion"),
        right: Lines("model: fraud-detector@3"),
        source: NAMES,
    },
];

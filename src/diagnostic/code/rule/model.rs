//! Rules for the model's name and version.

use super::Example::Lines;
use super::{Rule, source};
use crate::diagnostic::code::Kind::{Adjustable, Fixed};
use crate::diagnostic::code::{Code, Level, Severity};

pub const RULES: &[Rule] = &[
    Rule {
        code: Code::ModelMalformed,
        name: "model/malformed",
        kind: Fixed(Severity::Error),
        meaning: "The model is neither an id nor a full resource name.",
        why: "No model can have this name, and Google will not find it.",
        wrong: Lines("model: Fraud Detector@3"),
        right: Lines("model: fraud-detector@3"),
        sources: &[source::UPLOAD],
    },
    Rule {
        code: Code::ModelUrl,
        name: "model/url",
        kind: Fixed(Severity::Error),
        meaning: "The value is a URL, but only the resource name in it is needed.",
        why: "Host names differ by region and can change. The resource name stays.",
        wrong: Lines(
            "model: //aiplatform.googleapis.com/projects/acme-ml/locations/us-central1/models/fraud-detector@3",
        ),
        right: Lines("model: projects/acme-ml/locations/us-central1/models/fraud-detector@3"),
        sources: &[source::DEPLOYED_MODEL],
    },
    Rule {
        code: Code::ModelIsEndpoint,
        name: "model/is-an-endpoint",
        kind: Fixed(Severity::Error),
        meaning: "The model annotation names an endpoint.",
        why: "The values of the endpoint and model annotations are probably swapped.",
        wrong: Lines("model: projects/acme-ml/locations/us-central1/endpoints/fraud-detector"),
        right: Lines("model: projects/acme-ml/locations/us-central1/models/fraud-detector@3"),
        sources: &[source::DEPLOYED_MODEL],
    },
    Rule {
        code: Code::ModelPublisher,
        name: "model/publisher",
        kind: Fixed(Severity::Error),
        meaning: "The value is a model of Model Garden, not of the Model Registry.",
        why: "Models of Model Garden need another API method, which creates a model in the registry first.",
        wrong: Lines("model: publishers/google/models/gemma"),
        right: Lines("model: gemma-tuned@1"),
        sources: &[source::MODEL_GARDEN],
    },
    Rule {
        code: Code::ModelVersionZero,
        name: "model/version-zero",
        kind: Fixed(Severity::Error),
        meaning: "The version of the model is 0, but versions start at 1.",
        why: "Google numbers versions from 1 and does not find any other.",
        wrong: Lines("model: fraud-detector@0"),
        right: Lines("model: fraud-detector@1"),
        sources: &[source::MODEL, "unverified: the first number: the API description says only that numbers increase"],
    },
    Rule {
        code: Code::ModelUnpinned,
        name: "model/unpinned",
        kind: Adjustable(Level::Warning),
        meaning: "The model has no version: the deployment uses the default version of that day.",
        why: "The same commit can deploy another model tomorrow, and reverting it does not roll back.",
        wrong: Lines("model: fraud-detector"),
        right: Lines("model: fraud-detector@3"),
        sources: &[source::DEPLOYED_MODEL],
    },
    Rule {
        code: Code::ModelAlias,
        name: "model/alias",
        kind: Adjustable(Level::Warning),
        meaning: "The version is an alias: the deployment uses the version behind the alias on that day.",
        why: "Anyone who can update the model can move the alias, and the portal then shows a wrong history.",
        wrong: Lines("model: fraud-detector@champion"),
        right: Lines("model: fraud-detector@3"),
        sources: &[source::DEPLOYED_MODEL, source::MODEL],
    },
];

//! Rules for the endpoint: its name, display name, labels and traffic.

use super::Example::{All, Lines, MadeLines};
use super::{Rule, source};
use crate::diagnostic::code::Kind::{Adjustable, Fixed};
use crate::diagnostic::code::{Code, Level, Severity};

fn long_name() -> String {
    format!("display-name: {}", "Fraud detector ".repeat(9))
}

fn many_labels() -> String {
    let labels: Vec<String> = (1..=65).map(|number| format!("label-{number}=x")).collect();
    format!("labels: {}", labels.join(","))
}

pub const RULES: &[Rule] = &[
    Rule {
        code: Code::EndpointMalformed,
        name: "endpoint/malformed",
        kind: Fixed(Severity::Error),
        meaning: "The endpoint is neither an id nor a full resource name.",
        why: "Google rejects the id when the endpoint is created, after the model was uploaded.",
        wrong: Lines("endpoint: Fraud_Detector"),
        right: Lines("endpoint: fraud-detector"),
        sources: &[source::CREATE_ENDPOINT],
    },
    Rule {
        code: Code::EndpointUrl,
        name: "endpoint/url",
        kind: Fixed(Severity::Error),
        meaning: "The value is a URL, but only the resource name in it is needed.",
        why: "Host names differ by region and can change. The resource name stays.",
        wrong: Lines(
            "endpoint: https://us-central1-aiplatform.googleapis.com/v1/projects/acme-ml/locations/us-central1/endpoints/fraud-detector",
        ),
        right: Lines("endpoint: projects/acme-ml/locations/us-central1/endpoints/fraud-detector"),
        sources: &[source::CREATE_ENDPOINT],
    },
    Rule {
        code: Code::EndpointIsModel,
        name: "endpoint/is-a-model",
        kind: Fixed(Severity::Error),
        meaning: "The endpoint annotation names a model.",
        why: "The values of the endpoint and model annotations are probably swapped.",
        wrong: Lines("endpoint: projects/acme-ml/locations/us-central1/models/fraud-detector"),
        right: Lines("endpoint: projects/acme-ml/locations/us-central1/endpoints/fraud-detector"),
        sources: &[source::CREATE_ENDPOINT],
    },
    Rule {
        code: Code::EndpointLocationMismatch,
        name: "endpoint/location-mismatch",
        kind: Adjustable(Level::Error),
        meaning: "The endpoint and the model are in different locations.",
        why: "Vertex AI reads a container image only in the region of its model, so an endpoint elsewhere cannot start it.",
        wrong: Lines("endpoint: projects/acme-ml/locations/europe-west4/endpoints/fraud-detector"),
        right: Lines("endpoint: projects/acme-ml/locations/us-central1/endpoints/fraud-detector"),
        sources: &[
            source::CONTAINER,
            source::DEPLOYED_MODEL,
            "unverified: that Google rejects it; the API description allows a model in another location",
        ],
    },
    Rule {
        code: Code::EndpointProjectMismatch,
        name: "endpoint/project-mismatch",
        kind: Adjustable(Level::Warning),
        meaning: "The endpoint and the model are in different projects.",
        why: "The deployer and Vertex AI's service agent need permissions in both projects.",
        wrong: All(
            "endpoint: projects/acme-serving/locations/us-central1/endpoints/fraud-detector\nmodel: projects/acme-ml/locations/us-central1/models/fraud-detector@3",
        ),
        right: All(
            "endpoint: projects/acme-ml/locations/us-central1/endpoints/fraud-detector\nmodel: projects/acme-ml/locations/us-central1/models/fraud-detector@3",
        ),
        sources: &[source::SERVICE_ACCOUNT],
    },
    Rule {
        code: Code::DisplayNameMalformed,
        name: "display-name/malformed",
        kind: Fixed(Severity::Error),
        meaning: "The display name has more than 128 characters.",
        why: "Google rejects a longer name when the endpoint is created.",
        wrong: MadeLines(long_name, "A display name of 135 characters."),
        right: Lines("display-name: Fraud detector"),
        sources: &[source::ENDPOINT],
    },
    Rule {
        code: Code::LabelsMalformed,
        name: "labels/malformed",
        kind: Fixed(Severity::Error),
        meaning: "A label is not `key=value`.",
        why: "Without `=`, nobody can determine whether the key or the value is missing.",
        wrong: Lines("labels: team fraud"),
        right: Lines("labels: team=fraud"),
        sources: &[source::LABELS],
    },
    Rule {
        code: Code::LabelsKey,
        name: "labels/key",
        kind: Fixed(Severity::Error),
        meaning: "The key of a label has invalid characters or is too long.",
        why: "Google rejects other characters, including capitals.",
        wrong: Lines("labels: Team=fraud"),
        right: Lines("labels: team=fraud"),
        sources: &[source::ENDPOINT],
    },
    Rule {
        code: Code::LabelsValue,
        name: "labels/value",
        kind: Fixed(Severity::Error),
        meaning: "The value of a label has invalid characters or is too long.",
        why: "Google rejects other characters, including capitals.",
        wrong: Lines("labels: team=Fraud Detection"),
        right: Lines("labels: team=fraud-detection"),
        sources: &[source::ENDPOINT],
    },
    Rule {
        code: Code::LabelsDuplicate,
        name: "labels/duplicate",
        kind: Fixed(Severity::Error),
        meaning: "Two labels have the same key.",
        why: "A resource has each key once. One of the two labels is a mistake.",
        wrong: Lines("labels: team=fraud,team=payments"),
        right: Lines("labels: team=fraud"),
        sources: &[source::LABELS],
    },
    Rule {
        code: Code::LabelsTooMany,
        name: "labels/too-many",
        kind: Adjustable(Level::Warning),
        meaning: "The entity has more than 64 labels.",
        why: "Google allows at most 64 labels on a resource.",
        wrong: MadeLines(many_labels, "65 labels."),
        right: Lines("labels: team=fraud,tier=gold"),
        sources: &[source::LABELS, "unverified: the limit for endpoints and models"],
    },
    Rule {
        code: Code::LabelsReserved,
        name: "labels/reserved",
        kind: Adjustable(Level::Warning),
        meaning: "The key of a label has a prefix that Google reserves.",
        why: "Google's own labels have this prefix. Google may reject or overwrite yours.",
        wrong: Lines("labels: goog-team=fraud"),
        right: Lines("labels: team=fraud"),
        sources: &["unverified: the prefixes `goog` and `aiplatform.googleapis.com/`"],
    },
    Rule {
        code: Code::TrafficMalformed,
        name: "traffic/malformed",
        kind: Fixed(Severity::Error),
        meaning: "The traffic share is not a whole number.",
        why: "Google counts traffic in whole percent.",
        wrong: Lines("traffic: 20%"),
        right: Lines("traffic: \"20\""),
        sources: &[source::ENDPOINT],
    },
    Rule {
        code: Code::TrafficRange,
        name: "traffic/range",
        kind: Fixed(Severity::Error),
        meaning: "The traffic share is not between 0 and 100 percent.",
        why: "The shares of all models on an endpoint add up to 100 percent.",
        wrong: Lines("traffic: \"120\""),
        right: Lines("traffic: \"20\""),
        sources: &[source::ENDPOINT],
    },
    Rule {
        code: Code::TrafficNone,
        name: "traffic/none",
        kind: Adjustable(Level::Warning),
        meaning: "The deployment receives no traffic.",
        why: "Its replicas cost money but receive no requests. This is useful only before a manual switch.",
        wrong: Lines("traffic: \"0\""),
        right: Lines("traffic: \"20\""),
        sources: &[source::ENDPOINT],
    },
];

//! Rules for the endpoint: its name, display name, labels and traffic.

use super::Example::{All, Lines, MadeLines};
use super::Rule;
use crate::diagnostic::code::Kind::{Adjustable, Fixed};
use crate::diagnostic::code::{Code, Level, Severity};

const NAMES: &str = "Google's API description `aiplatform.v1` (shared/facts/google-cloud.md §5.4)";
const TRAFFIC: &str = "`Endpoint.trafficSplit` of `aiplatform.v1` (shared/facts/google-cloud.md §5.5)";
const UNVERIFIED: &str = "`aiplatform.v1` says so of other resources; for endpoints and models it is unverified (shared/facts/google-cloud.md §5.4)";

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
        why: "Google refuses the id when the endpoint is created, after the model was uploaded.",
        wrong: Lines("endpoint: Fraud_Detector"),
        right: Lines("endpoint: fraud-detector"),
        source: NAMES,
    },
    Rule {
        code: Code::EndpointUrl,
        name: "endpoint/url",
        kind: Fixed(Severity::Error),
        meaning: "What is given is a URL; the endpoint's resource name is a part of it.",
        why: "Hosts differ by region and may change; the resource name is what stays.",
        wrong: Lines(
            "endpoint: https://us-central1-aiplatform.googleapis.com/v1/projects/acme-ml/locations/us-central1/endpoints/fraud-detector",
        ),
        right: Lines("endpoint: projects/acme-ml/locations/us-central1/endpoints/fraud-detector"),
        source: NAMES,
    },
    Rule {
        code: Code::EndpointIsModel,
        name: "endpoint/is-a-model",
        kind: Fixed(Severity::Error),
        meaning: "The endpoint annotation names a model.",
        why: "The two annotations were mixed up.",
        wrong: Lines("endpoint: projects/acme-ml/locations/us-central1/models/fraud-detector"),
        right: Lines("endpoint: projects/acme-ml/locations/us-central1/endpoints/fraud-detector"),
        source: NAMES,
    },
    Rule {
        code: Code::EndpointLocationMismatch,
        name: "endpoint/location-mismatch",
        kind: Adjustable(Level::Error),
        meaning: "The endpoint and the model are in different locations.",
        why: "Prebuilt and custom containers are read in the model's own region; an endpoint elsewhere cannot start them.",
        wrong: Lines("endpoint: projects/acme-ml/locations/europe-west4/endpoints/fraud-detector"),
        right: Lines("endpoint: projects/acme-ml/locations/us-central1/endpoints/fraud-detector"),
        source: "shared/facts/google-cloud.md §5.1; the schema itself would allow it",
    },
    Rule {
        code: Code::EndpointProjectMismatch,
        name: "endpoint/project-mismatch",
        kind: Adjustable(Level::Warning),
        meaning: "The endpoint and the model are in different projects.",
        why: "Rights are needed in both projects, for who deploys and for Google's service agent; most such deployments fail on them.",
        wrong: All(
            "endpoint: projects/acme-serving/locations/us-central1/endpoints/fraud-detector\nmodel: projects/acme-ml/locations/us-central1/models/fraud-detector@3",
        ),
        right: All(
            "endpoint: projects/acme-ml/locations/us-central1/endpoints/fraud-detector\nmodel: projects/acme-ml/locations/us-central1/models/fraud-detector@3",
        ),
        source: "Google, Use a custom service account (shared/facts/google-cloud.md §4.6)",
    },
    Rule {
        code: Code::DisplayNameMalformed,
        name: "display-name/malformed",
        kind: Fixed(Severity::Error),
        meaning: "The display name has more than 128 characters.",
        why: "Google refuses a longer one when the endpoint is created.",
        wrong: MadeLines(long_name, "A display name of 135 characters."),
        right: Lines("display-name: Fraud detector"),
        source: NAMES,
    },
    Rule {
        code: Code::LabelsMalformed,
        name: "labels/malformed",
        kind: Fixed(Severity::Error),
        meaning: "A label is not `key=value`.",
        why: "A label without a value cannot be told from half of one.",
        wrong: Lines("labels: team fraud"),
        right: Lines("labels: team=fraud"),
        source: NAMES,
    },
    Rule {
        code: Code::LabelsKey,
        name: "labels/key",
        kind: Fixed(Severity::Error),
        meaning: "A label's key has other characters than Google takes, or too many.",
        why: "Google refuses other characters, capitals too.",
        wrong: Lines("labels: Team=fraud"),
        right: Lines("labels: team=fraud"),
        source: NAMES,
    },
    Rule {
        code: Code::LabelsValue,
        name: "labels/value",
        kind: Fixed(Severity::Error),
        meaning: "A label's value has other characters than Google takes, or too many.",
        why: "Google refuses other characters, capitals too.",
        wrong: Lines("labels: team=Fraud Detection"),
        right: Lines("labels: team=fraud-detection"),
        source: NAMES,
    },
    Rule {
        code: Code::LabelsDuplicate,
        name: "labels/duplicate",
        kind: Fixed(Severity::Error),
        meaning: "Two labels have the same key.",
        why: "One of the two is a slip, and nobody can tell which.",
        wrong: Lines("labels: team=fraud,team=payments"),
        right: Lines("labels: team=fraud"),
        source: NAMES,
    },
    Rule {
        code: Code::LabelsTooMany,
        name: "labels/too-many",
        kind: Adjustable(Level::Warning),
        meaning: "There are more than 64 labels.",
        why: "Google takes no more than 64 labels on one resource.",
        wrong: MadeLines(many_labels, "65 labels."),
        right: Lines("labels: team=fraud,tier=gold"),
        source: UNVERIFIED,
    },
    Rule {
        code: Code::LabelsReserved,
        name: "labels/reserved",
        kind: Adjustable(Level::Warning),
        meaning: "A label's key begins as Google's own do.",
        why: "Google's own labels begin so; it may refuse or overwrite yours.",
        wrong: Lines("labels: goog-team=fraud"),
        right: Lines("labels: team=fraud"),
        source: UNVERIFIED,
    },
    Rule {
        code: Code::TrafficMalformed,
        name: "traffic/malformed",
        kind: Fixed(Severity::Error),
        meaning: "The share of the traffic is not a whole number.",
        why: "Google counts traffic in whole percents.",
        wrong: Lines("traffic: 20%"),
        right: Lines("traffic: \"20\""),
        source: TRAFFIC,
    },
    Rule {
        code: Code::TrafficRange,
        name: "traffic/range",
        kind: Fixed(Severity::Error),
        meaning: "The share of the traffic is not between 0 and 100 percent.",
        why: "The shares of an endpoint's models sum to 100 percent.",
        wrong: Lines("traffic: \"120\""),
        right: Lines("traffic: \"20\""),
        source: TRAFFIC,
    },
    Rule {
        code: Code::TrafficNone,
        name: "traffic/none",
        kind: Adjustable(Level::Warning),
        meaning: "The deployment gets no traffic.",
        why: "Its replicas are paid for while nothing is asked of them; that is meant only before a switch by hand.",
        wrong: Lines("traffic: \"0\""),
        right: Lines("traffic: \"20\""),
        source: TRAFFIC,
    },
];

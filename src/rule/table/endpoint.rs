//! What the endpoint is called and tagged with, and its traffic.

use super::Example::{Lines, Made};
use super::{Rule, annotated};
use crate::diagnostic::Code;

const NAMES: &str = "Google's API description `aiplatform.v1` (shared/facts/google-cloud.md §5.4)";
const UNVERIFIED: &str = "`aiplatform.v1` says so of other resources; for endpoints and models it is unverified (shared/facts/google-cloud.md §5.4)";
const TRAFFIC: &str = "`Endpoint.trafficSplit` of `aiplatform.v1` (shared/facts/google-cloud.md §5.5)";

fn long_name() -> String {
    annotated(&format!("display-name: {}", "Fraud detector ".repeat(9)))
}

fn many_labels() -> String {
    let labels: Vec<String> = (1..=65).map(|number| format!("label-{number}=x")).collect();
    annotated(&format!("labels: {}", labels.join(",")))
}

pub const RULES: &[Rule] = &[
    Rule {
        code: Code::DisplayNameMalformed,
        why: "Google refuses a longer one when the endpoint is created.",
        wrong: Made(|| long_name().into(), "A display name of 135 characters."),
        right: Lines("display-name: Fraud detector"),
        source: NAMES,
    },
    Rule {
        code: Code::LabelsMalformed,
        why: "A label without a value cannot be told from half of one.",
        wrong: Lines("labels: team fraud"),
        right: Lines("labels: team=fraud"),
        source: NAMES,
    },
    Rule {
        code: Code::LabelsKey,
        why: "Google refuses other characters, capitals too.",
        wrong: Lines("labels: Team=fraud"),
        right: Lines("labels: team=fraud"),
        source: NAMES,
    },
    Rule {
        code: Code::LabelsValue,
        why: "Google refuses other characters, capitals too.",
        wrong: Lines("labels: team=Fraud Detection"),
        right: Lines("labels: team=fraud-detection"),
        source: NAMES,
    },
    Rule {
        code: Code::LabelsDuplicate,
        why: "One of the two is a slip, and nobody can tell which.",
        wrong: Lines("labels: team=fraud,team=payments"),
        right: Lines("labels: team=fraud"),
        source: NAMES,
    },
    Rule {
        code: Code::LabelsTooMany,
        why: "Google takes no more than 64 labels on one resource.",
        wrong: Made(|| many_labels().into(), "65 labels."),
        right: Lines("labels: team=fraud,tier=gold"),
        source: UNVERIFIED,
    },
    Rule {
        code: Code::LabelsReserved,
        why: "Google's own labels begin so; it may refuse or overwrite yours.",
        wrong: Lines("labels: goog-team=fraud"),
        right: Lines("labels: team=fraud"),
        source: UNVERIFIED,
    },
    Rule {
        code: Code::TrafficMalformed,
        why: "Google counts traffic in whole percents.",
        wrong: Lines("traffic: 20%"),
        right: Lines("traffic: \"20\""),
        source: TRAFFIC,
    },
    Rule {
        code: Code::TrafficRange,
        why: "The shares of an endpoint's models sum to 100 percent.",
        wrong: Lines("traffic: \"120\""),
        right: Lines("traffic: \"20\""),
        source: TRAFFIC,
    },
    Rule {
        code: Code::TrafficNone,
        why: "Its replicas are paid for while nothing is asked of them; that is meant only before a switch by hand.",
        wrong: Lines("traffic: \"0\""),
        right: Lines("traffic: \"20\""),
        source: TRAFFIC,
    },
];

//! Rules for project and location.

use super::Example::Lines;
use super::Rule;
use crate::diagnostic::code::Kind::{Adjustable, Fixed};
use crate::diagnostic::code::{Code, Level, Severity};

const NAMES: &str = "Google's API description `aiplatform.v1` (shared/facts/google-cloud.md §5.4)";
const OURS: &str = "ours: docs/annotations.md";
const REGIONS: &str = "`SUPPORTED_REGIONS` of Google's Python SDK 2.7.0 (shared/facts/google-cloud.md §5.1)";

pub const RULES: &[Rule] = &[
    Rule {
        code: Code::ProjectMalformed,
        name: "project/malformed",
        kind: Fixed(Severity::Error),
        meaning: "The project is neither a project id nor a project number.",
        why: "Google answers with 403 for a project that cannot exist, as for one that is not yours.",
        wrong: Lines("project: ml"),
        right: Lines("project: acme-ml"),
        source: NAMES,
    },
    Rule {
        code: Code::ProjectDisplayName,
        name: "project/display-name",
        kind: Fixed(Severity::Error),
        meaning: "What is given is a project's display name; Google wants its id.",
        why: "The name in the console's heading is for people; calls with it end in 403 `CONSUMER_INVALID`.",
        wrong: Lines("project: Acme ML"),
        right: Lines("project: acme-ml"),
        source: "training-data-analyst #1811 (shared/facts/google-cloud.md §7, no. 9)",
    },
    Rule {
        code: Code::ProjectNumber,
        name: "project/number",
        kind: Adjustable(Level::Warning),
        meaning: "The project is named by its number; configurations, policies and people know it by its id.",
        why: "The portal's allow-list, policies and people know a project by its id; with the number they do not recognise it.",
        wrong: Lines("project: \"123456789012\""),
        right: Lines("project: acme-ml"),
        source: NAMES,
    },
    Rule {
        code: Code::ProjectContradiction,
        name: "project/contradiction",
        kind: Fixed(Severity::Error),
        meaning: "A full resource name and the project annotation name different projects.",
        why: "One of the two is a slip, and the deployment would follow the one nobody looked at.",
        wrong: Lines("model: projects/other-ml/locations/us-central1/models/fraud-detector@3"),
        right: Lines("model: projects/acme-ml/locations/us-central1/models/fraud-detector@3"),
        source: OURS,
    },
    Rule {
        code: Code::LocationMalformed,
        name: "location/malformed",
        kind: Fixed(Severity::Error),
        meaning: "The location does not have the form of one.",
        why: "The location is part of the host that is called.",
        wrong: Lines("location: US Central"),
        right: Lines("location: us-central1"),
        source: NAMES,
    },
    Rule {
        code: Code::LocationUnknown,
        name: "location/unknown",
        kind: Adjustable(Level::Error),
        meaning: "The location is not one that Vertex AI serves custom models in.",
        why: "No endpoint can be made where Vertex AI does not serve.",
        wrong: Lines("location: us-centrall1"),
        right: Lines("location: us-central1"),
        source: REGIONS,
    },
    Rule {
        code: Code::LocationZone,
        name: "location/zone",
        kind: Adjustable(Level::Error),
        meaning: "What is given is a zone; Vertex AI wants its region.",
        why: "Vertex AI places replicas in zones by itself; its API knows regions only.",
        wrong: Lines("location: us-central1-a"),
        right: Lines("location: us-central1"),
        source: REGIONS,
    },
    Rule {
        code: Code::LocationGlobal,
        name: "location/global",
        kind: Adjustable(Level::Error),
        meaning: "Endpoints for custom models live in a region, not at the global location.",
        why: "The global location serves Google's own models, not endpoints with models of yours.",
        wrong: Lines("location: global"),
        right: Lines("location: us-central1"),
        source: "shared/facts/google-cloud.md §2.9, unverified",
    },
    Rule {
        code: Code::LocationContradiction,
        name: "location/contradiction",
        kind: Fixed(Severity::Error),
        meaning: "A full resource name and the location annotation name different locations.",
        why: "One of the two is a slip, and the deployment would follow the one nobody looked at.",
        wrong: Lines(
            "model: projects/acme-ml/locations/us-east1/models/fraud-detector@3\nendpoint: projects/acme-ml/locations/us-east1/endpoints/fraud-detector",
        ),
        right: Lines("model: projects/acme-ml/locations/us-central1/models/fraud-detector@3"),
        source: OURS,
    },
];

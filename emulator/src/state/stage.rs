//! The stages of a deployment, and how long each takes.

/// Duration of each stage at Google's pace, in seconds: ten minutes in all.
pub const STAGES: &[(&str, f64)] = &[
    ("STARTING_DEPLOYMENT", 15.0),
    ("PREPARING_MODEL", 45.0),
    ("CREATING_SERVING_CLUSTER", 150.0),
    ("ADDING_NODES_TO_CLUSTER", 120.0),
    ("GETTING_CONTAINER_IMAGE", 120.0),
    ("STARTING_MODEL_SERVER", 105.0),
    ("FINISHING_UP", 45.0),
];

/// The share of Google's pace at which a deployment of so many seconds passes through the stages.
pub fn pace(seconds: Option<f64>) -> f64 {
    let all: f64 = STAGES.iter().map(|(_, seconds)| seconds).sum();
    seconds.map_or(1.0, |seconds| seconds / all)
}

/// Whether a successful deployment passes through this stage.
pub fn passes_through(stage: &str) -> bool {
    STAGES.iter().any(|(name, _)| *name == stage)
}

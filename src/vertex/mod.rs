//! Vertex AI's own terms: value domains, messages, answers.

pub mod image;
pub mod machine;
pub mod region;
pub mod stage;

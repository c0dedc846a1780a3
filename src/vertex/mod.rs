//! Vertex AI's own terms: value domains, messages, answers.

pub mod container;
pub mod image;
pub mod labels;
pub mod machine;
pub mod message;
pub mod region;
pub mod stage;
pub mod traffic;

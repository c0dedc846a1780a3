//! Google's value domains for Vertex AI: which values exist, and their JSON form.

pub mod container;
pub mod deployed_model;
pub mod image;
pub mod labels;
pub mod machine;
pub mod message;
pub mod offer;
pub mod region;
pub mod setting;
pub mod stage;
pub mod traffic;

//! The core of Backstage Vertex AI: deployments, the rights that they require and their progress, as pure functions.
//!
//! Nothing here reads a clock, randomness or the network: a [`conversation`] requests them from its driver.
#![cfg_attr(not(test), deny(clippy::string_slice))]
#![cfg_attr(not(target_arch = "wasm32"), forbid(unsafe_code))]

pub mod annotation;
pub mod api;
pub mod check;
pub mod config;
pub mod conversation;
pub mod deployment;
pub mod diagnose;
pub mod diagnostic;
pub mod door;
pub mod entity;
mod fingerprint;
pub mod google;
pub mod google_error;
pub mod guard;
pub mod iam;
pub mod identity;
pub mod life;
pub mod mandate;
pub mod method;
pub mod name;
pub mod ordered;
pub mod plan;
pub mod preflight;
pub mod render;
pub mod rule;
pub mod status;
pub mod target;
pub mod timestamp;
pub mod vertex;
#[cfg(target_arch = "wasm32")]
pub mod wasm;
mod words;

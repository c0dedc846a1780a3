//! The core of Backstage Vertex AI: what a deployment is, what it needs, and how it goes, as pure functions.
//!
//! Nothing here reads a clock, randomness or the network: see [`conversation`] for how the outside takes part.
#![cfg_attr(not(target_arch = "wasm32"), forbid(unsafe_code))]

pub mod annotation;
pub mod api;
#[cfg(feature = "server")]
pub mod check;
#[cfg(feature = "server")]
pub mod config;
pub mod conversation;
pub mod diagnostic;
pub mod entity;
#[cfg(feature = "server")]
mod fingerprint;
pub mod google;
pub mod google_error;
#[cfg(feature = "server")]
pub mod guard;
#[cfg(feature = "server")]
pub mod iam;
#[cfg(feature = "server")]
pub mod identity;
pub mod method;
pub mod name;
pub mod ordered;
#[cfg(feature = "server")]
pub mod plan;
#[cfg(feature = "server")]
pub mod render;
pub mod rule;
#[cfg(feature = "server")]
pub mod run;
pub mod status;
pub mod target;
pub mod timestamp;
pub mod vertex;
#[cfg(target_arch = "wasm32")]
pub mod wasm;
mod words;

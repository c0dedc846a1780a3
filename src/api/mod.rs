//! The facade: plain requests in, plain reports out.
//!
//! The exports for JavaScript, the command line and tools call this module and nothing below it.

pub mod access;
mod catalog;
pub mod change;
pub mod check;
pub mod declarations;
pub mod deployment;
pub mod error;
pub mod former;
pub mod gate;
pub mod iam;
pub mod life;
pub mod mandate;
pub mod outline;
pub mod preflight;
pub mod request;
pub mod served;
pub mod source;
mod status;
pub mod stored;
pub mod talk;
mod validate;

pub use crate::annotation::form::Held;
pub use catalog::catalog_config;
pub use status::{StatusRequest, deployments_view, model_versions, status};
pub use validate::{Annotation, ValidateReport, ValidateRequest, annotations, choices, validate};

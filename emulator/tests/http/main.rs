//! The emulator over HTTP, as clients see it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod calls;
mod causes;
mod chaos;
mod dedicated;
mod deletions;
mod deployments;
mod diagnoses;
mod etags;
mod faults;
mod harness;
mod identity;
mod invariants;
mod issuer;
mod logs;
mod metrics;
mod model_garden;
mod mutations;
mod neighbours;
mod pages;
mod permissions;
mod preflight;
mod privileged;
mod quotas;
mod real_causes;
mod requests;
mod roles;
mod undeployments;
mod usage;
mod versions;

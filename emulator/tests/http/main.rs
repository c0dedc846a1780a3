//! The emulator over HTTP, as clients see it.

mod deployments;
mod faults;
mod harness;
mod identity;
mod issuer;
mod permissions;
mod privileged;
mod requests;
mod roles;

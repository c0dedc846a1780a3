//! Proof of least privilege against the emulator's enforcement.
//!
//! With its access request every plan succeeds; without any one permission, some run fails at the call that names it. The core's and
//! the emulator's tables of permissions are compared, too.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod changes;
mod deliver;
mod drive;
mod extras;
mod given;
mod givers;
#[path = "../http/harness.rs"]
#[expect(dead_code, reason = "the other tests use the rest of it")]
mod harness;
#[path = "../http/issuer.rs"]
#[expect(dead_code, reason = "the other tests use the rest of it")]
mod issuer;
mod plans;
mod proof;
mod stages;
mod table;
mod tables;
mod world;

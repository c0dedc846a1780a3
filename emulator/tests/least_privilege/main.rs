//! Proof of least privilege against the emulator's enforcement.
//!
//! With its access request every plan succeeds; without any one permission, some run fails at the call that names it. The core's and
//! the emulator's tables of permissions are compared, too.

mod deliver;
mod drive;
mod extras;
mod given;
mod givers;
#[path = "../http/harness.rs"]
#[allow(dead_code)]
mod harness;
#[path = "../http/issuer.rs"]
#[allow(dead_code)]
mod issuer;
mod plans;
mod proof;
mod table;
mod tables;
mod world;

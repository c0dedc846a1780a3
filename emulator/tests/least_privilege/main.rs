//! The core's least rights, proved against the emulator's enforcement: with them every plan succeeds, without any one of them some
//! run of it fails at the call that names it. The two tables of permissions are held against each other, too.

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

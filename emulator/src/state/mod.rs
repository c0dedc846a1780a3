//! The state of the emulated cloud: plain data with its rules. Nothing here knows HTTP or the clock.

pub mod calls;
pub mod entitlement;
pub mod fault;
pub mod grant;
pub mod held_quota;
pub mod location;
pub mod logs;
pub mod model;
pub mod neighbours;
pub mod policy;
pub mod principal;
pub mod quota;
pub mod rest;
pub mod role;
pub mod seed;
pub mod settings;
pub mod stage;
pub mod traffic;
pub mod world;

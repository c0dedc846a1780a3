//! What the emulated cloud holds. Plain data with its rules; nothing here knows HTTP or time that passes.

pub mod entitlement;
pub mod fault;
pub mod grant;
pub mod policy;
pub mod principal;
pub mod role;
pub mod seed;
pub mod stage;
pub mod world;

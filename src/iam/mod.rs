//! Least privilege: which rights a plan takes, on what, for how long and why; what is dangerous about them; how they are asked for.
//!
//! Facts: `shared/facts/google-cloud.md` §4. Nothing here is a guess about Google that the method table does not mark as one.

pub mod access;
pub mod apply;
pub mod approval;
pub mod ask;
pub mod danger;
pub mod difference;
mod draft;
pub mod entitlement;
pub mod expiry;
pub mod grant;
pub mod holder;
pub mod live;
pub mod policy;
pub mod principal;
pub mod reason;
pub mod render;
pub mod request;
pub mod verify;

pub use approval::{Approval, check_owned, check_shared};
pub use danger::{Danger, dangers};
pub use expiry::{Expiry, check_end};
pub use grant::{Grant, Party};
pub use holder::Holder;
pub use live::may_have_changed_policy;
pub use principal::Principal;
pub use request::{Delivery, Options, Request, request};

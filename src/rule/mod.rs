//! The level of a rule for one portal and one entity.
//!
//! A finding passes the portal's [`Settings`], then the entity's own [`Waivers`]. The rules themselves are in
//! [`crate::diagnostic::rule`].

mod settings;
mod waiver;

pub use settings::Settings;
pub use waiver::{Waived, Waivers};

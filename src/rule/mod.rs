//! Rules: what each says of an entity is in `annotation/` and `entity/`, how much it matters is decided here.
//!
//! A finding passes the portal's [`Settings`], then the entity's own [`waiver`]s.

mod settings;
#[cfg(feature = "server")]
pub mod table;
mod waiver;

pub use settings::Settings;
pub use waiver::{Waived, Waivers};

//! The one room that knows JavaScript: exports, conversions, errors and the injected `fetch`.
//!
//! This module alone tells the two builds apart. The core compiles whole in both; the linker drops what the exports do not reach.

#[cfg(not(feature = "server"))]
mod browser;
#[cfg(feature = "server")]
pub mod check;
pub mod convert;
pub mod error;
pub mod exports;
#[cfg(feature = "server")]
pub mod gate;
#[cfg(feature = "server")]
pub mod server;
pub mod transport;

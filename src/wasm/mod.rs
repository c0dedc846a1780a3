//! The one room that knows JavaScript: exports, conversions and errors.
//!
//! This module alone tells the builds apart. The core compiles whole in each; the linker drops what the exports do not reach.

#[cfg(feature = "check")]
pub mod check;
pub mod convert;
pub mod error;
#[cfg(any(feature = "server", feature = "browser"))]
pub mod exports;
#[cfg(feature = "server")]
pub mod gate;
#[cfg(feature = "server")]
pub mod life;
#[cfg(feature = "server")]
pub mod server;
pub mod start;
#[cfg(any(feature = "server", feature = "browser"))]
pub mod transport;

#[cfg(all(feature = "browser", not(feature = "server")))]
use crate::api::source::CatalogEntity as Source;
#[cfg(feature = "server")]
use crate::api::source::EntitySource as Source;

/// Smaller than the standard library's allocator: see `docs/size.md`.
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

//! The one room that knows JavaScript: conversions, errors, the injected `fetch`, and what is exported.

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

/// Backends keep the standard library's, which is 6 % faster and 2 kB larger.
#[cfg(not(feature = "server"))]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

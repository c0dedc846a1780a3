//! Runs wasm tests in Node or a browser; Cargo calls it as the runner of the wasm32 target.
#![forbid(unsafe_code)]

fn main() -> anyhow::Result<()> {
    wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(std::env::args_os())
}

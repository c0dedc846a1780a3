//! wasm-bindgen's own command-line tools, as `cargo xtask` calls them: `bindings generate …`, `bindings test …`.

use std::ffi::OsString;

fn main() -> anyhow::Result<()> {
    let mut args = std::env::args_os().skip(1);
    let (tool, rest): (Option<OsString>, Vec<OsString>) = (args.next(), args.collect());
    let with_name = |name: &str| std::iter::once(OsString::from(name)).chain(rest).collect::<Vec<_>>();
    match tool.as_ref().and_then(|tool| tool.to_str()) {
        Some("generate") => wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(with_name("wasm-bindgen")),
        Some("test") => {
            wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(with_name("wasm-bindgen-test-runner"))
        }
        _ => anyhow::bail!("usage: bindings generate|test ARGUMENTS…"),
    }
}

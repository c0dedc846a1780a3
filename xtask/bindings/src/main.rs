//! Generates the JavaScript around a compiled core: `bindings WASM web|nodejs FOLDER`.
#![forbid(unsafe_code)]

use anyhow::{Result, bail};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [wasm, target, folder] = arguments.as_slice() else { bail!("usage: bindings WASM web|nodejs FOLDER") };
    let mut bindgen = Bindgen::new();
    bindgen.input_path(wasm).out_name("core").typescript(false);
    bindgen.remove_name_section(true).remove_producers_section(true);
    match target.as_str() {
        // A default path would make every adopter's bundler look for a file beside the glue.
        "web" => bindgen.web(true)?.omit_default_module_path(true),
        "nodejs" => bindgen.nodejs(true)?,
        other => bail!("there is no target `{other}`"),
    };
    bindgen.generate(folder)
}

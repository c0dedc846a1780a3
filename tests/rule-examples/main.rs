//! Writes the examples of the rules as files into a folder: `CODE.wrong.yaml`, `CODE.right.yaml`, with `.` for `/` in the
//! code. What runs outside Rust (`tests/places`, `tests/bench/validate`, the fuzzer's corpus) begins with them.
use backstage_vertex_ai::annotation::example::file;
use backstage_vertex_ai::diagnostic::rule;
use std::io::{Error, Result};
use std::path::PathBuf;

fn main() -> Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or_else(|| Error::other("usage: rule-examples FOLDER"))?);
    std::fs::create_dir_all(&folder)?;
    for rule in rule::all() {
        let code = rule.name.replace('/', ".");
        std::fs::write(folder.join(format!("{code}.wrong.yaml")), file(&rule.wrong))?;
        std::fs::write(folder.join(format!("{code}.right.yaml")), file(&rule.right))?;
    }
    Ok(())
}

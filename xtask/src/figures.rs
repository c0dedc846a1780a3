//! `target/figures.json`: the figures of the last runs. Only the run that measures a figure writes it.

use anyhow::{Context, Result};
use serde_json::{Map, Value};
use std::path::Path;

/// Merges figures into the file and prints them.
pub fn record(file: &Path, figures: &[(String, f64)]) -> Result<()> {
    let mut all: Map<String, Value> = match std::fs::read_to_string(file) {
        Ok(text) => serde_json::from_str(&text).with_context(|| format!("{} is not JSON", file.display()))?,
        Err(_) => Map::new(),
    };
    for (key, value) in figures {
        println!("  {key:<36} {value}");
        all.insert(key.clone(), (*value).into());
    }
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(file, serde_json::to_string_pretty(&all)? + "\n")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_figures_of_other_runs() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("figures.json");
        record(&file, &[("a".into(), 1.0), ("b".into(), 2.0)]).unwrap();
        record(&file, &[("b".into(), 3.5)]).unwrap();
        let all: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        assert_eq!((all["a"].as_f64(), all["b"].as_f64()), (Some(1.0), Some(3.5)));
    }
}

//! A step says what it does and how long it took.

use anyhow::{Context, Result};
use std::time::Instant;

/// Runs a named step.
pub fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("▶ {name}");
    let start = Instant::now();
    let result = work().with_context(|| name.to_owned());
    let mark = if result.is_ok() { "✔" } else { "✘" };
    println!("{mark} {name} ({:.1} s)", start.elapsed().as_secs_f64());
    result
}

/// Says that a step's work is done already.
pub fn skipped(name: &str) {
    println!("✔ {name} (nothing changed)");
}

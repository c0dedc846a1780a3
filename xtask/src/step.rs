//! Steps: named pieces of work whose duration is printed.

use anyhow::{Context, Result};
use std::time::Instant;

/// Runs a step, and prints its name and duration.
pub fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("▶ {name}");
    let start = Instant::now();
    let result = work().with_context(|| name.to_owned());
    let mark = if result.is_ok() { "✔" } else { "✘" };
    println!("{mark} {name} ({:.1} s)", start.elapsed().as_secs_f64());
    result
}

/// Prints that a step has nothing to do.
pub fn skipped(name: &str) {
    println!("✔ {name} (nothing changed)");
}

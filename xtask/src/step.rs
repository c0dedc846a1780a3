//! Steps: named pieces of work whose duration is printed.

use anyhow::{Context, Result};
use std::time::Instant;

/// Why a step cannot run on this machine. Such a step has neither passed nor failed.
#[derive(Debug)]
pub struct NotRun(pub &'static str);

impl std::fmt::Display for NotRun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "not run: {}", self.0)
    }
}

impl std::error::Error for NotRun {}

/// Runs a step, and prints its name and duration.
pub fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("▶ {name}");
    let start = Instant::now();
    let result = work();
    if let Err(error) = &result
        && let Some(reason) = error.downcast_ref::<NotRun>()
    {
        println!("– {name}: {reason}");
    } else {
        let mark = if result.is_ok() { "✔" } else { "✘" };
        println!("{mark} {name} ({:.1} s)", start.elapsed().as_secs_f64());
    }
    result.with_context(|| name.to_owned())
}

/// Prints that a step has nothing to do.
pub fn skipped(name: &str) {
    println!("✔ {name} (nothing changed)");
}

//! Hostile texts: too large, too deep, too repetitive.

use super::*;
use std::time::{Duration, Instant};

/// A limit for unoptimised code on a busy machine. Optimised, each text takes milliseconds; quadratic code takes minutes.
const AT_ONCE: Duration = Duration::from_secs(30);

fn kind(bytes: &[u8]) -> ProblemKind {
    let start = Instant::now();
    let documents = read(bytes);
    assert!(start.elapsed() < AT_ONCE, "{:?}", start.elapsed());
    match documents.as_slice() {
        [Err(problem)] => problem.kind,
        other => panic!("{} documents", other.len()),
    }
}

#[test]
fn bounds_size_depth_and_repetition() {
    let lines = |line: &dyn Fn(usize) -> String, n: usize| (0..n).map(line).collect::<String>();
    assert_eq!(kind(&vec![b'x'; 100 << 20]), TooLarge);
    assert_eq!(kind("[1,".repeat(100_000).as_bytes()), TooDeep);
    assert_eq!(kind("[".repeat(1 << 20).as_bytes()), TooDeep);
    assert_eq!(kind("{".repeat(1 << 20).as_bytes()), TooDeep);
    assert_eq!(kind("- ".repeat(100_000).as_bytes()), TooDeep);
    assert_eq!(kind("? ".repeat(100_000).as_bytes()), TooDeep);
    assert_eq!(kind(lines(&|i| format!("{}a:\n", " ".repeat(i)), 1_400).as_bytes()), TooDeep);
    assert_eq!(kind(format!("a: [{}]\n", "x,".repeat(400_000)).as_bytes()), TooLarge);
    assert_eq!(kind(format!("a: &a x\nb: [{}]\n", "*a,".repeat(300_000)).as_bytes()), TooRepetitive);
    let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(500_000), "*a,".repeat(50));
    assert_eq!(kind(long.as_bytes()), TooRepetitive);
    let nested = format!("{}[{}]", "&a [".repeat(60), "x,".repeat(90_000));
    assert_eq!(kind(format!("{nested}{}, *a", "]".repeat(59)).as_bytes()), TooRepetitive);
}

#[test]
fn accepts_as_many_aliases_as_backstage() {
    let uses = |n: usize| format!("a: &a x\nb: [{}]\n", "*a,".repeat(n));
    assert_eq!(problems(&uses(99)), [NONE]);
    assert_eq!(problems(&uses(100)), [[TooRepetitive]]);
}

#[test]
fn reads_large_files_in_linear_time() {
    let start = Instant::now();
    let documents = "kind: A\nmetadata: {name: n, title: \"\u{e9}\"}\n---\n".repeat(20_000);
    // The last marker begins an empty document.
    assert_eq!(read(documents.as_bytes()).len(), 20_001);
    let keys: String = (0..40_000).map(|i| format!("k{i}: v\n")).collect();
    assert_eq!(problems(&keys), [NONE]);
    let line = format!(
        "{{\"kind\": \"A\", \"metadata\": {{\"name\": \"n\"}}, \"x\": [{}\"\u{e9}\"]}}",
        "\"\u{e9}\",".repeat(90_000)
    );
    assert_eq!(problems(&line), [NONE]);
    assert!(start.elapsed() < AT_ONCE, "{:?}", start.elapsed());
}

//! Texts that try to be too much.

use super::*;
use std::time::{Duration, Instant};

/// For unoptimised code on a busy machine; optimised, each takes some milliseconds. What is quadratic takes minutes.
const AT_ONCE: Duration = Duration::from_secs(30);

fn code(bytes: &[u8]) -> Code {
    let start = Instant::now();
    let documents = read_documents(bytes, None);
    assert!(start.elapsed() < AT_ONCE, "{:?}", start.elapsed());
    match documents.as_slice() {
        [Document::Unreadable(findings)] if findings.len() == 1 => findings[0].code,
        other => panic!("{} documents", other.len()),
    }
}

#[test]
fn size_depth_and_repetition_are_bounded() {
    let lines = |line: &dyn Fn(usize) -> String, n: usize| (0..n).map(line).collect::<String>();
    assert_eq!(code(&vec![b'x'; 100 << 20]), Code::EntityTooLarge);
    assert_eq!(code("[1,".repeat(100_000).as_bytes()), Code::EntityTooDeep);
    assert_eq!(code("[".repeat(1 << 20).as_bytes()), Code::EntityTooDeep);
    assert_eq!(code("{".repeat(1 << 20).as_bytes()), Code::EntityTooDeep);
    assert_eq!(code("- ".repeat(100_000).as_bytes()), Code::EntityTooDeep);
    assert_eq!(code("? ".repeat(100_000).as_bytes()), Code::EntityTooDeep);
    assert_eq!(code(lines(&|i| format!("{}a:\n", " ".repeat(i)), 1_400).as_bytes()), Code::EntityTooDeep);
    assert_eq!(code(format!("a: [{}]\n", "x,".repeat(400_000)).as_bytes()), Code::EntityTooLarge);
    assert_eq!(code(format!("a: &a x\nb: [{}]\n", "*a,".repeat(300_000)).as_bytes()), Code::EntityTooRepetitive);
    let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(500_000), "*a,".repeat(50));
    assert_eq!(code(long.as_bytes()), Code::EntityTooRepetitive);
    let nested = format!("{}[{}]", "&a [".repeat(60), "x,".repeat(90_000));
    assert_eq!(code(format!("{nested}{}, *a", "]".repeat(59)).as_bytes()), Code::EntityTooRepetitive);
}

#[test]
fn an_anchor_may_be_used_as_often_as_in_backstage() {
    let uses = |n: usize| format!("kind: A\nmetadata: {{name: n}}\na: &a x\nb: [{}]\n", "*a,".repeat(n));
    assert_eq!(verdicts(&uses(99)), ["ok"]);
    assert_eq!(verdicts(&uses(100)), ["entity/too-repetitive"]);
}

#[test]
fn large_but_honest_files_are_read_at_once() {
    let start = Instant::now();
    let documents = "kind: A\nmetadata: {name: n, title: \"\u{e9}\"}\n---\n".repeat(20_000);
    assert_eq!(read_documents(documents.as_bytes(), None).len(), 20_000);
    let keys: String = (0..40_000).map(|i| format!("k{i}: v\n")).collect();
    assert_eq!(verdicts(&format!("kind: A\nmetadata: {{name: n}}\n{keys}")), ["ok"]);
    let line = format!(
        "{{\"kind\": \"A\", \"metadata\": {{\"name\": \"n\"}}, \"x\": [{}\"\u{e9}\"]}}",
        "\"\u{e9}\",".repeat(90_000)
    );
    assert_eq!(verdicts(&line), ["ok"]);
    assert!(start.elapsed() < AT_ONCE, "{:?}", start.elapsed());
}

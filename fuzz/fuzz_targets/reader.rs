//! Arbitrary bytes: the reader does not panic, and every position is right.
#![no_main]

use backstage_yaml::{Content, Node, Position, Problem, Span, Style, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for document in read(bytes) {
        match document {
            Ok(document) => {
                document.problems.iter().for_each(|problem| check_problem(problem, bytes));
                check_node(&document.root, bytes);
            }
            Err(problem) => check_problem(&problem, bytes),
        }
    }
});

fn check_problem(problem: &Problem, bytes: &[u8]) {
    let related = problem.related.as_ref().and_then(|related| related.span);
    for span in problem.span.into_iter().chain(related) {
        check_span(span, bytes);
    }
}

fn check_node(node: &Node, bytes: &[u8]) {
    let written = check_span(node.span.expect("a value of a text has a position"), bytes);
    match (&node.value, node.style) {
        (Content::Text(text) | Content::Number(text), Some(Style::Plain))
            if !node.borrowed && !written.contains(['\n', '\r']) =>
        {
            assert_eq!(text, written);
        }
        (Content::List(items), _) => items.iter().for_each(|item| check_node(item, bytes)),
        (Content::Map(entries), _) => entries.iter().for_each(|(key, value)| {
            check_node(key, bytes);
            check_node(value, bytes);
        }),
        _ => {}
    }
}

/// Checks the positions of a span. Returns its text.
fn check_span(span: Span, bytes: &[u8]) -> &str {
    assert!(span.start <= span.end, "{span:?}");
    let Ok(text) = std::str::from_utf8(bytes) else { return "" };
    for at in [span.start, span.end] {
        assert_eq!((at.line, at.column), counted(at, text), "{at:?}");
    }
    &text[span.start.offset..span.end.offset]
}

/// Counts the line and column of an offset the slow way.
fn counted(at: Position, text: &str) -> (usize, usize) {
    let before = text[..at.offset].replace("\r\n", "\n").replace('\r', "\n");
    let before = before.strip_prefix('\u{feff}').unwrap_or(&before);
    let line = before.rsplit('\n').next().unwrap_or("");
    (before.matches('\n').count() + 1, line.encode_utf16().count() + 1)
}

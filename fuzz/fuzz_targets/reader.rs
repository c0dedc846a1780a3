//! Arbitrary bytes: nothing panics, and every place is where it says.
#![no_main]

use backstage_vertex_ai::diagnostic::{Diagnostic, Position, Span};
use backstage_vertex_ai::entity::tree::{Content, Node, Style};
use backstage_vertex_ai::entity::{read_documents, read_trees};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    read_documents(bytes, None);
    for tree in read_trees(bytes, None) {
        match tree {
            Ok(tree) => {
                tree.findings.iter().for_each(|finding| check_finding(finding, bytes));
                check_node(&tree.root, bytes);
            }
            Err(finding) => check_finding(&finding, bytes),
        }
    }
});

fn check_finding(finding: &Diagnostic, bytes: &[u8]) {
    let places = finding.place.iter().chain(finding.related.iter().map(|related| &related.place));
    for span in places.filter_map(|place| place.span) {
        check_span(span, bytes);
    }
}

fn check_node(node: &Node, bytes: &[u8]) {
    let span = node.span.expect("what is read stands somewhere");
    let written = check_span(span, bytes);
    match (&node.value, node.style) {
        (Content::Text(text) | Content::Number(text), Some(Style::Plain)) if !node.borrowed && !written.contains(['\n', '\r']) => {
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

/// What stands at a span.
fn check_span(span: Span, bytes: &[u8]) -> &str {
    assert!(span.start <= span.end, "{span:?}");
    let Ok(text) = std::str::from_utf8(bytes) else { return "" };
    for at in [span.start, span.end] {
        assert_eq!((at.line, at.column), counted(at, text), "{at:?}");
    }
    &text[span.start.offset..span.end.offset]
}

/// Line and column of an offset, the slow way.
fn counted(at: Position, text: &str) -> (usize, usize) {
    let before = text[..at.offset].replace("\r\n", "\n").replace('\r', "\n");
    let before = before.strip_prefix('\u{feff}').unwrap_or(&before);
    let line = before.rsplit('\n').next().unwrap_or("");
    (before.matches('\n').count() + 1, line.encode_utf16().count() + 1)
}

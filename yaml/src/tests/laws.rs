//! Laws that hold for every text.

use super::*;
use proptest::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value, json};

const VALID: &str = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: n\n  annotations:\n    a: &x \"1\"\n    b: 'it''s' # c\n    c: [*x, {d: \u{1f600}}]\n    e: |-\n      text\n      \u{e9}\n  links:\n  - url: http://x\n    title: >\n      folded\n      lines\n---\nkind: API\n";

/// Asserts that every position is right, and that every span holds its value.
fn check(bytes: &[u8]) {
    let documents = read(bytes);
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for document in documents {
        match document {
            Ok(document) => {
                check_node(&document.root, text);
                document.problems.iter().for_each(|problem| check_problem(problem, text));
            }
            Err(problem) => check_problem(&problem, text),
        }
    }
}

fn check_problem(problem: &Problem, text: &str) {
    let spans = problem.span.into_iter().chain(problem.related.as_ref().and_then(|related| related.span));
    spans.for_each(|span| assert!(check_span(span, text).len() <= text.len()));
}

fn check_node(node: &Node, text: &str) {
    let written = check_span(node.span.unwrap(), text);
    match &node.value {
        Content::Text(value) | Content::Number(value) if node.style == Some(Style::Plain) && !node.borrowed => {
            assert!(written.contains(['\n', '\r']) || written == value, "{written:?} {value:?}");
        }
        Content::List(items) => items.iter().for_each(|item| check_node(item, text)),
        Content::Map(entries) => entries.iter().for_each(|(key, value)| {
            check_node(key, text);
            check_node(value, text);
        }),
        _ => {}
    }
}

fn check_span(span: Span, text: &str) -> &str {
    for at in [span.start, span.end] {
        assert_eq!(at, counted(at.offset, text));
    }
    &text[span.start.offset..span.end.offset]
}

/// Counts a position the slow way.
fn counted(offset: usize, text: &str) -> Position {
    let before = text[..offset].replace("\r\n", "\n").replace('\r', "\n");
    let before = before.strip_prefix('\u{feff}').unwrap_or(&before);
    let line = before.rsplit('\n').next().unwrap();
    Position { offset, line: before.matches('\n').count() + 1, column: line.encode_utf16().count() + 1 }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "\\PC{0,12}|[ -~\n\t]{0,12}|true|null|1e3|~|- a|a: b|<<".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[a-z]{1,3}|\\PC{1,6}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// A value in block style, with its texts as in JSON.
fn yaml(value: &Value, indent: usize) -> String {
    let pad = " ".repeat(indent);
    match value {
        Value::Array(items) if !items.is_empty() => {
            items.iter().map(|item| format!("\n{pad}- {}", yaml(item, indent + 2).trim_start_matches(' '))).collect()
        }
        Value::Object(map) if !map.is_empty() => {
            map.iter().map(|(key, value)| format!("\n{pad}{}: {}", json!(key), yaml(value, indent + 1))).collect()
        }
        other => other.to_string(),
    }
}

fn bare(node: &Node) -> Node {
    let value = match &node.value {
        Content::List(items) => Content::List(items.iter().map(bare).collect()),
        Content::Map(entries) => Content::Map(entries.iter().map(|(key, value)| (bare(key), bare(value))).collect()),
        other => other.clone(),
    };
    Node::from(value)
}

/// JSON whose lines are indented by tabs.
fn with_tabs(value: &Value) -> String {
    let mut out = Vec::new();
    let tabs = serde_json::ser::PrettyFormatter::with_indent(b"\t");
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut out, tabs)).unwrap();
    String::from_utf8(out).unwrap()
}

proptest! {
    #[test]
    fn no_bytes_break_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        check(&bytes);
    }

    #[test]
    fn no_text_breaks_the_reader(text in "\\PC{0,60}|[a-c:{}\\[\\]&*!|>'\"\n \t\r\\-.?#%\u{e9}\u{1f600}]{0,60}") {
        check(text.as_bytes());
    }

    #[test]
    fn no_change_of_an_entity_breaks_the_reader(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), 0usize..4, "[:{}\\[\\]&*!|>'\"\n \t\r\\-?#a\u{e9}]{0,3}"), 1..5)
    ) {
        let mut text: Vec<char> = VALID.chars().collect();
        for (at, cut, new) in changes {
            let at = at.index(text.len());
            let end = (at + cut).min(text.len());
            text.splice(at..end, new.chars());
        }
        check(text.into_iter().collect::<String>().as_bytes());
    }

    #[test]
    fn json_and_yaml_read_to_the_same_tree(value in any_json()) {
        let expected = Node::from(&value);
        for text in [value.to_string(), with_tabs(&value), yaml(&value, 0), yaml(&value, 0).replace('\n', "\r\n")] {
            let document = read(text.as_bytes()).remove(0);
            let root = document.unwrap_or_else(|problem| panic!("{text:?}: {problem:?}")).root;
            assert_eq!(bare(&root), expected, "{text:?}");
        }
    }

    #[test]
    fn a_written_text_reads_as_itself(text in "[a-z'\"\\\\:# -]{0,9}|\\PC{0,8}|true|1-3|NVIDIA_L4:1", style in 0usize..3) {
        let place = ["old", "'old'", "\"old\""][style];
        let before = root(&format!("key: {place}\n"));
        let written = before.get("key").and_then(|node| node.written(&text)).unwrap();
        for document in [format!("key: {written}\nnext: 1\n"), format!("{{key: {written}, next: 1}}")] {
            let after = root(&document);
            prop_assert_eq!(after.get("key").and_then(Node::as_text), Some(text.as_str()));
        }
    }
}

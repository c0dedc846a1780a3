//! Tests of the whole reader.

mod hostile;
mod laws;
mod positions;

use super::*;
use ProblemKind::*;

/// The root of a text's first document.
fn root(text: &str) -> Node {
    read(text.as_bytes()).remove(0).map(|document| document.root).unwrap()
}

/// The value of the key `a`.
fn value(text: &str) -> Content {
    root(text).get("a").expect("a key `a`").value.clone()
}

/// The kinds of problems of each document.
fn problems(text: &str) -> Vec<Vec<ProblemKind>> {
    read(text.as_bytes())
        .into_iter()
        .map(|document| match document {
            Ok(document) => document.problems.iter().map(|problem| problem.kind).collect(),
            Err(problem) => vec![problem.kind],
        })
        .collect()
}

const NONE: Vec<ProblemKind> = Vec::new();

#[test]
fn rejects_what_it_cannot_read() {
    assert_eq!(problems("kind: [\n"), [[Syntax]]);
    assert_eq!(problems(""), [NONE; 0]);
    assert_eq!(problems(&"x".repeat(MOST_BYTES + 1)), [[TooLarge]]);
    assert_eq!(problems(&format!("a: {}", "[".repeat(200))), [[TooDeep]]);
    assert_eq!(problems("a: !e!x 1\n"), [[UndeclaredTag]]);
}

#[test]
fn an_error_hides_no_other_document() {
    let text = "a: 1\n---\nkind: [\n---\nkind: \"B\n---\n\n---\nx: 1\n";
    assert_eq!(problems(text), [NONE, vec![Syntax], vec![Syntax], NONE, NONE]);
    let lines: Vec<usize> =
        read(text.as_bytes()).into_iter().filter_map(|document| Some(document.err()?.span?.start.line)).collect();
    assert_eq!(lines, [3, 5]);
}

#[test]
fn separates_documents_at_markers() {
    let both = "kind: A\n...\n# between\n%YAML 1.2\n--- # b\nkind: B\n...\n";
    assert_eq!(problems(both), [NONE, NONE, NONE]);
    assert_eq!(problems("--- \n# nothing\n---\n...\n~\n"), [NONE, NONE, NONE]);
    assert_eq!(problems("a:\n  b: |\n    ---\n    x\n ---\n"), [[Syntax]]);
    assert_eq!(problems("a:\n  title: ---x\n  b: |\n    ---\n"), [NONE]);
}

/// YAML test suite, case 3HFZ.
#[test]
fn rejects_text_on_the_line_of_a_document_end() {
    for end in ["... invalid", "...\tinvalid", "... ---", "... - a", "...  \"x\"", "... [a]", "... %YAML 1.2"] {
        let text = format!("---\nkey: value\n{end}\n---\nb: 1\n");
        assert_eq!(problems(&text), [NONE, vec![Syntax], NONE], "{text:?}");
        let second = read(text.as_bytes()).remove(1).unwrap_err();
        assert_eq!(second.span.unwrap().start.line, 3, "{text:?}");
    }
    for end in ["...", "... ", "... # comment", "...\t# comment", "...\r"] {
        assert_eq!(problems(&format!("a: 1\n{end}\nb: 1\n")), [NONE, NONE], "{end:?}");
    }
    // A `...` with a letter behind it is a text.
    assert_eq!(root("...x\n").as_text(), Some("...x"));
    assert_eq!(problems("&a |\n a\n...  b\n"), [NONE, vec![Syntax]]);
}

#[test]
fn a_duplicate_key_names_the_first() {
    let text = "metadata:\n  name: a\n  name: b\n";
    let document = read(text.as_bytes()).remove(0).unwrap();
    let [problem] = document.problems.as_slice() else { panic!("{:?}", document.problems) };
    let line = |span: Option<Span>| span.unwrap().start.line;
    assert_eq!((problem.kind, line(problem.span)), (DuplicateKey, 3));
    assert_eq!(line(problem.related.as_ref().unwrap().span), 2);
    assert_eq!(problems(r#"{"name": "a", "name": "a"}"#), [[DuplicateKey]]);
    let many: String = (0..100).map(|i| format!("k{}: 1\n", i % 99)).collect();
    assert_eq!(problems(&many), [[DuplicateKey]]);
    assert_eq!(problems("1: a\n\"1\": b\n"), [NONE]);
    assert_eq!(problems("1: a\n0x1: b\n"), [[DuplicateKey]]);
}

#[test]
fn values_of_an_alias_are_borrowed() {
    let tree = root("base: &b {x: [1]}\na: *b\n");
    let (key, list) = &tree.get("a").unwrap().entries()[0];
    assert!(key.borrowed && list.borrowed);
    assert_eq!(list.span.unwrap().start.line, 1);
    assert!(!tree.get("base").unwrap().borrowed);
    assert_eq!(list.written("x"), None);
}

#[test]
fn a_merge_key_is_a_key_like_any_other() {
    let text = "base: &b {x: y}\na:\n  <<: *b\n";
    assert_eq!(problems(text), [[MergeKey]]);
    assert_eq!(root(text).get("a").unwrap().entries()[0].0.as_text(), Some("<<"));
    assert_eq!(problems("{\"<<\": 1}\n"), [NONE]);
}

#[test]
fn resolves_tags_of_the_core_schema() {
    assert_eq!(value("a: !!str 1\n"), Content::Text("1".into()));
    assert_eq!(value("a: !!int \"1\"\n"), Content::Number("1".into()));
    assert_eq!(value("a: ! 1\n"), Content::Text("1".into()));
    assert_eq!(value("%TAG ! tag:yaml.org,2002:\n---\na: !bool \"true\"\n"), Content::Bool(true));
    assert_eq!(problems("x: !Foo 1\n"), [[UnknownTag]]);
}

#[test]
fn keeps_the_style_of_values() {
    let text = "a: x\nb: 'x'\nc: \"x\"\nd: |\n  x\ne: [x]\nf: {x: y}\ng:\n- x\n";
    let styles: Vec<Style> = root(text).entries().iter().filter_map(|(_, value)| value.style).collect();
    use Style::*;
    assert_eq!(styles, [Plain, SingleQuoted, DoubleQuoted, Block, Flow, Flow, Block]);
}

#[test]
fn recognises_placeholders() {
    assert!(root("a: {$text: ./x}\n").get("a").unwrap().is_placeholder());
    assert!(!root("a: {$text: ./x, b: 1}\n").get("a").unwrap().is_placeholder());
}

#[test]
fn rejects_an_alias_bomb() {
    let mut text = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
    for i in 1..12 {
        text.push_str(&format!("a{i}: &a{i} [{}]\n", vec![format!("*a{}", i - 1); 10].join(",")));
    }
    assert_eq!(problems(&text), [[TooRepetitive]]);
}

//! Positions and messages.

use super::*;

/// The text at the position of a value.
fn written<'a>(text: &'a str, node: &Node) -> &'a str {
    let span = node.span.unwrap();
    &text[span.start.offset..span.end.offset]
}

fn column(node: &Node) -> (usize, usize) {
    let start = node.span.unwrap().start;
    (start.line, start.column)
}

#[test]
fn positions_of_every_kind_of_value() {
    for text in
        ["x:\n  a: |\n    one\n\n    two\n\n  b: 1\n", "x:\r\n  a: |\r\n    one\r\n\r\n    two\r\n\r\n  b: 1\r\n"]
    {
        let a = root(text);
        let a = a.get("x").unwrap().get("a").unwrap();
        assert!(written(text, a).starts_with("|") && written(text, a).ends_with("two"), "{:?}", written(text, a));
        assert_eq!((column(a), a.as_text()), ((2, 6), Some("one\n\ntwo\n")));
    }
    let text = "\u{feff}a: [\u{1f600}, {b: \"\u{e9}\"}, c]\t# x\nd:\t'e'\rf: g\n";
    let tree = root(text);
    let Content::List(items) = &tree.get("a").unwrap().value else { panic!() };
    assert_eq!(items.iter().map(|item| written(text, item)).collect::<Vec<_>>(), ["\u{1f600}", "{b: \"\u{e9}\"}", "c"]);
    assert_eq!(items.iter().map(column).collect::<Vec<_>>(), [(1, 5), (1, 9), (1, 19)]);
    assert_eq!((column(tree.get("d").unwrap()), column(tree.get("f").unwrap())), ((2, 4), (3, 4)));
    let text = "a:\n- b:   one\n     two  # c\n  d: 1\n- e\n";
    let tree = root(text);
    let Content::List(items) = &tree.get("a").unwrap().value else { panic!() };
    assert_eq!(written(text, items[0].get("b").unwrap()), "one\n     two");
    assert_eq!(written(text, &items[0]), "b:   one\n     two  # c\n  d: 1");
}

/// Text, kind, line, column, message, help.
#[test]
fn messages_of_problems() {
    let mut all = String::new();
    for text in [
        "a: \"x\nb: 1\n",
        "a: 'x\n",
        "a: [1,\nb: 2\n",
        "a: {b: 1\n",
        "a: [1}\n",
        "a: ]\n",
        "a: [1, , 2]\n",
        "a: [x\n  y: z w: v]\n",
        "a:\n  b: 1\n c: 2\n",
        "a: 1\n  b: 2\n",
        "a:\n  b: 1\n  cc\n",
        "a: 1\nb:2\n",
        "a: b: c\n",
        "a\nb: 1\n",
        "a: - b\n",
        "a: 1\n- b\n",
        "a:\n\tb: 1\n",
        "a: @x\n",
        "a: %x\n",
        "a: \"\\q\"\n",
        "a: \"x\" y\n",
        "a: |x\n",
        "a: *b\n",
        "a: &b [*b]\n",
        "a: &b &c 1\n",
        "a: !x!y 1\n",
        "%YAML 1.2\na: 1\n",
        "a: 1\n... b\n",
    ] {
        let problem = read(text.as_bytes()).into_iter().find_map(Result::err);
        let problem = problem.unwrap_or_else(|| panic!("{text:?} was read"));
        let Position { line, column, .. } = problem.span.unwrap().start;
        let (kind, message, help) = (problem.kind, problem.message, problem.help);
        all += &format!("{text:?}\n  {kind:?} {line}:{column} {message}\n  help: {help}\n");
    }
    insta::assert_snapshot!(all);
}

#[test]
fn rejects_bytes_that_are_not_utf8() {
    let at = |bytes: &[u8]| {
        let problem = read(bytes).remove(0).unwrap_err();
        let start = problem.span.unwrap().start;
        (problem.kind, start.offset, start.line, start.column)
    };
    assert_eq!(at(b"a: 1\nb: \xc3\xa9\xff\n"), (NotUtf8, 10, 2, 5));
    assert_eq!(at(b"\xff\xfea\0"), (NotUtf8, 0, 1, 1));
    assert_eq!(at(b"\x7fELF\0\xff"), (Binary, 4, 1, 5));
}

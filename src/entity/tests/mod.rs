mod hostile;
mod laws;
mod positions;

use super::*;
use tree::Style;

const TEXT: &str = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: Fraud\n  annotations:\n    a: \"x\"\n    b: 3\n";

fn codes(text: &str) -> Vec<Code> {
    Entity::from_text(text, None).map_or_else(|f| f.into_iter().map(|d| d.code).collect(), |_| Vec::new())
}

#[test]
fn positions_are_those_of_an_editor() {
    let entity = Entity::from_text(TEXT, Some("catalog-info.yaml")).unwrap();
    assert_eq!(entity.entity_ref(), "component:default/fraud");
    let (key, value) = &entity.annotations()[1];
    assert_eq!((key.as_text(), value.kind()), (Some("b"), "a number"));
    let at = value.span.unwrap();
    assert_eq!((at.start.line, at.start.column), (7, 8));
    assert_eq!(&TEXT[at.start.offset..at.end.offset], "3");
}

#[test]
fn columns_count_utf16_and_offsets_count_bytes() {
    for text in [
        "kind: A\r\nmetadata: {name: n, annotations: {\"😀\": v}}\r\n",
        "\u{feff}kind: A\nmetadata: {name: n, annotations: {\"😀\": v}}\n",
    ] {
        let entity = Entity::from_text(text, None).unwrap();
        let at = entity.annotations()[0].1.span.unwrap();
        assert_eq!(&text[at.start.offset..at.end.offset], "v");
        assert_eq!((at.start.line, at.start.column), (2, 41));
    }
}

#[test]
fn json_and_the_catalogs_objects_read_alike() {
    let json = r#"{"kind": "Component", "metadata": {"name": "n", "namespace": "Team", "annotations": {"a": "b"}}}"#;
    let value: Value = serde_json::from_str(json).unwrap();
    for entity in [Entity::from_text(json, None).unwrap(), Entity::from_json(&value).unwrap()] {
        assert_eq!(entity.entity_ref(), "component:team/n");
        assert_eq!(entity.annotations()[0].1.as_text(), Some("b"));
    }
}

#[test]
fn what_cannot_be_read_says_so() {
    assert_eq!(codes("kind: [\n"), [Code::EntitySyntax]);
    assert_eq!(codes("kind: A\nkind: B\nmetadata: {name: n}\n"), [Code::EntityDuplicateKey]);
    assert_eq!(codes("a: 1\n"), [Code::EntityNotAnEntity, Code::EntityNotAnEntity]);
    assert_eq!(codes(""), [Code::EntityNotAnEntity]);
    assert_eq!(codes(&"x".repeat(MEGABYTE + 1)), [Code::EntityTooLarge]);
    assert_eq!(codes(&format!("a: {}", "[".repeat(200))), [Code::EntityTooDeep]);
}

const MEGABYTE: usize = 1 << 20;

#[test]
fn an_alias_bomb_is_refused_at_once() {
    let mut text = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
    for i in 1..12 {
        text.push_str(&format!("a{i}: &a{i} [{}]\n", vec![format!("*a{}", i - 1); 10].join(",")));
    }
    assert_eq!(codes(&text), [Code::EntityTooRepetitive]);
}

fn documents(text: &str) -> Vec<Document> {
    read_documents(text.as_bytes(), Some("catalog-info.yaml"))
}

/// The codes found in each document, `ok` where there is none.
fn verdicts(text: &str) -> Vec<String> {
    let join = |findings: &[Diagnostic]| match findings {
        [] => "ok".to_owned(),
        _ => findings.iter().map(|finding| finding.code.as_str()).collect::<Vec<_>>().join(" "),
    };
    documents(text)
        .iter()
        .map(|document| match document {
            Document::Entity(entity) => join(entity.findings()),
            Document::NotAnEntity(findings) | Document::Unreadable(findings) => join(findings),
        })
        .collect()
}

fn root(text: &str) -> Node {
    read_trees(text.as_bytes(), None).remove(0).map(|tree| tree.root).unwrap()
}

fn value(text: &str) -> Content {
    root(text).get("a").expect("a key `a`").value.clone()
}

#[test]
fn an_error_hides_no_other_document() {
    let text = "kind: A\nmetadata: {name: a}\n---\nkind: [\n---\nkind: \"B\n---\n\n---\nx: 1\n---\nkind: C\nmetadata: {name: c}\n";
    let expected = ["ok", "entity/syntax", "entity/syntax", "entity/not-an-entity entity/not-an-entity", "ok"];
    assert_eq!(verdicts(text), expected);
    let places: Vec<usize> = documents(text)
        .iter()
        .filter_map(|document| match document {
            Document::Unreadable(findings) => Some(findings[0].place.as_ref()?.span?.start.line),
            _ => None,
        })
        .collect();
    assert_eq!(places, [4, 6]);
}

#[test]
fn documents_end_where_yaml_ends_them() {
    let both = "kind: A\nmetadata: {name: a}\n...\n# between\n%YAML 1.2\n--- # b\nkind: B\nmetadata: {name: b}\n...\n";
    assert_eq!(verdicts(both), ["ok", "ok"]);
    assert_eq!(verdicts("--- \n# nothing\n---\n...\n~\n"), Vec::<String>::new());
    assert_eq!(verdicts("kind: A\nmetadata:\n  name: a\n  description: |\n    ---\n    x\n ---\n"), ["entity/syntax"]);
    assert_eq!(verdicts("kind: A\nmetadata:\n  name: a\n  title: ---x\n  b: |\n    ---\n"), ["ok"]);
}

#[test]
fn a_key_that_stands_twice_names_the_first() {
    let entity = documents("kind: A\nmetadata:\n  name: a\n  name: b\n").remove(0);
    let Document::Entity(entity) = entity else { panic!("{entity:?}") };
    let [finding] = entity.findings() else { panic!("{:?}", entity.findings()) };
    assert_eq!(finding.code, Code::EntityDuplicateKey);
    let line = |place: &Where| place.span.unwrap().start.line;
    assert_eq!((finding.place.as_ref().map(line), line(&finding.related[0].place)), (Some(4), 3));
    assert_eq!(verdicts(r#"{"kind": "A", "metadata": {"name": "a", "name": "a"}}"#), ["entity/duplicate-key"]);
    let many: String = (0..100).map(|i| format!("k{}: 1\n", i % 99)).collect();
    assert_eq!(verdicts(&format!("kind: A\nmetadata: {{name: a}}\n{many}")), ["entity/duplicate-key"]);
    assert_eq!(verdicts("kind: A\nmetadata: {name: a}\n1: a\n\"1\": b\n"), ["ok"]);
    assert_eq!(verdicts("kind: A\nmetadata: {name: a}\n1: a\n0x1: b\n"), ["entity/duplicate-key"]);
}

#[test]
fn values_of_an_alias_are_borrowed() {
    let text = "kind: A\nbase: &b {x: [1]}\nmetadata:\n  name: n\n  annotations: *b\n";
    let Document::Entity(entity) = documents(text).remove(0) else { panic!() };
    let (key, list) = &entity.annotations()[0];
    assert!(key.borrowed && list.borrowed);
    assert_eq!(list.span.unwrap().start.line, 2);
    assert!(!entity.root().get("base").unwrap().borrowed);
}

#[test]
fn merge_keys_are_what_backstage_makes_of_them() {
    let text = "kind: A\nbase: &b {x: y}\nmetadata:\n  name: n\n  annotations:\n    <<: *b\n";
    assert_eq!(verdicts(text), ["entity/merge-key"]);
    let Document::Entity(entity) = documents(text).remove(0) else { panic!() };
    assert_eq!(entity.annotations()[0].0.as_text(), Some("<<"));
    assert_eq!(verdicts("kind: A\nmetadata: {name: n, \"<<\": 1}\n"), ["ok"]);
}

#[test]
fn tags_mean_what_they_say_or_are_named() {
    assert_eq!(value("a: !!str 1\n"), Content::Text("1".into()));
    assert_eq!(value("a: !!int \"1\"\n"), Content::Number("1".into()));
    assert_eq!(value("a: ! 1\n"), Content::Text("1".into()));
    assert_eq!(value("%TAG ! tag:yaml.org,2002:\n---\na: !bool \"true\"\n"), Content::Bool(true));
    assert_eq!(verdicts("kind: A\nmetadata: {name: n}\nx: !Foo 1\n"), ["entity/unknown-tag"]);
    assert!(Entity::from_text("kind: A\nmetadata: {name: n}\nx: !Foo 1\n", None).is_ok(), "a warning, as in Backstage");
    assert_eq!(verdicts("kind: A\nx: !e!x 1\n"), ["entity/unknown-tag"]);
}

#[test]
fn placeholders_and_wrong_annotations() {
    let with = |annotations: &str| format!("kind: A\nmetadata:\n  name: n\n  annotations: {annotations}\n");
    assert_eq!(verdicts(&with("{$yaml: ./x.yaml}")), ["ok"]);
    assert_eq!(verdicts(&with("")), ["ok"]);
    assert_eq!(verdicts(&with("{a: {$text: ./x}}")), ["ok"]);
    for wrong in ["[a]", "x", "1"] {
        assert_eq!(verdicts(&with(wrong)), ["entity/annotations-not-a-mapping"]);
    }
    assert!(root("a: {$text: ./x}\n").get("a").unwrap().is_placeholder());
    assert!(!root("a: {$text: ./x, b: 1}\n").get("a").unwrap().is_placeholder());
}

#[test]
fn how_a_value_is_written_is_known() {
    let text = "a: x\nb: 'x'\nc: \"x\"\nd: |\n  x\ne: [x]\nf: {x: y}\ng:\n- x\n";
    let styles: Vec<Style> = root(text).entries().iter().filter_map(|(_, value)| value.style).collect();
    use Style::*;
    assert_eq!(styles, [Plain, SingleQuoted, DoubleQuoted, Block, Flow, Flow, Block]);
}

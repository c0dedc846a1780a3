use super::*;
use proptest::prelude::*;

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

proptest! {
    #[test]
    fn no_text_breaks_the_reader(text in "\\PC{0,60}|[a-c:{}\\[\\]&*!|>'\"\n \t\r-]{0,60}") {
        let _ = Entity::from_text(&text, None);
    }
}

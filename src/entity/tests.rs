use super::*;

const TEXT: &str = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: Fraud\n  annotations:\n    a: \"x\"\n    b: 3\n";

fn codes(text: &str) -> Vec<Code> {
    Entity::from_text(text, None).map_or_else(|f| f.into_iter().map(|d| d.code).collect(), |_| Vec::new())
}

fn documents(text: &str) -> Vec<Document> {
    read_documents(text.as_bytes(), Some("catalog-info.yaml"))
}

/// The codes of each document, `ok` where there is none.
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
fn a_text_and_an_object_read_to_the_same_entity() {
    let json = r#"{"kind": "Component", "metadata": {"name": "n", "namespace": "Team", "annotations": {"a": "b"}}}"#;
    let value: Value = serde_json::from_str(json).unwrap();
    for entity in [Entity::from_text(json, None).unwrap(), Entity::from_json(&value).unwrap()] {
        assert_eq!(entity.entity_ref(), "component:team/n");
        assert_eq!(entity.annotations()[0].1.as_text(), Some("b"));
    }
}

#[test]
fn reports_why_a_text_has_no_entity() {
    assert_eq!(codes("kind: [\n"), [Code::EntitySyntax]);
    assert_eq!(codes("kind: A\nkind: B\nmetadata: {name: n}\n"), [Code::EntityDuplicateKey]);
    assert_eq!(codes("a: 1\n"), [Code::EntityNotAnEntity, Code::EntityNotAnEntity]);
    assert_eq!(codes(""), [Code::EntityNotAnEntity]);
    assert_eq!(codes(&"x".repeat(MOST_BYTES + 1)), [Code::EntityTooLarge]);
}

#[test]
fn an_error_hides_no_other_document() {
    let text = "kind: A\nmetadata: {name: a}\n---\nkind: [\n---\nkind: \"B\n---\n\n---\nx: 1\n---\nkind: C\nmetadata: {name: c}\n";
    let expected = ["ok", "entity/syntax", "entity/syntax", "entity/not-an-entity entity/not-an-entity", "ok"];
    assert_eq!(verdicts(text), expected);
    assert_eq!(verdicts("--- \n# nothing\n---\n...\n~\n"), [""; 0]);
    assert_eq!(
        verdicts("kind: A\nmetadata: {name: a}\n... kind: B\n---\nkind: C\nmetadata: {name: c}\n"),
        ["ok", "entity/syntax", "ok"]
    );
}

#[test]
fn a_duplicate_key_is_a_finding_of_the_entity() {
    let Document::Entity(entity) = documents("kind: A\nmetadata:\n  name: a\n  name: b\n").remove(0) else { panic!() };
    let [finding] = entity.findings() else { panic!("{:?}", entity.findings()) };
    assert_eq!(finding.code, Code::EntityDuplicateKey);
    let line = |place: &Where| (place.file.as_deref() == Some("catalog-info.yaml"), place.span.unwrap().start.line);
    assert_eq!((finding.place.as_ref().map(line), line(&finding.related[0].place)), (Some((true, 4)), (true, 3)));
}

#[test]
fn an_unknown_tag_is_a_warning() {
    assert_eq!(verdicts("kind: A\nmetadata: {name: n}\nx: !Foo 1\n"), ["entity/unknown-tag"]);
    assert!(Entity::from_text("kind: A\nmetadata: {name: n}\nx: !Foo 1\n", None).is_ok());
    assert_eq!(verdicts("kind: A\nmetadata: {name: n}\nx: !e!x 1\n"), ["entity/syntax"]);
}

#[test]
fn annotations_are_a_mapping_or_a_placeholder() {
    let with = |annotations: &str| format!("kind: A\nmetadata:\n  name: n\n  annotations: {annotations}\n");
    assert_eq!(verdicts(&with("{$yaml: ./x.yaml}")), ["ok"]);
    assert_eq!(verdicts(&with("")), ["ok"]);
    assert_eq!(verdicts(&with("{a: {$text: ./x}}")), ["ok"]);
    for wrong in ["[a]", "x", "1"] {
        assert_eq!(verdicts(&with(wrong)), ["entity/annotations-not-a-mapping"]);
    }
    assert_eq!(
        verdicts("kind: A\nb: &b {x: y}\nmetadata:\n  name: n\n  annotations:\n    <<: *b\n"),
        ["entity/merge-key"]
    );
}

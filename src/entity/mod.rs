//! A Backstage entity: from the text of its file (positions are kept) or as the catalog hands it out.
//!
//! Source of the shape: Backstage, "Descriptor Format of Catalog Entities".

#[cfg(feature = "server")]
mod position;
mod quote;
#[cfg(feature = "server")]
mod reader;
pub mod tree;

use crate::diagnostic::{Code, Diagnostic, Where};
use serde_json::Value;
use tree::Node;

/// An entity with a kind and a name.
#[derive(Clone, Debug)]
pub struct Entity {
    root: Node,
    file: Option<String>,
    entity_ref: String,
}

fn lower(node: Option<&Node>) -> Option<String> {
    Some(node?.as_text().filter(|text| !text.is_empty())?.to_ascii_lowercase())
}

impl Entity {
    /// Reads the first entity of a YAML or JSON text.
    #[cfg(feature = "server")]
    pub fn from_text(text: &str, file: Option<&str>) -> Result<Self, Vec<Diagnostic>> {
        let documents = reader::read(text, file)?;
        // A file may begin with an empty document, or one that is a template's leftover.
        let is_empty = |node: &Node| node.value == tree::Content::Null;
        let mut candidates = documents.into_iter().filter(|d| !is_empty(d));
        let first = candidates.next();
        let root = match first {
            Some(root) => root,
            None => return Err(vec![not_an_entity(file, None, "the text holds no entity")]),
        };
        match Self::new(root, file) {
            Ok(entity) => Ok(entity),
            Err(findings) => candidates.find_map(|root| Self::new(root, file).ok()).ok_or(findings),
        }
    }

    /// Takes an entity as the catalog hands it out.
    pub fn from_json(value: &Value) -> Result<Self, Vec<Diagnostic>> {
        Self::new(Node::from(value), None)
    }

    fn new(root: Node, file: Option<&str>) -> Result<Self, Vec<Diagnostic>> {
        let metadata = root.get("metadata");
        let kind = lower(root.get("kind"));
        let name = lower(metadata.and_then(|m| m.get("name")));
        let mut missing = Vec::new();
        if kind.is_none() {
            missing.push(not_an_entity(file, Some(&root), "`kind` is missing"));
        }
        if name.is_none() {
            missing.push(not_an_entity(file, metadata.or(Some(&root)), "`metadata.name` is missing"));
        }
        let (Some(kind), Some(name)) = (kind, name) else { return Err(missing) };
        let namespace = lower(metadata.and_then(|m| m.get("namespace"))).unwrap_or_else(|| "default".into());
        Ok(Self { file: file.map(str::to_owned), entity_ref: format!("{kind}:{namespace}/{name}"), root })
    }

    /// `component:default/fraud-detector`
    pub fn entity_ref(&self) -> &str {
        &self.entity_ref
    }

    /// What is wrong with the entity's own shape.
    pub fn findings(&self) -> &[Diagnostic] {
        &[]
    }

    /// Keys and values of `metadata.annotations`, in their order.
    pub fn annotations(&self) -> &[(Node, Node)] {
        self.root.get("metadata").and_then(|m| m.get("annotations")).map_or(&[], Node::entries)
    }

    /// Where an annotation's key or value stands.
    pub fn place(&self, key: &str, node: &Node) -> Where {
        Where { file: self.file.clone(), path: Some(format!("metadata.annotations[\"{key}\"]")), span: node.span }
    }

    /// Where annotations stand, or would.
    pub fn annotations_place(&self) -> Where {
        let metadata = self.root.get("metadata");
        let node = metadata.and_then(|m| m.get("annotations")).or(metadata).unwrap_or(&self.root);
        // The start is enough: the whole block would hide what is meant.
        let span = node.span.map(|span| crate::diagnostic::Span { start: span.start, end: span.start });
        Where { file: self.file.clone(), path: Some("metadata.annotations".into()), span }
    }
}

fn not_an_entity(file: Option<&str>, node: Option<&Node>, message: &'static str) -> Diagnostic {
    let span = node.and_then(|n| n.span).map(|span| crate::diagnostic::Span { start: span.start, end: span.start });
    Diagnostic::new(Code::EntityNotAnEntity, message)
        .at(Where { file: file.map(str::to_owned), path: None, span })
        .help("an entity has `apiVersion`, `kind` and `metadata` with a `name`")
}

#[cfg(test)]
mod tests {
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
        let json =
            r#"{"kind": "Component", "metadata": {"name": "n", "namespace": "Team", "annotations": {"a": "b"}}}"#;
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
        assert_eq!(codes(&format!("a: {}", "[".repeat(200))), [Code::EntityTooLarge]);
    }

    const MEGABYTE: usize = 1 << 20;

    #[test]
    fn an_alias_bomb_is_refused_at_once() {
        let mut text = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for i in 1..12 {
            text.push_str(&format!("a{i}: &a{i} [{}]\n", vec![format!("*a{}", i - 1); 10].join(",")));
        }
        assert_eq!(codes(&text), [Code::EntityTooLarge]);
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in "\\PC{0,60}|[a-c:{}\\[\\]&*!|>'\"\n \t\r-]{0,60}") {
            let _ = Entity::from_text(&text, None);
        }
    }
}

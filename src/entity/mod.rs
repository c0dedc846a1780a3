//! A Backstage entity: from the text of its file (positions are kept) or as the catalog hands it out.
//!
//! Source of the shape: Backstage, "Descriptor Format of Catalog Entities".

mod document;
mod quote;
mod scalar;
#[cfg(test)]
mod tests;
pub mod tree;
mod yaml;

use crate::diagnostic::{Code, Diagnostic, Span, Where, in_order};
pub use document::{Document, read_documents, read_trees};
use serde_json::Value;
use tree::{Content, Node};
pub use yaml::Tree;

/// An entity with a kind and a name.
#[derive(Clone, Debug)]
pub struct Entity {
    root: Node,
    file: Option<String>,
    kind: String,
    entity_ref: String,
    findings: Vec<Diagnostic>,
}

/// Larger than any entity that people write.
pub const MOST_BYTES: usize = 1 << 20;

/// The first document of a configuration file, entity or not.
pub fn read_config(bytes: &[u8], file: &str) -> Result<Option<Node>, Diagnostic> {
    read_trees(bytes, Some(file)).into_iter().next().map(|tree| tree.map(|tree| tree.root)).transpose()
}

fn lower(node: Option<&Node>) -> Option<String> {
    Some(node?.as_text().filter(|text| !text.is_empty())?.to_ascii_lowercase())
}

impl Entity {
    /// Reads the first entity of a YAML or JSON text; `Err` says why there is none, or what is wrong before or in it.
    pub fn from_text(text: &str, file: Option<&str>) -> Result<Self, Vec<Diagnostic>> {
        let mut others = Vec::new();
        for document in read_documents(text.as_bytes(), file) {
            match document {
                Document::Entity(entity) if entity.findings.iter().any(Diagnostic::is_error) => {
                    return Err(entity.findings);
                }
                Document::Entity(entity) => return Ok(entity),
                Document::Unreadable(findings) => return Err(findings),
                // A file may begin with a document that is something else.
                Document::NotAnEntity(findings) if others.is_empty() => others = findings,
                Document::NotAnEntity(_) => {}
            }
        }
        if others.is_empty() {
            others.push(not_an_entity(file, None, "the text holds no entity"));
        }
        Err(others)
    }

    /// Takes an entity as the catalog hands it out.
    pub fn from_json(value: &Value) -> Result<Self, Vec<Diagnostic>> {
        Self::new(Node::from(value), None, Vec::new())
    }

    fn new(root: Node, file: Option<&str>, mut findings: Vec<Diagnostic>) -> Result<Self, Vec<Diagnostic>> {
        let metadata = root.get("metadata");
        let kind = lower(root.get("kind"));
        let name = lower(metadata.and_then(|m| m.get("name")));
        if kind.is_none() {
            findings.push(not_an_entity(file, Some(&root), "`kind` is missing"));
        }
        if name.is_none() {
            findings.push(not_an_entity(file, metadata.or(Some(&root)), "`metadata.name` is missing"));
        }
        let (Some(kind), Some(name)) = (kind, name) else { return Err(in_order(findings)) };
        let namespace = lower(metadata.and_then(|m| m.get("namespace"))).unwrap_or_else(|| "default".into());
        let entity_ref = format!("{kind}:{namespace}/{name}");
        let mut entity = Self { file: file.map(str::to_owned), kind, entity_ref, root, findings };
        entity.check_annotations();
        Ok(entity)
    }

    fn check_annotations(&mut self) {
        let Some(node) = self.annotations_node() else { return };
        if matches!(node.value, Content::Map(_) | Content::Null) {
            return;
        }
        let message = format!("`metadata.annotations` is {}, not a mapping", node.kind());
        let finding = Diagnostic::new(Code::EntityAnnotationsNotAMapping, message)
            .at(self.annotations_place())
            .help("write `key: value` below it, one on each line");
        self.findings.push(finding);
    }

    fn annotations_node(&self) -> Option<&Node> {
        self.root.get("metadata").and_then(|metadata| metadata.get("annotations"))
    }

    /// In lower case: `component`.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// `component:default/fraud-detector`
    pub fn entity_ref(&self) -> &str {
        &self.entity_ref
    }

    /// What was found while it was read: none of it hinders reading the rest.
    pub fn findings(&self) -> &[Diagnostic] {
        &self.findings
    }

    /// The whole document.
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// Keys and values of `metadata.annotations`, in their order; none where a placeholder stands for them.
    pub fn annotations(&self) -> &[(Node, Node)] {
        self.annotations_node().filter(|node| !node.is_placeholder()).map_or(&[], Node::entries)
    }

    /// Where an annotation's key or value stands.
    pub fn place(&self, key: &str, node: &Node) -> Where {
        Where { file: self.file.clone(), path: Some(format!("metadata.annotations[\"{key}\"]")), span: node.span }
    }

    /// Where annotations stand, or would.
    pub fn annotations_place(&self) -> Where {
        let node = self.annotations_node().or(self.root.get("metadata")).unwrap_or(&self.root);
        // The start is enough: the whole block would hide what is meant.
        let span = node.span.map(|span| Span { start: span.start, end: span.start });
        Where { file: self.file.clone(), path: Some("metadata.annotations".into()), span }
    }
}

fn not_an_entity(file: Option<&str>, node: Option<&Node>, message: &'static str) -> Diagnostic {
    let span = node.and_then(|n| n.span).map(|span| Span { start: span.start, end: span.start });
    Diagnostic::new(Code::EntityNotAnEntity, message)
        .at(Where { file: file.map(str::to_owned), path: None, span })
        .help("an entity has `apiVersion`, `kind` and `metadata` with a `name`")
}

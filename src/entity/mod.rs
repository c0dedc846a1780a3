//! Backstage entities: from the text of a file, with positions, or from an object as the catalog returns it.
//!
//! Source of the shape: Backstage, "Descriptor Format of Catalog Entities",
//! <https://backstage.io/docs/features/software-catalog/descriptor-format>, read 2026-11-27.

mod document;
#[cfg(test)]
mod tests;

use crate::diagnostic::{Code, Diagnostic, Span, Where, in_order};
pub use backstage_yaml::{Content, MOST_BYTES, Node};
pub use document::{Document, finding, read_documents};
use serde_json::Value;

/// An entity with a kind and a name.
#[derive(Clone, Debug)]
pub struct Entity {
    root: Node,
    file: Option<String>,
    kind: String,
    entity_ref: String,
    findings: Vec<Diagnostic>,
    /// Whether fingerprints stand in place of the values of variables.
    values_hidden: bool,
}

impl Entity {
    /// Reads the first entity of a YAML or JSON text.
    ///
    /// `Err` holds the reasons why the text has no entity, or the errors before or in its first one.
    pub fn from_text(text: &str, file: Option<&str>) -> Result<Self, Vec<Diagnostic>> {
        let mut others = Vec::new();
        for document in read_documents(text.as_bytes(), file) {
            match document {
                Document::Entity(entity) if entity.findings.iter().any(Diagnostic::is_error) => {
                    return Err(entity.findings);
                }
                Document::Entity(entity) => return Ok(entity),
                Document::Unreadable(findings) => return Err(findings),
                // A file may begin with a document that is not an entity.
                Document::NotAnEntity(findings) if others.is_empty() => others = findings,
                Document::NotAnEntity(_) => {}
            }
        }
        if others.is_empty() {
            others.push(not_an_entity(file, None, "the text contains no entity"));
        }
        Err(others)
    }

    /// Reads an entity object as the catalog returns it.
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
        let entity_ref = [&kind, ":", &*namespace, "/", &name].concat();
        let mut entity = Self { file: file.map(str::to_owned), kind, entity_ref, root, findings, values_hidden: false };
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
            .help("write one `key: value` a line below it");
        self.findings.push(finding);
    }

    fn annotations_node(&self) -> Option<&Node> {
        self.root.get("metadata").and_then(|metadata| metadata.get("annotations"))
    }

    /// The entity as the portal stored it, without the values of variables, or with them.
    #[must_use]
    pub fn with_values_hidden(self, values_hidden: bool) -> Self {
        Self { values_hidden, ..self }
    }

    pub fn hides_values(&self) -> bool {
        self.values_hidden
    }

    /// The kind in lower case: `component`.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The reference: `component:default/fraud-detector`.
    pub fn entity_ref(&self) -> &str {
        &self.entity_ref
    }

    /// The findings of reading. None of them prevented reading the rest.
    pub fn findings(&self) -> &[Diagnostic] {
        &self.findings
    }

    /// The whole document.
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// Keys and values of `metadata.annotations` in their order; none where a placeholder stands for them.
    pub fn annotations(&self) -> &[(Node, Node)] {
        self.annotations_node().filter(|node| !node.is_placeholder()).map_or(&[], Node::entries)
    }

    /// The place of an annotation's key or value.
    pub fn place(&self, key: &str, node: &Node) -> Where {
        Where { file: self.file.clone(), path: Some(format!("metadata.annotations[\"{key}\"]")), span: node.span }
    }

    /// The place of the annotations, or where they would be.
    pub fn annotations_place(&self) -> Where {
        let node = self.annotations_node().or(self.root.get("metadata")).unwrap_or(&self.root);
        Where { file: self.file.clone(), path: Some("metadata.annotations".into()), span: start_of(node) }
    }
}

fn lower(node: Option<&Node>) -> Option<String> {
    Some(node?.as_text().filter(|text| !text.is_empty())?.to_ascii_lowercase())
}

fn not_an_entity(file: Option<&str>, node: Option<&Node>, message: &'static str) -> Diagnostic {
    Diagnostic::new(Code::EntityNotAnEntity, message)
        .at(Where { file: file.map(str::to_owned), path: None, span: node.and_then(start_of) })
        .help("an entity needs `apiVersion`, `kind` and `metadata` with a `name`")
}

/// The start of a value: a report that underlines a whole block hides its point.
fn start_of(node: &Node) -> Option<Span> {
    node.span.map(|span| span.start.into())
}

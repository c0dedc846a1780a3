//! A document as a tree whose every key and value knows where it stands.

use crate::diagnostic::Span;
use serde_json::Value;

/// A value, and where it stands if it was read from a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub value: Content,
    pub span: Option<Span>,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    Null,
    Bool(bool),
    /// As it is written: what it means as a number is nobody's question here.
    Number(String),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
}

impl Node {
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            Content::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn entries(&self) -> &[(Node, Node)] {
        match &self.value {
            Content::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The value below a key of a mapping.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|(k, _)| k.as_text() == Some(key)).map(|(_, value)| value)
    }

    /// What it is, in a reader's words.
    pub fn kind(&self) -> &'static str {
        match self.value {
            Content::Null => "empty",
            Content::Bool(_) => "a boolean",
            Content::Number(_) => "a number",
            Content::Text(_) => "a text",
            Content::List(_) => "a list",
            Content::Map(_) => "a mapping",
        }
    }
}

impl From<&Value> for Node {
    /// `serde_json` bounds the depth of what it reads, so the recursion is bounded too.
    fn from(value: &Value) -> Self {
        let content = match value {
            Value::Null => Content::Null,
            Value::Bool(b) => Content::Bool(*b),
            Value::Number(n) => Content::Number(n.to_string()),
            Value::String(s) => Content::Text(s.clone()),
            Value::Array(items) => Content::List(items.iter().map(Node::from).collect()),
            Value::Object(map) => Content::Map(
                map.iter()
                    .map(|(key, value)| (Node { value: Content::Text(key.clone()), span: None }, Node::from(value)))
                    .collect(),
            ),
        };
        Self { value: content, span: None }
    }
}

//! A document as a tree whose every key and value knows where it stands.

use crate::diagnostic::Span;
use serde_json::Value;

/// A value, and where it stands if it was read from a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub value: Content,
    pub span: Option<Span>,
    /// How it is written, if it was read from a text.
    pub style: Option<Style>,
    /// It came through an alias: changing it where it stands would change others too.
    pub borrowed: bool,
}

/// How a value is written; lists and mappings are `Block` or `Flow`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    /// By indentation; of a text: after `|` or `>`.
    Block,
    /// In brackets or braces.
    Flow,
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

    /// Whether Backstage puts a file's content here before anybody reads the entity.
    ///
    /// Source: Backstage, "Descriptor Format", Substitutions In The Descriptor Format.
    pub fn is_placeholder(&self) -> bool {
        matches!(self.entries(), [(key, _)] if matches!(key.as_text(), Some("$text" | "$json" | "$yaml")))
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

impl From<Content> for Node {
    fn from(value: Content) -> Self {
        Self { value, span: None, style: None, borrowed: false }
    }
}

impl From<&Value> for Node {
    /// `serde_json` bounds the depth of what it reads, so the recursion is bounded too.
    fn from(value: &Value) -> Self {
        Self::from(match value {
            Value::Null => Content::Null,
            Value::Bool(b) => Content::Bool(*b),
            Value::Number(n) => Content::Number(n.to_string()),
            Value::String(s) => Content::Text(s.clone()),
            Value::Array(items) => Content::List(items.iter().map(Node::from).collect()),
            Value::Object(map) => Content::Map(
                map.iter().map(|(key, value)| (Self::from(Content::Text(key.clone())), Self::from(value))).collect(),
            ),
        })
    }
}

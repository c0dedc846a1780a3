//! A document as a tree whose every key and value knows its position.

use crate::position::Span;
use crate::quote;
use serde_json::Value;

/// A value, with its position if it was read from a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub value: Content,
    pub span: Option<Span>,
    /// The notation of the value, if it was read from a text.
    pub style: Option<Style>,
    /// Whether the value came through an alias. An edit at its position would change other values too.
    pub borrowed: bool,
}

/// The notation of a value. Lists and mappings are `Block` or `Flow`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    /// By indentation; for a text: after `|` or `>`.
    Block,
    /// In brackets or braces.
    Flow,
}

/// The content of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    Null,
    Bool(bool),
    /// A number in its original spelling.
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

    /// The entries of a mapping; empty for other values.
    pub fn entries(&self) -> &[(Node, Node)] {
        match &self.value {
            Content::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The value of a key of a mapping.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|(k, _)| k.as_text() == Some(key)).map(|(_, value)| value)
    }

    /// Whether Backstage replaces this mapping by a file's content before it reads the entity.
    ///
    /// Source: Backstage, "Descriptor Format of Catalog Entities", Substitutions In The Descriptor Format.
    pub fn is_placeholder(&self) -> bool {
        matches!(self.entries(), [(key, _)] if matches!(key.as_text(), Some("$text" | "$json" | "$yaml")))
    }

    /// The kind of the value, for messages: `a number`.
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

    /// Writes another text in the notation of this value.
    ///
    /// `None` where an edit would change other values too, or would lose a layout that an author chose.
    pub fn written(&self, text: &str) -> Option<String> {
        if self.borrowed {
            return None;
        }
        match self.style? {
            Style::Plain if quote::is_plain(text) => Some(text.to_owned()),
            Style::SingleQuoted if !text.contains(char::is_control) => Some(quote::single(text)),
            Style::Plain | Style::SingleQuoted | Style::DoubleQuoted => quote::double(text),
            Style::Block | Style::Flow => None,
        }
    }
}

impl From<Content> for Node {
    fn from(value: Content) -> Self {
        Self { value, span: None, style: None, borrowed: false }
    }
}

impl From<&Value> for Node {
    /// `serde_json` bounds the depth of its values, and so the recursion.
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

//! Writing a text in the place of a key or value.

use super::tree::{Content, Node};

impl Node {
    /// How another text is written in this one's place; none where a replacement would change other places too.
    pub fn written(&self, text: &str) -> Option<String> {
        // What goes over several lines, such as a text behind `|`, is part of the indentation around it.
        if self.span.is_some_and(|span| span.start.line != span.end.line) {
            return None;
        }
        // A JSON string is a string of YAML as well.
        serde_json::to_string(text).ok()
    }

    /// Whether Backstage fills the value in when it reads the file: `$text`, `$json` or `$yaml`, and from where.
    pub fn is_placeholder(&self) -> bool {
        match &self.value {
            Content::Map(entries) => match &entries[..] {
                [(key, _)] => matches!(key.as_text(), Some("$text" | "$json" | "$yaml")),
                _ => false,
            },
            _ => false,
        }
    }
}

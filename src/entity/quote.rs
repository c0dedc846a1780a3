//! Writing a text in the place of a key or value, in the style of what stands there.

use super::tree::{Node, Style};

impl Node {
    /// How another text is written in this one's place; none where that would change other places too, or lose a layout that
    /// somebody chose.
    pub fn written(&self, text: &str) -> Option<String> {
        if self.borrowed {
            return None;
        }
        match self.style? {
            Style::Plain if is_plain(text) => Some(text.to_owned()),
            Style::SingleQuoted if !text.contains(char::is_control) => Some(single_quoted(text)),
            // A JSON string is a string of YAML as well.
            Style::Plain | Style::SingleQuoted | Style::DoubleQuoted => serde_json::to_string(text).ok(),
            Style::Block | Style::Flow => None,
        }
    }
}

/// Letters, digits and what joins them mean themselves in every context of YAML, unless they look like another kind of value.
fn is_plain(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./@".contains(&b))
        && !["true", "false", "null", "yes", "no", "on", "off"].contains(&text.to_ascii_lowercase().as_str())
}

fn single_quoted(text: &str) -> String {
    let mut out = String::from("'");
    for c in text.chars() {
        if c == '\'' {
            out.push('\'');
        }
        out.push(c);
    }
    out.push('\'');
    out
}

#[cfg(test)]
mod tests {
    use crate::entity::tree::Node;
    use crate::entity::{Tree, read_trees};
    use proptest::prelude::*;

    fn read(text: &str) -> Node {
        let Ok(Tree { root, .. }) = read_trees(text.as_bytes(), None).remove(0) else { panic!("{text}") };
        root
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(text in "[a-z'\"\\\\:# -]{0,9}|\\PC{0,8}|true|1-3|NVIDIA_L4:1", style in 0usize..3) {
            let place = ["old", "'old'", "\"old\""][style];
            let before = read(&format!("key: {place}\n"));
            let written = before.get("key").and_then(|node| node.written(&text)).unwrap();
            for document in [format!("key: {written}\nnext: 1\n"), format!("{{key: {written}, next: 1}}")] {
                let after = read(&document);
                prop_assert_eq!(after.get("key").and_then(Node::as_text), Some(text.as_str()));
            }
        }
    }
}

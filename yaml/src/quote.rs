//! Texts written as scalars.

/// Whether a text without quotes reads as itself in every context.
pub fn is_plain(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./@".contains(&b))
        && !["true", "false", "null", "yes", "no", "on", "off"].contains(&text.to_ascii_lowercase().as_str())
}

/// A text in single quotes.
pub fn single(text: &str) -> String {
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

/// A text in double quotes: a JSON string is a YAML string too.
pub fn double(text: &str) -> Option<String> {
    serde_json::to_string(text).ok()
}

#[cfg(test)]
mod tests {
    use crate::{Node, read};
    use proptest::prelude::*;

    fn root(text: &str) -> Node {
        read(text.as_bytes()).remove(0).unwrap_or_else(|_| panic!("{text}")).root
    }

    proptest! {
        #[test]
        fn a_written_text_reads_as_itself(text in "[a-z'\"\\\\:# -]{0,9}|\\PC{0,8}|true|1-3|NVIDIA_L4:1", style in 0usize..3) {
            let place = ["old", "'old'", "\"old\""][style];
            let before = root(&format!("key: {place}\n"));
            let written = before.get("key").and_then(|node| node.written(&text)).unwrap();
            for document in [format!("key: {written}\nnext: 1\n"), format!("{{key: {written}, next: 1}}")] {
                let after = root(&document);
                prop_assert_eq!(after.get("key").and_then(Node::as_text), Some(text.as_str()));
            }
        }
    }
}

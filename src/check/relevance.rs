//! Relevance of a found file: which findings concern the author of a file that nobody named.

use crate::diagnostic::{Code, Diagnostic};

/// Drops the findings that cannot concern our annotations. Returns whether a file for Backstage lost an error.
///
/// - A file without an annotation of ours may have any size and any error.
/// - A template is YAML only after rendering. Its annotations are checked, its text is not.
pub fn keep_relevant(findings: &mut Vec<Diagnostic>, bytes: &[u8]) -> bool {
    let is_annotated = mentions_annotation(bytes);
    let is_text_checked = is_annotated && !is_template(bytes);
    let mut has_dropped_error = false;
    findings.retain(|finding| {
        let is_kept = finding.code != Code::EntityNotAnEntity
            && (is_text_checked || !finding.code.as_str().starts_with("entity/"));
        has_dropped_error |= !is_kept && finding.is_error() && finding.code != Code::EntityNotAnEntity;
        is_kept
    });
    has_dropped_error && (is_annotated || is_backstage(bytes))
}

/// Whether a text mentions an annotation of ours, also one with another domain or other letters.
pub fn mentions_annotation(bytes: &[u8]) -> bool {
    let is_name = |rest: &[u8]| ["vertex-ai-", "vertexai-"].iter().any(|name| starts_with(rest, name));
    bytes.iter().enumerate().any(|(i, byte)| *byte == b'/' && is_name(bytes.get(i + 1..).unwrap_or_default()))
}

/// Whether a text has the `apiVersion` of Backstage's own kinds.
pub fn is_backstage(bytes: &[u8]) -> bool {
    has(bytes, "backstage.io/v1")
}

/// Whether a text has statements or expressions of Jinja or Nunjucks. Backstage's `${{ … }}` is valid YAML.
fn is_template(bytes: &[u8]) -> bool {
    has(bytes, "{%")
        || bytes.starts_with(b"{{")
        || bytes.windows(3).any(|window| matches!(window, [before, b'{', b'{'] if *before != b'$'))
}

fn has(bytes: &[u8], words: &str) -> bool {
    bytes.windows(words.len()).any(|window| window == words.as_bytes())
}

fn starts_with(bytes: &[u8], word: &str) -> bool {
    bytes.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistyped_annotations_are_mentioned() {
        for text in [
            "google.com/vertex-ai-model: m",
            "cloud.google.com/vertex-ai-model: m",
            "google.com/Vertex-AI-Model: m",
            "google.com/vertexai-model: m",
            r#"{"google.com\/vertex-ai-model": "m"}"#,
        ] {
            assert!(mentions_annotation(text.as_bytes()), "{text}");
        }
        for text in ["", "/", "vertex-ai-model", "google.com/vertex-model", "https://vertex-ai-"] {
            assert_eq!(mentions_annotation(text.as_bytes()), text.starts_with("https"), "{text}");
        }
    }

    #[test]
    fn templates_are_recognised() {
        for (text, is) in [
            ("name: my-{{ name | lower }}", true),
            ("{%- if x %}", true),
            ("name: ${{ values.name }}", false),
            ("{{ x }}: y", true),
            ("a: {b: {c: d}}", false),
        ] {
            assert_eq!(is_template(text.as_bytes()), is, "{text}");
        }
    }
}

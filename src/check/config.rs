//! The `vertexAi` section of an `app-config.yaml`: values from serde_yaml, positions from our own reader.
//!
//! Our reader goes first. It bounds size, depth and aliases, so serde_yaml gets no text that takes it long.

use super::options::ConfigFile;
use crate::diagnostic::{Code, Diagnostic, Position, Where};
use crate::entity::{Content, Node, finding};
use backstage_yaml::ProblemKind;
use serde::Deserialize;
use serde::de::{EnumAccess, IgnoredAny, MapAccess, SeqAccess, VariantAccess, Visitor};
use serde_yaml::Deserializer;
use std::fmt;

/// Reads `vertexAi.rules` of a configuration file's first document; `None` where it is missing.
pub fn rules(config: &ConfigFile) -> Result<Option<Node>, Diagnostic> {
    let file = config.file.as_str();
    let document = match backstage_yaml::read(&config.bytes).into_iter().next() {
        Some(Ok(document)) => document,
        Some(Err(problem)) => return Err(finding(problem, Some(file))),
        None => return Ok(None),
    };
    if let Some(problem) = document.problems.into_iter().find(|problem| problem.kind == ProblemKind::DuplicateKey) {
        return Err(finding(problem, Some(file)));
    }
    let text = std::str::from_utf8(&config.bytes).unwrap_or_default();
    // serde_yaml reads a byte order mark as a document.
    let bare = text.strip_prefix('\u{feff}').unwrap_or(text);
    let value = match Deserializer::from_str(bare).next().map(Value::deserialize) {
        Some(Ok(Value(content))) => content,
        Some(Err(error)) => return Err(invalid(&error, file, text)),
        None => return Ok(None),
    };
    let app_config = with_positions(value, Some(&document.root));
    match (&app_config.value, app_config.get("vertexAi")) {
        (Content::Null, _) | (Content::Map(_), None) => Ok(None),
        (Content::Map(_), Some(section)) => match &section.value {
            Content::Null => Ok(None),
            Content::Map(_) => Ok(section.get("rules").filter(|rules| rules.value != Content::Null).cloned()),
            _ => Err(not_a_mapping("`vertexAi`", section, file)),
        },
        _ => Err(not_a_mapping("the configuration", &app_config, file)),
    }
}

fn not_a_mapping(what: &str, node: &Node, file: &str) -> Diagnostic {
    Diagnostic::new(Code::ConfigInvalid, format!("{what} is {}, not a mapping", node.kind()))
        .at(Where { file: Some(file.to_owned()), path: None, span: node.span })
        .help("write one `key: value` a line")
}

/// A value as serde_yaml reads it, without positions. serde_yaml's own `Value` is larger (`docs/size.md`).
struct Value(Content);

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value(Content::Null))
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value(Content::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value(Content::Bool(value)))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Value, E> {
        Ok(Value(Content::Number(String::new())))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Value, E> {
        Ok(Value(Content::Number(String::new())))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Value, E> {
        Ok(Value(Content::Number(String::new())))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value(Content::Text(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Value(item)) = items.next_element()? {
            list.push(Node::from(item));
        }
        Ok(Value(Content::List(list)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Vec::new();
        while let Some((Value(key), Value(value))) = entries.next_entry()? {
            map.push((Node::from(key), Node::from(value)));
        }
        Ok(Value(Content::Map(map)))
    }

    /// A value with a tag, which has no meaning in a configuration.
    fn visit_enum<A: EnumAccess<'de>>(self, tagged: A) -> Result<Value, A::Error> {
        let (IgnoredAny, value) = tagged.variant()?;
        value.newtype_variant()
    }
}

/// A value with the positions and the spelling of numbers of our reader's tree. Both keep the order of entries.
fn with_positions(value: Content, written: Option<&Node>) -> Node {
    let content = match (value, written.map(|node| &node.value)) {
        (Content::Number(_), Some(Content::Number(spelling))) => Content::Number(spelling.clone()),
        (Content::List(items), Some(Content::List(written))) => {
            let item = |(i, item): (usize, Node)| with_positions(item.value, written.get(i));
            Content::List(items.into_iter().enumerate().map(item).collect())
        }
        (Content::Map(entries), Some(Content::Map(written))) => {
            let entry = |(i, (key, value)): (usize, (Node, Node))| {
                let (key_at, value_at) = written.get(i).map(|(key, value)| (key, value)).unzip();
                (with_positions(key.value, key_at), with_positions(value.value, value_at))
            };
            Content::Map(entries.into_iter().enumerate().map(entry).collect())
        }
        (content, _) => content,
    };
    Node { span: written.and_then(|node| node.span), style: written.and_then(|node| node.style), ..content.into() }
}

/// Converts an error of serde_yaml to a finding at its line and column.
fn invalid(error: &serde_yaml::Error, file: &str, text: &str) -> Diagnostic {
    let message = error.to_string();
    // The finding has a position of its own.
    let message = message.split(" at line ").next().unwrap_or_default().to_owned();
    let span = error.location().and_then(|at| position(text, at.line(), at.column())).map(Into::into);
    Diagnostic::new(Code::ConfigInvalid, message)
        .at(Where { file: Some(file.to_owned()), path: None, span })
        .help("correct the file: a portal cannot read it either")
}

/// The position of a line and a column that counts characters, both from 1.
fn position(text: &str, line: usize, column: usize) -> Option<Position> {
    let bare = text.strip_prefix('\u{feff}').unwrap_or(text);
    let start: usize = bare.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
    let before: String = bare.get(start..)?.chars().take(column.checked_sub(1)?).collect();
    let offset = text.len() - bare.len() + start + before.len();
    Some(Position { offset, line, column: before.encode_utf16().count() + 1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Option<Node>, Diagnostic> {
        rules(&ConfigFile { file: "app-config.yaml".into(), bytes: text.into() })
    }

    /// The line, column and message of a file's finding.
    fn error(text: &str) -> (Option<(usize, usize)>, String) {
        let finding = read(text).unwrap_err();
        let place = finding.place.clone().unwrap();
        assert_eq!(place.file.as_deref(), Some("app-config.yaml"));
        (place.span.map(|span| (span.start.line, span.start.column)), finding.message.to_string())
    }

    #[test]
    fn values_and_their_positions_are_read() {
        for text in [
            "app: {title: é}\nvertexAi:\n  rules:\n    model/alias: off\n    model/unpinned: error\n",
            "\u{feff}app: {title: é}\nvertexAi:\n  rules:\n    model/alias: off\n    model/unpinned: error\n---\nb: 1\n",
            "app: {title: é}\r\nvertexAi:\r\n  rules:\r\n    model/alias: off\r\n    model/unpinned: error\r\n",
        ] {
            let rules = read(text).unwrap().unwrap();
            let [_, (key, level)] = rules.entries() else { panic!("{rules:?}") };
            let span = key.span.unwrap();
            assert_eq!((span.start.line, span.start.column), (5, 5));
            assert_eq!(&text[span.start.offset..span.end.offset], "model/unpinned");
            assert_eq!((level.as_text(), level.span.unwrap().start.column), (Some("error"), 21));
        }
    }

    #[test]
    fn a_missing_section_has_no_rules() {
        for text in
            ["", "# nothing\n", "app: 1\n", "vertexAi:\n", "vertexAi: {projects: []}\n", "vertexAi: {rules: }\n"]
        {
            assert_eq!(read(text).unwrap(), None, "{text:?}");
        }
    }

    #[test]
    fn values_that_only_backstage_resolves_are_accepted() {
        let text = "app:\n  baseUrl: ${BASE_URL}\n  title: {$file: t.txt}\n  x: 0o17\n  y: [a, b: c]\nvertexAi: {$include: v.yaml}\n";
        assert_eq!(read(text).unwrap(), None);
    }

    #[test]
    fn errors_have_positions() {
        assert_eq!(error("vertexAi: 3\n"), (Some((1, 11)), "`vertexAi` is a number, not a mapping".into()));
        assert_eq!(error("- a\n"), (Some((1, 1)), "the configuration is a list, not a mapping".into()));
        assert_eq!(error("app: [\n"), (Some((1, 6)), "the bracket `[` is not closed".into()));
        assert_eq!(error("vertexAi:\n  rules: {a: off, a: off}\n"), (Some((2, 19)), "duplicate key `a`".into()));
        assert_eq!(error("{\"é😀\": 1, vertexAi: 3}\n").0, Some((1, 22)));
        // Only serde_yaml rejects this version.
        assert_eq!(error("%YAML 1.3\n---\na: 1\n"), (Some((1, 1)), "found incompatible YAML document".into()));
    }

    #[test]
    fn kinds_of_values_are_kept() {
        let text = "vertexAi: {rules: {a: 1.50, b: true, c: [x, 2], d: !secret e, f: ~, 3: {g: h}, i: 0x1F}}\n";
        let rules = read(text).unwrap().unwrap();
        let kinds: Vec<_> = rules.entries().iter().map(|(_, value)| value.kind()).collect();
        assert_eq!(kinds, ["a number", "a boolean", "a list", "a text", "empty", "a mapping", "a number"]);
        assert_eq!(rules.get("a").unwrap().value, Content::Number("1.50".into()));
        assert_eq!(
            rules,
            backstage_yaml::read(text.as_bytes())
                .remove(0)
                .unwrap()
                .root
                .get("vertexAi")
                .unwrap()
                .get("rules")
                .unwrap()
                .clone()
        );
    }

    #[test]
    fn hostile_files_do_not_reach_serde_yaml() {
        assert_eq!(error(&format!("vertexAi: {}", "[".repeat(20_000))).1, "values are nested more than 64 levels deep");
        assert_eq!(error(&"x".repeat(2 << 20)).1, "the file is larger than 1048576 bytes");
    }

    #[test]
    fn positions_count_as_editors_do() {
        let at = position("a\n😀é: x\n", 2, 3).unwrap();
        assert_eq!((at.offset, at.line, at.column), (8, 2, 4));
        assert_eq!(position("\u{feff}ab", 1, 2).map(|at| (at.offset, at.column)), Some((4, 2)));
        assert!(position("a", 0, 0).is_none());
        assert_eq!(position("a", 9, 1).map(|at| at.offset), Some(1));
    }
}

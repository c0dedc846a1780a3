//! Comparison of the reader with another parser.

use crate::tree::Value;
use backstage_yaml::{Content, Node, Problem, ProblemKind, Style, read};
use std::rc::Rc;

/// Another parser of YAML.
pub struct Oracle {
    pub name: &'static str,
    pub read: fn(&str) -> Result<Vec<Rc<Value>>, String>,
    /// Its differences, besides those of `EVERY`.
    pub known: &'static [Known],
}

impl Oracle {
    /// Returns a difference that is not known; `None` where both agree, or differ in a known way.
    pub fn difference(&self, text: &str) -> Option<String> {
        // For the reader, a byte order mark that is not the first character is a text.
        if text.strip_prefix('\u{feff}').unwrap_or(text).contains('\u{feff}') {
            return None;
        }
        let ours = read(text.as_bytes());
        let rejected = ours.iter().find_map(|document| document.as_ref().err());
        if rejected.is_some_and(|problem| is_limit(problem.kind)) {
            return None;
        }
        let theirs = (self.read)(text);
        let words = match (&rejected, &theirs) {
            (None, Ok(theirs)) => {
                let ours: Vec<&Node> = ours.iter().flatten().map(|document| &document.root).collect();
                let ours = ours.into_iter().filter(|root| !is_empty(root));
                let theirs = theirs.iter().filter(|root| !is_null(root));
                match ours.clone().count() == theirs.clone().count()
                    && ours.zip(theirs).all(|(ours, theirs)| is_same(ours, theirs))
                {
                    true => return None,
                    false => "values differ".to_owned(),
                }
            }
            (Some(_), Err(_)) => return None,
            (Some(problem), Ok(_)) => format!("only ours rejects: {}", problem.message),
            (None, Err(error)) => format!("only theirs rejects: {error}"),
        };
        let theirs = theirs.as_ref().err().map(String::as_str);
        let is_known = EVERY.iter().chain(self.known).any(|known| known.is(text, rejected, theirs));
        (!is_known).then(|| format!("{}: {words}", self.name))
    }
}

fn is_null(value: &Value) -> bool {
    matches!(value, Value::Scalar { text, is_plain: true } if is_null_text(text))
}

/// Whether a document is empty, also if it has a tag: the oracles resolve none.
fn is_empty(root: &Node) -> bool {
    match &root.value {
        Content::Null => true,
        Content::Text(text) => root.style == Some(Style::Plain) && is_null_text(text),
        _ => false,
    }
}

fn is_null_text(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// Whether two values are the same; scalars by their text, because the oracles resolve no tags.
fn is_same(ours: &Node, theirs: &Value) -> bool {
    match (&ours.value, theirs) {
        (Content::Null, Value::Scalar { text, .. }) => is_null_text(text),
        (Content::Bool(value), Value::Scalar { text, .. }) => text.to_ascii_lowercase() == value.to_string(),
        (Content::Number(value), Value::Scalar { text, .. }) => value == text,
        (Content::Text(value), Value::Scalar { text, is_plain }) => {
            value == text && (ours.borrowed || *is_plain == (ours.style == Some(Style::Plain)))
        }
        (Content::List(items), Value::List(others)) => {
            items.len() == others.len() && items.iter().zip(others).all(|(ours, theirs)| is_same(ours, theirs))
        }
        (Content::Map(entries), Value::Map(others)) => {
            entries.len() == others.len()
                && entries.iter().zip(others).all(|((k, v), (key, value))| is_same(k, key) && is_same(v, value))
        }
        _ => false,
    }
}

fn is_limit(kind: ProblemKind) -> bool {
    matches!(kind, ProblemKind::TooLarge | ProblemKind::TooDeep | ProblemKind::TooRepetitive | ProblemKind::Binary)
}

/// A known difference. npm `yaml` decides as the reader does (`tests/yaml-agreement`), but for those that its corpus lists.
pub struct Known {
    /// A part of the reader's message; `None` where the reader accepts the text.
    ours: Option<&'static str>,
    /// A part of the oracle's message; `None` where it accepts the text.
    theirs: Option<&'static str>,
    applies: fn(text: &str) -> bool,
}

const ALWAYS: fn(&str) -> bool = |_| true;
const HAS_TAB: fn(&str) -> bool = |text| text.contains('\t');
const HAS_LINES: fn(&str) -> bool = |text| text.contains(['\n', '\r']);
pub const HAS_QUESTION: fn(&str) -> bool = |text| text.contains('?');
const HAS_BRACKET: fn(&str) -> bool = |text| text.contains(['[', '{']);
const HAS_DIRECTIVE: fn(&str) -> bool = |text| text.contains('%');
const HAS_COMMENT_AND_TAB: fn(&str) -> bool = |text| HAS_TAB(text) && text.contains('#');
const HAS_ESCAPED_TAG: fn(&str) -> bool = |text| text.contains('!') && text.contains('%');
pub const HAS_BLOCK: fn(&str) -> bool = |text| text.contains(['|', '>']);

pub const fn ours(message: &'static str, applies: fn(&str) -> bool) -> Known {
    Known { ours: Some(message), theirs: None, applies }
}

pub const fn theirs(message: &'static str, applies: fn(&str) -> bool) -> Known {
    Known { ours: None, theirs: Some(message), applies }
}

const fn values(applies: fn(&str) -> bool) -> Known {
    Known { ours: None, theirs: None, applies }
}

/// Differences from every oracle.
const EVERY: &[Known] = &[
    // Only the reader rejects.
    ours("a tab is not allowed in indentation", HAS_TAB),
    ours("a mapping cannot begin in the middle of a line", ALWAYS),
    ours("a list cannot begin on the line of its key", ALWAYS),
    ours("a value cannot begin with `|`", ALWAYS),
    ours("a value cannot begin with `>`", ALWAYS),
    ours("a value cannot begin with `?`", HAS_BRACKET),
    // A comment behind a tab, which ends a plain scalar.
    ours("matches no line above", HAS_COMMENT_AND_TAB),
    ours("does not close a bracket", HAS_COMMENT_AND_TAB),
    ours("is inside its own value", |text| text.contains('*')),
    ours("is not closed", HAS_LINES),
    ours("unexpected text after a value", |text| text.contains(['&', '!', '*', '?'])),
    ours("the directive is not valid", HAS_DIRECTIVE),
    // Only the oracle rejects.
    theirs("':' must be followed by a valid YAML whitespace", HAS_TAB),
    theirs("a block scalar content cannot start with a tab", HAS_TAB),
    theirs("tabs disallowed", HAS_TAB),
    theirs("found a tab", HAS_TAB),
    theirs("wrongly indented line in block scalar", HAS_BLOCK),
    theirs("expected whitespace", HAS_QUESTION),
    theirs("expected ',' or ']'", HAS_QUESTION),
    theirs("invalid indentation", |text| HAS_BRACKET(text) || HAS_QUESTION(text)),
    theirs("plain scalar cannot start with '-'", |text| text.contains('-')),
    theirs("':' may not precede any of `[{` in flow mapping", ALWAYS),
    theirs("verbatim tag", |text| text.contains("!<")),
    // Escapes in tags, which the reader does not decode.
    theirs("invalid escape sequence", HAS_ESCAPED_TAG),
    theirs("UTF-8 byte", HAS_ESCAPED_TAG),
    theirs("while scanning a directive", HAS_DIRECTIVE),
    theirs("while scanning TAG", HAS_DIRECTIVE),
    theirs("did not find expected '!'", HAS_DIRECTIVE),
    theirs("TAG directive must only be given at most once", HAS_DIRECTIVE),
    theirs("invalid global tag character", HAS_DIRECTIVE),
    theirs("duplicate version directive", HAS_DIRECTIVE),
    // Both accept, and read other values. `[?]` is an entry without key and value.
    values(|text| HAS_BRACKET(text) && HAS_QUESTION(text)),
    // A last line of spaces in a block scalar.
    values(|text| HAS_BLOCK(text) && text.ends_with([' ', '\t'])),
    // An escaped line end before an empty line.
    values(|text| text.contains("\\\n") || text.contains("\\\r")),
];

impl Known {
    fn is(&self, text: &str, ours: Option<&Problem>, theirs: Option<&str>) -> bool {
        let is_ours = match (self.ours, ours) {
            (Some(words), Some(problem)) => problem.message.contains(words),
            (None, None) => true,
            _ => false,
        };
        let is_theirs = match (self.theirs, theirs) {
            (Some(words), Some(error)) => error.contains(words),
            (None, None) => true,
            _ => false,
        };
        is_ours && is_theirs && (self.applies)(text)
    }
}

//! Comparison of the reader with saphyr-parser.

use backstage_yaml::{Content, Node, Problem, ProblemKind, Style, read};
use saphyr_parser::{Event, Parser, ScalarStyle};
use std::collections::HashMap;
use std::rc::Rc;

/// A value as saphyr-parser reports it.
pub enum Theirs {
    Scalar {
        text: String,
        is_plain: bool,
    },
    List(Vec<Rc<Self>>),
    Map(Vec<(Rc<Self>, Rc<Self>)>),
    /// An alias of a value that contains it.
    Circle,
}

/// A difference that is not known; `None` where both agree, or differ in a known way.
pub fn difference(text: &str) -> Option<String> {
    let ours = read(text.as_bytes());
    let rejected = ours.iter().find_map(|document| document.as_ref().err());
    if rejected.is_some_and(|problem| is_limit(problem.kind)) {
        return None;
    }
    let theirs = documents(text);
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
    let is_known = KNOWN.iter().any(|known| known.is(text, rejected, theirs.as_ref().err().map(String::as_str)));
    (!is_known).then_some(words)
}

/// Reads all documents; the error ends the stream.
fn documents(text: &str) -> Result<Vec<Rc<Theirs>>, String> {
    let mut tree = Tree { parser: Parser::new_from_str(text), anchors: HashMap::new() };
    let mut documents = Vec::new();
    loop {
        match tree.next()? {
            Event::StreamEnd => return Ok(documents),
            Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing => {}
            event => documents.push(tree.value(event)?),
        }
    }
}

struct Tree<'a> {
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
    anchors: HashMap<usize, Rc<Theirs>>,
}

impl<'a> Tree<'a> {
    fn next(&mut self) -> Result<Event<'a>, String> {
        match self.parser.next_event() {
            Some(Ok((event, _))) => Ok(event),
            Some(Err(error)) => Err(error.info().to_owned()),
            None => Ok(Event::StreamEnd),
        }
    }

    fn value(&mut self, event: Event<'a>) -> Result<Rc<Theirs>, String> {
        let (anchor, value) = match event {
            Event::Alias(id) => return Ok(self.anchors.get(&id).cloned().unwrap_or(Rc::new(Theirs::Circle))),
            Event::Scalar(text, style, anchor, _) => {
                (anchor, Theirs::Scalar { text: text.into_owned(), is_plain: style == ScalarStyle::Plain })
            }
            Event::SequenceStart(anchor, _) => {
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        Event::SequenceEnd => break,
                        event => items.push(self.value(event)?),
                    }
                }
                (anchor, Theirs::List(items))
            }
            Event::MappingStart(anchor, _) => {
                let mut entries = Vec::new();
                loop {
                    match self.next()? {
                        Event::MappingEnd => break,
                        event => {
                            let key = self.value(event)?;
                            let event = self.next()?;
                            entries.push((key, self.value(event)?));
                        }
                    }
                }
                (anchor, Theirs::Map(entries))
            }
            event => return Err(format!("unexpected event {event:?}")),
        };
        let value = Rc::new(value);
        if anchor > 0 {
            self.anchors.insert(anchor, value.clone());
        }
        Ok(value)
    }
}

fn is_null(value: &Theirs) -> bool {
    matches!(value, Theirs::Scalar { text, is_plain: true } if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
}

/// Whether a document is empty, also if it has a tag: saphyr-parser resolves none.
fn is_empty(root: &Node) -> bool {
    match &root.value {
        Content::Null => true,
        Content::Text(text) => text.is_empty() && root.style == Some(Style::Plain),
        _ => false,
    }
}

/// Whether two values are the same; scalars by their text, because saphyr-parser resolves no tags.
fn is_same(ours: &Node, theirs: &Theirs) -> bool {
    match (&ours.value, theirs) {
        (Content::Null, Theirs::Scalar { text, .. }) => matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"),
        (Content::Bool(value), Theirs::Scalar { text, .. }) => text.to_ascii_lowercase() == value.to_string(),
        (Content::Number(value), Theirs::Scalar { text, .. }) => value == text,
        (Content::Text(value), Theirs::Scalar { text, is_plain }) => {
            value == text && (ours.borrowed || *is_plain == (ours.style == Some(Style::Plain)))
        }
        (Content::List(items), Theirs::List(others)) => {
            items.len() == others.len() && items.iter().zip(others).all(|(ours, theirs)| is_same(ours, theirs))
        }
        (Content::Map(entries), Theirs::Map(others)) => {
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
struct Known {
    /// A part of the reader's message; `None` where the reader accepts the text.
    ours: Option<&'static str>,
    /// A part of saphyr-parser's message; `None` where it accepts the text.
    theirs: Option<&'static str>,
    applies: fn(text: &str) -> bool,
}

const ALWAYS: fn(&str) -> bool = |_| true;
const HAS_TAB: fn(&str) -> bool = |text| text.contains('\t');
const HAS_LINES: fn(&str) -> bool = |text| text.contains(['\n', '\r']);
const HAS_QUESTION: fn(&str) -> bool = |text| text.contains('?');
/// A byte order mark that is not the first character is a text for the reader.
const HAS_LATE_MARK: fn(&str) -> bool = |text| text.strip_prefix('\u{feff}').unwrap_or(text).contains('\u{feff}');

const fn ours(message: &'static str, applies: fn(&str) -> bool) -> Known {
    Known { ours: Some(message), theirs: None, applies }
}

const fn theirs(message: &'static str, applies: fn(&str) -> bool) -> Known {
    Known { ours: None, theirs: Some(message), applies }
}

const fn values(applies: fn(&str) -> bool) -> Known {
    Known { ours: None, theirs: None, applies }
}

const KNOWN: &[Known] = &[
    // Only the reader rejects.
    ours("a tab is not allowed in indentation", HAS_TAB),
    ours("a mapping cannot begin in the middle of a line", ALWAYS),
    ours("a list cannot begin on the line of its key", ALWAYS),
    ours("a value cannot begin with `|`", ALWAYS),
    ours("a value cannot begin with `>`", ALWAYS),
    ours("is inside its own value", |text| text.contains('*')),
    ours("is not closed", HAS_LINES),
    ours("unexpected text after a value", |text| text.contains(['&', '!', '*'])),
    ours("matches no line above", HAS_LATE_MARK),
    // Only saphyr-parser rejects.
    theirs("", HAS_LATE_MARK),
    theirs("invalid Unicode character escape code", |text| text.contains("\\u")),
    theirs("':' must be followed by a valid YAML whitespace", HAS_TAB),
    theirs("a block scalar content cannot start with a tab", HAS_TAB),
    theirs("tabs disallowed in this context", HAS_TAB),
    theirs("expected whitespace", HAS_QUESTION),
    theirs("expected ',' or ']'", HAS_QUESTION),
    theirs("invalid indentation", |text| text.contains(['[', '{', '?'])),
    theirs("plain scalar cannot start with '-'", |text| text.contains('-')),
    theirs("verbatim tag", |text| text.contains("!<")),
    theirs("invalid global tag character", |text| text.contains("%TAG")),
    theirs("duplicate version directive", |text| text.contains("%YAML")),
    theirs("':' may not precede any of `[{` in flow mapping", ALWAYS),
    // Both accept, and read other values.
    values(HAS_LATE_MARK),
    // `[?]`, an entry without key and value.
    values(|text| text.contains('[') && HAS_QUESTION(text)),
    // A last line of spaces in a block scalar.
    values(|text| text.contains(['|', '>']) && text.ends_with([' ', '\t'])),
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

//! Faults: reasons why a document cannot be read, each with its message.

use crate::position::Position;
use crate::problem::{Problem, ProblemKind};

/// What reading a part of a document returns.
pub type Read<T> = Result<T, Fault>;

/// A reason why a document cannot be read, and its position.
pub struct Fault {
    at: Position,
    kind: Kind,
}

/// The reasons, with the texts that their messages quote.
pub enum Kind {
    /// More values than this limit.
    TooMany(usize),
    /// More levels than this limit.
    TooDeep(usize),
    TooRepetitive,
    Tab,
    /// An opening quote or bracket.
    Unclosed(char),
    /// A closing bracket, and the expected one, if any.
    WrongCloser(char, Option<char>),
    MissingColon(String),
    MissingSpace,
    MissingComma,
    MissingValue,
    Indentation,
    NestedMapping,
    ManyLineKey,
    LongKey,
    ListOnKeyLine,
    NoListItem,
    ListAmongKeys,
    BadStart(char),
    BadEscape(String),
    BadHeader,
    LeadingSpaces,
    UnknownAlias(String),
    AliasInsideItself(String),
    AliasWithProps,
    PropsTwice,
    PropsBeforeList,
    PropsBeforeKey,
    EmptyName(char),
    BadDirective,
    NoDocumentStart,
    UnknownHandle(String),
    AfterValue,
    AfterDocumentEnd,
}

impl Fault {
    pub fn new(at: Position, kind: Kind) -> Self {
        Self { at, kind }
    }

    pub fn into_problem(self) -> Problem {
        let (message, help) = self.kind.words();
        let span = Some(self.at.into());
        Problem { kind: self.kind.problem(), message: message.into(), help: help.into(), span, related: None }
    }
}

impl Kind {
    fn problem(&self) -> ProblemKind {
        match self {
            Self::TooMany(_) => ProblemKind::TooLarge,
            Self::TooDeep(_) => ProblemKind::TooDeep,
            Self::TooRepetitive => ProblemKind::TooRepetitive,
            Self::Tab => ProblemKind::Tab,
            Self::UnknownHandle(_) => ProblemKind::UndeclaredTag,
            _ => ProblemKind::Syntax,
        }
    }

    /// The message and the help.
    fn words(&self) -> (String, String) {
        let quote = "put the value in quotes";
        let (message, help) = match self {
            Self::TooMany(most) => {
                return (format!("the document has more than {most} values"), "split the file".into());
            }
            Self::TooDeep(most) => {
                let message = format!("values are nested more than {most} levels deep");
                return (message, "move the nested data to a file of its own".into());
            }
            Self::TooRepetitive => (
                "aliases repeat values too often",
                "write repeated parts out: Backstage rejects more than about 100 uses of one anchor",
            ),
            Self::Tab => ("a tab is not allowed in indentation", "indent with spaces"),
            Self::Unclosed(open) => {
                let what = if matches!(open, '"' | '\'') { "quote" } else { "bracket" };
                let close = match open {
                    '[' => ']',
                    '{' => '}',
                    quote => *quote,
                };
                let message = format!("the {what} `{open}` is not closed");
                return (message, format!("add `{close}` at the end of the value, and indent its lines"));
            }
            Self::WrongCloser(found, None) => {
                return (
                    format!("the `{found}` does not close a bracket"),
                    "remove it, or put the text in quotes".into(),
                );
            }
            Self::WrongCloser(found, Some(right)) => {
                return (format!("the `{found}` closes a bracket that needs `{right}`"), format!("write `{right}`"));
            }
            Self::MissingColon(key) => {
                return (
                    format!("a `:` is missing after `{key}`"),
                    "write `key: value`, or indent the line if it continues the value above".into(),
                );
            }
            Self::MissingSpace => ("a space is missing after the `:`", "write `key: value`"),
            Self::MissingComma => ("a `,` is missing here", "put a `,` between the entries, or close the bracket"),
            Self::MissingValue => ("a value is missing before this `,`", "remove the `,`"),
            Self::Indentation => (
                "the indentation of this line matches no line above",
                "give all keys of a mapping and all items of a list the same indentation",
            ),
            Self::NestedMapping => (
                "a mapping cannot begin in the middle of a line",
                "put a value that contains `: ` in quotes, or begin the mapping on a new line",
            ),
            Self::ManyLineKey => ("a key spans more than one line", "check whether a `:` is missing on a line above"),
            Self::LongKey => ("a key is longer than 1024 characters", "shorten it"),
            Self::ListOnKeyLine => (
                "a list cannot begin on the line of its key",
                "begin the list on a new line, or put the value in quotes",
            ),
            Self::NoListItem => ("a list item cannot begin here", quote),
            Self::ListAmongKeys => ("a list item follows a key of a mapping", "indent the list below its key"),
            Self::BadStart(found) => return (format!("a value cannot begin with `{found}`"), quote.into()),
            Self::BadEscape(escape) => {
                return (
                    format!("`{escape}` is not an escape"),
                    "write `\\\\` for a backslash, or use single quotes".into(),
                );
            }
            Self::BadHeader => ("unexpected text after `|` or `>`", "write the text on the next lines, indented"),
            Self::LeadingSpaces => ("an empty line before the text has more spaces than the text", "remove its spaces"),
            Self::UnknownAlias(name) => {
                let help = match name.strip_suffix(':') {
                    Some(bare) => format!("put a space before the `:`, as in `*{bare} :`"),
                    None => format!("put `&{name}` before the value, or put the text in quotes"),
                };
                return (format!("no anchor `&{name}` precedes this alias"), help);
            }
            Self::AliasInsideItself(name) => {
                return (format!("the alias `*{name}` is inside its own value"), "write the value out".into());
            }
            Self::AliasWithProps => {
                ("an alias cannot have an anchor or a tag", "put the anchor or tag before the value itself")
            }
            Self::PropsTwice => ("a value has two anchors or two tags", "keep one"),
            Self::PropsBeforeList => {
                ("a list cannot begin on the line of its anchor or tag", "put the anchor or tag on the line above")
            }
            Self::PropsBeforeKey => ("an anchor or tag precedes a `?`", "put it behind the `?`"),
            Self::EmptyName('!') => ("a tag has no name", quote),
            Self::EmptyName(_) => ("an anchor or alias has no name", quote),
            Self::BadDirective => ("the directive is not valid", "remove the line"),
            Self::NoDocumentStart => ("a `---` is missing after the directives", "add a line `---`"),
            Self::UnknownHandle(tag) => {
                return (format!("the prefix of the tag `{tag}` is not declared"), "remove the tag".into());
            }
            Self::AfterDocumentEnd => {
                ("unexpected text after `...`, which ends a document", "begin a new line, or remove the `...`")
            }
            Self::AfterValue => ("unexpected text after a value", "begin a new line, or put the whole value in quotes"),
        };
        (message.into(), help.into())
    }
}

/// The first 40 characters of a text.
pub fn shortened(text: &str) -> String {
    let text = text.trim_end();
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or("")),
        None => text.to_owned(),
    }
}

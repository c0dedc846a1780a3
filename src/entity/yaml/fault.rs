//! Why a text cannot be read, in people's words.

use super::source::is_blank;
use super::{Leaf, MOST_DEPTH, MOST_NODES, Parser};
use crate::diagnostic::{Code, Diagnostic, Position, Span, Where};
use crate::entity::tree::Style;

/// What went wrong, and where.
pub struct Fault {
    at: Position,
    kind: Kind,
}

/// Each with what its message names.
pub enum Kind {
    TooMany,
    TooDeep,
    TooRepetitive,
    Tab,
    /// An opening quote or bracket.
    Unclosed(char),
    /// A closing bracket, and the one that would be right, if any.
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
}

impl Fault {
    pub fn new(at: Position, kind: Kind) -> Self {
        Self { at, kind }
    }

    pub fn into_diagnostic(self, file: Option<&str>) -> Diagnostic {
        let (message, help) = self.kind.words();
        let place =
            Where { file: file.map(str::to_owned), path: None, span: Some(Span { start: self.at, end: self.at }) };
        Diagnostic::new(self.kind.code(), message).at(place).help(help)
    }
}

impl Kind {
    fn code(&self) -> Code {
        match self {
            Self::TooMany => Code::EntityTooLarge,
            Self::TooDeep => Code::EntityTooDeep,
            Self::TooRepetitive => Code::EntityTooRepetitive,
            Self::Tab => Code::EntityTab,
            Self::UnknownHandle(_) => Code::EntityUnknownTag,
            _ => Code::EntitySyntax,
        }
    }

    fn words(&self) -> (String, String) {
        let quote = "put the value in quotes";
        let (message, help) = match self {
            Self::TooMany => {
                return (format!("the document holds more than {MOST_NODES} values"), "split the file".into());
            }
            Self::TooDeep => {
                let message = format!("values are nested more than {MOST_DEPTH} levels deep");
                return (message, "an entity needs a handful of levels: move the data to a file of its own".into());
            }
            Self::TooRepetitive => (
                "aliases repeat this document's values too often",
                "write repeated parts out; Backstage refuses about a hundred uses of one anchor",
            ),
            Self::Tab => ("a tab stands where indentation is counted", "indent with spaces"),
            Self::Unclosed(open) => {
                let what = if matches!(open, '"' | '\'') { "quote" } else { "bracket" };
                let close = match open {
                    '[' => ']',
                    '{' => '}',
                    quote => *quote,
                };
                let message = format!("the {what} `{open}` is never closed");
                return (message, format!("add `{close}` where the value ends, and indent its lines"));
            }
            Self::WrongCloser(found, None) => {
                return (format!("the `{found}` closes nothing"), "remove it, or put the text in quotes".into());
            }
            Self::WrongCloser(found, Some(right)) => {
                return (
                    format!("the `{found}` closes a bracket that `{right}` should close"),
                    format!("write `{right}`"),
                );
            }
            Self::MissingColon(key) => {
                return (
                    format!("a `:` is missing after `{key}`"),
                    "write `key: value`, or indent the line if it goes on with the value above".into(),
                );
            }
            Self::MissingSpace => ("a space is missing after the `:`", "write `key: value`"),
            Self::MissingComma => {
                ("a `,` is missing before this", "put a `,` between the entries, or close the bracket")
            }
            Self::MissingValue => ("a value is missing before this `,`", "remove the `,`"),
            Self::Indentation => (
                "this line's indentation fits nothing above it",
                "give the keys of one mapping, and the items of one list, the same indentation",
            ),
            Self::NestedMapping => (
                "a mapping cannot begin in the middle of a line",
                "put a value that contains `: ` in quotes, or the mapping on a line of its own",
            ),
            Self::ManyLineKey => {
                ("a key goes over more than one line", "is a `:` missing on a line above? a key stands on one line")
            }
            Self::LongKey => ("a key is longer than 1024 characters", "shorten it"),
            Self::ListOnKeyLine => (
                "a list cannot begin on the line of its key",
                "put the `-` on a line of its own, or the value in quotes",
            ),
            Self::NoListItem => ("a `-` cannot stand here", quote),
            Self::ListAmongKeys => {
                ("a list item stands among the keys of a mapping", "indent it below the key that it belongs to")
            }
            Self::BadStart(found) => return (format!("a value cannot begin with `{found}`"), quote.into()),
            Self::BadEscape(escape) => {
                return (
                    format!("`{escape}` is not an escape"),
                    "write `\\\\` for a backslash, or use single quotes".into(),
                );
            }
            Self::BadHeader => ("this does not belong behind `|` or `>`", "write the text on the next lines, indented"),
            Self::LeadingSpaces => {
                ("an empty line at the start of the text is indented further than the text", "remove its spaces")
            }
            Self::UnknownAlias(name) => {
                let help = match name.strip_suffix(':') {
                    Some(bare) => format!("put a space before the `:`, as in `*{bare} :`"),
                    None => format!("put `&{name}` before the value that is meant, or the text in quotes"),
                };
                return (format!("no anchor `&{name}` comes before this alias"), help);
            }
            Self::AliasInsideItself(name) => {
                return (
                    format!("the alias `*{name}` stands inside the value that it means"),
                    "write the value out".into(),
                );
            }
            Self::AliasWithProps => ("an alias cannot have an anchor or a tag", "put them where the value is written"),
            Self::PropsTwice => ("a value has two anchors or two tags", "keep one"),
            Self::PropsBeforeList => {
                ("an anchor or tag of a list stands on the list's line", "put it behind the key, on the line above")
            }
            Self::PropsBeforeKey => ("an anchor or tag stands before a `?`", "put it behind the `?`"),
            Self::EmptyName('!') => ("a tag has no name", quote),
            Self::EmptyName(_) => ("an anchor or alias has no name", quote),
            Self::BadDirective => ("this is not a directive of YAML", "remove the line"),
            Self::NoDocumentStart => ("directives must be followed by `---`", "add a line `---`"),
            Self::UnknownHandle(tag) => {
                return (format!("the tag `{tag}` has a prefix that nothing declares"), "remove it".into());
            }
            Self::AfterValue => {
                ("this cannot follow the value before it", "begin a new line, or put the whole value in quotes")
            }
        };
        (message.into(), help.into())
    }
}

impl Parser<'_> {
    /// At the next byte.
    pub fn fault(&mut self, kind: Kind) -> Fault {
        Fault::new(self.source.here(), kind)
    }

    pub fn fault_at(&mut self, offset: usize, kind: Kind) -> Fault {
        Fault::new(self.source.position(offset), kind)
    }

    /// For what nothing waited for.
    pub fn unexpected(&mut self) -> Fault {
        let kind = match self.source.indentation() {
            Some(indentation) if indentation.tab.is_some() => Kind::Tab,
            Some(_) if is_closer(self.source.peek()) => Kind::WrongCloser(char::from(self.source.peek()), None),
            Some(_) => Kind::Indentation,
            None if is_closer(self.source.peek()) => Kind::WrongCloser(char::from(self.source.peek()), None),
            None if self.source.peek() == b':' && is_blank(self.source.peek_at(1)) => Kind::NestedMapping,
            None => Kind::AfterValue,
        };
        self.fault(kind)
    }

    /// A `:` behind a text of several lines: something was meant to end above.
    pub fn many_line_key(&mut self, leaf: &Leaf<'_>, is_fresh: bool, begin: usize, line: (usize, usize)) -> Fault {
        let is_plain = matches!(leaf, Leaf::Scalar(scalar) if scalar.style == Style::Plain);
        if is_plain && is_fresh {
            let first = self.source.slice(begin, self.source.line_end(begin)).trim_end();
            let at = self.source.position_above(line, begin + first.len());
            return Fault::new(at, Kind::MissingColon(shortened(first)));
        }
        let spaces =
            self.source.slice(self.source.line_start, self.source.pos).bytes().take_while(|byte| *byte == b' ').count();
        self.fault_at(self.source.line_start + spaces, if is_plain { Kind::Indentation } else { Kind::ManyLineKey })
    }

    /// A key without its `: `.
    pub fn no_colon(&mut self, start: usize) -> Fault {
        let line = self.source.slice(start, self.source.line_end(start));
        if let Some(colon) = line.find(':').filter(|colon| !line.get(..*colon).is_some_and(|key| key.contains(' '))) {
            return self.fault_at(start + colon + 1, Kind::MissingSpace);
        }
        let key = shortened(line);
        let end = start + line.trim_end().len();
        self.fault_at(end, Kind::MissingColon(key))
    }
}

fn is_closer(byte: u8) -> bool {
    matches!(byte, b']' | b'}')
}

/// Enough of a text to know it again.
pub fn shortened(text: &str) -> String {
    let text = text.trim_end();
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or("")),
        None => text.to_owned(),
    }
}

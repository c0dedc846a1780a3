//! Flow collections: lists and mappings in brackets, and so JSON.

use crate::fault::{Fault, Kind, Read};
use crate::key::{check_key_length, check_keys};
use crate::node::{Content, Node, Style};
use crate::parser::{Leaf, Parser};
use crate::plain::plain_scalar;
use crate::position::{Position, Span};
use crate::quoted::quoted_scalar;
use crate::source::{Source, is_blank, is_flow_indicator};
use crate::tag::Props;

/// A collection whose closing bracket has not been read.
#[derive(Clone, Copy)]
struct Open {
    start: Position,
    bracket: char,
    closer: u8,
    /// The indentation around it, which its lines must exceed.
    parent: isize,
    is_outermost: bool,
}

/// Reads a collection, at its `[` or `{`.
pub fn flow_collection<'a>(
    parser: &mut Parser<'a>,
    parent: isize,
    anchor: Option<&'a str>,
    is_outermost: bool,
) -> Read<Node> {
    let anchor = parser.enter(anchor)?;
    let is_map = parser.source.peek() == b'{';
    let (bracket, closer) = if is_map { ('{', b'}') } else { ('[', b']') };
    let open = Open { start: parser.source.here(), bracket, closer, parent, is_outermost };
    parser.source.pos += 1;
    let mut items = Vec::new();
    let mut entries = Vec::new();
    loop {
        open.skip_space(&mut parser.source)?;
        match parser.source.peek() {
            byte if byte == closer => break,
            b',' => return Err(parser.source.fault(Kind::MissingValue)),
            byte @ (b']' | b'}') => {
                return Err(parser.source.fault(Kind::WrongCloser(char::from(byte), Some(char::from(closer)))));
            }
            _ if is_map => entries.push(open.entry(parser)?),
            _ => items.push(open.item(parser)?),
        }
        open.skip_space(&mut parser.source)?;
        match parser.source.peek() {
            b',' => parser.source.pos += 1,
            b']' | b'}' => {}
            b':' => return Err(parser.source.fault(Kind::AfterValue)),
            _ => return Err(parser.source.fault(Kind::MissingComma)),
        }
    }
    parser.source.pos += 1;
    let span = Span { start: open.start, end: parser.source.here() };
    if is_map {
        check_keys(&entries, &mut parser.problems);
    }
    let value = if is_map { Content::Map(entries) } else { Content::List(items) };
    Ok(parser.leave(anchor, value, span, Style::Flow))
}

impl Open {
    /// Goes past white space and comments inside the brackets.
    fn skip_space(self, source: &mut Source<'_>) -> Read<()> {
        let line = source.line;
        source.skip_to_content();
        if source.is_at_end() {
            return Err(self.unclosed());
        }
        if source.peek() == b'#' {
            return Err(source.fault(Kind::BadStart('#')));
        }
        if source.line != line {
            let spaces = source.indentation().map_or(0, |found| found.spaces) as isize;
            let closes = self.is_outermost && spaces == self.parent && source.peek() == self.closer;
            if spaces <= self.parent && !closes {
                return Err(self.unclosed());
            }
        }
        Ok(())
    }

    fn unclosed(self) -> Fault {
        Fault::new(self.start, Kind::Unclosed(self.bracket))
    }

    /// Reads an entry of a mapping.
    fn entry(self, parser: &mut Parser<'_>) -> Read<(Node, Node)> {
        let _ = self.explicit_key(&mut parser.source)?;
        let (key, is_json) = self.value(parser)?;
        self.skip_space(&mut parser.source)?;
        self.rest(parser, key, is_json)
    }

    /// Reads an item of a list, which may be a mapping of one entry without braces.
    fn item(self, parser: &mut Parser<'_>) -> Read<Node> {
        let (start, begin, line) = (parser.source.here(), parser.source.pos, parser.source.line);
        let is_explicit = self.explicit_key(&mut parser.source)?;
        let (key, is_json) = self.value(parser)?;
        self.skip_space(&mut parser.source)?;
        if !is_explicit && !is_at_colon(&parser.source, is_json) {
            return Ok(key);
        }
        if !is_explicit {
            if parser.source.line != line {
                return Err(parser.source.fault(Kind::ManyLineKey));
            }
            check_key_length(&mut parser.source, begin)?;
        }
        let anchor = parser.enter(None)?;
        let entry = self.rest(parser, key, is_json)?;
        let end = entry.1.span.map_or(start, |span| span.end);
        Ok(parser.leave(anchor, Content::Map(vec![entry]), Span { start, end }, Style::Flow))
    }

    /// Goes past the `?` of a key, if it has one.
    fn explicit_key(self, source: &mut Source<'_>) -> Read<bool> {
        let next = source.peek_at(1);
        let is_explicit = source.peek() == b'?' && (is_blank(next) || is_flow_indicator(next));
        if is_explicit {
            source.pos += 1;
            self.skip_space(source)?;
        }
        Ok(is_explicit)
    }

    /// Reads the value of a key, if a `:` follows.
    fn rest(self, parser: &mut Parser<'_>, key: Node, is_json: bool) -> Read<(Node, Node)> {
        let value = if is_at_colon(&parser.source, is_json) {
            parser.source.pos += 1;
            self.skip_space(&mut parser.source)?;
            self.value(parser)?.0
        } else {
            let at = key.span.map_or(self.start, |span| span.end);
            parser.empty(at, Props::default())?
        };
        Ok((key, value))
    }

    /// Reads a value, which may be empty. Returns whether it is quoted or in brackets, as JSON keys are.
    fn value(self, parser: &mut Parser<'_>) -> Read<(Node, bool)> {
        let mut props = Props::default();
        while matches!(parser.source.peek(), b'&' | b'!') {
            props.read_one(&mut parser.source)?;
            self.skip_space(&mut parser.source)?;
        }
        let leaf = match parser.source.peek() {
            b',' | b']' | b'}' => None,
            b':' if is_at_colon(&parser.source, false) => None,
            b'*' => Some((Leaf::Alias(parser.alias()?), false)),
            b'"' | b'\'' => Some((Leaf::Scalar(quoted_scalar(&mut parser.source, self.parent)?), true)),
            b'[' | b'{' => Some((Leaf::Flow(flow_collection(parser, self.parent, props.anchor, false)?), true)),
            _ => Some((Leaf::Scalar(plain_scalar(&mut parser.source, self.parent, true)?), false)),
        };
        match leaf {
            Some((leaf, is_json)) => Ok((parser.leaf(leaf, props)?, is_json)),
            None => {
                let at = parser.source.here();
                Ok((parser.empty(at, props)?, false))
            }
        }
    }
}

/// Whether a `:` follows. Behind a JSON key it needs no space.
fn is_at_colon(source: &Source<'_>, is_json: bool) -> bool {
    let next = source.peek_at(1);
    source.peek() == b':' && (is_json || is_blank(next) || is_flow_indicator(next))
}

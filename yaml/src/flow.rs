//! Flow collections: lists and mappings in brackets, and so JSON.

use crate::fault::{Fault, Kind};
use crate::parser::{Leaf, Parser, Read};
use crate::source::{is_blank, is_flow_indicator};
use crate::tag::Props;
use crate::{Content, Node, Position, Span, Style};

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

impl<'a> Parser<'a> {
    /// Reads a collection, at its `[` or `{`.
    pub fn flow(&mut self, parent: isize, anchor: Option<&'a str>, is_outermost: bool) -> Read<Node> {
        self.enter()?;
        let anchor = anchor.map(|name| self.anchors.open(name));
        let is_map = self.source.peek() == b'{';
        let (bracket, closer) = if is_map { ('{', b'}') } else { ('[', b']') };
        let open = Open { start: self.source.here(), bracket, closer, parent, is_outermost };
        self.source.pos += 1;
        let mut items = Vec::new();
        let mut entries = Vec::new();
        loop {
            self.flow_space(open)?;
            match self.source.peek() {
                byte if byte == closer => break,
                b',' => return Err(self.fault(Kind::MissingValue)),
                byte @ (b']' | b'}') => {
                    return Err(self.fault(Kind::WrongCloser(char::from(byte), Some(char::from(closer)))));
                }
                _ if is_map => entries.push(self.flow_entry(open)?),
                _ => items.push(self.flow_item(open)?),
            }
            self.flow_space(open)?;
            match self.source.peek() {
                b',' => self.source.pos += 1,
                b']' | b'}' => {}
                b':' => return Err(self.fault(Kind::AfterValue)),
                _ => return Err(self.fault(Kind::MissingComma)),
            }
        }
        self.source.pos += 1;
        let end = self.source.here();
        if is_map {
            self.check_keys(&entries);
        }
        let value = if is_map { Content::Map(entries) } else { Content::List(items) };
        let node = self.collection(value, open.start, end, Style::Flow);
        if let Some(anchor) = anchor {
            self.anchors.close(anchor, &node);
        }
        Ok(node)
    }

    /// Goes past white space and comments inside the brackets.
    fn flow_space(&mut self, open: Open) -> Read<()> {
        let line = self.source.line;
        self.source.skip_to_content();
        if self.source.is_at_end() {
            return Err(Fault::new(open.start, Kind::Unclosed(open.bracket)));
        }
        if self.source.peek() == b'#' {
            return Err(self.fault(Kind::BadStart('#')));
        }
        if self.source.line != line {
            let spaces = self.source.indentation().map_or(0, |found| found.spaces) as isize;
            let closes = open.is_outermost && spaces == open.parent && self.source.peek() == open.closer;
            if spaces <= open.parent && !closes {
                return Err(Fault::new(open.start, Kind::Unclosed(open.bracket)));
            }
        }
        Ok(())
    }

    /// Reads an entry of a mapping.
    fn flow_entry(&mut self, open: Open) -> Read<(Node, Node)> {
        let _ = self.explicit_key(open)?;
        let (key, is_json) = self.flow_value(open)?;
        self.flow_space(open)?;
        self.flow_rest(open, key, is_json)
    }

    /// Reads an item of a list, which may be a mapping of one entry without braces.
    fn flow_item(&mut self, open: Open) -> Read<Node> {
        let (start, begin, line) = (self.source.here(), self.source.pos, self.source.line);
        let is_explicit = self.explicit_key(open)?;
        let (key, is_json) = self.flow_value(open)?;
        self.flow_space(open)?;
        if !is_explicit && !self.is_at_flow_colon(is_json) {
            return Ok(key);
        }
        if !is_explicit {
            if self.source.line != line {
                return Err(self.fault(Kind::ManyLineKey));
            }
            self.check_key_length(begin)?;
        }
        self.enter()?;
        let entry = self.flow_rest(open, key, is_json)?;
        let end = entry.1.span.map_or(start, |span| span.end);
        Ok(self.collection(Content::Map(vec![entry]), start, end, Style::Flow))
    }

    /// Goes past the `?` of a key, if it has one.
    fn explicit_key(&mut self, open: Open) -> Read<bool> {
        let next = self.source.peek_at(1);
        let is_explicit = self.source.peek() == b'?' && (is_blank(next) || is_flow_indicator(next));
        if is_explicit {
            self.source.pos += 1;
            self.flow_space(open)?;
        }
        Ok(is_explicit)
    }

    /// Reads the value of a key, if a `:` follows.
    fn flow_rest(&mut self, open: Open, key: Node, is_json: bool) -> Read<(Node, Node)> {
        if self.is_at_flow_colon(is_json) {
            self.source.pos += 1;
            self.flow_space(open)?;
            let (value, _) = self.flow_value(open)?;
            return Ok((key, value));
        }
        let at = key.span.map(|Span { end, .. }| end);
        let at = at.unwrap_or(open.start);
        let value = self.empty(at, Props::default())?;
        Ok((key, value))
    }

    /// Whether a `:` follows. Behind a JSON key it needs no space.
    fn is_at_flow_colon(&self, is_json: bool) -> bool {
        let next = self.source.peek_at(1);
        self.source.peek() == b':' && (is_json || is_blank(next) || is_flow_indicator(next))
    }

    /// Reads a value, which may be empty. Returns whether it is quoted or in brackets, as JSON keys are.
    fn flow_value(&mut self, open: Open) -> Read<(Node, bool)> {
        let mut props = Props::default();
        while matches!(self.source.peek(), b'&' | b'!') {
            self.read_prop(&mut props)?;
            self.flow_space(open)?;
        }
        let leaf = match self.source.peek() {
            b',' | b']' | b'}' => None,
            b':' if self.is_at_flow_colon(false) => None,
            b'*' => Some((Leaf::Alias(self.alias()?), false)),
            b'"' | b'\'' => Some((Leaf::Scalar(self.quoted(open.parent)?), true)),
            b'[' | b'{' => Some((Leaf::Flow(self.flow(open.parent, props.anchor, false)?), true)),
            _ => Some((Leaf::Scalar(self.plain(open.parent, true)?), false)),
        };
        match leaf {
            Some((leaf, is_json)) => Ok((self.leaf(leaf, props)?, is_json)),
            None => {
                let at = self.source.here();
                Ok((self.empty(at, props)?, false))
            }
        }
    }
}

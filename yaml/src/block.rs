//! Block collections: lists and mappings by indentation.

use crate::fault::Kind;
use crate::parser::{Leaf, Parser, Read};
use crate::source::is_blank;
use crate::tag::Props;
use crate::{Content, Node, Position, Style};

/// The anchors and tags before a value.
struct Before<'a> {
    /// On lines above the value: they belong to the whole value.
    outer: Props<'a>,
    /// On the value's own line: they belong to its first key, if it is a mapping.
    inner: Props<'a>,
    has_value: bool,
}

impl<'a> Parser<'a> {
    /// Reads the next value of a collection whose indentation is `parent`: empty where no line is indented further.
    ///
    /// `is_compact`: a collection may begin on this line, as after `- `. `in_map`: a list may have the indentation of its key.
    pub fn block_value(&mut self, parent: isize, is_compact: bool, in_map: bool) -> Read<Node> {
        let from = self.source.pos;
        let at = self.source.here();
        let Before { outer, inner, has_value } = self.before_value(parent, is_compact, in_map)?;
        if !has_value {
            let props = self.one_of(outer, inner)?;
            return self.empty(at, props);
        }
        let begin = self.source.pos;
        let line = (self.source.line_start, self.source.line);
        let column = if inner.is_empty() { begin - line.0 } else { inner.column };
        let is_fresh = self.source.slice(line.0, line.0 + column).bytes().all(|byte| matches!(byte, b' ' | b'\t'));
        // The width of a tab is undefined, so no collection can begin behind one.
        let (from, to) = if is_fresh { (line.0, line.0 + column) } else { (from, begin) };
        let opens = |parser: &mut Self, otherwise: Kind| {
            if !is_fresh && !is_compact {
                return Err(parser.fault_at(begin.max(parser.source.line_start), otherwise));
            }
            match parser.source.slice(from, to).find('\t') {
                Some(tab) => Err(parser.fault_at((from + tab).max(parser.source.line_start), Kind::Tab)),
                None => Ok(()),
            }
        };
        match self.source.peek() {
            b'-' if is_blank(self.source.peek_at(1)) => {
                opens(self, Kind::ListOnKeyLine)?;
                return if inner.is_empty() {
                    self.list(column, outer)
                } else {
                    Err(self.fault(Kind::PropsBeforeList))
                };
            }
            b'?' | b':' if is_blank(self.source.peek_at(1)) => {
                opens(self, Kind::NestedMapping)?;
                return self.mapping(column, None, inner, outer);
            }
            b'|' | b'>' => {
                let props = self.one_of(outer, inner)?;
                let scalar = self.literal(parent)?;
                return self.scalar(scalar, props);
            }
            _ => {}
        }
        let leaf = self.block_leaf(parent, inner.anchor.or(outer.anchor))?;
        let end = self.source.pos;
        self.source.skip_blanks();
        if !self.source.is_at_indicator(b':') {
            self.source.pos = end;
            let props = self.one_of(outer, inner)?;
            return self.leaf(leaf, props);
        }
        if self.source.line != line.1 {
            return Err(self.many_line_key(&leaf, is_fresh, begin, line));
        }
        opens(self, Kind::NestedMapping)?;
        self.check_key_length(begin)?;
        self.mapping(column, Some(leaf), inner, outer)
    }

    /// Goes to the next value, past its anchors and tags.
    fn before_value(&mut self, parent: isize, is_compact: bool, in_map: bool) -> Read<Before<'a>> {
        let (mut outer, mut inner) = (Props::default(), Props::default());
        let from = self.source.pos;
        loop {
            let line = self.source.line;
            self.source.skip_to_content();
            if self.source.line != line && !inner.is_empty() {
                outer = self.one_of(outer, std::mem::take(&mut inner))?;
            }
            if self.source.is_at_end() {
                return Ok(Before { outer, inner, has_value: false });
            }
            if let Some(found) = self.source.indentation() {
                let spaces = found.spaces as isize;
                // Indentation has no meaning inside brackets.
                let is_flow = parent < 0 && matches!(self.source.peek(), b'[' | b'{');
                if let Some(tab) = found.tab.filter(|_| spaces <= parent.max(0) && !is_flow) {
                    return Err(self.fault_at(tab, Kind::Tab));
                }
                let is_list = in_map && spaces == parent && self.source.is_at_indicator(b'-');
                if spaces <= parent && !is_list {
                    return Ok(Before { outer, inner, has_value: false });
                }
            }
            if !matches!(self.source.peek(), b'&' | b'!') {
                return Ok(Before { outer, inner, has_value: true });
            }
            let from = if is_compact { from.max(self.source.line_start) } else { self.source.pos };
            let from = self.source.indentation().map_or(from, |_| self.source.line_start);
            if let Some(tab) = self.source.slice(from, self.source.pos).find('\t').filter(|_| inner.is_empty()) {
                return Err(self.fault_at(from + tab, Kind::Tab));
            }
            self.read_prop(&mut inner)?;
        }
    }

    /// Reads a list whose items begin with `- ` at a column.
    fn list(&mut self, column: usize, props: Props<'a>) -> Read<Node> {
        self.enter()?;
        self.check_collection_tag(&props, false)?;
        let anchor = props.anchor.map(|name| self.anchors.open(name));
        let start = self.source.here();
        let mut items: Vec<Node> = Vec::new();
        loop {
            self.source.pos += 1;
            items.push(self.block_value(column as isize, true, false)?);
            if !self.is_next_entry(column)? || !self.source.is_at_indicator(b'-') {
                break;
            }
        }
        let end = end_of(items.last(), start);
        let node = self.collection(Content::List(items), start, end, Style::Block);
        if let Some(anchor) = anchor {
            self.anchors.close(anchor, &node);
        }
        Ok(node)
    }

    /// Goes past an entry. Returns whether the next line has the collection's indentation, not less.
    pub fn is_next_entry(&mut self, column: usize) -> Read<bool> {
        self.source.skip_to_content();
        if self.source.is_at_end() {
            return Ok(false);
        }
        match self.source.indentation() {
            None => Err(self.unexpected()),
            Some(found) if found.spaces < column && found.tab.is_none() => Ok(false),
            Some(found) if found.spaces == column && found.tab.is_none() => Ok(true),
            Some(_) => Err(self.unexpected()),
        }
    }

    /// Reads a scalar, an alias, or a collection in brackets.
    fn block_leaf(&mut self, parent: isize, anchor: Option<&'a str>) -> Read<Leaf<'a>> {
        match self.source.peek() {
            b'*' => Ok(Leaf::Alias(self.alias()?)),
            b'"' | b'\'' => Ok(Leaf::Scalar(self.quoted(parent)?)),
            b'[' | b'{' => Ok(Leaf::Flow(self.flow(parent, anchor, true)?)),
            _ => Ok(Leaf::Scalar(self.plain(parent, false)?)),
        }
    }

    /// Joins the anchors and tags of one value.
    fn one_of(&mut self, outer: Props<'a>, inner: Props<'a>) -> Read<Props<'a>> {
        if outer.is_empty() {
            return Ok(inner);
        }
        outer.and(inner).ok_or_else(|| self.fault(Kind::PropsTwice))
    }
}

/// The end of a collection's last value.
pub fn end_of(last: Option<&Node>, start: Position) -> Position {
    last.and_then(|node| node.span).map_or(start, |span| span.end)
}

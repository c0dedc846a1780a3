//! Block collections: lists and mappings by indentation.

use crate::fault::{Fault, Kind, Read, shortened};
use crate::flow::flow_collection;
use crate::key::{check_key_length, check_keys};
use crate::literal::literal_scalar;
use crate::node::{Content, Node, Style};
use crate::parser::{Leaf, Parser};
use crate::plain::{plain_key, plain_scalar};
use crate::position::{Position, Span};
use crate::quoted::quoted_scalar;
use crate::source::{Source, is_blank};
use crate::tag::Props;

/// The anchors and tags before a value.
struct Before<'a> {
    /// On lines above the value: they belong to the whole value.
    outer: Props<'a>,
    /// On the value's own line: they belong to its first key, if it is a mapping.
    inner: Props<'a>,
    has_value: bool,
}

/// Reads the next value of a collection whose indentation is `parent`: empty where no line is indented further.
///
/// `is_compact`: a collection may begin on this line, as after `- `. `in_map`: a list may have the indentation of its key.
pub fn block_value(parser: &mut Parser<'_>, parent: isize, is_compact: bool, in_map: bool) -> Read<Node> {
    let from = parser.source.pos;
    let at = parser.source.here();
    let Before { outer, inner, has_value } = Before::read(&mut parser.source, parent, is_compact, in_map)?;
    if !has_value {
        let props = outer.and(inner, &mut parser.source)?;
        return parser.empty(at, props);
    }
    let begin = parser.source.pos;
    let line = (parser.source.line_start, parser.source.line);
    let column = if inner.is_empty() { begin - line.0 } else { inner.column };
    let is_fresh = parser.source.slice(line.0, line.0 + column).bytes().all(|byte| matches!(byte, b' ' | b'\t'));
    // The width of a tab is undefined, so no collection can begin behind one.
    let (from, to) = if is_fresh { (line.0, line.0 + column) } else { (from, begin) };
    let opens = |source: &mut Source<'_>, otherwise: Kind| {
        if !is_fresh && !is_compact {
            return Err(source.fault_at(begin.max(source.line_start), otherwise));
        }
        match source.slice(from, to).find('\t') {
            Some(tab) => Err(source.fault_at((from + tab).max(source.line_start), Kind::Tab)),
            None => Ok(()),
        }
    };
    match parser.source.peek() {
        b'-' if is_blank(parser.source.peek_at(1)) => {
            opens(&mut parser.source, Kind::ListOnKeyLine)?;
            return if inner.is_empty() {
                list(parser, column, outer)
            } else {
                Err(parser.source.fault(Kind::PropsBeforeList))
            };
        }
        b'?' | b':' if is_blank(parser.source.peek_at(1)) => {
            opens(&mut parser.source, Kind::NestedMapping)?;
            return mapping(parser, column, None, inner, outer);
        }
        b'|' | b'>' => {
            let props = outer.and(inner, &mut parser.source)?;
            let scalar = literal_scalar(&mut parser.source, parent)?;
            return parser.scalar(&scalar, props);
        }
        _ => {}
    }
    let leaf = block_leaf(parser, parent, inner.anchor.or(outer.anchor), false)?;
    let end = parser.source.pos;
    parser.source.skip_blanks();
    if !parser.source.is_at_indicator(b':') {
        parser.source.pos = end;
        let props = outer.and(inner, &mut parser.source)?;
        return parser.leaf(leaf, props);
    }
    if parser.source.line != line.1 {
        return Err(many_line_key(&mut parser.source, &leaf, is_fresh, begin, line));
    }
    opens(&mut parser.source, Kind::NestedMapping)?;
    check_key_length(&mut parser.source, begin)?;
    mapping(parser, column, Some(leaf), inner, outer)
}

impl<'a> Before<'a> {
    /// Goes to the next value, past its anchors and tags.
    fn read(source: &mut Source<'a>, parent: isize, is_compact: bool, in_map: bool) -> Read<Self> {
        let (mut outer, mut inner) = (Props::default(), Props::default());
        let from = source.pos;
        loop {
            let line = source.line;
            source.skip_to_content();
            if source.line != line && !inner.is_empty() {
                outer = outer.and(std::mem::take(&mut inner), source)?;
            }
            if source.is_at_end() {
                return Ok(Self { outer, inner, has_value: false });
            }
            if let Some(found) = source.indentation() {
                let spaces = found.spaces as isize;
                // Indentation has no meaning inside brackets.
                let is_flow = parent < 0 && matches!(source.peek(), b'[' | b'{');
                if let Some(tab) = found.tab.filter(|_| spaces <= parent.max(0) && !is_flow) {
                    return Err(source.fault_at(tab, Kind::Tab));
                }
                let is_list = in_map && spaces == parent && source.is_at_indicator(b'-');
                if spaces <= parent && !is_list {
                    return Ok(Self { outer, inner, has_value: false });
                }
            }
            if !matches!(source.peek(), b'&' | b'!') {
                return Ok(Self { outer, inner, has_value: true });
            }
            let from = if is_compact { from.max(source.line_start) } else { source.pos };
            let from = source.indentation().map_or(from, |_| source.line_start);
            if let Some(tab) = source.slice(from, source.pos).find('\t').filter(|_| inner.is_empty()) {
                return Err(source.fault_at(from + tab, Kind::Tab));
            }
            inner.read_one(source)?;
        }
    }
}

/// Reads a scalar, an alias, or a collection in brackets. A plain scalar that is a key ends with its line.
fn block_leaf<'a>(parser: &mut Parser<'a>, parent: isize, anchor: Option<&'a str>, is_key: bool) -> Read<Leaf<'a>> {
    match parser.source.peek() {
        b'*' => Ok(Leaf::Alias(parser.alias()?)),
        b'"' | b'\'' => Ok(Leaf::Scalar(quoted_scalar(&mut parser.source, parent)?)),
        b'[' | b'{' => Ok(Leaf::Flow(flow_collection(parser, parent, anchor, true)?)),
        _ if is_key => Ok(Leaf::Scalar(plain_key(&mut parser.source)?)),
        _ => Ok(Leaf::Scalar(plain_scalar(&mut parser.source, parent, false)?)),
    }
}

/// Reads a list whose items begin with `- ` at a column.
fn list<'a>(parser: &mut Parser<'a>, column: usize, props: Props<'a>) -> Read<Node> {
    let anchor = parser.enter(props.anchor)?;
    parser.check_collection_tag(&props, false)?;
    let start = parser.source.here();
    let mut items: Vec<Node> = Vec::new();
    loop {
        parser.source.pos += 1;
        items.push(block_value(parser, column as isize, true, false)?);
        if !is_next_entry(&mut parser.source, column)? || !parser.source.is_at_indicator(b'-') {
            break;
        }
    }
    let end = end_of(items.last(), start);
    Ok(parser.leave(anchor, Content::List(items), Span { start, end }, Style::Block))
}

/// Reads a mapping whose keys begin at a column. `first` is the first key, if it has been read up to its `:`.
fn mapping<'a>(
    parser: &mut Parser<'a>,
    column: usize,
    first: Option<Leaf<'a>>,
    first_props: Props<'a>,
    props: Props<'a>,
) -> Read<Node> {
    let anchor = parser.enter(props.anchor)?;
    parser.check_collection_tag(&props, true)?;
    let mut entries: Vec<(Node, Node)> = Vec::with_capacity(8);
    let here = parser.source.here();
    let start = first_props.start;
    let mut key = match first {
        Some(leaf) => Some(parser.leaf(leaf, first_props)?),
        None if first_props.is_empty() => None,
        None if parser.source.peek() == b'?' => return Err(parser.source.fault(Kind::PropsBeforeKey)),
        None => Some(parser.empty(here, first_props)?),
    };
    let start = start.or_else(|| key.as_ref().map_or(Some(here), |key| key.span.map(|span| span.start)));
    loop {
        let entry = match key.take() {
            Some(key) => value_of(parser, key, column, false)?,
            None => block_entry(parser, column)?,
        };
        entries.push(entry);
        if !is_next_entry(&mut parser.source, column)? {
            break;
        }
        if parser.source.is_at_indicator(b'-') {
            return Err(parser.source.fault(Kind::ListAmongKeys));
        }
    }
    let here = parser.source.here();
    let start = start.or_else(|| entries.first().and_then(|(key, _)| key.span).map(|span| span.start)).unwrap_or(here);
    let end = end_of(entries.last().map(|(_, value)| value), start);
    check_keys(&entries, &mut parser.problems);
    Ok(parser.leave(anchor, Content::Map(entries), Span { start, end }, Style::Block))
}

/// Reads a key and its value, at the start of the key.
fn block_entry(parser: &mut Parser<'_>, column: usize) -> Read<(Node, Node)> {
    let at = parser.source.here();
    let (begin, line) = (parser.source.pos, parser.source.line);
    let mut props = Props::default();
    while matches!(parser.source.peek(), b'&' | b'!') {
        props.read_one(&mut parser.source)?;
        parser.source.skip_blanks();
    }
    if parser.source.is_at_indicator(b'?') && props.is_empty() {
        parser.source.pos += 1;
        let key = block_value(parser, column as isize, true, true)?;
        let has_value = is_next_entry(&mut parser.source, column)? && parser.source.is_at_indicator(b':');
        if has_value {
            return value_of(parser, key, column, true);
        }
        let at = end_of(Some(&key), at);
        return Ok((key, parser.empty(at, Props::default())?));
    }
    if parser.source.is_at_indicator(b':') || is_blank(parser.source.peek()) {
        let key = parser.empty(at, props)?;
        if parser.source.peek() != b':' {
            return Err(no_colon(&mut parser.source, begin));
        }
        return value_of(parser, key, column, false);
    }
    let leaf = block_leaf(parser, column as isize, props.anchor, true)?;
    if parser.source.line != line {
        return Err(parser.source.fault(Kind::ManyLineKey));
    }
    parser.source.skip_blanks();
    if !parser.source.is_at_indicator(b':') {
        return Err(no_colon(&mut parser.source, begin));
    }
    check_key_length(&mut parser.source, begin)?;
    let key = parser.leaf(leaf, props)?;
    value_of(parser, key, column, false)
}

/// Reads the value of a key, at the `:`.
fn value_of(parser: &mut Parser<'_>, key: Node, column: usize, is_compact: bool) -> Read<(Node, Node)> {
    parser.source.pos += 1;
    let value = block_value(parser, column as isize, is_compact, true)?;
    Ok((key, value))
}

/// Goes past an entry. Returns whether the next line has the collection's indentation, not less.
fn is_next_entry(source: &mut Source<'_>, column: usize) -> Read<bool> {
    source.skip_to_content();
    if source.is_at_end() {
        return Ok(false);
    }
    match source.indentation() {
        None => Err(source.unexpected()),
        Some(found) if found.spaces < column && found.tab.is_none() => Ok(false),
        Some(found) if found.spaces == column && found.tab.is_none() => Ok(true),
        Some(_) => Err(source.unexpected()),
    }
}

/// The end of a collection's last value.
fn end_of(last: Option<&Node>, start: Position) -> Position {
    last.and_then(|node| node.span).map_or(start, |span| span.end)
}

/// The fault of a `:` behind a text of several lines: an earlier line lacks its end.
fn many_line_key(
    source: &mut Source<'_>,
    leaf: &Leaf<'_>,
    is_fresh: bool,
    begin: usize,
    line: (usize, usize),
) -> Fault {
    let is_plain = matches!(leaf, Leaf::Scalar(scalar) if scalar.style == Style::Plain);
    if is_plain && is_fresh {
        let first = source.slice(begin, source.line_end(begin)).trim_end();
        let at = source.position_above(line, begin + first.len());
        return Fault::new(at, Kind::MissingColon(shortened(first)));
    }
    let spaces = source.slice(source.line_start, source.pos).bytes().take_while(|byte| *byte == b' ').count();
    source.fault_at(source.line_start + spaces, if is_plain { Kind::Indentation } else { Kind::ManyLineKey })
}

/// The fault of a key without `: `.
fn no_colon(source: &mut Source<'_>, start: usize) -> Fault {
    let line = source.slice(start, source.line_end(start));
    if let Some(colon) = line.find(':').filter(|colon| !line.get(..*colon).is_some_and(|key| key.contains(' '))) {
        return source.fault_at(start + colon + 1, Kind::MissingSpace);
    }
    let key = shortened(line);
    let end = start + line.trim_end().len();
    source.fault_at(end, Kind::MissingColon(key))
}

//! Anchors and aliases, bounded.

use crate::fault::{Fault, Kind, Read};
use crate::node::{Content, Node};
use crate::position::Span;
use crate::source::{Source, is_blank, is_flow_indicator};
use std::collections::BTreeMap;

/// Maximum uses of an anchor, counted as the `yaml` package does (option `maxAliasCount`, left at its default by Backstage).
const MOST_USES: usize = 100;
/// Maximum values that aliases may add to one document.
const MOST_COPIES: usize = 100_000;
/// Maximum bytes of text that aliases may add to one document.
const MOST_COPIED_BYTES: usize = 1 << 20;

/// The anchors of a document, and what their aliases added to it.
#[derive(Default)]
pub struct Anchors<'a> {
    by_name: BTreeMap<&'a str, usize>,
    all: Vec<Anchor>,
    copied: Size,
    /// The highest number of uses of one anchor inside the current value.
    weight: usize,
}

struct Anchor {
    /// `None` while the value is being read.
    node: Option<Node>,
    size: Size,
    uses: usize,
    weight: usize,
    /// The `weight` around this anchor.
    outer: usize,
}

/// The size of a value, with all values inside.
#[derive(Clone, Copy, Default)]
struct Size {
    nodes: usize,
    bytes: usize,
}

impl<'a> Anchors<'a> {
    /// Begins a value. From here on, aliases of the name mean this value.
    pub fn open(&mut self, name: &'a str) -> usize {
        let id = self.all.len();
        let outer = std::mem::take(&mut self.weight);
        self.all.push(Anchor { node: None, size: Size::default(), uses: 1, weight: 0, outer });
        self.by_name.insert(name, id);
        id
    }

    /// Ends a value.
    pub fn close(&mut self, id: usize, node: &Node) {
        // After that no alias is accepted, and measuring nested anchors would cost as much as copying them.
        let size = if self.copied.is_excessive() { Size::default() } else { Size::of(node) };
        let is_bare = matches!(&node.value, Content::List(items) if items.is_empty())
            || matches!(&node.value, Content::Map(entries) if entries.is_empty());
        let weight = self.weight.max(usize::from(!is_bare));
        // Nested anchors are copied once for each level, so these copies count too.
        self.copied = self.copied.and(size);
        if let Some(anchor) = self.all.get_mut(id) {
            self.weight = weight.max(anchor.outer);
            anchor.weight = weight;
            anchor.size = size;
            anchor.node = (!self.copied.is_excessive()).then(|| node.clone());
        }
    }

    /// Returns the value that an alias stands for.
    ///
    /// It has the position of the alias; the values inside keep theirs.
    pub fn copy(&mut self, name: &str, span: Span) -> Read<Node> {
        let Some(anchor) = self.by_name.get(name).and_then(|id| self.all.get_mut(*id)) else {
            return Err(Fault::new(span.start, Kind::UnknownAlias(name.to_owned())));
        };
        anchor.uses += 1;
        let weight = anchor.uses * anchor.weight;
        self.weight = self.weight.max(weight);
        self.copied = self.copied.and(anchor.size);
        if weight > MOST_USES || self.copied.is_excessive() {
            return Err(Fault::new(span.start, Kind::TooRepetitive));
        }
        let Some(node) = &anchor.node else {
            return Err(Fault::new(span.start, Kind::AliasInsideItself(name.to_owned())));
        };
        let mut node = node.clone();
        borrow(&mut node);
        node.span = Some(span);
        Ok(node)
    }
}

impl Size {
    fn of(node: &Node) -> Self {
        let inside = match &node.value {
            Content::List(items) => items.iter().map(Self::of).fold(Self::default(), Self::and),
            Content::Map(entries) => {
                entries.iter().map(|(key, value)| Self::of(key).and(Self::of(value))).fold(Self::default(), Self::and)
            }
            Content::Text(text) | Content::Number(text) => Self { nodes: 0, bytes: text.len() },
            Content::Null | Content::Bool(_) => Self::default(),
        };
        inside.and(Self { nodes: 1, bytes: 0 })
    }

    fn and(self, other: Self) -> Self {
        Self { nodes: self.nodes + other.nodes, bytes: self.bytes + other.bytes }
    }

    /// Whether aliases must not add as much.
    fn is_excessive(self) -> bool {
        self.nodes > MOST_COPIES || self.bytes > MOST_COPIED_BYTES
    }
}

/// Reads the name behind a `&` or `*`.
pub fn anchor_name<'a>(source: &mut Source<'a>) -> Read<&'a str> {
    let sign = source.peek();
    let start = source.pos + 1;
    let mut end = start;
    while !is_blank(source.at(end)) && !is_flow_indicator(source.at(end)) {
        end += 1;
    }
    if end == start {
        return Err(source.fault(Kind::EmptyName(char::from(sign))));
    }
    source.pos = end;
    Ok(source.slice(start, end))
}

/// Marks a value and all values inside as borrowed. The parser bounds the depth of the recursion.
fn borrow(node: &mut Node) {
    node.borrowed = true;
    match &mut node.value {
        Content::List(items) => items.iter_mut().for_each(borrow),
        Content::Map(entries) => entries.iter_mut().for_each(|(key, value)| {
            borrow(key);
            borrow(value);
        }),
        _ => {}
    }
}

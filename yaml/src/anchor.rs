//! Anchors and aliases, bounded.

use crate::fault::{Fault, Kind};
use crate::parser::{Parser, Read};
use crate::source::{is_blank, is_flow_indicator};
use crate::{Content, Node, Span};
use std::collections::BTreeMap;

/// Maximum uses of an anchor, counted as the `yaml` package does (option `maxAliasCount`, left at its default by Backstage).
const MOST_USES: usize = 100;
/// Maximum values that aliases may add to one document.
const MOST_COPIES: usize = 100_000;
/// Maximum bytes of text that aliases may add to one document.
const MOST_BYTES: usize = 1 << 20;

#[derive(Default)]
pub struct Anchors<'a> {
    by_name: BTreeMap<&'a str, usize>,
    all: Vec<Anchor>,
    copies: usize,
    bytes: usize,
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
        let size = if self.is_exhausted() { Size::default() } else { size(node) };
        let is_bare = matches!(&node.value, Content::List(items) if items.is_empty())
            || matches!(&node.value, Content::Map(entries) if entries.is_empty());
        let weight = self.weight.max(usize::from(!is_bare));
        // Nested anchors are copied once for each level, so these copies count too.
        self.copies += size.nodes;
        self.bytes += size.bytes;
        let is_exhausted = self.is_exhausted();
        if let Some(anchor) = self.all.get_mut(id) {
            self.weight = weight.max(anchor.outer);
            anchor.weight = weight;
            anchor.size = size;
            anchor.node = (!is_exhausted).then(|| node.clone());
        }
    }

    fn is_exhausted(&self) -> bool {
        self.copies > MOST_COPIES || self.bytes > MOST_BYTES
    }
}

impl<'a> Parser<'a> {
    /// Reads an alias, at its `*`.
    pub fn alias(&mut self) -> Read<Node> {
        let start = self.source.here();
        let name = self.anchor_name()?;
        let end = self.source.here();
        let Some(id) = self.anchors.by_name.get(name).copied() else {
            return Err(Fault::new(start, Kind::UnknownAlias(name.to_owned())));
        };
        let anchors = &mut self.anchors;
        let Some(anchor) = anchors.all.get_mut(id) else { return Err(self.unexpected()) };
        anchor.uses += 1;
        let weight = anchor.uses * anchor.weight;
        anchors.weight = anchors.weight.max(weight);
        anchors.copies += anchor.size.nodes;
        anchors.bytes += anchor.size.bytes;
        if weight > MOST_USES || anchors.is_exhausted() {
            return Err(Fault::new(start, Kind::TooRepetitive));
        }
        let Some(node) = anchors.all.get(id).and_then(|anchor| anchor.node.as_ref()) else {
            return Err(Fault::new(start, Kind::AliasInsideItself(name.to_owned())));
        };
        let mut node = node.clone();
        borrow(&mut node);
        // The value has the position of the alias; the values inside keep theirs.
        node.span = Some(Span { start, end });
        self.count()?;
        Ok(node)
    }

    /// Reads the name behind a `&` or `*`.
    pub fn anchor_name(&mut self) -> Read<&'a str> {
        let sign = self.source.peek();
        let start = self.source.pos + 1;
        let mut end = start;
        while !is_blank(self.source.at(end)) && !is_flow_indicator(self.source.at(end)) {
            end += 1;
        }
        if end == start {
            return Err(self.fault(Kind::EmptyName(char::from(sign))));
        }
        self.source.pos = end;
        Ok(self.source.slice(start, end))
    }
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

fn size(node: &Node) -> Size {
    let sum = |a: Size, b: Size| Size { nodes: a.nodes + b.nodes, bytes: a.bytes + b.bytes };
    let inside = match &node.value {
        Content::List(items) => items.iter().map(size).fold(Size::default(), sum),
        Content::Map(entries) => {
            entries.iter().map(|(key, value)| sum(size(key), size(value))).fold(Size::default(), sum)
        }
        Content::Text(text) | Content::Number(text) => Size { nodes: 0, bytes: text.len() },
        Content::Null | Content::Bool(_) => Size::default(),
    };
    sum(inside, Size { nodes: 1, bytes: 0 })
}

//! Anchors and aliases, bounded.

use super::fault::{Fault, Kind};
use super::source::{is_blank, is_flow_indicator};
use super::{Parser, Read};
use crate::diagnostic::Span;
use crate::entity::tree::{Content, Node};
use std::collections::BTreeMap;

/// How often an anchor may be used, counted as the `yaml` package counts it (its option `maxAliasCount`, which Backstage leaves alone).
const MOST_USES: usize = 100;
/// Values, and bytes of text, that aliases may stand for in one document.
const MOST_COPIES: usize = 100_000;
const MOST_BYTES: usize = 1 << 20;

#[derive(Default)]
pub struct Anchors<'a> {
    by_name: BTreeMap<&'a str, usize>,
    all: Vec<Anchor>,
    copies: usize,
    bytes: usize,
    /// The most uses of one anchor inside what is being read.
    weight: usize,
}

struct Anchor {
    /// `None` while it is being read.
    node: Option<Node>,
    size: Size,
    uses: usize,
    weight: usize,
    /// What `weight` was before.
    outer: usize,
}

#[derive(Clone, Copy, Default)]
struct Size {
    nodes: usize,
    bytes: usize,
}

impl<'a> Anchors<'a> {
    /// From here on, aliases of the name mean the value that follows.
    pub fn open(&mut self, name: &'a str) -> usize {
        let id = self.all.len();
        let outer = std::mem::take(&mut self.weight);
        self.all.push(Anchor { node: None, size: Size::default(), uses: 1, weight: 0, outer });
        self.by_name.insert(name, id);
        id
    }

    /// The value is read.
    pub fn close(&mut self, id: usize, node: &Node) {
        // Nothing more can be used then, and measuring nested anchors would cost as much as copying them.
        let size = if self.is_exhausted() { Size::default() } else { size(node) };
        let is_bare = matches!(&node.value, Content::List(items) if items.is_empty())
            || matches!(&node.value, Content::Map(entries) if entries.is_empty());
        let weight = self.weight.max(usize::from(!is_bare));
        // Anchors inside anchors are copied as often as they are deep, so these copies count too.
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
    /// At a `*`.
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
        // Its own place is that of the alias; what is inside stands where it is written.
        node.span = Some(Span { start, end });
        self.count()?;
        Ok(node)
    }

    /// Behind the `&` or `*` that is next.
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

/// Depth is bounded by the parser, so the recursion is too.
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

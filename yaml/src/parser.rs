//! The parser's state: its place in the text, and what it knows of the document so far.
//!
//! It goes from bytes to tree in one pass, without tokens or events. `flow` and `block` are the grammar on top.

use crate::anchor::{Anchors, anchor_name};
use crate::fault::{Fault, Kind, Read};
use crate::node::{Content, Node, Style};
use crate::position::{Position, Span};
use crate::problem::Problem;
use crate::scalar::Scalar;
use crate::source::{Source, is_blank};
use crate::split::Part;
use crate::tag::{Directives, Props};
use std::borrow::Cow;

/// Maximum number of values in a document.
const MOST_NODES: usize = 100_000;
/// Maximum depth of lists and mappings. It bounds every recursion over a tree.
const MOST_DEPTH: usize = 64;

pub struct Parser<'a> {
    pub source: Source<'a>,
    /// Problems that do not prevent reading the document.
    pub problems: Vec<Problem>,
    directives: Directives<'a>,
    anchors: Anchors<'a>,
    nodes: usize,
    depth: usize,
}

/// A value that can be a key on one line, before a `: `.
pub enum Leaf<'a> {
    Scalar(Scalar<'a>),
    Alias(Node),
    Flow(Node),
}

impl<'a> Parser<'a> {
    /// Begins a document, past its directives.
    pub fn begin(part: &Part<'a>) -> Read<Self> {
        let mut source = Source::new(part);
        check_line_after_end(&mut source)?;
        let directives = Directives::read(&mut source)?;
        Ok(Self { source, problems: Vec::new(), directives, anchors: Anchors::default(), nodes: 0, depth: 0 })
    }

    /// Ends a document behind its value. Returns its problems.
    pub fn end(mut self) -> Read<Vec<Problem>> {
        self.source.skip_to_content();
        if self.source.is_at_end() { Ok(self.problems) } else { Err(self.source.unexpected()) }
    }

    /// Enters a list or mapping. Returns its open anchor, for `leave`.
    pub fn enter(&mut self, anchor: Option<&'a str>) -> Read<Option<usize>> {
        self.depth += 1;
        self.count()?;
        if self.depth > MOST_DEPTH {
            return Err(self.source.fault(Kind::TooDeep(MOST_DEPTH)));
        }
        Ok(anchor.map(|name| self.anchors.open(name)))
    }

    /// Leaves a list or mapping.
    pub fn leave(&mut self, anchor: Option<usize>, value: Content, span: Span, style: Style) -> Node {
        self.depth -= 1;
        let node = Node { value, span: Some(span), style: Some(style), borrowed: false };
        if let Some(anchor) = anchor {
            self.anchors.close(anchor, &node);
        }
        node
    }

    /// Reports an unknown tag of a list or mapping.
    pub fn check_collection_tag(&mut self, props: &Props<'a>, is_map: bool) -> Read<()> {
        self.directives.check_collection(props, is_map, &mut self.problems)
    }

    pub fn leaf(&mut self, leaf: Leaf<'a>, props: Props<'a>) -> Read<Node> {
        match leaf {
            Leaf::Scalar(scalar) => self.scalar(&scalar, props),
            Leaf::Flow(node) => {
                self.check_collection_tag(&props, matches!(node.value, Content::Map(_)))?;
                Ok(node)
            }
            Leaf::Alias(node) => match props.start {
                Some(at) => Err(Fault::new(at, Kind::AliasWithProps)),
                None => Ok(node),
            },
        }
    }

    pub fn scalar(&mut self, scalar: &Scalar<'a>, props: Props<'a>) -> Read<Node> {
        self.count()?;
        let value = self.directives.resolve(scalar, &props, &mut self.problems)?;
        let node = Node { value, span: Some(scalar.span), style: Some(scalar.style), borrowed: false };
        if let Some(name) = props.anchor {
            let id = self.anchors.open(name);
            self.anchors.close(id, &node);
        }
        Ok(node)
    }

    /// The empty value at a position where a value is optional.
    pub fn empty(&mut self, at: Position, props: Props<'a>) -> Read<Node> {
        self.scalar(&Scalar { text: Cow::Borrowed(""), style: Style::Plain, span: at.into() }, props)
    }

    /// Reads an alias, at its `*`.
    pub fn alias(&mut self) -> Read<Node> {
        let start = self.source.here();
        let name = anchor_name(&mut self.source)?;
        let node = self.anchors.copy(name, Span { start, end: self.source.here() })?;
        self.count()?;
        Ok(node)
    }

    /// Counts a value.
    fn count(&mut self) -> Read<()> {
        self.nodes += 1;
        if self.nodes > MOST_NODES { Err(self.source.fault(Kind::TooMany(MOST_NODES))) } else { Ok(()) }
    }
}

/// Rejects text on the line of a `...`, behind which the document begins.
fn check_line_after_end(source: &mut Source<'_>) -> Read<()> {
    if source.pos == source.line_start {
        return Ok(());
    }
    source.skip_blanks();
    match source.peek() {
        b'#' => Ok(()),
        byte if is_blank(byte) => Ok(()),
        _ => Err(source.fault(Kind::AfterDocumentEnd)),
    }
}

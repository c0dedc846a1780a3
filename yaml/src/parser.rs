//! The parser: one pass from bytes to tree, without tokens or events.
//!
//! Each construct of YAML has a file with its part of `impl Parser`: `block`, `mapping`, `flow`, `plain`, `quoted`, `literal`,
//! `anchor`, `tag`.

use crate::anchor::Anchors;
use crate::document::{Document, Part};
use crate::fault::{Fault, Kind};
use crate::source::{Source, is_blank};
use crate::tag::{Directives, Props};
use crate::{Content, Node, Position, Problem, Span, Style};
use std::borrow::Cow;

/// Maximum number of values in a document.
pub const MOST_NODES: usize = 100_000;
/// Maximum depth of lists and mappings. It bounds every recursion over a tree.
pub const MOST_DEPTH: usize = 64;

pub type Read<T> = Result<T, Fault>;

pub struct Parser<'a> {
    pub source: Source<'a>,
    pub directives: Directives<'a>,
    pub anchors: Anchors<'a>,
    pub problems: Vec<Problem>,
    nodes: usize,
    depth: usize,
}

/// A scalar before its tag is resolved.
pub struct Scalar<'a> {
    pub text: Cow<'a, str>,
    pub style: Style,
    pub span: Span,
}

/// A value that can be a key on one line, before a `: `.
pub enum Leaf<'a> {
    Scalar(Scalar<'a>),
    Alias(Node),
    Flow(Node),
}

/// Reads one document.
pub fn parse(part: &Part<'_>) -> Result<Document, Problem> {
    let mut parser = Parser {
        source: Source::new(part),
        directives: Directives::default(),
        anchors: Anchors::default(),
        problems: Vec::new(),
        nodes: 0,
        depth: 0,
    };
    match parser.document() {
        Ok(root) => Ok(Document { root, problems: parser.problems }),
        Err(fault) => Err(fault.into_problem()),
    }
}

impl<'a> Parser<'a> {
    fn document(&mut self) -> Read<Node> {
        self.check_line_after_end()?;
        self.read_directives()?;
        let root = self.block_value(-1, false, false)?;
        self.source.skip_to_content();
        if self.source.is_at_end() { Ok(root) } else { Err(self.unexpected()) }
    }

    /// Rejects text on the line of a `...`, behind which the document begins.
    fn check_line_after_end(&mut self) -> Read<()> {
        if self.source.pos == self.source.line_start {
            return Ok(());
        }
        self.source.skip_blanks();
        match self.source.peek() {
            b'#' => Ok(()),
            byte if is_blank(byte) => Ok(()),
            _ => Err(self.fault(Kind::AfterDocumentEnd)),
        }
    }

    /// Counts a value.
    pub fn count(&mut self) -> Read<()> {
        self.nodes += 1;
        if self.nodes > MOST_NODES { Err(self.fault(Kind::TooMany)) } else { Ok(()) }
    }

    /// Enters a list or mapping.
    pub fn enter(&mut self) -> Read<()> {
        self.depth += 1;
        self.count()?;
        if self.depth > MOST_DEPTH { Err(self.fault(Kind::TooDeep)) } else { Ok(()) }
    }

    /// Leaves a list or mapping.
    pub fn collection(&mut self, value: Content, start: Position, end: Position, style: Style) -> Node {
        self.depth -= 1;
        Node { value, span: Some(Span { start, end }), style: Some(style), borrowed: false }
    }

    pub fn leaf(&mut self, leaf: Leaf<'a>, props: Props<'a>) -> Read<Node> {
        match leaf {
            Leaf::Scalar(scalar) => self.scalar(scalar, props),
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

    pub fn scalar(&mut self, scalar: Scalar<'a>, props: Props<'a>) -> Read<Node> {
        self.count()?;
        let value = self.resolve(&scalar, &props)?;
        let node = Node { value, span: Some(scalar.span), style: Some(scalar.style), borrowed: false };
        if let Some(name) = props.anchor {
            let id = self.anchors.open(name);
            self.anchors.close(id, &node);
        }
        Ok(node)
    }

    /// The empty value at a position where a value is optional.
    pub fn empty(&mut self, at: Position, props: Props<'a>) -> Read<Node> {
        let scalar = Scalar { text: Cow::Borrowed(""), style: Style::Plain, span: at.into() };
        self.scalar(scalar, props)
    }
}

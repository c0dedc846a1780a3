//! YAML, and so JSON, into our own tree.
//!
//! A parser of its own, because it is measured against JavaScript's: it makes the tree in one pass, without tokens or events, knows
//! byte offsets, and says in people's words what is wrong. Where YAML 1.2 leaves a choice it reads as the `yaml` package does with
//! which Backstage reads entities; `tests/yaml-agreement` holds it to that.

mod anchor;
mod block;
mod fault;
mod flow;
mod literal;
mod mapping;
mod plain;
mod quoted;
mod source;
mod tag;

use super::tree::{Content, Node, Style};
use crate::diagnostic::{Diagnostic, Position, Span};
use anchor::Anchors;
use fault::Fault;
use source::Source;
use std::borrow::Cow;
use tag::{Directives, Props};

const MOST_NODES: usize = 100_000;
const MOST_DEPTH: usize = 64;

type Read<T> = Result<T, Fault>;

/// Where one document stands in the text of a file.
#[derive(Clone, Copy)]
pub struct Part<'a> {
    /// The text up to the document's end.
    pub text: &'a str,
    pub start: usize,
    /// Where the line of `start` begins.
    pub line_start: usize,
    /// That line, from 1.
    pub line: usize,
    /// Bytes of the file before the text.
    pub before: usize,
    /// Whether bytes are characters.
    pub is_ascii: bool,
}

/// What a document holds, and what is wrong with it that does not hinder reading the rest.
pub struct Tree {
    pub root: Node,
    pub findings: Vec<Diagnostic>,
}

struct Parser<'a> {
    source: Source<'a>,
    file: Option<&'a str>,
    directives: Directives<'a>,
    anchors: Anchors<'a>,
    nodes: usize,
    depth: usize,
    findings: Vec<Diagnostic>,
}

/// A scalar before its tag has been looked at.
struct Scalar<'a> {
    text: Cow<'a, str>,
    style: Style,
    span: Span,
}

/// What can stand on a line before a `: `.
enum Leaf<'a> {
    Scalar(Scalar<'a>),
    Alias(Node),
    Flow(Node),
}

/// Reads one document.
pub fn parse(part: &Part<'_>, file: Option<&str>) -> Result<Tree, Diagnostic> {
    let mut parser = Parser {
        source: Source::new(part),
        file,
        directives: Directives::default(),
        anchors: Anchors::default(),
        nodes: 0,
        depth: 0,
        findings: Vec::new(),
    };
    match parser.document() {
        Ok(root) => Ok(Tree { root, findings: parser.findings }),
        Err(fault) => Err(fault.into_diagnostic(file)),
    }
}

impl<'a> Parser<'a> {
    fn document(&mut self) -> Read<Node> {
        self.read_directives()?;
        let root = self.block_value(-1, false, false)?;
        self.source.skip_to_content();
        if self.source.is_at_end() { Ok(root) } else { Err(self.unexpected()) }
    }

    /// Counts a value.
    fn count(&mut self) -> Read<()> {
        self.nodes += 1;
        if self.nodes > MOST_NODES { Err(self.fault(fault::Kind::TooMany)) } else { Ok(()) }
    }

    /// Enters a list or mapping.
    fn enter(&mut self) -> Read<()> {
        self.depth += 1;
        self.count()?;
        if self.depth > MOST_DEPTH { Err(self.fault(fault::Kind::TooDeep)) } else { Ok(()) }
    }

    fn collection(&mut self, value: Content, start: Position, end: Position, style: Style) -> Node {
        self.depth -= 1;
        Node { value, span: Some(Span { start, end }), style: Some(style), borrowed: false }
    }

    fn leaf(&mut self, leaf: Leaf<'a>, props: Props<'a>) -> Read<Node> {
        match leaf {
            Leaf::Scalar(scalar) => self.scalar(scalar, props),
            Leaf::Flow(node) => {
                self.check_collection_tag(&props, matches!(node.value, Content::Map(_)))?;
                Ok(node)
            }
            Leaf::Alias(node) => match props.start {
                Some(at) => Err(Fault::new(at, fault::Kind::AliasWithProps)),
                None => Ok(node),
            },
        }
    }

    fn scalar(&mut self, scalar: Scalar<'a>, props: Props<'a>) -> Read<Node> {
        self.count()?;
        let value = self.resolve(&scalar, &props)?;
        let node = Node { value, span: Some(scalar.span), style: Some(scalar.style), borrowed: false };
        if let Some(name) = props.anchor {
            let id = self.anchors.open(name);
            self.anchors.close(id, &node);
        }
        Ok(node)
    }

    /// Nothing, where a value could stand.
    fn empty(&mut self, at: Position, props: Props<'a>) -> Read<Node> {
        let scalar = Scalar { text: Cow::Borrowed(""), style: Style::Plain, span: Span { start: at, end: at } };
        self.scalar(scalar, props)
    }
}

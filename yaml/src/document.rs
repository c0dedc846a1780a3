//! One document: its values, and the problems that did not prevent reading them.

use crate::block::block_value;
use crate::fault::{Fault, Read};
use crate::node::Node;
use crate::parser::Parser;
use crate::problem::Problem;
use crate::split::Part;

/// A document, and the problems that did not prevent reading it.
#[derive(Clone, Debug)]
pub struct Document {
    pub root: Node,
    pub problems: Vec<Problem>,
}

impl Document {
    pub(crate) fn read(part: &Part<'_>) -> Result<Self, Problem> {
        Self::parse(part).map_err(Fault::into_problem)
    }

    fn parse(part: &Part<'_>) -> Read<Self> {
        let mut parser = Parser::begin(part)?;
        let root = block_value(&mut parser, -1, false, false)?;
        let problems = parser.end()?;
        Ok(Self { root, problems })
    }
}

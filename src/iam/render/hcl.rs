//! A small writer of Terraform's language, in the layout of `terraform fmt`.

use std::fmt::Write;

pub enum Value {
    Text(String),
    List(Vec<String>),
    /// A provider.
    Reference(String),
}

/// `kind "label" "label" { … }`
pub struct Block {
    kind: &'static str,
    labels: Vec<String>,
    attributes: Vec<(&'static str, Value)>,
    blocks: Vec<Block>,
}

impl Block {
    pub fn new(kind: &'static str, labels: &[&str]) -> Self {
        let labels = labels.iter().map(|&label| label.to_owned()).collect();
        Self { kind, labels, attributes: Vec::new(), blocks: Vec::new() }
    }

    pub fn text(self, name: &'static str, value: impl Into<String>) -> Self {
        self.with(name, Value::Text(value.into()))
    }

    pub fn reference(self, name: &'static str, value: impl Into<String>) -> Self {
        self.with(name, Value::Reference(value.into()))
    }

    pub fn with(mut self, name: &'static str, value: Value) -> Self {
        self.attributes.push((name, value));
        self
    }

    pub fn block(mut self, block: Option<Block>) -> Self {
        self.blocks.extend(block);
        self
    }

    pub fn write(&self, out: &mut String) {
        // Writing to a string cannot fail.
        let _ = self.lay_out(out, 0);
    }

    fn lay_out(&self, out: &mut String, depth: usize) -> std::fmt::Result {
        let margin = "  ".repeat(depth);
        write!(out, "{margin}{}", self.kind)?;
        for label in &self.labels {
            write!(out, " {}", quoted(label))?;
        }
        writeln!(out, " {{")?;
        // `terraform fmt` aligns the equals signs of attributes that follow each other; lists stand apart.
        let (lists, lines): (Vec<_>, Vec<_>) = self.attributes.iter().partition(|(_, v)| matches!(v, Value::List(_)));
        let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        for (name, value) in &lines {
            match value {
                Value::Text(text) => writeln!(out, "{margin}  {name:width$} = {}", quoted(text))?,
                Value::Reference(text) => writeln!(out, "{margin}  {name:width$} = {text}")?,
                Value::List(_) => {}
            }
        }
        for (name, value) in &lists {
            let Value::List(items) = value else { continue };
            writeln!(out, "\n{margin}  {name} = [")?;
            for item in items {
                writeln!(out, "{margin}    {},", quoted(item))?;
            }
            writeln!(out, "{margin}  ]")?;
        }
        for block in &self.blocks {
            writeln!(out)?;
            block.lay_out(out, depth + 1)?;
        }
        writeln!(out, "{margin}}}")
    }
}

/// A quoted string in which templates are escaped.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if rest.peek() == Some(&'{') => {
                out.push(c);
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

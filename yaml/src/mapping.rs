//! Block mappings, and the keys of all mappings.

use crate::block::end_of;
use crate::fault::{Kind, shortened};
use crate::parser::{Leaf, Parser, Read};
use crate::scalar;
use crate::source::is_blank;
use crate::tag::Props;
use crate::{Content, Node, Problem, ProblemKind, Related, Style};
use std::collections::BTreeMap;

/// Maximum length of a key without a `?`. Source: YAML 1.2.2, §7.4.2.
const LONGEST_KEY: usize = 1024;

/// A key as mappings compare keys: scalars by type and value, other keys never. Source: `yaml`, option `uniqueKeys`.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key<'n> {
    Null,
    Bool(bool),
    Number(u64),
    Text(&'n str),
}

impl<'n> Key<'n> {
    fn of(node: &'n Node) -> Option<Self> {
        match &node.value {
            _ if node.borrowed => None,
            Content::Null => Some(Self::Null),
            Content::Bool(value) => Some(Self::Bool(*value)),
            Content::Number(text) => {
                Some(scalar::number(text)).filter(|n| !n.is_nan()).map(|n| Self::Number(n.to_bits()))
            }
            Content::Text(text) => Some(Self::Text(text)),
            Content::List(_) | Content::Map(_) => None,
        }
    }
}

impl<'a> Parser<'a> {
    /// Reads a mapping whose keys begin at a column. `first` is the first key, if it has been read up to its `:`.
    pub fn mapping(
        &mut self,
        column: usize,
        first: Option<Leaf<'a>>,
        first_props: Props<'a>,
        props: Props<'a>,
    ) -> Read<Node> {
        self.enter()?;
        self.check_collection_tag(&props, true)?;
        let anchor = props.anchor.map(|name| self.anchors.open(name));
        let mut entries: Vec<(Node, Node)> = Vec::with_capacity(8);
        let here = self.source.here();
        let start = first_props.start;
        let mut key = match first {
            Some(leaf) => Some(self.leaf(leaf, first_props)?),
            None if first_props.is_empty() => None,
            None if self.source.peek() == b'?' => return Err(self.fault(Kind::PropsBeforeKey)),
            None => Some(self.empty(here, first_props)?),
        };
        let start = start.or_else(|| key.as_ref().map_or(Some(here), |key| key.span.map(|span| span.start)));
        loop {
            let entry = match key.take() {
                Some(key) => self.value_of(key, column, false)?,
                None => self.entry(column)?,
            };
            entries.push(entry);
            if !self.is_next_entry(column)? {
                break;
            }
            if self.source.is_at_indicator(b'-') {
                return Err(self.fault(Kind::ListAmongKeys));
            }
        }
        let here = self.source.here();
        let start =
            start.or_else(|| entries.first().and_then(|(key, _)| key.span).map(|span| span.start)).unwrap_or(here);
        let end = end_of(entries.last().map(|(_, value)| value), start);
        self.check_keys(&entries);
        let node = self.collection(Content::Map(entries), start, end, Style::Block);
        if let Some(anchor) = anchor {
            self.anchors.close(anchor, &node);
        }
        Ok(node)
    }

    /// Reads a key and its value, at the start of the key.
    fn entry(&mut self, column: usize) -> Read<(Node, Node)> {
        let at = self.source.here();
        let (begin, line) = (self.source.pos, self.source.line);
        let mut props = Props::default();
        while matches!(self.source.peek(), b'&' | b'!') {
            self.read_prop(&mut props)?;
            self.source.skip_blanks();
        }
        if self.source.is_at_indicator(b'?') && props.is_empty() {
            self.source.pos += 1;
            let key = self.block_value(column as isize, true, true)?;
            let has_value = self.is_next_entry(column)? && self.source.is_at_indicator(b':');
            if has_value {
                return self.value_of(key, column, true);
            }
            let at = end_of(Some(&key), at);
            return Ok((key, self.empty(at, Props::default())?));
        }
        if self.source.is_at_indicator(b':') || is_blank(self.source.peek()) {
            let key = self.empty(at, props)?;
            if self.source.peek() != b':' {
                return Err(self.no_colon(begin));
            }
            return self.value_of(key, column, false);
        }
        let leaf = match self.source.peek() {
            b'*' => Leaf::Alias(self.alias()?),
            b'"' | b'\'' => Leaf::Scalar(self.quoted(column as isize)?),
            b'[' | b'{' => Leaf::Flow(self.flow(column as isize, props.anchor, true)?),
            _ => Leaf::Scalar(self.plain_key()?),
        };
        if self.source.line != line {
            return Err(self.fault(Kind::ManyLineKey));
        }
        self.source.skip_blanks();
        if !self.source.is_at_indicator(b':') {
            return Err(self.no_colon(begin));
        }
        self.check_key_length(begin)?;
        let key = self.leaf(leaf, props)?;
        self.value_of(key, column, false)
    }

    /// Reads the value of a key, at the `:`.
    fn value_of(&mut self, key: Node, column: usize, is_compact: bool) -> Read<(Node, Node)> {
        self.source.pos += 1;
        let value = self.block_value(column as isize, is_compact, true)?;
        Ok((key, value))
    }

    pub fn check_key_length(&mut self, begin: usize) -> Read<()> {
        if self.source.pos.saturating_sub(begin) > LONGEST_KEY {
            Err(self.fault_at(begin, Kind::LongKey))
        } else {
            Ok(())
        }
    }

    /// Reports duplicate keys and merge keys.
    pub fn check_keys(&mut self, entries: &[(Node, Node)]) {
        let mut twice = Vec::new();
        if entries.len() <= 16 {
            for (i, (key, _)) in entries.iter().enumerate() {
                let Some(known) = Key::of(key) else { continue };
                let first = entries.iter().take(i).find(|(first, _)| Key::of(first).as_ref() == Some(&known));
                twice.extend(first.map(|(first, _)| (key, first)));
            }
        } else {
            let mut seen = BTreeMap::new();
            for (key, _) in entries {
                let Some(known) = Key::of(key) else { continue };
                match seen.get(&known) {
                    Some(first) => twice.push((key, *first)),
                    None => {
                        seen.insert(known, key);
                    }
                }
            }
        }
        for (key, first) in twice {
            let name = match &key.value {
                Content::Text(text) | Content::Number(text) => shortened(text),
                Content::Bool(value) => value.to_string(),
                _ => "null".to_owned(),
            };
            self.problems.push(Problem {
                kind: ProblemKind::DuplicateKey,
                message: format!("duplicate key `{name}`").into(),
                help: "keep one of the two".into(),
                span: key.span,
                related: Some(Box::new(Related { message: format!("the first `{name}`"), span: first.span })),
            });
        }
        for (key, _) in entries {
            if key.style == Some(Style::Plain) && key.as_text() == Some("<<") {
                self.problems.push(Problem {
                    kind: ProblemKind::MergeKey,
                    message: "Backstage does not merge mappings: `<<` is a key like any other".into(),
                    help: "write the merged keys out".into(),
                    span: key.span,
                    related: None,
                });
            }
        }
    }
}

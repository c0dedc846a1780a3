//! The keys of a mapping: which are equal, and how long one may be.

use crate::fault::{Kind, Read, shortened};
use crate::node::{Content, Node, Style};
use crate::problem::{Problem, ProblemKind, Related};
use crate::scalar;
use crate::source::Source;
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

/// Rejects a key that is too long, at its end. `begin` is the offset of its start.
pub fn check_key_length(source: &mut Source<'_>, begin: usize) -> Read<()> {
    if source.pos.saturating_sub(begin) > LONGEST_KEY { Err(source.fault_at(begin, Kind::LongKey)) } else { Ok(()) }
}

/// Reports duplicate keys and merge keys.
pub fn check_keys(entries: &[(Node, Node)], problems: &mut Vec<Problem>) {
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
        problems.push(Problem {
            kind: ProblemKind::DuplicateKey,
            message: format!("duplicate key `{name}`").into(),
            help: "keep one of the two".into(),
            span: key.span,
            related: Some(Box::new(Related { message: format!("the first `{name}`"), span: first.span })),
        });
    }
    for (key, _) in entries {
        if key.style == Some(Style::Plain) && key.as_text() == Some("<<") {
            problems.push(Problem {
                kind: ProblemKind::MergeKey,
                message: "Backstage does not merge mappings: `<<` is a key like any other".into(),
                help: "write the merged keys out".into(),
                span: key.span,
                related: None,
            });
        }
    }
}

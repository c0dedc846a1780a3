//! The filters of Logging and Monitoring: read into a tree, refused where the emulator cannot evaluate them, evaluated on JSON.
//!
//! Source: "Logging query language" and "Monitoring filters" in Google Cloud's documentation, read 2026-11-28.

mod read;
mod words;

pub use read::read;

use crate::error::ApiError;
use regex::Regex;
use serde_json::Value;
use std::cmp::Ordering;

/// Whose grammar a filter follows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Grammar {
    /// Comparisons side by side are joined by AND; OR binds tighter than AND.
    Logging,
    /// AND is written. Unverified: what binds tighter; a mixture without parentheses is refused.
    Monitoring,
}

/// A filter, or a part of it.
#[derive(Debug)]
pub enum Filter {
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Not(Box<Filter>),
    Is(Comparison),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Has,
    /// Matches a regular expression anywhere, with regard to case.
    Matches,
    MatchesNot,
}

impl Operator {
    /// Whether it holds for values in this order; `Has` does for equal ones.
    pub fn accepts(self, order: Ordering) -> bool {
        match self {
            Self::Equal | Self::Has | Self::Matches => order.is_eq(),
            Self::NotEqual | Self::MatchesNot => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}

/// One comparison, e.g. `resource.labels.endpoint_id = "7"`.
#[derive(Debug)]
pub struct Comparison {
    pub path: Vec<String>,
    pub operator: Operator,
    pub value: String,
    /// The value of `Matches` and `MatchesNot`.
    pub pattern: Option<Regex>,
}

impl Comparison {
    pub fn path(&self) -> Vec<&str> {
        self.path.iter().map(String::as_str).collect()
    }
}

/// The answer to a filter that Google could evaluate and the emulator cannot.
pub fn unsupported(what: &str) -> ApiError {
    ApiError::new("UNIMPLEMENTED", format!("The emulator does not evaluate this part of a filter: {what}"))
}

impl Filter {
    /// All comparisons, so that each can be checked before the first item is looked at.
    pub fn comparisons(&self) -> Vec<&Comparison> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::comparisons).collect(),
            Self::Not(part) => part.comparisons(),
            Self::Is(comparison) => vec![comparison],
        }
    }

    /// Whether it holds where `holds` decides each comparison.
    pub fn holds(&self, holds: &impl Fn(&Comparison) -> bool) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(holds)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(holds)),
            Self::Not(part) => !part.holds(holds),
            Self::Is(comparison) => holds(comparison),
        }
    }
}

/// The values at a path; each element of a list counts.
pub fn at<'a>(item: &'a Value, path: &[&str]) -> Vec<&'a Value> {
    match (path, item) {
        (_, Value::Array(items)) => items.iter().flat_map(|item| at(item, path)).collect(),
        ([], item) => vec![item],
        ([first, rest @ ..], Value::Object(fields)) => {
            fields.get(*first).map(|item| at(item, rest)).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// Compares a found value with a written one. Texts are compared without regard to case, `Has` looks for a part.
pub fn compare(found: &Value, comparison: &Comparison) -> bool {
    let Comparison { operator, value: written, pattern, .. } = comparison;
    if let Some(pattern) = pattern {
        let is_match = found.as_str().is_some_and(|found| pattern.is_match(found));
        return found.is_string() && is_match == (*operator == Operator::Matches);
    }
    if *operator == Operator::Has && written == "*" {
        return true;
    }
    let number = |value: &Value| value.as_f64();
    match (found, number(found), written.parse::<f64>()) {
        (_, Some(found), Ok(written)) => found.partial_cmp(&written).is_some_and(|order| operator.accepts(order)),
        (Value::String(found), ..) => {
            let (found, written) = (found.to_lowercase(), written.to_lowercase());
            match operator {
                Operator::Has => found.contains(&written),
                _ => operator.accepts(found.cmp(&written)),
            }
        }
        (Value::Bool(found), ..) => operator.accepts(found.to_string().cmp(&written.to_lowercase())),
        _ => false,
    }
}

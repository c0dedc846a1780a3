//! Filters of time series: one metric type, and labels that are or are not a value.

use crate::error::ApiError;
use crate::query_language::{Comparison, Filter as Tree, Grammar, Operator, read as read_filter, unsupported};
use serde_json::Value;

pub struct Filter {
    /// The metric's type.
    pub metric: String,
    tree: Tree,
}

/// The path of a field; `label` is another name of `labels`.
pub fn path(field: &[&str]) -> Option<Vec<String>> {
    match field {
        [of @ ("metric" | "resource"), "type"] => Some(vec![(*of).to_owned(), "type".to_owned()]),
        [of @ ("metric" | "resource"), "label" | "labels", label] => {
            Some(vec![(*of).to_owned(), "labels".to_owned(), (*label).to_owned()])
        }
        _ => None,
    }
}

/// The value of a field in a series' identity.
pub fn value<'a>(identity: &'a Value, path: &[String]) -> Option<&'a str> {
    path.iter().try_fold(identity, |value, name| value.get(name))?.as_str()
}

/// Reads a filter and checks each comparison.
pub fn read(text: &str) -> Result<Filter, ApiError> {
    let tree = read_filter(text, Grammar::Monitoring)?;
    let mut metrics = Vec::new();
    for comparison in tree.comparisons() {
        let names = comparison.path();
        if path(&names).is_none() {
            return Err(unsupported(&names.join(".")));
        }
        match (names.as_slice(), comparison.operator) {
            (["metric", "type"], Operator::Equal) => metrics.push(comparison.value.clone()),
            (["metric", "type"], _) => return Err(unsupported("metric.type with another operator than =")),
            (_, Operator::Equal | Operator::NotEqual) => {}
            _ => return Err(unsupported(&format!("an operator on {}", names.join(".")))),
        }
    }
    match metrics.as_slice() {
        [metric] => Ok(Filter { metric: metric.clone(), tree }),
        _ => Err(ApiError::invalid("The filter must specify a single metric type.")),
    }
}

impl Filter {
    pub fn matches(&self, identity: &Value) -> bool {
        self.tree.holds(&|comparison: &Comparison| {
            let found = path(&comparison.path()).and_then(|path| value(identity, &path)).unwrap_or_default();
            (found == comparison.value) == (comparison.operator == Operator::Equal)
        })
    }
}

//! The parameter `fields`: the parts of an answer that a caller wants, e.g. `endpoints(name,labels/team),nextPageToken`.
//!
//! Source: "Partial responses" of Google's JSON APIs (<https://cloud.google.com/storage/docs/json_api#partial-response>, read 2026-11-28).
//! Unverified: the text for a wrong selector. A field that no answer has selects nothing here, while Google rejects it.

use crate::error::ApiError;
use serde_json::{Map, Value};

/// Names, each with the selector of its parts; an empty one selects the whole.
#[derive(Debug, Default, PartialEq)]
pub struct Selector(Vec<(String, Selector)>);

impl Selector {
    pub fn parse(text: &str) -> Result<Self, ApiError> {
        let mut rest = text;
        match list(&mut rest) {
            Some(selector) if rest.is_empty() => Ok(selector),
            _ => Err(ApiError::field("fields", format!("Error expanding 'fields' parameter. Cannot parse '{text}'."))),
        }
    }

    pub fn apply(&self, value: Value) -> Value {
        if self.0.is_empty() {
            return value;
        }
        match value {
            Value::Object(map) => {
                let wanted = |(name, value): (String, Value)| {
                    let (_, below) = self.0.iter().find(|(wanted, _)| *wanted == name || wanted == "*")?;
                    Some((name, below.apply(value)))
                };
                Value::Object(map.into_iter().filter_map(wanted).collect::<Map<_, _>>())
            }
            Value::Array(items) => Value::Array(items.into_iter().map(|item| self.apply(item)).collect()),
            plain => plain,
        }
    }
}

fn list(rest: &mut &str) -> Option<Selector> {
    let mut all = Vec::new();
    loop {
        all.push(path(rest)?);
        match rest.strip_prefix(',') {
            Some(after) => *rest = after,
            None => return Some(Selector(all)),
        }
    }
}

fn path(rest: &mut &str) -> Option<(String, Selector)> {
    let end = rest.find(['/', '(', ')', ',']).unwrap_or(rest.len());
    let (name, after) = rest.split_at(end);
    let is_name = name == "*" || (!name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_-@".contains(c)));
    *rest = after;
    let below = if let Some(after) = rest.strip_prefix('/') {
        *rest = after;
        Selector(vec![path(rest)?])
    } else if let Some(after) = rest.strip_prefix('(') {
        *rest = after;
        let below = list(rest)?;
        *rest = rest.strip_prefix(')')?;
        below
    } else {
        Selector::default()
    };
    is_name.then(|| (name.to_owned(), below))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn selects_what_is_named() {
        let answer =
            json!({"endpoints": [{"name": "a", "labels": {"x": "1", "y": "2"}, "etag": "e"}], "nextPageToken": "t"});
        for (text, expected) in [
            ("nextPageToken", json!({"nextPageToken": "t"})),
            ("endpoints(name,labels/x)", json!({"endpoints": [{"name": "a", "labels": {"x": "1"}}]})),
            ("endpoints/labels", json!({"endpoints": [{"labels": {"x": "1", "y": "2"}}]})),
            ("*/etag", json!({"endpoints": [{"etag": "e"}], "nextPageToken": "t"})),
            ("surprise", json!({})),
        ] {
            assert_eq!(Selector::parse(text).unwrap().apply(answer.clone()), expected, "{text}");
        }
    }

    #[test]
    fn rejects_what_it_cannot_parse() {
        for text in ["", "a(", "a)", "a,", "a//b", "a b", "(a)"] {
            assert_eq!(Selector::parse(text).unwrap_err().http, 400, "{text}");
        }
    }
}

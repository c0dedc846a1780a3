//! `filter`, `orderBy` and `readMask` of lists.
//!
//! The fields and operators that Google documents for models, versions and endpoints, joined by AND. The rest of AIP-160 is refused as
//! not implemented, never ignored.

use crate::call::Call;
use crate::error::ApiError;
use crate::message;
use serde_json::{Map, Value};

/// One comparison of a filter.
struct Term {
    field: Field,
    negated: bool,
    /// `None`: the field exists.
    value: Option<String>,
}

enum Field {
    /// The last segment of the name.
    Id,
    DisplayName,
    Label(String),
}

fn unsupported(filter: &str) -> ApiError {
    ApiError::new("UNIMPLEMENTED", format!("The emulator does not evaluate the filter: {filter}"))
}

/// The words of a filter: quoted texts stay together, operators are words of their own.
fn words(filter: &str) -> Option<Vec<String>> {
    let (mut out, mut word, mut rest) = (Vec::new(), String::new(), filter.chars().peekable());
    let push = |word: &mut String, out: &mut Vec<String>| {
        if !word.is_empty() {
            out.push(std::mem::take(word));
        }
    };
    while let Some(c) = rest.next() {
        match c {
            '"' | '\'' => loop {
                match rest.next()? {
                    end if end == c => break,
                    other => word.push(other),
                }
            },
            ' ' => push(&mut word, &mut out),
            '!' | '=' | ':' | '<' | '>' => {
                push(&mut word, &mut out);
                let is_two = c != '=' && c != ':' && rest.next_if_eq(&'=').is_some();
                out.push(if is_two { format!("{c}=") } else { c.to_string() });
            }
            other => word.push(other),
        }
    }
    push(&mut word, &mut out);
    Some(out)
}

fn parse(filter: &str, id: &str) -> Result<Vec<Term>, ApiError> {
    let wrong = || ApiError::invalid(format!("Invalid filter: {filter}"));
    if filter.contains(['(', ')']) || filter.split(' ').any(|word| ["OR", "NOT"].contains(&word)) {
        return Err(unsupported(filter));
    }
    let words = words(filter).ok_or_else(wrong)?;
    let mut terms = Vec::new();
    for term in words.split(|word| word == "AND") {
        let (name, operator, value) = match term {
            [name, operator, value] => (name, operator.as_str(), value),
            _ => return Err(wrong()),
        };
        let field = match name.as_str() {
            name if name == id => Field::Id,
            "display_name" | "displayName" => Field::DisplayName,
            "labels" if operator == ":" => Field::Label(value.clone()),
            other => match other.strip_prefix("labels.") {
                Some(key) => Field::Label(key.to_owned()),
                None => return Err(unsupported(filter)),
            },
        };
        let (negated, value) = match (operator, &field) {
            ("=", _) => (false, Some(value.clone())),
            ("!=", Field::Id | Field::DisplayName) => (true, Some(value.clone())),
            (":", Field::Label(_)) if name == "labels" || value == "*" => (false, None),
            _ => return Err(unsupported(filter)),
        };
        terms.push(Term { field, negated, value });
    }
    Ok(terms)
}

impl Term {
    fn holds(&self, item: &Value) -> bool {
        let found = match &self.field {
            Field::Id => item["name"].as_str().and_then(|name| name.rsplit('/').next()),
            Field::DisplayName => item["displayName"].as_str(),
            Field::Label(key) => item["labels"][key].as_str(),
        };
        let is = match &self.value {
            Some(value) => found == Some(value),
            None => found.is_some(),
        };
        is != self.negated
    }
}

fn field_of(name: &str) -> Option<&'static str> {
    Some(match name {
        "display_name" | "displayName" => "displayName",
        "create_time" | "createTime" => "createTime",
        "update_time" | "updateTime" => "updateTime",
        _ => return None,
    })
}

fn sort(items: &mut [(String, Value)], order: &str) -> Result<(), ApiError> {
    let wrong = || ApiError::invalid(format!("Invalid orderBy: {order}"));
    // The last key first: sorting is stable.
    for key in order.split(',').rev() {
        let (name, is_descending) = match key.split_whitespace().collect::<Vec<_>>().as_slice() {
            [name] | [name, "asc"] => (*name, false),
            [name, "desc"] => (*name, true),
            _ => return Err(wrong()),
        };
        let field = field_of(name).ok_or_else(wrong)?;
        items.sort_by(|(_, a), (_, b)| {
            let order = a[field].as_str().cmp(&b[field].as_str());
            if is_descending { order.reverse() } else { order }
        });
    }
    Ok(())
}

/// Leaves only the fields of the mask, at the top level.
fn mask(item: Value, mask: &str) -> Value {
    let fields: Vec<String> =
        mask.split(',').map(|path| message::camel(path.trim().split('.').next().unwrap_or(path))).collect();
    match item {
        Value::Object(all) => {
            Value::Object(all.into_iter().filter(|(name, _)| fields.contains(name)).collect::<Map<_, _>>())
        }
        other => other,
    }
}

/// Applies the call's filter, order and mask; `id` is the filter's name for the last segment of a resource name.
pub fn apply(call: &Call<'_>, id: &str, mut items: Vec<(String, Value)>) -> Result<Vec<(String, Value)>, ApiError> {
    let param = |name: &str| call.param(name).filter(|text| !text.is_empty());
    if let Some(filter) = param("filter") {
        let terms = parse(filter, id)?;
        items.retain(|(_, item)| terms.iter().all(|term| term.holds(item)));
    }
    if let Some(order) = param("orderBy") {
        sort(&mut items, order)?;
    }
    Ok(match param("readMask").filter(|text| *text != "*") {
        Some(text) => items.into_iter().map(|(key, item)| (key, mask(item, text))).collect(),
        None => items,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn evaluates_what_google_documents() {
        let item =
            json!({"name": "projects/1/endpoints/e1", "displayName": "my e", "labels": {"team": "ml", "a b": ""}});
        for (filter, holds) in [
            ("endpoint=e1", true),
            ("endpoint!=e1", false),
            ("display_name=\"my e\" AND labels.team=ml", true),
            ("displayName != \"my e\"", false),
            ("labels.team:*", true),
            ("labels:team", true),
            ("labels.\"a b\":*", true),
            ("labels:owner", false),
            ("labels.team=\"cv\"", false),
        ] {
            let terms = parse(filter, "endpoint").map_err(|error| error.body.to_string()).unwrap();
            assert_eq!(terms.iter().all(|term| term.holds(&item)), holds, "{filter}");
        }
    }

    #[test]
    fn refuses_the_rest() {
        for (filter, http) in
            [("endpoint", 400), ("endpoint=\"e1", 400), ("(endpoint=1)", 501), ("a=1", 501), ("labels.a!=1", 501)]
        {
            assert_eq!(parse(filter, "endpoint").map(|_| ()).unwrap_err().http, http, "{filter}");
        }
    }

    #[test]
    fn sorts_by_several_fields() {
        let item =
            |key: &str, name: &str, time: &str| (key.to_owned(), json!({"displayName": name, "createTime": time}));
        let mut items = vec![item("1", "b", "1"), item("2", "a", "1"), item("3", "a", "2")];
        sort(&mut items, "display_name, create_time desc").unwrap();
        assert_eq!(items.iter().map(|(key, _)| key.as_str()).collect::<String>(), "321");
        assert!(sort(&mut items, "surprise").is_err());
    }
}

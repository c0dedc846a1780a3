//! `filter`, `orderBy` and `readMask` of lists.
//!
//! The fields and operators that Google documents for models, versions and endpoints. The rest of AIP-160 is refused as not implemented,
//! never ignored. Values are compared exactly.

use crate::call::Call;
use crate::error::ApiError;
use crate::message::{self, Fields};
use crate::query_language::{Comparison, Filter, Grammar, Operator, read as read_filter, unsupported};
use serde_json::{Map, Value};

/// Reads a filter and checks each comparison; `id` is its name for the last segment of a resource name.
fn read(text: &str, id: &str) -> Result<Filter, ApiError> {
    if !text.contains(['=', ':', '<', '>']) {
        return Err(ApiError::invalid(format!("Invalid filter: {text}")));
    }
    let filter = read_filter(text, Grammar::Logging)?;
    for comparison in filter.comparisons() {
        let Comparison { operator, value, .. } = comparison;
        let is_documented = match comparison.path().as_slice() {
            [name] if *name == id => matches!(operator, Operator::Equal | Operator::NotEqual),
            ["display_name" | "displayName"] => matches!(operator, Operator::Equal | Operator::NotEqual),
            ["base_model_name" | "baseModelName"] | ["labels", _] if *operator == Operator::Equal => true,
            ["labels"] => *operator == Operator::Has,
            ["labels", _] => *operator == Operator::Has && value == "*",
            _ => false,
        };
        if !is_documented {
            return Err(unsupported(&comparison.path.join(".")));
        }
    }
    Ok(filter)
}

fn holds(comparison: &Comparison, item: &Value, id: &str) -> bool {
    let Comparison { operator, value, .. } = comparison;
    let found = match comparison.path().as_slice() {
        [name] if *name == id => {
            let last = item["name"].as_str().and_then(|name| name.rsplit('/').next());
            last.and_then(|last| last.split('@').next())
        }
        ["labels"] => return !item["labels"][value.as_str()].is_null(),
        ["labels", key] => item["labels"][*key].as_str(),
        ["base_model_name" | "baseModelName"] => {
            let source = item["baseModelSource"]["modelGardenSource"]["publicModelName"].as_str();
            source.and_then(|name| name.rsplit('/').next())
        }
        _ => item["displayName"].as_str(),
    };
    match operator {
        Operator::Has => found.is_some(),
        Operator::NotEqual => found != Some(value),
        _ => found == Some(value),
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

/// Returns the fields of a mask, at the top level.
fn masked(mask: &str, known: Fields) -> Result<Vec<String>, ApiError> {
    let field = |path: &str| {
        let name = message::camel(path.trim().split('.').next().unwrap_or(path));
        let is_known = known.iter().any(|(known, _)| *known == name);
        let text = || format!("Invalid field mask: the field `{}` does not exist.", path.trim());
        if is_known { Ok(name) } else { Err(ApiError::field("read_mask", text())) }
    };
    mask.split(',').map(field).collect()
}

fn pick(item: Value, fields: &[String]) -> Value {
    match item {
        Value::Object(all) => {
            Value::Object(all.into_iter().filter(|(name, _)| fields.contains(name)).collect::<Map<_, _>>())
        }
        other => other,
    }
}

/// Applies the call's filter, order and mask; `id` is the filter's name for the last segment of a resource name.
pub fn apply(
    call: &Call<'_>,
    id: &str,
    known: Fields,
    mut items: Vec<(String, Value)>,
) -> Result<Vec<(String, Value)>, ApiError> {
    let param = |name: &str| call.param(name).filter(|text| !text.is_empty());
    if let Some(text) = param("filter") {
        let filter = read(text, id)?;
        items.retain(|(_, item)| filter.holds(&|comparison| holds(comparison, item, id)));
    }
    if let Some(order) = param("orderBy") {
        sort(&mut items, order)?;
    }
    Ok(match param("readMask").filter(|text| *text != "*") {
        Some(text) => {
            let fields = masked(text, known)?;
            items.into_iter().map(|(key, item)| (key, pick(item, &fields))).collect()
        }
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
        for (filter, expected) in [
            ("endpoint=e1", true),
            ("endpoint!=e1", false),
            ("display_name=\"my e\" AND labels.team=ml", true),
            ("displayName != \"my e\"", false),
            ("displayName=\"MY E\"", false),
            ("labels.team:*", true),
            ("labels:team", true),
            ("labels.\"a b\":*", true),
            ("labels:owner", false),
            ("labels.team=\"cv\"", false),
            ("(labels.team=cv OR labels.team=ml) AND NOT endpoint=e2", true),
            ("baseModelName=text-bison", false),
        ] {
            let read = read(filter, "endpoint").map_err(|error| error.body.to_string()).unwrap();
            assert_eq!(read.holds(&|is| holds(is, &item, "endpoint")), expected, "{filter}");
        }
    }

    #[test]
    fn refuses_the_rest() {
        for (filter, http) in [
            ("endpoint", 400),
            ("endpoint=\"e1", 400),
            ("(((", 400),
            ("(endpoint=1", 400),
            ("display_name=", 400),
            ("a=1", 501),
            ("labels.a!=1", 501),
            ("display_name:x", 501),
        ] {
            assert_eq!(read(filter, "endpoint").map(|_| ()).unwrap_err().http, http, "{filter}");
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

//! Pages of lists: `pageSize`, `pageToken` and `nextPageToken` of AIP-158.
//!
//! Default and greatest size of a page are unverified, as is the text for a foreign token.

use crate::call::Call;
use crate::error::ApiError;
use crate::state::rest::Rest;
use crate::state::world::World;
use crate::token::secret;
use serde_json::{Map, Value, json};
use std::collections::HashMap;

const DEFAULT_SIZE: usize = 100;
const GREATEST_SIZE: usize = 1000;

fn invalid(text: &str) -> ApiError {
    ApiError::invalid(format!("Request contains an invalid argument: {text}"))
}

/// The identity of a list: a token is valid for the same list with the same parameters only.
fn identity(call: &Call<'_>, list: &str) -> String {
    let mut shown: Vec<String> = call
        .query
        .iter()
        .filter(|(name, _)| ["filter", "orderBy", "showDeleted", "view"].contains(&name.as_str()))
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    shown.sort();
    format!("{list}?{}", shown.join("&"))
}

/// Answers one page of a list's items, each with a key that no other item has.
pub fn answer(
    call: &Call<'_>,
    world: &mut World,
    list: &str,
    field: &str,
    items: Vec<(String, Value)>,
) -> Result<Value, ApiError> {
    let size = call.param("pageSize").filter(|size| !size.is_empty()).map(str::parse::<i32>).transpose();
    let size = size.map_err(|_| invalid("pageSize must be a number."))?.map(i64::from);
    cut(world, &identity(call, list), size, call.param("pageToken").unwrap_or_default(), field, items)
}

/// Answers one page of a list with this identity, of a size and behind a token that a body may name.
pub fn cut(
    world: &mut World,
    list: &str,
    size: Option<i64>,
    token: &str,
    field: &str,
    items: Vec<(String, Value)>,
) -> Result<Value, ApiError> {
    let size = match size.map(usize::try_from) {
        None | Some(Ok(0)) => DEFAULT_SIZE,
        Some(Ok(size)) => size.min(GREATEST_SIZE),
        Some(Err(_)) => return Err(invalid("pageSize must not be negative.")),
    };
    let (keys, mut by_key): (Vec<String>, HashMap<String, Value>) =
        (items.iter().map(|(key, _)| key.clone()).collect(), items.into_iter().collect());
    let mut keys = match token {
        "" => keys,
        token => {
            let rest = world.pages.get(token).filter(|rest| rest.list == list);
            rest.ok_or_else(|| invalid("pageToken is not of this list."))?.keys.clone()
        }
    };
    // What was deleted since the first page is left out.
    keys.retain(|key| by_key.contains_key(key));
    let rest = keys.split_off(size.min(keys.len()));
    let page: Vec<Value> = keys.iter().filter_map(|key| by_key.remove(key)).collect();
    let mut answer = Map::from_iter([(field.to_owned(), json!(page))]);
    if !rest.is_empty() {
        let token = secret("");
        world.pages.insert(token.clone(), Rest { list: list.to_owned(), keys: rest });
        answer.insert("nextPageToken".to_owned(), json!(token));
    }
    Ok(Value::Object(answer))
}

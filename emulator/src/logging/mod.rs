//! Cloud Logging: the entries that audited changes and model servers write.
//! Source: `logging.v2` `entries.list`.

pub mod audit;
pub mod container;
mod filter;

use crate::call::Call;
use crate::error::ApiError;
use crate::message::{self, Shape};
use crate::page;
use serde_json::Value;

const LIST: &[(&str, Shape)] = &[
    ("resourceNames", Shape::List(&Shape::Text)),
    ("projectIds", Shape::List(&Shape::Text)),
    ("filter", Shape::Text),
    ("orderBy", Shape::Text),
    ("pageSize", Shape::Int),
    ("pageToken", Shape::Text),
];
const DEFAULT_PAGE: i64 = 50;
const LONGEST_FILTER: usize = 20_000;

/// `POST /v2/entries:list`
pub fn list(call: &Call<'_>) -> Result<Value, ApiError> {
    call.allow(&[])?;
    let request = message::read(call.body, LIST)?;
    let text = |name: &str| request[name].as_str().unwrap_or_default();
    let names: Vec<&str> =
        request["resourceNames"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if request["projectIds"].as_array().is_some_and(|ids| !ids.is_empty()) {
        return Err(ApiError::new("UNIMPLEMENTED", "The emulator does not read projectIds: send resourceNames."));
    }
    if names.is_empty() {
        return Err(ApiError::invalid("resource_names is required."));
    }
    let mut projects = Vec::new();
    for name in &names {
        let id = match name.split('/').collect::<Vec<_>>().as_slice() {
            ["projects", project] => call.cloud.world().project_id(project).unwrap_or_else(|| (*project).to_owned()),
            ["projects" | "folders" | "organizations" | "billingAccounts", ..] => {
                return Err(ApiError::new(
                    "UNIMPLEMENTED",
                    format!("The emulator lists entries of projects, not of {name}."),
                ));
            }
            _ => return Err(ApiError::invalid(format!("Invalid resource name: {name}"))),
        };
        call.require("logging.logEntries.list", &format!("projects/{id}"))?;
        projects.push(id);
    }
    if text("filter").len() > LONGEST_FILTER {
        return Err(ApiError::invalid(format!("The filter has more than {LONGEST_FILTER} characters.")));
    }
    let filter = filter::read(text("filter"))?;
    let is_newest_first = match text("orderBy").split_whitespace().collect::<Vec<_>>().as_slice() {
        [] | ["timestamp"] | ["timestamp", "asc"] => false,
        ["timestamp", "desc"] => true,
        _ => return Err(ApiError::invalid(format!("Invalid order_by: {}", text("orderBy")))),
    };
    let mut world = call.cloud.world();
    let mut entries: Vec<(String, Value)> = world
        .logs
        .of(&projects)
        .filter(|entry| filter::matches(&filter, entry))
        .map(|entry| (entry["insertId"].as_str().unwrap_or_default().to_owned(), entry.clone()))
        .collect();
    if is_newest_first {
        entries.reverse();
    }
    let size = request["pageSize"].as_i64().filter(|size| *size != 0).unwrap_or(DEFAULT_PAGE);
    let list = format!("entries of {} by {} where {}", names.join(" "), text("orderBy"), text("filter"));
    page::cut(&mut world, &list, Some(size), text("pageToken"), "entries", entries)
}

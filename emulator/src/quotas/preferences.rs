//! Requests for other limits.
//!
//! Source: "QuotaPreference" of the Cloud Quotas API v1, read 2026-11-28. A minute after its request the preferred limit is granted,
//! where the region offers the resource and the settings do not deny it. Unverified: the texts, and how long Google takes.

use super::infos::{self, SERVICE};
use super::usage;
use crate::call::Call;
use crate::error::ApiError;
use crate::message::{self, Shape};
use crate::page;
use crate::state::world::World;
use crate::timestamp;
use serde_json::{Value, json};

const DECISION_SECONDS: f64 = 60.0;

const PREFERENCE: &[(&str, Shape)] = &[
    ("name", Shape::Text),
    ("dimensions", Shape::Map(&Shape::Text)),
    (
        "quotaConfig",
        Shape::Message(&[
            ("preferredValue", Shape::Long),
            ("stateDetail", Shape::Output),
            ("grantedValue", Shape::Output),
            ("traceId", Shape::Output),
            ("annotations", Shape::Map(&Shape::Text)),
            ("requestOrigin", Shape::Output),
        ]),
    ),
    ("etag", Shape::Text),
    ("createTime", Shape::Output),
    ("updateTime", Shape::Output),
    ("service", Shape::Text),
    ("quotaId", Shape::Text),
    ("reconciling", Shape::Output),
    ("justification", Shape::Text),
    ("contactEmail", Shape::Text),
];

/// Routes `projects/{project}/locations/global/quotaPreferences[/{id}]`.
pub fn route(call: &Call<'_>, verb: &str, project: &str, id: Option<&str>) -> Result<Value, ApiError> {
    let parent = format!("projects/{project}/locations/global/quotaPreferences");
    let on = format!("projects/{project}");
    match (verb, id) {
        ("GET", None) => {
            call.allow(&["pageSize", "pageToken", "filter", "orderBy"])?;
            call.require("cloudquotas.quotas.get", &on)?;
            if ["filter", "orderBy"].iter().any(|name| call.param(name).is_some_and(|text| !text.is_empty())) {
                return Err(ApiError::new(
                    "UNIMPLEMENTED",
                    "The emulator neither filters nor sorts quota preferences.",
                ));
            }
            let mut world = call.cloud.world();
            let start = format!("{parent}/");
            let own = world.quota_preferences.iter().filter(|(name, _)| name.starts_with(&start));
            let own = own.map(|(name, body)| (name.clone(), shown(&world, name, body))).collect();
            page::answer(call, &mut world, &parent, "quotaPreferences", own)
        }
        ("GET", Some(id)) => {
            call.allow(&[])?;
            call.require("cloudquotas.quotas.get", &on)?;
            let world = call.cloud.world();
            let name = format!("{parent}/{id}");
            let body = world.quota_preferences.get(&name).ok_or_else(|| ApiError::not_found(&name))?;
            Ok(shown(&world, &name, body))
        }
        ("POST", None) => {
            call.allow(&["quotaPreferenceId", "ignoreSafetyChecks"])?;
            let sent = message::read(call.body, PREFERENCE)?;
            call.require("cloudquotas.quotas.update", &on)?;
            let id = call.param("quotaPreferenceId").map(str::to_owned);
            let id = id.unwrap_or_else(|| call.cloud.world().id().to_string());
            let name = format!("{parent}/{id}");
            if call.cloud.world().quota_preferences.contains_key(&name) {
                return Err(ApiError::exists(&name));
            }
            write(call, project, &name, sent, false)
        }
        ("PATCH", Some(id)) => {
            call.allow(&["updateMask", "allowMissing", "validateOnly", "ignoreSafetyChecks"])?;
            let sent = message::read(call.body, PREFERENCE)?;
            call.require("cloudquotas.quotas.update", &on)?;
            patch(call, project, &format!("{parent}/{id}"), sent)
        }
        _ => Err(ApiError::not_found(&parent)),
    }
}

fn patch(call: &Call<'_>, project: &str, name: &str, sent: Value) -> Result<Value, ApiError> {
    let is = |param: &str| call.param(param) == Some("true");
    let kept = call.cloud.world().quota_preferences.get(name).cloned();
    let Some(mut body) = kept else {
        return match is("allowMissing") {
            true => write(call, project, name, sent, is("validateOnly")),
            false => Err(ApiError::not_found(name)),
        };
    };
    if sent["etag"].as_str().is_some_and(|etag| body["etag"] != etag) {
        return Err(ApiError::new("ABORTED", "The etag of the quota preference is not the current one."));
    }
    let mask = call.param("updateMask").filter(|mask| !mask.is_empty()).map(str::to_owned);
    let sent_fields = || sent.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let fields = mask.map_or_else(sent_fields, |mask| {
        mask.split(',').map(|path| message::camel(path.trim().split('.').next().unwrap_or(path))).collect()
    });
    for field in fields.iter().filter(|field| *field != "name" && *field != "etag") {
        match field.as_str() {
            "quotaConfig" => body["quotaConfig"]["preferredValue"] = sent["quotaConfig"]["preferredValue"].clone(),
            "justification" | "contactEmail" => body[field] = sent[field].clone(),
            other if body[other] == sent[other] => {}
            other => return Err(ApiError::invalid(format!("Invalid field mask: {other} cannot be changed."))),
        }
    }
    write(call, project, name, body, is("validateOnly"))
}

/// Checks a preference and writes it, unless it is only validated; a decision follows.
fn write(call: &Call<'_>, project: &str, name: &str, mut body: Value, is_validation: bool) -> Result<Value, ApiError> {
    let text = |field: &str| body[field].as_str().unwrap_or_default();
    if text("service") != SERVICE {
        return Err(ApiError::invalid(format!("service must be {SERVICE}: the emulator knows no other quotas.")));
    }
    let quota = infos::find(text("quotaId")).ok_or_else(|| ApiError::not_found(text("quotaId")))?;
    let region = body["dimensions"]["region"].as_str().unwrap_or_default().to_owned();
    let preferred = body["quotaConfig"]["preferredValue"].as_str().and_then(|value| value.parse::<i64>().ok());
    let preferred = preferred.ok_or_else(|| ApiError::invalid("quotaConfig.preferredValue is required."))?;
    if !quota.regions().contains(&region.as_str()) {
        return Err(ApiError::invalid(format!("Invalid dimensions: {} is not offered in \"{region}\".", quota.id())));
    }
    let mut world = call.cloud.world();
    let limit = usage::limit(&world, &format!("projects/{project}/locations/{region}"), &quota);
    if preferred < limit {
        return Err(ApiError::new("UNIMPLEMENTED", "The emulator does not lower limits."));
    }
    let now = json!(timestamp::now());
    if body["createTime"].is_null() {
        body["createTime"] = now.clone();
    }
    body["updateTime"] = now;
    body["etag"] = json!(format!("q{}", world.id()));
    body["reconciling"] = json!(preferred != limit);
    body["quotaConfig"]["grantedValue"] = json!(limit.to_string());
    if is_validation {
        call.note_no_change();
        return Ok(shown(&world, name, &body));
    }
    world.quota_preferences.insert(name.to_owned(), body.clone());
    let answer = shown(&world, name, &body);
    drop(world);
    let (cloud, name, etag) = (call.cloud.clone(), name.to_owned(), body["etag"].clone());
    let key = (project.to_owned(), quota.id(), region);
    tokio::spawn(async move {
        cloud.pass(DECISION_SECONDS).await;
        decide(&mut cloud.world(), &name, &etag, key, preferred);
        cloud.announce();
    });
    Ok(answer)
}

/// Grants or denies a preference that was not changed meanwhile.
fn decide(world: &mut World, name: &str, etag: &Value, key: (String, String, String), preferred: i64) {
    let is_denied = world.settings.denies_quota_preferences;
    let Some(body) = world.quota_preferences.get_mut(name).filter(|body| body["etag"] == *etag) else { return };
    body["reconciling"] = json!(false);
    if is_denied {
        body["quotaConfig"]["stateDetail"] = json!("The request was denied.");
        return;
    }
    body["quotaConfig"]["grantedValue"] = json!(preferred.to_string());
    world.quota_limits.insert(key, preferred);
}

fn shown(world: &World, name: &str, body: &Value) -> Value {
    let mut body = body.clone();
    body["name"] = json!(world.shown(name));
    body
}

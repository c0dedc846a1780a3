//! Routes calls of Google's services around Vertex AI. Their paths differ, so that one host serves all.

use crate::call::Call;
use crate::error::ApiError;
use crate::logging;
use crate::method_name;
use crate::monitoring;
use crate::neighbours::{self, storage, troubleshooter, unserved};
use crate::quotas::{consumer, infos, preferences};
use crate::service_usage;
use serde_json::Value;

/// Answers a call below a version; `None` where its path is of none of these services.
pub fn route(call: &Call<'_>, version: &str, verb: &str, rest: &str) -> Option<Result<Value, ApiError>> {
    if (version, verb, rest) == ("v2", "POST", "entries:list") {
        return Some(logging::list(call));
    }
    match (version, verb) {
        ("storage", _) => return Some(storage::route(call, verb, rest)),
        ("compute", _) => return Some(Err(unserved(verb, rest))),
        ("v3", "POST") if rest == "iam:troubleshoot" => return Some(troubleshooter::troubleshoot(call)),
        _ => {}
    }
    let (name, method) = method_name::split(rest);
    let parts: Vec<&str> = name.split('/').collect();
    let ["projects", project, below @ ..] = parts.as_slice() else { return None };
    let id = call.cloud.world().project_id(project).unwrap_or_else(|| (*project).to_owned());
    Some(match (version, verb, below, method) {
        ("v1", _, ["locations", "global", "services", service, "quotaInfos"], None) => {
            infos::route(call, verb, &id, service, None)
        }
        ("v1", _, ["locations", "global", "services", service, "quotaInfos", quota], None) => {
            infos::route(call, verb, &id, service, Some(quota))
        }
        ("v1", _, ["locations", "global", "quotaPreferences"], None) => preferences::route(call, verb, &id, None),
        ("v1", _, ["locations", "global", "quotaPreferences", one], None) => {
            preferences::route(call, verb, &id, Some(one))
        }
        ("v3", "GET", ["timeSeries"], None) => monitoring::list(call, &id),
        ("v1", "GET", ["services", service], None) => service_usage::get(call, &id, service),
        ("v1", "GET", ["services"], Some("batchGet")) => service_usage::batch_get(call, &id),
        ("v1beta1", "GET", ["services", service, "consumerQuotaMetrics"], None) => {
            consumer::route(call, &id, service, None)
        }
        ("v1beta1", "GET", ["services", service, "consumerQuotaMetrics", metric], None) => {
            consumer::route(call, &id, service, Some(metric))
        }
        _ => return neighbours::route(call, version, verb, &id, below, method),
    })
}

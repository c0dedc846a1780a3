//! Quotas as Service Usage shows them.
//! Source: `serviceusage.v1beta1` `ConsumerQuotaMetric`. Unverified: display names, and that every region has a bucket.

use super::ids::Quota;
use super::infos::{self, SERVICE};
use super::usage;
use crate::call::Call;
use crate::error::ApiError;
use crate::page;
use crate::state::world::World;
use serde_json::{Value, json};

fn shown(world: &World, project: &str, quota: &Quota) -> Value {
    let number = world.shown(&format!("projects/{project}"));
    let metric = format!("{SERVICE}/{}", quota.metric());
    let name = format!("{number}/services/{SERVICE}/consumerQuotaMetrics/{}", metric.replace('/', "%2F"));
    let buckets: Vec<Value> = quota
        .regions()
        .iter()
        .map(|region| {
            let limit = usage::limit(world, &format!("projects/{project}/locations/{region}"), quota);
            let default = quota.default_limit(region).unwrap_or(0);
            json!({
                "dimensions": {"region": region},
                "effectiveLimit": limit.to_string(),
                "defaultLimit": default.to_string(),
            })
        })
        .collect();
    json!({
        "name": name,
        "metric": metric,
        "displayName": infos::display_name(quota),
        "unit": "1",
        "consumerQuotaLimits": [{
            "name": format!("{name}/limits/%2Fproject%2Fregion"),
            "metric": metric,
            "unit": "1/{project}/{region}",
            "isPrecise": true,
            "allowsAdminOverrides": true,
            "supportedLocations": quota.regions(),
            "quotaBuckets": buckets,
        }],
    })
}

/// Routes `projects/{project}/services/{service}/consumerQuotaMetrics[/{metric}]`.
pub fn route(call: &Call<'_>, project: &str, service: &str, metric: Option<&str>) -> Result<Value, ApiError> {
    call.allow(if metric.is_some() { &["view"] } else { &["view", "pageSize", "pageToken"] })?;
    call.require("serviceusage.quotas.get", &format!("projects/{project}"))?;
    if service != SERVICE {
        return Err(ApiError::new("UNIMPLEMENTED", format!("The emulator knows the quotas of {SERVICE} only.")));
    }
    let mut world = call.cloud.world();
    match metric {
        Some(metric) => {
            let wanted = metric.replace("%2F", "/").replace("%2f", "/");
            let mut quotas = Quota::all().into_iter();
            let found = quotas.find(|quota| format!("{SERVICE}/{}", quota.metric()) == wanted);
            Ok(shown(&world, project, &found.ok_or_else(|| ApiError::not_found(metric))?))
        }
        None => {
            let all = Quota::all().iter().map(|quota| (quota.id(), shown(&world, project, quota))).collect();
            page::answer(call, &mut world, &format!("consumerQuotaMetrics of {project}"), "metrics", all)
        }
    }
}

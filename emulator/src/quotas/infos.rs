//! Quotas as Cloud Quotas shows them.
//!
//! Source: "QuotaInfo" of the Cloud Quotas API v1, read 2026-11-28. Unverified: display names, and how regions are grouped.

use super::ids::Quota;
use super::usage;
use crate::call::Call;
use crate::error::ApiError;
use crate::page;
use crate::state::world::World;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub const SERVICE: &str = "aiplatform.googleapis.com";

/// Names of a quota that people read.
pub fn display_name(quota: &Quota) -> String {
    format!("{} per project per region", quota.metric().replace('_', " "))
}

fn shown(world: &World, project: &str, quota: &Quota) -> Value {
    // Regions with the same limit stand together.
    let mut regions: BTreeMap<i64, Vec<&str>> = BTreeMap::new();
    for region in quota.regions() {
        let limit = usage::limit(world, &format!("projects/{project}/locations/{region}"), quota);
        regions.entry(limit).or_default().push(region);
    }
    let number = world.shown(&format!("projects/{project}"));
    let infos: Vec<Value> = regions
        .iter()
        .map(|(limit, regions)| {
            let mut info = json!({"details": {"value": limit.to_string()}, "applicableLocations": regions});
            if let [region] = regions.as_slice() {
                info["dimensions"] = json!({ "region": region });
            }
            info
        })
        .collect();
    json!({
        "name": format!("{number}/locations/global/services/{SERVICE}/quotaInfos/{}", quota.id()),
        "quotaId": quota.id(),
        "metric": format!("{SERVICE}/{}", quota.metric()),
        "service": SERVICE,
        "isPrecise": true,
        "containerType": "PROJECT",
        "dimensions": ["region"],
        "metricDisplayName": quota.metric().replace('_', " "),
        "quotaDisplayName": display_name(quota),
        "metricUnit": "1",
        "quotaIncreaseEligibility": {"isEligible": true},
        "dimensionsInfos": infos,
    })
}

/// Finds a quota by id.
pub fn find(id: &str) -> Option<Quota> {
    Quota::all().into_iter().find(|quota| quota.id() == id)
}

/// Routes `projects/{project}/locations/global/services/{service}/quotaInfos[/{id}]`.
pub fn route(call: &Call<'_>, verb: &str, project: &str, service: &str, id: Option<&str>) -> Result<Value, ApiError> {
    let missing = || ApiError::not_found(&format!("{service}/quotaInfos/{}", id.unwrap_or_default()));
    if verb != "GET" {
        return Err(missing());
    }
    call.allow(if id.is_some() { &[] } else { &["pageSize", "pageToken"] })?;
    call.require("cloudquotas.quotas.get", &format!("projects/{project}"))?;
    if service != SERVICE {
        return Err(ApiError::new("UNIMPLEMENTED", format!("The emulator knows the quotas of {SERVICE} only.")));
    }
    let mut world = call.cloud.world();
    match id {
        Some(id) => Ok(shown(&world, project, &find(id).ok_or_else(missing)?)),
        None => {
            let infos = Quota::all().iter().map(|quota| (quota.id(), shown(&world, project, quota))).collect();
            page::answer(call, &mut world, &format!("quotaInfos of {project}"), "quotaInfos", infos)
        }
    }
}

//! A user's rights on one entity's deployment.

use super::status::StatusRequest;
use super::status::reason_for_no_target;
use super::validate::check;
use crate::annotation;
use crate::config::Config;
use crate::conversation::{Conversation, Millis};
use crate::diagnostic::Diagnostic;
use crate::door::claims;
use crate::iam::deliver::access_report::{AccessReport, AccessState, Requester, access_report};
use crate::iam::rights::principal::Principal;
use crate::plan::plan;
use serde_json::Value;

/// Starts the access conversation for the user `entity_ref`, who holds the Backstage permissions `portal`. `claims` is a `ClaimFacts`.
pub fn access_of(
    config: &Config,
    request: &StatusRequest,
    entity_ref: &str,
    portal: Vec<String>,
    claims: &Value,
    now: Millis,
) -> Result<Conversation<AccessReport>, Box<AccessReport>> {
    let bare =
        |state, headline, findings: Vec<Diagnostic>| Box::new(AccessReport::bare(state, headline, findings, now));
    let (entity, checked) =
        check(&request.entity).map_err(|found| bare(AccessState::Invalid, "The entity cannot be read", found))?;
    if !annotation::is_annotated(&entity) {
        return Err(bare(AccessState::NotAnnotated, "No Vertex AI annotations", Vec::new()));
    }
    let (target, findings) = checked.into_target(request.entity.environment.as_deref());
    let target = target.ok_or_else(|| bare(AccessState::Invalid, reason_for_no_target(&findings), findings))?;
    let denied = |finding| bare(AccessState::Unavailable, "A deployment would be denied here", vec![finding]);
    config.check_allowed(&target.endpoint.place).map_err(denied)?;
    if let Some(dispute) = claims::dispute(config, claims, &target.endpoint) {
        return Err(denied(dispute));
    }
    let principal = Principal::of_user(&config.identity, entity_ref)
        .map_err(|finding| bare(AccessState::Unavailable, "Google cannot know you by your name", vec![finding]))?;
    let requester = Requester { principal, is_shared: config.identity.service_account.is_some(), portal };
    Ok(access_report(plan(target), requester, &config.grantors, &request.proxy_url))
}

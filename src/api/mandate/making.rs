//! Making: the checks of a request for a mandate, and what the portal stores of one.

use super::{Checked, MandateDeployment, RefusedMandate, refused};
use crate::annotation;
use crate::api::change::RunKind;
use crate::api::deployment::{make_plan, of_portal};
use crate::api::request::{Fields, Request as _, malformed};
use crate::api::source::Source as _;
use crate::api::stored::stored;
use crate::api::talk::text as text_of;
use crate::config::Config;
use crate::conversation::Millis;
use crate::diagnostic::{Code, Diagnostic};
use crate::door::{DEPLOYER, Planner, claims};
use crate::entity::Entity;
use crate::mandate::{Facts, Mandate};
use crate::plan::Plan;
use crate::timestamp::rfc3339;
use serde::Serialize;
use serde_json::Value;

pub(super) const HOUR: Millis = 3_600_000;
/// Maximum size of the body that asks for a mandate, in bytes.
pub(super) const MAX_BODY: usize = 64 * 1024;

/// A mandate to store.
#[derive(Clone, Debug, Serialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct NewMandate {
    /// The deployment's id.
    pub deployment: String,
    /// Entity ref of the user who gives it.
    pub user: String,
    pub groups: Vec<String>,
    /// Entity ref of what is deployed.
    pub entity: String,
    /// JSON text of the deployment's request.
    pub request: String,
    /// Fingerprint of the delegated calls.
    pub fingerprint: String,
    /// RFC 3339.
    pub expires_at: String,
    /// JSON text of the facts at its beginning.
    pub facts: String,
}

/// What comes next of a request for a mandate.
#[derive(Clone, Debug, Serialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub enum MandateStep {
    /// Read these entities, and every entity with annotations of ours, from the catalog, and ask again.
    Entities(Vec<String>),
    /// Read these endpoints and models from Google as the user, and ask again.
    Resources(Vec<String>),
    Mandate(NewMandate),
}

/// What the host has read for a request for a mandate.
#[derive(ts_rs::TS)]
#[expect(dead_code, reason = "the shape of a JSON value, for TypeScript")]
pub struct MandateFacts {
    /// Those of the wanted entities that the catalog has, with their annotations.
    #[ts(type = "object[]", optional)]
    entities: Option<Value>,
    /// The entities with annotations of ours; they may be some seconds old.
    #[ts(type = "object[]", optional)]
    claims: Option<Value>,
    /// Google's answers about the wanted resources, by their names: JSON texts. An empty one is none.
    #[ts(type = "Record<string, string>", optional)]
    resources: Option<Value>,
}

/// Checks a request for a mandate, `{deployment, request, hours?}`, and returns what comes next. `caller` is a `DoorCaller`; `groups` are the
/// user's at this moment; `facts` is a `MandateFacts`.
pub fn new_mandate(
    config: &Config,
    planner: Planner,
    caller: &Value,
    groups: Vec<String>,
    body: &str,
    facts: &Value,
    now: Millis,
) -> Checked<MandateStep> {
    let user = delegating(caller)?;
    if body.len() > MAX_BODY {
        return Err(refused(413, unreadable("the body is larger than 64 KiB")));
    }
    let value = (planner.parse)(body).ok_or_else(|| invalid(unreadable("the body is not JSON")))?;
    let mut fields = Fields::of(value).map_err(invalid)?;
    let deployment: String = fields.field("deployment").map_err(invalid)?;
    let request = fields.take("request");
    let hours = hours(config, &fields.take("hours"))?;
    fields.end().map_err(invalid)?;
    let asked = MandateDeployment::read(request.clone()).map_err(invalid)?;
    if asked.run_id.as_str() != deployment {
        return Err(invalid(malformed("`deployment` and `request.runId` differ".into())));
    }
    if asked.portal.as_ref().is_some_and(|portal| *portal != config.portal) {
        let message = format!("`request.portal` is not `{}`, the name of this portal", config.portal);
        return Err(invalid(malformed(message)));
    }
    let (plan, mut found) = make_plan(&asked.deployment);
    let Some(plan) = plan.map(|plan| of_portal(plan, asked.portal.as_deref())) else {
        // A request without a plan has an error.
        let first = found.iter().position(Diagnostic::is_error).unwrap_or_default();
        return Err(invalid(found.swap_remove(first)));
    };
    for place in [&plan.target.endpoint.place, &plan.target.model.place] {
        config.check_allowed(place).map_err(|finding| refused(403, finding))?;
    }
    check_pause(&asked, hours)?;
    if let Some(step) = claim(config, planner, &asked, &plan, &user, facts)? {
        return Ok(step);
    }
    let entity = plan.target.entity_ref.clone();
    let mandate = Mandate::of(&plan, &asked.run_id, |project| config.id_of(project));
    Ok(MandateStep::Mandate(NewMandate {
        fingerprint: mandate.fingerprint(),
        request: text_of(&stored(request)).map_err(invalid)?,
        facts: text_of(&Facts::default().stored()).map_err(invalid)?,
        expires_at: rfc3339(now.saturating_add(hours * HOUR)),
        deployment,
        user,
        groups,
        entity,
    }))
}

/// Checks that the catalog has the user and the entity as the request states it, and that what the plan changes belongs to the entity.
/// Returns what has to be read for that.
fn claim(
    config: &Config,
    planner: Planner,
    asked: &MandateDeployment,
    plan: &Plan,
    user: &str,
    facts: &Value,
) -> Checked<Option<MandateStep>> {
    let entity_ref = &plan.target.entity_ref;
    let (Some(entities), Some(claims)) = (facts["entities"].as_array(), facts["claims"].as_array()) else {
        return Ok(Some(MandateStep::Entities(vec![entity_ref.clone(), user.to_owned()])));
    };
    let is = |value: &Value, entity_ref: &str| {
        Entity::from_json(value).is_ok_and(|entity| entity.entity_ref().eq_ignore_ascii_case(entity_ref))
    };
    if config.users_in_catalog && !entities.iter().any(|value| is(value, user)) {
        let finding = Diagnostic::new(Code::MandateUserMissing, format!("`{user}` is missing in the catalog"));
        let help = "sign in as a user of the catalog, or ask an administrator to set `vertexAi.usersInCatalog: false`";
        return Err(refused(403, finding.help(help)));
    }
    let Some(known) = entities.iter().find(|value| is(value, entity_ref)) else {
        let finding = Diagnostic::new(Code::ClaimStale, format!("`{entity_ref}` is missing in the catalog"));
        return Err(refused(403, finding.help("register the entity in the catalog, then start the deployment")));
    };
    // A rollback has the annotations of a former deployment; the claim to the endpoint is checked with those of the catalog.
    let rolls_back = asked.deployment.change.kind() == RunKind::Rollback;
    let is_same = match (asked.deployment.entity.source.entity(), Entity::from_json(known)) {
        (Ok(given), Ok(known)) => annotation::is_same(&given, &known),
        _ => false,
    };
    if !is_same && !rolls_back {
        let message = format!("the annotations of `{entity_ref}` differ from those in the catalog");
        let finding = Diagnostic::new(Code::ClaimStale, message);
        return Err(refused(
            409,
            finding.help("wait until the catalog has the entity's latest version, then start again"),
        ));
    }
    let others = claims.iter().filter(|value| !is(value, entity_ref));
    let entities: Vec<Value> = others.chain([known]).cloned().collect();
    let mut wanted = Vec::new();
    for resource in plan.changed() {
        let name = config.named(&resource).to_string();
        let answer = facts["resources"][&name].as_str().map(|text| (planner.parse)(text).unwrap_or_default());
        match claims::check(config, entity_ref, &resource, &entities, answer.as_ref()) {
            Ok(true) => {}
            Ok(false) => wanted.push(name),
            Err(finding) => return Err(refused(403, finding)),
        }
    }
    Ok((!wanted.is_empty()).then_some(MandateStep::Resources(wanted)))
}

/// The user on whose behalf the deployments' plugin makes a mandate.
fn delegating(caller: &Value) -> Checked<String> {
    let user = caller["ref"].as_str().filter(|user| user.starts_with("user:"));
    match user {
        Some(user) if caller["kind"] == "user" && caller["actor"] == DEPLOYER => Ok(user.to_owned()),
        _ => {
            let message = format!("only `{DEPLOYER}` makes a mandate, on behalf of a user");
            let finding = Diagnostic::new(Code::ProxyCallerNotAllowed, message);
            Err(refused(403, finding.help("start a deployment: its mandate is made then")))
        }
    }
}

fn hours(config: &Config, asked: &Value) -> Checked<u64> {
    let most = u64::from(config.mandates.hours);
    if asked.is_null() {
        return Ok(most);
    }
    asked.as_u64().filter(|hours| (1..=most).contains(hours)).ok_or_else(|| {
        invalid(malformed(format!(
            "`hours` is not a whole number from 1 to {most}, the limit of `vertexAi.mandates.hours`"
        )))
    })
}

/// Checks that the mandate of a scheduled removal still holds when the removal begins. The deployment before it takes time, too: the pause
/// is at most half of the term.
fn check_pause(asked: &MandateDeployment, hours: u64) -> Checked<()> {
    let (pause, most) = (u64::from(asked.deployment.change.remove_previous_after_minutes.unwrap_or(0)), hours * 30);
    if pause <= most {
        return Ok(());
    }
    let message = format!("`removePreviousAfterMinutes` is {pause}, and mandates of this portal hold for {hours} h");
    let help = format!("set at most {most}, or ask an administrator to raise `vertexAi.mandates.hours`");
    Err(invalid(Diagnostic::new(Code::RequestMalformed, message).help(help)))
}

fn invalid(diagnostic: Diagnostic) -> Box<RefusedMandate> {
    refused(400, diagnostic)
}

fn unreadable(message: &'static str) -> Diagnostic {
    Diagnostic::new(Code::ProxyBodyMalformed, message).help("send `deployment` and `request`")
}

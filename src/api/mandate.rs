//! Mandates: what the portal stores of one, and who may make, see and end it.

use super::deployment::make_plan;
use super::request::{DeploymentRequest, Fields, Request as _, malformed, request};
use crate::api::talk::text as text_of;
use crate::config::Config;
use crate::conversation::Millis;
use crate::diagnostic::{Code, Diagnostic};
use crate::door::{ALLOW, DEPLOYER, Planner};
use crate::mandate::{Facts, Mandate};
use crate::name::RunId;
use crate::plan::Plan;
use crate::timestamp::rfc3339;
use serde::Serialize;
use serde_json::Value;

const HOUR: Millis = 3_600_000;
/// Maximum size of the body that asks for a mandate, in bytes.
const MAX_BODY: usize = 64 * 1024;
/// Maximum length of the reason of a revocation, in characters.
const MAX_BECAUSE: usize = 200;

request! {
    /// A deployment, as its mandate knows it.
    pub struct MandateDeployment {
        ..deployment: DeploymentRequest,
        /// The deployment's id.
        #[ts(as = "String")]
        run_id: RunId,
        /// Appears in Google's audit log.
        reason: Option<String>,
    }
}

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

/// A finding with its HTTP status.
#[derive(Debug)]
pub struct RefusedMandate {
    pub status: u16,
    pub diagnostic: Diagnostic,
}

type Checked<T> = Result<T, Box<RefusedMandate>>;

fn refused(status: u16, diagnostic: Diagnostic) -> Box<RefusedMandate> {
    Box::new(RefusedMandate { status, diagnostic })
}

fn invalid(diagnostic: Diagnostic) -> Box<RefusedMandate> {
    refused(400, diagnostic)
}

/// Plans the stored request of a mandate.
pub fn plan_of(request: &Value) -> Option<Plan> {
    make_plan(&MandateDeployment::read(request.clone()).ok()?.deployment).0
}

/// Checks a request for a mandate, `{deployment, request, hours?}`, and returns the mandate. `caller` is a `DoorCaller`; `groups` are the
/// user's at this moment.
pub fn new_mandate(
    config: &Config,
    planner: Planner,
    caller: &Value,
    groups: Vec<String>,
    body: &str,
    now: Millis,
) -> Checked<NewMandate> {
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
    let (plan, mut found) = make_plan(&asked.deployment);
    let Some(plan) = plan else {
        // A request without a plan has an error.
        let first = found.iter().position(Diagnostic::is_error).unwrap_or_default();
        return Err(invalid(found.swap_remove(first)));
    };
    for place in [&plan.target.endpoint.place, &plan.target.model.place] {
        if !config.allows(place) {
            let message = format!("`{place}` is not allowed by the portal's configuration");
            let finding = Diagnostic::new(Code::ProxyTargetNotAllowed, message);
            return Err(refused(403, finding.help("ask a platform engineer to add it to `vertexAi.projects`")));
        }
    }
    let entity = plan.target.entity_ref.clone();
    let mandate = Mandate::of(&plan, &asked.run_id, |project| config.id_of(project));
    Ok(NewMandate {
        fingerprint: mandate.fingerprint(),
        request: text_of(&request).map_err(invalid)?,
        facts: text_of(&Facts::default().stored()).map_err(invalid)?,
        expires_at: rfc3339(now.saturating_add(hours * HOUR)),
        deployment,
        user,
        groups,
        entity,
    })
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

/// Whether a caller, a `DoorCaller`, may see a mandate of this user. `user` is absent where no such mandate exists.
pub fn check_sight(user: Option<&str>, caller: &Value) -> Checked<()> {
    if user.is_some_and(|user| is_own(user, caller)) { Ok(()) } else { Err(unknown()) }
}

/// Checks the end of a mandate, and returns the reason to store. `decision` is the permission framework's about `vertex-ai.administer`;
/// `body` may state the reason as `because`.
pub fn revocation(
    user: Option<&str>,
    caller: &Value,
    decision: &str,
    body: &str,
    parse: fn(&str) -> Option<Value>,
) -> Checked<String> {
    let user = user.ok_or_else(unknown)?;
    // The framework allows everything to a service, so its decision counts for users only.
    let administers = caller["kind"] == "user" && decision == ALLOW;
    if !administers && !is_own(user, caller) {
        return Err(unknown());
    }
    let by = caller["ref"].as_str().or(caller["subject"].as_str()).unwrap_or_default();
    let body = if body.is_empty() { Value::Null } else { parse(body).unwrap_or_default() };
    let because: String =
        body["because"].as_str().unwrap_or("revoked").chars().filter(|c| !c.is_control()).take(MAX_BECAUSE).collect();
    Ok(format!("{by}: {because}"))
}

fn is_own(user: &str, caller: &Value) -> bool {
    match caller["kind"].as_str() {
        Some("user") => caller["ref"] == user,
        Some("service") => caller["subject"] == DEPLOYER,
        _ => false,
    }
}

fn unknown() -> Box<RefusedMandate> {
    let finding = Diagnostic::new(Code::MandateUnknown, "no such mandate of the caller exists");
    refused(404, finding.help("check the id of the mandate"))
}

fn unreadable(message: &'static str) -> Diagnostic {
    Diagnostic::new(Code::ProxyBodyMalformed, message).help("send `deployment` and `request`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::config;
    use serde_json::json;

    const RUN: &str = "0f6c2f9e-5a57-4a6e-9d7e-6a1f0d0a7b11";
    const NOW: Millis = 1_795_493_106_007;
    const PLANNER: Planner = Planner { parse, plan: plan_of };

    fn parse(text: &str) -> Option<Value> {
        serde_json::from_str(text).ok()
    }

    fn caller() -> Value {
        json!({"kind": "user", "ref": "user:default/alice", "actor": DEPLOYER})
    }

    fn entity(project: &str) -> Value {
        json!({
            "apiVersion": "backstage.io/v1alpha1", "kind": "Component",
            "metadata": {"name": "fraud-detector", "annotations": {
                "google.com/vertex-ai-project": project,
                "google.com/vertex-ai-location": "us-central1",
                "google.com/vertex-ai-endpoint": "fraud-detector",
                "google.com/vertex-ai-model": "fraud-detector@3",
                "google.com/vertex-ai-service-account": format!("fraud-serving@{project}.iam.gserviceaccount.com"),
            }},
            "spec": {"type": "service", "lifecycle": "production", "owner": "ml-team"},
        })
    }

    fn body() -> Value {
        json!({"deployment": RUN, "request": {"kind": "deploy", "runId": RUN, "source": {"entity": entity("acme-ml")}}})
    }

    fn made(caller: &Value, body: &Value) -> Result<NewMandate, (u16, Code)> {
        let groups = vec!["group:default/ml".to_owned()];
        new_mandate(&config(), PLANNER, caller, groups, &body.to_string(), NOW)
            .map_err(|refused| (refused.status, refused.diagnostic.code))
    }

    fn changed(path: &str, value: Value) -> Value {
        let mut body = body();
        *body.pointer_mut(path).unwrap() = value;
        body
    }

    #[test]
    fn a_mandate_keeps_the_request_and_the_user() {
        let mandate = made(&caller(), &body()).unwrap();
        assert_eq!((mandate.deployment.as_str(), mandate.user.as_str()), (RUN, "user:default/alice"));
        assert_eq!(mandate.groups, ["group:default/ml"]);
        assert_eq!(mandate.entity, "component:default/fraud-detector");
        assert_eq!(parse(&mandate.request).unwrap(), body()["request"]);
        assert_eq!(mandate.expires_at, rfc3339(NOW + 24 * HOUR));
        let plan = plan_of(&parse(&mandate.request).unwrap()).unwrap();
        let again = Mandate::of(&plan, &RUN.parse().unwrap(), |project| config().id_of(project));
        assert_eq!(mandate.fingerprint, again.fingerprint());
    }

    #[test]
    fn every_kind_has_a_mandate_of_its_own() {
        let kinds = [
            json!({"kind": "deploy"}),
            json!({"kind": "undeploy", "deployedModelId": "7"}),
            json!({"kind": "undeploy", "all": true}),
            json!({"kind": "traffic", "deployedModelId": "7", "traffic": 20}),
            json!({"kind": "scale", "deployedModelId": "7", "minReplicas": 1, "maxReplicas": 2}),
        ];
        let mut fingerprints: Vec<String> = Vec::new();
        for kind in kinds {
            let mut body = body();
            for (name, value) in kind.as_object().unwrap() {
                body["request"][name] = value.clone();
            }
            let fingerprint = made(&caller(), &body).unwrap().fingerprint;
            assert!(!fingerprints.contains(&fingerprint), "{kind}");
            fingerprints.push(fingerprint);
        }
    }

    #[test]
    fn only_the_deployments_plugin_makes_one_for_a_user() {
        for other in [
            json!({"kind": "user", "ref": "user:default/alice"}),
            json!({"kind": "user", "ref": "user:default/alice", "actor": "plugin:scaffolder"}),
            json!({"kind": "user", "ref": "plugin:proxy", "actor": DEPLOYER}),
            json!({"kind": "service", "subject": DEPLOYER}),
            json!({"kind": "none"}),
        ] {
            assert_eq!(made(&other, &body()).unwrap_err(), (403, Code::ProxyCallerNotAllowed), "{other}");
        }
    }

    #[test]
    fn a_request_without_a_plan_has_no_mandate() {
        let mut more = body();
        more["more"] = 1.into();
        let mut timed = body();
        timed["hours"] = 25.into();
        let mut proxied = body();
        proxied["request"]["proxyUrl"] = "http://portal".into();
        for (body, refusal) in [
            (more, (400, Code::RequestMalformed)),
            (timed, (400, Code::RequestMalformed)),
            (proxied, (400, Code::RequestMalformed)),
            (changed("/deployment", json!("UPPER-CASE")), (400, Code::RequestMalformed)),
            (changed("/request/runId", json!("another-run")), (400, Code::RequestMalformed)),
            (changed("/request/kind", json!("destroy")), (400, Code::RequestMalformed)),
            (changed("/request/source/entity", entity("other-ml")), (403, Code::ProxyTargetNotAllowed)),
            (
                changed("/request/source/entity/metadata/annotations", json!({"google.com/vertex-ai-model": "m@3"})),
                (400, Code::AnnotationMissing),
            ),
        ] {
            assert_eq!(made(&caller(), &body).unwrap_err(), refusal, "{body}");
        }
        let long = format!("{{\"deployment\": \"{}\"}}", "a".repeat(MAX_BODY));
        let refused = new_mandate(&config(), PLANNER, &caller(), vec![], &long, NOW).unwrap_err();
        assert_eq!(refused.status, 413);
    }

    #[test]
    fn its_user_an_administrator_and_the_plugin_end_it() {
        let ended = |user: Option<&str>, caller: Value, decision: &str| {
            revocation(user, &caller, decision, r#"{"because": "the deployment\nended"}"#, parse).map_err(|r| r.status)
        };
        let alice = Some("user:default/alice");
        let user = |name: &str| json!({"kind": "user", "ref": format!("user:default/{name}")});
        let service = |subject: &str| json!({"kind": "service", "subject": subject});
        assert_eq!(ended(alice, user("alice"), "DENY").unwrap(), "user:default/alice: the deploymentended");
        assert_eq!(ended(alice, user("root"), "ALLOW").unwrap(), "user:default/root: the deploymentended");
        assert!(ended(alice, service(DEPLOYER), "DENY").is_ok());
        for (caller, decision) in
            [(user("bob"), "DENY"), (user("bob"), "CONDITIONAL"), (service("plugin:scaffolder"), "ALLOW")]
        {
            assert_eq!(ended(alice, caller, decision), Err(404));
        }
        assert_eq!(ended(None, service(DEPLOYER), "ALLOW"), Err(404));
        assert!(check_sight(alice, &user("alice")).is_ok() && check_sight(alice, &service(DEPLOYER)).is_ok());
        assert!(check_sight(alice, &user("bob")).is_err() && check_sight(None, &user("alice")).is_err());
    }
}

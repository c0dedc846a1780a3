//! Privileged Access Manager: access that is requested, approved, and expires.

mod refusals;

use crate::harness::{Answer, Cloud, FAST, OWNER, PLACE, STILL, STRANGER, demo_seed};
use crate::issuer::{AUDIENCE, Issuer, Key};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const APPROVER: &str = "test-approver";
const ENTITLEMENTS: &str = "/v1/projects/acme-ml/locations/global/entitlements";
const FRAUD: &str = "/v1/projects/acme-ml/locations/global/entitlements/fraud";
const VIEWER: &str = "projects/acme-ml/roles/vertexViewer";
const ASKED: &str = "user:stranger@acme.example";
/// A week passes in less than a second.
const RUSHING: f64 = 1_000_000.0;

fn entitlement() -> Value {
    json!({
        "eligibleUsers": [{"principals": [ASKED]}],
        "approvalWorkflow": {"manualApprovals": {
            "requireApproverJustification": true,
            "steps": [{"approvers": [{"principals": ["user:approver@acme.example"]}], "approvalsNeeded": 1}],
        }},
        "privilegedAccess": {"gcpIamAccess": {
            "resourceType": "cloudresourcemanager.googleapis.com/Project",
            "resource": "//cloudresourcemanager.googleapis.com/projects/acme-ml",
            "roleBindings": [{"role": VIEWER}],
        }},
        "maxRequestDuration": "604800s",
        "requesterJustificationConfig": {"unstructured": {}},
    })
}

fn unapproved() -> Value {
    let mut entitlement = entitlement();
    entitlement.as_object_mut().unwrap().remove("approvalWorkflow");
    entitlement
}

fn grant() -> Value {
    json!({"requestedDuration": "604800s", "justification": {"unstructuredJustification": "ticket 4711"}})
}

/// Polls until something exists: this service has no method to wait for its operations.
#[track_caller]
fn until(look: impl Fn() -> Option<Value>) -> Value {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "it does not come");
    }
}

impl Cloud {
    /// The response of a finished operation.
    #[track_caller]
    fn result(&self, operation: &Value) -> Value {
        let name = operation["name"].as_str().unwrap();
        let done = until(|| Some(self.get(OWNER, &format!("/v1/{name}")).ok()).filter(|o| o["done"] == true));
        assert!(done["metadata"]["endTime"].is_string() && done["error"].is_null(), "{done}");
        done["response"].clone()
    }

    #[track_caller]
    fn entitle(&self, body: Value) -> Value {
        let operation = self.post(OWNER, &format!("{ENTITLEMENTS}?entitlementId=fraud"), body).ok();
        self.result(&operation)
    }

    fn ask(&self, token: &str, body: Value) -> Answer {
        self.post(token, &format!("{FRAUD}/grants"), body)
    }

    fn decide(&self, token: &str, grant: &Value, how: &str) -> Answer {
        self.post(token, &format!("/v1/{}:{how}", grant["name"].as_str().unwrap()), json!({"reason": "as agreed"}))
    }

    #[track_caller]
    fn becomes(&self, grant: &Value, state: &str) -> Value {
        let path = format!("/v1/{}", grant["name"].as_str().unwrap());
        until(|| Some(self.get(OWNER, &path).ok()).filter(|grant| grant["state"] == state))
    }

    /// An active grant of the stranger's.
    #[track_caller]
    fn elevate(&self) -> Value {
        self.entitle(unapproved());
        self.becomes(&self.ask(STRANGER, grant()).ok(), "ACTIVE")
    }

    fn project_policy(&self) -> Value {
        let request = json!({"options": {"requestedPolicyVersion": 3}});
        self.post(OWNER, "/v3/projects/acme-ml:getIamPolicy", request).ok()
    }

    fn write_policy(&self, policy: &Value) -> Answer {
        let mut policy = policy.clone();
        policy["version"] = json!(3);
        self.post(OWNER, "/v3/projects/acme-ml:setIamPolicy", json!({ "policy": policy }))
    }

    /// Whether a caller holds the entitlement's permissions.
    fn may(&self, token: &str) -> bool {
        let status = self.get(token, &format!("{PLACE}/models/fraud-detector")).status;
        assert!([200, 403].contains(&status), "{status}");
        status == 200
    }
}

fn events(grant: &Value) -> Vec<&'static str> {
    let events = grant["timeline"]["events"].as_array().unwrap().iter();
    let known = ["requested", "approved", "denied", "activated", "ended", "expired", "revoked", "externallyModified"];
    events.map(|event| known.into_iter().find(|name| event[*name].is_object()).unwrap()).collect()
}

#[test]
fn access_is_requested_approved_and_expires() {
    let cloud = Cloud::start();
    let made = cloud.entitle(entitlement());
    assert_eq!(made["@type"], "type.googleapis.com/google.cloud.privilegedaccessmanager.v1.Entitlement");
    assert_eq!(
        (&made["state"], format!("/v1/{}", made["name"].as_str().unwrap())),
        (&json!("AVAILABLE"), FRAUD.into())
    );
    let before = cloud.project_policy();

    let asked = cloud.ask(STRANGER, grant()).ok();
    assert_eq!((&asked["state"], &asked["requester"]), (&json!("APPROVAL_AWAITED"), &json!("stranger@acme.example")));
    assert!(asked["timeline"]["events"][0]["requested"]["expireTime"].is_string(), "{asked}");
    assert!(!cloud.may(STRANGER));
    assert_eq!(cloud.project_policy(), before);

    let approved = cloud.decide(APPROVER, &asked, "approve").ok();
    assert_eq!(approved["state"], "ACTIVATING");
    let active = cloud.becomes(&asked, "ACTIVE");
    let approval = &active["timeline"]["events"][1]["approved"];
    assert_eq!(approval, &json!({"reason": "as agreed", "actor": "approver@acme.example"}));
    assert!(cloud.may(STRANGER));
    let policy = cloud.project_policy();
    let added = policy["bindings"].as_array().unwrap().last().unwrap();
    assert_eq!((&added["role"], &added["members"]), (&json!(VIEWER), &json!([ASKED])));
    let expression = added["condition"]["expression"].as_str().unwrap();
    assert!(expression.starts_with("request.time < timestamp(\"20"), "{expression}");

    cloud.set_speed(RUSHING);
    let ended = cloud.becomes(&asked, "ENDED");
    assert_eq!(events(&ended), ["requested", "approved", "activated", "ended"]);
    assert!(ended["auditTrail"]["accessRemoveTime"].is_string() && ended["externallyModified"].is_null(), "{ended}");
    assert!(!cloud.may(STRANGER));
    let after = cloud.project_policy();
    assert_eq!(after["bindings"], before["bindings"]);
    assert_ne!(after["etag"], before["etag"]);
    // Expired access can be requested again.
    cloud.ask(STRANGER, grant()).ok();
}

#[test]
fn grants_at_once_without_approvers() {
    let cloud = Cloud::start();
    cloud.entitle(unapproved());
    cloud.set_speed(STILL);
    let asked = cloud.ask(STRANGER, grant()).ok();
    assert_eq!((&asked["state"], events(&asked)), (&json!("ACTIVATING"), vec!["requested"]));
    assert!(asked["timeline"]["events"][0]["requested"]["expireTime"].is_null(), "{asked}");
    assert!(!cloud.may(STRANGER), "it is only activating");
    cloud.decide(OWNER, &asked, "revoke").refused(400, "FAILED_PRECONDITION");
}

#[test]
fn revoking_removes_exactly_the_added_bindings() {
    let cloud = Cloud::start();
    let before = cloud.project_policy();
    let active = cloud.elevate();
    assert!(cloud.may(STRANGER));
    cloud.decide(STRANGER, &active, "revoke").refused(403, "PERMISSION_DENIED");
    let operation = cloud.decide(OWNER, &active, "revoke").ok();
    assert_eq!((&operation["metadata"]["verb"], &operation["metadata"]["target"]), (&json!("revoke"), &active["name"]));
    let revoked = cloud.result(&operation);
    assert_eq!((&revoked["state"], events(&revoked)), (&json!("REVOKED"), vec!["requested", "activated", "revoked"]));
    assert!(!cloud.may(STRANGER));
    assert_eq!(cloud.project_policy()["bindings"], before["bindings"]);
    cloud.decide(OWNER, &active, "revoke").refused(400, "FAILED_PRECONDITION");
}

#[test]
fn evaluates_the_entitlements_condition() {
    let cloud = Cloud::start();
    let mut body = unapproved();
    body["privilegedAccess"]["gcpIamAccess"]["roleBindings"][0]["conditionExpression"] =
        json!("request.time < timestamp('2001-01-01T00:00:00Z')");
    cloud.entitle(body);
    cloud.becomes(&cloud.ask(STRANGER, grant()).ok(), "ACTIVE");
    assert!(!cloud.may(STRANGER));
}

#[test]
fn a_denied_grant_gives_no_access() {
    let cloud = Cloud::start();
    cloud.entitle(entitlement());
    let asked = cloud.ask(STRANGER, grant()).ok();
    let denied = cloud.decide(APPROVER, &asked, "deny").ok();
    assert_eq!((&denied["state"], events(&denied)), (&json!("DENIED"), vec!["requested", "denied"]));
    for how in ["approve", "deny"] {
        cloud.decide(APPROVER, &asked, how).refused(400, "FAILED_PRECONDITION");
    }
    cloud.decide(OWNER, &asked, "revoke").refused(400, "FAILED_PRECONDITION");
    cloud.ask(STRANGER, grant()).ok();
}

#[test]
fn an_approval_may_take_a_day() {
    let cloud = Cloud::start();
    cloud.entitle(entitlement());
    let asked = cloud.ask(STRANGER, grant()).ok();
    cloud.set_speed(RUSHING);
    let expired = cloud.becomes(&asked, "EXPIRED");
    assert_eq!(events(&expired), ["requested", "expired"]);
    cloud.decide(APPROVER, &asked, "approve").refused(400, "FAILED_PRECONDITION");
}

#[test]
fn accepts_a_missing_justification_where_it_is_optional() {
    let cloud = Cloud::start();
    let mut body = entitlement();
    body["requesterJustificationConfig"] = json!({"notMandatory": {}});
    cloud.entitle(body);
    cloud.ask(STRANGER, json!({"requestedDuration": "1800s"})).ok();
}

#[test]
fn concurrent_requests_create_one_grant() {
    let cloud = Cloud::start();
    cloud.entitle(entitlement());
    let at_once = |path: &str| -> Vec<Answer> {
        std::thread::scope(|scope| {
            let calls: Vec<_> = (0..8).map(|_| scope.spawn(|| cloud.post(STRANGER, path, grant()))).collect();
            calls.into_iter().map(|call| call.join().unwrap()).collect()
        })
    };
    let answers = at_once(&format!("{FRAUD}/grants"));
    let (given, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
    assert_eq!(given.len(), 1);
    refused.iter().for_each(|answer| drop(answer.refused(400, "FAILED_PRECONDITION")));
    cloud.decide(APPROVER, &given[0].body, "deny").ok();

    // A request id makes them one request.
    let path = format!("{FRAUD}/grants?requestId=5f0c6c5e-8a51-4d0c-9d0b-0d6a3c1f8f01");
    let names: Vec<Value> = at_once(&path).into_iter().map(|answer| answer.ok()["name"].clone()).collect();
    assert!(names.iter().all(|name| *name == names[0]), "{names:?}");
    assert_ne!(names[0], given[0].body["name"]);
    assert_eq!(cloud.get(OWNER, &format!("{FRAUD}/grants")).ok()["grants"].as_array().unwrap().len(), 2);
}

#[test]
fn repeating_a_request_id_returns_the_first_answer() {
    let cloud = Cloud::start();
    let path =
        |id: &str| format!("{ENTITLEMENTS}?entitlementId=fraud&requestId=5f0c6c5e-8a51-4d0c-9d0b-0d6a3c1f8f{id}");
    let first = cloud.post(OWNER, &path("01"), entitlement()).ok();
    let again = cloud.post(OWNER, &path("01"), entitlement()).ok();
    assert_eq!(first["name"], again["name"]);
    cloud.post(OWNER, &path("02"), entitlement()).refused(409, "ALREADY_EXISTS");
}

#[test]
fn granting_and_revoking_change_the_etag() {
    let cloud = Cloud::start();
    let stale = cloud.project_policy();
    let active = cloud.elevate();
    cloud.write_policy(&stale).refused(409, "ABORTED");
    let read = cloud.project_policy();
    let written = cloud.write_policy(&read).ok();
    assert!(cloud.may(STRANGER));
    cloud.result(&cloud.decide(OWNER, &active, "revoke").ok());
    cloud.write_policy(&written).refused(409, "ABORTED");
}

#[test]
fn reports_and_keeps_another_writers_change() {
    let cloud = Cloud::start();
    let before = cloud.project_policy();
    let active = cloud.elevate();
    let mut policy = cloud.project_policy();
    let added = policy["bindings"].as_array_mut().unwrap().last_mut().unwrap();
    added["condition"]["title"] = json!("mine now");
    let changed = cloud.write_policy(&policy).ok();
    let revoked = cloud.result(&cloud.decide(OWNER, &active, "revoke").ok());
    assert_eq!((&revoked["externallyModified"], &revoked["state"]), (&json!(true), &json!("REVOKED")));
    assert_eq!(cloud.project_policy()["bindings"], changed["bindings"]);
    assert_ne!(cloud.project_policy()["bindings"], before["bindings"]);
}

#[test]
fn members_of_a_federated_group_get_access_for_themselves_only() {
    let key = Key::new("first");
    let issuer = Issuer::start(&key);
    let mut seed = demo_seed();
    seed.replace_issuers(&issuer.url);
    let cloud = Cloud::with(seed, FAST);
    let token = |subject: &str| {
        let mut claims = issuer.claims(&["group:default/on-call"]);
        claims["sub"] = json!(subject);
        let request = json!({
            "grantType": "urn:ietf:params:oauth:grant-type:token-exchange",
            "audience": AUDIENCE,
            "scope": "https://www.googleapis.com/auth/cloud-platform",
            "requestedTokenType": "urn:ietf:params:oauth:token-type:access_token",
            "subjectToken": key.sign(&claims),
            "subjectTokenType": "urn:ietf:params:oauth:token-type:jwt",
        });
        cloud.post("", "/v1/token", request).ok()["access_token"].as_str().unwrap().to_owned()
    };
    let (maria, guest) = (token("user:default/maria"), token("user:default/guest"));
    let pool = "iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/backstage";
    let mut body = unapproved();
    body["eligibleUsers"] = json!([{"principals": [format!("principalSet://{pool}/group/group:default/on-call")]}]);
    cloud.entitle(body);
    let asked = cloud.ask(&maria, grant()).ok();
    let active = cloud.becomes(&asked, "ACTIVE");
    let name = format!("principal://{pool}/subject/user:default/maria");
    assert_eq!(active["requester"], name);
    assert_eq!(cloud.project_policy()["bindings"].as_array().unwrap().last().unwrap()["members"], json!([name]));
    assert!(cloud.may(&maria) && !cloud.may(&guest));
    let state = cloud.get("", "/emulator/state").ok();
    assert_eq!(state["grants"], json!([active]));
    assert!(!state.to_string().contains(&maria));
    let path = format!("/v1/{}", active["name"].as_str().unwrap());
    cloud.get(&maria, &path).ok();
    cloud.get(&guest, &path).refused(403, "PERMISSION_DENIED");
    // Another requester of the same entitlement has a grant of their own.
    cloud.becomes(&cloud.ask(&guest, grant()).ok(), "ACTIVE");
    assert!(cloud.may(&guest));
}

#[test]
fn returns_states_as_numbers_on_request() {
    let cloud = Cloud::start();
    let active = cloud.elevate();
    let numbers = |path: &str| cloud.get(OWNER, &format!("{path}?%24alt=json%3Benum-encoding%3Dint")).ok();
    assert_eq!(numbers(FRAUD)["state"], 2);
    assert_eq!(numbers(&format!("/v1/{}", active["name"].as_str().unwrap()))["state"], 6);
    assert_eq!(numbers("/v3/projects/acme-ml")["state"], "ACTIVE");
}

//! Grants requested from a simulated Privileged Access Manager.

use super::*;
use crate::conversation::{Event, Outcome as Told, Request as Sent, Response, Turn, Want};
use crate::iam::rights::access_request::access_request;
use crate::iam::rights::expiry::Expiry;
use crate::iam::rights::options::{AccessOptions, Delivery};
use crate::iam::rights::principal::Principal;
use crate::plan::{Found, plan, tests::target};
use serde_json::json;
use std::collections::BTreeMap;

const SUBJECT: &str = "principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/backstage/subject/user:default/jane";
const ENTITLEMENTS: &str = "projects/acme-ml/locations/global/entitlements";

/// Grants on the project and, because the model runs as one, on a service account.
fn wanted() -> AccessRequest {
    let mut options = AccessOptions::of(Principal::parse("group:ml-team@acme.example").unwrap());
    options.found = Found { model: Some(true), endpoint: Some(true), deployment: Some(false) };
    options.expires = Some(Expiry::parse("1970-01-03T00:00:00Z", 0).unwrap());
    options.delivery = Delivery::Pam;
    options.approvers = ["group:platform@acme.example", "group:ml-team@acme.example"]
        .map(|text| Principal::parse(text).unwrap())
        .to_vec();
    access_request(&plan(target()), &options, 0).0.unwrap()
}

/// An error of Google.
fn refusal(status: u16, code: &str, message: &str) -> (u16, Value) {
    (status, json!({"error": {"code": status, "status": code, "message": message}}))
}

/// Google, with the states of a grant in order.
struct World {
    states: Vec<&'static str>,
    refused: Option<(u16, Value)>,
    /// The requester may not read grants.
    blind: bool,
    /// Number of answers that are lost.
    lost: u32,
    /// Number of the event at which the run is cancelled.
    cancel_at: usize,
    /// Grants by the id of their request.
    grants: BTreeMap<String, String>,
    log: Vec<String>,
    said: Vec<String>,
}

impl World {
    fn with(states: &[&'static str]) -> Self {
        Self {
            states: states.to_vec(),
            refused: None,
            blind: false,
            lost: 0,
            cancel_at: usize::MAX,
            grants: BTreeMap::new(),
            log: Vec::new(),
            said: Vec::new(),
        }
    }

    fn answer(&mut self, sent: &Sent) -> (u16, Value) {
        assert_eq!(sent.identity, Identity::Initiator);
        let path = sent.url.strip_prefix("http://portal/privilegedaccessmanager/v1/").unwrap();
        let (name, query) = path.split_once('?').unwrap_or((path, ""));
        self.log.push(format!("{} {name}", sent.verb.as_str()));
        let grant = |name: String, state: &str| {
            (200, json!({"name": name, "state": state, "requester": "jane@acme.example", "requestedDuration": "1s"}))
        };
        if sent.verb == crate::method::Verb::Get {
            let state = if self.states.len() > 1 { self.states.remove(0) } else { self.states[0] };
            return if self.blind { refusal(403, "PERMISSION_DENIED", "no") } else { grant(name.into(), state) };
        }
        if let Some(refused) = &self.refused {
            return refused.clone();
        }
        let body: Value = serde_json::from_str(sent.body.as_deref().unwrap()).unwrap();
        assert_eq!(body["requestedDuration"], "172800s");
        assert!(body["justification"]["unstructuredJustification"].as_str().unwrap().starts_with("deploy "));
        let id = query.strip_prefix("requestId=").unwrap().to_owned();
        let next = format!("{name}/g{}", self.grants.len() + 1).replace("acme-ml", "123456789012");
        let name = self.grants.entry(id).or_insert(next).clone();
        let state = if self.states.len() > 1 { self.states.remove(0) } else { self.states[0] };
        grant(name, state)
    }

    fn drive(&mut self, mut talk: Conversation<PamReport>) -> (PamReport, Millis) {
        let (mut outcome, mut now) = (Told::Begin, 1_000);
        for event in 0..500 {
            let turn = talk.tell(Event { outcome, now, random: 0.5, cancelled: event >= self.cancel_at });
            self.said.extend(talk.said().into_iter().map(|progress| progress.message));
            match turn {
                Turn::Done(report) => return (report, now),
                Turn::Want(Want::Wait(millis)) => {
                    now += millis;
                    outcome = Told::Waited;
                }
                Turn::Want(Want::Send(_)) if event + 1 == self.cancel_at => {
                    outcome = Told::Failed(crate::conversation::Failure::Cancelled);
                }
                Turn::Want(Want::Send(sent)) => {
                    let (status, body) = self.answer(&sent);
                    outcome = Told::Answer(Response { status, retry_after: None, body: Some(body) });
                    if self.lost > 0 {
                        self.lost -= 1;
                        outcome = Told::Failed(crate::conversation::Failure::CutOff);
                    }
                }
            }
        }
        panic!("it does not end: {:?}", self.log);
    }

    fn ask(&mut self) -> (PamReport, Millis) {
        self.drive(request_grants(wanted(), false, "http://portal", "scaffolder task 1"))
    }
}

fn codes(report: &PamReport) -> Vec<Code> {
    report.diagnostics.iter().map(|finding| finding.code).collect()
}

#[test]
fn does_not_wait_for_an_approval() {
    let mut world = World::with(&["APPROVAL_AWAITED"]);
    let (report, now) = world.ask();
    assert_eq!((report.outcome, report.grants.len(), now), (PamOutcome::Requested, 1, 1_000));
    let grant = &report.grants[0];
    assert_eq!((grant.state.as_str(), grant.requester.as_deref()), ("APPROVAL_AWAITED", Some("jane@acme.example")));
    assert!(grant.name.starts_with(&grant.entitlement.replace("acme-ml", "123456789012")));
    assert!(grant.entitlement.starts_with(&format!("{ENTITLEMENTS}/vertex-deploy-")));
    let said = world.said.last().unwrap();
    assert!(said.ends_with("waits for approval by one of: group:platform@acme.example"), "{said}");
    assert_eq!(
        report.not_requested,
        ["projects/acme-ml/serviceAccounts/fraud-serving@acme-ml.iam.gserviceaccount.com"]
    );
    assert_eq!(codes(&report), [Code::IamNotAsked, Code::IamNotAsked]);
    let told = &report.diagnostics[1].message;
    assert_eq!(told, "the grant is for its requester `jane@acme.example`, not for `group:ml-team@acme.example`");
}

#[test]
fn warns_only_if_the_requester_is_not_the_principal() {
    for (principal, requester) in [
        ("user:Jane@acme.example", "jane@acme.example"),
        ("user:jane@acme.example", "user:jane@acme.example"),
        ("serviceAccount:pipeline@acme-ml.iam.gserviceaccount.com", "pipeline@acme-ml.iam.gserviceaccount.com"),
        (SUBJECT, SUBJECT),
    ] {
        let request = AccessRequest { principal: Principal::parse(principal).unwrap(), ..wanted() };
        let mut grant = PamGrant {
            name: "g".into(),
            project: "acme-ml".into(),
            entitlement: "e".into(),
            state: "ACTIVE".into(),
            requester: Some(requester.into()),
        };
        assert_eq!(for_another_principal(&grant, &request), None);
        grant.requester = Some("kim@acme.example".into());
        assert!(for_another_principal(&grant, &request).is_some());
        grant.requester = None;
        assert_eq!(for_another_principal(&grant, &request), None);
    }
}

#[test]
fn requests_the_grant_of_the_rendered_file() {
    let request = wanted();
    let files = crate::iam::render::all(&request, &[], &crate::ordered::Ordered::default()).unwrap();
    let file: Value = serde_json::from_str(&files["pam-grant.json"]).unwrap();
    let mut world = World::with(&["APPROVAL_AWAITED"]);
    let (report, _) = world.drive(request_grants(request, false, "http://portal", "x"));
    assert_eq!(file["parent"], report.grants[0].entitlement.as_str());
    assert_eq!(world.log, [format!("POST {}/grants", report.grants[0].entitlement)]);
}

#[test]
fn polls_a_grant_that_needs_no_approval_within_bounds() {
    let mut world = World::with(&["SCHEDULED", "ACTIVATING", "ACTIVATING", "ACTIVE"]);
    let (report, now) = world.ask();
    assert_eq!((report.outcome, report.grants[0].state.as_str()), (PamOutcome::Requested, "ACTIVE"));
    assert_eq!(world.log.len(), 4);
    assert!(world.log[1].starts_with("GET projects/acme-ml/"), "named as the portal knows it: {:?}", world.log);
    assert!((1_000..30_000).contains(&now));
    let (report, now) = World::with(&["ACTIVATING"]).ask();
    assert_eq!((report.outcome, report.grants[0].state.as_str()), (PamOutcome::Requested, "ACTIVATING"));
    assert_eq!(codes(&report), [Code::IamNotAsked, Code::IamNotAsked, Code::IamNotEffectiveYet]);
    assert!((MAX_WAIT..MAX_WAIT + 60_000).contains(&now), "{now}");
    let mut blind = World { blind: true, ..World::with(&["ACTIVATING"]) };
    let (report, _) = blind.ask();
    assert_eq!((report.outcome, report.grants[0].state.as_str()), (PamOutcome::Requested, "ACTIVATING"));
    assert_eq!(codes(&report), [Code::IamNotAsked, Code::IamNotAsked, Code::IamNotEffectiveYet]);
}

#[test]
fn fails_if_a_grant_ends_before_it_is_active() {
    for state in ["DENIED", "ACTIVATION_FAILED", "REVOKED", "EXPIRED", "WITHDRAWN", "SOMETHING_NEW"] {
        for states in [vec![state], vec!["ACTIVATING", state]] {
            let (report, _) = World::with(&states).ask();
            assert_eq!((report.outcome, report.grants[0].state.as_str()), (PamOutcome::Failed, state));
            assert_eq!(codes(&report), [Code::IamNotAsked, Code::IamNotAsked, Code::IamGrantNotActive]);
            assert!(report.diagnostics[2].message.contains(state));
        }
    }
}

#[test]
fn explains_every_error_of_google_with_help() {
    let refused = |refused: (u16, Value)| {
        let (report, _) = World { refused: Some(refused), ..World::with(&["ACTIVE"]) }.ask();
        assert_eq!((report.outcome, report.grants.len()), (PamOutcome::Failed, 0));
        let finding = report.diagnostics.last().unwrap().clone();
        assert!(finding.help.is_some() && finding.resource.as_ref().unwrap().starts_with(ENTITLEMENTS), "{finding:?}");
        finding
    };
    let metadata = json!({"permission": "privilegedaccessmanager.entitlements.get", "resource": "x"});
    let told = json!({"error": {"status": "PERMISSION_DENIED", "message": "denied", "details": [
        {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "IAM_PERMISSION_DENIED", "metadata": metadata}]}});
    for answer in [refusal(404, "NOT_FOUND", "gone"), refusal(403, "PERMISSION_DENIED", "denied"), (403, told)] {
        let finding = refused(answer);
        assert_eq!(finding.code, Code::IamNotEligible);
        assert!(finding.help.as_ref().unwrap().contains("group:ml-team@acme.example"));
    }
    for answer in [refusal(409, "ALREADY_EXISTS", "open"), refusal(400, "FAILED_PRECONDITION", "open")] {
        assert_eq!(refused(answer).code, Code::IamGrantOpen);
    }
    // Other errors keep their own explanation.
    let disabled = json!({"error": {"status": "PERMISSION_DENIED", "message": "off", "details": [
        {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED", "metadata": {}}]}});
    let finding = refused((403, disabled));
    assert_eq!(finding.code, Code::GooglePermissionDenied);
    assert!(finding.help.as_ref().unwrap().contains("enable the API"));
    let portal = json!({"error": {"name": "NotAllowedError", "message": "no"},
        "diagnostic": {"code": "proxy/target-not-allowed", "message": "no", "help": "ask"}});
    assert_eq!(refused((403, portal)).code, Code::ProxyTargetNotAllowed);
    let help = |message| {
        let finding = refused(refusal(400, "INVALID_ARGUMENT", message));
        assert_eq!(finding.code, Code::GoogleInvalid);
        finding.help.clone().unwrap()
    };
    assert!(help("requestedDuration must be 1800s to 86400s.").starts_with("request 1 day at most, "));
    for other in ["x", "at least 1800s", "172800s", "999999999999999999999s", "2000 seconds"] {
        assert!(help(other).starts_with("compare the entitlement with `pam-entitlement.json`"), "{other}");
    }
}

#[test]
fn rejects_an_answer_that_is_not_a_grant() {
    for answer in [json!({}), json!({"name": "x"}), json!({"name": "../x", "state": "ACTIVATING"}), json!([])] {
        let mut world = World { refused: Some((200, answer)), ..World::with(&["ACTIVE"]) };
        let (report, _) = world.ask();
        assert_eq!(report.outcome, PamOutcome::Failed);
        assert_eq!(codes(&report), [Code::IamNotAsked, Code::GoogleAnswerUnreadable]);
    }
}

#[test]
fn requests_one_grant_for_each_reason() {
    let mut world = World { lost: 2, ..World::with(&["APPROVAL_AWAITED"]) };
    let (first, _) = world.ask();
    assert_eq!((first.outcome, world.log.len(), world.grants.len()), (PamOutcome::Requested, 3, 1));
    let (again, _) = world.ask();
    assert_eq!((&again.grants, world.grants.len()), (&first.grants, 1));
    world.drive(request_grants(wanted(), false, "http://portal", "scaffolder task 2"));
    assert_eq!(world.grants.len(), 2);
}

#[test]
fn reports_what_stays_requested_after_cancelling() {
    let cancelled = |at: usize| {
        let mut world = World { cancel_at: at, ..World::with(&["ACTIVATING"]) };
        let (report, _) = world.ask();
        assert_eq!(report.outcome, PamOutcome::Cancelled);
        let finding = report.diagnostics.last().unwrap().clone();
        assert_eq!(finding.code, Code::DeployCancelled);
        (world.log.len(), report.grants.len(), finding)
    };
    let (calls, grants, finding) = cancelled(0);
    assert_eq!((calls, grants, &*finding.message, finding.help.is_none()), (0, 0, "cancelled", true));
    let (calls, grants, finding) = cancelled(1);
    assert_eq!((calls, grants), (0, 0));
    assert!(
        finding.message.contains("may have been requested") && finding.message.contains(ENTITLEMENTS),
        "{finding:?}"
    );
    let (calls, grants, finding) = cancelled(3);
    assert_eq!((calls, grants), (1, 1));
    assert!(finding.message.ends_with("` stays requested") && finding.help.is_some(), "{finding:?}");
    assert!(!finding.message.contains("may have been requested"));
}

#[test]
fn a_dry_run_reports_the_request_and_calls_nothing() {
    let mut world = World::with(&["ACTIVE"]);
    let (report, _) = world.drive(request_grants(wanted(), true, "http://portal", "scaffolder task 1"));
    assert_eq!((report.outcome, report.grants.len(), report.not_requested.len()), (PamOutcome::Planned, 0, 1));
    assert!(world.log.is_empty() && world.said[0].contains(ENTITLEMENTS), "{:?}", world.said);
}

#[test]
fn a_request_id_is_a_uuid_of_its_own() {
    let mut seen = std::collections::BTreeSet::new();
    for number in 0..1000 {
        let id = request_id(&format!("scaffolder task {number}"), "e");
        let parts: Vec<&str> = id.split('-').collect();
        assert_eq!(parts.iter().map(|part| part.len()).collect::<Vec<_>>(), [8, 4, 4, 4, 12], "{id}");
        assert!(id.bytes().all(|b| b == b'-' || b.is_ascii_digit() || (b'a'..=b'f').contains(&b)), "{id}");
        assert!(parts[2].starts_with('4') && parts[3].starts_with(['8', '9', 'a', 'b']), "{id}");
        assert!(seen.insert(id));
    }
    assert_ne!(request_id("ab", "c"), request_id("a", "bc"));
}

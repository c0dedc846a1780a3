//! Access reports of a caller whose permissions a simulated Google knows.

use super::*;
use crate::conversation::{Event, Outcome as Told, Request as Sent, Response, Turn, Want};
use crate::plan::{plan, tests::target};
use serde_json::{Value, json};

const NOW: Millis = 1_795_579_200_000;
const ENDPOINT: &str = "projects/acme-ml/locations/us-central1/endpoints/fraud-detector";
const ACCOUNT: &str = "projects/acme-ml/serviceAccounts/fraud-serving@acme-ml.iam.gserviceaccount.com";
const PROJECT: &str = "projects/acme-ml";
const MEMBER: &str = "principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/backstage/subject/user:default/jane";

#[derive(Default)]
struct World {
    /// Permission and resource.
    held: Vec<(&'static str, &'static str)>,
    there: Vec<&'static str>,
    policy: Option<Value>,
    /// Calls to URLs that contain this are rejected.
    refused: Option<&'static str>,
    asked: Vec<String>,
}

impl World {
    fn answer(&mut self, sent: &Sent) -> (u16, Value) {
        let denied = (403, json!({"error": {"status": "PERMISSION_DENIED", "message": "denied"}}));
        let (path, query) = sent.url.split_once('?').unwrap_or((&sent.url, ""));
        let name = path.strip_prefix("http://portal/").unwrap().splitn(3, '/').nth(2).unwrap();
        self.asked.push(name.to_owned());
        if self.refused.is_some_and(|part| sent.url.contains(part)) {
            return denied;
        }
        let (resource, verb) = match name.split_once(':') {
            Some((resource, verb)) => (resource, verb),
            None => (name, ""),
        };
        match verb {
            "testIamPermissions" => {
                let body: Value = sent.body.as_deref().map(|b| serde_json::from_str(b).unwrap()).unwrap_or_default();
                let from_body = body["permissions"].as_array().into_iter().flatten().filter_map(Value::as_str);
                let wanted = from_body.chain(query.split('&').filter_map(|pair| pair.strip_prefix("permissions=")));
                let is_held = |permission: &&str| {
                    self.held.iter().any(|(known, at)| known == permission && (*at == resource || *at == PROJECT))
                };
                let held: Vec<&str> = wanted.filter(is_held).collect();
                (200, json!({ "permissions": held }))
            }
            "getIamPolicy" => self.policy.clone().map_or(denied, |policy| (200, policy)),
            _ if !self.held.iter().any(|(permission, _)| permission.ends_with(".get")) => denied,
            _ if self.there.contains(&resource) => (200, json!({"name": resource})),
            _ => (404, json!({"error": {"status": "NOT_FOUND"}})),
        }
    }

    fn report(&mut self, portal: &[&str], grantors: &[&str]) -> AccessReport {
        let requester = Requester {
            principal: Principal::parse(MEMBER).unwrap(),
            is_shared: false,
            portal: portal.iter().map(|&name| name.to_owned()).collect(),
        };
        let grantors: Vec<String> = grantors.iter().map(|&name| name.to_owned()).collect();
        self.drive(access_report(plan(target()), requester, &grantors, "http://portal"))
    }

    fn drive(&mut self, mut talk: Conversation<AccessReport>) -> AccessReport {
        let mut outcome = Told::Begin;
        for _ in 0..100 {
            match talk.tell(Event { outcome, now: NOW, random: 0.5, cancelled: false }) {
                Turn::Done(report) => return report,
                Turn::Want(Want::Wait(_)) => outcome = Told::Waited,
                Turn::Want(Want::Send(sent)) => {
                    let (status, body) = self.answer(&sent);
                    outcome = Told::Answer(Response { status, retry_after: None, body: Some(body) });
                }
            }
        }
        panic!("it does not end: {:?}", self.asked);
    }
}

const ALL: [&str; 4] = ["vertex-ai.read", "vertex-ai.predict", "vertex-ai.deploy", "vertex-ai.administer"];

/// The rights for a deployment to an existing endpoint.
fn deployer() -> World {
    World {
        held: vec![
            ("aiplatform.models.get", PROJECT),
            ("aiplatform.operations.list", PROJECT),
            ("aiplatform.endpoints.update", ENDPOINT),
            ("aiplatform.endpoints.get", ENDPOINT),
            ("aiplatform.endpoints.deploy", ENDPOINT),
            ("aiplatform.endpoints.undeploy", ENDPOINT),
            ("iam.serviceAccounts.actAs", ACCOUNT),
        ],
        there: vec![ENDPOINT, "projects/acme-ml/locations/us-central1/models/fraud-detector@3"],
        ..World::default()
    }
}

fn able(report: &AccessReport) -> Vec<(&str, Option<bool>)> {
    report.abilities.iter().map(|ability| (ability.title, ability.able)).collect()
}

fn missing(report: &AccessReport) -> Vec<(String, &'static str)> {
    let grants = report.missing.iter();
    grants.flat_map(|grant| grant.needed.iter().map(|needed| (grant.resource.to_string(), needed.permission))).collect()
}

#[test]
fn reports_full_access_and_every_ability() {
    let report = deployer().report(&ALL, &[]);
    assert_eq!((report.state, report.headline.as_str()), (AccessState::Complete, "You can deploy here"));
    assert_eq!(
        able(&report),
        [
            ("Deploy to the endpoint", Some(true)),
            ("View the endpoint", Some(true)),
            ("Send predictions", Some(false)),
            ("Shift traffic between models", Some(true)),
            ("Undeploy a model", Some(true)),
        ]
    );
    assert_eq!(report.abilities[2].lacking, ["aiplatform.endpoints.predict"]);
    assert!(report.missing.is_empty() && report.diagnostics.is_empty());
}

#[test]
fn reports_a_first_deployment_if_nothing_can_be_read() {
    let mut world = World::default();
    let report = world.report(&ALL, &["group:default/cloud-admins", "the platform team, in #cloud"]);
    assert_eq!(
        (report.state, report.headline.as_str()),
        (AccessState::Missing, "You are missing 8 permissions to deploy here")
    );
    let missing = missing(&report);
    assert!(missing.contains(&(PROJECT.to_owned(), "aiplatform.endpoints.create")), "{missing:?}");
    assert!(missing.contains(&(ACCOUNT.to_owned(), "iam.serviceAccounts.actAs")));
    assert!(able(&report).iter().all(|(_, able)| *able == Some(false)));
    let kinds: Vec<_> = report.grantors.iter().map(|grantor| grantor.kind).collect();
    assert_eq!(kinds, ["entity", "text"]);
    let request = report.request.unwrap();
    assert_eq!((request.principal.as_str(), request.endpoint_exists), (MEMBER, false));
    // Missing rights are not a finding.
    assert!(report.diagnostics.is_empty());
}

#[test]
fn reports_only_missing_rights_on_their_resource() {
    let mut world = deployer();
    world.held.retain(|(permission, _)| !permission.ends_with(".deploy") && !permission.ends_with("actAs"));
    let report = world.report(&ALL, &[]);
    assert_eq!(
        missing(&report),
        [(ENDPOINT.to_owned(), "aiplatform.endpoints.deploy"), (ACCOUNT.to_owned(), "iam.serviceAccounts.actAs")]
    );
    assert!(report.request.unwrap().endpoint_exists);
    let reasons: Vec<_> = report
        .missing
        .iter()
        .flat_map(|g| &g.needed)
        .map(crate::iam::rights::needed_permission::NeededPermission::without)
        .collect();
    assert!(reasons[0].starts_with("the model is not deployed") && !reasons.concat().contains("is denied"));
    let role = report.missing[0].role.to_string();
    assert_eq!(
        role,
        format!(
            "projects/acme-ml/roles/{}",
            crate::iam::rights::grant::role_id(&report.missing[0].resource, &report.missing[0].needed)
        )
    );
}

#[test]
fn missing_backstage_permissions_count_like_googles() {
    let report = deployer().report(&["vertex-ai.read"], &[]);
    assert_eq!(report.state, AccessState::Missing);
    assert_eq!(report.headline, "You are missing the Backstage permission `vertex-ai.deploy` to deploy here");
    assert_eq!(report.abilities[0].lacking, ["vertex-ai.deploy"]);
    assert_eq!(report.abilities[1].able, Some(true));
    assert_eq!(report.abilities[4].lacking, ["vertex-ai.deploy"]);
}

#[test]
fn reports_an_unreachable_google_at_once() {
    let requester = Requester { principal: Principal::parse(MEMBER).unwrap(), is_shared: false, portal: Vec::new() };
    let mut talk = access_report(plan(target()), requester, &[], "http://portal");
    let (mut outcome, mut sent) = (Told::Begin, 0);
    let report = loop {
        match talk.tell(Event { outcome, now: NOW, random: 0.5, cancelled: false }) {
            Turn::Done(report) => break report,
            Turn::Want(Want::Wait(_)) => outcome = Told::Waited,
            Turn::Want(Want::Send(_)) => {
                sent += 1;
                outcome = Told::Failed(crate::conversation::Failure::Unreachable);
            }
        }
    };
    assert_eq!((report.state, sent), (AccessState::Unavailable, 2));
    assert_eq!(report.diagnostics[0].code, crate::diagnostic::Code::NetworkUnreachable);
}

#[test]
fn offers_no_access_request_for_a_shared_account() {
    let requester = Requester {
        principal: Principal::parse("serviceAccount:portal@acme-ml.iam.gserviceaccount.com").unwrap(),
        is_shared: true,
        portal: Vec::new(),
    };
    let report = World::default().drive(access_report(plan(target()), requester, &[], "http://portal"));
    assert!(report.request.is_none() && report.state == AccessState::Missing);
    assert_eq!(report.diagnostics[0].code, Code::IamAccountShared);
}

#[test]
fn reads_grantors_from_a_readable_policy() {
    let over = json!({"title": "t", "expression": "request.time < timestamp(\"2026-01-01T00:00:00Z\")"});
    let mut world = deployer();
    world.policy = Some(json!({"version": 3, "etag": "B", "bindings": [
        {"role": "roles/owner", "members": ["user:owner@acme.example", "deleted:user:gone@acme.example?uid=1"]},
        {"role": "roles/viewer", "members": ["user:viewer@acme.example"]},
        {"role": "roles/iam.securityAdmin", "members": ["user:late@acme.example"], "condition": over},
        {"role": "roles/resourcemanager.projectIamAdmin", "members": ["group:admins@acme.example", "user:owner@acme.example"]},
    ]}));
    let report = world.report(&ALL, &[]);
    let names: Vec<_> = report.grantors.iter().map(|grantor| grantor.name.as_str()).collect();
    assert_eq!(names, ["user:owner@acme.example", "group:admins@acme.example"]);
}

#[test]
fn untested_rights_do_not_count_as_held() {
    let mut world = deployer();
    world.refused = Some("serviceAccounts");
    let report = world.report(&ALL, &[]);
    assert_eq!(report.state, AccessState::Unavailable);
    assert_eq!(report.headline, "Your access to deploy here cannot be determined");
    assert_eq!(report.abilities[0].able, None);
    assert_eq!(report.diagnostics.len(), 1);
    assert_eq!(missing(&report).len(), 1);

    // Tested rights are reported all the same.
    let report = world.report(&["vertex-ai.read"], &[]);
    let lacking =
        "You are missing the Backstage permission `vertex-ai.deploy` to deploy here; 1 more cannot be determined";
    assert_eq!((report.state, report.headline.as_str()), (AccessState::Missing, lacking));
    world.held.retain(|(permission, _)| !permission.ends_with(".deploy"));
    let report = world.report(&["vertex-ai.read"], &[]);
    assert_eq!(report.headline, "You are missing 2 permissions to deploy here; 1 more cannot be determined");
    assert_eq!(report.missing_in_portal, ["vertex-ai.deploy"]);

    let mut world = deployer();
    world.refused = Some("testIamPermissions");
    let report = world.report(&ALL, &[]);
    assert_eq!((report.state, report.abilities.len()), (AccessState::Unavailable, 0));
    assert_eq!(report.diagnostics.len(), 1);
}

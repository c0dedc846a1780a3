//! Grants an access request by its delivery.

use crate::drive::{PROXY, Then, drive};
use crate::harness::{Cloud, OWNER, STRANGER};
use backstage_vertex_ai::iam::deliver::apply::{ApplyMode, ApplyOptions, ApplyOutcome as Applied, apply};
use backstage_vertex_ai::iam::deliver::pam_grant::PamOutcome;
use backstage_vertex_ai::iam::deliver::pam_grant::request_grants;
use backstage_vertex_ai::iam::render;
use backstage_vertex_ai::iam::rights::access_request::AccessRequest;
use backstage_vertex_ai::iam::rights::grant::Role;
use backstage_vertex_ai::iam::rights::options::Delivery;
use serde_json::{Value, json};

const GRANT: ApplyOptions = ApplyOptions { mode: ApplyMode::Grant, wait: false, is_dry_run: false };

/// A deployment takes a few milliseconds.
const FAST: f64 = 1_000_000.0;
/// Grants of Privileged Access Manager for five days last for eight seconds, long enough to run the plan.
const PATIENT: f64 = 50_000.0;

const APPROVER: &str = "test-approver";

/// Speed of the cloud's clock for plans with this delivery.
pub fn speed(delivery: Delivery) -> f64 {
    if delivery == Delivery::Pam { PATIENT } else { FAST }
}

pub fn deliver(cloud: &Cloud, rights: &AccessRequest) {
    if rights.delivery == Delivery::Pam {
        request_and_approve(cloud, rights);
    }
    grant(cloud, rights.keeping(|grant, _| !grant.is_by_pam()));
}

/// Grants by policies, with the core's own conversation.
fn grant(cloud: &Cloud, rights: AccessRequest) {
    let given = drive(cloud, OWNER, apply(rights, GRANT, PROXY, None), |_, _, _| Then::Send);
    assert_eq!(given.outcome, Applied::Applied, "{:?}", given.diagnostics);
}

/// Creates the rendered roles and entitlements as the owner, requests as the stranger, approves as the approver.
fn request_and_approve(cloud: &Cloud, rights: &AccessRequest) {
    let files = render::all(rights, &[], &Default::default()).unwrap();
    let read = |name: &str| serde_json::from_str::<Value>(files.get(name).unwrap()).unwrap();
    for grant in rights.grants.iter().filter(|grant| grant.is_by_pam()) {
        let Role::Custom { project, id } = &grant.role else { panic!("{} is no custom role", grant.role) };
        cloud.post(OWNER, &format!("/v1/projects/{project}/roles"), read(&format!("roles/{id}.json"))).ok();
    }
    for file in files.keys().filter(|name| name.starts_with("pam-entitlement")) {
        let sent = read(file);
        let (parent, id) = (sent["parent"].as_str().unwrap(), sent["entitlementId"].as_str().unwrap());
        let path = format!("/v1/{parent}/entitlements?entitlementId={id}");
        cloud.post(OWNER, &path, sent["entitlement"].clone()).ok();
        until(cloud, &format!("/v1/{parent}/entitlements/{id}"), "AVAILABLE");
    }
    let asked = drive(cloud, STRANGER, request_grants(rights.clone(), false, PROXY, "proof"), |_, _, _| Then::Send);
    assert_eq!(asked.outcome, PamOutcome::Requested, "{:?}", asked.diagnostics);
    for grant in &asked.grants {
        cloud.post(APPROVER, &format!("/v1/{}:approve", grant.name), json!({"reason": "as agreed"})).ok();
        until(cloud, &format!("/v1/{}", grant.name), "ACTIVE");
    }
}

/// Polls until a resource is in a state: operations of Privileged Access Manager have no wait method.
pub fn until(cloud: &Cloud, path: &str, state: &str) {
    let begun = std::time::Instant::now();
    while cloud.get(OWNER, path).ok()["state"] != state {
        assert!(begun.elapsed().as_secs() < 30, "{path} does not become {state}");
    }
}

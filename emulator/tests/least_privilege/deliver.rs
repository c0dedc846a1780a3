//! Gives the rights of a request as its delivery says.

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

/// So that a deployment is over in some milliseconds.
const FAST: f64 = 1_000_000.0;
/// So that what Privileged Access Manager gave for five days lasts until the plan is carried out: for eight seconds.
const PATIENT: f64 = 50_000.0;

const APPROVER: &str = "test-approver";

/// How fast the cloud may go while plans with such rights are carried out.
pub fn speed(delivery: Delivery) -> f64 {
    if delivery == Delivery::Pam { PATIENT } else { FAST }
}

pub fn deliver(cloud: &Cloud, rights: &AccessRequest) {
    if rights.delivery == Delivery::Pam {
        ask_and_approve(cloud, rights);
    }
    give(cloud, rights.keeping(|grant, _| !grant.is_by_pam()));
}

/// By policies, with the core's own conversation.
fn give(cloud: &Cloud, rights: AccessRequest) {
    let given = drive(cloud, OWNER, apply(rights, GRANT, PROXY, None), |_, _, _| Then::Send);
    assert_eq!(given.outcome, Applied::Applied, "{:?}", given.diagnostics);
}

/// Makes the roles and the entitlements of the renderings, as the owner; asks as the stranger; approves as the approver.
fn ask_and_approve(cloud: &Cloud, rights: &AccessRequest) {
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

/// Looks until something is in a state: operations of Privileged Access Manager cannot be waited for.
pub fn until(cloud: &Cloud, path: &str, state: &str) {
    let begun = std::time::Instant::now();
    while cloud.get(OWNER, path).ok()["state"] != state {
        assert!(begun.elapsed().as_secs() < 30, "{path} does not become {state}");
    }
}

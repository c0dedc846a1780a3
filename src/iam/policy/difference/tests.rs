//! Access requests compared with policies.

use super::*;
use crate::iam::rights::access_request::access_request;
use crate::iam::rights::options::AccessOptions;
use crate::iam::rights::principal::Principal;
use crate::plan::{Found, plan, tests::target};
use serde_json::json;

const NOW: Millis = 1_795_579_200_000;
const MEMBER: &str = "user:jane@acme.example";
const ENDPOINT: &str = "projects/acme-ml/locations/us-central1/endpoints/fraud-detector";
const ACCOUNT: &str = "projects/acme-ml/serviceAccounts/fraud-serving@acme-ml.iam.gserviceaccount.com";

fn update() -> AccessRequest {
    let mut options = AccessOptions::of(Principal::parse(MEMBER).unwrap());
    options.found = Found { model: Some(true), endpoint: Some(true), deployment: Some(false) };
    access_request(&plan(target()), &options, NOW).0.unwrap()
}

#[test]
fn unread_policies_of_another_project_are_not_seen() {
    let mut target = target();
    target.service_account = "fraud-serving@acme-other.iam.gserviceaccount.com".parse().ok();
    let mut options = AccessOptions::of(Principal::parse(MEMBER).unwrap());
    options.found = Found { model: Some(true), endpoint: Some(true), deployment: Some(false) };
    options.project_number = "123456789012".parse().ok();
    let request = access_request(&plan(target), &options, NOW).0.unwrap();
    let account = ACCOUNT.replace("acme-ml", "acme-other");
    let mut known = vec![("projects/acme-ml", json!([])), (ENDPOINT, json!([])), (account.as_str(), json!([]))];
    let seen = |known: &[(&str, Value)]| {
        let difference = compare(&request, &live(known), NOW);
        let missing = difference.missing.iter();
        missing.map(|missing| (missing.permission, missing.seen)).collect::<Vec<_>>()
    };
    let by_account = seen(&known);
    assert!(by_account.contains(&("iam.serviceAccounts.actAs", false)), "{by_account:?}");
    assert!(by_account.contains(&("aiplatform.endpoints.deploy", true)), "{by_account:?}");
    known.push(("projects/acme-other", json!([])));
    assert!(seen(&known).iter().all(|(_, seen)| *seen));
}

fn policy(bindings: Value) -> AllowPolicy {
    AllowPolicy::read(&json!({"version": 3, "etag": "B", "bindings": bindings})).unwrap()
}

fn live(policies: &[(&str, Value)]) -> Evidence {
    let roles = [
        (
            "roles/aiplatform.user",
            vec!["aiplatform.models.get", "aiplatform.endpoints.get", "aiplatform.models.upload"],
        ),
        ("roles/deployer", vec!["aiplatform.endpoints.deploy", "aiplatform.endpoints.undeploy"]),
    ];
    Evidence {
        policies: policies.iter().map(|(name, bindings)| ((*name).to_owned(), policy(bindings.clone()))).collect(),
        roles: roles
            .map(|(name, held)| (name.to_owned(), held.into_iter().map(str::to_owned).collect()))
            .into_iter()
            .collect(),
        ..Evidence::default()
    }
}

fn names(missing: &[MissingPermission]) -> Vec<&str> {
    missing.iter().map(|missing| missing.permission).collect()
}

#[test]
fn rights_on_the_project_count_and_only_the_rest_is_requested() {
    let user = json!([{"role": "roles/aiplatform.user", "members": [MEMBER]}]);
    let deployer = json!([{"role": "roles/deployer", "members": [MEMBER]}]);
    let request = update();
    let difference = compare(&request, &live(&[("projects/acme-ml", user), (ENDPOINT, deployer)]), NOW);
    assert_eq!(names(&difference.missing), ["aiplatform.endpoints.update", "iam.serviceAccounts.actAs"]);
    assert_eq!(difference.held.len(), 4);
    let rest = remaining(&request, &difference);
    assert_eq!(rest.permissions(), ["aiplatform.endpoints.update", "iam.serviceAccounts.actAs"]);
    let excess: Vec<_> =
        difference.excess.iter().map(|e| (e.role.as_str(), e.permissions.clone(), e.removable)).collect();
    assert_eq!(excess, [("roles/aiplatform.user", vec!["aiplatform.models.upload".to_owned()], false)]);
}

#[test]
fn an_expired_right_is_missing_and_removable() {
    let bind = |time: &str| {
        let condition = json!({"title": "backstage-vertex-ai until x", "expression": format!("request.time < timestamp(\"{time}\")")});
        json!([{"role": "roles/aiplatform.user", "members": [MEMBER], "condition": condition}])
    };
    let over = live(&[("projects/acme-ml", bind("2026-11-01T00:00:00Z"))]);
    let difference = compare(&update(), &over, NOW);
    assert!(names(&difference.missing).contains(&"aiplatform.models.get"));
    assert!(difference.excess[0].expired && difference.excess[0].removable);
    assert_eq!(expired(&over.policies["projects/acme-ml"], NOW).len(), 1);
    let valid = live(&[("projects/acme-ml", bind("2026-12-01T00:00:00Z"))]);
    let difference = compare(&update(), &valid, NOW);
    let held = difference.held.iter().find(|held| held.permission == "aiplatform.models.get").unwrap();
    assert_eq!(held.until.as_deref(), Some("2026-12-01T00:00:00.000Z"));
    assert!(expired(&valid.policies["projects/acme-ml"], NOW).is_empty());
}

#[test]
fn rights_under_other_conditions_do_not_count() {
    let condition = json!({"title": "t", "expression": "resource.name.startsWith('projects/acme-ml')"});
    let bindings = json!([{"role": "roles/aiplatform.user", "members": [MEMBER], "condition": condition}]);
    let difference = compare(&update(), &live(&[("projects/acme-ml", bindings)]), NOW);
    assert!(difference.held.is_empty());
    // Its effect is unknown, so it must not be removed.
    assert!(!difference.excess[0].removable && difference.excess[0].condition.is_some());
}

#[test]
fn an_expired_binding_is_removable_whatever_its_role() {
    let until = |time: &str| json!({"title": "t", "expression": format!("request.time < timestamp(\"{time}\")")});
    let bindings = json!([
        {"role": "roles/mystery", "members": [MEMBER], "condition": until("2026-11-01T00:00:00Z")},
        {"role": "roles/aiplatform.user", "members": [MEMBER], "condition": until("2026-11-01T00:00:00Z")},
        {"role": "roles/aiplatform.user", "members": [MEMBER], "condition": until("2026-12-01T00:00:00Z")},
    ]);
    let difference = compare(&update(), &live(&[("projects/acme-ml", bindings)]), NOW);
    let found: Vec<_> = difference.excess.iter().map(|e| (e.role.as_str(), e.expired, e.removable)).collect();
    let user = "roles/aiplatform.user";
    assert_eq!(found, [("roles/mystery", true, true), (user, true, true), (user, false, false)]);
    assert!(difference.findings.is_empty());
}

#[test]
fn rights_of_groups_count_and_those_of_deleted_members_do_not() {
    let bindings = json!([{"role": "roles/aiplatform.user", "members": ["group:ml@acme.example"]},
        {"role": "roles/deployer", "members": [format!("deleted:{MEMBER}?uid=1")]}]);
    let mut world = live(&[("projects/acme-ml", bindings)]);
    assert!(compare(&update(), &world, NOW).held.is_empty());
    world.member_of.push("group:ml@acme.example".into());
    let difference = compare(&update(), &world, NOW);
    assert_eq!(difference.held.len(), 2);
    // A group's binding is not excess of one member.
    assert!(difference.excess.is_empty());
}

#[test]
fn tested_rights_are_hints_and_unknown_roles_are_reported() {
    let mut world = live(&[("projects/acme-ml", json!([{"role": "roles/mystery", "members": [MEMBER]}]))]);
    world.tested.insert(ACCOUNT.into(), vec!["iam.serviceAccounts.actAs".into()]);
    let request = update();
    let difference = compare(&request, &world, NOW);
    let act_as = difference.missing.iter().find(|m| m.permission == "iam.serviceAccounts.actAs").unwrap();
    assert!(act_as.hinted);
    assert_eq!(remaining(&request, &difference).permissions().len(), 6);
    assert_eq!(difference.findings[0].code, Code::IamRoleUnknown);
}

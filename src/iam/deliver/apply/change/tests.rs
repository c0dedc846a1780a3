//! Changes of policies in which the same grant exists already.

use super::*;
use crate::iam::rights::access_request::access_request;
use crate::iam::rights::expiry::Expiry;
use crate::iam::rights::grant::Condition;
use crate::iam::rights::options::AccessOptions;
use crate::iam::rights::principal::Principal;
use crate::plan::{Found, plan, tests::target};
use proptest::prelude::*;
use serde_json::{Value, json};

const NOW: Millis = 1_795_579_200_000;
const SOON: &str = "2026-11-27T00:00:00Z";
const LATE: &str = "2999-01-01T00:00:00Z";

/// The grant on a kind of resource.
fn grant(kind: &str, until: Option<&str>) -> Grant {
    let mut options = AccessOptions::of(Principal::parse("user:jane@acme.example").unwrap());
    options.found = Found { model: Some(true), endpoint: Some(true), deployment: Some(false) };
    options.expires = until.map(|text| Expiry::parse(text, NOW).unwrap());
    let grants = access_request(&plan(target()), &options, NOW).0.unwrap().grants;
    grants.into_iter().find(|grant| grant.resource.kind() == kind).unwrap()
}

fn on_project(until: &str) -> Grant {
    grant("project", Some(until))
}

fn policy(bindings: &[Value]) -> AllowPolicy {
    AllowPolicy::read(&json!({"version": 3, "etag": "B", "bindings": bindings})).unwrap()
}

fn binding(grant: &Grant, title: &str, expression: &str) -> Value {
    json!({"role": grant.role.to_string(), "members": [grant.member],
        "condition": {"title": title, "expression": expression}})
}

fn undated(grant: &Grant) -> Value {
    json!({"role": grant.role.to_string(), "members": [grant.member]})
}

/// The policy after the change.
fn after(mode: ApplyMode, policy: AllowPolicy, grant: &Grant) -> AllowPolicy {
    let change = change(mode, &policy, &[grant], NOW);
    policy.change(&change).unwrap().map_or(policy, |written| AllowPolicy::read(&written).unwrap())
}

fn ends(policy: &AllowPolicy) -> Vec<Option<Millis>> {
    policy.bindings().iter().map(Binding::end).collect()
}

fn end(until: &str) -> Option<Millis> {
    Binding::of(&on_project(until)).end()
}

#[test]
fn the_longer_grant_stays_in_either_order() {
    for (first, second) in [(SOON, LATE), (LATE, SOON), (LATE, LATE)] {
        let once = after(ApplyMode::Grant, policy(&[]), &on_project(first));
        let twice = after(ApplyMode::Grant, once.clone(), &on_project(second));
        assert_eq!(ends(&twice), [end(LATE)], "{first}, then {second}");
        assert_eq!(twice == once, first == LATE, "{first}, then {second}");
        for until in [first, second] {
            assert!(gives(&twice.bindings()[0], &on_project(until)));
        }
    }
    let once = after(ApplyMode::Grant, policy(&[]), &on_project(SOON));
    assert!(!gives(&once.bindings()[0], &on_project(LATE)));
}

#[test]
fn a_binding_of_another_tool_counts_and_stays() {
    let wanted = on_project(SOON);
    for lasting in [undated(&wanted), binding(&wanted, "their own", &format!("request.time < timestamp('{LATE}')"))] {
        let before = policy(&[lasting]);
        assert_eq!(after(ApplyMode::Grant, before.clone(), &wanted), before);
        assert_eq!(after(ApplyMode::CleanUp, before.clone(), &grant("project", None)), before);
        assert_eq!(after(ApplyMode::Revoke, before.clone(), &wanted), before);
    }
    let other = "resource.name == 'x'";
    for short in ["request.time < timestamp(\"2026-11-26T12:00:00Z\")", other] {
        let before = policy(&[binding(&wanted, "their own", short)]);
        let given = after(ApplyMode::Grant, before.clone(), &wanted);
        assert_eq!(given.bindings(), [before.bindings(), vec![Binding::of(&wanted)]].concat());
    }
    // Ours by its title, with an expiry that cannot be determined.
    let changed = policy(&[binding(&wanted, &Condition::until(Expiry::parse(SOON, NOW).unwrap()).title, other)]);
    assert_eq!(ends(&after(ApplyMode::Grant, changed, &wanted)), [None, end(SOON)]);
}

#[test]
fn a_principal_is_the_same_in_another_spelling() {
    let (wanted, again) = (on_project(LATE), on_project(SOON));
    let before = policy(&[]);
    let shouting = Grant { member: "user:Jane@ACME.example".into(), ..wanted.clone() };
    let given = after(ApplyMode::Grant, before.clone(), &shouting);
    assert_eq!(after(ApplyMode::Grant, given.clone(), &again), given);
    assert!(after(ApplyMode::Revoke, given, &again).bindings().is_empty());
    let given = after(ApplyMode::Grant, before, &again);
    assert_eq!(ends(&after(ApplyMode::Grant, given, &shouting)), [end(LATE)]);
}

#[test]
fn an_undated_binding_is_added_once_and_revoked() {
    let (wanted, endless) = (grant("endpoint", Some(SOON)), grant("endpoint", None));
    let given = after(ApplyMode::Grant, policy(&[]), &wanted);
    assert_eq!(ends(&given), [Some(Millis::MAX)]);
    assert_eq!(after(ApplyMode::Grant, given.clone(), &grant("endpoint", Some(LATE))), given);
    for (mode, grant) in [(ApplyMode::CleanUp, &endless), (ApplyMode::Revoke, &wanted)] {
        assert!(after(mode, given.clone(), grant).bindings().is_empty());
    }
}

#[test]
fn a_clean_up_keeps_unexpired_bindings() {
    let wanted = on_project(LATE);
    let over = "request.time < timestamp(\"2026-01-01T00:00:00Z\")";
    let ended = binding(&wanted, "backstage-vertex-ai until 2026", over);
    let lasts = binding(&wanted, "backstage-vertex-ai until 2999", &Expiry::parse(LATE, NOW).unwrap().expression());
    let both = policy(&[ended, undated_of_other(), lasts]);
    let left = after(ApplyMode::CleanUp, both, &grant("project", None));
    assert_eq!(ends(&left), [Some(Millis::MAX), end(LATE)]);
}

#[test]
fn revokes_the_bindings_of_a_deleted_principal() {
    let (wanted, endless) = (grant("endpoint", Some(SOON)), grant("endpoint", None));
    let gone = |member: &str| policy(&[json!({"role": wanted.role.to_string(), "members": [member]})]);
    for (mode, grant) in [(ApplyMode::CleanUp, &endless), (ApplyMode::Revoke, &wanted)] {
        assert!(after(mode, gone("deleted:user:Jane@acme.example?uid=7"), grant).bindings().is_empty());
        let other = gone("deleted:user:joan@acme.example?uid=7");
        assert_eq!(after(mode, other.clone(), grant), other);
    }
    let pool = "principal://iam.googleapis.com/locations/global/workforcePools/acme-staff/subject/jane";
    let identity = Grant { member: pool.into(), ..endless };
    assert!(after(ApplyMode::CleanUp, gone(&format!("deleted:{pool}")), &identity).bindings().is_empty());
    // The address belongs to a new principal now, who gets a binding of their own.
    assert_eq!(after(ApplyMode::Grant, gone("deleted:user:jane@acme.example?uid=7"), &wanted).bindings().len(), 2);
}

#[test]
fn a_role_is_the_same_by_project_id_and_number() {
    let (wanted, endless) = (grant("endpoint", Some(SOON)), grant("endpoint", None));
    let by = |project: &str| {
        let role = wanted.role.to_string().replace("acme-ml", project);
        policy(&[json!({"role": role, "members": [wanted.member]})])
    };
    assert_eq!(after(ApplyMode::Grant, by("123456789012"), &wanted), by("123456789012"));
    assert!(after(ApplyMode::CleanUp, by("123456789012"), &endless).bindings().is_empty());
    assert_eq!(after(ApplyMode::CleanUp, by("acme-other"), &endless), by("acme-other"));
}

fn undated_of_other() -> Value {
    json!({"role": "roles/owner", "members": ["user:owner@acme.example"]})
}

proptest! {
    #[test]
    fn giving_in_any_order_leaves_the_longest_end(days in prop::collection::vec(27u32..=30, 1..8)) {
        let mut left = policy(&[undated_of_other()]);
        for day in &days {
            left = after(ApplyMode::Grant, left, &on_project(&format!("2026-11-{day}T00:00:00Z")));
        }
        let longest = end(&format!("2026-11-{}T00:00:00Z", days.iter().max().unwrap()));
        prop_assert_eq!(ends(&left), [Some(Millis::MAX), longest]);
    }
}

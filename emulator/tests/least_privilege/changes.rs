//! Changes of what is deployed: each succeeds with the rights of its plan, and fails without any one of them.

use crate::deliver::{deliver, speed};
use crate::drive::{PROXY, Then, drive, now};
use crate::harness::{Cloud, OWNER, STRANGER};
use crate::plans::{Case, Named, Shape};
use crate::world::{Earlier, World, seed};
use backstage_vertex_ai::deployment::{Identities, RunOutcome, RunReport, Start, resume};
use backstage_vertex_ai::iam::rights::access_request::{AccessRequest, access_request};
use backstage_vertex_ai::iam::rights::options::Delivery;
use backstage_vertex_ai::plan::kind::{Deploy, Undeploy, Which};
use backstage_vertex_ai::plan::{Found, Kind, Plan, plan_for};
use backstage_vertex_ai::vertex::deployed_model::Replicas;
use serde_json::json;

/// The other deployed model of the world below; it has half of the traffic.
const OTHER: &str = "1";

/// Runs a change where the deployment of the annotations and another one exist.
fn carry_out(cloud: &Cloud, deployment: &Plan, plan: &Plan, rights: &AccessRequest) -> RunReport {
    cloud.set_speed(speed(rights.delivery));
    World { model: true, endpoint: true, earlier: Earlier::Itself }.make(cloud, deployment);
    let own = deployment.deployed_model_id.as_ref().unwrap().as_str();
    let is_idle = matches!(&plan.kind, Kind::Undeploy(Undeploy { which: Which::Idle(_), .. }));
    let share = if is_idle { 0 } else { 50 };
    let split = json!({"trafficSplit": {own: 100 - share, OTHER: share}});
    let endpoint = format!("/v1/{}?updateMask=trafficSplit", deployment.target.endpoint);
    cloud.call(OWNER, "PATCH", &endpoint, &split).ok();
    deliver(cloud, rights);
    let run = resume(Start {
        plan: Ok(plan.clone()),
        run: None,
        proxy_url: PROXY.to_owned(),
        reason: None,
        identities: Identities::USER,
        ledger: Vec::new(),
    });
    drive(cloud, STRANGER, run, |_, _, _| Then::Send)
}

/// The changes with their permissions.
fn changes(deployment: &Plan) -> Vec<(Kind, &'static [&'static str])> {
    let own = deployment.deployed_model_id.clone().unwrap();
    let other = Which::One(OTHER.parse().unwrap());
    let undeploy = |which, deletes_endpoint| Kind::Undeploy(Undeploy { which, deletes_endpoint });
    vec![
        (undeploy(other, false), &["get", "undeploy", "update"]),
        (undeploy(Which::Idle(vec![OTHER.parse().unwrap()]), false), &["get", "undeploy"]),
        (undeploy(Which::All, true), &["delete", "get", "undeploy", "update"]),
        (Kind::Traffic(own.clone(), "20".parse().unwrap()), &["get", "update"]),
        (Kind::Scale(own, Replicas { min: 2, max: 3 }), &["deploy", "get"]),
    ]
}

#[test]
fn every_change_requests_exactly_what_it_needs() {
    let cloud = Cloud::with(seed(), speed(Delivery::Policy));
    for (delivery, endpoint) in [(Delivery::Policy, Some(true)), (Delivery::Policy, None), (Delivery::Pam, None)] {
        let case =
            Case { shape: Shape::plain(Named::ByVersion, delivery), found: Found { endpoint, ..Found::default() } };
        let deployment = case.shape.plan();
        for (kind, expected) in changes(&deployment) {
            let plan = plan_for(deployment.target.clone(), kind.clone());
            let (asked, findings) = access_request(&plan, &case.options(), now());
            let asked = asked.unwrap_or_else(|| panic!("{kind:?}: {findings:?}"));
            let mut names: Vec<&str> =
                asked.permissions().iter().map(|name| name.rsplit('.').next().unwrap()).collect();
            names.sort_unstable();
            assert_eq!(names, expected, "{kind:?}");
            let report = carry_out(&cloud, &deployment, &plan, &asked);
            assert_eq!(report.outcome, RunOutcome::Succeeded, "{kind:?}: {:?}", report.diagnostics);
            for needed in asked.grants.iter().flat_map(|grant| &grant.needed) {
                let fewer = asked.keeping(|_, other| other.permission != needed.permission);
                let report = carry_out(&cloud, &deployment, &plan, &fewer);
                assert_eq!(report.outcome, RunOutcome::Failed, "{kind:?} does without {}", needed.permission);
                let is_named = report.diagnostics.iter().any(|it| it.permission.as_deref() == Some(needed.permission));
                assert!(is_named, "{kind:?} without {}: {:?}", needed.permission, report.diagnostics);
            }
        }
    }
}

/// Checks that a plan succeeds with its rights, and fails without each of those that it needs in the world.
fn prove(cloud: &Cloud, deployment: &Plan, plan: &Plan, found: Found, needed: &[&str]) -> RunReport {
    let case = Case { shape: Shape::plain(Named::ByVersion, Delivery::Policy), found };
    let (asked, findings) = access_request(plan, &case.options(), now());
    let asked = asked.unwrap_or_else(|| panic!("{findings:?}"));
    let success = carry_out(cloud, deployment, plan, &asked);
    assert_eq!(success.outcome, RunOutcome::Succeeded, "{:?}", success.diagnostics);
    for permission in needed {
        let fewer = asked.keeping(|_, other| other.permission != *permission);
        let report = carry_out(cloud, deployment, plan, &fewer);
        assert_eq!(report.outcome, RunOutcome::Failed, "it does without {permission}");
        let is_named = report.diagnostics.iter().any(|it| it.permission.as_deref() == Some(permission));
        assert!(is_named, "without {permission}: {:?}", report.diagnostics);
    }
    success
}

#[test]
fn an_alias_requests_the_update_of_its_model_and_no_more() {
    let cloud = Cloud::with(seed(), speed(Delivery::Policy));
    let deployment = Shape::plain(Named::ByVersion, Delivery::Policy).plan();
    let alias = Some("production".parse().unwrap());
    let plan = plan_for(deployment.target.clone(), Kind::Deploy(Deploy { alias, ..Deploy::default() }));
    let found = Found { model: Some(true), endpoint: Some(true), deployment: Some(true) };
    let names: Vec<_> =
        plan.calls(found).iter().flat_map(|(call, _)| call.permissions()).map(|it| it.permission).collect();
    let needed = [
        "aiplatform.endpoints.get",
        "aiplatform.endpoints.update",
        "aiplatform.models.get",
        "aiplatform.models.update",
    ];
    assert!(names.iter().all(|name| needed.contains(name)), "{names:?}");
    let report = prove(&cloud, &deployment, &plan, found, &needed);
    assert_eq!(report.outputs.unwrap().moved_alias.as_deref(), Some("production"));
}

#[test]
fn other_replicas_request_what_a_deployment_does() {
    let cloud = Cloud::with(seed(), speed(Delivery::Policy));
    let deployment = Shape::plain(Named::ByVersion, Delivery::Policy).plan();
    let mut target = deployment.target.clone();
    target.replicas = Some(Replicas { min: 2, max: 3 });
    let plan = plan_for(target, Kind::deploy());
    assert_eq!(plan.deployed_model_id, deployment.deployed_model_id);
    let found = Found { model: Some(true), endpoint: Some(true), deployment: None };
    let report = prove(&cloud, &deployment, &plan, found, &["aiplatform.endpoints.deploy"]);
    assert_eq!(report.outputs.unwrap().replicas, Some(Replicas { min: 2, max: 3 }));
}

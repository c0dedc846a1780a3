//! Deployments that fail at Google, at each stage and in each world: what the run created is removed, and the rest is as before.

use crate::deliver::speed;
use crate::drive::{PROXY, Then, drive};
use crate::harness::{Cloud, OWNER, STILL};
use crate::plans::{Case, Named, Shape};
use crate::world::seed;
use backstage_vertex_ai::deployment::{Identities, RunOutcome, RunReport, Start, resume};
use backstage_vertex_ai::iam::rights::options::Delivery;
use backstage_vertex_ai::plan::{Found, Plan};
use serde_json::{Value, json};

const MESSAGE: &str = "Model server exited unexpectedly.";
/// A step of Google's clock, in seconds: no stage is shorter.
const TICK: u64 = 5;

/// Stages of a deployment that has ended.
const ENDS: [&str; 2] = ["SUCCESSFULLY_DEPLOYED", "FAILED_TO_DEPLOY"];

/// What is deployed where with which share, and the versions of each model.
fn holdings(cloud: &Cloud) -> Value {
    let state = cloud.get("", "/emulator/state").ok();
    assert!(state["operations"].as_array().unwrap().iter().all(|operation| operation["done"] == true), "{state}");
    let endpoints = state["endpoints"].as_array().unwrap().iter();
    let held = endpoints.map(|endpoint| {
        let deployed = endpoint["deployedModels"].as_array().into_iter().flatten();
        json!([endpoint["name"], deployed.map(|model| &model["id"]).collect::<Vec<_>>(), endpoint["trafficSplit"]])
    });
    json!([held.collect::<Vec<_>>(), state["models"]])
}

/// Lets Google's clock tick until the operation has ended. Returns the stages that it passed through.
fn watch(cloud: &Cloud, name: &str) -> Vec<String> {
    let mut seen = Vec::new();
    loop {
        let operation = cloud.get(OWNER, name).ok();
        let stage = operation["metadata"]["deploymentStage"].as_str().unwrap();
        if ENDS.contains(&stage) {
            return seen;
        }
        seen.push(stage.to_owned());
        seen.dedup();
        cloud.post("", "/emulator/clock", json!({ "advanceSeconds": TICK })).ok();
    }
}

/// Runs the plan, where the deployment fails at this stage if one is named. Returns the report, and the stages of the deployment.
fn deploy(cloud: &Cloud, plan: &Plan, fails_at: Option<&str>) -> (RunReport, Vec<String>) {
    if let Some(stage) = fails_at {
        let fault = json!({"kind": "failAtStage", "stage": stage, "code": 9, "message": MESSAGE});
        cloud.post("", "/emulator/faults", json!({ "fault": fault })).ok();
    }
    let run = resume(Start {
        plan: Ok(plan.clone()),
        run: None,
        proxy_url: PROXY.to_owned(),
        reason: None,
        identities: Identities::USER,
        ledger: Vec::new(),
    });
    let mut is_deploying = false;
    let mut stages = Vec::new();
    let report = drive(cloud, OWNER, run, |cloud, path, _| {
        if path.ends_with(":deployModel") {
            is_deploying = true;
            cloud.set_speed(STILL);
        } else if is_deploying && path.contains("/operations/") {
            is_deploying = false;
            stages = watch(cloud, &format!("/{}", path.split([':', '?']).next().unwrap()));
            cloud.set_speed(speed(Delivery::Policy));
        }
        Then::Send
    });
    (report, stages)
}

#[test]
fn a_failure_at_any_stage_leaves_everything_as_before() {
    let cloud = Cloud::with(seed(), speed(Delivery::Policy));
    let mut runs = 0;
    for named in [Named::ByVersion, Named::WithImage] {
        let case = Case { shape: Shape::plain(named, Delivery::Policy), found: Found::default() };
        let plan = case.shape.plan();
        for world in case.worlds().into_iter().filter(|world| !world.has_it()) {
            world.make(&cloud, &plan);
            let (report, stages) = deploy(&cloud, &plan, None);
            assert_eq!(report.outcome, RunOutcome::Succeeded, "{world:?}: {:?}", report.diagnostics);
            assert_eq!(stages.len(), 7, "{stages:?}");
            for (at, stage) in stages.iter().enumerate() {
                world.make(&cloud, &plan);
                let before = holdings(&cloud);
                let (report, passed) = deploy(&cloud, &plan, Some(stage));
                let about = format!("{case:?} in {world:?} at {stage}: {report:#?}");
                assert_eq!(passed, stages[..=at], "{about}");
                assert_eq!(report.outcome, RunOutcome::Failed, "{about}");
                assert!(
                    report.diagnostics.iter().any(|finding| finding
                        .evidence
                        .as_ref()
                        .is_some_and(|evidence| evidence.text.as_deref() == Some(MESSAGE))),
                    "{about}"
                );
                assert!(report.not_undone.is_empty(), "{about}");
                assert_eq!(report.undone.is_empty(), world.endpoint && world.model, "{about}");
                assert_eq!(holdings(&cloud), before, "{about}");
                runs += 1;
            }
        }
    }
    assert!(runs >= 7 * 6, "{runs}");
    println!("{runs} failures");
}

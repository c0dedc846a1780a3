//! Runs that change what is deployed already: undeploy, traffic, scale. The law: at the end either the change is made and the report
//! says so, or all is as it was, except what the report names as not undone.

use super::google::{Act, Fault, Google};
use super::laws::step;
use super::scene::{Crash, Scene};
use crate::deployment::{RunOutcome, RunReport};
use crate::diagnostic::Code;
use crate::plan::Kind;
use crate::plan::kind::{Undeploy, Which};
use crate::vertex::deployed_model::Replicas;
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Instant;

fn undeploying(which: &str, deletes_endpoint: bool) -> Kind {
    let which = match which {
        "all" => Which::All,
        "1 or 2" => Which::Idle(["1", "2"].map(|id| id.parse().unwrap()).into()),
        one => Which::One(one.parse().unwrap()),
    };
    Kind::Undeploy(Undeploy { which, deletes_endpoint })
}

fn scene(kind: Kind, split: &[(&str, u32)]) -> Scene {
    let mut scene = Scene::new(Google::default().with_endpoint(split));
    scene.kind = kind;
    scene
}

fn traffic(id: &str, percent: &str) -> Kind {
    Kind::Traffic(id.parse().unwrap(), percent.parse().unwrap())
}

fn scaling(id: &str, min: u32, max: u32) -> Kind {
    Kind::Scale(id.parse().unwrap(), Replicas { min, max })
}

/// A deployed model of another entity.
fn of_others(mut scene: Scene, id: &str) -> Scene {
    let endpoint = scene.google.endpoints.values_mut().next().unwrap();
    endpoint.models.insert(id.into(), "projects/1/locations/us-central1/models/another@1".into());
    scene
}

fn split(scene: &Scene) -> Vec<(&str, u32)> {
    let endpoint = scene.google.endpoint().unwrap();
    endpoint.split.iter().map(|(id, share)| (id.as_str(), *share)).collect()
}

fn deployed(scene: &Scene) -> Vec<&str> {
    scene.google.endpoint().map(|endpoint| endpoint.deployed.iter().map(String::as_str).collect()).unwrap_or_default()
}

fn calls<'a>(scene: &'a Scene, part: &str) -> Vec<&'a str> {
    scene.google.log.iter().map(|(_, _, line)| line.as_str()).filter(|line| line.contains(part)).collect()
}

#[test]
fn an_undeployed_model_gives_its_traffic_to_the_others_first() {
    let mut scene = scene(undeploying("1", false), &[("1", 20), ("2", 60), ("3", 20)]);
    let report = scene.run();
    assert_eq!(report.outcome, RunOutcome::Succeeded, "{report:?}");
    let outputs = report.outputs.unwrap();
    assert_eq!((outputs.removed, outputs.traffic), (vec!["deployed model 1".to_owned()], 0));
    assert_eq!(split(&scene), [("2", 75), ("3", 25)]);
    assert_eq!(deployed(&scene), ["2", "3"]);
    let changes: Vec<_> =
        scene.google.log.iter().map(|(.., line)| line).filter(|line| !line.contains(":wait")).collect();
    assert_eq!(changes.len(), 4, "{changes:?}");
}

#[test]
fn the_last_model_leaves_with_its_traffic_and_an_idle_one_stays_idle() {
    let mut last = scene(undeploying("1", false), &[("1", 100)]);
    assert_eq!(last.run().outcome, RunOutcome::Succeeded);
    assert!(deployed(&last).is_empty() && last.google.splits.is_empty());
    let mut idle = scene(undeploying("1", false), &[("1", 100), ("2", 0)]);
    assert_eq!(idle.run().outcome, RunOutcome::Succeeded);
    assert_eq!((deployed(&idle), split(&idle)), (vec!["2"], vec![]));
    assert!(idle.said.iter().any(|(_, said)| said.message.contains("serves nothing")), "{:?}", idle.said);
}

#[test]
fn all_are_those_of_the_entity() {
    let mut scene = of_others(scene(undeploying("all", false), &[("1", 30), ("2", 30), ("3", 40)]), "3");
    let report = scene.run();
    assert_eq!(report.outputs.unwrap().removed, ["deployed model 1", "deployed model 2"]);
    assert_eq!((deployed(&scene), split(&scene)), (vec!["3"], vec![("3", 100)]));
    // Again there is nothing to do.
    let mut again = Scene { ledger: Vec::new(), ..scene };
    assert_eq!(again.run().outputs.unwrap().removed, Vec::<String>::new());
}

#[test]
fn idle_models_go_and_those_with_traffic_stay() {
    let mut scene = scene(undeploying("1 or 2", false), &[("1", 0), ("2", 60), ("3", 40), ("4", 0)]);
    let report = scene.run();
    assert_eq!(report.outputs.unwrap().removed, ["deployed model 1"]);
    assert_eq!((deployed(&scene), split(&scene)), (vec!["2", "3", "4"], vec![("2", 60), ("3", 40)]));
    // Somebody sends traffic to one between the look and the removal.
    let mut raced = Scene { ledger: Vec::new(), wants: Vec::new(), ..scene };
    raced.kind = undeploying("1 or 2", false);
    raced.google = Google::default().with_endpoint(&[("1", 0), ("3", 100)]);
    let at = raced.clone().run_checked(check).wants.iter().position(|want| want.contains("undeployModel")).unwrap();
    raced.acts = [(at, Act::Send("1"))].into();
    let report = raced.run();
    assert_eq!((report.outcome, report.outputs.unwrap().removed), (RunOutcome::Succeeded, Vec::<String>::new()));
    assert_eq!((deployed(&raced), split(&raced)), (vec!["1", "3"], vec![("1", 100)]));
}

#[test]
fn an_endpoint_is_deleted_only_if_no_other_model_is_deployed_on_it() {
    let mut ours = scene(undeploying("all", true), &[("1", 30), ("2", 70)]);
    let report = ours.run();
    let titles = ["deployed model 1", "deployed model 2", "endpoint `fraud-detector`"];
    assert_eq!(report.outputs.unwrap().removed, titles);
    assert!(ours.google.endpoint().is_none());
    let mut shared = of_others(scene(undeploying("all", true), &[("1", 30), ("2", 70)]), "2");
    let before = shared.google.state();
    let report = shared.run();
    assert_eq!((report.outcome, shared.google.state()), (RunOutcome::Failed, before));
    assert!(report.diagnostics[0].message.contains("1 other deployed models"), "{report:?}");
}

#[test]
fn an_unknown_deployed_model_is_an_error_and_changes_nothing() {
    for kind in [undeploying("9", false), traffic("9", "20"), scaling("9", 1, 2)] {
        let mut scene = scene(kind, &[("1", 100)]);
        let report = scene.run();
        assert_eq!(report.diagnostics[0].code, Code::DeployImpossible);
        assert_eq!(calls(&scene, "").len(), 1, "{:?}", scene.google.log);
    }
}

#[test]
fn a_split_that_others_changed_meanwhile_is_read_again() {
    let mut scene = scene(undeploying("1", false), &[("1", 50), ("2", 50), ("3", 0)]);
    let mut undisturbed = scene.clone();
    undisturbed.run();
    let at = undisturbed.wants.iter().position(|want| want.starts_with("PATCH")).unwrap();
    scene.acts.insert(at, Act::Send("3"));
    assert_eq!(scene.run().outcome, RunOutcome::Succeeded);
    assert_eq!((deployed(&scene), split(&scene)), (vec!["2", "3"], vec![("3", 100)]));
    assert_eq!(scene.google.splits, Vec::<serde_json::Value>::new());
}

#[test]
fn a_share_is_shifted_in_one_write_or_not_at_all() {
    let mut scene_of = scene(traffic("2", "40"), &[("1", 60), ("2", 10), ("3", 30)]);
    let report = scene_of.run();
    assert_eq!(report.outputs.unwrap().traffic, 40);
    assert_eq!(scene_of.google.splits, [json!({"1": 40, "2": 40, "3": 20})]);
    assert_eq!(calls(&scene_of, "").len(), 2);
    // The only model with traffic keeps it: the request names no other model.
    let mut alone = scene(traffic("1", "20"), &[("1", 100), ("2", 0)]);
    let report = alone.run();
    assert_eq!((report.outcome, report.diagnostics[0].code), (RunOutcome::Failed, Code::DeployImpossible));
    assert!(alone.google.splits.is_empty());
    let mut same = scene(traffic("2", "0"), &[("1", 100), ("2", 0)]);
    assert_eq!(same.run().outputs.unwrap().traffic, 0);
    assert!(same.google.splits.is_empty());
}

#[test]
fn replicas_change_in_place_and_never_twice() {
    let mut scene = scene(scaling("1", 2, 5), &[("1", 100)]);
    let report = scene.run();
    assert_eq!(report.outputs.unwrap().replicas, Some(Replicas { min: 2, max: 5 }));
    assert_eq!(deployed(&scene), ["1"]);
    assert_eq!(calls(&scene, "mutateDeployedModel").len(), 1);
    let mut again = Scene { ledger: Vec::new(), ..scene };
    again.google.log.clear();
    assert_eq!(again.run().outcome, RunOutcome::Succeeded);
    assert_eq!(calls(&again, "").len(), 1);
}

/// The worlds in which a change may begin.
fn scenes() -> Vec<(&'static str, Scene)> {
    let three = [("1", 33), ("2", 33), ("3", 34)];
    let mut scaled = scene(scaling("1", 2, 5), &[("1", 100)]);
    scaled.google.endpoints.values_mut().next().unwrap().replicas.insert("1".into(), (3, 3));
    let mut failing = scaled.clone();
    failing.google.fails = Some((8, "The quota is used up."));
    vec![
        ("one", scene(undeploying("1", false), &three)),
        ("last", scene(undeploying("1", false), &[("1", 100)])),
        ("without others' traffic", scene(undeploying("1", false), &[("1", 100), ("2", 0)])),
        ("all of two", of_others(scene(undeploying("all", false), &three), "3")),
        ("those without traffic", scene(undeploying("1 or 2", false), &[("1", 0), ("2", 0), ("3", 100)])),
        ("everything", scene(undeploying("all", true), &[("1", 75), ("2", 25)])),
        ("traffic", scene(traffic("1", "80"), &three)),
        ("no traffic", scene(traffic("1", "0"), &three)),
        ("scale", scaled),
        ("scale in vain", failing),
    ]
}

fn check(before: &Scene, after: &Scene, report: &RunReport) -> Result<(), String> {
    let fail = |why: &str| {
        let states = (before.google.endpoint(), after.google.endpoint());
        let (cancel, crashes, faults) = (after.cancel, &after.crashes, &after.faults);
        let wants = after.wants.join("\n");
        Err(format!("{why}\n{report:#?}\n{states:?}\ncancel {cancel:?} crashes {crashes:?} faults {faults:?}\n{wants}"))
    };
    if !after.google.is_idle() {
        return fail("an operation goes on");
    }
    if !after.denied.is_empty() {
        return fail(&after.denied[0]);
    }
    let was = before.google.endpoint().unwrap();
    let is = after.google.endpoint().cloned().unwrap_or_default();
    let named = |id: &str| report.not_undone.iter().any(|what| what.starts_with(&format!("deployed model {id} ")));
    let removed = report.outputs.as_ref().map(|outputs| outputs.removed.clone()).unwrap_or_default();
    let is_told = |id: &str| named(id) || removed.contains(&format!("deployed model {id}"));
    for id in &was.deployed {
        if is.deployed.contains(id) == is_told(id) {
            return fail("the report says what is not so of a deployed model");
        }
    }
    let endpoint_told = removed.iter().chain(&report.not_undone).any(|what| what.starts_with("endpoint"));
    if after.google.endpoint().is_none() != endpoint_told {
        return fail("the report says what is not so of the endpoint");
    }
    if report.outcome == RunOutcome::Succeeded {
        let mut fresh = before.clone();
        let undisturbed = fresh.run();
        if undisturbed.outcome != RunOutcome::Succeeded || fresh.google.state() != after.google.state() {
            return fail("the end differs from that of an undisturbed run");
        }
        return if report.not_undone.is_empty() { Ok(()) } else { fail("a success leaves something") };
    }
    if before.cancel.is_none() && after.cancel.is_none() && report.outcome == RunOutcome::Cancelled {
        return fail("it was not cancelled");
    }
    if is.replicas != was.replicas {
        return fail("the replicas are not as they were");
    }
    if is.deployed == was.deployed && is.split != was.split {
        return fail("the traffic is not as it was");
    }
    // Where a model is gone, the others serve.
    let had_others = was.split.keys().any(|id| is.deployed.contains(id));
    if had_others && is.split.values().sum::<u32>() != 100 {
        return fail("no model serves");
    }
    Ok(())
}

fn run(scene: &Scene) -> Scene {
    scene.run_checked(check)
}

#[test]
fn a_write_that_arrives_after_its_cancellation_is_undone() {
    let mut scene = scene(traffic("1", "100"), &[("1", 40), ("2", 60)]);
    let write = scene.in_advance("PATCH");
    scene.faults = [(write, Fault::Reset)].into();
    scene.cancel = Some(write + 1);
    let look = |wants: &[String]| wants.iter().skip(write).position(|want| want.contains("GET")).unwrap() + write;
    let mut quiet = scene.clone();
    assert_eq!(quiet.run().undone, Vec::<String>::new());
    // The late write has the effect of another user's.
    scene.acts = [(look(&quiet.wants) + 1, Act::Send("1"))].into();
    let report = scene.run();
    assert_eq!((report.outcome, report.undone.len()), (RunOutcome::Cancelled, 1), "{report:?}");
    assert_eq!(split(&scene), [("1", 40), ("2", 60)]);
}

#[test]
fn a_crash_and_a_cancellation_at_any_point_leave_nothing_unsaid() {
    let mut runs = 0;
    let begun = Instant::now();
    for (number, (name, scene)) in scenes().into_iter().enumerate() {
        let length = run(&scene).wants.len();
        println!("{number} {name}: {length} wants, after {:?}", begun.elapsed());
        for cancel in (0..length).map(Some).chain([None]) {
            for crash in [Crash::Before, Crash::After] {
                for at in (number % step(2)..length + 15).step_by(step(2)) {
                    run(&Scene { cancel, crashes: [(at, crash)].into(), ..scene.clone() });
                    runs += 1;
                }
            }
        }
    }
    println!("{runs} runs in {:?}", begun.elapsed());
    assert!(runs > 2_000, "{runs}");
}

#[test]
fn a_fault_and_a_cancellation_at_any_point_leave_nothing_unsaid() {
    let mut runs = 0;
    for (_, scene) in scenes() {
        let length = run(&scene).wants.len();
        for fault in Fault::ALL {
            for at in 0..length + 10 {
                for cancel in [None, Some(at + 1), Some(at + 3)] {
                    let faults: BTreeMap<usize, Fault> = [(at, fault)].into();
                    run(&Scene { cancel, faults, ..scene.clone() });
                    runs += 1;
                }
            }
        }
    }
    assert!(runs > 3_000, "{runs}");
}

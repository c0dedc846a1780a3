//! The law: at the end either the model serves and the report says so, or nothing of the run is left and the rest is as it was.

use super::google::{Fault, Google};
use super::scene::{Crash, Scene};
use crate::deployment::{RunOutcome, RunReport};
use crate::plan::Kind;
use crate::plan::kind::Deploy;
use std::time::Instant;

/// How much is tried: all of it with `DEPLOYMENT_LAWS=all`.
pub fn step(part: usize) -> usize {
    if std::env::var("DEPLOYMENT_LAWS").is_ok_and(|all| all == "all") { 1 } else { part }
}

/// The worlds in which a run may begin.
pub fn scenes() -> Vec<(&'static str, Scene)> {
    let mut uploading = Scene::new(Google::default());
    uploading.google.models.clear();
    uploading.target.model.version = None;
    uploading.target.image = Some("us-central1-docker.pkg.dev/acme-ml/serving/fraud:3".parse().unwrap());
    let mut renewing = uploading.clone();
    renewing.google = Google::default().with_endpoint(&[("1", 100)]);
    renewing.target.traffic = Some("20".parse().unwrap());
    let again = |replicas| {
        let id = Scene::new(Google::default()).id();
        let mut scene = Scene::new(Google::default().with_endpoint(&[("1", 90), ("2", 0)])).sharing(30);
        let endpoint = scene.google.endpoints.values_mut().next().unwrap();
        endpoint.split.insert(id.clone(), 10);
        endpoint.scale(&id, replicas);
        endpoint.deployed.push(id);
        scene
    };
    // The alias names the version at the end, and without a success what it named before.
    let naming = |mut scene: Scene, before: Option<u32>| {
        let alias = Some("production".parse().unwrap());
        scene.kind = Kind::Deploy(Deploy { alias, ..Deploy::default() });
        scene.google.aliases = before.map(|version| ("production".to_owned(), version)).into_iter().collect();
        scene
    };
    let mut copying = renewing.clone();
    copying.kind = Kind::Deploy(Deploy { new_version: true, ..Deploy::default() });
    let mut worlds = vec![
        ("moved alias", naming(again((2, 2)), Some(2))),
        ("first alias of an upload", naming(uploading.clone(), None)),
        ("requested version", copying),
        ("first", Scene::new(Google::default())),
        ("empty endpoint", Scene::new(Google::default().with_endpoint(&[]))),
        ("canary", Scene::new(Google::default().with_endpoint(&[("1", 33), ("2", 33), ("3", 34)])).sharing(50)),
        ("all traffic", Scene::new(Google::default().with_endpoint(&[("1", 75), ("2", 25)]))),
        ("without traffic", Scene::new(Google::default().with_endpoint(&[("1", 0), ("2", 0)])).sharing(20)),
        ("upload", uploading),
        ("new version", renewing),
        ("already deployed", again((1, 3))),
        ("deployed with other replicas", again((2, 2))),
    ];
    for (name, scene) in &mut worlds {
        scene.google.lingers = if name.contains("upload") || name.contains("version") { 120_000 } else { 0 };
    }
    let failing = |(name, mut scene): (&'static str, Scene)| {
        scene.google.fails = Some((9, "Model server exited unexpectedly."));
        (name, scene)
    };
    let stubborn = |(name, mut scene): (&'static str, Scene)| {
        scene.google.honours_cancelling = false;
        (name, scene)
    };
    let listing = |(name, mut scene): (&'static str, Scene)| {
        scene.google.may_list = true;
        (name, scene)
    };
    let mut all = worlds.clone();
    all.extend(worlds.iter().cloned().map(failing));
    all.extend(worlds.iter().cloned().map(stubborn));
    all.extend(worlds.iter().cloned().map(listing).map(stubborn).step_by(2));
    all.extend(worlds.iter().cloned().map(listing).map(failing).skip(1).step_by(2));
    all
}

/// Checks the law after a run without other users.
pub fn check(before: &Scene, after: &Scene, report: &RunReport) -> Result<(), String> {
    let fail = |why: &str| {
        Err(format!(
            "{why}\n{report:#?}\nbefore {:?}\nafter {:?}\ncancel {:?} crashes {:?} faults {:?}\n{}",
            before.google.state(),
            after.google.state(),
            after.cancel,
            after.crashes,
            after.faults,
            after.wants.join("\n"),
        ))
    };
    let id = before.id();
    if !after.denied.is_empty() {
        return fail(&format!("the mandate does not cover {:#?}", after.denied));
    }
    if !report.not_undone.is_empty() {
        return fail("something was not removed");
    }
    if report.outcome != RunOutcome::Succeeded {
        if !after.google.is_idle() {
            return fail("an operation goes on");
        }
        if before.google.state() != after.google.state() {
            return fail("something is left, or something of others is not as it was");
        }
        if before.cancel.is_none() && report.outcome == RunOutcome::Cancelled {
            return fail("it was not cancelled");
        }
        return Ok(());
    }
    let (Some(outputs), Some(endpoint)) = (&report.outputs, after.google.endpoint()) else {
        return fail("it does not serve");
    };
    if !endpoint.deployed.contains(&id) || endpoint.split.get(&id).copied().unwrap_or(0) != outputs.traffic {
        return fail("the report says what is not so");
    }
    if endpoint.replicas.get(&id) != Some(&(1, 3)) {
        return fail("the replicas are not those of the plan");
    }
    if let Kind::Deploy(Deploy { alias: Some(alias), .. }) = &before.kind {
        let version = outputs.model.rsplit('@').next().unwrap();
        if after.google.aliases.get(alias.as_str()).map(u32::to_string).as_deref() != Some(version) {
            return fail("the alias names another version");
        }
    }
    let had = before.google.endpoint().map(|endpoint| endpoint.deployed.clone()).unwrap_or_default();
    let all = after.google.models.values().flat_map(|versions| versions.values());
    if all.filter(|model| model["labels"].is_object()).count() != usize::from(before.target.image.is_some()) {
        return fail("not one upload");
    }
    if had.iter().any(|other| !endpoint.deployed.contains(other)) {
        return fail("a model of others is gone");
    }
    let wanted = before.target.traffic.map_or(100, |traffic| traffic.percent());
    let has_others = before.google.endpoint().is_some_and(|endpoint| endpoint.split.keys().any(|other| *other != id));
    if outputs.traffic != if has_others { wanted } else { 100 } {
        return fail("the share is another one");
    }
    Ok(())
}

fn run(scene: &Scene) -> Scene {
    scene.run_checked(check)
}

#[test]
fn a_crash_and_a_cancellation_at_any_point_leave_nothing_behind() {
    let mut runs = 0;
    let begun = Instant::now();
    for (number, (name, scene)) in scenes().into_iter().enumerate() {
        let length = run(&scene).wants.len();
        println!("{number} {name}: {length} wants, after {:?}", begun.elapsed());
        let cancels = (0..length).step_by(step(3)).map(Some).chain([None]);
        for cancel in cancels {
            for crash in [Crash::Before, Crash::After] {
                for at in (number % step(2)..length + 20).step_by(step(2)) {
                    run(&Scene { cancel, crashes: [(at, crash)].into(), ..scene.clone() });
                    runs += 1;
                }
            }
        }
    }
    println!("{runs} runs in {:?}", begun.elapsed());
    assert!(runs > 5_000, "{runs}");
}

#[test]
fn a_fault_and_a_cancellation_at_any_point_leave_nothing_behind() {
    let mut runs = 0;
    for (number, (_, scene)) in scenes().into_iter().enumerate() {
        let length = run(&scene).wants.len();
        for (kind, fault) in Fault::ALL.into_iter().enumerate() {
            for at in 0..length + 10 {
                let cancel = (at + kind + number) % 3;
                let cancel = [None, Some(at + 1), Some(at + 3)][cancel];
                run(&Scene { cancel, faults: [(at, fault)].into(), ..scene.clone() });
                runs += 1;
            }
        }
    }
    assert!(runs > 3_000, "{runs}");
}

#[test]
fn two_crashes_leave_nothing_behind() {
    for (_, scene) in scenes() {
        let length = run(&scene).wants.len();
        for first in (0..length).step_by(step(3)) {
            for more in [1, 4, 9, 17] {
                let crashes = [(first, Crash::After), (first + more, Crash::After)].into();
                let cancel = Some(first + 2).filter(|at| at % 2 == 0);
                run(&Scene { cancel, crashes, ..scene.clone() });
            }
        }
    }
}

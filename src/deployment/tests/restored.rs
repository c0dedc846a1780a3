//! A database restored from a backup: the ledger is an earlier one, while Google has gone on.

use super::google::Google;
use super::laws::scenes;
use super::scene::Scene;
use crate::deployment::{RunOutcome, RunReport};

const HOUR: u64 = 3_600_000;

/// Runs to the end. Returns that, and each backup: the tables of the portal as they were after each entry of the ledger.
fn with_backups(scene: &Scene) -> (Scene, RunReport, Vec<Scene>) {
    let mut scene = scene.clone();
    let mut backups = vec![scene.clone()];
    let mut process = None;
    loop {
        let report = scene.step(&mut process);
        if backups.last().is_some_and(|last| last.ledger.len() < scene.ledger.len()) {
            backups.push(scene.clone());
        }
        if let Some(report) = report {
            return (scene, report, backups);
        }
    }
}

/// The portal starts with the tables of the backup, an hour after what Google shows.
fn restored(backup: &Scene, google: &Google) -> (Scene, RunReport, usize) {
    let mut scene = Scene { google: google.clone(), wants: Vec::new(), cancel: None, ..backup.clone() };
    scene.google.pass(scene.google.now + HOUR);
    let calls = scene.google.log.len();
    let report = scene.run();
    (scene, report, calls)
}

fn changes(scene: &Scene, since: usize) -> Vec<&str> {
    let lines = scene.google.log[since..].iter().map(|(_, _, line)| line.as_str());
    lines.filter(|line| !line.starts_with("GET") && !line.contains(":wait")).collect()
}

#[test]
fn a_deployment_that_has_succeeded_since_is_found_and_not_made_again() {
    let mut backups_tried = 0;
    for (name, scene) in scenes() {
        let (end, report, backups) = with_backups(&scene);
        if report.outcome != RunOutcome::Succeeded {
            continue;
        }
        for backup in &backups {
            let (after, again, since) = restored(backup, &end.google);
            let at = format!("{name}, after {:?}: {again:#?}", backup.ledger.last());
            assert_eq!(again.outcome, RunOutcome::Succeeded, "{at}");
            assert_eq!(after.google.state(), end.google.state(), "{at}");
            let (had, has) = (report.outputs.as_ref().unwrap(), again.outputs.unwrap());
            assert_eq!((&has.deployed_model_id, has.traffic), (&had.deployed_model_id, had.traffic), "{at}");
            assert_eq!(has.model, had.model, "{at}");
            // An upload, a creation or a deployment whose answer the backup lacks is found, not made again.
            assert_eq!(changes(&after, since), [""; 0], "{at}");
            assert_eq!(after.denied, [""; 0], "{at}");
            backups_tried += 1;
        }
    }
    assert!(backups_tried > 60, "{backups_tried}");
}

#[test]
fn a_deployment_that_was_removed_since_leaves_nothing() {
    let mut backups_tried = 0;
    for (name, scene) in scenes() {
        let length = with_backups(&scene).0.wants.len();
        for cancel in (1..length).step_by(5) {
            let (end, report, backups) = with_backups(&Scene { cancel: Some(cancel), ..scene.clone() });
            if report.outcome != RunOutcome::Cancelled {
                continue;
            }
            for backup in backups.iter().filter(|backup| backup.ledger.iter().any(|entry| entry.contains("failing"))) {
                let (after, again, _) = restored(backup, &end.google);
                let at = format!("{name}, cancelled at {cancel}, after {:?}: {again:#?}", backup.ledger.last());
                assert_eq!(again.outcome, RunOutcome::Cancelled, "{at}");
                assert_eq!(again.not_undone, [""; 0], "{at}");
                assert_eq!(after.google.state(), end.google.state(), "{at}");
                backups_tried += 1;
            }
        }
    }
    assert!(backups_tried > 60, "{backups_tried}");
}

/// The id of a deployed model follows from its content. A later deployment of the same content has the same id, and the backup does not
/// know of it.
#[test]
fn what_a_later_deployment_serves_stays() {
    let mut backups_tried = 0;
    // Nothing at Google tells who has set a number of replicas or moved an alias. A version that is requested whatever exists is uploaded
    // again, because the backup does not know that it was removed.
    let untold = ["replicas", "alias", "requested"];
    let is_told = |(name, _): &(&str, Scene)| !untold.iter().any(|part| name.contains(part));
    for (name, scene) in scenes().into_iter().filter(is_told).step_by(2) {
        let length = with_backups(&scene).0.wants.len();
        for cancel in (1..length).step_by(7) {
            let (end, report, backups) = with_backups(&Scene { cancel: Some(cancel), ..scene.clone() });
            if report.outcome == RunOutcome::Succeeded {
                continue;
            }
            let google = Google { fails: None, now: end.google.now + HOUR / 2, ..end.google };
            let mut later = Scene { run: "9f8e-run".into(), target: scene.target.clone(), ..Scene::new(google) };
            assert_eq!(later.run().outcome, RunOutcome::Succeeded, "{name}");
            later.google.fails = scene.google.fails;
            // Where the backup lacks the answer to the deployment, nothing tells whose the model is.
            let is_clear = |backup: &&Scene| {
                let line = backup.ledger.last().map_or("", String::as_str);
                !line.contains(r#""change":{"deploy":"#)
            };
            for backup in backups.iter().filter(is_clear) {
                let (after, again, _) = restored(backup, &later.google);
                let at = format!("{name}, cancelled at {cancel}, after {:?}: {again:#?}", backup.ledger.last());
                assert_eq!(after.google.state(), later.google.state(), "{at}");
                backups_tried += 1;
            }
        }
    }
    assert!(backups_tried > 60, "{backups_tried}");
}

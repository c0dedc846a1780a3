//! Versions and aliases: what is uploaded, found again, named and removed.

use super::google::{Fault, Google};
use super::scene::Scene;
use crate::deployment::RunOutcome;
use crate::plan::Kind;
use crate::plan::kind::Deploy;
use serde_json::json;

#[test]
fn an_alias_is_resolved_shown_and_moved() {
    let mut scene = Scene::canary();
    scene.target.model.version = Some("champion".parse().unwrap());
    scene.kind = Kind::Deploy(Deploy { alias: Some("production".parse().unwrap()), ..Deploy::default() });
    scene.google.aliases = [("champion".to_owned(), 3), ("production".to_owned(), 2)].into();
    let report = scene.run();
    let outputs = report.outputs.unwrap();
    assert!(outputs.model.ends_with("fraud-detector@3"), "{outputs:?}");
    assert_eq!(
        (outputs.resolved_alias.as_deref(), outputs.moved_alias.as_deref()),
        (Some("champion"), Some("production"))
    );
    assert!(scene.said.iter().any(|(_, said)| said.message == "The alias `champion` names `fraud-detector@3`"));
    assert_eq!(scene.google.aliases["production"], 3);
    assert!(scene.denied.is_empty(), "{:?}", scene.denied);
    // The alias moves once the model serves, and not a second time.
    let named = scene.number("mergeVersionAliases");
    assert!(named > scene.number("PATCH"));
    let mut again = Scene { ledger: Vec::new(), wants: Vec::new(), ..scene };
    assert_eq!(again.run().outcome, RunOutcome::Succeeded);
    assert_eq!(again.calls("mergeVersionAliases"), 1);
}

#[test]
fn a_requested_version_is_uploaded_once_although_its_content_exists() {
    let upload = |kind| {
        let mut scene = Scene::new(Google::default().with_endpoint(&[]));
        scene.target.model.version = None;
        scene.target.image = Some("us-central1-docker.pkg.dev/acme-ml/serving/fraud:3".parse().unwrap());
        scene.kind = kind;
        scene
    };
    let mut first = upload(Kind::deploy());
    assert!(first.run().outputs.unwrap().model.ends_with("@4"));
    let requested = Kind::Deploy(Deploy { new_version: true, ..Deploy::default() });
    for (run, kind, version) in [("2-run", Kind::deploy(), "@4"), ("3-run", requested, "@5")] {
        let mut scene = upload(kind);
        scene.run = run.into();
        scene.google = first.google.clone();
        // Its answer is lost, and it is found by its run.
        if version == "@5" {
            scene.faults = [(scene.in_advance("models:upload"), Fault::Lost)].into();
        }
        let report = scene.run();
        assert!(report.outputs.as_ref().unwrap().model.ends_with(version), "{report:?}");
        assert!(scene.denied.is_empty(), "{:?}", scene.denied);
        assert_eq!(scene.google.models["fraud-detector"].len(), if version == "@5" { 5 } else { 4 });
    }
}

fn renewing() -> Scene {
    super::laws::scenes().into_iter().find(|(name, _)| *name == "new version").unwrap().1
}

#[test]
fn uploads_a_changed_image_as_a_new_version_with_seven_calls() {
    let mut scene = renewing();
    let report = scene.run();
    assert!(report.outputs.unwrap().model.ends_with("models/fraud-detector@4"));
    assert_eq!(scene.without_polls().len(), 7, "{:?}", scene.without_polls());
}

#[test]
fn uploads_the_same_content_once() {
    let mut scene = renewing();
    scene.run();
    let mut again = renewing();
    again.google = scene.google.clone();
    again.run = "another-run".into();
    let report = again.run();
    assert!(report.outputs.unwrap().model.ends_with("@4"));
    assert_eq!((again.calls("models:upload"), again.calls("deployModel")), (1, 1));

    // Something else has uploaded it, with settings that no plan has.
    let mut found = renewing();
    let image = found.target.image.clone().unwrap();
    let spec = json!({"imageUri": image.as_str(), "predictRoute": "/predict"});
    found.google.models.get_mut("fraud-detector").unwrap().insert(2, json!({ "containerSpec": spec }));
    assert!(found.run().outputs.unwrap().model.ends_with("@2"));
}

#[test]
fn removes_only_the_version_that_it_uploaded() {
    let mut scene = renewing();
    scene.google.fails = Some((9, "no"));
    let before = scene.google.models.clone();
    let report = scene.run();
    assert_eq!(report.undone, ["model `fraud-detector`"]);
    assert_eq!(scene.google.models, before);
    assert_eq!(scene.calls("@4:deleteVersion"), 1);
}

#[test]
fn the_same_content_is_found_and_removed_beyond_the_first_page_of_versions() {
    let mut google = Google::default().with_endpoint(&[]);
    let versions = google.models.get_mut("fraud-detector").unwrap();
    *versions = (1..=7).map(|version| (version, json!({}))).collect();
    let upload = |google: &Google, run: &str| {
        let mut scene = Scene::new(google.clone());
        scene.run = run.into();
        scene.target.model.version = None;
        scene.target.image = Some("us-central1-docker.pkg.dev/acme-ml/serving/fraud:3".parse().unwrap());
        scene
    };
    let mut first = upload(&google, "first-run");
    assert!(first.run().outputs.unwrap().model.ends_with("@8"));
    let mut again = upload(&first.google, "second-run");
    assert!(again.run().outputs.unwrap().model.ends_with("@8"));
    assert_eq!(again.google.models["fraud-detector"].len(), 8);
    let mut cancelled = upload(&google, "third-run");
    cancelled.cancel = Some(cancelled.in_advance("deployModel"));
    assert_eq!(cancelled.run().not_undone, Vec::<String>::new());
    assert_eq!(cancelled.google.models["fraud-detector"].len(), 7);
    assert!(cancelled.denied.is_empty(), "{:?}", cancelled.denied);
}

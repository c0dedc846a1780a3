//! Values of environment variables: a process that goes on with a stored run reads them from the catalog.

use super::google::Fault;
use super::scene::{Crash, Scene};
use crate::conversation::{Failure, Outcome, Response};
use crate::deployment::{RunOutcome, RunReport};
use crate::diagnostic::Code;
use crate::plan::plan_for;
use crate::vertex::container::EnvVar;
use serde_json::{Value, json};

/// What the catalog returns: an entity whose variable has this value.
fn entity(value: &str) -> Outcome {
    let annotations = json!({ "google.com/vertex-ai-env.staging": format!("A=1;LOG_LEVEL={value}") });
    answer(Some(json!({"kind": "Component", "metadata": {"name": "fraud", "annotations": annotations}})))
}

fn answer(body: Option<Value>) -> Outcome {
    Outcome::Answer(Response { status: 200, retry_after: None, body })
}

/// An upload whose second process has the stored request.
fn stored(name: &str, want: &str, crash: Crash, catalog: &[Outcome]) -> Scene {
    let (_, mut scene) = super::laws::scenes().into_iter().find(|(known, _)| *known == name).unwrap();
    scene.target.env = vec![EnvVar::new("LOG_LEVEL", "info").unwrap()];
    scene.crashes = [(scene.in_advance(want), crash)].into();
    let mut target = scene.target.clone();
    target = target.hide();
    scene.delegation =
        Some(super::delegation::Delegation::new(&plan_for(target.clone(), scene.kind.clone()), &scene.run));
    scene.replanned = Some(target);
    scene.catalog = catalog.iter().cloned().collect();
    scene
}

fn asked(scene: &Scene) -> usize {
    scene.wants.iter().filter(|want| want.starts_with("entity ")).count()
}

fn is_done(report: &RunReport, scene: &Scene) {
    assert_eq!(report.outcome, RunOutcome::Succeeded, "{report:?}");
    assert!(scene.denied.is_empty(), "{:?}", scene.denied);
    let versions = scene.google.models["fraud-detector"].values();
    let uploaded: Vec<_> = versions.filter(|version| version["labels"]["backstage-run"] == *scene.run).collect();
    assert_eq!(uploaded.len(), 1);
    assert_eq!(uploaded[0]["containerSpec"]["env"][0]["value"], "info", "{uploaded:?}");
}

#[test]
fn the_values_come_from_the_catalog_where_they_are_the_same() {
    for name in ["upload", "new version"] {
        let down = Outcome::Failed(Failure::Unreachable);
        let mut scene = stored(name, "models:upload", Crash::Before, &[down.clone(), down, entity("info")]);
        let report = scene.run();
        is_done(&report, &scene);
        assert_eq!(asked(&scene), 3);
        assert!(scene.said.iter().any(|(_, said)| said.message.contains("the catalog does not answer; try 2 of 100")));
    }
}

#[test]
fn other_values_or_none_end_the_run_and_leave_nothing() {
    for catalog in [entity("debug"), answer(None), Outcome::Waited] {
        for (name, crash) in [("upload", Crash::Before), ("new version", Crash::Before), ("upload", Crash::After)] {
            let mut scene = stored(name, "models:upload", crash, std::slice::from_ref(&catalog));
            let before = scene.google.models.clone();
            let report = scene.run();
            assert_eq!((report.outcome, report.diagnostics[0].code), (RunOutcome::Failed, Code::DeployPlanChanged));
            assert!(report.diagnostics[0].message.contains("the values of `env`"), "{report:?}");
            assert_eq!((&scene.google.models, report.not_undone.len()), (&before, 0));
            // An upload whose answer is lost is awaited and removed, and none is sent without its values.
            let sent = usize::from(crash == Crash::After);
            assert_eq!((scene.calls("models:upload"), asked(&scene)), (sent, 1));
            assert!(scene.denied.is_empty(), "{:?}", scene.denied);
        }
    }
}

#[test]
fn a_version_that_was_uploaded_needs_no_values() {
    for (want, crash) in [("\"answer\"", Crash::After), ("\"version\"", Crash::After), ("deployModel", Crash::After)] {
        // The catalog is down.
        let mut scene = stored("upload", want, crash, &[]);
        let report = scene.run();
        is_done(&report, &scene);
        assert_eq!(asked(&scene), 0, "{want}");
    }
    // The answer is lost, and Google shows the version after two minutes.
    let mut scene = stored("upload", "models:upload", Crash::After, &[]);
    let report = scene.run();
    is_done(&report, &scene);
    assert!((1..20).contains(&asked(&scene)), "{}", asked(&scene));
}

#[test]
fn an_outage_of_the_catalog_is_bounded_and_heeds_a_cancellation() {
    let mut scene = stored("upload", "models:upload", Crash::Before, &[]);
    let mut cancelled = scene.clone();
    let report = scene.run();
    assert_eq!((report.outcome, report.diagnostics[0].code), (RunOutcome::Failed, Code::PortalRefused));
    assert_eq!(asked(&scene), 100);
    assert!(scene.google.now > 20 * 60_000 && scene.google.now < 70 * 60_000, "{}", scene.google.now);
    cancelled.cancel = Some(scene.number("entity ") + 3);
    assert_eq!(cancelled.run().outcome, RunOutcome::Cancelled);
    assert!(asked(&cancelled) < 5);
}

#[test]
fn no_crash_of_a_stored_run_loses_or_doubles_its_upload() {
    let mut tried = 0;
    for lost in [false, true] {
        let mut first = stored("upload", "models:upload", Crash::Before, &[]);
        first.catalog = std::iter::repeat_n(entity("info"), 9).collect();
        if lost {
            first.faults = [(first.in_advance("models:upload"), Fault::Lost)].into();
        }
        let whole = {
            let mut whole = first.clone();
            whole.run();
            whole.wants.len()
        };
        for at in 0..whole {
            for crash in [Crash::Before, Crash::After] {
                let mut scene = first.clone();
                scene.crashes.insert(at, crash);
                let report = scene.run();
                is_done(&report, &scene);
                tried += 1;
            }
        }
    }
    assert!(tried > 50, "{tried}");
}

//! The end of a run that fails: when it gives up, and what it says.

use super::google::{Fault, Google};
use super::scene::Scene;
use crate::conversation::ProgressKind;
use crate::deployment::RunOutcome;
use crate::diagnostic::Code;
use crate::plan::Kind;
use crate::vertex::deployed_model::Replicas;

const ALWAYS: (u64, u64) = (0, u64::MAX);

/// The answers of something between the portal and Google that does not pass a request on.
const DEAD_ENDS: [Fault; 3] = [Fault::Reset, Fault::Internal, Fault::Page];

fn retries(scene: &Scene) -> Vec<&str> {
    let retries = scene.said.iter().filter(|(_, said)| said.kind == ProgressKind::Retry);
    retries.map(|(_, said)| said.message.as_ref()).collect()
}

/// The times of the calls with a text.
fn times(scene: &Scene, part: &str) -> Vec<u64> {
    scene.google.log.iter().filter(|(_, _, line)| line.contains(part)).map(|(at, ..)| *at).collect()
}

#[test]
fn a_removal_of_what_stays_in_use_gives_up_after_a_quarter_of_an_hour() {
    let (_, mut scene) = super::laws::scenes().into_iter().find(|(name, _)| *name == "upload").unwrap();
    scene.google = Google { fails: Some((9, "no")), in_use_until: u64::MAX, ..scene.google };
    let report = scene.run();
    assert_eq!(report.outcome, RunOutcome::Failed);
    assert_eq!(report.not_undone, ["model `fraud-detector` could not be removed: The model is deployed."]);
    let finding = report.diagnostics.iter().find(|finding| finding.code == Code::DeployNotUndone).unwrap();
    assert!(finding.help.as_ref().unwrap().contains("ModelService.DeleteModel"), "{finding:?}");
    let tries = times(&scene, "DELETE /models");
    let minutes = (tries[tries.len() - 1] - tries[0]) / 60_000;
    assert!((15..17).contains(&minutes) && (20..60).contains(&tries.len()), "{minutes} min, {} tries", tries.len());
    assert_eq!(retries(&scene).len(), tries.len() - 1);
    // Where the use ends in time, the model is removed.
    scene.google.in_use_until = tries[0] + 14 * 60_000;
    let mut in_time =
        Scene { google: Google { in_use_until: scene.google.in_use_until, ..Google::default() }, ..scene };
    in_time.google.models.clear();
    in_time.google.fails = Some((9, "no"));
    (in_time.ledger, in_time.wants, in_time.delegation) = (Vec::new(), Vec::new(), None);
    assert_eq!(in_time.run().not_undone, Vec::<String>::new());
    assert_eq!(in_time.google.models.len(), 0);
}

#[test]
fn a_removal_whose_call_never_arrives_gives_up_after_twenty_tries() {
    for fault in DEAD_ENDS {
        let mut scene = Scene::canary();
        scene.cancel = Some(Scene::canary().in_advance("PATCH") - 2);
        scene.outage = Some(("undeployModel", fault, ALWAYS.0, ALWAYS.1));
        let report = scene.run();
        assert_eq!(report.outcome, RunOutcome::Cancelled);
        assert_eq!((report.undone.len(), report.not_undone.len()), (0, 1), "{fault:?}");
        assert!(report.not_undone[0].starts_with(&format!("deployed model {} could not be removed", scene.id())));
        assert_eq!((scene.calls("undeployModel"), retries(&scene).len()), (20, 19), "{fault:?}");
    }
}

#[test]
fn what_never_answers_before_anything_is_made_ends_the_run_after_five_tries() {
    for fault in DEAD_ENDS.into_iter().chain([Fault::Unavailable, Fault::Exhausted]) {
        let mut scene = Scene::new(Google::default());
        scene.outage = Some(("", fault, ALWAYS.0, ALWAYS.1));
        let report = scene.run();
        assert_eq!(report.outcome, RunOutcome::Failed, "{fault:?}");
        assert_eq!((report.undone, report.not_undone), (Vec::new(), Vec::new()));
        assert_eq!(scene.google.log.len(), 5, "{fault:?}");
        let told = retries(&scene);
        assert_eq!(told.len(), 4, "{fault:?}: {told:?}");
        for (at, said) in told.iter().enumerate() {
            assert!(said.contains(&format!("; try {} of 5 in ", at + 2)), "{fault:?}: {said}");
        }
    }
}

#[test]
fn a_first_change_that_never_arrives_ends_the_run_and_leaves_nothing() {
    for fault in DEAD_ENDS {
        let mut scene = Scene::new(Google::default());
        scene.outage = Some(("endpoints?endpointId", fault, ALWAYS.0, ALWAYS.1));
        let report = scene.run();
        assert_eq!(report.outcome, RunOutcome::Failed, "{fault:?}");
        assert_eq!((report.undone, report.not_undone), (Vec::new(), Vec::new()));
        let told = retries(&scene);
        assert_eq!(told.len(), 4, "{fault:?}: {told:?}");
        assert!(told[3].contains("; try 5 of 5 in "), "{fault:?}: {told:?}");
        assert!(scene.google.endpoint().is_none() && scene.calls("endpoints?endpointId") < 20);
    }
}

#[test]
fn helps_by_the_code_of_the_operation() {
    let ended = |mut scene: Scene, code| {
        scene.google.fails = Some((code, "no"));
        let finding = scene.run().diagnostics.remove(0);
        (finding.code, finding.help.clone().unwrap().to_string())
    };
    for (code, help) in [
        (1, "the caller that cancelled the operation"),
        (2, "the error is Google's own"),
        (3, "fix the model"),
        (4, "longer than Google waits"),
        (7, "roles of the serving account"),
        (8, "whether a quota or capacity is missing"),
        (9, "fix the model"),
        (10, "try again in some minutes"),
        (13, "the error is Google's own"),
        (14, "try again in some minutes"),
    ] {
        let (found, words) = ended(Scene::new(Google::default()), code);
        assert!(words.contains(help), "{code}: {words}");
        assert_eq!(found, if code == 1 { Code::DeployCancelled } else { Code::DeployOperationFailed });
        assert!(!words.contains("does not answer"), "{code}: {words}");
    }
    // No model server takes part in a change of replicas.
    let mut scaled = Scene { kind: Kind::Scale("1".parse().unwrap(), Replicas { min: 1, max: 3 }), ..Scene::canary() };
    scaled.google.endpoints.values_mut().next().unwrap().scale("1", (4, 4));
    for (code, help) in [(4, "the error is Google's own"), (9, "fix the cause")] {
        let (_, words) = ended(scaled.clone(), code);
        assert!(words.contains(help) && !words.contains("model"), "{code}: {words}");
    }
}

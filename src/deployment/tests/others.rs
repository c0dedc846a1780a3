//! Another user's deployment on the same endpoint, at the same time: it is neither cancelled nor taken for the run's own.

use super::google::{Act, Fault, Google};
use super::scene::Scene;
use crate::deployment::{RunOutcome, RunReport};

/// A run beside another user's deployment, which begins before the run's.
fn beside_another() -> Scene {
    let mut scene = Scene::new(Google { may_list: true, ..Google::default().with_endpoint(&[("1", 100)]) });
    let at = scene.in_advance("deployModel");
    scene.acts = [(at - 1, Act::BeginToDeploy("77"))].into();
    scene
}

/// Runs a copy. The other user's deployment is not cancelled, and nothing goes on at the end but that.
fn run(scene: &Scene) -> (Scene, RunReport) {
    let mut run = scene.clone();
    let report = run.run();
    let told = || format!("{report:#?}\n{}", run.wants.join("\n"));
    assert!(!run.google.is_cancelled("77"), "{}", told());
    assert!(run.denied.is_empty(), "{:?}", run.denied);
    run.google.pass(run.google.now + 100_000);
    let is_left = run.google.endpoint().unwrap().deployed.contains(&run.id());
    assert_eq!(is_left, report.outcome == RunOutcome::Succeeded, "{}", told());
    (run, report)
}

#[test]
fn a_removal_cancels_no_other_users_deployment_whenever_the_lost_call_arrives() {
    let mut quiet = beside_another();
    let sent = quiet.in_advance("deployModel");
    quiet.faults = [(sent, Fault::Held)].into();
    quiet.cancel = Some(sent + 1);
    let (ended, _) = run(&quiet);
    let again = ended.wants.iter().rposition(|want| want.contains("deployModel")).unwrap();
    assert!(again > sent);
    for honours_cancelling in [true, false] {
        for arrival in sent + 1..=again {
            let mut late = quiet.clone();
            late.google.honours_cancelling = honours_cancelling;
            late.acts.insert(arrival, Act::Arrive);
            let (late, report) = run(&late);
            assert_eq!(report.outcome, RunOutcome::Cancelled);
            assert_eq!(late.google.endpoint().unwrap().deployed, ["1", "77"], "{arrival}");
        }
    }
}

#[test]
fn a_run_takes_no_other_users_deployment_for_its_own() {
    let mut scene = beside_another();
    let sent = scene.in_advance("deployModel");
    scene.faults = [(sent, Fault::Lost)].into();
    for failing in [None, Some("77".to_owned()), Some(scene.id())] {
        scene.google.fails = failing.as_ref().map(|_| (9, "Model server exited unexpectedly."));
        scene.google.failing = failing.clone();
        // The run's own deployment ends before the next try, between two calls, or later.
        for deployment in (600..1_500).step_by(25) {
            scene.google.deployment = deployment;
            let (Scene { wants, .. }, report) = run(&scene);
            let fails = failing.as_ref() == Some(&scene.id());
            let expected = if fails { RunOutcome::Failed } else { RunOutcome::Succeeded };
            assert_eq!(
                report.outcome,
                expected,
                "{failing:?} {deployment}: {:#?}\n{}",
                report.diagnostics,
                wants.join("\n")
            );
        }
    }
}

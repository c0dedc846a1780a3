//! Two runs of different models on one endpoint, another user, crashes, cancellations and faults.

use super::google::{Act, Fault, Google};
use super::scene::{Crash, Process, Scene};
use crate::deployment::{RunOutcome, RunReport};
use proptest::prelude::*;
use proptest::sample::select;

/// What happens to one run.
#[derive(Clone, Debug)]
struct Fate {
    /// Whether it deploys what the first run deploys.
    is_same: bool,
    percent: u32,
    cancel: Option<usize>,
    crash: Option<(usize, Crash)>,
    fault: Option<(usize, Fault)>,
}

fn fates() -> impl Strategy<Value = Fate> {
    let percent = select(vec![0, 20, 50, 100]);
    let crash = (0usize..40, select(vec![Crash::Before, Crash::After]));
    let fault = (0usize..40, select(Fault::ALL.to_vec()));
    let options = (proptest::option::of(0usize..40), proptest::option::of(crash), proptest::option::of(fault));
    (any::<bool>(), percent, options).prop_map(|(is_same, percent, (cancel, crash, fault))| Fate {
        is_same,
        percent,
        cancel,
        crash,
        fault,
    })
}

fn acts() -> impl Strategy<Value = Vec<(usize, Act)>> {
    let act = select(vec![
        Act::CreateEndpoint,
        Act::Deploy("77"),
        Act::Send("1"),
        Act::Send("2"),
        Act::SendToLast,
        Act::Undeploy("2"),
    ]);
    proptest::collection::vec((0usize..80, act), 0..3)
}

fn worlds() -> impl Strategy<Value = Google> {
    let splits: Vec<Option<&[(&str, u32)]>> =
        vec![None, Some(&[]), Some(&[("1", 100)]), Some(&[("1", 75), ("2", 25)]), Some(&[("1", 0), ("2", 0)])];
    let options = (select(splits), any::<bool>(), any::<bool>(), proptest::option::of(Just((9, "exited"))));
    options.prop_map(|(split, honours_cancelling, may_list, fails)| {
        let google = Google { honours_cancelling, may_list, fails, ..Google::default() };
        match split {
            Some(split) => google.with_endpoint(split),
            None => google,
        }
    })
}

fn scene(google: &Google, number: usize, fate: &Fate) -> Scene {
    let mut scene = Scene::new(google.clone()).sharing(fate.percent);
    scene.run = format!("run-{number}");
    let version = if fate.is_same { 2 } else { number + 2 };
    scene.target.model.version = Some(version.to_string().parse().unwrap());
    scene.cancel = fate.cancel;
    scene.crashes = fate.crash.into_iter().collect();
    scene.faults = fate.fault.into_iter().collect();
    scene
}

/// Runs both, in this order of turns. Returns Google and the reports.
fn race(
    before: &Google,
    fates: &[Fate; 2],
    turns: &[bool],
    acts: &[(usize, Act)],
) -> (Google, Vec<Scene>, Vec<RunReport>) {
    let mut google = before.clone();
    let mut scenes: Vec<Scene> = (0..2).map(|number| scene(before, number, &fates[number])).collect();
    let mut processes: [Option<Process>; 2] = [None, None];
    let mut reports: [Option<RunReport>; 2] = [None, None];
    let mut number = 0;
    while reports.iter().any(Option::is_none) {
        assert!(
            number < 20_000,
            "{:#?}",
            scenes.iter().map(|scene| &scene.wants[scene.wants.len() - 20..]).collect::<Vec<_>>()
        );
        for (_, act) in acts.iter().filter(|(at, _)| *at == number) {
            google.act(act);
        }
        let wanted = usize::from(turns.get(number).copied().unwrap_or(number % 2 == 0));
        number += 1;
        let who = if reports[wanted].is_none() { wanted } else { 1 - wanted };
        std::mem::swap(&mut google, &mut scenes[who].google);
        reports[who] = scenes[who].step(&mut processes[who]);
        std::mem::swap(&mut google, &mut scenes[who].google);
    }
    (google, scenes, reports.into_iter().flatten().collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if std::env::var("DEPLOYMENT_LAWS").is_ok() { 20_000 } else { 600 }, ..ProptestConfig::default() })]

    #[test]
    fn two_runs_and_another_user_lose_nothing(
        before in worlds(), one in fates(), other in fates(), acts in acts(),
        turns in proptest::collection::vec(any::<bool>(), 0..60)
    ) {
        let (after, scenes, reports) = race(&before, &[one, other], &turns, &acts);
        let log = || after.log.iter().map(|(at, _, line)| format!("{at} {line}\n")).collect::<String>();
        let endpoint = after.endpoint().cloned().unwrap_or_default();
        let by_others = |act: &Act| acts.iter().any(|(_, other)| other == act);
        for (scene, report) in scenes.iter().zip(&reports) {
            let id = scene.id();
            match &report.outputs {
                Some(outputs) => {
                    prop_assert_eq!(report.outcome, RunOutcome::Succeeded);
                    prop_assert!(endpoint.deployed.contains(&id), "{} is gone: {:?}\n{}", id, report.outputs, log());
                    prop_assert!(after.held.contains(&(id.clone(), outputs.traffic)), "{:?}\n{}", outputs, log());
                }
                None => {
                    let kept = |report: &RunReport| report.not_undone.iter().any(|what| what.contains(&id));
                    let is_shared = reports.iter().zip(&scenes).any(|(other, scene)| {
                        scene.id() == id && (other.outcome == RunOutcome::Succeeded || kept(other))
                    });
                    // Another user sent all traffic to it.
                    let is_chosen = kept(report) && by_others(&Act::SendToLast);
                    // It took all traffic from the other run's model, which is gone.
                    let has_served = |scene: &Scene| scene.id() != id && after.held.contains(&(scene.id(), 100));
                    let is_last = kept(report)
                        && endpoint.split.get(&id) == Some(&100)
                        && scenes.iter().any(|scene| has_served(scene) && !endpoint.deployed.contains(&scene.id()));
                    let is_left = endpoint.deployed.contains(&id);
                    let is_kept = is_chosen || is_last;
                    prop_assert!(!is_left || is_shared || is_kept, "{} is left: {:?}\n{}", id, report.not_undone, log());
                    let only_endpoint = report.not_undone.iter().all(|what| what.starts_with("endpoint")) || is_kept;
                    prop_assert!(only_endpoint, "{:?}\n{}", report.not_undone, log());
                }
            }
        }
        prop_assert!(after.is_idle(), "an operation goes on\n{}", log());
        // The models of others are where they were, and somebody serves where somebody served.
        if let Some(was) = before.endpoint() {
            prop_assert!(after.endpoint().is_some(), "{}", log());
            for other in was.deployed.iter().filter(|other| *other != "2" || !by_others(&Act::Undeploy("2"))) {
                prop_assert!(endpoint.deployed.contains(other), "{} is gone\n{}", other, log());
            }
            if !was.split.is_empty() {
                prop_assert_eq!(endpoint.split.values().sum::<u32>(), 100, "{}", log());
            }
            if acts.is_empty() && reports.iter().all(|report| report.outputs.is_none()) {
                for (id, share) in &was.split {
                    let now = endpoint.split.get(id).copied().unwrap_or(0);
                    prop_assert!(now.abs_diff(*share) <= 2, "{}: {} instead of {}\n{}", id, now, share, log());
                }
            }
        } else if after.endpoint().is_some() && endpoint.deployed.is_empty() && !by_others(&Act::CreateEndpoint) {
            let named = reports.iter().flat_map(|report| &report.not_undone).any(|what| what.starts_with("endpoint"));
            prop_assert!(named, "an endpoint is left, and no report names it\n{}", log());
        }
    }
}

//! The container's log: what a run that fails reads of it, keeps, and concludes.

use super::google::{Fault, Google, MODEL};
use super::scene::{Crash, Scene};
use crate::conversation::{Failure, Outcome};
use crate::deployment::{RunOutcome, RunReport};
use crate::plan::plan_for;
use crate::vertex::container::EnvVar;
use serde_json::json;

const DIED: (u32, &str) = (9, "Model server exited unexpectedly.");
const LOG: &str = "entries:list";

/// A first deployment whose model server dies of the memory of its GPU.
fn dying() -> Scene {
    let mut scene = Scene::new(Google::default());
    scene.google.fails = Some(DIED);
    scene.google.log_lines =
        ["INFO starting", "torch.OutOfMemoryError: CUDA out of memory.", "exit"].map(Into::into).into();
    scene
}

fn entry(report: &RunReport) -> &str {
    report.diagnostics[0].diagnosis.as_ref().map_or("", |diagnosis| &diagnosis.entry)
}

#[test]
fn a_failure_is_explained_by_the_log_which_is_read_before_anything_is_removed() {
    let mut scene = dying();
    let report = scene.run();
    assert_eq!((report.outcome, entry(&report)), (RunOutcome::Failed, "container/gpu-memory"));
    assert!(scene.number(LOG) < scene.number("log {") && scene.number("log {") < scene.number("\"failing\""));
    assert!(scene.number("\"failing\"") < scene.number("DELETE"));
    let texts: Vec<_> = scene.logs[0].lines.iter().map(|line| &*line.text).collect();
    assert_eq!(texts, ["INFO starting", "torch.OutOfMemoryError: CUDA out of memory.", "exit"]);
    assert!(scene.logs[0].unread.is_none());
    // The ledger keeps the diagnosis, and no line.
    let ledger = scene.ledger.concat();
    assert!(ledger.contains("container/gpu-memory") && !ledger.contains("OutOfMemoryError"));
    assert!(scene.denied.is_empty(), "{:?}", scene.denied);
}

#[test]
fn a_log_that_cannot_be_read_changes_nothing_else() {
    let undone = dying().run().undone;
    let mut denied = dying();
    denied.google.denied = Some(LOG);
    let faults = Fault::ALL.map(|fault| Scene { outage: Some((LOG, fault, 0, u64::MAX)), ..dying() });
    for mut scene in [denied].into_iter().chain(faults) {
        let report = scene.run();
        assert_eq!((report.outcome, &report.undone, report.not_undone.len()), (RunOutcome::Failed, &undone, 0));
        assert_eq!(scene.calls(LOG), 1);
        let Some(unread) = &scene.logs[0].unread else {
            assert_eq!(entry(&report), "container/gpu-memory");
            continue;
        };
        assert_eq!(entry(&report), "server/exited");
        assert!(unread.message.starts_with("container log cannot be read: "), "{}", unread.message);
        assert!(scene.logs[0].lines.is_empty());
    }
}

#[test]
fn a_success_and_a_cancellation_read_no_log() {
    let mut scene = Scene::new(Google::default());
    assert_eq!(scene.run().outcome, RunOutcome::Succeeded);
    assert_eq!(scene.calls(LOG), 0);
    let end = dying().in_advance(LOG);
    for cancel in [end, end / 2] {
        let mut scene = Scene { cancel: Some(cancel), ..dying() };
        scene.run();
        assert_eq!((scene.calls(LOG), scene.logs.len()), (0, 0), "{cancel}");
    }
    let mut scene = dying();
    scene.google.fails = Some((1, "Operation was cancelled."));
    scene.run();
    assert_eq!(scene.calls(LOG), 0);
}

#[test]
fn a_crash_after_the_log_reads_it_again() {
    let at = dying().in_advance("log {");
    let mut scene = Scene { crashes: [(at, Crash::After)].into(), ..dying() };
    assert_eq!(entry(&scene.run()), "container/gpu-memory");
    assert_eq!((scene.calls(LOG), scene.logs.len()), (2, 2));
}

/// A first deployment with an upload, whose container writes the value of its variable.
fn telling() -> Scene {
    let (_, mut scene) = super::laws::scenes().into_iter().find(|(name, _)| *name == "upload").unwrap();
    scene.target.env = vec![EnvVar::new("PASSPHRASE", "open sesame").unwrap()];
    scene.google.fails = Some(DIED);
    scene.google.log_lines = vec!["error: unrecognized arguments: open sesame".into(), "HF_TOKEN=hf_abc".into()];
    scene
}

#[test]
fn values_and_credentials_are_in_no_entry_line_or_message() {
    let mut scene = telling();
    let report = scene.run();
    assert_eq!(entry(&report), "container/arguments");
    let texts: Vec<_> = scene.logs[0].lines.iter().map(|line| &*line.text).collect();
    assert_eq!(texts, ["error: unrecognized arguments: [redacted]", "HF_TOKEN=[redacted]"]);
    let all = format!("{:?}{:?}{report:?}", scene.ledger, scene.said);
    // The plan's upload has the value.
    let all = all.replace(&format!("{:?}", report.plan), "");
    assert!(!all.contains("sesame") && !all.contains("hf_abc"), "{all}");
}

#[test]
fn a_log_is_not_read_while_the_values_in_it_are_unknown() {
    let crash = (telling().in_advance("deployModel"), Crash::After);
    let mut scene = Scene { crashes: [crash].into(), ..telling() };
    let mut target = scene.target.clone();
    target = target.hide();
    let plan = plan_for(target.clone(), scene.kind.clone());
    scene.delegation = Some(super::delegation::Delegation::new(&plan, &scene.run));
    scene.replanned = Some(target);
    scene.catalog = [Outcome::Failed(Failure::Unreachable)].into();
    let report = scene.run();
    assert_eq!((report.outcome, entry(&report), scene.calls(LOG)), (RunOutcome::Failed, "server/exited", 0));
    let unread = scene.logs[0].unread.as_ref().unwrap();
    assert!(unread.message.contains("the value of `PASSPHRASE` is unknown"), "{}", unread.message);
}

/// A deployment of a version that exists, whose container writes the value of its variable.
fn of_existing_version() -> Scene {
    let mut scene = dying();
    let model = json!({"containerSpec": {"env": [{"name": "PASSPHRASE", "value": "open sesame"}]}});
    scene.google.models.insert(MODEL.into(), [(3, model)].into());
    scene.google.log_lines = vec!["error: unrecognized arguments: open sesame".into()];
    scene
}

#[test]
fn the_values_of_an_existing_version_are_read_from_it() {
    let mut scene = of_existing_version();
    let report = scene.run();
    assert_eq!(scene.logs[0].lines[0].text, "error: unrecognized arguments: [redacted]");
    assert!(!format!("{:?}{:?}{report:?}", scene.ledger, scene.said).contains("sesame"));
    assert!(scene.denied.is_empty(), "{:?}", scene.denied);
    let looks = |scene: &Scene| scene.calls(&format!("GET /models/{MODEL}"));
    let mut success = Scene { google: Google { fails: None, ..of_existing_version().google }, ..of_existing_version() };
    success.run();
    assert_eq!((looks(&scene), looks(&success)), (2, 1));
}

#[test]
fn a_log_is_not_read_while_the_version_cannot_be_read() {
    let look = of_existing_version().in_advance(LOG) - 1;
    let mut scene = Scene { faults: [(look, Fault::Internal)].into(), ..of_existing_version() };
    let report = scene.run();
    assert_eq!((report.outcome, entry(&report), scene.calls(LOG)), (RunOutcome::Failed, "server/exited", 0));
    assert!(scene.logs[0].unread.is_some());
}

#[test]
fn a_cause_shows_only_plain_words_of_the_log() {
    for (line, shown) in [
        ("KeyError: 'layers.0.mlp'", "`layers.0.mlp`"),
        ("KeyError: 'name of a customer'", "`…`"),
        ("error: unrecognized arguments: --swap-space=16", "--swap-space=16"),
        ("error: unrecognized arguments: --greeting=hello you", "--greeting"),
        ("error: unrecognized arguments: hello you", "…"),
        ("No such file or directory: '/app/model.joblib'", "/app/model.joblib"),
    ] {
        let mut scene = dying();
        scene.google.log_lines = vec![line.into()];
        let report = scene.run();
        let cause = &report.diagnostics[0].diagnosis.as_ref().unwrap().cause;
        assert!(cause.contains(shown) && !cause.contains("you") && !cause.contains("customer"), "{cause}");
    }
}

//! What happens, told one by one.

use super::google::{Act, Fault, Google};
use super::scene::{Crash, Scene};
use crate::conversation::{Identity, Progress, ProgressKind};
use crate::deployment::{Identities, RunOutcome};
use crate::diagnostic::Code;
use crate::plan::Kind;
use crate::plan::kind::Deploy;
use crate::vertex::deployed_model::Replicas;
use serde_json::json;

#[test]
fn a_first_deployment_takes_four_calls_and_reports_every_stage() {
    let mut scene = Scene::new(Google::default());
    let report = scene.run();
    assert_eq!(report.outcome, RunOutcome::Succeeded, "{:?}", report.diagnostics);
    let outputs = report.outputs.unwrap();
    assert_eq!((outputs.deployed_model_id, outputs.traffic), (Some(scene.id()), 100));
    assert!(outputs.operation.unwrap().starts_with("projects/acme-ml/locations/us-central1/endpoints/fraud-detector/"));
    assert!(outputs.console_url.ends_with("endpoints/fraud-detector?project=acme-ml"));
    assert_eq!(scene.without_polls().len(), 4, "{:?}", scene.without_polls());
    let stages: Vec<_> = scene.said.iter().filter(|(_, p)| p.kind == ProgressKind::Stage).collect();
    let names: Vec<_> = stages.iter().filter_map(|(_, p)| p.stage.as_deref()).collect();
    assert_eq!(names, ["STARTING_DEPLOYMENT", "PREPARING_MODEL", "STARTING_MODEL_SERVER"]);
    assert!(stages.iter().all(|(_, p)| p.stage_index < p.stage_count));
}

#[test]
fn an_update_takes_five_calls_and_writes_the_split_that_it_read_last() {
    let mut scene = Scene::canary();
    let report = scene.run();
    assert_eq!(report.outputs.unwrap().traffic, 20);
    assert_eq!(scene.without_polls().len(), 5, "{:?}", scene.without_polls());
    assert_eq!(scene.google.splits, [json!({"1": 60, "2": 20, scene.id(): 20})]);
}

#[test]
fn other_replicas_change_in_place_and_come_back() {
    let with = |fails| {
        let mut scene = Scene::canary();
        let id = scene.id();
        let endpoint = scene.google.endpoints.values_mut().next().unwrap();
        endpoint.deployed.push(id.clone());
        endpoint.split = [("1".to_owned(), 80), (id.clone(), 20)].into();
        endpoint.scale(&id, (4, 4));
        scene.google.fails = fails;
        scene
    };
    let mut scene = with(None);
    let report = scene.run();
    let outputs = report.outputs.unwrap();
    assert_eq!((outputs.traffic, outputs.replicas), (20, Some(Replicas { min: 1, max: 3 })));
    assert_eq!((scene.calls("mutateDeployedModel"), scene.calls("deployModel")), (1, 0));
    assert!(scene.denied.is_empty(), "{:?}", scene.denied);
    // Unstated replicas stay as somebody has set them.
    let mut scene = with(None);
    scene.target.replicas = None;
    assert_eq!(scene.run().outputs.unwrap().replicas, None);
    assert_eq!(scene.calls("mutateDeployedModel"), 0);
    let mut failing = with(Some((8, "The quota is used up.")));
    let before = failing.google.state();
    assert_eq!(failing.run().outcome, RunOutcome::Failed);
    assert_eq!(failing.google.state(), before);
}

#[test]
fn an_outage_of_any_length_does_not_destroy_a_deployment() {
    let faults = [Fault::Reset, Fault::Lost, Fault::Unavailable, Fault::Internal, Fault::Page];
    for fault in faults.into_iter().chain([Fault::Exhausted, Fault::ExchangeRefused]) {
        for part in ["", ":wait", "GET", "PATCH", "mergeVersionAliases"] {
            let mut scene = Scene::canary();
            scene.kind = Kind::Deploy(Deploy { alias: Some("production".parse().unwrap()), ..Deploy::default() });
            // From the start of the deployment on, for three hours.
            let at = {
                let mut scene = scene.clone();
                scene.run();
                scene.google.log.iter().find(|(_, _, line)| line.contains("deployModel")).unwrap().0
            };
            scene.outage = Some((part, fault, at + 10, at + 3 * 3_600_000));
            let report = scene.run();
            assert_eq!(report.outcome, RunOutcome::Succeeded, "{fault:?} {part}: {:?}", report.diagnostics);
            assert_eq!(scene.calls("undeployModel"), 0);
        }
    }
}

#[test]
fn an_expired_token_of_the_portal_does_not_end_a_deployment() {
    let mut scene = Scene::canary();
    scene.outage = Some((":wait", Fault::Unauthenticated, 0, 9_000_000));
    assert_eq!(scene.run().outcome, RunOutcome::Succeeded);
}

#[test]
fn finds_an_earlier_deployment_and_sends_traffic_to_it() {
    let id = Scene::new(Google::default()).id();
    let again = |wanted: u32| {
        let mut scene = Scene::new(Google::default().with_endpoint(&[("1", 90)])).sharing(wanted);
        let endpoint = scene.google.endpoints.values_mut().next().unwrap();
        endpoint.split.insert(id.clone(), 10);
        endpoint.deployed.push(id.clone());
        let report = scene.run();
        assert_eq!(report.outputs.unwrap().operation, None);
        assert_eq!(scene.calls("deployModel"), 0);
        scene.google.splits
    };
    assert_eq!(again(30), [json!({"1": 70, &id: 30})]);
    assert!(again(10).is_empty());
    assert_eq!(again(0), [json!({"1": 100, &id: 0})]);
}

#[test]
fn reports_a_failed_operation_and_removes_what_it_made() {
    let mut scene = Scene::new(Google { fails: Some((9, "Model server exited unexpectedly.")), ..Google::default() });
    let report = scene.run();
    assert_eq!(report.outcome, RunOutcome::Failed);
    assert_eq!(report.diagnostics[0].code, Code::DeployOperationFailed);
    let finding = &report.diagnostics[0];
    assert_eq!(finding.message, "the deployment failed at the stage STARTING_MODEL_SERVER with FAILED_PRECONDITION");
    let evidence = finding.evidence.as_ref().unwrap();
    assert_eq!(evidence.text.as_deref(), Some("Model server exited unexpectedly."));
    assert!(evidence.operation.as_ref().unwrap().contains("/operations/"), "{evidence:?}");
    let [log] = &finding.links[..] else { panic!("{:?}", finding.links) };
    let id = format!("labels.deployed_model_id%3D%22{}%22?project=acme-ml", scene.id());
    assert!(
        log.url.contains("/logs/query;query=resource.type%3D%22aiplatform.googleapis.com%2FEndpoint%22"),
        "{log:?}"
    );
    assert!(log.url.contains("endpoint_id%3D%22fraud-detector%22") && log.url.ends_with(&id), "{log:?}");
    // The deployed model never was.
    assert_eq!(report.undone, ["endpoint `fraud-detector`"]);
}

#[test]
fn names_what_could_not_be_removed_and_the_missing_permission() {
    let mut scene = Scene::canary();
    scene.google.denied = Some("undeployModel");
    scene.cancel = Some(Scene::canary().in_advance("PATCH") - 2);
    let report = scene.run();
    assert_eq!(report.outcome, RunOutcome::Cancelled);
    assert_eq!(report.not_undone.len(), 1);
    let finding = report.diagnostics.iter().find(|d| d.code == Code::DeployNotUndone).unwrap();
    assert_eq!(finding.permission.as_deref(), Some("aiplatform.endpoints.undeploy"));
}

#[test]
fn removes_what_was_left_once_somebody_else_takes_it_over() {
    let mut scene = Scene::canary();
    scene.google.denied = Some("undeployModel");
    scene.cancel = Some(Scene::canary().in_advance("PATCH") - 2);
    let left = scene.run().not_undone;
    scene.google.denied = None;
    scene.cancel = None;
    assert_eq!(scene.run().not_undone, left, "an end is final");
    // The backend drops these lines where an administrator takes the run over.
    scene.ledger.retain(|line| !line.contains(r#""kind":"kept""#) && !line.contains(r#""kind":"end""#));
    for (at, line) in scene.ledger.iter_mut().enumerate() {
        let mut entry: serde_json::Value = serde_json::from_str(line).unwrap();
        entry["seq"] = json!(at + 1);
        *line = entry.to_string();
    }
    let report = scene.run();
    assert_eq!(report.outcome, RunOutcome::Cancelled);
    assert_eq!((report.not_undone, report.undone), (vec![], vec![format!("deployed model {}", scene.id())]));
    assert!(!report.diagnostics.iter().any(|d| d.code == Code::DeployNotUndone));
}

#[test]
fn names_the_missing_permission_and_leaves_nothing_behind() {
    let mut scene = Scene::new(Google { denied: Some("deployModel"), ..Google::default() });
    let report = scene.run();
    let finding = &report.diagnostics[0];
    assert_eq!(finding.permission.as_deref(), Some("aiplatform.endpoints.deploy"));
    let step = "the step \"Deploy `fraud-detector@3` with all traffic\" failed: ";
    assert!(finding.message.starts_with(step), "{finding:?}");
    assert_eq!(finding.evidence.as_ref().unwrap().status, "HTTP 403");
    assert_eq!(scene.google.endpoint(), None);
    assert_eq!(report.undone, ["endpoint `fraud-detector`"]);
}

#[test]
fn undeploys_a_model_whose_cancellation_google_did_not_honour() {
    let mut scene = Scene::canary();
    scene.google.honours_cancelling = false;
    let at = Scene::canary().in_advance("deployModel");
    scene.cancel = Some(at + 3);
    let report = scene.run();
    assert_eq!((report.outcome, scene.calls(":cancel")), (RunOutcome::Cancelled, 1));
    assert_eq!(report.undone, [format!("deployed model {}", scene.id())]);
    assert_eq!(scene.google.endpoint().unwrap().split, [("1".into(), 75), ("2".into(), 25)].into());
}

#[test]
fn owns_a_deployment_whose_answer_was_lost() {
    let mut scene = Scene::canary();
    let at = Scene::canary().in_advance("deployModel");
    scene.faults = [(at, Fault::Lost)].into();
    scene.cancel = Some(at + 2);
    let report = scene.run();
    assert_eq!(report.outcome, RunOutcome::Cancelled);
    assert_eq!(scene.google.endpoint().unwrap().deployed, ["1", "2"]);
    assert!(scene.google.is_idle());

    let mut scene = Scene::canary();
    scene.faults = [(at, Fault::Lost)].into();
    assert_eq!(scene.run().outputs.unwrap().traffic, 20);
}

#[test]
fn what_others_changed_meanwhile_stays() {
    // Somebody sends all traffic to the first model while Google deploys.
    let mut scene = Scene::canary();
    let at = Scene::canary().in_advance("deployModel");
    scene.acts = [(at + 4, Act::Send("1"))].into();
    assert_eq!(scene.run().outputs.unwrap().traffic, 20);
    assert_eq!(scene.google.splits, [json!({"1": 80, scene.id(): 20})]);

    // Somebody does so between the read and the write.
    let mut scene = Scene::canary();
    let at = Scene::canary().in_advance("PATCH");
    scene.acts = [(at, Act::Send("1"))].into();
    assert_eq!(scene.run().outputs.unwrap().traffic, 20);
    assert_eq!((scene.calls("PATCH"), &scene.google.splits[0]), (2, &json!({"1": 80, scene.id(): 20})));

    // Somebody undeploys a model then.
    let mut scene = Scene::new(Google::default().with_endpoint(&[("1", 100), ("2", 0)])).sharing(20);
    let at = scene.in_advance("PATCH");
    scene.acts = [(at, Act::Undeploy("2"))].into();
    assert_eq!(scene.run().outputs.unwrap().traffic, 20);
    assert_eq!(scene.google.endpoint().unwrap().split, [("1".into(), 80), (scene.id(), 20)].into());

    // The removal gives the share back to the others as they are now.
    let mut scene = Scene::canary();
    scene.acts = [(at + 2, Act::Send("2"))].into();
    scene.crashes = [(at, Crash::After)].into();
    scene.cancel = Some(at);
    scene.run();
    assert_eq!(scene.google.endpoint().unwrap().split, [("2".into(), 100)].into());
}

#[test]
fn leaves_an_endpoint_that_somebody_else_created_just_before() {
    let mut scene = Scene::new(Google { fails: Some((9, "no")), ..Google::default() });
    let at = scene.in_advance(
        "POST http://portal/api/proxy/vertex-ai/aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints?",
    );
    scene.acts = [(at, Act::CreateEndpoint)].into();
    scene.faults = [(at, Fault::Lost)].into();
    let report = scene.run();
    assert_eq!(report.undone, [] as [&str; 0]);
    assert!(scene.google.endpoint().is_some());
}

#[test]
fn keeps_an_endpoint_in_which_somebody_else_deployed() {
    let mut scene = Scene::new(Google { fails: Some((9, "no")), ..Google::default() });
    let at = scene.in_advance("deployModel");
    scene.acts = [(at + 3, Act::Deploy("77"))].into();
    let report = scene.run();
    assert_eq!(scene.google.endpoint().unwrap().deployed, ["77"]);
    assert!(report.not_undone[0].contains("other deployed models"), "{:?}", report.not_undone);
}

#[test]
fn a_removal_sends_no_split_where_somebody_deployed_meanwhile() {
    // The caller may not list operations, so the removal makes the lost call again to learn what became of it.
    let mut scene = Scene::new(Google { may_list: false, ..Google::default().with_endpoint(&[]) });
    let at = scene.in_advance("deployModel");
    scene.faults = [(at, Fault::Reset)].into();
    scene.cancel = Some(at + 1);
    scene.acts = [(at + 1, Act::Deploy("77")), (at + 2, Act::Send("77"))].into();
    assert_eq!(scene.run().outcome, RunOutcome::Cancelled);
    let endpoint = scene.google.endpoint().unwrap();
    assert_eq!((&endpoint.deployed, &endpoint.split), (&vec!["77".to_owned()], &[("77".into(), 100)].into()));
    assert!(scene.denied.is_empty(), "{:?}", scene.denied);
}

#[test]
fn removes_what_was_made_where_a_new_version_plans_in_another_way() {
    let mut scene = Scene::new(Google::default());
    let at = scene.in_advance("deployModel");
    scene.crashes = [(at + 3, Crash::Before)].into();
    let mut other = scene.target.clone();
    other.machine_type = Some("n1-standard-8".parse().unwrap());
    scene.replanned = Some(other);
    let report = scene.run();
    assert_eq!((report.outcome, report.diagnostics[0].code), (RunOutcome::Failed, Code::DeployPlanChanged));
    assert_eq!(scene.google.endpoint(), None);
    assert!(scene.google.is_idle());
}

#[test]
fn what_arrives_after_the_end_of_a_mandate_is_removed() {
    for part in ["endpointId=", "models:upload"] {
        let mut scene = Scene::new(Google { models: [].into(), ..Google::default() });
        scene.target.model.version = None;
        scene.target.image = Some("us-central1-docker.pkg.dev/acme-ml/serving/fraud:3".parse().unwrap());
        let sent = scene.in_advance(part);
        let mut other = scene.target.clone();
        other.machine_type = Some("n1-standard-8".parse().unwrap());
        scene.faults = [(sent, Fault::Held)].into();
        scene.crashes = [(sent + 1, Crash::Before)].into();
        scene.replanned = Some(other);
        for arrival in [2, 10, 60].map(|later| sent + later) {
            let mut late = scene.clone();
            late.acts = [(arrival, Act::Arrive)].into();
            let report = late.run();
            let told = || format!("{part} {arrival}: {report:#?}\n{}", late.wants.join("\n"));
            assert_eq!(report.diagnostics[0].code, Code::DeployPlanChanged, "{}", told());
            assert_eq!((late.google.endpoint(), late.google.models.len()), (None, 0), "{}", told());
            assert!(late.google.held_back.is_empty() && late.google.is_idle(), "{}", told());
        }
    }
}

#[test]
fn an_ended_run_reports_again_without_a_call() {
    let mut scene = Scene::canary();
    let first = scene.run();
    let (calls, wants) = (scene.google.log.len(), scene.wants.len());
    let second = scene.run();
    assert_eq!((first.outputs, scene.google.log.len(), scene.wants.len()), (second.outputs, calls, wants));

    let mut scene = Scene::new(Google { fails: Some((9, "no")), ..Google::default() });
    let (first, second) = (scene.run(), scene.run());
    assert_eq!((first.undone, first.diagnostics), (second.undone, second.diagnostics));
}

#[test]
fn the_portals_own_credentials_are_used_for_all_or_for_polls_only() {
    let mut scene = Scene::new(Google::default());
    scene.run();
    assert!(scene.google.log.iter().all(|(_, identity, _)| *identity == Identity::Service));
    let mut scene = Scene::new(Google::default());
    scene.identities = Identities::USER;
    scene.run();
    for (_, identity, line) in &scene.google.log {
        assert_eq!(*identity == Identity::Service, line.contains(":wait"), "{line}");
    }
}

#[test]
fn waits_for_an_endpoint_that_another_run_creates() {
    let mut first = Scene::new(Google::default());
    let at = first.in_advance("endpoints?endpointId");
    first.crashes = [(at, Crash::After)].into();
    // The other run has just begun to create it; this one has another model.
    let mut second = first.clone();
    second.crashes.clear();
    let line = |said: &[(u64, Progress)]| said.iter().any(|(_, p)| p.message.contains("waiting until Google shows it"));
    second.faults = [(at, Fault::Lost)].into();
    assert_eq!(second.run().outcome, RunOutcome::Succeeded);
    assert!(line(&second.said));
}

#[test]
fn sends_all_traffic_to_the_only_model_and_says_so() {
    let mut scene = Scene::new(Google::default()).sharing(20);
    assert_eq!(scene.run().outputs.unwrap().traffic, 100);
    assert!(scene.said.iter().any(|(_, p)| p.message.contains("all of it, not 20 %")));
}

#[test]
fn no_entry_holds_a_body_or_a_value_of_the_environment() {
    let (_, mut scene) = super::laws::scenes().into_iter().find(|(name, _)| *name == "upload").unwrap();
    let secret = crate::vertex::container::EnvVar::new("TOKEN", "s3cr3t-marker").unwrap();
    scene.target.env = vec![secret];
    scene.google.fails = Some((9, "no"));
    scene.run();
    let ledger = scene.ledger.join("\n");
    assert!(ledger.contains("upload") && !ledger.contains("s3cr3t-marker") && !ledger.contains("machineSpec"));
    assert!(ledger.len() < 8_000, "{} bytes", ledger.len());
}

#[test]
fn no_number_above_2_53_reaches_ledger_or_report() {
    use super::scene::has_exact_numbers;
    use serde_json::json;
    assert!(has_exact_numbers(&json!([1u64 << 53, {"a": 0}])));
    for number in [json!((1u64 << 53) + 1), json!(u64::MAX), json!(-1), json!(0.5)] {
        assert!(!has_exact_numbers(&json!({"a": [number]})), "{number}");
    }
    // Each write of a run is checked; here Google itself shows such numbers of replicas.
    for huge in [u64::from(u32::MAX) + 1, (1 << 53) + 1, u64::MAX] {
        let mut scene = Scene::new(Google::default().with_endpoint(&[("2", 0)]));
        let id = scene.id();
        let endpoint = scene.google.endpoints.values_mut().next().unwrap();
        endpoint.split.insert(id.clone(), 100);
        endpoint.replicas.insert(id.clone(), (1, huge));
        endpoint.replicas.insert("2".into(), (huge, huge));
        endpoint.deployed.push(id);
        let report = scene.run();
        let report = serde_json::to_value(&report).unwrap();
        assert!(has_exact_numbers(&report), "{report}");
        let told = serde_json::to_value(scene.said.iter().map(|(_, said)| said).collect::<Vec<_>>()).unwrap();
        assert!(has_exact_numbers(&told), "{told}");
        assert!(!scene.ledger.is_empty() && !scene.ledger.join("").contains(&huge.to_string()));
    }
}

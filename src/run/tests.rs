//! Runs against a scripted Google.

use super::*;
use crate::conversation::{Event, Failure, Outcome, Request, Response, Turn, Want};
use crate::method::Verb;
use crate::plan::{plan, tests::target};
use serde_json::json;

const ENDPOINT: &str = "projects/acme-ml/locations/us-central1/endpoints/fraud-detector";

/// A small Google: its resources and its faults.
#[derive(Default)]
struct World {
    endpoint: bool,
    deployed: Vec<String>,
    /// The endpoint's traffic.
    split: Value,
    /// The share that the target wants.
    wanted: Option<u32>,
    sent_split: Value,
    undone_split: Value,
    /// Stages that the running deployment still has to pass.
    stages: Vec<&'static str>,
    deploying: Option<String>,
    fail_with: Option<Value>,
    lose_answer_to: Option<&'static str>,
    unavailable_once: bool,
    deny: Option<&'static str>,
    services_are_strangers: bool,
    /// Number of polls that something between portal and Google answers with a 404.
    lost_looks: u32,
    log: Vec<String>,
    identities: Vec<Identity>,
}

impl World {
    fn operation(&self, name: &str, rest: Value) -> Value {
        let mut operation = json!({"name": format!("projects/123456789012/locations/us-central1/endpoints/fraud-detector/operations/{name}")});
        operation.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        operation
    }

    fn done(&self, response: Value) -> (u16, Value) {
        (200, self.operation("1", json!({"done": true, "response": response})))
    }

    fn look(&mut self) -> (u16, Value) {
        let kind = "type.googleapis.com/google.cloud.aiplatform.v1.DeployModelOperationMetadata";
        if self.lost_looks > 0 {
            self.lost_looks -= 1;
            return (404, json!({}));
        }
        let Some(id) = self.deploying.clone() else { return self.done(json!({})) };
        if !self.stages.is_empty() {
            let stage = self.stages.remove(0);
            return (200, self.operation("7", json!({"metadata": {"@type": kind, "deploymentStage": stage}})));
        }
        self.deploying = None;
        match self.fail_with.take() {
            Some(error) => (200, self.operation("7", json!({"done": true, "error": error}))),
            None => {
                self.deployed.push(id.clone());
                (200, self.operation("7", json!({"done": true, "response": {"deployedModel": {"id": id}}})))
            }
        }
    }

    fn answer(&mut self, request: &Request) -> Result<(u16, Value), Failure> {
        let path =
            request.url.strip_prefix("http://portal/api/proxy/vertex-ai/aiplatform/v1/").expect("through the proxy");
        let short = path.replace(ENDPOINT, "E");
        self.log.push(format!("{} {short}", request.verb.as_str()));
        self.identities.push(request.identity);
        if std::mem::take(&mut self.unavailable_once) {
            return Ok((503, json!({"error": {"status": "UNAVAILABLE", "message": "try later"}})));
        }
        if self.deny.is_some_and(|deny| short.contains(deny)) {
            return Ok((403, json!({"error": {"status": "PERMISSION_DENIED", "message": "denied"}})));
        }
        if self.services_are_strangers && request.identity == Identity::Service {
            return Ok((403, json!({"diagnostic": {"code": "proxy/caller-not-allowed", "message": "no record"}})));
        }
        let lost = self.lose_answer_to.is_some_and(|what| short.contains(what));
        let body: Value = request.body.as_deref().map(|b| serde_json::from_str(b).unwrap()).unwrap_or_default();
        let answer = match (request.verb, short.as_str()) {
            (Verb::Get, p) if p.contains("/models/") => (200, json!({"versionId": "3"})),
            (Verb::Get, "E") if self.endpoint => (
                200,
                json!({"deployedModels": self.deployed.iter().map(|id| json!({"id": id})).collect::<Vec<_>>(),
                    "trafficSplit": self.split}),
            ),
            (Verb::Get, "E") => (404, json!({"error": {"status": "NOT_FOUND", "message": "not found"}})),
            (Verb::Post, p) if p.contains("/endpoints?endpointId=fraud-detector") => {
                self.endpoint = true;
                self.done(json!({}))
            }
            (Verb::Post, "E:deployModel") => {
                let id = body["deployedModel"]["id"].as_str().unwrap().to_owned();
                if self.deploying.is_some() {
                    (409, json!({"error": {"status": "ALREADY_EXISTS", "message": "id in use"}}))
                } else {
                    self.deploying = Some(id);
                    self.sent_split = body["trafficSplit"].clone();
                    (200, self.operation("7", json!({})))
                }
            }
            (Verb::Post, p) if p.contains(":wait") => self.look(),
            (Verb::Get, "E/operations") => {
                let kind = "type.googleapis.com/google.cloud.aiplatform.v1.DeployModelOperationMetadata";
                (200, json!({"operations": [self.operation("7", json!({"metadata": {"@type": kind}}))]}))
            }
            (Verb::Post, p) if p.contains(":cancel") => {
                self.stages.clear();
                self.fail_with = Some(json!({"code": 1, "message": "cancelled"}));
                (200, json!({}))
            }
            (Verb::Post, "E:undeployModel") => {
                let id = body["deployedModelId"].as_str().unwrap();
                self.undone_split = body["trafficSplit"].clone();
                if self.deployed.iter().any(|d| d == id) {
                    self.deployed.retain(|d| d != id);
                    self.done(json!({}))
                } else {
                    (400, json!({"error": {"status": "INVALID_ARGUMENT", "message": "deployed model not found"}}))
                }
            }
            (Verb::Delete, "E") => {
                self.endpoint = false;
                self.done(json!({}))
            }
            (Verb::Patch, "E?updateMask=trafficSplit") => {
                self.sent_split = body["trafficSplit"].clone();
                (200, json!({}))
            }
            other => panic!("unexpected {other:?}"),
        };
        if lost {
            self.lose_answer_to = None;
            return Err(Failure::CutOff);
        }
        Ok(answer)
    }

    /// Drives a run; `cancel_at` is the number of the event that cancels it.
    fn drive(&mut self, cancel_at: Option<usize>) -> (RunReport, Vec<Progress>) {
        let mut target = target();
        target.traffic = self.wanted.map(|percent| percent.to_string().parse().unwrap());
        let mut talk = run(plan(target.clone()), "http://portal/api/proxy/vertex-ai/", Some("task 1".into()));
        let mut said = Vec::new();
        let mut outcome = Outcome::Begin;
        let mut now = 0;
        for number in 0..500 {
            now += 50;
            let cancelled = cancel_at.is_some_and(|at| number >= at);
            match talk.tell(Event { outcome, now, random: 0.5, cancelled }) {
                Turn::Done(report) => {
                    said.extend(talk.said());
                    return (report, said);
                }
                Turn::Want(Want::Wait(millis)) => {
                    now += millis;
                    outcome = Outcome::Waited;
                }
                Turn::Want(Want::Send(request)) => {
                    outcome = match self.answer(&request) {
                        Ok((status, body)) => Outcome::Answer(Response { status, retry_after: None, body: Some(body) }),
                        Err(failure) => Outcome::Failed(failure),
                    }
                }
            }
            said.extend(talk.said());
        }
        panic!("the run does not end: {:?}", self.log);
    }
}

fn id() -> String {
    plan(target()).deployed_model_id.unwrap().to_string()
}

#[test]
fn creates_the_endpoint_and_reports_every_stage() {
    let mut world =
        World { stages: vec!["STARTING_DEPLOYMENT", "PREPARING_MODEL", "PREPARING_MODEL"], ..World::default() };
    let (report, said) = world.drive(None);
    assert_eq!(report.outcome, RunOutcome::Succeeded, "{:?}", report.diagnostics);
    let outputs = report.outputs.unwrap();
    assert_eq!(outputs.deployed_model_id, id());
    assert_eq!(outputs.operation.as_deref(), Some(&*format!("{ENDPOINT}/operations/7")));
    assert!(outputs.console_url.ends_with("endpoints/fraud-detector?project=acme-ml"));
    let stages: Vec<_> = said.iter().filter_map(|p| p.stage.as_deref()).collect();
    assert_eq!(stages, ["STARTING_DEPLOYMENT", "PREPARING_MODEL"]);
    assert_eq!(world.deployed, [id()]);
}

#[test]
fn uses_the_portals_own_credentials_only_to_poll() {
    let mut world = World { stages: vec!["PREPARING_MODEL"], ..World::default() };
    world.drive(None);
    for (line, identity) in world.log.iter().zip(&world.identities) {
        assert_eq!(*identity == Identity::Service, line.contains(":wait"), "{line}");
    }
}

#[test]
fn a_second_run_finds_the_deployment() {
    let mut world = World { endpoint: true, deployed: vec![id()], ..World::default() };
    let (report, _) = world.drive(None);
    assert_eq!(report.outcome, RunOutcome::Succeeded);
    assert_eq!(report.outputs.unwrap().operation, None);
    assert!(!world.log.iter().any(|line| line.contains("deployModel")), "{:?}", world.log);
    assert!(world.log.iter().any(|line| line.contains("PATCH")), "traffic is sent to it");
}

#[test]
fn does_not_deploy_twice_after_a_lost_answer() {
    let mut world = World {
        endpoint: true,
        lose_answer_to: Some("deployModel"),
        stages: vec!["PREPARING_MODEL"],
        ..World::default()
    };
    let (report, said) = world.drive(None);
    assert_eq!(report.outcome, RunOutcome::Succeeded, "{:?}", report.diagnostics);
    assert_eq!(world.deployed, [id()]);
    assert!(said.iter().any(|p| p.kind == ProgressKind::Retry));
}

#[test]
fn retries_an_unavailable_service() {
    let mut world = World { unavailable_once: true, ..World::default() };
    assert_eq!(world.drive(None).0.outcome, RunOutcome::Succeeded);
}

#[test]
fn keeps_polling_after_a_404_that_is_not_googles() {
    let mut world = World { endpoint: true, lost_looks: 3, stages: vec!["PREPARING_MODEL"], ..World::default() };
    let (report, _) = world.drive(None);
    assert_eq!(report.outcome, RunOutcome::Succeeded, "{:?}", report.diagnostics);
    assert_eq!((world.deployed, world.lost_looks), (vec![id()], 0));
}

#[test]
fn reports_a_failed_operation_and_rolls_back() {
    let error = json!({"code": 9, "message": "Model server exited unexpectedly."});
    let mut world = World { fail_with: Some(error), ..World::default() };
    let (report, _) = world.drive(None);
    assert_eq!(report.outcome, RunOutcome::Failed);
    assert_eq!(report.diagnostics[0].code, Code::DeployOperationFailed);
    assert!(report.diagnostics[0].message.contains("Model server exited"));
    assert_eq!(report.undone.len(), 2, "{:?}", report.undone);
    assert!(!world.endpoint && world.deployed.is_empty());
}

#[test]
fn keeps_an_endpoint_that_existed_before() {
    let mut world = World { endpoint: true, fail_with: Some(json!({"code": 9, "message": "no"})), ..World::default() };
    let (report, _) = world.drive(None);
    assert_eq!(report.outcome, RunOutcome::Failed);
    assert!(world.endpoint);
}

#[test]
fn reports_what_it_could_not_remove() {
    let mut world = World { fail_with: Some(json!({"code": 9, "message": "no"})), ..World::default() };
    world.deny = Some("undeployModel");
    let (report, _) = world.drive(None);
    assert_eq!(report.not_undone.len(), 1);
    let finding = report.diagnostics.iter().find(|d| d.code == Code::DeployNotUndone).unwrap();
    assert_eq!(finding.permission.as_deref(), Some("aiplatform.endpoints.undeploy"));
}

#[test]
fn names_the_missing_permission_and_leaves_nothing_behind() {
    let mut world = World { deny: Some("deployModel"), ..World::default() };
    let (report, _) = world.drive(None);
    assert_eq!(report.diagnostics[0].permission.as_deref(), Some("aiplatform.endpoints.deploy"));
    assert!(!world.endpoint);
}

#[test]
fn cancels_the_operation_and_rolls_back() {
    let mut world = World { stages: vec!["STARTING_DEPLOYMENT"; 50], ..World::default() };
    let (report, _) = world.drive(Some(12));
    assert_eq!(report.outcome, RunOutcome::Cancelled);
    assert!(world.log.iter().any(|line| line.contains(":cancel")), "{:?}", world.log);
    assert!(!world.endpoint && world.deployed.is_empty());
}

#[test]
fn polls_as_the_user_if_the_portal_has_no_record_of_the_operation() {
    let mut world = World { services_are_strangers: true, stages: vec!["PREPARING_MODEL"], ..World::default() };
    assert_eq!(world.drive(None).0.outcome, RunOutcome::Succeeded);
}

#[test]
fn gives_the_new_model_its_share_and_scales_the_others() {
    let others = json!({"1": 75, "2": 25});
    let mut world = World { endpoint: true, split: others.clone(), wanted: Some(20), ..World::default() };
    assert_eq!(world.drive(None).0.outcome, RunOutcome::Succeeded);
    assert_eq!(world.sent_split, json!({"0": 20, "1": 60, "2": 20}));

    let mut world = World { endpoint: true, split: others.clone(), ..World::default() };
    world.drive(None);
    assert_eq!(world.sent_split, json!({"0": 100}));

    // A rollback restores the shares of the others.
    let mut world = World { fail_with: Some(json!({"code": 9, "message": "no"})), ..World::default() };
    world = World { endpoint: true, split: others.clone(), wanted: Some(20), ..world };
    world.drive(None);
    assert_eq!(world.undone_split, others);
}

#[test]
fn sends_all_traffic_to_the_only_model_and_reports_it() {
    let mut world = World { wanted: Some(20), ..World::default() };
    let (report, said) = world.drive(None);
    assert_eq!(report.outcome, RunOutcome::Succeeded);
    assert_eq!(world.sent_split, json!({"0": 100}));
    assert!(said.iter().any(|p| p.message.contains("all of it, not 20 %")), "{said:?}");
}

#[test]
fn a_second_run_sets_a_share_that_differs() {
    let split = json!({"1": 90, id(): 10});
    let again = |wanted| {
        let mut world = World { endpoint: true, deployed: vec![id()], split: split.clone(), ..World::default() };
        world.wanted = Some(wanted);
        assert_eq!(world.drive(None).0.outcome, RunOutcome::Succeeded);
        world.sent_split
    };
    assert_eq!(again(30), json!({"1": 70, id(): 30}));
    assert_eq!(again(10), Value::Null);
    assert_eq!(again(0), json!({"1": 100, id(): 0}));
}

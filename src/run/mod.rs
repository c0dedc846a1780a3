//! A run of a plan: it looks before it acts, follows operations to their end, and rolls back what it made if it fails.

mod operation;
#[cfg(test)]
mod tests;
mod undo;

use crate::conversation::{Conversation, Identity, Progress, ProgressKind, Voice};
use crate::diagnostic::{Code, Diagnostic, Words};
use crate::google::{CallError, Google};
use crate::method::{self, Call, Resource};
use crate::name::{DeployedModelId, Operation};
use crate::plan::{Plan, Step, StepKind};
use crate::vertex::traffic::{Split, Traffic};
use operation::{Ended, Follower};
use serde::Serialize;
use serde_json::Value;

/// The outcome of a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ts_rs::TS)]
#[ts(rename = "DeployOutcome")]
#[serde(rename_all = "lowercase")]
pub enum RunOutcome {
    Succeeded,
    Failed,
    Cancelled,
}

/// The results of a successful deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ts_rs::TS)]
#[ts(rename = "DeployOutputs", optional_fields)]
#[serde(rename_all = "camelCase")]
pub struct Outputs {
    pub endpoint: String,
    pub deployed_model_id: String,
    /// Absent if the deployment existed already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    pub console_url: String,
    pub model: String,
}

/// The report of a deployment.
#[derive(Clone, Debug, PartialEq, Serialize, ts_rs::TS)]
#[ts(rename = "DeployReport", optional_fields)]
#[serde(rename_all = "camelCase")]
pub struct RunReport {
    pub outcome: RunOutcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outputs: Option<Outputs>,
    /// Titles of the resources that were removed after a failure, newest first.
    pub undone: Vec<String>,
    /// Titles of the resources that could not be removed.
    pub not_undone: Vec<String>,
    pub diagnostics: Vec<Diagnostic>,
}

impl RunReport {
    /// The report of a run that did not start.
    pub fn refused(diagnostics: Vec<Diagnostic>) -> Self {
        Self {
            outcome: RunOutcome::Failed,
            plan: None,
            outputs: None,
            undone: Vec::new(),
            not_undone: Vec::new(),
            diagnostics,
        }
    }
}

/// Starts a run of a plan through the proxy at `proxy_url`.
pub fn run(plan: Plan, proxy_url: &str, reason: Option<String>) -> Conversation<RunReport> {
    let proxy_url = proxy_url.to_owned();
    Conversation::new(move |voice| async move {
        let google = Google::new(voice, &proxy_url, reason);
        Run { google, plan, made: Vec::new() }.report().await
    })
}

/// Something that this run made, and removes if it fails.
struct Made {
    what: String,
    undo: Call,
    /// The operation that may still be making it.
    operation: Option<Operation>,
}

struct Run {
    google: Google,
    plan: Plan,
    made: Vec<Made>,
}

impl Run {
    async fn report(mut self) -> RunReport {
        match self.steps().await {
            Ok(outputs) => {
                self.say(ProgressKind::Done, format!("`{}` serves at `{}`", outputs.model, outputs.endpoint));
                RunReport {
                    outcome: RunOutcome::Succeeded,
                    plan: Some(self.plan),
                    outputs: Some(outputs),
                    undone: Vec::new(),
                    not_undone: Vec::new(),
                    diagnostics: Vec::new(),
                }
            }
            Err(error) => {
                let outcome = match error {
                    CallError::Cancelled => RunOutcome::Cancelled,
                    _ => RunOutcome::Failed,
                };
                let mut diagnostics = vec![error.finding()];
                // A cancellation does not cut the rollback short.
                self.google.voice().turn_deaf();
                let (undone, not_undone) = undo::undo(&self.google, std::mem::take(&mut self.made)).await;
                for finding in &not_undone {
                    diagnostics.push(finding.clone());
                }
                RunReport {
                    outcome,
                    plan: Some(self.plan),
                    outputs: None,
                    undone,
                    not_undone: not_undone.iter().map(|d| d.message.to_string()).collect(),
                    diagnostics,
                }
            }
        }
    }

    fn voice(&self) -> &Voice {
        self.google.voice()
    }

    fn say(&self, kind: ProgressKind, message: impl Into<String>) {
        self.voice().say(Progress::new(kind, message));
    }

    async fn steps(&mut self) -> Result<Outputs, CallError> {
        self.find_or_upload_model().await?;
        let endpoint = self.find_or_create_endpoint().await?;
        let (id, operation) = self.deploy(endpoint).await?;
        Ok(Outputs {
            endpoint: self.plan.target.endpoint.to_string(),
            deployed_model_id: id.to_string(),
            operation: operation.map(|o| o.to_string()),
            console_url: self.plan.console_url(),
            model: self.plan.target.model.to_string(),
        })
    }

    fn step(&self, kind: StepKind) -> Result<Step, CallError> {
        // Every plan is made by `plan::plan`, which leaves none of these out once the version is known.
        let missing = || CallError::NoAnswer(Diagnostic::new(Code::CoreInternal, "the plan lacks a step"));
        let step = self.plan.step(kind).cloned().ok_or_else(missing)?;
        if kind != StepKind::Traffic {
            self.say(ProgressKind::Step, step.title.clone());
        }
        Ok(step)
    }

    /// The probe's answer; `None` if the resource does not exist.
    async fn probe(&self, step: &Step) -> Result<Option<Value>, CallError> {
        let Some(probe) = &step.probe else { return Ok(None) };
        match self.google.call(probe, Identity::Initiator).await {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.is_not_found() && step.call.is_some() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes a call that starts an operation, and follows it to its end.
    async fn make(&mut self, call: &Call, undo: Option<&Call>, what: &str) -> Result<(Operation, Ended), CallError> {
        if let Some(undo) = undo {
            self.made.push(Made { what: what.to_owned(), undo: undo.clone(), operation: None });
        }
        let started = match self.google.call(call, Identity::Initiator).await {
            Ok(started) => started,
            Err(error) => {
                // A rejected call made nothing. After a lost answer it is unknown whether Google started something.
                if undo.is_some() && matches!(error, CallError::Refused { status: 400..=499, .. }) {
                    self.made.pop();
                }
                return Err(error);
            }
        };
        let operation = operation::name(&started, call)?;
        if let (Some(made), Some(_)) = (self.made.last_mut(), undo) {
            made.operation = Some(operation.clone());
        }
        let ended = Follower::new(&self.google, operation.clone()).follow(Some(started)).await?;
        if let (Some(made), Some(_)) = (self.made.last_mut(), undo) {
            made.operation = None;
        }
        Ok((operation, ended))
    }

    async fn find_or_upload_model(&mut self) -> Result<(), CallError> {
        let step = self.step(StepKind::Model)?;
        let found = match (self.probe(&step).await?, &step.call) {
            (Some(found), _) => found,
            (None, Some(upload)) => {
                let what = format!("model `{}`", self.plan.target.model.short());
                let (_, ended) = self.make(upload, step.undo.as_ref(), &what).await?;
                let mut uploaded = ended.response;
                uploaded["versionId"] = uploaded["modelVersionId"].take();
                uploaded
            }
            (None, None) => return Err(unexpected("Google returned no model and no reason")),
        };
        if self.plan.deployed_model_id.is_none() {
            let version = found["versionId"].as_str().unwrap_or("1");
            let version = version.parse().map_err(|_| unexpected("the model's version is not a number"))?;
            self.plan = self.plan.for_version(version);
            self.say(ProgressKind::Step, format!("The model version is `{}`", self.plan.target.model.short()));
        }
        Ok(())
    }

    async fn find_or_create_endpoint(&mut self) -> Result<Value, CallError> {
        let step = self.step(StepKind::Endpoint)?;
        if let Some(found) = self.probe(&step).await? {
            return Ok(found);
        }
        let Some(create) = &step.call else { return Err(unexpected("Google returned no endpoint and no reason")) };
        let what = format!("endpoint `{}`", self.plan.target.endpoint.id);
        match self.make(create, step.undo.as_ref(), &what).await {
            Ok(_) => Ok(Value::Null),
            // Another run creates the same endpoint, or our first request arrived although its answer was lost.
            Err(CallError::Refused { status: 409, finding }) => self.await_endpoint(&step, finding).await,
            Err(error) => Err(error),
        }
    }

    async fn await_endpoint(&self, step: &Step, conflict: Diagnostic) -> Result<Value, CallError> {
        for number in 1..=10 {
            if let Some(found) = self.probe(step).await? {
                return Ok(found);
            }
            let millis = crate::google::pause(number.min(3), None, self.voice().random());
            self.voice().wait(millis).await.map_err(|_| CallError::Cancelled)?;
        }
        Err(CallError::NoAnswer(conflict))
    }

    async fn deploy(&mut self, endpoint: Value) -> Result<(DeployedModelId, Option<Operation>), CallError> {
        let step = self.step(StepKind::Deployment)?;
        let (Some(id), Some(call)) = (self.plan.deployed_model_id.clone(), &step.call) else {
            return Err(unexpected("the model's version is unknown"));
        };
        if is_deployed(&endpoint, &id) {
            self.say(ProgressKind::Step, format!("Already deployed as `{id}`"));
            self.route_traffic(&endpoint, &id).await?;
            return Ok((id, None));
        }
        let call = self.share_traffic(&endpoint, "0", call.clone());
        // The undo restores the traffic of the other models.
        let present = Split::of(&endpoint);
        let undo = step.undo.map(|undo| if present.is_empty() { undo } else { splitting(undo, present) });
        let what = format!("deployed model {id}");
        let (operation, ended) = match self.make(&call, undo.as_ref(), &what).await {
            Ok(done) => done,
            Err(CallError::Refused { status: 409, finding }) => {
                self.say(ProgressKind::Wait, "Another run is deploying this model: following its operation");
                return self.attach(id, finding).await;
            }
            Err(error) => return Err(error),
        };
        let got = ended.response["deployedModel"]["id"].as_str();
        if got != Some(id.as_str()) {
            return Err(unexpected(format!("the operation ended with deployed model {got:?} instead of {id}")));
        }
        Ok((id, Some(operation)))
    }

    /// Follows the endpoint's unfinished deployments until ours is done.
    async fn attach(
        &mut self,
        id: DeployedModelId,
        conflict: Diagnostic,
    ) -> Result<(DeployedModelId, Option<Operation>), CallError> {
        let endpoint = self.plan.target.endpoint.clone();
        let list = Call::new(&method::ENDPOINT_OPERATIONS_LIST, Resource::Endpoint(endpoint.clone()));
        let get = Call::new(&method::ENDPOINTS_GET, Resource::Endpoint(endpoint.clone()));
        let mut last = None;
        loop {
            let state = self.google.call(&get, Identity::Initiator).await?;
            if is_deployed(&state, &id) {
                return Ok((id, last));
            }
            let listed = self.google.call(&list, Identity::Initiator).await?;
            let Some(operation) = operation::unfinished_deployment(&listed, &endpoint.place.project) else {
                return Err(CallError::NoAnswer(conflict));
            };
            let ended = Follower::new(&self.google, operation.clone()).follow(None).await?;
            if ended.response["deployedModel"]["id"].as_str() == Some(id.as_str()) {
                return Ok((id, Some(operation)));
            }
            last = Some(operation);
        }
    }

    async fn route_traffic(&self, endpoint: &Value, id: &DeployedModelId) -> Result<(), CallError> {
        let present = Split::of(endpoint);
        if present.with(id.as_str(), self.traffic()).share(id.as_str()) == present.share(id.as_str()) {
            return Ok(());
        }
        if let Step { title, call: Some(call), .. } = self.step(StepKind::Traffic)? {
            self.say(ProgressKind::Step, title);
            let call = self.share_traffic(endpoint, id.as_str(), call);
            self.google.call(&call, Identity::Initiator).await?;
        }
        Ok(())
    }

    fn traffic(&self) -> Traffic {
        self.plan.target.traffic.unwrap_or(Traffic::ALL)
    }

    /// Adds the traffic split of all models at the endpoint to a call: a plan knows our share only.
    fn share_traffic(&self, endpoint: &Value, id: &str, call: Call) -> Call {
        let wanted = self.traffic();
        let split = Split::of(endpoint).with(id, wanted);
        if split.share(id) != wanted.percent() {
            let share = wanted.words();
            self.say(
                ProgressKind::Step,
                format!("No other model receives traffic: this one receives all of it, not {share}"),
            );
        }
        splitting(call, split)
    }
}

fn is_deployed(endpoint: &Value, id: &DeployedModelId) -> bool {
    endpoint["deployedModels"]
        .as_array()
        .is_some_and(|models| models.iter().any(|model| model["id"].as_str() == Some(id.as_str())))
}

fn splitting(mut call: Call, split: Split) -> Call {
    if let Some(Value::Object(body)) = &mut call.body {
        body.insert("trafficSplit".into(), split.into());
    }
    call
}

fn unexpected(message: impl Into<Words>) -> CallError {
    CallError::NoAnswer(Diagnostic::new(Code::DeployUnexpectedResult, message))
}

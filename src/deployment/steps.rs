//! The steps of a deployment: model, endpoint, deployed model.

use super::call::{Lost, Sent};
use super::holding::Use;
use super::ledger::{Change, Entry};
use super::memory::Memory;
use super::operation::{Ended, POLL, SILENCE};
use super::{Outputs, Run, impossible, unexpected};
use crate::conversation::{Millis, ProgressKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::google::{CallError, pause};
use crate::method::{self, Call, Resource};
use crate::name::{DeployedModelId, Operation};
use crate::plan::{Step, StepKind};
use crate::vertex::traffic::{Split, Traffic, deployed, is_private};
use serde_json::Value;

/// How long a run waits for a resource that another one is creating: Google takes up to some minutes.
const CREATION: Millis = 15 * 60_000;
/// How long a run waits for another deployment of the same model: Google's own limit is below it.
const DEPLOYMENT: Millis = 6 * 3_600_000;
/// Number of looks for a version whose upload may be under way: some minutes.
const UPLOAD_LOOKS: u32 = 40;
/// Number of looks between two tries to make what another run is making.
const LOOKS: u32 = 12;

impl Run {
    pub async fn steps(&mut self) -> Result<Outputs, CallError> {
        self.find_or_upload_model().await?;
        let endpoint = self.find_or_create_endpoint().await?;
        let (id, operation, traffic) = self.deploy(endpoint).await?;
        let moved_alias = self.move_alias().await?;
        let plan = self.plan()?;
        Ok(Outputs {
            endpoint: plan.target.endpoint.to_string(),
            deployed_model_id: Some(id.to_string()),
            operation: operation.map(|o| o.to_string()),
            console_url: plan.console_url(),
            model: plan.target.model.to_string(),
            traffic,
            replicas: plan.target.fixed_replicas().filter(|_| self.memory.scaled.is_some()),
            removed: Vec::new(),
            resolved_alias: self.alias.as_ref().map(ToString::to_string),
            moved_alias,
        })
    }

    pub fn step(&self, kind: StepKind) -> Result<Step, CallError> {
        // Every plan is made by `plan::plan`, which leaves none of these out once the version is known.
        let missing = || CallError::NoAnswer(Diagnostic::new(Code::CoreInternal, "the plan lacks a step"));
        let step = self.plan()?.step(kind).cloned().ok_or_else(missing)?;
        if kind != StepKind::Traffic {
            self.say(ProgressKind::Step, step.title.clone());
        }
        Ok(step)
    }

    /// The probe's answer; `None` if the resource does not exist and the step can make it.
    async fn probe(&self, step: &Step) -> Result<Option<Value>, CallError> {
        let Some(probe) = &step.probe else { return Ok(None) };
        match &step.call {
            Some(_) => self.look(probe).await,
            None => self.read(probe).await.map(Some),
        }
    }

    async fn find_or_upload_model(&mut self) -> Result<(), CallError> {
        if self.memory.version.is_some() {
            return Ok(());
        }
        let step = self.step(StepKind::Model)?;
        let version = match step.call.clone() {
            None => self.read_version(&step).await?,
            Some(upload) => self.find_or_upload_version(&step, upload).await?,
        };
        if self.plan()?.deployed_model_id.is_some() {
            return Ok(());
        }
        self.pin(&version)?;
        self.record(Entry::Version { version }).await;
        let model = self.plan()?.target.model.short();
        self.say(
            ProgressKind::Step,
            match &self.alias {
                Some(alias) => format!("The alias `{alias}` names `{model}`"),
                None => format!("The model version is `{model}`"),
            },
        );
        Ok(())
    }

    async fn read_version(&self, step: &Step) -> Result<String, CallError> {
        let found = self.probe(step).await?.unwrap_or_default();
        Ok(version_of(&found).unwrap_or("1").to_owned())
    }

    /// The version with the content of the plan: one that exists, or a new one. The same content is uploaded once.
    async fn find_or_upload_version(&mut self, step: &Step, upload: Call) -> Result<String, CallError> {
        let plan = self.plan()?;
        let name = plan.target.model.clone();
        let new_version = plan.new_version().unwrap_or_else(|| upload.clone());
        let versions = Call::new(&method::MODELS_LIST_VERSIONS, Resource::Model(name.clone()));
        let operation = |memory: &Memory| memory.model.as_ref()?.operation().cloned();
        let begun = self.voice().now();
        let mut lost = Lost::default();
        let (mut looks, mut unread) = (0, 0);
        let mut unfinished = operation(&self.memory);
        let mut started = None;
        loop {
            if let Some(operation) = unfinished.take() {
                match self.follow(&operation, started.take()).await? {
                    Ended::Succeeded(response) => {
                        return Ok(response["modelVersionId"].as_str().unwrap_or("1").to_owned());
                    }
                    Ended::Failed(end) => return Err(end.error()),
                    Ended::Unknown => {}
                }
            }
            let call = match self.probe(step).await? {
                None => &upload,
                Some(found) if self.plan()?.is_wanted(&found) => {
                    return Ok(version_of(&found).unwrap_or("1").to_owned());
                }
                Some(_) => {
                    let listed = self.list(&versions, "models").await?;
                    let plan = self.plan()?;
                    let same = listed.iter().filter(|version| plan.is_wanted(version)).filter_map(version_of);
                    if let Some(version) = same.max_by_key(|version| version.parse::<u64>().unwrap_or(0)) {
                        return Ok(version.to_owned());
                    }
                    // The answer to an upload is missing. It may be under way: a second one would make a second version.
                    if self.memory.model.is_some() && looks < UPLOAD_LOOKS {
                        looks += 1;
                        self.pause(pause(looks.min(5), None, self.voice().random())).await?;
                        continue;
                    }
                    &new_version
                }
            };
            let (call, is_whole) = self.filled(call);
            if !is_whole {
                self.learn_values(&call, &mut unread).await?;
                continue;
            }
            match self.change(Change::Upload { model: name.to_string() }, &call).await? {
                Sent::Answered(answer) => {
                    unfinished = operation(&self.memory);
                    started = Some(answer);
                }
                Sent::Refused(CallError::Refused { status: 409, finding }) => {
                    if self.voice().now().saturating_sub(begun) > CREATION {
                        return Err(CallError::NoAnswer(finding));
                    }
                    self.say(ProgressKind::Wait, format!("{}; waiting until Google shows it", finding.message));
                    self.pause(SILENCE).await?;
                }
                Sent::Refused(error) => return Err(error),
                Sent::Lost(error) => lost.again(self, error).await?,
            }
        }
    }

    /// Completes the plan with the version of the model.
    fn pin(&mut self, version: &str) -> Result<(), CallError> {
        let version = version.parse().map_err(|_| unexpected("the model's version is not a number"))?;
        self.plan = Ok(self.plan()?.for_version(version));
        Ok(())
    }

    async fn find_or_create_endpoint(&mut self) -> Result<Value, CallError> {
        let step = self.step(StepKind::Endpoint)?;
        let change = Change::Create { endpoint: self.plan()?.target.endpoint.to_string() };
        let operation = |memory: &Memory| memory.endpoint.as_ref()?.operation().cloned();
        let begun = self.voice().now();
        let mut lost = Lost::default();
        let mut conflicts = 0;
        // The operation of an earlier process.
        let mut unfinished = operation(&self.memory);
        loop {
            if let Some(operation) = unfinished.take()
                && let Ended::Failed(end) = self.follow(&operation, None).await?
            {
                return Err(end.error());
            }
            if let Some(found) = self.probe(&step).await? {
                return Ok(found);
            }
            let Some(call) = &step.call else { return Err(unexpected("Google returned nothing and no reason")) };
            match self.change(change.clone(), call).await? {
                Sent::Answered(started) => {
                    let Some(operation) = operation(&self.memory) else {
                        return Err(unexpected("Google answered without an operation"));
                    };
                    match self.follow(&operation, Some(started)).await? {
                        // It is new, so no other user knows it.
                        Ended::Succeeded(_) => return Ok(Value::Null),
                        Ended::Failed(end) => return Err(end.error()),
                        Ended::Unknown => {}
                    }
                }
                Sent::Refused(CallError::Refused { status: 409, finding }) => {
                    if conflicts == 0 {
                        self.say(ProgressKind::Wait, format!("{}; waiting until Google shows it", finding.message));
                    }
                    for _ in 0..LOOKS {
                        conflicts += 1;
                        self.pause(pause(conflicts.min(4), None, self.voice().random())).await?;
                        if let Some(found) = self.probe(&step).await? {
                            return Ok(found);
                        }
                    }
                    if self.voice().now().saturating_sub(begun) > CREATION {
                        return Err(CallError::NoAnswer(finding));
                    }
                }
                Sent::Refused(error) => return Err(error),
                Sent::Lost(error) => lost.again(self, error).await?,
            }
        }
    }

    /// Returns the deployed model's id, its operation where it is known, and its share of the traffic.
    async fn deploy(&mut self, endpoint: Value) -> Result<(DeployedModelId, Option<Operation>, u32), CallError> {
        let step = self.step(StepKind::Deployment)?;
        let plan = self.plan()?;
        let (Some(id), Some(call)) = (plan.deployed_model_id.clone(), step.call.clone()) else {
            return Err(unexpected("the model's version is unknown"));
        };
        let name = plan.target.endpoint.clone();
        let look = Call::new(&method::ENDPOINTS_GET, Resource::Endpoint(name.clone()));
        let begun = self.voice().now();
        let mut lost = Lost::default();
        let mut waits = false;
        let mut state = Some(endpoint);
        let mut started = None;
        loop {
            let operation = self.memory.deployed.as_ref().and_then(|deployed| deployed.operation().cloned());
            if let Some(operation) = operation {
                match self.follow(&operation, started.take()).await? {
                    Ended::Succeeded(response) => {
                        let got = response["deployedModel"]["id"].as_str();
                        let is_ours = got == Some(id.as_str());
                        if !is_ours && !is_deployed(&self.read(&look).await?, &id) {
                            let message = format!("the operation ended with deployed model {got:?} instead of {id}");
                            return Err(unexpected(message));
                        }
                        let alone = self.memory.deployed.as_ref().is_some_and(|deployed| deployed.what.alone);
                        let share =
                            if alone && is_ours { Traffic::ALL.percent() } else { self.route(&id, None).await? };
                        return Ok((id, Some(operation), share));
                    }
                    Ended::Failed(end) => return Err(self.explained(&end, &name, &id, &call).await),
                    Ended::Unknown => {
                        let endpoint = self.read(&look).await?;
                        if !is_deployed(&endpoint, &id) {
                            return Err(unexpected("Google knows neither the operation nor the deployed model"));
                        }
                        let share = self.route(&id, Some(endpoint)).await?;
                        return Ok((id, Some(operation), share));
                    }
                }
            }
            let earlier = if self.memory.deployed.is_some() { self.deployments(&name).await? } else { None };
            let endpoint = match state.take() {
                Some(endpoint) if earlier.is_none() => endpoint,
                _ => self.read(&look).await?,
            };
            let is_known = self.memory.deployed.as_ref().is_some_and(|made| made.operation().is_some());
            if !is_known && self.share(&name, &id).await? == Use::Late {
                continue;
            }
            if is_deployed(&endpoint, &id) {
                let mut read = Some(endpoint);
                if let Some(endpoint) = read.take_if(|_| self.memory.deployed.is_none()) {
                    self.say(ProgressKind::Step, format!("Already deployed as `{id}`"));
                    read = self.fit(&id, endpoint).await?;
                }
                let share = self.route(&id, read).await?;
                return Ok((id, None, share));
            }
            let alone = endpoint["deployedModels"].as_array().is_none_or(Vec::is_empty);
            if !alone && is_private(&endpoint) {
                return Err(impossible(
                    "the private endpoint serves another model already, and can serve only one",
                    "undeploy the other model first, or deploy to another endpoint",
                ));
            }
            let planned = self.plan()?.target.is_private();
            if planned && !endpoint.is_null() && !is_private(&endpoint) {
                return Err(impossible(
                    "the endpoint exists, and is not the private one that the annotations describe",
                    "deploy to another endpoint, or remove `google.com/vertex-ai-endpoint-type`",
                ));
            }
            // An endpoint that this run has made is as planned.
            let is_split = if endpoint.is_null() { !planned } else { !is_private(&endpoint) };
            let call = self.first_traffic(call.clone(), alone && is_split)?;
            let change = Change::Deploy { endpoint: name.to_string(), id: id.to_string(), alone };
            match self.change(change, &call).await? {
                Sent::Answered(answer) => started = Some(answer),
                Sent::Refused(CallError::Refused { status: 409, finding }) => {
                    // The answer to an earlier try was lost: the id is in use by the deployment that it started. Where another run
                    // deploys the same, the unfinished deployment may be that one's.
                    if self.memory.deployed.is_some() {
                        match self.share(&name, &id).await? {
                            Use::Late => continue,
                            Use::Shared => {}
                            Use::Alone => {
                                if let Some(operation) = self.deployment_since(&name, earlier.as_ref()).await? {
                                    self.record(Entry::Found { operation: operation.to_string() }).await;
                                    continue;
                                }
                            }
                        }
                    }
                    if !waits {
                        waits = true;
                        self.say(ProgressKind::Wait, "This model is being deployed already: waiting for its end");
                    }
                    state = self.await_deployment(&look, &id).await?;
                    if state.is_none() && self.voice().now().saturating_sub(begun) > DEPLOYMENT {
                        return Err(CallError::NoAnswer(finding));
                    }
                }
                Sent::Refused(error) => return Err(error),
                Sent::Lost(error) => lost.again(self, error).await?,
            }
        }
    }

    /// Looks for a model that somebody is deploying, for some time: the endpoint once the model is there.
    async fn await_deployment(&self, look: &Call, id: &DeployedModelId) -> Result<Option<Value>, CallError> {
        let mut said = self.voice().now();
        for _ in 0..LOOKS {
            self.pause(POLL).await?;
            let endpoint = self.read(look).await?;
            if is_deployed(&endpoint, id) {
                return Ok(Some(endpoint));
            }
            if self.voice().now().saturating_sub(said) >= SILENCE {
                said = self.voice().now();
                self.say(ProgressKind::Wait, "The model is still being deployed");
            }
        }
        Ok(None)
    }

    /// The call that deploys, with a traffic split only where the endpoint has no model: any other split is read later, and changed
    /// with its etag.
    pub fn first_traffic(&self, mut call: Call, alone: bool) -> Result<Call, CallError> {
        let wanted = self.traffic()?;
        if let Some(Value::Object(body)) = &mut call.body {
            if alone {
                if wanted != Traffic::ALL {
                    let share = wanted.words();
                    self.say(
                        ProgressKind::Step,
                        format!("No other model receives traffic: this one receives all of it, not {share}"),
                    );
                }
                let split: Split = [("0".to_owned(), Traffic::ALL.percent())].into_iter().collect();
                body.insert("trafficSplit".into(), split.into());
            } else {
                body.remove("trafficSplit");
            }
        }
        Ok(call)
    }

    pub fn traffic(&self) -> Result<Traffic, CallError> {
        Ok(self.plan()?.target.traffic.unwrap_or(Traffic::ALL))
    }
}

pub fn version_of(model: &Value) -> Option<&str> {
    model["versionId"].as_str()
}

pub fn is_deployed(endpoint: &Value, id: &DeployedModelId) -> bool {
    deployed(endpoint).contains(&id.as_str())
}

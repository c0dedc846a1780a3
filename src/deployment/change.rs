//! The kinds of runs, and the reports of those that change what is deployed already.

use super::ledger::{Entry, Finding};
use super::steps::is_deployed;
use super::{Outputs, Run, impossible};
use crate::conversation::ProgressKind;
use crate::diagnostic::{Code, Diagnostic, Words};
use crate::google::CallError;
use crate::method::{self, Call, Resource};
use crate::name::{DeployedModelId, Endpoint};
use crate::plan::Kind;
use crate::vertex::deployed_model;
use crate::vertex::traffic::{Split, Traffic};
use serde_json::Value;

impl Run {
    /// Does what the plan is for.
    pub async fn carry_out(&mut self) -> Result<Outputs, CallError> {
        match self.plan()?.kind.clone() {
            Kind::Deploy(_) => self.steps().await,
            Kind::Undeploy(undeploy) => self.undeploy(&undeploy).await,
            Kind::Traffic(id, share) => self.shift(&id, share).await,
            Kind::Scale(id, replicas) => {
                self.say_steps()?;
                self.scale(&id, replicas).await
            }
        }
    }

    /// The success in one line.
    pub fn done(&self, outputs: &Outputs) -> String {
        let Outputs { model, traffic, endpoint, removed, .. } = outputs;
        match self.plan.as_ref().map(|plan| &plan.kind) {
            Ok(Kind::Undeploy(_)) if removed.is_empty() => format!("`{endpoint}` has no such deployed model"),
            Ok(Kind::Undeploy(_)) => format!("Removed from `{endpoint}`: {}", removed.join(", ")),
            Ok(Kind::Traffic(id, _)) => {
                format!("Deployed model {id} serves {traffic} % of the traffic of `{endpoint}`")
            }
            Ok(Kind::Scale(id, replicas)) => {
                format!("Deployed model {id} runs with {} to {} replicas", replicas.min, replicas.max)
            }
            _ => format!("`{model}` serves {traffic} % of the traffic of `{endpoint}`"),
        }
    }

    /// The results of a change of one deployed model, or of all.
    pub fn changed(&self, id: Option<&DeployedModelId>, endpoint: &Value) -> Result<Outputs, CallError> {
        let plan = self.plan()?;
        let model = id.and_then(|id| deployed_model::find(endpoint, id)?["model"].as_str());
        let model = model.map_or_else(|| plan.target.model.to_string(), str::to_owned);
        Ok(Outputs {
            endpoint: plan.target.endpoint.to_string(),
            deployed_model_id: id.map(ToString::to_string),
            operation: None,
            console_url: plan.console_url(),
            model,
            traffic: id.map(|id| Split::among_deployed(endpoint).share(id.as_str())).unwrap_or_default(),
            replicas: None,
            removed: Vec::new(),
            resolved_alias: None,
            moved_alias: None,
        })
    }

    /// The look at the endpoint, and its name.
    pub fn look_at_endpoint(&self) -> Result<(Call, Endpoint), CallError> {
        let name = self.plan()?.target.endpoint.clone();
        Ok((Call::new(&method::ENDPOINTS_GET, Resource::Endpoint(name.clone())), name))
    }

    /// Says the titles of the plan's steps.
    pub fn say_steps(&self) -> Result<(), CallError> {
        for step in &self.plan()?.steps {
            self.say(ProgressKind::Step, step.title.clone());
        }
        Ok(())
    }

    /// Changes the share of one deployed model.
    async fn shift(&mut self, id: &DeployedModelId, share: Traffic) -> Result<Outputs, CallError> {
        let (look, _) = self.look_at_endpoint()?;
        let endpoint = self.read(&look).await?;
        if !is_deployed(&endpoint, id) {
            return Err(not_deployed(id));
        }
        let present = Split::among_deployed(&endpoint);
        let mut reached = present.share(id.as_str());
        if reached != share.percent() {
            if present.with(id.as_str(), share).share(id.as_str()) != share.percent() {
                return Err(alone(id));
            }
            reached = self.route(id, Some(endpoint.clone())).await?;
        }
        if reached != share.percent() {
            return Err(alone(id));
        }
        Ok(Outputs { traffic: reached, ..self.changed(Some(id), &endpoint)? })
    }

    /// Notes a change that stays, although the run has failed or was cancelled.
    pub async fn keep(&mut self, what: String, why: String, help: impl Into<Words>, resource: String) {
        if self.memory.kept.iter().any(|(_, kept)| *kept == what) {
            return;
        }
        let finding = Diagnostic::new(Code::DeployNotUndone, why).help(help).about(resource);
        self.record(Entry::Kept { finding: Finding::from(&finding), what }).await;
    }
}

pub fn not_deployed(id: &DeployedModelId) -> CallError {
    impossible(
        format!("the endpoint has no deployed model {id}"),
        "name a deployed model that the page of the entity or Google's console shows",
    )
}

fn alone(id: &DeployedModelId) -> CallError {
    impossible(
        format!("no other model receives traffic, so deployed model {id} receives all of it"),
        "send a share to another deployed model instead: this one keeps the rest",
    )
}

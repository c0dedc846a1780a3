//! Changes of a deployed model's number of replicas, in place.

use super::call::{Lost, Sent};
use super::change::not_deployed;
use super::ledger::Change;
use super::memory::{Made, Scaled};
use super::operation::{self, Ended};
use super::removal::{Gone, Patience};
use super::report::Outputs;
use super::{Run, impossible, unexpected};
use crate::conversation::ProgressKind;
use crate::google::CallError;
use crate::method::{self, Call, Resource};
use crate::name::{DeployedModelId, Endpoint};
use crate::plan;
use crate::vertex::deployed_model;
use crate::vertex::deployed_model::Replicas;
use serde_json::Value;

/// The bounds that Google shows, as the ledger keeps them.
fn bounds(model: &Value) -> Option<[u32; 2]> {
    deployed_model::replicas(model).map(|Replicas { min, max }| [min, max])
}

fn call(endpoint: &Endpoint, id: &DeployedModelId, [min, max]: [u32; 2]) -> Call {
    Call::new(&method::ENDPOINTS_MUTATE_DEPLOYED_MODEL, Resource::Endpoint(endpoint.clone()))
        .body(plan::scale(id, Replicas { min, max }))
}

impl Run {
    pub async fn scale(&mut self, id: &DeployedModelId, replicas: Replicas) -> Result<Outputs, CallError> {
        let (look, name) = self.look_at_endpoint()?;
        let after = [replicas.min, replicas.max];
        let call = call(&name, id, after);
        let mut lost = Lost::default();
        let operation = self.memory.scaled.as_ref().and_then(|made| made.operation().cloned());
        if let Some(operation) = operation {
            self.outlast(&operation, None).await?;
        }
        let mut is_done = false;
        loop {
            let endpoint = self.read(&look).await?;
            let model = deployed_model::find(&endpoint, id).ok_or_else(|| not_deployed(id))?;
            let before = bounds(model).ok_or_else(|| {
                impossible(
                    format!("deployed model {id} has no machines of its own"),
                    "scale a model with `dedicatedResources`: Google scales the others",
                )
            })?;
            if before == after {
                return Ok(Outputs { replicas: Some(replicas), ..self.changed(Some(id), &endpoint)? });
            }
            if is_done {
                return Err(unexpected(format!(
                    "deployed model {id} runs with {} to {} replicas",
                    before[0], before[1]
                )));
            }
            let change = Change::Scale { endpoint: name.to_string(), id: id.to_string(), before, after };
            match self.change(change, &call).await? {
                Sent::Answered(started) => {
                    let Some(operation) = operation::name(&started, &call) else {
                        return Err(unexpected("Google answered without an operation"));
                    };
                    match self.follow(&operation, Some(started)).await? {
                        Ended::Failed(end) => return Err(end.error()),
                        Ended::Succeeded(_) | Ended::Unknown => is_done = true,
                    }
                }
                Sent::Refused(error) => return Err(error),
                Sent::Lost(error) => lost.again(self, error).await?,
            }
        }
    }

    /// Gives a deployed model that the run found the plan's number of replicas. Returns the endpoint where nothing had to change.
    pub async fn fit(&mut self, id: &DeployedModelId, endpoint: Value) -> Result<Option<Value>, CallError> {
        let Some(replicas) = self.plan()?.target.fixed_replicas() else { return Ok(Some(endpoint)) };
        let present = deployed_model::find(&endpoint, id).and_then(deployed_model::replicas);
        let is_right = present.is_none_or(|present| present == replicas);
        if is_right && self.memory.scaled.is_none() {
            return Ok(Some(endpoint));
        }
        let Replicas { min, max } = replicas;
        self.say(ProgressKind::Step, format!("Run deployed model {id} with {min} to {max} replicas"));
        self.scale(id, replicas).await?;
        Ok(None)
    }

    /// Restores the number of replicas that a failed run has changed.
    pub async fn restore_replicas(&mut self) {
        let Some(made) = self.memory.scaled.clone() else { return };
        let what = format!("the replicas of deployed model {}", made.what.id);
        let undo = ("EndpointService.MutateDeployedModel", made.what.endpoint.to_string());
        self.say(ProgressKind::Undo, format!("Rolling back: {what}"));
        let gone = self.scale_back(&made).await;
        self.conclude(gone, what, undo).await;
    }

    async fn scale_back(&mut self, made: &Made<Scaled>) -> Result<Gone, CallError> {
        let Scaled { endpoint, id, before, after } = &made.what;
        let look = Call::new(&method::ENDPOINTS_GET, Resource::Endpoint(endpoint.clone()));
        if let Some(operation) = made.operation() {
            self.outlast(operation, None).await?;
        }
        let call = call(endpoint, id, *before);
        let mut patience = Patience::new(self);
        // A change whose answer is missing may be under way: the same bounds again come after it.
        let mut is_due = made.operation().is_none();
        let mut was_changed = false;
        loop {
            let state = self.look(&look).await?;
            let present = state.as_ref().and_then(|state| bounds(deployed_model::find(state, id)?));
            was_changed |= present == Some(*after);
            // Bounds that somebody else has set stay.
            let is_ours = present == Some(*after) || is_due && present == Some(*before);
            if !is_ours {
                return Ok(if was_changed { Gone::Removed } else { Gone::NeverOurs });
            }
            let change =
                Change::Scale { endpoint: endpoint.to_string(), id: id.to_string(), before: *after, after: *before };
            let sent = self.change(change, &call).await?;
            is_due &= !matches!(sent, Sent::Answered(_));
            self.removing(sent, &call, &mut patience).await?;
        }
    }
}

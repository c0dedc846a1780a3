//! Deployed models that more than one deployment of the portal uses: the same content has the same id.
//!
//! A run that finds a model uses it; a run that made one removes it, but only once no other run uses it. Each writes down what it does
//! before it looks at the others, so of two runs at least one sees the other.

use super::Run;
use super::operation::POLL;
use super::want::{Hold, Want};
use crate::conversation::{Outcome, ProgressKind};
use crate::google::CallError;
use crate::name::{DeployedModelId, Endpoint};

/// How a run uses a deployed model.
#[derive(PartialEq)]
pub enum Use {
    Alone,
    /// With other deployments.
    Shared,
    /// After another deployment has used or removed it: what was read before is old.
    Late,
}

impl Run {
    async fn hold(&self, endpoint: &Endpoint, id: &DeployedModelId, leaving: bool) -> Outcome {
        let hold = Hold { model: format!("{endpoint}/deployedModels/{id}"), leaving };
        self.voice().ask(Want::Hold { hold }).await
    }

    /// Begins to use a model, once no other deployment removes it.
    ///
    /// A run that has sent traffic to the model uses it since: one that leaves waits for it, and must not be waited for.
    pub async fn share(&self, endpoint: &Endpoint, id: &DeployedModelId) -> Result<Use, CallError> {
        if self.memory.routed.iter().any(|routed| routed.id == *id) {
            return Ok(Use::Shared);
        }
        let mut waited = false;
        loop {
            match self.hold(endpoint, id, false).await {
                Outcome::Busy => {}
                _ if waited => return Ok(Use::Late),
                Outcome::Waited => return Ok(Use::Alone),
                _ => return Ok(Use::Shared),
            }
            if !waited {
                self.say(ProgressKind::Wait, "Another deployment is removing this model: waiting for its end");
            }
            waited = true;
            self.pause(POLL).await?;
        }
    }

    /// Waits until no other deployment uses a model that this run made. `Shared`: another one has succeeded with it, so it stays.
    pub async fn release(&self, endpoint: &Endpoint, id: &DeployedModelId) -> Result<Use, CallError> {
        let mut waited = false;
        loop {
            match self.hold(endpoint, id, true).await {
                Outcome::Busy => {
                    self.say(ProgressKind::Wait, "Another deployment uses this model: waiting for its end");
                    self.pause(6 * POLL).await?;
                    waited = true;
                }
                Outcome::Taken => {
                    self.say(ProgressKind::Undo, format!("Deployed model {id} stays: another deployment uses it"));
                    return Ok(Use::Shared);
                }
                _ => return Ok(if waited { Use::Late } else { Use::Alone }),
            }
        }
    }
}

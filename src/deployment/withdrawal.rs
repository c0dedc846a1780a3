//! The removal of a deployed model that a failed run made, and the return of the traffic that it wrote.

use super::Run;
use super::call::Sent;
use super::holding::Use;
use super::ledger::Change;
use super::memory::{Deployed, Made, Routed};
use super::operation::{Deployments, POLL};
use super::removal::{Gone, LOOKS, Patience, TRIES, in_use};
use super::steps::is_deployed;
use super::traffic::is_not_ours;
use crate::conversation::ProgressKind;
use crate::google::CallError;
use crate::method::{self, Call, Resource};
use crate::name::{DeployedModelId, Endpoint, Operation};
use crate::plan::{StepKind, undeploy};
use crate::vertex::traffic::{Split, deployed};

/// Number of tries while Google says that the id of a deployed model is in use: some hours.
const CONFLICTS: u32 = 1_000;

impl Run {
    /// Gives back the traffic of every deployed model that this run only found, newest first.
    pub async fn return_all_traffic(&mut self) {
        let mut routed: Vec<Routed> = Vec::new();
        for change in self.memory.routed.iter().rev() {
            if !routed.iter().any(|newer| newer.id == change.id) {
                routed.push(change.clone());
            }
        }
        for routed in routed {
            let what = format!("the traffic of deployed model {}", routed.id);
            let undo = ("EndpointService.UpdateEndpoint", routed.endpoint.to_string());
            let gone = self.return_traffic(&routed, &what).await;
            self.conclude(gone, what, undo).await;
        }
    }

    /// Removes a deployed model that the run made or may have made, unless another deployment or user has come to rely on it.
    pub async fn remove_deployed(&mut self, made: &Made<Deployed>, what: &str) -> Result<Gone, CallError> {
        self.begin(what);
        let Deployed { endpoint, id, .. } = &made.what;
        let look = Call::new(&method::ENDPOINTS_GET, Resource::Endpoint(endpoint.clone()));
        match made.operation() {
            Some(operation) => self.cancel(operation).await?,
            // An unfinished deployment with this id may be another's.
            None if self.release(endpoint, id).await? == Use::Shared => return Ok(Gone::NeverOurs),
            None => self.settle_deployment(made, &look).await?,
        }
        let mut patience = Patience::new(self);
        let mut was_there = false;
        loop {
            let Some(state) = self.look(&look).await?.filter(|state| is_deployed(state, id)) else {
                return Ok(if was_there { Gone::Removed } else { Gone::NeverOurs });
            };
            if !was_there
                && let Some(operation) = made.operation()
                && self.is_younger(&state, id, operation).await?
            {
                return Ok(Gone::NeverOurs);
            }
            if !was_there {
                match self.release(endpoint, id).await? {
                    Use::Shared => return Ok(Gone::NeverOurs),
                    Use::Late => {
                        was_there = true;
                        continue;
                    }
                    Use::Alone => was_there = true,
                }
            }
            let restored = self.restored(&state, id, true);
            if restored.as_ref().is_some_and(serves_nothing)
                && let Some(why) = self.must_serve(made)
            {
                return Err(in_use(why.to_owned()));
            }
            if let Some(split) = restored
                && !self.restore(endpoint, id, &state, split, patience.number).await?
            {
                patience.number += 1;
                continue;
            }
            let call =
                Call::new(&method::ENDPOINTS_UNDEPLOY_MODEL, Resource::Endpoint(endpoint.clone())).body(undeploy(id));
            let change = Change::Undeploy { endpoint: endpoint.to_string(), id: id.to_string() };
            let sent = self.change(change, &call).await?;
            // The door knows what was made under the mandate: an answer that is missing was no success.
            if matches!(&sent, Sent::Refused(error) if is_not_ours(error)) && made.operation().is_none() {
                return Ok(Gone::NeverOurs);
            }
            self.removing(sent, &call, &mut patience).await?;
        }
    }

    /// Cancels a deployment and awaits its end: a cancellation is a request, and Google may finish all the same.
    async fn cancel(&mut self, operation: &Operation) -> Result<(), CallError> {
        let call = Call::new(&method::OPERATIONS_CANCEL, Resource::Operation(operation.clone()));
        let change = Change::Cancel { operation: operation.to_string() };
        if let Sent::Refused(error @ CallError::Refused { status: 401 | 403, .. }) = self.change(change, &call).await? {
            return Err(error);
        }
        self.outlast(operation, None).await
    }

    /// Finds out what became of a deployment whose answer is missing, and lets none of it go on.
    ///
    /// The endpoint's unfinished operations do not name their model. A caller who may list them sees whether there are any. The same
    /// call again tells whether one is ours: Google takes it where the first one did not arrive or has failed, and else says that the
    /// id is in use. The first one may arrive meanwhile, so a list that was read before the answer does not tell which one is ours.
    async fn settle_deployment(&mut self, made: &Made<Deployed>, look: &Call) -> Result<(), CallError> {
        let Deployed { endpoint, id, .. } = &made.what;
        let (mut quiet, mut number) = (0, 0);
        loop {
            let listed = self.deployments(endpoint).await?;
            let Some(state) = self.look(look).await? else { return Ok(()) };
            if is_deployed(&state, id) {
                return Ok(());
            }
            let unfinished = listed.as_ref().and_then(Deployments::unfinished);
            if listed.is_some() && unfinished.is_none() {
                quiet += 1;
                if quiet > LOOKS {
                    return Ok(());
                }
                self.pause(POLL).await?;
                continue;
            }
            number += 1;
            // Another user may have deployed since the first call, so its split is not sent blindly.
            let alone = deployed(&state).is_empty();
            let (error, tries) = match self.deploy_again(endpoint, id, alone).await? {
                Some(Sent::Answered(_)) => {
                    let operation = self.memory.deployed.as_ref().and_then(|made| made.operation().cloned());
                    return match operation {
                        Some(operation) => self.cancel(&operation).await,
                        None => Ok(()),
                    };
                }
                Some(Sent::Refused(CallError::Refused { status: 409, finding })) => {
                    if let Some(own) = self.deployment_since(endpoint, listed.as_ref()).await? {
                        return self.cancel(&own).await;
                    }
                    (CallError::NoAnswer(finding), CONFLICTS)
                }
                Some(Sent::Refused(error) | Sent::Lost(error)) => (error, TRIES),
                None => (in_use("it is unknown whether it is being deployed".to_owned()), TRIES),
            };
            // The owners of the unfinished deployments are unknown, so none is cancelled.
            match unfinished {
                Some(operation) => self.outlast(operation, None).await?,
                None if number >= tries => return Err(error),
                None => self.retry(number.min(6), u32::MAX, None, error).await?,
            }
        }
    }

    /// Makes the call that deploys once more, if the plan still has it.
    async fn deploy_again(
        &mut self,
        endpoint: &Endpoint,
        id: &DeployedModelId,
        alone: bool,
    ) -> Result<Option<Sent>, CallError> {
        let call = self.plan.as_ref().ok().and_then(|plan| plan.step(StepKind::Deployment)?.call.clone());
        let is_same = |call: &Call| {
            call.resource == Resource::Endpoint(endpoint.clone())
                && call.body.as_ref().is_some_and(|body| body["deployedModel"]["id"].as_str() == Some(id.as_str()))
        };
        let Some(call) = call.filter(is_same) else { return Ok(None) };
        let call = self.first_traffic(call, alone)?;
        let change = Change::Deploy { endpoint: endpoint.to_string(), id: id.to_string(), alone };
        self.change(change, &call).await.map(Some)
    }

    /// Why a model stays that serves alone, where no other one can take its traffic.
    fn must_serve(&self, made: &Made<Deployed>) -> Option<&'static str> {
        let id = &made.what.id;
        let routed = || self.memory.routed.iter().filter(|routed| routed.id == *id);
        let is_taken = |(other, share): (&String, &u32)| *share > 0 && other.as_str() != id.as_str();
        if routed().any(|routed| routed.before.iter().any(is_taken)) {
            Some("it serves all of the endpoint's traffic, and the models that did so before are gone or switched off")
        } else if !made.what.alone && !routed().any(|routed| routed.after.get(id.as_str()) == Some(&100)) {
            Some("another user sends all of the endpoint's traffic to it")
        } else {
            None
        }
    }

    /// Gives back the traffic of a deployed model that this run only found.
    async fn return_traffic(&mut self, routed: &Routed, what: &str) -> Result<Gone, CallError> {
        self.say(ProgressKind::Undo, format!("Rolling back: {what}"));
        let Routed { endpoint, id, .. } = routed;
        let look = Call::new(&method::ENDPOINTS_GET, Resource::Endpoint(endpoint.clone()));
        let mut number = 0;
        let mut was_there = false;
        let mut quiet = 0;
        loop {
            let state = self.look(&look).await?.filter(|state| is_deployed(state, id));
            let Some((state, split)) = state.and_then(|state| {
                let split = self.restored(&state, id, false)?;
                Some((state, split))
            }) else {
                // A write whose answer is missing may still be under way.
                let last = self.memory.routed.iter().rfind(|routed| routed.id == *id);
                if quiet < LOOKS && last.is_some_and(|last| !last.is_answered) {
                    quiet += 1;
                    self.pause(POLL).await?;
                    continue;
                }
                return Ok(if was_there { Gone::Removed } else { Gone::NeverOurs });
            };
            number += 1;
            if self.restore(endpoint, id, &state, split, number).await? {
                return Ok(Gone::Removed);
            }
            was_there = self.memory.routed.iter().any(|routed| routed.id == *id);
        }
    }
}

fn serves_nothing(split: &Split) -> bool {
    split.shares().all(|(_, share)| share == 0)
}

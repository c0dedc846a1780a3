//! The removal of deployed models that somebody asks for, and of their endpoint.
//!
//! Google rejects the removal of a deployed model with traffic unless it is the last one. So its share is given to the others before.
//! A removal whose intention is written is carried to its end, also by a run that fails or is cancelled: it cannot be rolled back.

use super::Run;
use super::call::{Lost, Sent};
use super::change::not_deployed;
use super::ledger::{Change, kept};
use super::operation::{self, Ended};
use super::removal::{Patience, in_use};
use super::report::Outputs;
use super::steps::is_deployed;
use super::traffic::{TRIES, is_outrun, shares, write};
use crate::conversation::ProgressKind;
use crate::google::CallError;
use crate::method::{self, Call, Resource};
use crate::name::{DeployedModelId, Endpoint};
use crate::plan::kind::{Undeploy, Which};
use crate::plan::{self, Kind};
use crate::vertex::traffic::{Split, deployed};
use serde_json::Value;

fn title(id: &DeployedModelId) -> String {
    format!("deployed model {id}")
}

impl Run {
    pub async fn undeploy(&mut self, what: &Undeploy) -> Result<Outputs, CallError> {
        self.say_steps()?;
        let (look, name) = self.look_at_endpoint()?;
        let target = self.plan()?.target.clone();
        let is_fresh = self.memory.undeployed.is_empty() && self.memory.deleted.is_none();
        let mut state = self.look(&look).await?;
        let before = state.clone().unwrap_or_default();
        if let (Which::One(id), true) = (&what.which, is_fresh)
            && !state.as_ref().is_some_and(|state| is_deployed(state, id))
        {
            return Err(not_deployed(id));
        }
        if what.deletes_endpoint
            && let Some(state) = &state
        {
            let others = deployed(state).len() - what.which.of(state, &target).len();
            if others > 0 {
                return Err(in_use(format!("the endpoint is not deleted: {others} other deployed models use it")));
            }
        }
        // A removal of an earlier process is finished first.
        for made in self.memory.undeployed.clone() {
            if let Some(operation) = made.operation() {
                self.outlast(operation, None).await?;
                state = self.look(&look).await?;
            }
        }
        let mut end = Value::Null;
        while let Some(endpoint) = state.take() {
            let left = what.which.of(&endpoint, &target);
            // Those without traffic first: the last one needs no change of traffic.
            let split = Split::among_deployed(&endpoint);
            let is_idle = |id: &&DeployedModelId| split.share(id.as_str()) == 0;
            let Some(id) = left.iter().find(is_idle).or(left.first()).cloned() else {
                end = endpoint;
                break;
            };
            state = self.undeploy_one(&name, &id, Some(endpoint), what.takes_traffic()).await?;
        }
        if what.deletes_endpoint {
            self.delete_endpoint(&name).await?;
        }
        let only = match &what.which {
            Which::One(id) => Some(id),
            Which::Idle(_) | Which::All => None,
        };
        let gone = self.memory.undeployed.iter().filter(|made| !is_deployed(&end, &made.what.id));
        let mut removed: Vec<String> = gone.map(|made| title(&made.what.id)).collect();
        removed.extend(self.memory.deleted.as_ref().map(|made| format!("endpoint `{}`", made.what.id)));
        Ok(Outputs { removed, traffic: 0, ..self.changed(only, &before)? })
    }

    /// Removes one deployed model. Returns the endpoint as Google shows it at the end; `None` where the endpoint is gone, too. One with
    /// traffic stays unless its traffic may be taken.
    async fn undeploy_one(
        &mut self,
        name: &Endpoint,
        id: &DeployedModelId,
        read: Option<Value>,
        takes_traffic: bool,
    ) -> Result<Option<Value>, CallError> {
        let look = Call::new(&method::ENDPOINTS_GET, Resource::Endpoint(name.clone()));
        let mut patience = Patience::new(self);
        let mut lost = Lost::default();
        let mut outrun = 0;
        let mut read = read;
        loop {
            let state = match read.take() {
                Some(state) => Some(state),
                None => self.look(&look).await?,
            };
            let Some(state) = state else { return Ok(None) };
            if !is_deployed(&state, id) {
                return Ok(Some(state));
            }
            let before = Split::among_deployed(&state);
            if before.share(id.as_str()) > 0 && !takes_traffic {
                self.say(ProgressKind::Step, format!("Deployed model {id} receives traffic again: it stays"));
                return Ok(Some(state));
            }
            if before.share(id.as_str()) > 0 && deployed(&state).len() > 1 {
                let after = before.leaving(id.as_str());
                if outrun == 0 {
                    self.say(ProgressKind::Step, given(id, &after));
                }
                let (endpoint, (was, is)) = (name.to_string(), (kept(shares(&before)), kept(shares(&after))));
                let change = Change::Traffic { endpoint, id: id.to_string(), before: was, after: is };
                match self.change(change, &write(name, &state, after)).await? {
                    Sent::Answered(_) => {}
                    Sent::Refused(error) => {
                        outrun += 1;
                        if outrun >= TRIES || !is_outrun(&error) {
                            return Err(error);
                        }
                        self.retry(outrun, TRIES, None, error).await?;
                        continue;
                    }
                    Sent::Lost(error) => {
                        lost.again(self, error).await?;
                        continue;
                    }
                }
            }
            let call =
                Call::new(&method::ENDPOINTS_UNDEPLOY_MODEL, Resource::Endpoint(name.clone())).body(plan::undeploy(id));
            let change = Change::Undeploy { endpoint: name.to_string(), id: id.to_string() };
            let sent = self.change(change, &call).await?;
            self.removing(sent, &call, &mut patience).await?;
        }
    }

    /// Deletes the endpoint, which has no deployed model any more.
    async fn delete_endpoint(&mut self, name: &Endpoint) -> Result<(), CallError> {
        let look = Call::new(&method::ENDPOINTS_GET, Resource::Endpoint(name.clone()));
        let call = Call::new(&method::ENDPOINTS_DELETE, Resource::Endpoint(name.clone()));
        let operation = self.memory.deleted.as_ref().and_then(|made| made.operation().cloned());
        if let Some(operation) = operation {
            self.outlast(&operation, None).await?;
        }
        let mut patience = Patience::new(self);
        while let Some(state) = self.look(&look).await? {
            let others = deployed(&state).len();
            if others > 0 {
                return Err(in_use(format!("the endpoint is not deleted: {others} other deployed models use it")));
            }
            match self.change(Change::DeleteEndpoint { endpoint: name.to_string() }, &call).await? {
                Sent::Answered(started) => {
                    let Some(operation) = operation::name(&started, &call) else { continue };
                    match self.follow(&operation, Some(started)).await? {
                        // The right to look may be in the endpoint's own policy, which is gone with it.
                        Ended::Succeeded(_) => return Ok(()),
                        Ended::Failed(end) => patience.again(self, end.error()).await?,
                        Ended::Unknown => {}
                    }
                }
                sent => self.removing(sent, &call, &mut patience).await?,
            }
        }
        Ok(())
    }

    /// Whether the plan removes deployed models with traffic, too. A run without a plan finishes what it has begun.
    fn takes_traffic(&self) -> bool {
        match self.plan.as_ref().map(|plan| &plan.kind) {
            Ok(Kind::Undeploy(undeploy)) => undeploy.takes_traffic(),
            _ => true,
        }
    }

    /// Finishes the removals that a failed or cancelled run had begun, and notes that they stay.
    pub async fn finish_removals(&mut self) {
        for made in self.memory.undeployed.clone() {
            let (what, endpoint) = (title(&made.what.id), made.what.endpoint.to_string());
            if let Some(operation) = made.operation() {
                // Whatever its end is: the next look decides.
                let _ = self.outlast(operation, None).await;
            }
            let takes_traffic = self.takes_traffic();
            match self.undeploy_one(&made.what.endpoint, &made.what.id, None, takes_traffic).await {
                Ok(Some(state)) if is_deployed(&state, &made.what.id) => {}
                Ok(_) => {
                    let why = format!("{what} was undeployed already, and is not deployed again");
                    self.keep(what, why, "deploy its model version again if it is needed", endpoint).await;
                }
                Err(error) => {
                    let undo = ("EndpointService.UndeployModel", endpoint);
                    self.conclude(Err(error), what, undo).await;
                }
            }
        }
        if let Some(made) = self.memory.deleted.clone() {
            let (what, endpoint) = (format!("endpoint `{}`", made.what.id), made.what.to_string());
            match self.delete_endpoint(&made.what).await {
                Ok(()) => {
                    let why = format!("{what} was deleted already, and is not created again");
                    self.keep(what, why, "deploy again: that creates an endpoint of the same name", endpoint).await;
                }
                Err(error) => self.conclude(Err(error), what, ("EndpointService.DeleteEndpoint", endpoint)).await,
            }
        }
    }
}

fn given(id: &DeployedModelId, after: &Split) -> String {
    match after.is_empty() {
        true => format!("No other model receives traffic: without deployed model {id} the endpoint serves nothing"),
        false => format!("The other models receive the traffic of deployed model {id}"),
    }
}

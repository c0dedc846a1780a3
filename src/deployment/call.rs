//! A run's calls: looks that outlast outages, and changes that are written down before they are sent.

use super::Run;
use super::ledger::{Change, Entry};
use super::operation::{self, Deployments, Ended, Follower, may_pass};
use crate::conversation::{Millis, Progress, ProgressKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::google::{CallError, Failed, pause};
use crate::method::{self, Call, Resource};
use crate::name::{DeployedModelId, Endpoint, Operation};
use serde_json::Value;

/// Number of tries of a look while nothing of the run can be at Google.
const TRIES: u32 = 5;
/// Number of tries of a change that Google rejects unread: its quota is used up, or there is no token.
const UNREAD_TRIES: u32 = 10;
/// Number of lost answers of one change after which the run gives up where nothing serves yet.
const LOST: u32 = 5;

/// What came of a change.
pub enum Sent {
    Answered(Value),
    /// It did not happen.
    Refused(CallError),
    /// It is unknown whether it happened: a look decides.
    Lost(CallError),
}

/// Counts the lost answers of one change.
#[derive(Default)]
pub struct Lost(u32);

impl Lost {
    /// Counts one and pauses; fails when there were too many.
    pub async fn again(&mut self, run: &Run, error: CallError) -> Result<(), CallError> {
        self.0 = self.0.saturating_add(1);
        let most = if run.has_deployed() { u32::MAX } else { LOST };
        if self.0 >= most {
            return Err(error);
        }
        run.retry(self.0, most, None, error).await
    }
}

impl Run {
    /// Reads. While something of the run may be at Google, no outage ends it.
    pub async fn read(&self, call: &Call) -> Result<Value, CallError> {
        let mut number = 1;
        loop {
            let Failed { error, retry_after, .. } = match self.google.once(call, self.identities.change).await {
                Ok(value) => return Ok(value),
                Err(failed) => failed,
            };
            let tries = match &error {
                error if !may_pass(error, self.identities.change) => 1,
                _ if self.memory.may_have_made() => u32::MAX,
                _ => TRIES,
            };
            if number >= tries {
                return Err(self.of_step(error, call));
            }
            self.retry(number, tries, retry_after, error).await?;
            number += 1;
        }
    }

    /// Reads something that may not exist.
    pub async fn look(&self, call: &Call) -> Result<Option<Value>, CallError> {
        match self.read(call).await {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads all pages of a list.
    pub async fn list(&self, call: &Call, field: &str) -> Result<Vec<Value>, CallError> {
        let mut all = Vec::new();
        let mut page = call.clone();
        loop {
            let mut listed = self.read(&page).await?;
            if let Some(items) = listed.get_mut(field).and_then(Value::as_array_mut) {
                all.append(items);
            }
            let Some(next) = listed["nextPageToken"].as_str().filter(|token| !token.is_empty()) else { return Ok(all) };
            page = call.clone().query("pageToken", next);
        }
    }

    /// The deployments of an endpoint; `None` for a caller who may not list its operations, which no plan needs.
    pub async fn deployments(&self, endpoint: &Endpoint) -> Result<Option<Deployments>, CallError> {
        let list = Call::new(&method::ENDPOINT_OPERATIONS_LIST, Resource::Endpoint(endpoint.clone()));
        match self.list(&list, "operations").await {
            Ok(listed) => Ok(Some(Deployments::among(&listed, &endpoint.place.project))),
            Err(CallError::Refused { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The unfinished deployment of a model whose id is in use; `None` where the id may be that of another deployment.
    ///
    /// The caller lists the deployments, sees that the model is not deployed, and learns then that its id is in use. So one that has run
    /// since the list has the id: also one that came late, or has ended by now.
    pub async fn deployment_since(
        &self,
        endpoint: &Endpoint,
        earlier: Option<&Deployments>,
    ) -> Result<Option<Operation>, CallError> {
        let Some(earlier) = earlier else { return Ok(None) };
        Ok(self.deployments(endpoint).await?.and_then(|listed| listed.only_since(earlier)))
    }

    /// Whether a deployed model was created after the end of the run's own deployment. Then the run's own is gone, and the one with
    /// its id is another's: a ledger from a backup does not tell what has happened since.
    pub async fn is_younger(&self, state: &Value, id: &DeployedModelId, own: &Operation) -> Result<bool, CallError> {
        let call = Call::new(&method::OPERATIONS_GET, Resource::Operation(own.clone()));
        let Some(own) = self.look(&call).await? else { return Ok(false) };
        let mut models = state["deployedModels"].as_array().into_iter().flatten();
        let model = models.find(|model| model["id"].as_str() == Some(id.as_str()));
        let created = model.and_then(|model| model["createTime"].as_str());
        let ended = own["metadata"]["genericMetadata"]["updateTime"].as_str().filter(|_| own["done"] == true);
        // Of two times in RFC 3339, one may have more decimals.
        let seconds = |time: &str| time.trim_end_matches('Z').to_owned();
        Ok(created.zip(ended).is_some_and(|(created, ended)| seconds(created) > seconds(ended)))
    }

    /// Whether Google has taken the run's deployment. What serves is not given up: the run goes on until its mandate ends.
    fn has_deployed(&self) -> bool {
        self.memory.deployed.as_ref().is_some_and(|made| made.operation().is_some())
    }

    /// Makes a change. Its intention is durable before it is sent, and its answer before this returns.
    pub async fn change(&mut self, change: Change, call: &Call) -> Result<Sent, CallError> {
        if self.voice().cancelled() {
            return Err(CallError::Cancelled);
        }
        // A removal is not given up, either.
        let is_patient =
            (self.has_deployed() || self.memory.failing.is_some()) && !matches!(change, Change::Deploy { .. });
        let tries = if is_patient { u32::MAX } else { UNREAD_TRIES };
        self.record(Entry::Intent { change, call: call.fingerprint() }).await;
        let mut number = 1;
        loop {
            let Failed { error, retry_after, .. } = match self.google.once_whole(call, self.identities.change).await {
                Ok(answer) => return Ok(self.answered(call, answer).await),
                Err(failed) => failed,
            };
            let CallError::Refused { status, .. } = &error else { return Ok(Sent::Lost(error)) };
            let status = *status;
            if !(400..500).contains(&status) || status == 408 {
                return Ok(Sent::Lost(error));
            }
            let is_unread = matches!(status, 401 | 403 | 429) && may_pass(&error, self.identities.change);
            let refused = match is_unread && number < tries {
                true => self.retry(number, tries, retry_after, error.clone()).await.err(),
                false => Some(error),
            };
            match refused {
                None => number += 1,
                Some(refused) => {
                    self.record(Entry::Refused { status }).await;
                    return match refused {
                        CallError::Cancelled => Err(refused),
                        refused => Ok(Sent::Refused(self.of_step(refused, call))),
                    };
                }
            }
        }
    }

    async fn answered(&mut self, call: &Call, answer: Value) -> Sent {
        let operation = operation::name(&answer, call);
        if call.method.starts_operation() && operation.is_none() {
            // Something in between answered in Google's place.
            let message = format!("{} answered without an operation", call.method.audit_name);
            return Sent::Lost(CallError::NoAnswer(Diagnostic::new(Code::GoogleAnswerUnreadable, message)));
        }
        self.record(Entry::answer(operation.as_ref())).await;
        Sent::Answered(answer)
    }

    /// Says why a call is made again, and pauses.
    pub async fn retry(
        &self,
        number: u32,
        tries: u32,
        asked: Option<Millis>,
        error: CallError,
    ) -> Result<(), CallError> {
        let millis = pause(number, asked, self.voice().random());
        let of = if tries == u32::MAX { String::new() } else { format!(" of {tries}") };
        let why = error.finding();
        self.voice().say(Progress::new(
            ProgressKind::Retry,
            format!("{}; try {}{of} in {millis} ms", why.message, number.saturating_add(1)),
        ));
        self.pause(millis).await
    }

    pub async fn pause(&self, millis: Millis) -> Result<(), CallError> {
        self.voice().wait(millis).await.map_err(|_| CallError::Cancelled)
    }

    /// Follows an operation to its end. `first` is the answer that named it.
    pub async fn follow(&self, operation: &Operation, first: Option<Value>) -> Result<Ended, CallError> {
        Follower::new(&self.google, operation, self.identities).follow(first).await
    }
}

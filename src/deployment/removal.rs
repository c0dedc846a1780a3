//! The removal of what a failed run made, newest first. It reports as removed only what Google shows to be gone.

use super::Run;
use super::call::Sent;
use super::ledger::{Change, Entry, Finding};
use super::memory::{Made, Memory};
use super::operation::Ended;
use crate::conversation::{Millis, ProgressKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::google::{CallError, pause};
use crate::method::{self, Call, Resource};
use crate::name::{Endpoint, Model, Operation};
use crate::plan::StepKind;
use crate::vertex::traffic::deployed;
use serde_json::Value;

/// How long the run tries to remove something that Google says is in use. A model stays in use for some minutes.
const IN_USE: Millis = 15 * 60_000;
/// Number of lost answers and races of one removal after which the run gives up.
pub const TRIES: u32 = 20;
/// Number of looks for a version whose upload may be under way: some minutes.
const UPLOAD_LOOKS: u32 = 20;
/// Number of looks for what may be under way, and cannot be sent again because its values are unknown or the mandate has ended: 10 minutes.
const BLIND_LOOKS: u32 = 100;
/// Number of looks for something whose call may still be under way.
pub const LOOKS: u32 = 5;

/// What is true at the end of a removal.
pub enum Gone {
    /// It was there, and Google shows that it is gone.
    Removed,
    /// It never came to be, or belongs to somebody else.
    NeverOurs,
}

/// Bounds the tries of one removal.
pub struct Patience {
    begun: Millis,
    pub number: u32,
}

impl Patience {
    pub fn new(run: &Run) -> Self {
        Self { begun: run.voice().now(), number: 0 }
    }

    /// Pauses before the next try, or fails with the reason of the last one.
    pub async fn again(&mut self, run: &Run, error: CallError) -> Result<(), CallError> {
        self.number += 1;
        let is_in_use = may_end(&error);
        let late = run.voice().now().saturating_sub(self.begun) > IN_USE;
        if self.number >= TRIES && (!is_in_use || late) {
            return Err(error);
        }
        run.retry(self.number.min(10), u32::MAX, None, error).await
    }
}

/// Whether Google's rejection ends by itself: the resource is in use, or is being changed.
fn may_end(error: &CallError) -> bool {
    match error {
        CallError::Refused { status: 409, .. } => true,
        CallError::Refused { finding, .. } => finding.code == Code::GooglePrecondition,
        _ => false,
    }
}

/// Whether the mandate of the run has ended.
fn has_ended(error: &CallError) -> bool {
    matches!(error, CallError::Refused { finding, .. } if finding.code == Code::MandateEnded)
}

impl Run {
    /// Removes all that the run made. What was removed, and what was not, is in the ledger.
    pub async fn remove(&mut self) {
        self.restore_alias().await;
        if let Some(made) = self.memory.deployed.clone() {
            let what = format!("deployed model {}", made.what.id);
            let undo = ("EndpointService.UndeployModel", made.what.endpoint.to_string());
            let gone = self.remove_deployed(&made, &what).await;
            self.conclude(gone, what, undo).await;
        } else {
            self.finish_removals().await;
            self.restore_replicas().await;
            self.return_all_traffic().await;
        }
        if let Some(made) = self.memory.endpoint.clone() {
            let what = format!("endpoint `{}`", made.what.id);
            let undo = ("EndpointService.DeleteEndpoint", made.what.to_string());
            let gone = self.remove_endpoint(&made, &what).await;
            self.conclude(gone, what, undo).await;
        }
        if let Some(made) = self.memory.model.clone() {
            let what = format!("model `{}`", made.what.id);
            let undo = ("ModelService.DeleteModel", made.what.to_string());
            let gone = self.remove_model(&made, &what).await;
            self.conclude(gone, what, undo).await;
        }
    }

    pub async fn conclude(&mut self, gone: Result<Gone, CallError>, what: String, undo: (&str, String)) {
        let known = |memory: &Memory| memory.removed.contains(&what) || memory.kept.iter().any(|(_, w)| *w == what);
        if known(&self.memory) {
            return;
        }
        match gone {
            Ok(Gone::Removed) => self.record(Entry::Removed { what }).await,
            Ok(Gone::NeverOurs) => {}
            Err(error) => {
                let why = error.finding();
                let mut finding =
                    Diagnostic::new(Code::DeployNotUndone, format!("{what} could not be removed: {}", why.message))
                        .help(format!("call {} on `{}` yourself", undo.0, undo.1))
                        .about(undo.1);
                finding.permission = why.permission.clone();
                finding.diagnosis = why.diagnosis.clone();
                finding.evidence = why.evidence.clone();
                self.record(Entry::Kept { finding: Finding::from(&finding), what }).await;
            }
        }
    }

    pub fn begin(&self, what: &str) {
        self.say(ProgressKind::Undo, format!("Rolling back: removing {what}"));
    }

    /// Awaits the end of an operation, whatever it is.
    pub async fn outlast(&self, operation: &Operation, started: Option<Value>) -> Result<(), CallError> {
        self.follow(operation, started).await.map(|_| ())
    }

    /// Follows a removal that Google took. Otherwise pauses, so that a look decides.
    pub async fn removing(&mut self, sent: Sent, call: &Call, patience: &mut Patience) -> Result<(), CallError> {
        match sent {
            Sent::Answered(started) => {
                let Some(operation) = super::operation::name(&started, call) else { return Ok(()) };
                match self.follow(&operation, Some(started)).await? {
                    Ended::Failed(end) => patience.again(self, end.error()).await,
                    Ended::Succeeded(_) | Ended::Unknown => Ok(()),
                }
            }
            // Undeploying an id that is gone is an invalid argument.
            Sent::Refused(error @ CallError::Refused { status: 400 | 404 | 409 | 412, .. }) => {
                patience.again(self, error).await
            }
            Sent::Refused(error) => Err(error),
            Sent::Lost(error) => patience.again(self, error).await,
        }
    }

    async fn remove_endpoint(&mut self, made: &Made<Endpoint>, what: &str) -> Result<Gone, CallError> {
        self.begin(what);
        let name = &made.what;
        let look = Call::new(&method::ENDPOINTS_GET, Resource::Endpoint(name.clone()));
        let change = Change::Create { endpoint: name.to_string() };
        let again = |memory: &Memory| memory.endpoint.as_ref()?.operation().cloned();
        self.settle(StepKind::Endpoint, &look, made.operation(), change, again).await?;
        let mut patience = Patience::new(self);
        let mut was_there = false;
        loop {
            let Some(state) = self.look(&look).await? else {
                return Ok(if was_there { Gone::Removed } else { Gone::NeverOurs });
            };
            if !self.is_ours(&state["labels"]) {
                return Ok(if was_there { Gone::Removed } else { Gone::NeverOurs });
            }
            was_there = true;
            let others = deployed(&state).len();
            if others > 0 && (self.memory.deployed.is_none() || patience.number > 0) {
                return Err(in_use(format!("{others} other deployed models use it")));
            }
            let call = Call::new(&method::ENDPOINTS_DELETE, Resource::Endpoint(name.clone()));
            let sent = self.change(Change::DeleteEndpoint { endpoint: name.to_string() }, &call).await?;
            self.removing(sent, &call, &mut patience).await?;
        }
    }

    async fn remove_model(&mut self, made: &Made<Model>, what: &str) -> Result<Gone, CallError> {
        self.begin(what);
        let name = &made.what;
        let look = Call::new(&method::MODELS_GET, Resource::Model(name.clone()));
        let versions = Call::new(&method::MODELS_LIST_VERSIONS, Resource::Model(name.clone()));
        let change = Change::Upload { model: name.to_string() };
        let again = |memory: &Memory| memory.model.as_ref()?.operation().cloned();
        self.settle(StepKind::Model, &look, made.operation(), change, again).await?;
        let mut patience = Patience::new(self);
        let mut was_there = false;
        let mut looks = 0;
        loop {
            let listed = match self.list(&versions, "models").await {
                Err(error) if error.is_not_found() => Vec::new(),
                listed => listed?,
            };
            let ours: Vec<&str> = listed
                .iter()
                .filter(|version| self.is_ours(&version["labels"]))
                .filter_map(|version| version["versionId"].as_str())
                .collect();
            let Some(version) = ours.first() else {
                // An upload whose answer is missing may be under way.
                let is_known = listed.is_empty() || self.memory.model.as_ref().is_some_and(|m| m.operation().is_some());
                if was_there || is_known || looks >= UPLOAD_LOOKS {
                    return Ok(if was_there { Gone::Removed } else { Gone::NeverOurs });
                }
                looks += 1;
                self.pause(pause(looks.min(5), None, self.voice().random())).await?;
                continue;
            };
            was_there = true;
            // Deleting a model removes all of its versions, also those of others.
            let (call, change) = if ours.len() == listed.len() {
                let call = Call::new(&method::MODELS_DELETE, Resource::Model(name.clone()));
                (call, Change::DeleteModel { model: name.to_string() })
            } else {
                let version = version.parse().map_err(|_| in_use("its version has no number".to_owned()))?;
                let version = Model { version: Some(version), ..name.clone() };
                let change = Change::DeleteModel { model: version.to_string() };
                (Call::new(&method::MODELS_DELETE_VERSION, Resource::Model(version)), change)
            };
            let sent = self.change(change, &call).await?;
            self.removing(sent, &call, &mut patience).await?;
        }
    }

    /// Awaits the creation of something, or finds out that it never began.
    async fn settle(
        &mut self,
        kind: StepKind,
        look: &Call,
        operation: Option<&Operation>,
        change: Change,
        again: fn(&Memory) -> Option<Operation>,
    ) -> Result<(), CallError> {
        if let Some(operation) = operation {
            return self.outlast(operation, None).await;
        }
        let (mut number, mut is_over) = (0, false);
        loop {
            if self.look(look).await?.is_some() {
                return Ok(());
            }
            number += 1;
            // The same call again settles it: Google takes it, or says that the resource is there or in the making.
            let call = self.plan.as_ref().ok().and_then(|plan| plan.step(kind)?.call.as_ref());
            let (call, most) = match call.map(|call| self.filled(call)) {
                Some((_, is_whole)) if is_over || !is_whole => (None, BLIND_LOOKS),
                call => (call.map(|(call, _)| call), 2 * TRIES),
            };
            let Some(call) = call.filter(|_| number % LOOKS == 1) else {
                if number > most {
                    return Ok(());
                }
                self.pause(pause(number.min(4), None, self.voice().random())).await?;
                continue;
            };
            match self.change(change.clone(), &call).await? {
                Sent::Answered(started) => {
                    return match again(&self.memory) {
                        Some(operation) => self.outlast(&operation, Some(started)).await,
                        None => Ok(()),
                    };
                }
                // The door passes nothing but undo, and says nothing of the first call.
                Sent::Refused(error) if has_ended(&error) => is_over = true,
                Sent::Refused(_) if number > 2 * TRIES => return Ok(()),
                Sent::Refused(CallError::Refused { status: 409, .. }) | Sent::Lost(_) => {
                    self.pause(pause(number.min(4), None, self.voice().random())).await?;
                }
                Sent::Refused(_) => return Ok(()),
            }
        }
    }

    /// Whether this run created the resource with these labels.
    fn is_ours(&self, labels: &Value) -> bool {
        labels[crate::plan::RUN_LABEL].as_str() == Some(self.id.as_str())
    }
}

pub fn in_use(why: String) -> CallError {
    CallError::NoAnswer(Diagnostic::new(Code::GooglePrecondition, why))
}

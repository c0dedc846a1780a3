//! What a run knows of itself: the ledger, read entry by entry. A running conversation and a new one learn it the same way.

use super::ledger::{Change, Entry, Finding, LedgerEntry, Shares};
use super::report::{Outputs, RunOutcome};
use crate::name::{DeployedModelId, Endpoint, Model, ModelVersion, Operation};

/// What is known of a change that the run intended.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// Its answer is missing: it may have happened.
    Doubtful,
    /// Google answered with this operation, or did it at once.
    Taken(Option<Operation>),
}

/// Something that the run made, or may have made.
#[derive(Clone, Debug, PartialEq)]
pub struct Made<T> {
    pub what: T,
    pub state: State,
}

impl<T> Made<T> {
    pub fn operation(&self) -> Option<&Operation> {
        match &self.state {
            State::Taken(operation) => operation.as_ref(),
            State::Doubtful => None,
        }
    }
}

/// A deployed model.
#[derive(Clone, Debug, PartialEq)]
pub struct Deployed {
    pub endpoint: Endpoint,
    pub id: DeployedModelId,
    /// Whether the call also sent all traffic to it, as the only model.
    pub alone: bool,
}

/// A change of an endpoint's traffic.
#[derive(Clone, Debug, PartialEq)]
pub struct Routed {
    pub endpoint: Endpoint,
    pub id: DeployedModelId,
    pub before: Shares,
    pub after: Shares,
    pub is_answered: bool,
}

/// A deployed model whose removal the run was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Undeployed {
    pub endpoint: Endpoint,
    pub id: DeployedModelId,
}

/// A change of a deployed model's number of replicas, as bounds.
#[derive(Clone, Debug, PartialEq)]
pub struct Scaled {
    pub endpoint: Endpoint,
    pub id: DeployedModelId,
    pub before: [u32; 2],
    pub after: [u32; 2],
}

/// An alias that names another version of the model than before.
#[derive(Clone, Debug, PartialEq)]
pub struct Aliased {
    pub model: Model,
    pub alias: ModelVersion,
    pub before: Option<ModelVersion>,
}

#[derive(Clone, Debug)]
pub struct Failing {
    pub outcome: RunOutcome,
    pub findings: Vec<Finding>,
}

#[derive(Clone, Debug)]
pub struct End {
    pub outcome: RunOutcome,
    pub outputs: Option<Outputs>,
}

/// The plan and the run that the ledger belongs to.
#[derive(Clone, Debug)]
pub struct Header {
    pub plan: String,
    pub run: String,
}

#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// The number of the last entry.
    pub seq: u32,
    pub header: Option<Header>,
    pub version: Option<String>,
    pub model: Option<Made<Model>>,
    pub endpoint: Option<Made<Endpoint>>,
    pub deployed: Option<Made<Deployed>>,
    /// Changes of traffic that were not rejected, oldest first.
    pub routed: Vec<Routed>,
    /// Removals that the run was asked for, and that were not rejected, oldest first.
    pub undeployed: Vec<Made<Undeployed>>,
    pub deleted: Option<Made<Endpoint>>,
    pub scaled: Option<Made<Scaled>>,
    pub aliased: Option<Aliased>,
    pub stopping: bool,
    pub failing: Option<Failing>,
    pub removed: Vec<String>,
    pub kept: Vec<(Finding, String)>,
    pub end: Option<End>,
    /// The open intent, and what stood before it.
    open: Option<(Change, Before)>,
}

/// What stood before an intent, to return to where Google rejects the call.
#[derive(Clone, Debug)]
enum Before {
    Model(Option<Made<Model>>),
    Endpoint(Option<Made<Endpoint>>),
    Deployed(Option<Made<Deployed>>),
    Undeployed(Vec<Made<Undeployed>>),
    Deleted(Option<Made<Endpoint>>),
    Scaled(Option<Made<Scaled>>),
    Aliased(Option<Aliased>),
    Nothing,
}

impl Memory {
    pub fn of(ledger: &[LedgerEntry]) -> Self {
        let mut memory = Self::default();
        for line in ledger {
            memory.seq = line.seq;
            memory.learn(&line.entry);
        }
        memory
    }

    /// Whether something of the run may be at Google.
    pub fn may_have_made(&self) -> bool {
        let has_made = self.model.is_some() || self.endpoint.is_some() || self.deployed.is_some();
        let has_removed = !self.undeployed.is_empty() || self.deleted.is_some();
        has_made || has_removed || !self.routed.is_empty() || self.scaled.is_some() || self.aliased.is_some()
    }

    /// Forgets the last change of a model's traffic whose answer is missing. Returns whether there was one.
    pub fn forget_unanswered(&mut self, id: &DeployedModelId) -> bool {
        let found = self.routed.iter().rposition(|routed| routed.id == *id && !routed.is_answered);
        found.map(|at| self.routed.remove(at)).is_some()
    }

    pub fn learn(&mut self, entry: &Entry) {
        match entry {
            Entry::Header { plan, run, .. } => self.header = Some(Header { plan: plan.clone(), run: run.clone() }),
            Entry::Version { version } => self.version = Some(version.clone()),
            Entry::Intent { change, .. } => self.intend(change),
            Entry::Answer { operation } => self.take(operation.as_deref().and_then(|name| name.parse().ok())),
            Entry::Found { operation } => {
                set(&mut self.deployed, State::Taken(operation.parse().ok()));
            }
            Entry::Refused { .. } => self.refuse(),
            Entry::Stop {} => self.stopping = true,
            Entry::Failing { outcome, findings } => {
                self.failing = Some(Failing { outcome: *outcome, findings: findings.clone() });
            }
            Entry::Removed { what } => self.removed.push(what.clone()),
            Entry::Kept { finding, what } => self.kept.push((finding.clone(), what.clone())),
            Entry::End { outcome, outputs } => self.end = Some(End { outcome: *outcome, outputs: outputs.clone() }),
        }
    }

    fn intend(&mut self, change: &Change) {
        let before = match change {
            Change::Upload { model } => {
                let before = self.model.take();
                self.model = model.parse().ok().map(|what| Made { what, state: State::Doubtful });
                Before::Model(before)
            }
            Change::Create { endpoint } => {
                let before = self.endpoint.take();
                self.endpoint = endpoint.parse().ok().map(|what| Made { what, state: State::Doubtful });
                Before::Endpoint(before)
            }
            Change::Deploy { endpoint, id, alone } => {
                let before = self.deployed.take();
                let what = endpoint.parse().ok().zip(id.parse().ok());
                let what = what.map(|(endpoint, id)| Deployed { endpoint, id, alone: *alone });
                self.deployed = what.map(|what| Made { what, state: State::Doubtful });
                Before::Deployed(before)
            }
            Change::Traffic { endpoint, id, before, after } => {
                if let (Ok(endpoint), Ok(id)) = (endpoint.parse(), id.parse()) {
                    let (before, after) = (before.clone(), after.clone());
                    self.routed.push(Routed { endpoint, id, before, after, is_answered: false });
                }
                Before::Nothing
            }
            // A removal of what the run made is not the requested change.
            _ if self.failing.is_some() => Before::Nothing,
            Change::Undeploy { endpoint, id } => {
                let before = self.undeployed.clone();
                if let (Ok(endpoint), Ok(id)) = (endpoint.parse(), id.parse()) {
                    self.undeployed.retain(|made| made.what.id != id);
                    self.undeployed.push(Made { what: Undeployed { endpoint, id }, state: State::Doubtful });
                }
                Before::Undeployed(before)
            }
            Change::DeleteEndpoint { endpoint } => {
                let before = self.deleted.take();
                self.deleted = endpoint.parse().ok().map(|what| Made { what, state: State::Doubtful });
                Before::Deleted(before)
            }
            Change::Scale { endpoint, id, before, after } => {
                let earlier = self.scaled.take();
                let first = earlier.as_ref().map_or(*before, |earlier| earlier.what.before);
                let what = endpoint.parse().ok().zip(id.parse().ok());
                let what = what.map(|(endpoint, id)| Scaled { endpoint, id, before: first, after: *after });
                self.scaled = what.map(|what| Made { what, state: State::Doubtful });
                Before::Scaled(earlier)
            }
            Change::Alias { model, alias, before } => {
                let earlier = self.aliased.take();
                let before = before.as_ref().and_then(|version| version.parse().ok());
                let first = earlier.as_ref().map_or(before, |earlier| earlier.before.clone());
                let what = model.parse().ok().zip(alias.parse().ok());
                self.aliased = what.map(|(model, alias)| Aliased { model, alias, before: first });
                Before::Aliased(earlier)
            }
            _ => Before::Nothing,
        };
        self.open = Some((change.clone(), before));
    }

    fn take(&mut self, operation: Option<Operation>) {
        let state = State::Taken(operation);
        match self.open.take() {
            Some((Change::Upload { .. }, _)) => set(&mut self.model, state),
            Some((Change::Create { .. }, _)) => set(&mut self.endpoint, state),
            Some((Change::Deploy { .. }, _)) => set(&mut self.deployed, state),
            Some((Change::Traffic { .. }, _)) => {
                if let Some(last) = self.routed.last_mut() {
                    last.is_answered = true;
                }
            }
            Some((_, Before::Undeployed(_))) => {
                if let Some(last) = self.undeployed.last_mut() {
                    last.state = state;
                }
            }
            Some((_, Before::Deleted(_))) => set(&mut self.deleted, state),
            Some((_, Before::Scaled(_))) => set(&mut self.scaled, state),
            _ => {}
        }
    }

    /// A rejected call made nothing. An earlier one of the same kind whose answer is missing may still have.
    fn refuse(&mut self) {
        match self.open.take() {
            Some((_, Before::Model(before))) => self.model = before,
            Some((_, Before::Endpoint(before))) => self.endpoint = before,
            Some((_, Before::Deployed(before))) => self.deployed = before,
            Some((_, Before::Undeployed(before))) => self.undeployed = before,
            Some((_, Before::Deleted(before))) => self.deleted = before,
            Some((_, Before::Scaled(before))) => self.scaled = before,
            Some((_, Before::Aliased(before))) => self.aliased = before,
            Some((Change::Traffic { .. }, _)) => {
                self.routed.pop();
            }
            _ => {}
        }
    }
}

fn set<T>(made: &mut Option<Made<T>>, state: State) {
    if let Some(made) = made {
        made.state = state;
    }
}

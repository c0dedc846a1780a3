//! The life of a deployment: it looks before it acts, writes down what it is about to change, follows operations to their end, and
//! removes what it made if it fails.
//!
//! A new process goes on with the ledger of the old one. An intention without an answer is a lost answer, with or without a crash: the
//! run looks, and decides by the run's label (endpoint and model) or by the chosen id (deployed model) what is its own.

mod aliasing;
mod call;
mod change;
mod container_log;
mod evidence;
pub(crate) mod failure;
mod holding;
pub mod ledger;
mod memory;
mod operation;
mod removal;
mod report;
mod scaling;
mod steps;
mod stored;
#[cfg(test)]
mod tests;
mod traffic;
mod undeployment;
mod values;
mod want;
mod withdrawal;

use crate::conversation::{Conversation, Failure, Identity, Progress, ProgressKind, Voice};
use crate::diagnose::CALLS;
use crate::diagnose::answer::no_answer;
use crate::diagnostic::{Code, Diagnostic, Words};
use crate::google::{CallError, Google};
use crate::name::{ModelVersion, RunId};
use crate::plan::Plan;
use crate::vertex::container::EnvVar;
use ledger::{Entry, LedgerEntry};
use memory::{Failing, Memory};

pub use container_log::{ContainerLine, ContainerLog};
pub use report::{Outputs, RunOutcome, RunReport};
pub use want::{Hold, Want};

/// Owners of the credentials of a run's requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identities {
    /// For changes, and for the looks that precede them.
    pub change: Identity,
    /// For polls of operations, which may outlive the credentials of a user.
    pub poll: Identity,
}

impl Identities {
    /// A user who starts the run and stays.
    pub const USER: Self = Self { change: Identity::Initiator, poll: Identity::Service };
    /// The portal under a mandate.
    pub const PORTAL: Self = Self { change: Identity::Service, poll: Identity::Service };
}

/// What a run starts with.
pub struct Start {
    /// The plan, or the findings why there is none. A run without a plan still removes what its ledger shows.
    pub plan: Result<Plan, Vec<Diagnostic>>,
    /// The run's id. Without one the run draws its own; its ledger is not kept.
    pub run: Option<RunId>,
    /// `…/api/proxy/vertex-ai`
    pub proxy_url: String,
    /// Goes to Google's audit log.
    pub reason: Option<String>,
    pub identities: Identities,
    /// Empty for a fresh run.
    pub ledger: Vec<LedgerEntry>,
}

/// Starts a run, or goes on with it where its ledger ends.
pub fn resume(start: Start) -> Conversation<RunReport, Want> {
    Conversation::new(move |voice| async move {
        let Start { plan, run, proxy_url, reason, identities, ledger } = start;
        let memory = Memory::of(&ledger);
        let id = memory.header.as_ref().and_then(|header| header.run.parse().ok()).or(run);
        let id = match id {
            Some(id) => id,
            None => match drawn(voice.random()) {
                Some(id) => id,
                None => return RunReport::refused(vec![unexpected("no id for the run").finding()]),
            },
        };
        if memory.header.is_none()
            && let Err(findings) = plan
        {
            return RunReport::refused(findings);
        }
        let fingerprint = plan.as_ref().map(Plan::fingerprint).unwrap_or_default();
        let alias = plan.as_ref().ok().and_then(|plan| plan.target.model.version.clone());
        let alias = alias.filter(|version| !version.is_number());
        let version = memory.version.as_ref().and_then(|version| version.parse().ok());
        let plan = plan.map(|plan| plan.for_run(&id)).map(|plan| match version {
            Some(version) => plan.for_version(version),
            None => plan,
        });
        let google = Google::new(voice, &proxy_url, reason).explaining(&CALLS);
        Run { google, identities, plan, fingerprint, alias, id, memory, values: Vec::new() }.report().await
    })
}

/// An id for a run that has none.
fn drawn(random: f64) -> Option<RunId> {
    const RANGE: f64 = 281_474_976_710_656.0;
    format!("{:012x}", (random * RANGE) as u64).parse().ok()
}

struct Run {
    google: Google<Want>,
    identities: Identities,
    plan: Result<Plan, Vec<Diagnostic>>,
    fingerprint: String,
    /// The alias by which the plan names the version.
    alias: Option<ModelVersion>,
    id: RunId,
    memory: Memory,
    /// Values that the plan's request has not, because it was stored.
    values: Vec<EnvVar>,
}

impl Run {
    async fn report(mut self) -> RunReport {
        if let Some(end) = self.memory.end.clone() {
            return self.ended(end.outcome, end.outputs, Vec::new());
        }
        let mut findings = Vec::new();
        if self.memory.failing.is_none() {
            let failed = match self.go().await {
                Ok(outputs) => {
                    self.say(ProgressKind::Done, self.done(&outputs));
                    let outcome = RunOutcome::Succeeded;
                    self.record(Entry::End { outcome, outputs: Some(outputs.clone()) }).await;
                    return self.ended(outcome, Some(outputs), Vec::new());
                }
                Err(failed) => failed,
            };
            if failed.outcome == RunOutcome::Cancelled {
                self.record(Entry::Stop {}).await;
            }
            self.record(Entry::failing(failed.outcome, &failed.findings)).await;
            findings = failed.findings;
        }
        let outcome = self.memory.failing.as_ref().map_or(RunOutcome::Failed, |failing| failing.outcome);
        // A cancellation does not cut the removal short.
        self.voice().turn_deaf();
        self.remove().await;
        self.record(Entry::End { outcome, outputs: None }).await;
        self.ended(outcome, None, findings)
    }

    /// The report of a run whose last entry is written. `findings` are those of this process; the ledger keeps short ones.
    fn ended(self, outcome: RunOutcome, outputs: Option<Outputs>, findings: Vec<Diagnostic>) -> RunReport {
        let Memory { failing, removed, kept, .. } = self.memory;
        let mut diagnostics = findings;
        if diagnostics.is_empty() {
            let Failing { findings, .. } = failing.unwrap_or(Failing { outcome, findings: Vec::new() });
            diagnostics = findings.iter().map(Diagnostic::from).collect();
        }
        let not_undone: Vec<Diagnostic> = kept.iter().map(|(finding, _)| Diagnostic::from(finding)).collect();
        let messages = not_undone.iter().map(|finding| finding.message.to_string()).collect();
        diagnostics.extend(not_undone);
        if let Ok(plan) = &self.plan {
            diagnostics.iter_mut().for_each(|finding| failure::add_links(finding, plan));
        }
        RunReport { outcome, plan: self.plan.ok(), outputs, undone: removed, not_undone: messages, diagnostics }
    }

    async fn go(&mut self) -> Result<Outputs, Failed> {
        if self.memory.stopping {
            return Err(cancelled());
        }
        if let Err(findings) = &self.plan {
            return Err(Failed { outcome: RunOutcome::Failed, findings: findings.clone() });
        }
        match &self.memory.header {
            None => {
                let header = Entry::Header {
                    core: env!("CARGO_PKG_VERSION").to_owned(),
                    plan: self.fingerprint.clone(),
                    run: self.id.to_string(),
                };
                self.record(header).await;
            }
            Some(header) if header.plan != self.fingerprint => {
                let finding = Diagnostic::new(
                    Code::DeployPlanChanged,
                    "this version of the portal plans the deployment in another way than the version that started it",
                )
                .help("start the deployment again: what the first version had made is removed");
                return Err(Failed { outcome: RunOutcome::Failed, findings: vec![finding] });
            }
            Some(_) => {}
        }
        self.carry_out().await.map_err(Failed::from)
    }

    fn voice(&self) -> &Voice<Want> {
        self.google.voice()
    }

    fn say(&self, kind: ProgressKind, message: impl Into<String>) {
        self.voice().say(Progress::new(kind, message));
    }

    /// Makes an entry durable.
    async fn record(&mut self, entry: Entry) {
        self.memory.learn(&entry);
        self.memory.seq += 1;
        let write = LedgerEntry { seq: self.memory.seq, entry };
        self.voice().ask(Want::Write { write }).await;
    }

    fn plan(&self) -> Result<&Plan, CallError> {
        self.plan.as_ref().map_err(|_| unexpected("there is no plan"))
    }
}

/// Why a run removes what it made.
struct Failed {
    outcome: RunOutcome,
    findings: Vec<Diagnostic>,
}

impl From<CallError> for Failed {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Cancelled => cancelled(),
            _ => Self { outcome: RunOutcome::Failed, findings: vec![error.finding()] },
        }
    }
}

fn cancelled() -> Failed {
    Failed { outcome: RunOutcome::Cancelled, findings: vec![no_answer(Failure::Cancelled)] }
}

fn unexpected(message: impl Into<Words>) -> CallError {
    CallError::NoAnswer(Diagnostic::new(Code::DeployUnexpectedResult, message))
}

/// The reason why Google cannot do what a run is to do.
fn impossible(message: impl Into<Words>, help: &'static str) -> CallError {
    CallError::NoAnswer(Diagnostic::new(Code::DeployImpossible, message).help(help))
}

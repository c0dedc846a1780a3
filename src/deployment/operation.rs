//! Long-running operations: their names, their stages, and how a run follows one to its end.
//!
//! Shapes: `GoogleLongrunningOperation` and `GoogleCloudAiplatformV1DeployModelOperationMetadata` in Google's discovery document
//! `aiplatform.v1`, read 2026-11-27.

use super::Identities;
use super::want::Want;
use crate::conversation::{Identity, Millis, Progress, ProgressKind};
use crate::diagnose::operation::FailedOperation;
use crate::diagnostic::{Code, Diagnostic};
use crate::google::{CallError, Failed, Google, pause};
use crate::google_error::GoogleError;
use crate::method::{self, Call, Method, Resource};
use crate::name::{Operation, Project};
use crate::vertex::stage::{Stage, is_deployment};
use serde_json::Value;

/// Minimum time between two polls: twelve a minute.
pub const POLL: Millis = 5_000;
/// Reads a minute that Google admits for one project and region: <https://docs.cloud.google.com/vertex-ai/docs/quotas>, read 2026-11-27.
const READS: Millis = 600;
/// The part of them that polls take. The rest is for reads of deployments that start or end.
const POLLS: Millis = READS * 9 / 10;
/// Maximum time between two polls.
const LONGEST_POLL: Millis = 120_000;
/// Maximum time that Google holds a wait open: the end is reported at once, a new stage by then.
const LONGEST_WAIT: Millis = 8_000;
/// Number of rejected polls in a row after which the run gives up.
const REJECTED_POLLS: u32 = 6;
/// Time without a line of progress after which one is due. With a wait or another request in between, a line appears every 30 s.
pub const SILENCE: Millis = 20_000;

/// The name of the operation in an answer, its project named as in the call.
pub fn name(answer: &Value, call: &Call) -> Option<Operation> {
    let operation: Operation = answer["name"].as_str()?.parse().ok()?;
    Some(match call.resource.project() {
        Some(project) => operation.in_project(project),
        None => operation,
    })
}

/// The deployments among an endpoint's operations. What Google says of an unfinished one does not name the deployed model.
pub struct Deployments {
    /// The operations, and whether each is done.
    listed: Vec<(Operation, bool)>,
}

impl Deployments {
    pub fn among(operations: &[Value], project: &Project) -> Self {
        let listed = operations.iter().filter(|operation| is_deployment(operation)).filter_map(|operation| {
            let name: Operation = operation["name"].as_str()?.parse().ok()?;
            Some((name.in_project(project), operation["done"].as_bool().unwrap_or(false)))
        });
        Self { listed: listed.collect() }
    }

    pub fn unfinished(&self) -> Option<&Operation> {
        self.listed.iter().find(|(_, is_done)| !is_done).map(|(operation, _)| operation)
    }

    /// The only deployment that has run since an earlier list, if it still runs.
    pub fn only_since(self, earlier: &Self) -> Option<Operation> {
        let had_ended = |operation: &Operation| earlier.listed.contains(&(operation.clone(), true));
        let mut ran = self.listed.into_iter().filter(|(operation, _)| !had_ended(operation));
        match (ran.next(), ran.next()) {
            (Some((only, false)), None) => Some(only),
            _ => None,
        }
    }
}

/// The end of an operation.
#[derive(Debug)]
pub enum Ended {
    Succeeded(Value),
    Failed(Box<FailedEnd>),
    /// Google does not know the operation: a look at the resource decides.
    Unknown,
}

/// The end of an operation that failed.
#[derive(Debug)]
pub struct FailedEnd {
    pub failed: FailedOperation,
    operation: Operation,
}

impl FailedEnd {
    /// The finding, with the lines of the container's log, newest first.
    pub fn finding(&self, log: &[String]) -> Diagnostic {
        let mut finding = self.failed.finding(log);
        if let Some(evidence) = &mut finding.evidence {
            evidence.operation = Some(self.operation.to_string());
        }
        // A missing permission names its own resource.
        finding.resource.get_or_insert_with(|| self.operation.to_string().into());
        finding
    }

    pub fn error(&self) -> CallError {
        CallError::NoAnswer(self.finding(&[]))
    }
}

/// A poller of one operation.
///
/// Nothing but Google's own word ends it: not an outage, however long, nor an expired token or an exhausted quota.
pub struct Follower<'a> {
    google: &'a Google<Want>,
    operation: &'a Operation,
    /// Who polls, and who does so where the portal has no record of the operation.
    identity: Identity,
    other: Identity,
    method: &'static Method,
    stage: Option<Stage>,
    /// The last stage before the end.
    reached: Option<Stage>,
    begun: Millis,
    said: Millis,
}

impl<'a> Follower<'a> {
    pub fn new(google: &'a Google<Want>, operation: &'a Operation, identities: Identities) -> Self {
        let now = google.voice().now();
        let (identity, other) = (identities.poll, identities.change);
        let method = &method::OPERATIONS_WAIT;
        Self { google, operation, identity, other, method, stage: None, reached: None, begun: now, said: now }
    }

    /// Polls until the operation is done; reports every new stage. `first` is the answer that named the operation.
    pub async fn follow(mut self, first: Option<Value>) -> Result<Ended, CallError> {
        let mut state = first;
        let (mut failed, mut rejected) = (0, 0);
        loop {
            if let Some(state) = state.take() {
                self.report_stage(&state);
                if state["done"].as_bool().unwrap_or(false) {
                    return Ok(self.end(&state));
                }
            }
            self.report_time();
            let asked = self.google.voice().now();
            match self.poll().await {
                Ok(answer) => {
                    (failed, rejected) = (0, 0);
                    let done = answer["done"].as_bool().unwrap_or(false);
                    state = Some(answer);
                    let rest = self.interval().saturating_sub(self.google.voice().now().saturating_sub(asked));
                    if !done {
                        self.rest(rest).await?;
                    }
                }
                Err(Failed { error, retry_after, .. }) => {
                    if error == CallError::Cancelled {
                        return Err(error);
                    }
                    if error.is_not_found() {
                        return Ok(Ended::Unknown);
                    }
                    if self.adapt(&error) {
                        continue;
                    }
                    failed += 1;
                    rejected = if may_pass(&error, self.identity) { 0 } else { rejected + 1 };
                    if rejected >= REJECTED_POLLS {
                        return Err(error);
                    }
                    self.report_failure(failed, error);
                    let mut pause = pause(failed + 1, retry_after, self.google.voice().random());
                    if self.pace() > LONGEST_WAIT {
                        // A retry of each rejected poll would exhaust the quota again.
                        pause = pause.max(self.interval());
                    }
                    self.rest(pause).await?;
                }
            }
        }
    }

    /// Mean time between two polls. All running deployments together stay within Google's quota.
    fn pace(&self) -> Millis {
        (Millis::from(self.google.voice().running()) * 60_000).div_ceil(POLLS).clamp(POLL, LONGEST_POLL)
    }

    /// Time until the next poll: half to one and a half of the pace, so that runs which began together do not poll together. A pace that
    /// a wait covers is kept, because a longer pause would delay the end.
    fn interval(&self) -> Millis {
        let pace = self.pace();
        if pace > LONGEST_WAIT { (pace as f64 * (0.5 + self.google.voice().random())) as Millis } else { pace }
    }

    async fn poll(&self) -> Result<Value, Failed> {
        let call = Call::new(self.method, Resource::Operation(self.operation.clone()));
        let call = if self.method == &method::OPERATIONS_WAIT {
            call.query("timeout", format!("{}s", self.pace().min(LONGEST_WAIT) / 1_000))
        } else {
            call
        };
        self.google.once(&call, self.identity).await
    }

    /// Pauses, with a line of progress where one is due.
    async fn rest(&mut self, mut millis: Millis) -> Result<(), CallError> {
        while millis > 0 {
            let silent = self.google.voice().now().saturating_sub(self.said);
            let pause = SILENCE.saturating_sub(silent).max(1).min(millis);
            self.google.voice().wait(pause).await.map_err(|_| CallError::Cancelled)?;
            millis -= pause;
            self.report_time();
        }
        Ok(())
    }

    /// Falls back to another way to poll; false if none is left.
    fn adapt(&mut self, error: &CallError) -> bool {
        match error {
            CallError::Refused { status: 501, .. } if self.method == &method::OPERATIONS_WAIT => {
                self.method = &method::OPERATIONS_GET;
                true
            }
            // The portal has no record of this operation's start: only the user may read it.
            CallError::Refused { finding, .. }
                if finding.code == Code::ProxyCallerNotAllowed && self.identity != self.other =>
            {
                self.identity = self.other;
                true
            }
            _ => false,
        }
    }

    fn say(&mut self, progress: Progress) {
        self.said = self.google.voice().now();
        self.google.voice().say(progress);
    }

    fn report_stage(&mut self, state: &Value) {
        let Some(stage) = state["metadata"]["deploymentStage"].as_str().and_then(Stage::parse) else { return };
        if self.stage == Some(stage) {
            return;
        }
        self.stage = Some(stage);
        self.reached = stage.index().map(|_| stage).or(self.reached);
        self.say(self.progress(ProgressKind::Stage, stage.meaning().to_owned()));
    }

    fn report_time(&mut self) {
        let now = self.google.voice().now();
        if now.saturating_sub(self.said) >= SILENCE {
            let what = self.stage.map_or("Waiting for Google's operation", Stage::meaning);
            let seconds = now.saturating_sub(self.begun) / 1_000;
            let mut line = match seconds / 60 {
                0 => format!("{what}: {seconds} s so far"),
                minutes => format!("{what}: {minutes} min {} s so far", seconds % 60),
            };
            let pace = self.pace();
            if pace > POLL {
                let running = self.google.voice().running();
                line += &format!(
                    "; polled about every {} s, because {running} deployments share Google's quota",
                    pace / 1_000
                );
            }
            self.say(self.progress(ProgressKind::Wait, line));
        }
    }

    fn report_failure(&mut self, failed: u32, error: CallError) {
        let is_due = self.google.voice().now().saturating_sub(self.said) >= SILENCE;
        if failed == 1 || is_due {
            let why = error.finding();
            let why = &why.message;
            self.say(self.progress(ProgressKind::Retry, format!("{why}; the operation goes on, and is polled again")));
        }
    }

    fn progress(&self, kind: ProgressKind, message: String) -> Progress {
        let index = self.stage.and_then(Stage::index);
        Progress {
            stage: self.stage.map(|stage| stage.name().to_owned()),
            stage_index: index,
            stage_count: index.map(|_| Stage::COUNT),
            operation: Some(self.operation.to_string()),
            ..Progress::new(kind, message)
        }
    }

    fn end(&self, state: &Value) -> Ended {
        if state["error"].is_object() {
            let failed = FailedOperation {
                error: GoogleError::from_status(&state["error"]),
                deploys: is_deployment(state),
                stage: self.reached,
                begun: state["metadata"]["genericMetadata"]["createTime"].as_str().unwrap_or_default().to_owned(),
            };
            return Ended::Failed(Box::new(FailedEnd { failed, operation: self.operation.clone() }));
        }
        Ended::Succeeded(state["response"].clone())
    }
}

/// Whether the same call may succeed later although nothing changes at Google: an outage, a quota, a token.
pub fn may_pass(error: &CallError, identity: Identity) -> bool {
    match error {
        CallError::NoAnswer(_) => true,
        // Google cannot read the portal's keys while the portal starts, or its ingress is down.
        CallError::Refused { finding, .. } if finding.code == Code::IdentityExchangeRefused => true,
        // Users' credentials that Backstage rejects stay rejected.
        CallError::Refused { status: 401, finding } => {
            finding.code != Code::PortalRefused || identity == Identity::Service
        }
        CallError::Refused { status: 404, finding } => finding.code != Code::GoogleNotFound,
        CallError::Refused { status, .. } => matches!(status, 408 | 429 | 500 | 502..=504),
        CallError::Cancelled => false,
    }
}

//! Long-running operations: their names, their stages, and how a run follows one to its end.
//!
//! Shapes: `GoogleLongrunningOperation` and `GoogleCloudAiplatformV1DeployModelOperationMetadata` in Google's discovery document
//! `aiplatform.v1`, read 2026-11-27.

use crate::conversation::{Identity, Millis, Progress, ProgressKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::google::{CallError, Google, pause};
use crate::google_error::GoogleError;
use crate::method::{self, Call, Method, Resource};
use crate::name::{Operation, Project};
use crate::vertex::stage::{Stage, is_deployment};
use serde_json::Value;

/// How long Google holds a wait open: the end is reported at once, a new stage soon.
const WAIT: &str = "1s";
/// Minimum time between two polls, because Google may answer a wait at once.
const POLL: Millis = 600;
/// Number of failed polls in a row after which the run gives up.
const FAILED_POLLS: u32 = 6;

/// An operation that succeeded.
pub struct Ended {
    pub response: Value,
}

/// The name of the operation in an answer, its project named as in the call.
pub fn name(answer: &Value, call: &Call) -> Result<Operation, CallError> {
    let text = answer["name"].as_str().unwrap_or_default();
    let operation: Operation = text.parse().map_err(|_| {
        CallError::NoAnswer(Diagnostic::new(
            Code::GoogleAnswerUnreadable,
            format!("{} answered without an operation", call.method.audit_name),
        ))
    })?;
    Ok(match call.resource.project() {
        Some(project) => operation.in_project(project),
        None => operation,
    })
}

/// The first unfinished deployment among an endpoint's operations.
pub fn unfinished_deployment(listed: &Value, project: &Project) -> Option<Operation> {
    let operations = listed["operations"].as_array()?;
    let unfinished = operations
        .iter()
        .find(|operation| is_deployment(operation) && !operation["done"].as_bool().unwrap_or(false))?;
    Some(unfinished["name"].as_str()?.parse::<Operation>().ok()?.in_project(project))
}

/// A poller of one operation.
pub struct Follower<'a> {
    google: &'a Google,
    operation: Operation,
    /// The backend itself if it may: a deployment may outlive the user's credentials.
    identity: Identity,
    method: &'static Method,
    stage: Option<Stage>,
}

impl<'a> Follower<'a> {
    pub fn new(google: &'a Google, operation: Operation) -> Self {
        Self { google, operation, identity: Identity::Service, method: &method::OPERATIONS_WAIT, stage: None }
    }

    /// Polls until the operation is done; reports every new stage.
    pub async fn follow(mut self, first: Option<Value>) -> Result<Ended, CallError> {
        let mut state = first;
        let mut failed = 0;
        loop {
            if let Some(state) = state.take() {
                if state["done"].as_bool().unwrap_or(false) {
                    return self.end(&state);
                }
                self.report_stage(&state);
            }
            let asked = self.google.voice().now();
            match self.poll().await {
                Ok(answer) => {
                    failed = 0;
                    let done = answer["done"].as_bool().unwrap_or(false);
                    state = Some(answer);
                    let took = self.google.voice().now().saturating_sub(asked);
                    if !done && took < POLL {
                        self.pause(POLL - took).await?;
                    }
                }
                Err(CallError::Cancelled) => return Err(CallError::Cancelled),
                Err(error) => {
                    failed += 1;
                    if !self.adapt(&error) {
                        if failed >= FAILED_POLLS || matches!(error.status(), Some(401 | 403)) || error.is_not_found() {
                            return Err(error);
                        }
                        self.pause(pause(failed + 3, None, self.google.voice().random())).await?;
                    }
                }
            }
        }
    }

    async fn poll(&self) -> Result<Value, CallError> {
        let call = Call::new(self.method, Resource::Operation(self.operation.clone()));
        let call = if self.method == &method::OPERATIONS_WAIT { call.query("timeout", WAIT) } else { call };
        self.google.call(&call, self.identity).await
    }

    async fn pause(&self, millis: Millis) -> Result<(), CallError> {
        self.google.voice().wait(millis).await.map_err(|_| CallError::Cancelled)
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
                if finding.code == Code::ProxyCallerNotAllowed && self.identity == Identity::Service =>
            {
                self.identity = Identity::Initiator;
                true
            }
            _ => false,
        }
    }

    fn report_stage(&mut self, state: &Value) {
        let Some(stage) = state["metadata"]["deploymentStage"].as_str().and_then(Stage::parse) else { return };
        if self.stage == Some(stage) {
            return;
        }
        self.stage = Some(stage);
        self.google.voice().say(Progress {
            stage: Some(stage.name().to_owned()),
            stage_index: Some(stage.index()),
            stage_count: Some(Stage::COUNT),
            operation: Some(self.operation.to_string()),
            ..Progress::new(ProgressKind::Stage, stage.meaning())
        });
    }

    fn end(mut self, state: &Value) -> Result<Ended, CallError> {
        self.report_stage(state);
        let error = &state["error"];
        if error.is_object() {
            let error = GoogleError::from_status(error);
            let mut finding = Diagnostic::new(
                if error.status == "CANCELLED" { Code::DeployCancelled } else { Code::DeployOperationFailed },
                format!("the operation ended in {}: {}", error.status, error.message),
            )
            .about(self.operation.to_string());
            finding.help = error.diagnose(None).help.clone().or_else(|| {
                Some("read the operation's error above and the model server's log in Cloud Logging, fix the model, and deploy again".into())
            });
            return Err(CallError::NoAnswer(finding));
        }
        Ok(Ended { response: state["response"].clone() })
    }
}

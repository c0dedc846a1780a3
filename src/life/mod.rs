//! The life of a deployment: its states, the event that leads from one to another, and what readers see of it.
//!
//! The backend plugin stores a life as JSON and asks here what an event makes of it. The calls to Google are [`crate::deployment`]'s.

pub mod history;
pub mod reach;
#[cfg(test)]
mod tests;

use crate::diagnostic::{Code, Diagnostic};
use serde_json::{Map, Value, json};

/// How often a run may end without a report before its deployment fails. With the runner's pauses that is a day: another version of the
/// portal may read what this one cannot, and a deployment that has failed is removed by nobody.
const MAX_CRASHES: u64 = 300;

/// Event fields that a life repeats.
const OUTPUTS: [&str; 10] = [
    "endpoint",
    "model",
    "deployedModelId",
    "traffic",
    "consoleUrl",
    "operation",
    "replicas",
    "removed",
    "resolvedAlias",
    "movedAlias",
];
const RESULTS: [&str; 3] = ["undone", "notUndone", "diagnostics"];

/// The state of a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ts_rs::TS)]
#[ts(rename = "DeploymentState", rename_all = "lowercase")]
pub enum State {
    /// It waits for another deployment to succeed, and for its time.
    Scheduled,
    /// It waits for its mandate or for a runner.
    Pending,
    Running,
    /// A stop is wanted, and the run has not begun to remove anything.
    Cancelling,
    /// The run removes what it made.
    Removing,
    Succeeded,
    Failed,
    Cancelled,
}

impl State {
    pub const ALL: [Self; 8] = [
        Self::Scheduled,
        Self::Pending,
        Self::Running,
        Self::Cancelling,
        Self::Removing,
        Self::Succeeded,
        Self::Failed,
        Self::Cancelled,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Cancelling => "cancelling",
            Self::Removing => "removing",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    pub fn has_ended(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }

    /// The state after an event; `None` where the event comes too late.
    fn after(self, event: &Event<'_>) -> Option<Self> {
        if self.has_ended() {
            return None;
        }
        Some(match event {
            Event::Claimed if matches!(self, Self::Scheduled | Self::Pending) => Self::Running,
            Event::Claimed | Event::Planned(_) => self,
            // What is being removed is as good as cancelled; the wish is recorded all the same.
            Event::CancelRequested if self == Self::Removing => Self::Removing,
            Event::CancelRequested => Self::Cancelling,
            Event::Progress(progress) if progress["kind"] == "undo" => Self::Removing,
            Event::Progress(_) => self,
            // Nothing was started that could fail.
            Event::Refused(_) if self == Self::Cancelling => Self::Cancelled,
            Event::Crashed { times } if *times < MAX_CRASHES => self,
            Event::Crashed { .. } | Event::Refused(_) => Self::Failed,
            Event::Reported(report) => match report["outcome"].as_str() {
                Some("succeeded") => Self::Succeeded,
                Some("cancelled") => Self::Cancelled,
                _ => Self::Failed,
            },
        })
    }
}

/// What happens to a deployment.
#[derive(Debug)]
enum Event<'a> {
    /// The core planned it; the plan as JSON.
    Planned(&'a Value),
    /// A runner holds its lease.
    Claimed,
    CancelRequested,
    /// The run said something.
    Progress(&'a Value),
    /// The run ended with a report.
    Reported(&'a Value),
    /// A run ended without a report, for the `times`th time.
    Crashed {
        times: u64,
    },
    /// It cannot start: the refusal with its `diagnostics`.
    Refused(&'a Value),
}

impl<'a> Event<'a> {
    fn read(value: &'a Value) -> Option<Self> {
        let (name, body) = value.as_object()?.iter().next()?;
        Some(match name.as_str() {
            "planned" => Self::Planned(body),
            "claimed" => Self::Claimed,
            "cancelRequested" => Self::CancelRequested,
            "progress" => Self::Progress(body),
            "reported" => Self::Reported(body),
            "crashed" => Self::Crashed { times: body.as_u64()? },
            "refused" => Self::Refused(body),
            _ => return None,
        })
    }
}

/// A life after an event.
#[derive(Clone, Debug, PartialEq, serde::Serialize, ts_rs::TS)]
#[ts(rename = "DeploymentStep")]
pub struct Step {
    #[ts(as = "DeploymentLife")]
    pub life: Value,
    /// Whether the deployment has ended: no event follows.
    pub ended: bool,
    /// Whether readers see another state than before.
    pub moved: bool,
}

/// The part of a deployment that its run decides. The backend stores it as it is.
#[derive(ts_rs::TS)]
#[ts(optional_fields, rename_all = "camelCase")]
#[expect(dead_code, reason = "the shape of a JSON value, for TypeScript")]
pub struct DeploymentLife {
    state: State,
    /// `projects/{project}/locations/{location}/endpoints/{endpoint}`
    endpoint: Option<String>,
    model: Option<String>,
    deployed_model_id: Option<String>,
    /// `rollback`: id of the deployment that was rolled back to.
    former_deployment: Option<String>,
    /// `promote`: the environment whose version was deployed. Absent for the plain annotations.
    promoted_from: Option<String>,
    /// The percentage of the endpoint's traffic that it reached.
    traffic: Option<u32>,
    console_url: Option<String>,
    operation: Option<String>,
    replicas: Option<crate::vertex::deployed_model::Replicas>,
    /// Titles of what the deployment was asked to remove, and has removed.
    removed: Option<Vec<String>>,
    /// The alias by which the annotations name the version.
    resolved_alias: Option<String>,
    /// The alias that names the version since the deployment.
    moved_alias: Option<String>,
    stage: Option<DeploymentStage>,
    /// Titles of what was removed after a failure, newest first.
    undone: Option<Vec<String>>,
    /// Titles of what could not be removed.
    not_undone: Option<Vec<String>>,
    diagnostics: Option<Vec<Diagnostic>>,
}

/// The stage of Google's operation.
#[derive(ts_rs::TS)]
#[expect(dead_code, reason = "the shape of a JSON value, for TypeScript")]
pub struct DeploymentStage {
    name: String,
    index: u32,
    count: u32,
    /// RFC 3339.
    since: String,
}

/// Something that happens to a deployment; exactly one field is set.
#[derive(ts_rs::TS)]
#[ts(rename = "DeploymentEvent", rename_all = "camelCase")]
pub enum EventShape {
    Planned(Box<crate::plan::Plan>),
    Claimed(bool),
    CancelRequested(bool),
    Progress(crate::conversation::Progress),
    #[ts(type = "DeployReport")]
    Reported(()),
    /// How often a run ended without a report.
    Crashed(u32),
    Refused {
        diagnostics: Vec<Diagnostic>,
    },
}

/// Returns a life after an event at a time (RFC 3339); `None` where the deployment has ended already, or where the JSON is malformed.
pub fn after(life: &Value, event: &Value, at: &str) -> Option<Step> {
    let before = State::of(life["state"].as_str()?)?;
    let event = Event::read(event)?;
    let state = before.after(&event)?;
    let mut fields = life.as_object()?.clone();
    fields.insert("state".into(), state.name().into());
    match &event {
        Event::Planned(plan) => {
            copy(&mut fields, &json!({"endpoint": plan["endpoint"], "model": plan["target"]["model"]}), &OUTPUTS);
            copy(&mut fields, plan, &["deployedModelId", "formerDeployment", "promotedFrom"]);
        }
        Event::Progress(progress) => {
            copy(&mut fields, progress, &["operation"]);
            // A success does not pass a stage without a number.
            let counts = progress["stage"].is_string() && progress["stageIndex"].is_u64();
            if counts && fields.get("stage").is_none_or(|old| old["name"] != progress["stage"]) {
                let (index, count) = (&progress["stageIndex"], &progress["stageCount"]);
                let stage = json!({"name": progress["stage"], "index": index, "count": count, "since": at});
                fields.insert("stage".into(), stage);
            }
        }
        Event::Reported(report) => {
            copy(&mut fields, &report["outputs"], &OUTPUTS);
            copy(&mut fields, report, &RESULTS);
        }
        Event::Refused(refusal) => copy(&mut fields, refusal, &RESULTS),
        Event::Crashed { .. } if state == State::Failed => {
            let finding = Diagnostic::new(Code::CoreInternal, "the run ended several times without a report")
                .help("see the portal's log, and compare the endpoint with the deployment in Google's console");
            fields.insert("diagnostics".into(), json!([finding]));
            fields.insert("notUndone".into(), json!(["whatever the deployment has made"]));
        }
        Event::Claimed | Event::CancelRequested | Event::Crashed { .. } => {}
    }
    Some(Step { life: Value::Object(fields), ended: state.has_ended(), moved: state != before })
}

fn copy(fields: &mut Map<String, Value>, from: &Value, names: &[&str]) {
    for &name in names {
        if !from[name].is_null() {
            fields.insert(name.into(), from[name].clone());
        }
    }
}

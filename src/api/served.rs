//! Shapes that one plugin serves and another one reads. TypeScript makes them, so that Rust only declares them.

use super::outline::Outline;
use crate::deployment::ContainerLog;
use crate::diagnostic::Diagnostic;
use crate::door::records;
use crate::life::history::Expectation;
use ts_rs::TS;

/// A deployment, as the API of the backend plugin returns it.
#[derive(TS)]
pub struct Deployment(#[ts(type = "DeploymentLife & DeploymentRecord")] ());

/// The part of a deployment that the backend plugin adds to its life. Times are RFC 3339.
#[derive(TS)]
#[ts(optional_fields, rename_all = "camelCase")]
#[expect(dead_code, reason = "the shape of a JSON value, for TypeScript")]
pub struct DeploymentRecord {
    id: String,
    kind: String,
    entity_ref: String,
    environment: Option<String>,
    /// Entity ref of the user who started it.
    user: String,
    created_at: String,
    started_at: Option<String>,
    ended_at: Option<String>,
    /// Id of the deployment after whose success it runs.
    follows: Option<String>,
    /// When it runs, where it is scheduled; absent until the deployment that it follows has ended.
    starts_at: Option<String>,
    /// Entity ref of a user, or the name of a plugin.
    cancel_requested_by: Option<String>,
    mandate: Option<String>,
    undone: Vec<String>,
    not_undone: Vec<String>,
    diagnostics: Vec<Diagnostic>,
    /// Where the deployment has not ended, and was read alone.
    expected: Option<DeploymentExpected>,
}

/// How long a deployment is expected to last, by the portal's own history. Absent where it knows too few former ones.
#[derive(TS)]
#[ts(optional_fields)]
#[expect(dead_code, reason = "the shape of a JSON value, for TypeScript")]
pub struct DeploymentExpected {
    total: Option<Expectation>,
    /// Of the present stage.
    stage: Option<Expectation>,
}

/// Part of a list of deployments, newest first.
#[derive(TS)]
#[ts(optional_fields, rename_all = "camelCase")]
#[expect(dead_code, reason = "the shape of a JSON value, for TypeScript")]
pub struct DeploymentPage {
    items: Vec<Deployment>,
    next_cursor: Option<String>,
}

/// What a deployment that failed has read of the container's log.
#[derive(TS)]
#[ts(optional_fields, rename_all = "camelCase")]
#[expect(dead_code, reason = "the shape of a JSON value, for TypeScript")]
pub struct DeploymentLog {
    /// Absent where no log was read, or none is kept any more.
    log: Option<ContainerLog>,
    /// RFC 3339.
    read_at: Option<String>,
}

/// The plan of a deployment, its audit records, and pages of Google's console about it.
#[derive(TS)]
#[ts(optional_fields)]
#[expect(dead_code, reason = "the shape of a JSON value, for TypeScript")]
pub struct DeploymentTrace {
    #[ts(flatten)]
    outline: Outline,
    /// Absent where the portal's proxy does not respond.
    calls: Option<Vec<MandateCall>>,
}

/// An audit record of a call under a mandate, as the proxy shows it.
#[derive(TS)]
#[ts(optional_fields)]
#[expect(dead_code, reason = "the shape of a JSON value, for TypeScript")]
pub struct MandateCall {
    /// Stands in Google's audit log as `audit=…`.
    id: String,
    /// RFC 3339.
    at: String,
    method: String,
    resource: String,
    outcome: records::Result,
    /// Status of Google's answer.
    status: Option<u16>,
}

//! Plans an access request and renders its files.

use super::request::IamRequest;
use crate::api::deployment::make_plan;
use crate::api::request::malformed;
use crate::conversation::Millis;
use crate::diagnostic::Diagnostic;
use crate::iam::render;
use crate::iam::rights::access_request::{AccessRequest, access_request};
use crate::iam::rights::expiry::Expiry;
use crate::iam::rights::options::AccessOptions;
use crate::iam::rights::principal::Principal;
use crate::iam::rights::risk::{Risk, risks};
use crate::name::{NameError, Project};
use crate::ordered::Ordered;
use serde::Serialize;

/// The least privilege for a deployment, and its files.
#[derive(Clone, Debug, Default, Serialize, ts_rs::TS)]
#[ts(optional_fields)]
pub struct IamReport {
    /// Absent if an error prevents it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<AccessRequest>,
    /// Files by name: `roles/ID.yaml`, `roles/ID.json`, `bindings.json`, `roles.tf`, `main.tf`, `gcloud.sh`, `access-request.md`; with
    /// grants that do not expire by themselves `revoke.sh`; with `pam` also `pam-entitlement.json` and `pam-grant.json`.
    pub renderings: Ordered<String, String>,
    /// Markdown; the same as `access-request.md`.
    pub explanation: String,
    /// One line for a log.
    pub summary: String,
    /// The permissions that the principal receives, each once.
    pub permissions: Vec<&'static str>,
    pub risks: Vec<Risk>,
    pub diagnostics: Vec<Diagnostic>,
}

/// Returns the least privilege for a deployment. Nothing is called.
pub fn iam_plan(request: &IamRequest, now: Millis) -> IamReport {
    let (planned, mut diagnostics) = planned(request, now);
    let Some(planned) = planned else { return IamReport { diagnostics, ..IamReport::default() } };
    let risks = risks(&planned, request.account_powers.as_ref());
    let renderings = render::all(&planned, &risks, &Ordered::default()).unwrap_or_else(|finding| {
        diagnostics.push(finding);
        Ordered::default()
    });
    let explanation = renderings.get("access-request.md").cloned().unwrap_or_default();
    let (summary, permissions) = (planned.summary(), planned.permissions());
    IamReport { request: Some(planned), renderings, explanation, summary, permissions, risks, diagnostics }
}

/// Plans the deployment and returns its access request.
pub(super) fn planned(request: &IamRequest, now: Millis) -> (Option<AccessRequest>, Vec<Diagnostic>) {
    let (plan, mut findings) = make_plan(&request.deployment);
    let options = options(request, now, &mut findings);
    let (Some(plan), Some(options)) = (plan, options) else { return (None, findings) };
    let (planned, found) = access_request(&plan, &options, now);
    findings.extend(found);
    (planned, findings)
}

/// Reads the options of a request, with a finding for each that is malformed.
fn options(request: &IamRequest, now: Millis, findings: &mut Vec<Diagnostic>) -> Option<AccessOptions> {
    let before = findings.len();
    let mut keep = |result: Result<Principal, Diagnostic>| result.map_err(|finding| findings.push(finding)).ok();
    let principal = keep(Principal::parse(&request.principal));
    let approvers: Vec<_> =
        request.approvers.iter().flatten().filter_map(|text| keep(Principal::parse(text))).collect();
    let expires = match expiry(request, now) {
        Ok(expires) => expires,
        Err(finding) => {
            findings.push(finding);
            None
        }
    };
    let project_number = project(request.project_number.as_ref(), findings);
    let artifact_project = project(request.artifact_project.as_ref(), findings);
    (findings.len() == before).then_some(())?;
    Some(AccessOptions {
        principal: principal?,
        found: request.found.unwrap_or_default(),
        expires,
        delivery: request.delivery.unwrap_or_default(),
        project_number,
        artifact_project,
        approvers,
        justification: request.justification.clone(),
        methods: request.methods.clone().unwrap_or_default(),
        unsupported: request.unsupported_permissions.clone().unwrap_or_default(),
    })
}

/// The expiry that a request states as a time or as a number of days.
fn expiry(request: &IamRequest, now: Millis) -> Result<Option<Expiry>, Diagnostic> {
    match (&request.expires_at, request.days) {
        (None, None) => Ok(None),
        (Some(text), None) => Expiry::parse(text, now).map(Some),
        (None, Some(days)) => Expiry::in_days(days, now).map(Some),
        (Some(_), Some(_)) => Err(malformed("`expiresAt` and `days` exclude each other".to_owned())),
    }
}

fn project(text: Option<&String>, findings: &mut Vec<Diagnostic>) -> Option<Project> {
    text?.parse().map_err(|error: NameError| findings.push(malformed(error.to_string()))).ok()
}

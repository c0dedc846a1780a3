//! Verifies which rights exist: by the policies that the caller may read, and by what Google reports to the caller.

mod summary;

use crate::conversation::{Conversation, Identity, Millis, Progress, ProgressKind};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::google::{CallError, Google};
use crate::iam::policy::allow_policy::AllowPolicy;
use crate::iam::policy::difference::{self, Difference, Evidence, MissingPermission, has_expired};
use crate::iam::policy::live_policy::LivePolicy;
use crate::iam::render;
use crate::iam::rights::access_request::AccessRequest;
use crate::iam::rights::escalation::{ACT_AS, is_on_escalation_path};
use crate::iam::rights::grant::Grantee;
use crate::iam::rights::principal::is_same_member;
use crate::iam::rights::risk::{Risk, ServingAccountRights, risks};
use crate::method::{self, Call, Resource, resource};
use crate::ordered::Ordered;
use serde::Serialize;
use serde_json::Value;

/// Maximum number of roles to read: those of the principal and of the serving account.
const MAX_ROLES: usize = 50;
/// Maximum number of permissions to keep that are neither requested nor on an escalation path: basic roles have over 10,000.
const MAX_OTHER_PERMISSIONS: usize = 1000;

/// The answer of `testIamPermissions` for one resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ts_rs::TS)]
#[ts(rename = "IamTested", optional_fields)]
pub struct TestedResource {
    pub resource: String,
    pub held: Vec<String>,
    pub lacking: Vec<String>,
}

#[derive(Clone, Debug, Default, Serialize, ts_rs::TS)]
#[ts(rename = "IamVerifyReport", optional_fields)]
#[serde(rename_all = "camelCase")]
pub struct VerifyReport {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<AccessRequest>,
    /// About the caller, who need not be the principal: hints, not proofs.
    pub tested: Vec<TestedResource>,
    /// The resources whose policies were read.
    pub policies_read: Vec<String>,
    /// About the principal, by the policies that were read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<Difference>,
    /// Permissions that only a hint supports, if hints count. They are not among the missing ones.
    pub hinted: Vec<MissingPermission>,
    /// The access request for what is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remaining: Option<AccessRequest>,
    /// Files for the missing and the excess rights, by name; none if there are neither.
    pub renderings: Ordered<String, String>,
    /// Risks of all rights, including those that exist.
    pub risks: Vec<Risk>,
    /// Whether the principal holds every permission of the request.
    pub is_complete: bool,
    /// The result in words, in Markdown: how many permissions are held, and which are missing and why.
    pub summary: String,
    /// The high risks, a sentence each.
    pub warnings: Vec<String>,
    pub diagnostics: Vec<Diagnostic>,
}

impl VerifyReport {
    /// A run that did not start.
    pub fn refused(diagnostics: Vec<Diagnostic>) -> Self {
        Self { diagnostics, ..Self::default() }
    }
}

/// What is known before anything is read.
#[derive(Clone, Debug, Default)]
pub struct Known {
    pub evidence: Evidence,
    pub account_rights: Option<ServingAccountRights>,
    /// Entity ref of the caller. Hints count if the principal is this user in the portal's pool.
    pub hints_for: Option<String>,
}

/// Verifies an access request through the proxy.
pub fn verify(
    request: AccessRequest,
    known: Known,
    proxy_url: &str,
    reason: Option<String>,
) -> Conversation<VerifyReport> {
    let proxy_url = proxy_url.to_owned();
    Conversation::new(move |voice| async move {
        let google = Google::new(voice, &proxy_url, reason);
        let mut report = VerifyReport::default();
        if let Err(error) = look(&google, &request, known, &mut report).await {
            report.diagnostics.push(error.finding());
        }
        VerifyReport { request: Some(request), ..report }
    })
}

async fn look(
    google: &Google,
    request: &AccessRequest,
    known: Known,
    report: &mut VerifyReport,
) -> Result<(), CallError> {
    let Known { mut evidence, account_rights, hints_for } = known;
    for grant in request.of(Grantee::Caller) {
        let Some(policy) = LivePolicy::of(&grant.resource) else { continue };
        let resource = grant.resource.to_string();
        google.voice().say(Progress::new(ProgressKind::Step, format!("Checking `{resource}`")));
        let wanted: Vec<&str> = grant.needed.iter().map(|needed| needed.permission).collect();
        if let Some(held) = or_report(policy.test(google, &wanted).await, report)? {
            let lacking = wanted.iter().filter(|p| !held.iter().any(|h| h == *p)).map(|&p| p.to_owned()).collect();
            evidence.tested.insert(resource.clone(), held.clone());
            report.tested.push(TestedResource { resource: resource.clone(), held, lacking });
        }
        if let Some(policy) = or_report(policy.read(google).await, report)? {
            report.policies_read.push(resource.clone());
            evidence.policies.insert(resource, policy);
        }
    }
    let now = google.voice().now();
    read_roles(google, request, &mut evidence, now).await?;
    let account_rights = serving_account_rights(request, &evidence, account_rights, now, &mut report.diagnostics);
    report.risks = risks(request, account_rights.as_ref());
    let mut difference = difference::compare(request, &evidence, now);
    let subject = request.principal.in_pool().and_then(|(_, what)| what.strip_prefix("subject/"));
    if subject.is_some() && subject == hints_for.as_deref() {
        report.hinted = difference.missing.extract_if(.., |missing| missing.hinted).collect();
        for missing in &mut difference.missing {
            missing.seen |= evidence.tested.contains_key(&missing.resource);
        }
    }
    report.diagnostics.extend(difference.findings.iter().cloned());
    let remaining = difference::remaining(request, &difference);
    let found = risks(&remaining, account_rights.as_ref());
    report.renderings = render::differing(&remaining, &difference, &found, &evidence.policies, &mut report.diagnostics);
    report.remaining = Some(remaining);
    report.is_complete = difference.missing.is_empty();
    report.summary = summary::summary(&difference, report.hinted.len());
    report.warnings = summary::warnings(&report.risks);
    report.difference = Some(difference);
    Ok(())
}

/// Turns an error of Google into a warning: the permissions that depend on it count as missing.
fn or_report<T>(result: Result<T, CallError>, report: &mut VerifyReport) -> Result<Option<T>, CallError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(CallError::Refused { mut finding, .. }) => {
            finding.severity = Severity::Warning;
            report.diagnostics.push(finding);
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// The service account that the model runs as, as policies name it.
fn serving_member(request: &AccessRequest) -> Option<String> {
    request.target.service_account.as_ref().map(|account| format!("serviceAccount:{account}"))
}

/// The roles that the policies grant to the members that `counts` accepts, each once.
fn roles_of(evidence: &Evidence, now: Millis, counts: impl Fn(&str) -> bool) -> Vec<String> {
    let mut roles: Vec<String> = Vec::new();
    for binding in evidence.policies.values().flat_map(AllowPolicy::bindings) {
        if counts(&binding.member) && !has_expired(&binding, now) && !roles.contains(&binding.role) {
            roles.push(binding.role);
        }
    }
    roles
}

/// Reads the permissions of the principal's and the serving account's roles, except those of organisations.
async fn read_roles(
    google: &Google,
    request: &AccessRequest,
    evidence: &mut Evidence,
    now: Millis,
) -> Result<(), CallError> {
    let serving = serving_member(request);
    let counts = |member: &str| {
        evidence.means(request, member) || serving.as_ref().is_some_and(|serving| is_same_member(serving, member))
    };
    let mut roles = roles_of(evidence, now, counts);
    roles.retain(|name| !evidence.roles.contains_key(name));
    for name in roles.into_iter().take(MAX_ROLES) {
        let call = [(&method::PROJECT_ROLES_GET, resource::ROLE), (&method::ROLES_GET, resource::PREDEFINED_ROLE)]
            .into_iter()
            .find_map(|(method, kind)| Some(Call::new(method, Resource::parse(kind, &name)?)));
        let Some(call) = call else { continue };
        match google.call(&call, Identity::Initiator).await {
            Ok(role) => {
                evidence.roles.insert(name, permissions_of(&role, request));
            }
            Err(CallError::Cancelled) => return Err(CallError::Cancelled),
            // The comparison reports the role as unknown.
            Err(_) => {}
        }
    }
    Ok(())
}

/// The permissions of a role: all that are requested or on an escalation path, and a bounded number of others.
fn permissions_of(role: &Value, request: &AccessRequest) -> Vec<String> {
    if role["deleted"] == true {
        return Vec::new();
    }
    let requested = request.permissions();
    let mut others = 0;
    let names = role["includedPermissions"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let kept = names.filter(|name| {
        requested.contains(name) || is_on_escalation_path(name) || {
            others += 1;
            others <= MAX_OTHER_PERMISSIONS
        }
    });
    kept.map(str::to_owned).collect()
}

/// The serving account's rights by what was `given` and by the policies that were read; `None` if neither is known.
fn serving_account_rights(
    request: &AccessRequest,
    evidence: &Evidence,
    given: Option<ServingAccountRights>,
    now: Millis,
    findings: &mut Vec<Diagnostic>,
) -> Option<ServingAccountRights> {
    let member = serving_member(request).filter(|_| request.permissions().contains(&ACT_AS))?;
    let mut unknown = |message: String, help: &'static str| {
        findings.push(Diagnostic::new(Code::IamAccountUnknown, message).help(help));
    };
    if given.is_none() && !evidence.policies.contains_key(&format!("projects/{}", request.project())) {
        unknown(
            format!("the rights of `{member}` are unknown: the project's policy was not read"),
            "have a user verify this who may read the policy, or set `accountPowers` to the account's rights",
        );
        return None;
    }
    let mut rights = given.unwrap_or_default();
    for role in roles_of(evidence, now, |other| is_same_member(&member, other)) {
        match evidence.roles.get(&role) {
            Some(held) => {
                for name in held {
                    let is_kept = rights.permissions.len() < MAX_OTHER_PERMISSIONS || is_on_escalation_path(name);
                    if is_kept && !rights.permissions.contains(name) {
                        rights.permissions.push(name.clone());
                    }
                }
            }
            None => unknown(
                format!("the rights of `{member}` are only known in part: the permissions of `{role}` were not read"),
                "set `accountPowers` to the account's rights",
            ),
        }
        if !rights.roles.contains(&role) {
            rights.roles.push(role);
        }
    }
    Some(rights)
}

#[cfg(test)]
mod tests;

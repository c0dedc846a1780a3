//! Looks at what is there: policies where whoever calls may read them, and what Google says to whoever calls.

use crate::conversation::{Conversation, Identity, Millis, Progress, ProgressKind};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::google::{CallError, Google};
use crate::iam::policy::allow_policy::AllowPolicy;
use crate::iam::policy::difference::{self, Difference, Evidence, MissingPermission, has_expired};
use crate::iam::policy::live_policy::LivePolicy;
use crate::iam::render;
use crate::iam::rights::access_request::AccessRequest;
use crate::iam::rights::grant::Grantee;
use crate::iam::rights::principal::is_same_member;
use crate::iam::rights::risk::risks;
use crate::iam::rights::risk::{ACT_AS, Risk, ServingAccountRights, is_on_escalation_path};
use crate::method::{self, Call, Resource, resource};
use crate::ordered::Ordered;
use serde::Serialize;
use serde_json::Value;

/// So many roles are read: those of the principal and of the serving account, and nobody has as many.
const MOST_ROLES: usize = 50;
/// What a role holds, or an account, besides what matters here is kept up to here: basic roles hold more than ten thousand permissions.
const MOST_OTHERS: usize = 1000;

/// What `testIamPermissions` said to whoever called, of one resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tested {
    pub resource: String,
    pub held: Vec<String>,
    pub lacking: Vec<String>,
}

#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VerifyReport {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<AccessRequest>,
    /// About whoever called, who need not be the request's principal: a hint, not a proof.
    pub tested: Vec<Tested>,
    /// The resources whose policies were read.
    pub policies_read: Vec<String>,
    /// About the principal, by the policies that were read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<Difference>,
    /// Of which only Google's hint tells, where hints count: they are not among those that are missing.
    pub hinted: Vec<MissingPermission>,
    /// What is still to be asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remaining: Option<AccessRequest>,
    /// Of what is still to be asked for, and of what can go, by file name; none where there is neither.
    pub renderings: Ordered<String, String>,
    /// What is dangerous about all of the rights, those that are there too.
    pub dangers: Vec<Risk>,
    pub diagnostics: Vec<Diagnostic>,
}

impl VerifyReport {
    /// One that did not begin.
    pub fn refused(diagnostics: Vec<Diagnostic>) -> Self {
        Self { diagnostics, ..Self::default() }
    }
}

/// Starts through the proxy. Hints count where the principal is `hints_for`, the entity ref of whoever calls, as the portal's pool
/// names them. `live` and `told` hold what is known already: e.g. what roles hold, and what the serving account may do.
pub fn verify(
    request: AccessRequest,
    live: Evidence,
    told: Option<ServingAccountRights>,
    hints_for: Option<String>,
    proxy_url: &str,
    reason: Option<String>,
) -> Conversation<VerifyReport> {
    let proxy_url = proxy_url.to_owned();
    Conversation::new(move |voice| async move {
        let google = Google::new(voice, &proxy_url, reason);
        let mut report = VerifyReport::default();
        if let Err(error) = look(&google, &request, live, told, hints_for, &mut report).await {
            report.diagnostics.push(error.finding());
        }
        VerifyReport { request: Some(request), ..report }
    })
}

async fn look(
    google: &Google,
    request: &AccessRequest,
    mut live: Evidence,
    told: Option<ServingAccountRights>,
    hints_for: Option<String>,
    report: &mut VerifyReport,
) -> Result<(), CallError> {
    for grant in request.of(Grantee::Caller) {
        let Some(access) = LivePolicy::of(&grant.on) else { continue };
        let resource = grant.on.to_string();
        google.voice().say(Progress::new(ProgressKind::Step, format!("Looking at `{resource}`")));
        let wanted: Vec<&str> = grant.needed.iter().map(|needed| needed.permission).collect();
        if let Some(held) = may_fail(access.test(google, &wanted).await, report)? {
            let lacking = wanted.iter().filter(|p| !held.iter().any(|h| h == *p)).map(|&p| p.to_owned()).collect();
            live.tested.insert(resource.clone(), held.clone());
            report.tested.push(Tested { resource: resource.clone(), held, lacking });
        }
        if let Some(policy) = may_fail(access.read(google).await, report)? {
            report.policies_read.push(resource.clone());
            live.policies.insert(resource, policy);
        }
    }
    let now = google.voice().now();
    expand_roles(google, request, &mut live, now).await?;
    let powers = account_powers(request, &live, told, now, &mut report.diagnostics);
    report.dangers = risks(request, powers.as_ref());
    let mut difference = difference::compare(request, &live, now);
    let subject = request.principal.in_pool().and_then(|(_, what)| what.strip_prefix("subject/"));
    if subject.is_some() && subject == hints_for.as_deref() {
        report.hinted = difference.missing.extract_if(.., |missing| missing.hinted).collect();
        difference.missing.iter_mut().for_each(|missing| missing.seen |= live.tested.contains_key(&missing.resource));
    }
    report.diagnostics.extend(difference.findings.iter().cloned());
    let remaining = difference::remaining(request, &difference);
    let found = risks(&remaining, powers.as_ref());
    report.renderings = render::differing(&remaining, &difference, &found, &live.policies, &mut report.diagnostics);
    report.remaining = Some(remaining);
    report.difference = Some(difference);
    Ok(())
}

/// What a refusal keeps from being seen is said, and the rest goes on.
fn may_fail<T>(result: Result<T, CallError>, report: &mut VerifyReport) -> Result<Option<T>, CallError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(CallError::Refused { mut finding, .. }) => {
            // What depends on it counts as missing.
            finding.severity = Severity::Warning;
            report.diagnostics.push(finding);
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// How policies name the service account that the deployment runs as.
fn serving_member(request: &AccessRequest) -> Option<String> {
    request.target.service_account.as_ref().map(|account| format!("serviceAccount:{account}"))
}

/// The roles that the policies give to whom `counts`, each once.
fn roles_of(live: &Evidence, now: Millis, counts: impl Fn(&str) -> bool) -> Vec<String> {
    let mut roles: Vec<String> = Vec::new();
    for entry in live.policies.values().flat_map(AllowPolicy::bindings) {
        if counts(&entry.member) && !has_expired(&entry, now) && !roles.contains(&entry.role) {
            roles.push(entry.role);
        }
    }
    roles
}

/// Reads what the roles hold that the principal and the serving account have. Those of organisations are not read through the portal.
async fn expand_roles(
    google: &Google,
    request: &AccessRequest,
    live: &mut Evidence,
    now: Millis,
) -> Result<(), CallError> {
    let serving = serving_member(request);
    let counts = |member: &str| {
        live.means(request, member) || serving.as_ref().is_some_and(|serving| is_same_member(serving, member))
    };
    let mut roles = roles_of(live, now, counts);
    roles.retain(|name| !live.roles.contains_key(name));
    for name in roles.into_iter().take(MOST_ROLES) {
        let call = [(&method::PROJECT_ROLES_GET, resource::ROLE), (&method::ROLES_GET, resource::PREDEFINED_ROLE)]
            .into_iter()
            .find_map(|(id, kind)| Some(Call::new(id, Resource::parse(kind, &name)?)));
        let Some(call) = call else { continue };
        match google.call(&call, Identity::Initiator).await {
            Ok(role) => {
                live.roles.insert(name, held(&role, request));
            }
            Err(CallError::Cancelled) => return Err(CallError::Cancelled),
            // It stays unknown, which is said where it matters.
            Err(_) => {}
        }
    }
    Ok(())
}

/// What of a role is kept: all that is asked for, all that is on a known way further, and so much of the rest.
fn held(role: &Value, request: &AccessRequest) -> Vec<String> {
    if role["deleted"] == true {
        return Vec::new();
    }
    let asked = request.permissions();
    let mut others = 0;
    let names = role["includedPermissions"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let kept = names.filter(|name| {
        asked.contains(name) || is_on_escalation_path(name) || {
            others += 1;
            others <= MOST_OTHERS
        }
    });
    kept.map(str::to_owned).collect()
}

/// What the serving account may do, by what was told and by the policies that were read; `None` where neither says anything.
fn account_powers(
    request: &AccessRequest,
    live: &Evidence,
    told: Option<ServingAccountRights>,
    now: Millis,
    findings: &mut Vec<Diagnostic>,
) -> Option<ServingAccountRights> {
    let member = serving_member(request).filter(|_| request.permissions().contains(&ACT_AS))?;
    let mut unknown = |why: String, help: &'static str| {
        findings.push(Diagnostic::new(Code::IamAccountUnknown, why).help(help));
    };
    if told.is_none() && !live.policies.contains_key(&format!("projects/{}", request.project())) {
        unknown(
            format!("what `{member}` may do is not known: the project's policy was not read"),
            "have somebody look who may read it, or say in `accountPowers` what the account may do",
        );
        return None;
    }
    let mut powers = told.unwrap_or_default();
    for role in roles_of(live, now, |other| is_same_member(&member, other)) {
        match live.roles.get(&role) {
            Some(held) => {
                for name in held {
                    let counts = powers.permissions.len() < MOST_OTHERS || is_on_escalation_path(name);
                    if counts && !powers.permissions.contains(name) {
                        powers.permissions.push(name.clone());
                    }
                }
            }
            None => unknown(
                format!("what `{member}` may do is not known in full: what `{role}` holds was not read"),
                "say in `accountPowers` what the account may do",
            ),
        }
        if !powers.roles.contains(&role) {
            powers.roles.push(role);
        }
    }
    Some(powers)
}

#[cfg(test)]
mod tests;

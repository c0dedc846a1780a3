//! Looks at what is there: policies where whoever calls may read them, and what Google says to whoever calls.

use super::difference::{self, Difference, Live};
use super::grant::Party;
use super::live::Access;
use super::policy::Policy;
use super::request::Request;
use crate::conversation::{Conversation, Identity, Progress, ProgressKind};
use crate::diagnostic::Diagnostic;
use crate::google::{CallError, Google};
use crate::method::{Call, Id, Resource, resource};
use serde::Serialize;
use serde_json::Value;

/// What `testIamPermissions` said to whoever called, of one resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tested {
    pub resource: String,
    pub held: Vec<String>,
    pub lacking: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VerifyReport {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<Request>,
    /// About whoever called, who need not be the request's principal: a hint, not a proof.
    pub tested: Vec<Tested>,
    /// The resources whose policies were read.
    pub policies_read: Vec<String>,
    /// About the principal, by the policies that were read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<Difference>,
    /// What is still to be asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remaining: Option<Request>,
    pub diagnostics: Vec<Diagnostic>,
}

impl VerifyReport {
    /// One that did not begin.
    pub fn refused(diagnostics: Vec<Diagnostic>) -> Self {
        Self {
            request: None,
            tested: Vec::new(),
            policies_read: Vec::new(),
            difference: None,
            remaining: None,
            diagnostics,
        }
    }
}

/// Starts through the proxy. `live` holds what is known already, e.g. what Google's own roles hold.
pub fn verify(request: Request, live: Live, proxy_url: &str, reason: Option<String>) -> Conversation<VerifyReport> {
    let proxy_url = proxy_url.to_owned();
    Conversation::new(move |voice| async move {
        let google = Google::new(voice, &proxy_url, reason);
        let mut report = VerifyReport::refused(Vec::new());
        if let Err(error) = look(&google, &request, live, &mut report).await {
            report.diagnostics.push(error.finding());
        }
        VerifyReport { request: Some(request), ..report }
    })
}

async fn look(google: &Google, request: &Request, mut live: Live, report: &mut VerifyReport) -> Result<(), CallError> {
    for grant in request.of(Party::Caller) {
        let Some(access) = Access::to(&grant.on) else { continue };
        let resource = grant.on.to_string();
        google.voice().say(Progress::new(ProgressKind::Step, format!("Looking at `{resource}`")));
        let wanted: Vec<&str> = grant.needed.iter().map(|needed| needed.permission).collect();
        let held = may_fail(access.test(google, &wanted).await, report)?.unwrap_or_default();
        let lacking = wanted.iter().filter(|p| !held.iter().any(|h| h == *p)).map(|&p| p.to_owned()).collect();
        live.tested.insert(resource.clone(), held.clone());
        report.tested.push(Tested { resource: resource.clone(), held, lacking });
        if let Some(policy) = may_fail(access.read(google).await, report)? {
            report.policies_read.push(resource.clone());
            live.policies.insert(resource, policy);
        }
    }
    expand_roles(google, &mut live).await?;
    let difference = difference::compare(request, &live, google.voice().now());
    report.diagnostics.extend(difference.findings.iter().cloned());
    report.remaining = Some(difference::remaining(request, &difference));
    report.difference = Some(difference);
    Ok(())
}

/// What a refusal keeps from being seen is said, and the rest goes on.
fn may_fail<T>(result: Result<T, CallError>, report: &mut VerifyReport) -> Result<Option<T>, CallError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(CallError::Refused { finding, .. }) => {
            report.diagnostics.push(finding);
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Reads the custom roles that the policies give; Google's own are not read through the portal.
async fn expand_roles(google: &Google, live: &mut Live) -> Result<(), CallError> {
    let mut named: Vec<String> = Vec::new();
    for entry in live.policies.values().flat_map(Policy::entries) {
        if !named.contains(&entry.role) {
            named.push(entry.role);
        }
    }
    for name in named {
        if live.roles.contains_key(&name) {
            continue;
        }
        let Some(on) = Resource::parse(resource::ROLE, &name) else { continue };
        match google.call(&Call::new(Id::ProjectRolesGet, on), Identity::Initiator).await {
            Ok(role) => {
                let held = role["includedPermissions"].as_array().into_iter().flatten().filter_map(Value::as_str);
                live.roles.insert(name, held.map(str::to_owned).collect());
            }
            Err(CallError::Cancelled) => return Err(CallError::Cancelled),
            // It stays unknown, which is said where it matters.
            Err(_) => {}
        }
    }
    Ok(())
}

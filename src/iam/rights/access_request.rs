//! The least privilege for a plan: each right on the narrowest resource where Google evaluates it.
//!
//! Vertex AI does not evaluate `resource.name` in conditions, so a condition on it would silently grant nothing. A right that no
//! narrower policy can grant is granted on the project, until a time.

use super::draft::GrantDrafts;
use super::expiry::Expiry;
use super::grant::{Grant, Grantee, Role};
use super::needed_permission::NeededPermission;
use super::options::{AccessOptions, Delivery};
use super::principal::Principal;
use crate::conversation::Millis;
use crate::diagnostic::{Code, Diagnostic};
use crate::method::{Call, Kind, METHODS, Resource, resource};
use crate::name::{Endpoint, Operation, OperationParent, Project};
use crate::plan::{Plan, Purpose};
use crate::target::Target;
use serde::{Serialize, Serializer};

/// Maximum number of approvers, by the `ManualApprovals` message of Google's `pam.proto`.
const MAX_APPROVERS: usize = 20;

/// What asks for rights: the grants that one principal needs for one plan.
#[derive(Clone, Debug, PartialEq, Eq, ts_rs::TS)]
#[ts(rename = "IamAccessRequest", as = "AccessRequestShape<'static>")]
pub struct AccessRequest {
    pub target: Target,
    pub principal: Principal,
    pub expires: Option<Expiry>,
    /// Seconds from planning to expiry, where Privileged Access Manager can grant for that long.
    pub duration: Option<u64>,
    pub delivery: Delivery,
    pub approvers: Vec<Principal>,
    pub justification: Option<String>,
    pub grants: Vec<Grant>,
}

impl AccessRequest {
    pub fn project(&self) -> &Project {
        &self.target.endpoint.place.project
    }

    /// The caller's permissions, each once.
    pub fn permissions(&self) -> Vec<&'static str> {
        let mut all: Vec<_> = self.of(Grantee::Caller).flat_map(|grant| &grant.needed).map(|n| n.permission).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The request in one line, for a log.
    pub fn summary(&self) -> String {
        let until = self.expires.map(|expires| format!(" until {expires}")).unwrap_or_default();
        format!("access request for `{}`: {} permissions{until}", self.principal, self.permissions().len())
    }

    pub fn of(&self, grantee: Grantee) -> impl Iterator<Item = &Grant> {
        self.grants.iter().filter(move |grant| grant.grantee == grantee)
    }

    /// The grants that an allow policy gives, unlike those of Privileged Access Manager.
    pub fn by_policy(&self) -> impl Iterator<Item = &Grant> {
        self.grants.iter().filter(|grant| !grant.is_by_pam())
    }

    /// One grant for each custom role that must exist.
    pub fn custom_roles(&self) -> Vec<&Grant> {
        let mut seen: Vec<&Role> = Vec::new();
        let mut grants = Vec::new();
        for grant in &self.grants {
            if matches!(grant.role, Role::Custom { .. }) && !seen.contains(&&grant.role) {
                seen.push(&grant.role);
                grants.push(grant);
            }
        }
        grants
    }

    /// The approvers without the principal, who cannot approve their own access.
    pub fn other_approvers(&self) -> Vec<&str> {
        self.approvers.iter().filter(|other| **other != self.principal).map(Principal::member).collect()
    }

    /// The same access request with only the permissions that `keep` accepts. Custom roles are renamed after what is left.
    #[must_use]
    pub fn keeping(&self, keep: impl Fn(&Grant, &NeededPermission) -> bool) -> Self {
        let mut request = self.clone();
        request.grants = self.grants.iter().filter_map(|grant| grant.keeping(&keep)).collect();
        request
    }
}

/// Returns the least privilege that `plan` needs, or `None` with the errors that prevent it.
pub fn access_request(plan: &Plan, options: &AccessOptions, now: Millis) -> (Option<AccessRequest>, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    let options = &AccessOptions { found: plan.settled(options.found), ..options.clone() };
    let mut drafts = GrantDrafts::of(plan, options);
    for (call, purpose) in plan.calls(options.found) {
        drafts.caller(&call, purpose);
    }
    for name in &options.methods {
        match extra(plan, name) {
            Ok(call) => drafts.caller(&call, Purpose::Extra),
            Err(finding) => findings.push(finding),
        }
    }
    drafts.agent(&mut findings);
    let duration = match options.delivery {
        Delivery::Policy => options.expires.and_then(|expires| expires.pam_duration(now).ok()),
        Delivery::Pam => pam_duration(options, now).map_err(|finding| findings.push(finding)).ok(),
    };
    if options.delivery == Delivery::Pam {
        findings.extend(check_approvers(options));
    }
    let grants = drafts.grants(&mut findings);
    if findings.iter().any(Diagnostic::is_error) {
        return (None, findings);
    }
    let request = AccessRequest {
        target: plan.target.clone(),
        principal: options.principal.clone(),
        expires: options.expires,
        duration,
        delivery: options.delivery,
        approvers: options.approvers.clone(),
        justification: options.justification.clone(),
        grants,
    };
    (Some(request), findings)
}

fn pam_duration(options: &AccessOptions, now: Millis) -> Result<u64, Diagnostic> {
    match options.expires {
        Some(expires) => expires.pam_duration(now),
        None => {
            let finding = Diagnostic::new(
                Code::IamExpiryOutOfRange,
                "Privileged Access Manager grants nothing without an expiry",
            );
            Err(finding.help("set `expiresAt` to a time between 30 minutes and 7 days from now"))
        }
    }
}

fn check_approvers(options: &AccessOptions) -> Option<Diagnostic> {
    let count = options.approvers.len();
    if !options.approvers.iter().any(|other| other != &options.principal) {
        let message = "no approver is named other than the principal who gets the access";
        let finding = Diagnostic::new(Code::IamApproverMissing, message);
        return Some(finding.help("set `approvers` to people or groups other than that principal"));
    }
    (count > MAX_APPROVERS).then(|| {
        let message = format!("{count} approvers are named; Privileged Access Manager allows {MAX_APPROVERS}");
        Diagnostic::new(Code::IamPolicyLimit, message).help("name a group instead of its members")
    })
}

/// A call to a further method, on the resources of the plan.
fn extra(plan: &Plan, name: &str) -> Result<Call, Diagnostic> {
    let unknown = |message: String| {
        Diagnostic::new(Code::IamMethodUnknown, message).help(
            "use a method name of Google's discovery documents; `docs/reference/permissions.md` lists the known ones",
        )
    };
    let method = METHODS
        .iter()
        .find(|method| method.name == name)
        .ok_or_else(|| unknown(format!("`{name}` is not a known Google method")))?;
    let target = &plan.target;
    let on = match method.on {
        Kind::Nothing | Kind::Project => Some(Resource::Project(target.endpoint.place.project.clone())),
        Kind::Place => Some(Resource::Place(target.endpoint.place.clone())),
        Kind::Endpoint => Some(Resource::Endpoint(target.endpoint.clone())),
        Kind::Model => Some(Resource::Model(target.model.clone())),
        Kind::Operation => "0".parse().ok().map(|id| {
            Resource::Operation(Operation { parent: OperationParent::Endpoint(target.endpoint.clone()), id })
        }),
        Kind::ServiceAccount | resource::ACCOUNT => target.service_account.clone().map(Resource::ServiceAccount),
        resource::ROLE | resource::API => Some(Resource::Project(target.endpoint.place.project.clone())),
        Kind::Named(_) => None,
    };
    let on = on.ok_or_else(|| unknown(format!("`{name}` needs a resource that this deployment does not have")))?;
    Ok(Call::new(method, on).serving_as(target.service_account.clone()))
}

#[derive(Serialize, ts_rs::TS)]
#[ts(optional_fields)]
#[serde(rename_all = "camelCase")]
struct AccessRequestShape<'a> {
    entity_ref: &'a str,
    project: &'a Project,
    endpoint: &'a Endpoint,
    principal: &'a Principal,
    /// RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Expiry>,
    delivery: Delivery,
    grants: &'a [Grant],
}

impl Serialize for AccessRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        AccessRequestShape {
            entity_ref: &self.target.entity_ref,
            project: self.project(),
            endpoint: &self.target.endpoint,
            principal: &self.principal,
            expires_at: self.expires,
            delivery: self.delivery,
            grants: &self.grants,
        }
        .serialize(serializer)
    }
}

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;

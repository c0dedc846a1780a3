//! An access request compared with the policies as they are: rights that are held, missing and excess.

use super::allow_policy::{AllowPolicy, Binding};
use crate::conversation::Millis;
use crate::diagnostic::{Code, Diagnostic};
use crate::iam::rights::access_request::AccessRequest;
use crate::iam::rights::expiry::Expiry;
use crate::iam::rights::grant::{Grant, Grantee, Role};
use crate::iam::rights::needed_permission::NeededPermission;
use crate::iam::rights::principal::is_same_member;
use crate::iam::rights::resource::IamResource;
use crate::ordered::Ordered;
use crate::timestamp::rfc3339;
use serde::Serialize;
use serde_json::Value;

/// How much earlier than requested a right may expire and still count as held: a day, or half of the requested time if that is less.
///
/// A request for a number of days names a later date each time that it is made.
const SLACK: Millis = 86_400_000;

/// What is known about policies, roles and groups.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// By the resource's name, as [`IamResource`] writes it.
    pub policies: Ordered<String, AllowPolicy>,
    /// Permissions by role.
    pub roles: Ordered<String, Vec<String>>,
    /// The principal's groups, as policies name them.
    pub member_of: Vec<String>,
    /// Answers of `testIamPermissions` by resource. They are about the caller and may be wrong, so they are hints only.
    pub tested: Ordered<String, Vec<String>>,
}

/// A permission that the principal holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ts_rs::TS)]
#[ts(rename = "IamHeld", optional_fields)]
#[serde(rename_all = "camelCase")]
pub struct HeldPermission {
    pub permission: &'static str,
    pub resource: String,
    /// The role that contains it.
    pub role: String,
    /// The resource on which that role is granted.
    pub on: String,
    /// Expiry, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// A permission that the principal lacks, as far as is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ts_rs::TS)]
#[ts(rename = "IamMissing", optional_fields)]
#[serde(rename_all = "camelCase")]
pub struct MissingPermission {
    pub permission: &'static str,
    pub resource: String,
    /// Google reported that the caller holds it: perhaps through a folder, an organisation or a group.
    pub hinted: bool,
    /// The policies that could grant it were read, except those of folders and organisations; or Google reported to the principal itself
    /// that it lacks the permission.
    pub seen: bool,
    /// Expiry of a right that the principal still holds, but that expires long before the requested date, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// A binding that gives the principal more than is needed, or has expired.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ts_rs::TS)]
#[ts(rename = "IamExcess", optional_fields)]
#[serde(rename_all = "camelCase")]
pub struct ExcessBinding {
    pub resource: String,
    pub role: String,
    pub member: String,
    /// As the policy has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(type = "{ title?: string; expression?: string; description?: string }", optional)]
    pub condition: Option<Value>,
    /// Its permissions that the access request does not need.
    pub permissions: Vec<String>,
    pub expired: bool,
    /// No needed permission comes from it alone. False if its condition cannot be evaluated here.
    pub removable: bool,
}

#[derive(Clone, Debug, Serialize, ts_rs::TS)]
#[ts(rename = "IamDifference", optional_fields)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    pub held: Vec<HeldPermission>,
    pub missing: Vec<MissingPermission>,
    pub excess: Vec<ExcessBinding>,
    #[serde(skip)]
    pub findings: Vec<Diagnostic>,
}

/// Whether a binding grants its role at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BindingState {
    Permanent,
    Until(Millis),
    Expired,
    /// Its condition is more than a date. Vertex AI evaluates few other conditions.
    Unknown,
}

impl BindingState {
    fn of(binding: &Binding, now: Millis) -> Self {
        match binding.end() {
            Some(Millis::MAX) => Self::Permanent,
            Some(end) if end > now => Self::Until(end),
            Some(_) => Self::Expired,
            None => Self::Unknown,
        }
    }
}

pub fn has_expired(binding: &Binding, now: Millis) -> bool {
    BindingState::of(binding, now) == BindingState::Expired
}

/// Whether a binding is known to grant its role now.
pub fn is_in_force(binding: &Binding, now: Millis) -> bool {
    matches!(BindingState::of(binding, now), BindingState::Permanent | BindingState::Until(_))
}

/// Returns this product's own bindings in a policy that have expired.
pub fn expired(policy: &AllowPolicy, now: Millis) -> Vec<Binding> {
    policy.bindings().into_iter().filter(|binding| binding.is_ours() && has_expired(binding, now)).collect()
}

impl Evidence {
    /// Whether the principal holds the rights of this member.
    pub fn means(&self, request: &AccessRequest, member: &str) -> bool {
        request.principal.is(member)
            || self.member_of.iter().any(|own| is_same_member(own, member))
            || matches!(member, "allUsers" | "allAuthenticatedUsers")
    }

    /// The resources whose policies decide about a resource: itself and its project.
    fn deciding(resource: &IamResource) -> Vec<String> {
        let project = match resource {
            IamResource::Project(_) | IamResource::Bucket(_) => None,
            IamResource::Endpoint { project, .. } => Some(project.to_string()),
            IamResource::ServiceAccount(account) => Some(account.home().to_owned()),
            IamResource::Repository { project, .. } => Some(project.clone()),
            IamResource::Key(name) => name.split('/').nth(1).map(str::to_owned),
        };
        let mut names = vec![resource.to_string()];
        names.extend(project.map(|project| format!("projects/{project}")));
        names
    }

    fn permissions_of<'a>(&'a self, request: &'a AccessRequest, role: &str) -> Option<Vec<&'a str>> {
        let own = request.grants.iter().find(|grant| grant.role.to_string() == role);
        match (self.roles.get(role), own) {
            (Some(held), _) => Some(held.iter().map(String::as_str).collect()),
            (None, Some(Grant { role: Role::Custom { .. }, needed, .. })) => {
                Some(needed.iter().map(|needed| needed.permission).collect())
            }
            _ => None,
        }
    }

    /// The longest-lasting source of a permission, with its expiry.
    fn source(
        &self,
        request: &AccessRequest,
        grant: &Grant,
        needed: &NeededPermission,
        now: Millis,
    ) -> Option<(Millis, HeldPermission)> {
        let mut found: Option<(Millis, HeldPermission)> = None;
        for on in Self::deciding(&grant.resource) {
            for binding in self.policies.get(&on).map(AllowPolicy::bindings).unwrap_or_default() {
                let end = match BindingState::of(&binding, now) {
                    BindingState::Permanent => Millis::MAX,
                    BindingState::Until(end) => end,
                    BindingState::Expired | BindingState::Unknown => continue,
                };
                let gives = self.means(request, &binding.member)
                    && self
                        .permissions_of(request, &binding.role)
                        .is_some_and(|held| held.contains(&needed.permission));
                if gives && found.as_ref().is_none_or(|(known, _)| end > *known) {
                    let until = (end != Millis::MAX).then(|| rfc3339(end));
                    let (permission, resource) = (needed.permission, grant.resource.to_string());
                    found =
                        Some((end, HeldPermission { permission, resource, role: binding.role, on: on.clone(), until }));
                }
            }
        }
        found
    }
}

/// Compares an access request with what is known.
pub fn compare(request: &AccessRequest, evidence: &Evidence, now: Millis) -> Difference {
    let (mut held, mut missing, mut expiring) = (Vec::new(), Vec::new(), Vec::new());
    let wanted = request.expires.map_or(0, Expiry::at);
    let long_enough = wanted.saturating_sub((wanted.saturating_sub(now) / 2).min(SLACK));
    for grant in request.of(Grantee::Caller) {
        for needed in &grant.needed {
            let (permission, resource) = (needed.permission, grant.resource.to_string());
            missing.push(match evidence.source(request, grant, needed, now) {
                Some((end, source)) if end >= long_enough => {
                    held.push(source);
                    continue;
                }
                Some((_, source)) => {
                    let until = source.until.clone();
                    expiring.push(source);
                    MissingPermission { permission, resource, hinted: false, seen: true, until }
                }
                None => {
                    let tested = evidence.tested.get(&resource).into_iter().flatten();
                    let hinted = tested.into_iter().any(|held| held == permission);
                    let deciding = Evidence::deciding(&grant.resource);
                    let seen = deciding.iter().all(|on| evidence.policies.contains_key(on));
                    MissingPermission { permission, resource, hinted, seen, until: None }
                }
            });
        }
    }
    let mut findings = Vec::new();
    // A right that expires too early is still needed until then.
    let kept = [held.as_slice(), &expiring].concat();
    let excess = excess(request, evidence, &kept, now, &mut findings);
    Difference { held, missing, excess, findings }
}

/// Returns the access request for what the caller is missing, and for everything that the service agent needs.
///
/// The service agent's rights are not compared. A hinted right is requested, too: a hint proves nothing.
pub fn remaining(request: &AccessRequest, difference: &Difference) -> AccessRequest {
    request.keeping(|grant, needed| {
        grant.grantee == Grantee::ServiceAgent
            || difference.missing.iter().any(|missing| {
                missing.permission == needed.permission && missing.resource == grant.resource.to_string()
            })
    })
}

fn excess(
    request: &AccessRequest,
    evidence: &Evidence,
    held: &[HeldPermission],
    now: Millis,
    findings: &mut Vec<Diagnostic>,
) -> Vec<ExcessBinding> {
    let mut found = Vec::new();
    let mut unknown = Vec::new();
    for (resource, policy) in evidence.policies.iter() {
        for binding in policy.bindings() {
            if !evidence.means(request, &binding.member) {
                continue;
            }
            let state = BindingState::of(&binding, now);
            let expired = state == BindingState::Expired;
            let gives = match evidence.permissions_of(request, &binding.role) {
                Some(gives) => gives,
                // Whatever the role contains, it is no longer granted.
                None if expired => Vec::new(),
                None => {
                    if !unknown.contains(&binding.role) {
                        unknown.push(binding.role);
                    }
                    continue;
                }
            };
            // A binding of a group cannot be removed from one member.
            if !is_same_member(&binding.member, request.principal.member()) {
                continue;
            }
            let is_needed_from = |permission: &str| {
                held.iter().any(|h| h.permission == permission && h.role == binding.role && h.on == *resource)
            };
            let permissions: Vec<String> =
                gives.iter().filter(|permission| !is_needed_from(permission)).map(|&p| p.to_owned()).collect();
            let removable = expired || (permissions.len() == gives.len() && state != BindingState::Unknown);
            if expired || !permissions.is_empty() {
                let condition = binding.condition().cloned();
                let (resource, role, member) = (resource.clone(), binding.role, binding.member);
                found.push(ExcessBinding { resource, role, member, condition, permissions, expired, removable });
            }
        }
    }
    for role in unknown {
        findings.push(
            Diagnostic::new(Code::IamRoleUnknown, format!("the permissions of `{role}` are unknown"))
                .help("check by hand whether this role grants one of the missing rights; here it counts as empty"),
        );
    }
    found
}

#[cfg(test)]
mod tests;

//! A request against what is there: what the principal has already, what is missing, what is too much.

use crate::conversation::Millis;
use crate::diagnostic::{Code, Diagnostic};
use crate::iam::policy::allow_policy::AllowPolicy;
use crate::iam::policy::allow_policy::Binding;
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

/// What is known of the world.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// By the resource's name, as [`IamResource`] writes it.
    pub policies: Ordered<String, AllowPolicy>,
    /// What each role holds.
    pub roles: Ordered<String, Vec<String>>,
    /// Members that the principal is too: its groups.
    pub member_of: Vec<String>,
    /// What `testIamPermissions` answered, by resource. It asks for whoever calls it, may fail open, and so is a hint only.
    pub tested: Ordered<String, Vec<String>>,
}

/// A permission that the principal has already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HeldPermission {
    pub permission: &'static str,
    pub resource: String,
    /// What gives it.
    pub role: String,
    /// On which resource that was given.
    pub on: String,
    /// RFC 3339, where it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// A permission that the principal lacks, as far as is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MissingPermission {
    pub permission: &'static str,
    pub resource: String,
    /// Google said that whoever asked holds it: perhaps from a folder, an organisation or a group.
    pub hinted: bool,
    /// The policies that could give it were read, those of folders and organisations aside; or Google said to the principal itself that
    /// they lack it.
    pub seen: bool,
    /// RFC 3339: they have it until then, which is long before the end that is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// A binding that gives the principal more than is needed, or nothing any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExcessBinding {
    pub resource: String,
    pub role: String,
    pub member: String,
    /// As the policy has it, whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<Value>,
    /// What it gives and nothing here needs.
    pub permissions: Vec<String>,
    /// Its condition no longer holds.
    pub expired: bool,
    /// Nothing that is needed comes from it alone: it can go. What cannot be judged from here stays.
    pub removable: bool,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    pub has: Vec<HeldPermission>,
    pub missing: Vec<MissingPermission>,
    pub too_much: Vec<ExcessBinding>,
    #[serde(skip)]
    pub findings: Vec<Diagnostic>,
}

/// Whether a binding grants at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BindingState {
    Always,
    Until(Millis),
    Expired,
    /// It says something that cannot be judged from here; Vertex AI evaluates little but time.
    Unknown,
}

fn holds(entry: &Binding, now: Millis) -> BindingState {
    match entry.end() {
        Some(Millis::MAX) => BindingState::Always,
        Some(end) if end > now => BindingState::Until(end),
        Some(_) => BindingState::Expired,
        None => BindingState::Unknown,
    }
}

/// Whether a binding's time is over.
pub fn has_expired(entry: &Binding, now: Millis) -> bool {
    holds(entry, now) == BindingState::Expired
}

/// Whether a binding grants now, as far as can be told from here.
pub fn is_in_force(entry: &Binding, now: Millis) -> bool {
    matches!(holds(entry, now), BindingState::Always | BindingState::Until(_))
}

impl Evidence {
    /// Whether what this member holds the principal holds.
    pub fn means(&self, request: &AccessRequest, member: &str) -> bool {
        request.principal.is(member)
            || self.member_of.iter().any(|own| is_same_member(own, member))
            || matches!(member, "allUsers" | "allAuthenticatedUsers")
    }

    /// The resources whose policies decide about one: itself, and the project above.
    fn above(on: &IamResource) -> Vec<String> {
        let project = match on {
            IamResource::Project(_) => None,
            IamResource::Endpoint { project, .. } => Some(project.to_string()),
            IamResource::ServiceAccount(account) => Some(account.home().to_owned()),
            IamResource::Repository { project, .. } => Some(project.clone()),
            IamResource::Key(name) => name.split('/').nth(1).map(str::to_owned),
            IamResource::Bucket(_) => None,
        };
        let mut names = vec![on.to_string()];
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

    /// What gives the principal this permission there, and until when.
    fn held(
        &self,
        request: &AccessRequest,
        grant: &Grant,
        needed: &NeededPermission,
        now: Millis,
    ) -> Option<(Millis, HeldPermission)> {
        let mut found: Option<(Millis, HeldPermission)> = None;
        for on in Self::above(&grant.on) {
            for entry in self.policies.get(&on).map(AllowPolicy::bindings).unwrap_or_default() {
                let end = match holds(&entry, now) {
                    BindingState::Always => Millis::MAX,
                    BindingState::Until(end) => end,
                    BindingState::Expired | BindingState::Unknown => continue,
                };
                let gives = self.means(request, &entry.member)
                    && self.permissions_of(request, &entry.role).is_some_and(|held| held.contains(&needed.permission));
                // What lasts longest counts.
                if gives && found.as_ref().is_none_or(|(known, _)| end > *known) {
                    let until = (end != Millis::MAX).then(|| rfc3339(end));
                    let held = HeldPermission {
                        permission: needed.permission,
                        resource: grant.on.to_string(),
                        role: entry.role.clone(),
                        on: on.clone(),
                        until,
                    };
                    found = Some((end, held));
                }
            }
        }
        found
    }
}

/// What ends so much earlier than is asked for still counts, or half the time that is asked for where that is less: a number of days
/// means another end each time that it is said.
const SLACK: Millis = 86_400_000;

/// Compares; nothing is asked of anybody.
pub fn compare(request: &AccessRequest, live: &Evidence, now: Millis) -> Difference {
    let (mut has, mut missing, mut ending) = (Vec::new(), Vec::new(), Vec::new());
    let wanted = request.expires.map_or(0, Expiry::at);
    let long_enough = wanted.saturating_sub((wanted.saturating_sub(now) / 2).min(SLACK));
    for grant in request.of(Grantee::Caller) {
        for needed in &grant.needed {
            let resource = grant.on.to_string();
            let lacking = match live.held(request, grant, needed, now) {
                Some((end, held)) if end >= long_enough => {
                    has.push(held);
                    continue;
                }
                Some((_, held)) => {
                    let until = held.until.clone();
                    ending.push(held);
                    MissingPermission { permission: needed.permission, resource, hinted: false, seen: true, until }
                }
                None => {
                    let tested = live.tested.get(&resource).into_iter().flatten();
                    let hinted = tested.into_iter().any(|held| held == needed.permission);
                    let seen = Evidence::above(&grant.on).iter().all(|on| live.policies.contains_key(on));
                    MissingPermission { permission: needed.permission, resource, hinted, seen, until: None }
                }
            };
            missing.push(lacking);
        }
    }
    let mut findings = Vec::new();
    // What ends too early is needed until then.
    let kept = [has.as_slice(), &ending].concat();
    let too_much = excess(request, live, &kept, now, &mut findings);
    Difference { has, missing, too_much, findings }
}

fn excess(
    request: &AccessRequest,
    live: &Evidence,
    has: &[HeldPermission],
    now: Millis,
    findings: &mut Vec<Diagnostic>,
) -> Vec<ExcessBinding> {
    let mut found = Vec::new();
    let mut unknown = Vec::new();
    for (resource, policy) in live.policies.iter() {
        for entry in policy.bindings() {
            if !live.means(request, &entry.member) {
                continue;
            }
            let holds = holds(&entry, now);
            let expired = holds == BindingState::Expired;
            let gives = match live.permissions_of(request, &entry.role) {
                Some(gives) => gives,
                // Whatever it held.
                None if expired => Vec::new(),
                None => {
                    if !unknown.contains(&entry.role) {
                        unknown.push(entry.role);
                    }
                    continue;
                }
            };
            // Only what names the principal itself can be taken from it alone.
            if !is_same_member(&entry.member, request.principal.member()) {
                continue;
            }
            let is_needed_from = |permission: &str| {
                has.iter().any(|h| h.permission == permission && h.role == entry.role && h.on == *resource)
            };
            let permissions: Vec<String> =
                gives.iter().filter(|permission| !is_needed_from(permission)).map(|&p| p.to_owned()).collect();
            let removable = expired || (permissions.len() == gives.len() && holds != BindingState::Unknown);
            if expired || !permissions.is_empty() {
                let condition = entry.condition().cloned();
                let (resource, role, member) = (resource.clone(), entry.role, entry.member);
                found.push(ExcessBinding { resource, role, member, condition, permissions, expired, removable });
            }
        }
    }
    for role in unknown {
        findings.push(
            Diagnostic::new(Code::IamRoleUnknown, format!("it is not known what `{role}` holds"))
                .help("it counts as holding nothing: look by hand whether it gives one of these rights"),
        );
    }
    found
}

/// What the caller is missing, and all that Vertex AI itself takes, which nobody compares. A hint is no right: what is merely hinted at
/// is still asked for.
pub fn remaining(request: &AccessRequest, difference: &Difference) -> AccessRequest {
    request.keeping(|grant, needed| {
        grant.to == Grantee::ServiceAgent
            || difference
                .missing
                .iter()
                .any(|missing| missing.permission == needed.permission && missing.resource == grant.on.to_string())
    })
}

/// Bindings of this product's own making on one resource that have ended, for whoever cleans up.
pub fn expired(policy: &AllowPolicy, now: Millis) -> Vec<Binding> {
    policy.bindings().into_iter().filter(|entry| entry.is_ours() && has_expired(entry, now)).collect()
}

#[cfg(test)]
mod tests;

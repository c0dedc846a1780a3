//! The access card of an entity: what the requester may do with its deployment, what they lack, and who can grant it.
//!
//! It relies on `testIamPermissions`, because few developers may read policies. Google calls the answer a hint and decides anew at
//! each call.

use crate::conversation::{Conversation, Identity, Millis};
use crate::diagnostic::{Code, Diagnostic};
use crate::google::{CallError, Google};
use crate::iam::policy::allow_policy::AllowPolicy;
use crate::iam::policy::difference::is_in_force;
use crate::iam::policy::live_policy::LivePolicy;
use crate::iam::rights::approval::is_entity_ref;
use crate::iam::rights::draft::GrantDrafts;
use crate::iam::rights::expiry::PROPAGATION;
use crate::iam::rights::grant::{Grant, Grantee};
use crate::iam::rights::needed_permission::{NeededPermission, PermissionUse};
use crate::iam::rights::options::AccessOptions;
use crate::iam::rights::principal::Principal;
use crate::iam::rights::resource::IamResource;
use crate::method::{self, Call, Door, Method, Resource};
use crate::plan::{Found, Plan, Purpose, StepKind};
use crate::timestamp::rfc3339;
use serde::Serialize;

/// How long a report is fresh: as long as Google may take to apply a policy change.
const FRESH: Millis = PROPAGATION;
/// Maximum number of grantors from the policy; more would not help the reader.
const MAX_GRANTORS: usize = 10;

/// The predefined roles with `resourcemanager.projects.setIamPolicy` that can be granted on a project.
///
/// Source: <https://cloud.google.com/iam/docs/granting-changing-revoking-access> (not read again since the first version).
const GRANTOR_ROLES: [&str; 3] = ["roles/owner", "roles/resourcemanager.projectIamAdmin", "roles/iam.securityAdmin"];

/// What users do with an endpoint besides deploying to it, and the methods that they need for it.
const ABILITIES: [(&str, &[&Method]); 4] = [
    ("View the endpoint", &[&method::ENDPOINTS_GET, &method::ENDPOINT_OPERATIONS_LIST]),
    ("Send predictions", &[&method::ENDPOINTS_PREDICT]),
    ("Shift traffic between models", &[&method::ENDPOINTS_PATCH]),
    ("Undeploy a model", &[&method::ENDPOINTS_UNDEPLOY_MODEL]),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ts_rs::TS)]
#[serde(rename_all = "kebab-case")]
pub enum AccessState {
    /// The requester has every right that a deployment needs.
    Complete,
    Missing,
    NotAnnotated,
    Invalid,
    /// The rights cannot be determined.
    Unavailable,
}

/// Something that users do, and the permissions that the requester lacks for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ts_rs::TS)]
#[ts(rename = "AccessAbility", optional_fields)]
pub struct Ability {
    pub title: &'static str,
    /// `None` if it cannot be determined.
    #[ts(type = "boolean | null", optional = false)]
    pub able: Option<bool>,
    /// Permissions of Google and of Backstage.
    pub lacking: Vec<&'static str>,
}

/// Somebody who can grant access.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ts_rs::TS)]
#[ts(optional_fields)]
pub struct Grantor {
    /// An entity ref, a principal, or free text of the configuration.
    pub name: String,
    #[ts(type = "'entity' | 'principal' | 'text'")]
    pub kind: &'static str,
}

/// The values that prefill the form for an access request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ts_rs::TS)]
#[ts(rename = "AccessForm", optional_fields)]
#[serde(rename_all = "camelCase")]
pub struct PrefilledForm {
    pub entity_ref: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    pub principal: String,
    pub model_exists: bool,
    pub endpoint_exists: bool,
}

/// A user's rights on one entity's deployment, and the missing ones. Google's answers to the user are hints.
#[derive(Clone, Debug, Serialize, ts_rs::TS)]
#[ts(optional_fields)]
#[serde(rename_all = "camelCase")]
pub struct AccessReport {
    pub state: AccessState,
    pub headline: String,
    /// The requester, as allow policies name them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal: Option<String>,
    pub abilities: Vec<Ability>,
    /// The grants at Google that a deployment needs and the requester lacks.
    pub missing: Vec<Grant>,
    /// The Backstage permissions that a deployment needs and the requester lacks.
    pub missing_in_portal: Vec<&'static str>,
    pub grantors: Vec<Grantor>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<PrefilledForm>,
    pub observed_at: String,
    pub stale_at: String,
    pub diagnostics: Vec<Diagnostic>,
}

impl AccessReport {
    /// A report with a state and no details.
    pub fn bare(state: AccessState, headline: &str, diagnostics: Vec<Diagnostic>, now: Millis) -> Self {
        Self {
            state,
            headline: headline.to_owned(),
            principal: None,
            abilities: Vec::new(),
            missing: Vec::new(),
            missing_in_portal: Vec::new(),
            grantors: Vec::new(),
            request: None,
            observed_at: rfc3339(now),
            stale_at: rfc3339(now + FRESH),
            diagnostics,
        }
    }
}

/// The user whose access is reported.
#[derive(Clone, Debug)]
pub struct Requester {
    pub principal: Principal,
    /// Every user is the same principal: the service account that the portal impersonates.
    pub is_shared: bool,
    /// The user's Backstage permissions.
    pub portal: Vec<String>,
}

/// Reports the requester's access through the proxy. `grantors` are those of the configuration.
pub fn access_report(
    plan: Plan,
    requester: Requester,
    grantors: &[String],
    proxy_url: &str,
) -> Conversation<AccessReport> {
    let (proxy_url, grantors) = (proxy_url.to_owned(), grantors.to_vec());
    Conversation::new(move |voice| async move {
        let google = Google::new(voice, &proxy_url, None).trying(2);
        let mut check = AccessCheck { google, plan, requester, answers: Vec::new(), diagnostics: Vec::new() };
        match check.report(grantors).await {
            Ok(report) => report,
            Err(CallError::Cancelled) => {
                let finding = Diagnostic::new(Code::NetworkUnreachable, "Google did not answer in time");
                check.bare(vec![finding.help("try again later")])
            }
            Err(error) => check.bare(vec![error.finding()]),
        }
    })
}

/// One permission, and whether Google reports that the requester holds it.
struct Answer {
    resource: String,
    permission: &'static str,
    held: bool,
}

struct AccessCheck {
    google: Google,
    plan: Plan,
    requester: Requester,
    answers: Vec<Answer>,
    diagnostics: Vec<Diagnostic>,
}

impl AccessCheck {
    fn bare(&self, diagnostics: Vec<Diagnostic>) -> AccessReport {
        let headline = "Your access cannot be determined";
        AccessReport::bare(AccessState::Unavailable, headline, diagnostics, self.google.voice().now())
    }

    async fn report(&mut self, configured: Vec<String>) -> Result<AccessReport, CallError> {
        let found = Found {
            model: self.exists(StepKind::Model).await?,
            endpoint: self.exists(StepKind::Endpoint).await?,
            deployment: Some(false),
        };
        let mut options = AccessOptions::of(self.requester.principal.clone());
        options.found = self.plan.settled(found);
        let grants = self.grants(&options);
        for grant in &grants {
            self.test(grant).await?;
        }
        if self.answers.is_empty() {
            let diagnostics = std::mem::take(&mut self.diagnostics);
            return Ok(self.bare(diagnostics));
        }
        let mut grantors: Vec<Grantor> = configured.into_iter().map(grantor).collect();
        self.read_grantors(&mut grantors).await?;

        let mut report = AccessReport::bare(
            AccessState::Complete,
            "",
            std::mem::take(&mut self.diagnostics),
            self.google.voice().now(),
        );
        report.principal = Some(self.requester.principal.member().to_owned());
        report.grantors = grantors;
        report.abilities.push(self.ability("Deploy to the endpoint", &grants, &deploys));
        for (title, methods) in ABILITIES {
            let is_for = |used: &PermissionUse| methods.iter().any(|method| method.name == used.method);
            report.abilities.push(self.ability(title, &grants, &is_for));
        }
        let lacks = |grant: &Grant, needed: &NeededPermission| {
            needed.uses.iter().any(deploys) && self.held(grant, needed) != Some(true)
        };
        report.missing = grants.iter().filter_map(|grant| grant.keeping(&lacks)).collect();
        for needed in report.missing.iter_mut().flat_map(|grant| &mut grant.needed) {
            needed.uses.retain(deploys);
        }
        report.missing_in_portal = self.missing_in_portal(&grants);
        if self.requester.is_shared {
            let what = format!("the portal calls Google as `{}` for every user", self.requester.principal);
            let finding = Diagnostic::new(Code::IamAccountShared, what);
            report.diagnostics.push(finding.help("grant the missing rights to that account, once for all users"));
        } else {
            report.request = Some(PrefilledForm {
                entity_ref: self.plan.target.entity_ref.clone(),
                environment: self.plan.target.environment.clone(),
                principal: self.requester.principal.member().to_owned(),
                model_exists: options.found.model == Some(true),
                endpoint_exists: options.found.endpoint == Some(true),
            });
        }
        (report.state, report.headline) = self.headline(&report);
        Ok(report)
    }

    /// Whether a resource exists; `None` if the requester may not read it.
    async fn exists(&self, kind: StepKind) -> Result<Option<bool>, CallError> {
        let Some(probe) = self.plan.step(kind).and_then(|step| step.probe.as_ref()) else { return Ok(None) };
        match self.google.call(probe, Identity::Initiator).await {
            Ok(_) => Ok(Some(true)),
            Err(error) if error.is_not_found() => Ok(Some(false)),
            Err(CallError::Refused { status: 403, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The grants for a deployment and for the other abilities.
    fn grants(&self, options: &AccessOptions) -> Vec<Grant> {
        let mut drafts = GrantDrafts::of(&self.plan, options);
        for (call, purpose) in self.plan.calls(options.found) {
            drafts.caller(&call, purpose);
        }
        let endpoint = Resource::Endpoint(self.plan.target.endpoint.clone());
        for method in ABILITIES.iter().flat_map(|(_, methods)| *methods) {
            drafts.caller(&Call::new(method, endpoint.clone()), Purpose::Extra);
        }
        drafts.grants(&mut Vec::new()).into_iter().filter(|grant| grant.grantee == Grantee::Caller).collect()
    }

    async fn test(&mut self, grant: &Grant) -> Result<(), CallError> {
        let Some(policy) = LivePolicy::of(&grant.resource) else { return Ok(()) };
        let wanted: Vec<&'static str> = grant.needed.iter().map(|needed| needed.permission).collect();
        match policy.test(&self.google, &wanted).await {
            Ok(held) => self.answers.extend(wanted.into_iter().map(|permission| Answer {
                resource: grant.resource.to_string(),
                permission,
                held: held.iter().any(|other| other == permission),
            })),
            Err(CallError::Refused { status: 400..=499, finding }) => {
                if !self.diagnostics.iter().any(|known| known.message == finding.message) {
                    self.diagnostics.push(finding);
                }
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn held(&self, grant: &Grant, needed: &NeededPermission) -> Option<bool> {
        let resource = grant.resource.to_string();
        let is_about = |answer: &&Answer| answer.permission == needed.permission && answer.resource == resource;
        self.answers.iter().find(is_about).map(|answer| answer.held)
    }

    fn ability(&self, title: &'static str, grants: &[Grant], is_for: &dyn Fn(&PermissionUse) -> bool) -> Ability {
        let (mut lacking, mut is_open) = (Vec::new(), false);
        let mut add = |permission| {
            if !lacking.contains(&permission) {
                lacking.push(permission);
            }
        };
        for grant in grants {
            for needed in grant.needed.iter().filter(|needed| needed.uses.iter().any(is_for)) {
                match self.held(grant, needed) {
                    Some(true) => {}
                    Some(false) => add(needed.permission),
                    None => is_open = true,
                }
                for door in needed.uses.iter().filter(|used| is_for(used)).filter_map(|used| self.missing_door(used)) {
                    add(door);
                }
            }
        }
        let able = if !lacking.is_empty() { Some(false) } else { (!is_open).then_some(true) };
        Ability { title, able, lacking }
    }

    /// The Backstage permission that a use needs and the requester lacks.
    fn missing_door(&self, used: &PermissionUse) -> Option<&'static str> {
        let method = method::named(used.method)?;
        let Door::Proxy(access) = method.door else { return None };
        (!self.requester.portal.iter().any(|own| own == access.permission())).then(|| access.permission())
    }

    fn missing_in_portal(&self, grants: &[Grant]) -> Vec<&'static str> {
        let uses = grants.iter().flat_map(|grant| &grant.needed).flat_map(|needed| &needed.uses);
        let mut missing = Vec::new();
        for door in uses.filter(|used| deploys(used)).filter_map(|used| self.missing_door(used)) {
            if !missing.contains(&door) {
                missing.push(door);
            }
        }
        missing
    }

    /// Adds who may set the project's policy, if the requester may read it.
    async fn read_grantors(&self, grantors: &mut Vec<Grantor>) -> Result<(), CallError> {
        let project = IamResource::Project(self.plan.target.endpoint.place.project.clone());
        let Some(policy) = LivePolicy::of(&project) else { return Ok(()) };
        let policy = match policy.read(&self.google).await {
            Err(CallError::Cancelled) => return Err(CallError::Cancelled),
            // Most users may not read it: that is no finding.
            Err(_) => return Ok(()),
            Ok(policy) => policy,
        };
        let now = self.google.voice().now();
        let most = grantors.len() + MAX_GRANTORS;
        for binding in AllowPolicy::bindings(&policy) {
            let gives = GRANTOR_ROLES.contains(&binding.role.as_str()) && is_in_force(&binding, now);
            let known = grantors.iter().any(|known| known.name == binding.member);
            if gives && !known && grantors.len() < most && !binding.member.starts_with("deleted:") {
                grantors.push(Grantor { name: binding.member, kind: "principal" });
            }
        }
        Ok(())
    }

    fn headline(&self, report: &AccessReport) -> (AccessState, String) {
        let mut number = report.missing_in_portal.len();
        let mut unknown = 0;
        for (grant, needed) in
            report.missing.iter().flat_map(|grant| grant.needed.iter().map(move |needed| (grant, needed)))
        {
            match self.held(grant, needed) {
                Some(_) => number += 1,
                None => unknown += 1,
            }
        }
        let known = match (number, &report.missing_in_portal[..]) {
            (0, _) if unknown == 0 => return (AccessState::Complete, "You can deploy here".to_owned()),
            (0, _) => return (AccessState::Unavailable, "Your access to deploy here cannot be determined".to_owned()),
            (1, [permission]) => format!("You are missing the Backstage permission `{permission}` to deploy here"),
            (1, _) => "You are missing 1 permission to deploy here".to_owned(),
            _ => format!("You are missing {number} permissions to deploy here"),
        };
        let open = if unknown == 0 { String::new() } else { format!("; {unknown} more cannot be determined") };
        (AccessState::Missing, known + &open)
    }
}

/// Whether a deployment makes this use of a permission.
fn deploys(used: &PermissionUse) -> bool {
    used.purpose != Purpose::Extra
}

fn grantor(name: String) -> Grantor {
    let kind = if is_entity_ref(&name, &["user", "group"]) { "entity" } else { "text" };
    Grantor { name, kind }
}

#[cfg(test)]
mod tests;

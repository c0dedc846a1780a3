//! Drafts of grants: each permission is assigned to the resource where Google evaluates it, then each resource gets its role.

use super::grant::{Condition, ExpiryMode, Grant, Grantee, Role, predefined_roles, role_id};
use super::needed_permission::{NeededPermission, PermissionUse};
use super::options::{AccessOptions, Delivery};
use super::resource::IamResource;
use crate::diagnostic::{Code, Diagnostic};
use crate::method::{Call, Need, On, Resource};
use crate::name::{Endpoint, OperationParent, Project};
use crate::ordered::Ordered;
use crate::plan::{Plan, Purpose, StepKind};
use crate::vertex::image::is_googles;

/// Permissions of folders and organisations, which a project's custom role cannot hold. Unverified beyond this one.
const NEVER_CUSTOM: &[&str] = &["resourcemanager.projects.list"];

/// Permissions by grantee and resource, before they have roles.
pub struct GrantDrafts<'a> {
    plan: &'a Plan,
    options: &'a AccessOptions,
    drafts: Ordered<(Grantee, IamResource), Ordered<&'static str, NeededPermission>>,
}

impl<'a> GrantDrafts<'a> {
    pub fn of(plan: &'a Plan, options: &'a AccessOptions) -> Self {
        Self { plan, options, drafts: Ordered::default() }
    }

    /// Adds the caller's permissions for one call.
    pub fn caller(&mut self, call: &Call, purpose: Purpose) {
        for need in call.method.needs {
            if let Some(resource) = self.resource_for(call, need) {
                self.add(Grantee::Caller, resource, need, call, purpose);
            }
        }
    }

    /// Adds what Vertex AI's service agent needs beyond its own role: keys always, other resources if they are in another project.
    pub fn agent(&mut self, findings: &mut Vec<Diagnostic>) {
        let found = self.options.found;
        let made_by = |kind, exists: Option<bool>| {
            self.plan.step(kind).and_then(|step| step.call.clone()).filter(|_| exists != Some(true))
        };
        let calls = [
            made_by(StepKind::Model, found.model),
            made_by(StepKind::Endpoint, found.endpoint),
            made_by(StepKind::Deployment, found.deployment),
        ];
        for call in calls.into_iter().flatten() {
            for need in call.method.needs {
                if let Some(resource) = self.agent_resource(need.on) {
                    self.add(Grantee::ServiceAgent, resource, need, &call, Purpose::Make);
                }
            }
        }
        let is_needed = self.drafts.keys().any(|(grantee, _)| *grantee == Grantee::ServiceAgent);
        if is_needed && self.agent_member().is_none() {
            let own = &self.plan.target.endpoint.place.project;
            let message =
                format!("the service agent of Vertex AI in `{own}` is named by the project's number, which is unknown");
            let finding = Diagnostic::new(Code::IamProjectNumberUnknown, message);
            findings.push(finding.help("set `projectNumber` to the project's decimal number").about(own.to_string()));
        }
    }

    /// Returns the grants, and reports the permissions that no custom role can hold.
    pub fn grants(&self, findings: &mut Vec<Diagnostic>) -> Vec<Grant> {
        let mut grants = Vec::new();
        for ((grantee, resource), needed) in self.drafts.iter() {
            let needed = self.without_inherited(*grantee, resource, needed);
            let member = match grantee {
                Grantee::Caller => Some(self.options.principal.member().to_owned()),
                Grantee::ServiceAgent => self.agent_member(),
            };
            let Some(member) = member.filter(|_| !needed.is_empty()) else { continue };
            let roles = match (grantee, self.role_project(resource)) {
                (Grantee::Caller, Some(project)) => {
                    findings.extend(self.unsupported(resource, &needed));
                    vec![Role::Custom { project, id: role_id(resource, &needed) }]
                }
                _ => predefined_roles(resource, *grantee).iter().map(|name| Role::Predefined(name)).collect(),
            };
            let (expiry, condition) = self.expiry(*grantee, resource);
            for role in roles {
                let (member, resource, needed) = (member.clone(), resource.clone(), needed.clone());
                let condition = condition.clone();
                grants.push(Grant { grantee: *grantee, member, resource, role, needed, expiry, condition });
            }
        }
        grants
    }

    fn add(&mut self, grantee: Grantee, resource: IamResource, need: &Need, call: &Call, purpose: Purpose) {
        let draft = self.drafts.get_or_insert_with((grantee, resource), Ordered::default);
        let needed = draft.get_or_insert_with(need.permission, || NeededPermission {
            permission: need.permission,
            confidence: need.confidence(),
            uses: Vec::new(),
        });
        // The best source counts.
        needed.confidence = needed.confidence.min(need.confidence());
        let used = PermissionUse { method: call.method.name, purpose };
        if !needed.uses.contains(&used) {
            needed.uses.push(used);
        }
    }

    /// The resource on which the caller gets the permission.
    fn resource_for(&self, call: &Call, need: &Need) -> Option<IamResource> {
        let target = &self.plan.target;
        let own = &target.endpoint.place.project;
        let project = || IamResource::Project(call.resource.project().unwrap_or(own).clone());
        // An endpoint's policy is only known to be evaluated for permissions named after endpoints.
        let endpoint = |endpoint: &Endpoint| {
            let has_policy = self.options.found.endpoint == Some(true)
                && self.options.delivery == Delivery::Policy
                && need.permission.starts_with("aiplatform.endpoints.");
            if has_policy { IamResource::endpoint(endpoint) } else { project() }
        };
        match (need.on, &call.resource) {
            (On::Itself, Resource::Endpoint(name)) => Some(endpoint(name)),
            (On::Itself, Resource::ServiceAccount(account)) => Some(IamResource::ServiceAccount(account.clone())),
            (On::Itself, _) => Some(project()),
            (On::ParentEndpoint, Resource::Operation(operation)) => match &operation.parent {
                OperationParent::Endpoint(name) => Some(endpoint(name)),
                _ => None,
            },
            (On::ParentOther, Resource::Operation(operation)) => {
                (!matches!(operation.parent, OperationParent::Endpoint(_))).then(project)
            }
            (On::ServingAccount, _) => target.service_account.clone().map(IamResource::ServiceAccount),
            _ => None,
        }
    }

    /// The resource on which the service agent needs a grant.
    fn agent_resource(&self, on: On) -> Option<IamResource> {
        let target = &self.plan.target;
        match on {
            On::AgentKey => target.kms_key.as_ref().map(|key| IamResource::Key(key.to_string())),
            On::AgentBucket => {
                let is_elsewhere = match &self.options.artifact_project {
                    Some(project) => self.is_elsewhere(project.as_str()),
                    None => true,
                };
                let uri = target.artifact_uri.as_ref().filter(|_| is_elsewhere)?;
                let bucket = uri.as_str().strip_prefix("gs://")?.split('/').next()?;
                Some(IamResource::Bucket(bucket.to_owned()))
            }
            On::AgentRepository => {
                let image = target.image.as_ref().filter(|image| !is_googles(image))?;
                self.is_elsewhere(image.project()).then(|| IamResource::repository(image))
            }
            On::AgentServingAccount => {
                let account = target.service_account.clone().filter(|account| self.is_elsewhere(account.home()))?;
                Some(IamResource::ServiceAccount(account))
            }
            _ => None,
        }
    }

    /// Whether a project, named by id or number, is another one than the target's.
    fn is_elsewhere(&self, project: &str) -> bool {
        project != self.plan.target.endpoint.place.project.as_str()
            && self.options.project_number.as_ref().map(Project::as_str) != Some(project)
    }

    fn agent_member(&self) -> Option<String> {
        let own = &self.plan.target.endpoint.place.project;
        let is_number = |project: &&Project| project.as_str().bytes().all(|b| b.is_ascii_digit());
        let number = self.options.project_number.as_ref().filter(is_number).or(Some(own).filter(is_number))?;
        Some(format!("serviceAccount:service-{number}@gcp-sa-aiplatform.iam.gserviceaccount.com"))
    }

    /// The permissions that the same grantee does not already hold on the project: a project's rights cover everything in it.
    fn without_inherited(
        &self,
        grantee: Grantee,
        resource: &IamResource,
        needed: &Ordered<&'static str, NeededPermission>,
    ) -> Vec<NeededPermission> {
        let project = self.role_project(resource).filter(|_| !matches!(resource, IamResource::Project(_)));
        let on_project = project.and_then(|project| self.drafts.get(&(grantee, IamResource::Project(project))));
        let is_own = |one: &&NeededPermission| on_project.is_none_or(|held| !held.contains_key(one.permission));
        needed.values().filter(is_own).cloned().collect()
    }

    fn role_project(&self, resource: &IamResource) -> Option<Project> {
        resource.role_project(self.options.project_number.as_ref(), &self.plan.target.endpoint.place.project)
    }

    fn expiry(&self, grantee: Grantee, resource: &IamResource) -> (ExpiryMode, Option<Condition>) {
        let is_by_pam = self.options.delivery == Delivery::Pam && matches!(resource, IamResource::Project(_));
        match (grantee, self.options.expires) {
            (Grantee::ServiceAgent, _) | (_, None) => (ExpiryMode::Never, None),
            (_, Some(_)) if is_by_pam => (ExpiryMode::Pam, None),
            (_, Some(expires)) if resource.supports_conditions() => {
                (ExpiryMode::Condition, Some(Condition::until(expires)))
            }
            (_, Some(_)) => (ExpiryMode::Revocation, None),
        }
    }

    /// A finding for each permission that a custom role cannot hold.
    fn unsupported(&self, resource: &IamResource, needed: &[NeededPermission]) -> Vec<Diagnostic> {
        let is_unsupported = |permission: &str| {
            NEVER_CUSTOM.contains(&permission) || self.options.unsupported.iter().any(|other| other == permission)
        };
        let wrong = needed.iter().filter(|needed| is_unsupported(needed.permission));
        wrong.map(|needed| unsupported(needed.permission, resource.to_string())).collect()
    }
}

/// The finding for a permission that custom roles do not support.
pub fn unsupported(permission: &'static str, about: String) -> Diagnostic {
    Diagnostic::new(Code::IamPermissionUnsupported, format!("custom roles do not support `{permission}`"))
        .help("grant one of Google's predefined roles that contains it, or leave out the call that needs it")
        .needing(permission)
        .about(about)
}

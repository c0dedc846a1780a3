//! Grants in the making: each permission is put where Google evaluates it, then each place gets its role.

use crate::diagnostic::{Code, Diagnostic};
use crate::iam::rights::grant::{Condition, ExpiryMode, Grant, Grantee, Role, predefined, role_id};
use crate::iam::rights::needed_permission::{NeededPermission, PermissionUse};
use crate::iam::rights::options::{AccessOptions, Delivery};
use crate::iam::rights::resource::IamResource;
use crate::method::{Call, Need, On, Resource};
use crate::name::{Endpoint, KmsKey, OperationParent, Project};
use crate::ordered::Ordered;
use crate::plan::{Plan, Purpose, StepKind};

/// Folder- and organisation-level permissions have no place in a project's role. Unverified beyond this one.
const NEVER_CUSTOM: &[&str] = &["resourcemanager.projects.list"];

/// The permissions by place, before each place has a role.
pub struct GrantDrafts<'a> {
    plan: &'a Plan,
    options: &'a AccessOptions,
    by_holder: Ordered<(Grantee, IamResource), Ordered<&'static str, NeededPermission>>,
}

impl<'a> GrantDrafts<'a> {
    pub fn of(plan: &'a Plan, options: &'a AccessOptions) -> Self {
        Self { plan, options, by_holder: Ordered::default() }
    }

    fn add(&mut self, party: Grantee, on: IamResource, need: &Need, call: &Call, purpose: Purpose) {
        let on_holder = self.by_holder.get_or_insert_with((party, on), Ordered::default);
        let needed = on_holder.get_or_insert_with(need.permission, || NeededPermission {
            permission: need.permission,
            confidence: need.confidence(),
            uses: Vec::new(),
        });
        // The surest source counts.
        needed.confidence = needed.confidence.min(need.confidence());
        let used = PermissionUse { method: call.method.name, purpose };
        if !needed.uses.contains(&used) {
            needed.uses.push(used);
        }
    }

    pub fn caller(&mut self, call: &Call, purpose: Purpose) {
        for need in call.method.needs {
            if let Some(on) = self.holder(call, need) {
                self.add(Grantee::Caller, on, need, call, purpose);
            }
        }
    }

    /// Where the caller's right is given.
    fn holder(&self, call: &Call, need: &Need) -> Option<IamResource> {
        let target = &self.plan.target;
        let own = &target.endpoint.place.project;
        let project = || IamResource::Project(call.resource.project().unwrap_or(own).clone());
        // Only what is named after endpoints is known to be evaluated in an endpoint's policy.
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

    /// What Vertex AI itself needs where its own role does not reach: keys always, other things in other projects.
    pub fn agent(&mut self, findings: &mut Vec<Diagnostic>) {
        let target = self.plan.target.clone();
        let own = &target.endpoint.place.project;
        let makes = |kind, is_there: Option<bool>| {
            self.plan.step(kind).and_then(|step| step.call.clone()).filter(|_| is_there != Some(true))
        };
        let upload = makes(StepKind::Model, self.options.found.model);
        let create = makes(StepKind::Endpoint, self.options.found.endpoint);
        let deploy = makes(StepKind::Deployment, self.options.found.deployment);
        let is_elsewhere = |project: &str| {
            project != own.as_str() && self.options.project_number.as_ref().map(Project::as_str) != Some(project)
        };
        for call in [upload, create, deploy].into_iter().flatten() {
            for need in call.method.needs {
                let on = match need.on {
                    On::AgentKey => target.kms_key.as_ref().map(|key: &KmsKey| IamResource::Key(key.to_string())),
                    On::AgentBucket => target
                        .artifact_uri
                        .as_ref()
                        .filter(|_| self.options.artifact_project.as_ref().is_none_or(|p| is_elsewhere(p.as_str())))
                        .and_then(|uri| uri.as_str().strip_prefix("gs://")?.split('/').next())
                        .map(|bucket| IamResource::Bucket(bucket.to_owned())),
                    On::AgentRepository => target
                        .image
                        .as_ref()
                        .filter(|image| !image.is_prebuilt())
                        .and_then(IamResource::repository)
                        .filter(
                            |holder| matches!(holder, IamResource::Repository { project, .. } if is_elsewhere(project)),
                        ),
                    On::AgentServingAccount => target
                        .service_account
                        .clone()
                        .filter(|account| is_elsewhere(account.home()))
                        .map(IamResource::ServiceAccount),
                    _ => None,
                };
                if let Some(on) = on {
                    self.add(Grantee::ServiceAgent, on, need, &call, Purpose::Make);
                }
            }
        }
        let is_needed = self.by_holder.keys().any(|(party, _)| *party == Grantee::ServiceAgent);
        if is_needed && self.agent_member().is_none() {
            let finding = Diagnostic::new(
                Code::IamProjectNumberUnknown,
                format!("Vertex AI's service agent in `{own}` is named by the project's number, which is not known"),
            );
            findings
                .push(finding.help("give `projectNumber`, the decimal number of the project").about(own.to_string()));
        }
    }

    fn agent_member(&self) -> Option<String> {
        let own = &self.plan.target.endpoint.place.project;
        let is_number = |project: &&Project| project.as_str().bytes().all(|b| b.is_ascii_digit());
        let number = self.options.project_number.as_ref().filter(is_number).or(Some(own).filter(is_number))?;
        Some(format!("serviceAccount:service-{number}@gcp-sa-aiplatform.iam.gserviceaccount.com"))
    }

    pub fn grants(&self, findings: &mut Vec<Diagnostic>) -> Vec<Grant> {
        let own = &self.plan.target.endpoint.place.project;
        let mut grants = Vec::new();
        for ((party, on), needed) in self.by_holder.iter() {
            // What is held on the project is held on everything in it.
            let on_project = on
                .role_project(self.options.project_number.as_ref(), own)
                .map(|project| (*party, IamResource::Project(project)));
            let wider =
                on_project.filter(|_| !matches!(on, IamResource::Project(_))).and_then(|key| self.by_holder.get(&key));
            let needed: Vec<NeededPermission> = needed
                .values()
                .filter(|n| wider.is_none_or(|wider| !wider.contains_key(n.permission)))
                .cloned()
                .collect();
            if needed.is_empty() {
                continue;
            }
            let member = match party {
                Grantee::Caller => Some(self.options.principal.member().to_owned()),
                Grantee::ServiceAgent => self.agent_member(),
            };
            let Some(member) = member else { continue };
            let roles = match (party, on.role_project(self.options.project_number.as_ref(), own)) {
                (Grantee::Caller, Some(project)) => {
                    findings.extend(self.unsupported(on, &needed));
                    vec![Role::Custom { project, id: role_id(on, &needed) }]
                }
                _ => predefined(on, *party).iter().map(|name| Role::Predefined(name)).collect(),
            };
            let by_manager = self.options.delivery == Delivery::Pam && matches!(on, IamResource::Project(_));
            let (ends, condition) = match (party, self.options.expires) {
                (Grantee::ServiceAgent, _) | (_, None) => (ExpiryMode::Never, None),
                (_, Some(_)) if by_manager => (ExpiryMode::Pam, None),
                (_, Some(expires)) if on.supports_conditions() => {
                    (ExpiryMode::Condition, Some(Condition::until(expires)))
                }
                (_, Some(_)) => (ExpiryMode::Revocation, None),
            };
            for role in roles {
                let (member, on, needed, condition) = (member.clone(), on.clone(), needed.clone(), condition.clone());
                grants.push(Grant { to: *party, member, on, role, needed, ends, condition });
            }
        }
        grants
    }

    /// A finding for each permission that a custom role cannot hold.
    fn unsupported(&self, on: &IamResource, needed: &[NeededPermission]) -> Vec<Diagnostic> {
        let is_unsupported = |permission: &str| {
            NEVER_CUSTOM.contains(&permission) || self.options.unsupported.iter().any(|other| other == permission)
        };
        let wrong = needed.iter().filter(|needed| is_unsupported(needed.permission));
        wrong.map(|needed| unsupported(needed.permission, on.to_string())).collect()
    }
}

/// A permission that Google takes into no custom role.
pub fn unsupported(permission: &'static str, about: String) -> Diagnostic {
    Diagnostic::new(Code::IamPermissionUnsupported, format!("custom roles do not support `{permission}`"))
        .help("give one of Google's own roles that holds it, or do without what needs it")
        .needing(permission)
        .about(about)
}

//! From a plan to the least set of rights, each on the narrowest resource where Google evaluates it.
//!
//! Vertex AI knows no `resource.name` in conditions, so such a condition would silently grant nothing: what cannot be given on a
//! resource of its own is given on the project, until a time.

use super::expiry::Expiry;
use super::principal::Principal;
use super::reason::without;
use crate::conversation::Millis;
use crate::diagnostic::{Code, Diagnostic};
use crate::method::{Call, Confidence, Kind, METHODS, Need, On, Resource, resource};
use crate::name::{Endpoint, Image, KmsKey, Location, Operation, OperationParent, Project, ServiceAccount};
use crate::plan::{Found, Plan, Purpose, StepKind};
use crate::target::Target;
use serde::{Serialize, Serializer};
use siphasher::sip::SipHasher24;
use std::collections::BTreeMap;
use std::fmt;
use std::hash::Hasher;

/// How the rights are to be given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Delivery {
    /// By writing policies.
    #[default]
    Policy,
    /// By a grant of Privileged Access Manager, which somebody approves and which ends by itself. It gives rights on projects only.
    Pam,
}

/// What is asked for besides the plan.
#[derive(Clone, Debug)]
pub struct Options {
    pub principal: Principal,
    pub found: Found,
    pub expires: Option<Expiry>,
    pub delivery: Delivery,
    /// Names Vertex AI's service agent.
    pub project_number: Option<Project>,
    /// Where the bucket of the model's files lies: its name does not say so.
    pub artifact_project: Option<Project>,
    /// Who may approve a grant of Privileged Access Manager.
    pub approvers: Vec<Principal>,
    /// What the rights are wanted for, in the asker's words.
    pub justification: Option<String>,
    /// Further Google methods that the principal is to be able to call on what the plan is about.
    pub methods: Vec<String>,
    /// Permissions that custom roles do not support, as `queryTestablePermissions` tells.
    pub unsupported: Vec<String>,
}

impl Options {
    pub fn of(principal: Principal) -> Self {
        Self {
            principal,
            found: Found::default(),
            expires: None,
            delivery: Delivery::Policy,
            project_number: None,
            artifact_project: None,
            approvers: Vec::new(),
            justification: None,
            methods: Vec::new(),
            unsupported: Vec::new(),
        }
    }
}

/// Whom a grant is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Party {
    Caller,
    /// Vertex AI itself, which reads files and pulls images on its own account.
    ServiceAgent,
}

/// Where a right is given: what has an allow policy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    Project(Project),
    /// Its own policy, by the API's version v1beta1.
    Endpoint {
        project: Project,
        location: Location,
        name: String,
    },
    ServiceAccount(ServiceAccount),
    /// Without `gs://`.
    Bucket(String),
    Repository {
        project: String,
        location: String,
        id: String,
    },
    Key(String),
}

impl Holder {
    fn endpoint(endpoint: &Endpoint) -> Self {
        Self::Endpoint {
            project: endpoint.place.project.clone(),
            location: endpoint.place.location.clone(),
            name: endpoint.to_string(),
        }
    }

    pub fn kind(&self) -> &'static str {
        match self {
            Self::Project(_) => "project",
            Self::Endpoint { .. } => "endpoint",
            Self::ServiceAccount(_) => "service-account",
            Self::Bucket(_) => "bucket",
            Self::Repository { .. } => "repository",
            Self::Key(_) => "key",
        }
    }

    /// Whether its policy takes conditions: Google lists projects, buckets and keys, and neither endpoints, service accounts nor
    /// repositories ("Resource types that accept conditional role bindings").
    fn takes_conditions(&self) -> bool {
        matches!(self, Self::Project(_) | Self::Bucket(_) | Self::Key(_))
    }

    /// The project whose custom roles can be given on it, where that is known.
    fn role_project(&self, options: &Options, own: &Project) -> Option<Project> {
        match self {
            Self::Project(project) | Self::Endpoint { project, .. } => Some(project.clone()),
            Self::ServiceAccount(account) => {
                let project: Project = account.home().parse().ok()?;
                match project.as_str().starts_with(|c: char| c.is_ascii_digit()) {
                    true => (options.project_number.as_ref() == Some(&project)).then(|| own.clone()),
                    false => Some(project),
                }
            }
            Self::Bucket(_) | Self::Repository { .. } | Self::Key(_) => None,
        }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Project(project) => write!(f, "projects/{project}"),
            Self::Endpoint { name, .. } | Self::Key(name) => f.write_str(name),
            Self::ServiceAccount(account) => write!(f, "projects/{}/serviceAccounts/{account}", account.home()),
            Self::Bucket(bucket) => write!(f, "gs://{bucket}"),
            Self::Repository { project, location, id } => {
                write!(f, "projects/{project}/locations/{location}/repositories/{id}")
            }
        }
    }
}

/// The role that a grant gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// Made for exactly these permissions, and named after them: equal sets share a role, and a role never changes.
    Custom { project: Project, id: String },
    /// One of Google's, where Google documents it and a custom role cannot be made.
    Predefined(&'static str),
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Custom { project, id } => write!(f, "projects/{project}/roles/{id}"),
            Self::Predefined(name) => f.write_str(name),
        }
    }
}

/// Which call needs a permission, and for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    pub method: &'static str,
    pub purpose: Purpose,
}

/// A permission of a grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needed {
    pub permission: &'static str,
    pub confidence: Confidence,
    pub uses: Vec<Use>,
}

/// How a grant ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ends {
    /// Its condition stops holding.
    ByCondition,
    /// Privileged Access Manager takes it back.
    ByManager,
    /// Its policy takes no conditions: this product, or a person, takes it back.
    TakenBack,
    /// It lasts.
    Never,
}

/// One role for one principal on one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    pub to: Party,
    pub member: String,
    pub on: Holder,
    pub role: Role,
    pub needed: Vec<Needed>,
    pub ends: Ends,
    /// There where it ends by a condition.
    pub condition: Option<Condition>,
}

/// A condition of a binding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Condition {
    pub title: String,
    pub expression: String,
}

/// Begins the title of every condition that this product writes.
pub const TITLE: &str = "backstage-vertex-ai";

impl Condition {
    fn until(expiry: Expiry) -> Self {
        Self { title: format!("{TITLE} until {expiry}"), expression: expiry.expression() }
    }
}

/// The least set of rights for one plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub target: Target,
    pub principal: Principal,
    pub expires: Option<Expiry>,
    /// How long from the moment of planning, in seconds, where Privileged Access Manager grants for so long.
    pub duration: Option<u64>,
    pub delivery: Delivery,
    pub approvers: Vec<Principal>,
    pub justification: Option<String>,
    pub grants: Vec<Grant>,
}

impl Request {
    pub fn project(&self) -> &Project {
        &self.target.endpoint.place.project
    }

    /// The caller's permissions, each once.
    pub fn permissions(&self) -> Vec<&'static str> {
        let mut all: Vec<_> = self.of(Party::Caller).flat_map(|grant| &grant.needed).map(|n| n.permission).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    pub fn of(&self, party: Party) -> impl Iterator<Item = &Grant> {
        self.grants.iter().filter(move |grant| grant.to == party)
    }

    /// The same request for some of its permissions only; roles are named anew after what is left.
    #[must_use]
    pub fn keeping(&self, keep: impl Fn(&Grant, &Needed) -> bool) -> Self {
        let mut request = self.clone();
        for grant in &mut request.grants {
            let kept: Vec<_> = grant.needed.iter().filter(|needed| keep(grant, needed)).cloned().collect();
            grant.needed = kept;
            if let Role::Custom { id, .. } = &mut grant.role {
                *id = role_id(&grant.on, &grant.needed);
            }
        }
        request.grants.retain(|grant| !grant.needed.is_empty());
        request
    }
}

/// A role's id says where it is given and what it holds.
fn role_id(on: &Holder, needed: &[Needed]) -> String {
    let mut hash = SipHasher24::new();
    for needed in needed {
        hash.write(needed.permission.as_bytes());
        hash.write_u8(b'\n');
    }
    let place = match on {
        Holder::Project(_) => "Project",
        Holder::Endpoint { .. } => "Endpoint",
        _ => "ServiceAccount",
    };
    format!("vertex{place}_{:010x}", hash.finish() & 0xff_ffff_ffff)
}

/// Folder- and organisation-level permissions have no place in a project's role. Unverified beyond this one.
const NEVER_CUSTOM: &[&str] = &["resourcemanager.projects.list"];

/// The least set of rights that carrying out `plan` takes; nothing where something stands in the way.
pub fn request(plan: &Plan, options: &Options, now: Millis) -> (Option<Request>, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    let options = &Options { found: plan.settled(options.found), ..options.clone() };
    let mut drafts = Drafts { plan, options, by_holder: BTreeMap::new() };
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

    let duration = match (options.expires, options.delivery) {
        (Some(expires), Delivery::Policy) => expires.duration(now).ok(),
        (Some(expires), Delivery::Pam) => expires.duration(now).map_err(|finding| findings.push(finding)).ok(),
        (None, Delivery::Policy) => None,
        (None, Delivery::Pam) => {
            let finding =
                Diagnostic::new(Code::IamExpiryOutOfRange, "Privileged Access Manager gives no right without an end");
            findings.push(finding.help("say until when, 30 minutes to 7 days from now"));
            None
        }
    };
    if options.delivery == Delivery::Pam && !options.approvers.iter().any(|other| other != &options.principal) {
        let finding =
            Diagnostic::new(Code::IamApproverMissing, "nobody but the asker is named who may approve the request");
        findings.push(finding.help("name `approvers`: people or groups, other than who asks"));
    }
    let grants = drafts.grants(&mut findings);
    if findings.iter().any(Diagnostic::is_error) {
        return (None, findings);
    }
    let request = Request {
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

/// A call to a further method, on what the plan is about.
fn extra(plan: &Plan, name: &str) -> Result<Call, Diagnostic> {
    let unknown = |why: String| {
        Diagnostic::new(Code::IamMethodUnknown, why)
            .help("name a method as Google's discovery documents do; `docs/reference/permissions.md` lists them")
    };
    let method = METHODS
        .iter()
        .find(|method| method.name == name)
        .ok_or_else(|| unknown(format!("`{name}` is not a method that this product knows")))?;
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
    let on = on.ok_or_else(|| unknown(format!("`{name}` is about something that this deployment does not have")))?;
    Ok(Call::new(method.id, on).serving_as(target.service_account.clone()))
}

/// Grants in the making.
struct Drafts<'a> {
    plan: &'a Plan,
    options: &'a Options,
    by_holder: BTreeMap<(Party, Holder), BTreeMap<&'static str, Needed>>,
}

impl Drafts<'_> {
    fn add(&mut self, party: Party, on: Holder, need: &Need, call: &Call, purpose: Purpose) {
        let needed = self.by_holder.entry((party, on)).or_default().entry(need.permission).or_insert_with(|| Needed {
            permission: need.permission,
            confidence: need.confidence(),
            uses: Vec::new(),
        });
        // The surest source counts.
        needed.confidence = needed.confidence.min(need.confidence());
        let used = Use { method: call.method.name, purpose };
        if !needed.uses.contains(&used) {
            needed.uses.push(used);
        }
    }

    fn caller(&mut self, call: &Call, purpose: Purpose) {
        for need in call.method.needs {
            if let Some(on) = self.holder(call, need) {
                self.add(Party::Caller, on, need, call, purpose);
            }
        }
    }

    /// Where the caller's right is given.
    fn holder(&self, call: &Call, need: &Need) -> Option<Holder> {
        let target = &self.plan.target;
        let own = &target.endpoint.place.project;
        let project = || Holder::Project(call.resource.project().unwrap_or(own).clone());
        // Only what is named after endpoints is known to be evaluated in an endpoint's policy.
        let endpoint = |endpoint: &Endpoint| {
            let has_policy = self.options.found.endpoint == Some(true)
                && self.options.delivery == Delivery::Policy
                && need.permission.starts_with("aiplatform.endpoints.");
            if has_policy { Holder::endpoint(endpoint) } else { project() }
        };
        match (need.on, &call.resource) {
            (On::Itself, Resource::Endpoint(name)) => Some(endpoint(name)),
            (On::Itself, Resource::ServiceAccount(account)) => Some(Holder::ServiceAccount(account.clone())),
            (On::Itself, _) => Some(project()),
            (On::ParentEndpoint, Resource::Operation(operation)) => match &operation.parent {
                OperationParent::Endpoint(name) => Some(endpoint(name)),
                _ => None,
            },
            (On::ParentOther, Resource::Operation(operation)) => {
                (!matches!(operation.parent, OperationParent::Endpoint(_))).then(project)
            }
            (On::ServingAccount, _) => target.service_account.clone().map(Holder::ServiceAccount),
            _ => None,
        }
    }

    /// What Vertex AI itself needs where its own role does not reach: keys always, other things in other projects.
    fn agent(&mut self, findings: &mut Vec<Diagnostic>) {
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
                    On::AgentKey => target.kms_key.as_ref().map(|key: &KmsKey| Holder::Key(key.to_string())),
                    On::AgentBucket => target
                        .artifact_uri
                        .as_ref()
                        .filter(|_| self.options.artifact_project.as_ref().is_none_or(|p| is_elsewhere(p.as_str())))
                        .and_then(|uri| uri.as_str().strip_prefix("gs://")?.split('/').next())
                        .map(|bucket| Holder::Bucket(bucket.to_owned())),
                    On::AgentRepository => {
                        target.image.as_ref().filter(|image| !image.is_prebuilt()).and_then(repository).filter(
                            |holder| matches!(holder, Holder::Repository { project, .. } if is_elsewhere(project)),
                        )
                    }
                    On::AgentServingAccount => target
                        .service_account
                        .clone()
                        .filter(|account| is_elsewhere(account.home()))
                        .map(Holder::ServiceAccount),
                    _ => None,
                };
                if let Some(on) = on {
                    self.add(Party::ServiceAgent, on, need, &call, Purpose::Make);
                }
            }
        }
        let is_needed = self.by_holder.keys().any(|(party, _)| *party == Party::ServiceAgent);
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

    fn grants(&self, findings: &mut Vec<Diagnostic>) -> Vec<Grant> {
        let own = &self.plan.target.endpoint.place.project;
        let mut grants = Vec::new();
        for ((party, on), needed) in &self.by_holder {
            // What is held on the project is held on everything in it.
            let on_project = on.role_project(self.options, own).map(|project| (*party, Holder::Project(project)));
            let wider =
                on_project.filter(|_| !matches!(on, Holder::Project(_))).and_then(|key| self.by_holder.get(&key));
            let needed: Vec<Needed> = needed
                .values()
                .filter(|n| wider.is_none_or(|wider| !wider.contains_key(n.permission)))
                .cloned()
                .collect();
            if needed.is_empty() {
                continue;
            }
            let member = match party {
                Party::Caller => Some(self.options.principal.member().to_owned()),
                Party::ServiceAgent => self.agent_member(),
            };
            let Some(member) = member else { continue };
            let role = match (party, on.role_project(self.options, own)) {
                (Party::Caller, Some(project)) => Role::Custom { project, id: role_id(on, &needed) },
                _ => Role::Predefined(predefined(on, *party)),
            };
            if let Role::Custom { .. } = role {
                for n in &needed {
                    let unsupported = NEVER_CUSTOM.contains(&n.permission)
                        || self.options.unsupported.iter().any(|other| other == n.permission);
                    if unsupported {
                        let finding = Diagnostic::new(
                            Code::IamPermissionUnsupported,
                            format!("custom roles do not support `{}`", n.permission),
                        );
                        let help = "give one of Google's own roles that holds it, or do without what needs it";
                        findings.push(finding.help(help).needing(n.permission).about(on.to_string()));
                    }
                }
            }
            let by_manager = self.options.delivery == Delivery::Pam && matches!(on, Holder::Project(_));
            let (ends, condition) = match (party, self.options.expires) {
                (Party::ServiceAgent, _) | (_, None) => (Ends::Never, None),
                (_, Some(_)) if by_manager => (Ends::ByManager, None),
                (_, Some(expires)) if on.takes_conditions() => (Ends::ByCondition, Some(Condition::until(expires))),
                (_, Some(_)) => (Ends::TakenBack, None),
            };
            grants.push(Grant { to: *party, member, on: on.clone(), role, needed, ends, condition });
        }
        grants
    }
}

/// The role that Google documents for it.
fn predefined(on: &Holder, party: Party) -> &'static str {
    match (on, party) {
        (Holder::Bucket(_), _) => "roles/storage.objectViewer",
        (Holder::Repository { .. }, _) => "roles/artifactregistry.reader",
        (Holder::Key(_), _) => "roles/cloudkms.cryptoKeyEncrypterDecrypter",
        (_, Party::ServiceAgent) => "roles/iam.serviceAccountTokenCreator",
        (_, Party::Caller) => "roles/iam.serviceAccountUser",
    }
}

fn repository(image: &Image) -> Option<Holder> {
    let mut parts = image.as_str().split('/').skip(1);
    let (project, id) = (parts.next()?.to_owned(), parts.next()?.to_owned());
    Some(Holder::Repository { project, location: image.location().to_owned(), id })
}

impl Serialize for Request {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Shape<'a> {
            entity_ref: &'a str,
            project: &'a Project,
            endpoint: &'a Endpoint,
            principal: &'a Principal,
            #[serde(skip_serializing_if = "Option::is_none")]
            expires_at: Option<Expiry>,
            delivery: Delivery,
            grants: &'a [Grant],
        }
        Shape {
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

impl Serialize for Grant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Permission<'a> {
            permission: &'a str,
            confidence: Confidence,
            needed_by: Vec<&'a str>,
            without: String,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Shape<'a> {
            to: Party,
            member: &'a str,
            resource: String,
            resource_kind: &'static str,
            role: String,
            custom: bool,
            permissions: Vec<Permission<'a>>,
            ends: Ends,
            #[serde(skip_serializing_if = "Option::is_none")]
            condition: &'a Option<Condition>,
        }
        let permissions = self.needed.iter().map(|needed| Permission {
            permission: needed.permission,
            confidence: needed.confidence,
            needed_by: methods(needed),
            without: without(needed),
        });
        Shape {
            to: self.to,
            member: &self.member,
            resource: self.on.to_string(),
            resource_kind: self.on.kind(),
            role: self.role.to_string(),
            custom: matches!(self.role, Role::Custom { .. }),
            permissions: permissions.collect(),
            ends: self.ends,
            condition: &self.condition,
        }
        .serialize(serializer)
    }
}

/// The methods that need a permission, each once.
pub fn methods(needed: &Needed) -> Vec<&'static str> {
    let mut methods: Vec<&'static str> = Vec::new();
    for used in &needed.uses {
        if !methods.contains(&used.method) {
            methods.push(used.method);
        }
    }
    methods
}

#[cfg(test)]
mod tests;

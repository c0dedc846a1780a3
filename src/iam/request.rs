//! From a plan to the least set of rights, each on the narrowest resource where Google evaluates it.
//!
//! Vertex AI knows no `resource.name` in conditions, so such a condition would silently grant nothing: what cannot be given on a
//! resource of its own is given on the project, until a time.

use super::draft::Drafts;
use super::expiry::Expiry;
use super::grant::{Grant, Needed, Party};
use super::principal::Principal;
use crate::conversation::Millis;
use crate::diagnostic::{Code, Diagnostic};
use crate::method::{Call, Kind, METHODS, Resource, resource};
use crate::name::{Endpoint, Operation, OperationParent, Project};
use crate::plan::{Found, Plan, Purpose};
use crate::target::Target;
use serde::{Serialize, Serializer};

/// Google's page of Privileged Access Manager. It takes as many requesters, of whom a request names one.
const MOST_APPROVERS: usize = 20;

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
        request.grants = self.grants.iter().filter_map(|grant| grant.keeping(&keep)).collect();
        request
    }
}

/// The least set of rights that carrying out `plan` takes; nothing where something stands in the way.
pub fn request(plan: &Plan, options: &Options, now: Millis) -> (Option<Request>, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    let options = &Options { found: plan.settled(options.found), ..options.clone() };
    let mut drafts = Drafts::of(plan, options);
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
    if options.delivery == Delivery::Pam && options.approvers.len() > MOST_APPROVERS {
        let what = format!(
            "{} approvers are named: Privileged Access Manager takes {MOST_APPROVERS}",
            options.approvers.len()
        );
        findings.push(Diagnostic::new(Code::IamPolicyLimit, what).help("name a group instead of its members"));
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
    Ok(Call::new(method, on).serving_as(target.service_account.clone()))
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

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;

//! Everything the emulated cloud holds.

use super::entitlement::EntitlementState;
use super::fault::Faults;
use super::grant::GrantState;
use super::policy::Policy;
use super::principal::Principal;
use super::role::Role;
use crate::error::ApiError;
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

/// Generated ids are larger than this number.
const FIRST_ID: u64 = 1_000_000;

/// A Google project.
#[derive(Debug, Default)]
pub struct Project {
    pub number: String,
    pub policy: Policy,
}

/// A workload identity provider.
#[derive(Clone, Debug)]
pub struct Provider {
    /// `projects/N/locations/global/workloadIdentityPools/P`
    pub pool: String,
    pub issuer: String,
    pub allowed_audiences: Vec<String>,
    pub attribute_mapping: BTreeMap<String, String>,
    pub attribute_condition: Option<String>,
    /// Keys that were uploaded instead of being fetched from the issuer.
    pub jwks: Option<Value>,
    pub disabled: bool,
}

/// An endpoint: what the API shows, and its own policy.
#[derive(Debug, Default)]
pub struct EndpointState {
    pub body: Value,
    pub policy: Policy,
    /// Ids of deployed models that are being made.
    pub deploying: Vec<String>,
    pub predictions: u64,
}

impl EndpointState {
    /// Counts predictions, so that traffic is split exactly.
    pub fn next_prediction(&mut self) -> u64 {
        self.predictions += 1;
        self.predictions - 1
    }
}

/// A long-running operation.
#[derive(Clone, Debug)]
pub struct OperationState {
    pub body: Value,
    /// Which permission lets a caller cancel it.
    pub cancel_permission: &'static str,
    pub cancelled: bool,
}

/// A call as the emulator saw it; never with its token.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SeenCall {
    pub method: String,
    pub path: String,
    pub principal: Option<String>,
    pub reason: Option<String>,
    pub status: u16,
}

/// The principal and expiry of an access token.
#[derive(Clone, Debug)]
pub struct AccessToken {
    pub principal: Principal,
    pub expires: Option<tokio::time::Instant>,
}

#[derive(Debug, Default)]
pub struct World {
    pub projects: BTreeMap<String, Project>,
    /// By `//iam.googleapis.com/projects/N/…/providers/P`.
    pub providers: BTreeMap<String, Provider>,
    pub roles: BTreeMap<String, Role>,
    pub service_accounts: BTreeMap<String, Policy>,
    /// By full name (project id), without version.
    pub models: BTreeMap<String, BTreeMap<u64, Value>>,
    pub endpoints: BTreeMap<String, EndpointState>,
    pub operations: BTreeMap<String, OperationState>,
    /// Of Privileged Access Manager, by full name (project id); so are its grants.
    pub entitlements: BTreeMap<String, EntitlementState>,
    pub grants: BTreeMap<String, GrantState>,
    pub tokens: HashMap<String, AccessToken>,
    pub calls: Vec<SeenCall>,
    pub faults: Faults,
    last_id: u64,
}

impl World {
    pub fn id(&mut self) -> u64 {
        self.last_id += 1;
        FIRST_ID + self.last_id
    }

    /// The project by id or number, as its id.
    pub fn project_id(&self, name: &str) -> Option<String> {
        self.projects
            .iter()
            .find(|(id, project)| id.as_str() == name || project.number == name)
            .map(|(id, _)| id.clone())
    }

    /// A resource name with the project's number, as Google's answers have it.
    pub fn shown(&self, name: &str) -> String {
        let mut parts: Vec<&str> = name.split('/').collect();
        let number = parts.get(1).and_then(|id| self.projects.get(*id)).map(|project| project.number.clone());
        match &number {
            Some(number) => {
                parts[1] = number;
                parts.join("/")
            }
            None => name.to_owned(),
        }
    }

    /// A resource name with the project's id, as everything is stored.
    pub fn stored(&self, name: &str) -> Option<String> {
        let (projects, rest) = name.split_once('/')?;
        let (project, rest) = rest.split_once('/').map_or((rest, None), |(p, r)| (p, Some(r)));
        let id = self.project_id(project)?;
        (projects == "projects").then(|| match rest {
            Some(rest) => format!("projects/{id}/{rest}"),
            None => format!("projects/{id}"),
        })
    }

    /// Whether the caller holds a permission on a resource (by stored name), through its own policy or its project's.
    pub fn may(&self, who: &Principal, permission: &str, resource: &str) -> bool {
        let by_project = resource
            .strip_prefix("projects/")
            .and_then(|rest| self.projects.get(rest.split('/').next()?))
            .is_some_and(|project| project.policy.grants(who, permission, &self.roles));
        let endpoint = resource.split("/operations/").next().unwrap_or(resource);
        by_project || self.endpoints.get(endpoint).is_some_and(|e| e.policy.grants(who, permission, &self.roles))
    }

    pub fn require(&self, who: &Principal, permission: &str, resource: &str) -> Result<(), ApiError> {
        if self.may(who, permission, resource) { Ok(()) } else { Err(ApiError::denied(permission, resource)) }
    }

    /// The project that a service account lies in. Google's default ones are named after its number.
    pub fn home(&self, email: &str) -> Option<String> {
        let (name, host) = email.split_once('@')?;
        match host.strip_suffix(".iam.gserviceaccount.com") {
            Some(project) => Some(project.to_owned()),
            None => self.project_id(name.split('-').next()?),
        }
    }

    /// Whether the caller holds a permission on a service account, through its own policy or its project's.
    pub fn may_on_account(&self, who: &Principal, permission: &str, email: &str) -> bool {
        self.service_accounts.get(email).is_some_and(|policy| {
            policy.grants(who, permission, &self.roles)
                || self
                    .home(email)
                    .and_then(|id| self.projects.get(&id))
                    .is_some_and(|project| project.policy.grants(who, permission, &self.roles))
        })
    }
}

//! The resources of the emulated cloud, and who may do what on them.

use super::calls::Calls;
use super::entitlement::EntitlementState;
use super::fault::Faults;
use super::grant::GrantState;
use super::held_quota::Held;
use super::location::DEDICATED;
use super::logs::Logs;
use super::model::ModelState;
use super::neighbours::Neighbours;
use super::policy::Policy;
use super::principal::Principal;
use super::quota::Quotas;
use super::rest::Rest;
use super::role::Role;
use super::settings::Settings;
use super::traffic::Traffic;
use crate::error::ApiError;
use crate::timestamp;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};

/// Generated ids are larger than this number.
const FIRST_ID: u64 = 1_000_000;

/// A Google project.
#[derive(Debug, Default)]
pub struct Project {
    pub number: String,
    pub policy: Policy,
    /// The enabled services, e.g. `aiplatform.googleapis.com`; without a list all are.
    pub services: Option<Vec<String>>,
}

impl Project {
    pub fn has_enabled(&self, service: &str) -> bool {
        self.services.as_ref().is_none_or(|enabled| enabled.iter().any(|one| one == service))
    }
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
    /// Uploaded keys, used instead of the issuer's.
    pub jwks: Option<Value>,
    pub disabled: bool,
}

/// An endpoint: its API body, which holds its etag, and its policy.
#[derive(Debug, Default)]
pub struct EndpointState {
    pub body: Value,
    pub policy: Policy,
    pub deploying: Vec<Deploying>,
    /// Ids of deployed models that are being undeployed.
    pub undeploying: Vec<String>,
    pub predictions: u64,
}

/// A model that is being deployed.
#[derive(Clone, Debug)]
pub struct Deploying {
    /// Id of the deployed model.
    pub id: String,
    /// Stored name of the model.
    pub model: String,
    pub version: u64,
    /// The `DeployedModel` as it was sent.
    pub body: Value,
}

impl EndpointState {
    /// Counts predictions, so that the traffic split is exact.
    pub fn next_prediction(&mut self) -> u64 {
        self.predictions += 1;
        self.predictions - 1
    }
}

/// A long-running operation.
#[derive(Clone, Debug)]
pub struct OperationState {
    pub body: Value,
    /// Whether it was started by a call of v1beta1.
    pub is_beta: bool,
    /// The permission that lets a caller cancel it.
    pub cancel_permission: &'static str,
    pub cancelled: bool,
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
    /// Keyed by `//iam.googleapis.com/projects/N/…/providers/P`.
    pub providers: BTreeMap<String, Provider>,
    pub roles: BTreeMap<String, Role>,
    pub service_accounts: BTreeMap<String, Policy>,
    /// Keyed by full name with the project's id, without version.
    pub models: BTreeMap<String, ModelState>,
    /// Seconds of the clock until which a model that was undeployed cannot be deleted, by stored name and version.
    pub held_models: BTreeMap<(String, u64), f64>,
    pub endpoints: BTreeMap<String, EndpointState>,
    /// Deployment resource pools, as API bodies.
    pub pools: BTreeMap<String, Value>,
    pub operations: BTreeMap<String, OperationState>,
    /// Of Privileged Access Manager, keyed by full name with the project's id, like its grants.
    pub entitlements: BTreeMap<String, EntitlementState>,
    pub grants: BTreeMap<String, GrantState>,
    pub tokens: HashMap<String, AccessToken>,
    pub calls: Calls,
    pub logs: Logs,
    pub traffic: Traffic,
    pub faults: Faults,
    pub settings: Settings,
    pub neighbours: Neighbours,
    pub quotas: Quotas,
    /// Limits that the seed or a granted preference sets, by project, quota id and region.
    pub quota_limits: BTreeMap<(String, String, String), i64>,
    pub held_quota: Held,
    /// Of Cloud Quotas, keyed by full name with the project's id.
    pub quota_preferences: BTreeMap<String, Value>,
    /// By page token.
    pub pages: HashMap<String, Rest>,
    last_id: u64,
    last_etag: u64,
}

impl World {
    pub fn id(&mut self) -> u64 {
        self.last_id += 1;
        FIRST_ID + self.last_id
    }

    /// Marks a change of a resource: a new etag, and the time.
    pub fn touch(&mut self) -> impl Fn(&mut Value) + use<> {
        self.last_etag += 1;
        let etag = format!("AMEw9yN{:09x}", self.last_etag);
        move |body: &mut Value| {
            body["etag"] = json!(etag);
            body["updateTime"] = json!(timestamp::now());
        }
    }

    /// Returns the id of a project that is named by id or number.
    pub fn project_id(&self, name: &str) -> Option<String> {
        self.projects
            .iter()
            .find(|(id, project)| id.as_str() == name || project.number == name)
            .map(|(id, _)| id.clone())
    }

    /// Returns a resource name with the project's number, as Google answers it.
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

    /// Returns a resource name with the project's id, as the state is keyed.
    pub fn stored(&self, name: &str) -> Option<String> {
        let (projects, rest) = name.split_once('/')?;
        let (project, rest) = rest.split_once('/').map_or((rest, None), |(p, r)| (p, Some(r)));
        let id = self.project_id(project)?;
        (projects == "projects").then(|| match rest {
            Some(rest) => format!("projects/{id}/{rest}"),
            None => format!("projects/{id}"),
        })
    }

    /// The name of a dedicated endpoint in Google's DNS. Unverified: that its number is the project's, as reports show.
    pub fn dedicated_name(&self, endpoint: &str) -> String {
        let parts: Vec<&str> = endpoint.split('/').collect();
        let part = |at: usize| parts.get(at).copied().unwrap_or_default();
        let number = self.projects.get(part(1)).map_or(part(1), |project| project.number.as_str());
        format!("{}.{}-{number}{DEDICATED}", part(5), part(3))
    }

    /// The id of the project of a resource (by stored name); that of a bucket is `buckets/NAME`.
    pub fn project_of(&self, resource: &str) -> Option<String> {
        match resource.strip_prefix("buckets/") {
            Some(bucket) => self.neighbours.bucket(bucket).map(|bucket| bucket.project.clone()),
            None => resource.strip_prefix("projects/")?.split('/').next().map(str::to_owned),
        }
    }

    /// Whether the caller holds a permission on a resource (by stored name), through its policy or its project's.
    pub fn may(&self, who: &Principal, permission: &str, resource: &str) -> bool {
        let project = self.project_of(resource).and_then(|id| self.projects.get(&id)).map(|project| &project.policy);
        let name = resource.split("/operations/").next().unwrap_or(resource);
        let endpoint = self.endpoints.get(name).map(|endpoint| &endpoint.policy);
        let model = self.models.get(name).map(|model| &model.policy);
        let mut policies = [project, endpoint, model, self.neighbours.policy(resource)].into_iter().flatten();
        policies.any(|policy| policy.grants(who, permission, &self.roles))
    }

    pub fn require(&self, who: &Principal, permission: &str, resource: &str) -> Result<(), ApiError> {
        if self.may(who, permission, resource) { Ok(()) } else { Err(ApiError::denied(permission, resource)) }
    }

    /// Counts a prediction of a deployed model; returns whether it fails, as the settings want of some.
    pub fn fails_prediction(&mut self, endpoint: &str, deployed_id: &str) -> bool {
        let behaviour = self.settings.behaviour(deployed_id);
        self.traffic.count(endpoint, deployed_id, &behaviour)
    }

    /// The address of Vertex AI's service agent of a project (by id).
    pub fn agent(&self, project: &str) -> String {
        let number = self.projects.get(project).map(|project| project.number.as_str()).unwrap_or_default();
        format!("service-{number}@gcp-sa-aiplatform.iam.gserviceaccount.com")
    }

    /// Returns the project of a service account. Google's default accounts are named after its number.
    pub fn home(&self, email: &str) -> Option<String> {
        let (name, host) = email.split_once('@')?;
        match host.strip_suffix(".iam.gserviceaccount.com") {
            Some(project) => Some(project.to_owned()),
            None => self.project_id(name.split('-').next()?),
        }
    }

    /// Whether the caller holds a permission on a service account, through its policy or its project's.
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

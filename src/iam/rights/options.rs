//! What an access request states besides the plan: for whom, until when, and how access is granted.

use super::expiry::Expiry;
use super::principal::Principal;
use crate::name::Project;
use crate::plan::Found;
use serde::Serialize;

/// How access is granted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ts_rs::TS)]
#[ts(rename = "IamDelivery")]
#[serde(rename_all = "lowercase")]
pub enum Delivery {
    /// By writing allow policies.
    #[default]
    Policy,
    /// By a grant of Privileged Access Manager, which needs an approval and expires by itself. It works on projects only.
    Pam,
}

#[derive(Clone, Debug)]
pub struct AccessOptions {
    pub principal: Principal,
    pub found: Found,
    pub expires: Option<Expiry>,
    pub delivery: Delivery,
    /// The project's number, which names Vertex AI's service agent.
    pub project_number: Option<Project>,
    /// The project of the bucket with the model's files, which the bucket's name does not contain.
    pub artifact_project: Option<Project>,
    /// Principals who may approve a grant of Privileged Access Manager.
    pub approvers: Vec<Principal>,
    /// Why the access is needed, in the requester's words.
    pub justification: Option<String>,
    /// Further Google methods that the principal needs on the plan's resources.
    pub methods: Vec<String>,
    /// Permissions that custom roles do not support, from `queryTestablePermissions`.
    pub unsupported: Vec<String>,
}

impl AccessOptions {
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

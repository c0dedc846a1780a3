//! A row of the table.

use super::{Body, BodyRules, Following, Kind, Need, Service, Verb};

/// Who may cause a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// A caller of the proxy with this Backstage permission.
    Proxy(Access),
    /// A deployment under its mandate, in its user's name; nobody else.
    Mandate,
    /// Only the product itself, to obtain a credential.
    Internal,
    /// Nobody through this product: the row is here for its permissions.
    Closed,
}

pub(super) const READ: Door = Door::Proxy(Access::Read);
pub(super) const PREDICT: Door = Door::Proxy(Access::Predict);
pub(super) const DEPLOY: Door = Door::Proxy(Access::Deploy);
pub(super) const ADMINISTER: Door = Door::Proxy(Access::Administer);

/// The Backstage permission that a proxied call needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Read,
    Predict,
    Deploy,
    Administer,
}

impl Access {
    pub const ALL: [Self; 4] = [Self::Read, Self::Predict, Self::Deploy, Self::Administer];

    /// Name of the Backstage permission.
    pub fn permission(self) -> &'static str {
        match self {
            Self::Read => "vertex-ai.read",
            Self::Predict => "vertex-ai.predict",
            Self::Deploy => "vertex-ai.deploy",
            Self::Administer => "vertex-ai.administer",
        }
    }
}

/// One Google method, and everything that this product knows of it.
#[derive(Debug)]
pub struct Method {
    /// Name in Google's discovery documents.
    pub name: &'static str,
    /// Name in Google's audit log, without the package: `EndpointService.DeployModel`.
    pub audit_name: &'static str,
    pub service: Service,
    pub verb: Verb,
    /// `v1`, `v1beta1`, `v2`, `v3` or `storage/v1`.
    pub version: &'static str,
    /// The kind of resource in its path.
    pub on: Kind,
    /// The part of the path after the resource: `:deployModel`, `/endpoints`, or nothing.
    pub suffix: &'static str,
    /// Its query parameters.
    pub query: &'static [&'static str],
    /// Those of its query parameters that Google reads as a list.
    pub repeated: &'static [&'static str],
    pub body: Body,
    /// Media type of request and answer. `None`: any, as the caller's headers state it.
    pub media_type: Option<&'static str>,
    pub door: Door,
    /// Whether a caller must name a configured project.
    pub needs_project: bool,
    /// Whether a service may call it without a user, on behalf of the user who started the operation in its path.
    pub is_open_to_services: bool,
    /// Whether cards and pages show the answer, so that one user's reads at about the same time are one.
    pub is_status: bool,
    /// Whether it must be called as the user: not as a service account that all users share.
    pub needs_own_identity: bool,
    pub needs: &'static [Need],
    /// Permissions to follow the long-running operation that it answers with, if it does.
    pub operation: Option<Following>,
    /// The method that reverses it.
    pub undone_by: Option<&'static Method>,
    /// Effect on a deployment when its caller lacks a permission; empty for methods that no plan calls.
    pub without: &'static str,
}

impl Method {
    /// A closed method without body, permissions or operation.
    pub const DEFAULT: Self = Self {
        name: "",
        audit_name: "",
        service: Service::Aiplatform,
        verb: Verb::Get,
        version: "v1",
        on: Kind::Nothing,
        suffix: "",
        query: &[],
        repeated: &[],
        body: Body::None,
        media_type: Some("application/json"),
        door: Door::Closed,
        needs_project: true,
        is_open_to_services: false,
        is_status: false,
        needs_own_identity: false,
        needs: &[],
        operation: None,
        undone_by: None,
        without: "",
    };

    /// Whether it is this method, in whatever version of the API.
    pub fn is(&self, other: &Self) -> bool {
        self.name == other.name
    }

    /// Whether an audit record precedes it: for every change, and for reads that need `vertex-ai.administer`.
    pub fn is_audited(&self) -> bool {
        matches!(self.door, Door::Proxy(Access::Deploy | Access::Administer))
    }

    /// The Backstage permission to call it through the proxy, which forwards no JSON without rules for it.
    pub fn access(&self) -> Option<Access> {
        match self.door {
            Door::Proxy(access) if self.body != Body::Json(None) => Some(access),
            // The user of a mandate was asked for the deployment's permission when the mandate was made.
            Door::Mandate if self.body != Body::Json(None) => Some(Access::Read),
            _ => None,
        }
    }

    /// Whether the proxy may forward it.
    pub fn is_open(&self) -> bool {
        self.access().is_some()
    }

    /// Whether its body names the project, and its path none.
    pub fn names_project_in_body(&self) -> bool {
        matches!(self.body, Body::Json(Some(BodyRules { is_log_query: true, .. })))
    }

    /// Whether the answer is a long-running operation.
    pub fn starts_operation(&self) -> bool {
        self.operation.is_some()
    }

    /// Effect on a deployment when its caller lacks this permission.
    pub fn effect_without(&self, permission: &str) -> &'static str {
        let need = self.needs.iter().find(|need| need.permission == permission);
        need.and_then(|need| need.without).unwrap_or(self.without)
    }
}

/// A method is its row.
impl PartialEq for Method {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Method {}

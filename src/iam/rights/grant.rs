//! A grant: one IAM role for one principal on one resource until a date.

use super::expiry::Expiry;
use super::needed_permission::NeededPermission;
use super::resource::IamResource;
use crate::fingerprint::fingerprint;
use crate::method::Confidence;
use crate::name::Project;
use serde::{Serialize, Serializer};
use std::fmt;

/// Beginning of the title of every condition that this product writes.
pub const TITLE: &str = "backstage-vertex-ai";

/// Who gets a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ts_rs::TS)]
#[ts(rename = "IamGrantee")]
#[serde(rename_all = "kebab-case")]
pub enum Grantee {
    Caller,
    /// Vertex AI's own service account, which reads files and pulls images.
    ServiceAgent,
}

/// How a grant expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ts_rs::TS)]
#[ts(rename = "IamExpiryMode")]
#[serde(rename_all = "kebab-case")]
pub enum ExpiryMode {
    /// Its condition stops holding.
    Condition,
    /// Privileged Access Manager removes it.
    Pam,
    /// The resource supports no conditions, so the portal or a person must revoke it.
    Revocation,
    /// It does not expire.
    Never,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// Holds exactly the needed permissions and is named after them: equal sets share a role, and a role never changes.
    Custom { project: Project, id: String },
    /// One of Google's, where Google documents it and a custom role is not possible.
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

/// The condition of a binding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ts_rs::TS)]
#[ts(rename = "IamCondition", optional_fields)]
pub struct Condition {
    pub title: String,
    pub expression: String,
}

impl Condition {
    pub fn until(expiry: Expiry) -> Self {
        Self { title: format!("{TITLE} until {expiry}"), expression: expiry.expression() }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, ts_rs::TS)]
#[ts(rename = "IamGrant", as = "GrantShape<'static>")]
pub struct Grant {
    pub grantee: Grantee,
    /// The principal, as policies name it.
    pub member: String,
    pub resource: IamResource,
    pub role: Role,
    pub needed: Vec<NeededPermission>,
    pub expiry: ExpiryMode,
    /// Present if it expires by a condition.
    pub condition: Option<Condition>,
}

impl Grant {
    /// Whether Privileged Access Manager gives it: the same grant in a policy would never expire.
    pub fn is_by_pam(&self) -> bool {
        self.expiry == ExpiryMode::Pam
    }

    /// Whether a policy gives it to the caller without a condition. Grants of the service agent stay: serving needs them.
    pub fn needs_revoking(&self) -> bool {
        self.grantee == Grantee::Caller && self.condition.is_none() && !self.is_by_pam()
    }

    /// Resource, role and member, separated by spaces.
    pub fn name(&self) -> String {
        format!("{} {} {}", self.resource, self.role, self.member)
    }

    /// The same grant with only the permissions that `keep` accepts, its custom role renamed after them. `None` if none is left.
    pub fn keeping(&self, keep: &dyn Fn(&Self, &NeededPermission) -> bool) -> Option<Self> {
        let needed: Vec<_> = self.needed.iter().filter(|needed| keep(self, needed)).cloned().collect();
        let mut grant = Self { needed, ..self.clone() };
        if let Role::Custom { id, .. } = &mut grant.role {
            *id = role_id(&grant.resource, &grant.needed);
        }
        (!grant.needed.is_empty()).then_some(grant)
    }
}

#[derive(Serialize, ts_rs::TS)]
#[ts(rename = "IamPermission", optional_fields)]
#[serde(rename_all = "camelCase")]
struct PermissionShape<'a> {
    permission: &'a str,
    confidence: Confidence,
    /// The Google methods that need it.
    needed_by: Vec<&'a str>,
    /// What stops working without it.
    without: String,
}

#[derive(Serialize, ts_rs::TS)]
#[ts(optional_fields)]
#[serde(rename_all = "camelCase")]
struct GrantShape<'a> {
    /// Resource, role and member, separated by spaces.
    name: String,
    grantee: Grantee,
    /// The principal, as allow policies name it.
    member: &'a str,
    /// e.g. `projects/p`, `projects/p/locations/l/endpoints/e`, `projects/p/serviceAccounts/s`, `gs://b`.
    resource: String,
    #[ts(type = "'project' | 'endpoint' | 'service-account' | 'bucket' | 'repository' | 'key'")]
    resource_kind: &'static str,
    role: String,
    /// The role holds exactly these permissions, is named after them, and never changes.
    custom: bool,
    permissions: Vec<PermissionShape<'a>>,
    expiry: ExpiryMode,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<&'a Condition>,
}

impl Serialize for Grant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let permissions = self.needed.iter().map(|needed| PermissionShape {
            permission: needed.permission,
            confidence: needed.confidence,
            needed_by: needed.methods(),
            without: needed.without(),
        });
        GrantShape {
            name: self.name(),
            grantee: self.grantee,
            member: &self.member,
            resource: self.resource.to_string(),
            resource_kind: self.resource.kind(),
            role: self.role.to_string(),
            custom: matches!(self.role, Role::Custom { .. }),
            permissions: permissions.collect(),
            expiry: self.expiry,
            condition: self.condition.as_ref(),
        }
        .serialize(serializer)
    }
}

/// Splits a grant's name into resource, role and member.
pub fn split_name(name: &str) -> Option<(&str, &str, &str)> {
    let (resource, rest) = name.split_once(' ')?;
    let (role, member) = rest.split_once(' ')?;
    Some((resource, role, member))
}

/// Splits the name of a custom role into project and id.
pub fn split_custom_role(role: &str) -> Option<(&str, &str)> {
    role.strip_prefix("projects/")?.split_once("/roles/")
}

/// Whether two role names in one policy mean the same role.
///
/// A policy can only name custom roles of its own project, which has an id and a number. Unverified: which of them Google writes.
pub fn is_same_role(one: &str, other: &str) -> bool {
    let is_number = |project: &str| project.bytes().all(|b| b.is_ascii_digit());
    match (split_custom_role(one), split_custom_role(other)) {
        (Some((own, id)), Some((others, same))) if is_number(own) != is_number(others) => id == same,
        _ => one == other,
    }
}

/// Returns the id of a custom role: the kind of resource that it is granted on, and a fingerprint of its permissions.
pub fn role_id(resource: &IamResource, needed: &[NeededPermission]) -> String {
    let permissions: Vec<&str> = needed.iter().map(|needed| needed.permission).collect();
    let place = match resource {
        IamResource::Project(_) => "Project",
        IamResource::Endpoint { .. } => "Endpoint",
        _ => "ServiceAccount",
    };
    format!("vertex{place}_{:010x}", fingerprint(&permissions) & 0xff_ffff_ffff)
}

/// Returns the predefined roles that Google documents for a resource.
///
/// For a service account of another project, Google's guide asks for two roles and names no permission:
/// <https://docs.cloud.google.com/vertex-ai/docs/general/custom-service-account> (read 2026-11-27).
pub fn predefined_roles(resource: &IamResource, grantee: Grantee) -> &'static [&'static str] {
    match (resource, grantee) {
        (IamResource::Bucket(_), _) => &["roles/storage.objectViewer"],
        (IamResource::Repository { .. }, _) => &["roles/artifactregistry.reader"],
        (IamResource::Key(_), _) => &["roles/cloudkms.cryptoKeyEncrypterDecrypter"],
        (_, Grantee::ServiceAgent) => &["roles/iam.serviceAccountTokenCreator", "roles/iam.serviceAccountAdmin"],
        (_, Grantee::Caller) => &["roles/iam.serviceAccountUser"],
    }
}

//! One role for one principal on one resource, and everything that there is to say about it.

use crate::fingerprint::fingerprint;
use crate::iam::rights::expiry::Expiry;
use crate::iam::rights::needed_permission::NeededPermission;
use crate::iam::rights::resource::IamResource;
use crate::method::Confidence;
use crate::name::Project;
use serde::{Serialize, Serializer};
use std::fmt;

/// Whom a grant is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grantee {
    Caller,
    /// Vertex AI itself, which reads files and pulls images on its own account.
    ServiceAgent,
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

/// Whether two names in one policy are of the same role. Only roles of one project can be given there, and it has an id and a number:
/// which of them Google writes is unverified.
pub fn is_same_role(one: &str, other: &str) -> bool {
    let is_number = |project: &str| project.bytes().all(|b| b.is_ascii_digit());
    match (custom(one), custom(other)) {
        (Some((home, id)), Some((elsewhere, same))) if is_number(home) != is_number(elsewhere) => id == same,
        _ => one == other,
    }
}

/// Project and id of a custom role's name.
pub fn custom(role: &str) -> Option<(&str, &str)> {
    role.strip_prefix("projects/")?.split_once("/roles/")
}

/// How a grant ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExpiryMode {
    /// Its condition stops holding.
    #[serde(rename = "by-condition")]
    Condition,
    /// Privileged Access Manager takes it back.
    #[serde(rename = "by-manager")]
    Pam,
    /// Its policy takes no conditions: this product, or a person, takes it back.
    #[serde(rename = "taken-back")]
    Revocation,
    /// It lasts.
    Never,
}

/// One role for one principal on one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    pub to: Grantee,
    pub member: String,
    pub on: IamResource,
    pub role: Role,
    pub needed: Vec<NeededPermission>,
    pub ends: ExpiryMode,
    /// There where it ends by a condition.
    pub condition: Option<Condition>,
}

impl Grant {
    /// Whether Privileged Access Manager gives it and takes it back: a policy that gave it, too, would have no end.
    pub fn is_by_pam(&self) -> bool {
        self.ends == ExpiryMode::Pam
    }

    /// Whether a policy gives it to the principal, and no condition ends it. What Vertex AI itself gets lasts: serving needs it.
    pub fn needs_revoking(&self) -> bool {
        self.to == Grantee::Caller && self.condition.is_none() && !self.is_by_pam()
    }

    /// Resource, role and member: a text that can be compared.
    pub fn name(&self) -> String {
        format!("{} {} {}", self.on, self.role, self.member)
    }

    /// The same grant for some of its permissions only, its role named anew after them; `None` where none is left.
    pub fn keeping(&self, keep: &dyn Fn(&Self, &NeededPermission) -> bool) -> Option<Self> {
        let needed: Vec<_> = self.needed.iter().filter(|needed| keep(self, needed)).cloned().collect();
        let mut grant = Self { needed, ..self.clone() };
        if let Role::Custom { id, .. } = &mut grant.role {
            *id = role_id(&grant.on, &grant.needed);
        }
        (!grant.needed.is_empty()).then_some(grant)
    }
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
    pub fn until(expiry: Expiry) -> Self {
        Self { title: format!("{TITLE} until {expiry}"), expression: expiry.expression() }
    }
}

/// A role's id says where it is given and what it holds.
pub fn role_id(on: &IamResource, needed: &[NeededPermission]) -> String {
    let held: Vec<&str> = needed.iter().map(|needed| needed.permission).collect();
    let place = match on {
        IamResource::Project(_) => "Project",
        IamResource::Endpoint { .. } => "Endpoint",
        _ => "ServiceAccount",
    };
    format!("vertex{place}_{:010x}", fingerprint(&held) & 0xff_ffff_ffff)
}

/// The roles that Google documents for it. For a service account of another project its guide asks for two, and names no permission.
pub fn predefined(on: &IamResource, party: Grantee) -> &'static [&'static str] {
    match (on, party) {
        (IamResource::Bucket(_), _) => &["roles/storage.objectViewer"],
        (IamResource::Repository { .. }, _) => &["roles/artifactregistry.reader"],
        (IamResource::Key(_), _) => &["roles/cloudkms.cryptoKeyEncrypterDecrypter"],
        (_, Grantee::ServiceAgent) => &["roles/iam.serviceAccountTokenCreator", "roles/iam.serviceAccountAdmin"],
        (_, Grantee::Caller) => &["roles/iam.serviceAccountUser"],
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
            name: String,
            to: Grantee,
            member: &'a str,
            resource: String,
            resource_kind: &'static str,
            role: String,
            custom: bool,
            permissions: Vec<Permission<'a>>,
            ends: ExpiryMode,
            #[serde(skip_serializing_if = "Option::is_none")]
            condition: &'a Option<Condition>,
        }
        let permissions = self.needed.iter().map(|needed| Permission {
            permission: needed.permission,
            confidence: needed.confidence,
            needed_by: needed.methods(),
            without: needed.without(),
        });
        Shape {
            name: self.name(),
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

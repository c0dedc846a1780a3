//! Google's services, their hosts, and HTTP verbs.

use crate::name::Location;

/// A Google service, as a proxy path names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Service {
    Aiplatform,
    ArtifactRegistry,
    CloudKms,
    CloudQuotas,
    CloudResourceManager,
    Iam,
    IamCredentials,
    Logging,
    Monitoring,
    OrgPolicy,
    PolicyTroubleshooter,
    PrivilegedAccessManager,
    ServiceUsage,
    Storage,
    Sts,
}

impl Service {
    pub const ALL: [Self; 15] = [
        Self::Aiplatform,
        Self::ArtifactRegistry,
        Self::CloudKms,
        Self::CloudQuotas,
        Self::CloudResourceManager,
        Self::Iam,
        Self::IamCredentials,
        Self::Logging,
        Self::Monitoring,
        Self::OrgPolicy,
        Self::PolicyTroubleshooter,
        Self::PrivilegedAccessManager,
        Self::ServiceUsage,
        Self::Storage,
        Self::Sts,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Aiplatform => "aiplatform",
            Self::ArtifactRegistry => "artifactregistry",
            Self::CloudKms => "cloudkms",
            Self::CloudQuotas => "cloudquotas",
            Self::CloudResourceManager => "cloudresourcemanager",
            Self::Iam => "iam",
            Self::IamCredentials => "iamcredentials",
            Self::Logging => "logging",
            Self::Monitoring => "monitoring",
            Self::OrgPolicy => "orgpolicy",
            Self::PolicyTroubleshooter => "policytroubleshooter",
            Self::PrivilegedAccessManager => "privilegedaccessmanager",
            Self::ServiceUsage => "serviceusage",
            Self::Storage => "storage",
            Self::Sts => "sts",
        }
    }

    /// Origin of the service, e.g. `https://us-central1-aiplatform.googleapis.com`.
    ///
    /// Vertex AI has a host for each location, the other services have one host.
    pub fn origin(self, location: Option<&Location>) -> String {
        match (self, location.map(Location::as_str)) {
            (Self::Aiplatform, Some(multi @ ("us" | "eu"))) => {
                format!("https://aiplatform.{multi}.rep.googleapis.com")
            }
            (Self::Aiplatform, Some(location)) if location != "global" => {
                format!("https://{location}-aiplatform.googleapis.com")
            }
            _ => format!("https://{}.googleapis.com", self.as_str()),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Verb {
    Get,
    Post,
    Patch,
    Delete,
}

impl Verb {
    pub const ALL: [Self; 4] = [Self::Get, Self::Post, Self::Patch, Self::Delete];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

//! The `vertexAi` key of `app-config.yaml`: which projects may be called, and with which identity.
//!
//! Every key narrows what is allowed, so an unknown key is an error: a misspelt `locations` would allow every location.

mod catalog;
mod read;

pub use catalog::{CatalogConfig, OnInvalid};

use crate::diagnostic::{Code, Diagnostic};
use crate::method::{Resource, Service};
use crate::name::{Location, NameError, Place, Project, ServiceAccount};
use serde_json::Value;
use std::fmt;
use std::str::FromStr;

/// The keys of `vertexAi`. `catalog` belongs to the catalog module, `deployments` to the backend plugin, `portal` to that and the proxy module,
/// `rules` to all, the others to the proxy module.
const KEYS: [&str; 12] = [
    "projects",
    "identity",
    "access",
    "mandates",
    "directChanges",
    "claims",
    "portal",
    "usersInCatalog",
    "emulator",
    "rules",
    "catalog",
    "deployments",
];

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// At least one. Calls to other projects are denied.
    pub projects: Vec<AllowedProject>,
    pub identity: IdentityConfig,
    /// Who grants access, for people who lack it: entity refs of users and groups, or free text.
    pub grantors: Vec<String>,
    pub mandates: MandateConfig,
    pub direct_changes: DirectChanges,
    /// Owners of endpoints and models, as an administrator has settled them: entity refs. Projects are named by id.
    pub claims: Vec<(Resource, String)>,
    /// The portal's name in the labels of endpoints.
    pub portal: String,
    /// Whether the catalog has every user of the portal.
    pub users_in_catalog: bool,
    /// Replaces every Google host.
    pub emulator: Option<EmulatorUrl>,
    /// Mistakes that do not keep the portal from starting.
    pub warnings: Vec<Diagnostic>,
}

/// A project that may be called, by its id and by its number if that is configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedProject {
    pub project: Project,
    pub number: Option<Project>,
    /// Empty: every location.
    pub locations: Vec<Location>,
}

/// The identity with which Google is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityConfig {
    pub audience: Audience,
    pub issuer: Issuer,
    pub service_account: Option<ServiceAccount>,
    /// Lifetime of an impersonated token, 60 to 3600. Google sets that of a federated token.
    pub token_lifetime_seconds: u32,
}

/// The delegation of deployments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MandateConfig {
    /// Longest time for which a mandate holds, 1 to 24.
    pub hours: u32,
    /// Days for which a mandate stays after its expiry, 2 to 3650.
    pub retention: u32,
}

impl Default for MandateConfig {
    fn default() -> Self {
        Self { hours: 24, retention: 365 }
    }
}

/// Whether users change models, endpoints and deployments with calls of their own, without a mandate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DirectChanges {
    Allow,
    #[default]
    Deny,
}

/// A workload identity pool provider, `//iam.googleapis.com/projects/NUMBER/locations/global/workloadIdentityPools/…/providers/…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audience(String);

/// The issuer of the portal's assertions, a URL; the discovery document is below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer(String);

/// The origin of an emulator on this machine, e.g. `http://127.0.0.1:8085`; no trailing slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmulatorUrl(String);

impl Config {
    /// Reads the value of the `vertexAi` key. Each mistake has its own finding.
    pub fn parse(value: &Value, default_issuer: &str) -> Result<Self, Vec<Diagnostic>> {
        read::config(value, default_issuer)
    }

    /// Returns the entry of a project, named by its id or its number.
    pub fn project(&self, project: &Project) -> Option<&AllowedProject> {
        self.projects.iter().find(|allowed| allowed.project == *project || allowed.number.as_ref() == Some(project))
    }

    /// Returns the id of a project; its number stays where no entry names it.
    pub fn id_of(&self, project: &Project) -> Project {
        self.project(project).map_or_else(|| project.clone(), |known| known.project.clone())
    }

    /// Returns a resource with its project named by id.
    pub fn named(&self, resource: &Resource) -> Resource {
        let resource = resource.clone();
        match resource.project().map(|project| self.id_of(project)) {
            Some(project) => resource.in_project(&project),
            None => resource,
        }
    }

    /// Returns the entity that an administrator names as the owner of a resource.
    pub fn owner(&self, resource: &Resource) -> Option<&str> {
        let named = self.named(resource);
        self.claims.iter().find(|(claimed, _)| *claimed == named).map(|(_, owner)| owner.as_str())
    }

    /// Whether a project's location may be called.
    pub fn allows(&self, place: &Place) -> bool {
        self.project(&place.project).is_some_and(|allowed| allowed.allows(&place.location))
    }

    /// Fails where a project's location may not be called.
    pub fn check_allowed(&self, place: &Place) -> Result<(), Diagnostic> {
        if self.allows(place) {
            return Ok(());
        }
        let message = format!("`{place}` is not allowed by the portal's configuration");
        let finding = Diagnostic::new(Code::ProxyTargetNotAllowed, message);
        Err(finding.help("ask a platform engineer to add it to `vertexAi.projects`"))
    }

    /// Returns the origin of a service: Google's host, or the emulator.
    pub fn origin(&self, service: Service, location: Option<&Location>) -> String {
        match &self.emulator {
            Some(emulator) => emulator.as_str().to_owned(),
            None => service.origin(location),
        }
    }
}

impl AllowedProject {
    pub fn allows(&self, location: &Location) -> bool {
        self.locations.is_empty() || self.locations.contains(location)
    }
}

macro_rules! shows_as_text {
    ($($name:ident)+) => {$(
        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

shows_as_text!(Audience Issuer EmulatorUrl);

impl Audience {
    /// The `aud` claim of an assertion.
    pub fn claim(&self) -> String {
        format!("https:{}", self.0)
    }

    /// The provider's pool, as in names of principals: `iam.googleapis.com/projects/NUMBER/…/workloadIdentityPools/POOL`.
    pub fn pool(&self) -> &str {
        self.0.trim_start_matches('/').split("/providers/").next().unwrap_or_default()
    }
}

/// Whether a text is the id of a pool or provider: 4 to 32 lower-case letters, digits and hyphens, without Google's prefix `gcp-`.
fn pool_id(s: &str) -> bool {
    (4..=32).contains(&s.len())
        && !s.starts_with("gcp-")
        && s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

impl FromStr for Audience {
    type Err = NameError;
    fn from_str(s: &str) -> Result<Self, NameError> {
        let rest = s.strip_prefix("//iam.googleapis.com/").unwrap_or_default();
        let valid = matches!(rest.split('/').collect::<Vec<_>>()[..],
            ["projects", number, "locations", "global", "workloadIdentityPools", pool, "providers", provider]
                if is_number(number) && pool_id(pool) && pool_id(provider));
        if valid {
            Ok(Self(s.to_owned()))
        } else {
            Err(NameError {
                kind: "workload identity pool provider",
                rule: "it is `//iam.googleapis.com/projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER`, with the project's number",
                value: s.to_owned(),
            })
        }
    }
}

impl Issuer {
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

impl FromStr for Issuer {
    type Err = NameError;
    fn from_str(s: &str) -> Result<Self, NameError> {
        let rest = s.strip_prefix("https://").or_else(|| s.strip_prefix("http://")).unwrap_or_default();
        let valid = s.len() <= 500
            && rest.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric() || b == b'[')
            && !rest.ends_with('/')
            && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~:/[]".contains(&b));
        if valid {
            Ok(Self(s.to_owned()))
        } else {
            Err(NameError {
                kind: "issuer",
                rule: "an issuer is a URL without user, query, fragment and trailing slash",
                value: s.to_owned(),
            })
        }
    }
}

impl FromStr for EmulatorUrl {
    type Err = NameError;
    fn from_str(s: &str) -> Result<Self, NameError> {
        let origin = s.strip_suffix('/').unwrap_or(s);
        let valid = ["http://127.0.0.1:", "http://localhost:", "http://[::1]:"].iter().any(|start| {
            origin.strip_prefix(start).is_some_and(|port| is_number(port) && port.parse::<u16>().is_ok_and(|p| p > 0))
        });
        if valid {
            Ok(Self(origin.to_owned()))
        } else {
            Err(NameError {
                kind: "emulator URL",
                rule: "an emulator runs on this machine: `http://127.0.0.1:PORT`, `http://localhost:PORT` or `http://[::1]:PORT`",
                value: s.to_owned(),
            })
        }
    }
}

fn is_number(s: &str) -> bool {
    !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
pub(crate) mod tests;

//! The `vertexAi` key of `app-config.yaml`, parsed once: what may be called, as whom, and where.
//!
//! Everything here narrows. An unknown key is a mistake rather than something to skip: a misspelt `locations` would
//! otherwise allow them all.

mod read;

use crate::diagnostic::Diagnostic;
use crate::method::Service;
use crate::name::{Location, NameError, Place, Project, ServiceAccount};
use serde_json::Value;
use std::fmt;
use std::str::FromStr;

/// What the configuration says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// At least one; nothing else may be called.
    pub projects: Vec<AllowedProject>,
    pub identity: IdentityConfig,
    /// Whom people are told to ask for rights: entity refs of users and groups, or any words.
    pub grantors: Vec<String>,
    /// Stands in for every Google host.
    pub emulator: Option<EmulatorUrl>,
}

/// One project that may be called, under its id and, where it is configured, its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedProject {
    pub project: Project,
    pub number: Option<Project>,
    /// Empty: all of them.
    pub locations: Vec<Location>,
}

/// As whom Google is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityConfig {
    pub audience: Audience,
    pub issuer: Issuer,
    pub service_account: Option<ServiceAccount>,
    /// How long an impersonated token lives, 60 to 3600. A federated token's life is Google's choice.
    pub token_lifetime_seconds: u32,
}

/// A workload identity pool provider, `//iam.googleapis.com/projects/NUMBER/locations/global/workloadIdentityPools/…/providers/…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audience(String);

/// The URL that the portal's assertions are issued under; the discovery document lies below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer(String);

/// The origin of an emulator on this machine, e.g. `http://127.0.0.1:8085`; no trailing slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmulatorUrl(String);

impl Config {
    /// Reads the value of the `vertexAi` key; every mistake has a finding of its own.
    pub fn parse(value: &Value, default_issuer: &str) -> Result<Self, Vec<Diagnostic>> {
        read::config(value, default_issuer)
    }

    /// The entry that allows a project, named by its id or its number.
    pub fn project(&self, project: &Project) -> Option<&AllowedProject> {
        self.projects.iter().find(|allowed| allowed.project == *project || allowed.number.as_ref() == Some(project))
    }

    /// Whether a project's location may be called.
    pub fn allows(&self, place: &Place) -> bool {
        self.project(&place.project).is_some_and(|allowed| allowed.allows(&place.location))
    }

    /// Where a service answers: Google's host, or the emulator.
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

    /// The provider's pool, as names of principals have it: `iam.googleapis.com/projects/NUMBER/…/workloadIdentityPools/POOL`.
    pub fn pool(&self) -> &str {
        self.0.trim_start_matches('/').split("/providers/").next().unwrap_or_default()
    }
}

/// Pools and providers: 4 to 32 lower-case letters, digits and hyphens; Google keeps `gcp-` to itself.
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

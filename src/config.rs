//! The `vertexAi` key of `app-config.yaml`, parsed once: what may be called, as whom, and where.
//!
//! Everything here narrows. An unknown key is a mistake rather than something to skip: a misspelt `locations` would
//! otherwise allow them all.

use crate::diagnostic::{Code, Diagnostic, Where};
use crate::method::Service;
use crate::name::{Location, NameError, Place, Project, ServiceAccount};
use serde_json::{Map, Value};
use std::fmt;
use std::str::FromStr;

/// What the configuration says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// At least one; nothing else may be called.
    pub projects: Vec<AllowedProject>,
    pub identity: IdentityConfig,
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

const DEFAULT_TOKEN_LIFETIME: u32 = 900;

impl Config {
    /// Reads the value of the `vertexAi` key; every mistake has a finding of its own.
    pub fn parse(value: &Value, default_issuer: &str) -> Result<Self, Vec<Diagnostic>> {
        let mut reader = Reader { findings: Vec::new() };
        let config = reader.config(value, default_issuer);
        match config {
            Some(config) if reader.findings.is_empty() => Ok(config),
            _ => Err(reader.findings),
        }
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

/// Collects the mistakes while it reads.
struct Reader {
    findings: Vec<Diagnostic>,
}

impl Reader {
    fn mistake(&mut self, path: &str, message: impl Into<String>, help: impl Into<String>) {
        let place = Where { path: Some(path.to_owned()), ..Where::default() };
        self.findings.push(Diagnostic::error(Code::ConfigInvalid, message).at(place).help(help));
    }

    fn config(&mut self, value: &Value, default_issuer: &str) -> Option<Config> {
        let path = "vertexAi";
        let map = self.mapping(value, path, &["projects", "identity", "emulator"])?;
        let emulator = self.child(map, path, "emulator", Self::emulator);
        let projects = match map.get("projects") {
            Some(value) => self.projects(value),
            None => {
                self.mistake("vertexAi.projects", "no project is allowed", PROJECTS_HELP);
                None
            }
        };
        let identity = match map.get("identity") {
            Some(value) => self.identity(value, default_issuer, map.contains_key("emulator")),
            None => {
                self.mistake(
                    "vertexAi.identity",
                    "`identity` is missing",
                    "give at least `identity.audience`, the workload identity pool provider that trusts this portal",
                );
                None
            }
        };
        Some(Config { projects: projects?, identity: identity?, emulator })
    }

    /// Reads an optional key.
    fn child<T>(
        &mut self,
        map: &Map<String, Value>,
        path: &str,
        key: &str,
        read: impl FnOnce(&mut Self, &Value, &str) -> Option<T>,
    ) -> Option<T> {
        let value = map.get(key)?;
        read(self, value, &format!("{path}.{key}"))
    }

    fn mapping<'a>(&mut self, value: &'a Value, path: &str, keys: &[&str]) -> Option<&'a Map<String, Value>> {
        let known = || format!("its keys are {}", keys.iter().map(|k| format!("`{k}`")).collect::<Vec<_>>().join(", "));
        let Some(map) = value.as_object() else {
            self.mistake(path, format!("`{path}` is not a mapping"), known());
            return None;
        };
        for key in map.keys().filter(|key| !keys.contains(&key.as_str())) {
            self.mistake(&format!("{path}.{key}"), format!("`{key}` is not a key of `{path}`"), known());
        }
        Some(map)
    }

    /// A text of a form of its own.
    fn text<T: FromStr<Err = NameError>>(&mut self, value: &Value, path: &str) -> Option<T> {
        let Some(text) = value.as_str() else {
            self.mistake(path, format!("`{path}` is not a text"), "write it in quotes");
            return None;
        };
        self.parsed(text, path)
    }

    fn parsed<T: FromStr<Err = NameError>>(&mut self, text: &str, path: &str) -> Option<T> {
        text.parse().map_err(|e: NameError| self.mistake(path, format!("`{text}` is not a {}", e.kind), e.rule)).ok()
    }

    fn projects(&mut self, value: &Value) -> Option<Vec<AllowedProject>> {
        let path = "vertexAi.projects";
        let Some(list) = value.as_array().filter(|list| !list.is_empty()) else {
            self.mistake(path, "`vertexAi.projects` is not a list with at least one project", PROJECTS_HELP);
            return None;
        };
        let mut projects: Vec<AllowedProject> = Vec::new();
        for (i, value) in list.iter().enumerate() {
            let path = format!("{path}[{i}]");
            let Some(allowed) = self.project(value, &path) else { continue };
            if projects.iter().any(|other| other.project == allowed.project) {
                self.mistake(
                    &format!("{path}.project"),
                    format!("`{}` stands in the list twice", allowed.project),
                    "name all of its locations in one entry",
                );
            }
            projects.push(allowed);
        }
        Some(projects)
    }

    fn project(&mut self, value: &Value, path: &str) -> Option<AllowedProject> {
        let map = self.mapping(value, path, &["project", "number", "locations"])?;
        let number = self.child(map, path, "number", Self::number);
        let locations = self.child(map, path, "locations", Self::locations);
        let path = format!("{path}.project");
        let Some(value) = map.get("project") else {
            self.mistake(&path, "`project` is missing", "name the project's id, e.g. `acme-ml`");
            return None;
        };
        let project: Project = self.text(value, &path)?;
        if is_number(project.as_str()) {
            self.mistake(
                &path,
                format!("`{project}` is a project's number"),
                "put the project's id here, and the number in `number`",
            );
            return None;
        }
        // An entry whose locations cannot be read must not become one that allows them all.
        if map.contains_key("locations") && locations.is_none() {
            return None;
        }
        Some(AllowedProject { project, number, locations: locations.unwrap_or_default() })
    }

    /// YAML reads a project number as a number; quoted, it is a text.
    fn number(&mut self, value: &Value, path: &str) -> Option<Project> {
        let text = value.as_u64().map(|n| n.to_string()).or_else(|| value.as_str().map(str::to_owned));
        match text.filter(|text| is_number(text)) {
            Some(text) => self.parsed(&text, path),
            None => {
                self.mistake(path, "this is not a project number", "a project number has digits only");
                None
            }
        }
    }

    fn locations(&mut self, value: &Value, path: &str) -> Option<Vec<Location>> {
        let Some(list) = value.as_array() else {
            self.mistake(path, format!("`{path}` is not a list"), "leave it out to allow every location");
            return None;
        };
        let before = self.findings.len();
        let read = list.iter().enumerate().filter_map(|(i, value)| self.text(value, &format!("{path}[{i}]")));
        let locations = read.collect();
        (self.findings.len() == before).then_some(locations)
    }

    fn emulator(&mut self, value: &Value, path: &str) -> Option<EmulatorUrl> {
        let map = self.mapping(value, path, &["url"])?;
        let path = format!("{path}.url");
        match map.get("url") {
            Some(value) => self.text(value, &path),
            None => {
                self.mistake(&path, "`url` is missing", "e.g. `http://127.0.0.1:8085`");
                None
            }
        }
    }

    fn identity(&mut self, value: &Value, default_issuer: &str, emulated: bool) -> Option<IdentityConfig> {
        let path = "vertexAi.identity";
        let map = self.mapping(value, path, &["audience", "issuer", "serviceAccount", "tokenLifetimeSeconds"])?;
        let service_account: Option<ServiceAccount> = self.child(map, path, "serviceAccount", Self::text);
        let lifetime = self.child(map, path, "tokenLifetimeSeconds", Self::lifetime);
        if lifetime.is_some() && !map.contains_key("serviceAccount") {
            self.mistake(
                "vertexAi.identity.tokenLifetimeSeconds",
                "`tokenLifetimeSeconds` has no effect without `serviceAccount`",
                "only a service account's token has a life that can be chosen: name a `serviceAccount`, or leave this out",
            );
        }
        let issuer = self.issuer(map, default_issuer, emulated);
        let audience = match map.get("audience") {
            Some(value) => self.text(value, "vertexAi.identity.audience"),
            None => {
                self.mistake(
                    "vertexAi.identity.audience",
                    "`audience` is missing",
                    "name the workload identity pool provider that trusts this portal",
                );
                None
            }
        };
        Some(IdentityConfig {
            audience: audience?,
            issuer: issuer?,
            service_account,
            token_lifetime_seconds: lifetime.unwrap_or(DEFAULT_TOKEN_LIFETIME),
        })
    }

    fn issuer(&mut self, map: &Map<String, Value>, default: &str, emulated: bool) -> Option<Issuer> {
        let path = "vertexAi.identity.issuer";
        let issuer: Issuer = match map.get("issuer") {
            Some(value) => self.text(value, path)?,
            None => self.parsed(default, path)?,
        };
        if !issuer.is_https() && !emulated {
            self.mistake(
                path,
                format!("Google takes no issuer without TLS, and this is `{issuer}`"),
                "set `issuer` to the https URL under which the portal is reached; http is for the emulator",
            );
        }
        Some(issuer)
    }

    fn lifetime(&mut self, value: &Value, path: &str) -> Option<u32> {
        let seconds = value.as_u64().and_then(|n| u32::try_from(n).ok()).filter(|n| (60..=3600).contains(n));
        if seconds.is_none() {
            self.mistake(
                path,
                format!("`{value}` is not a token's life in seconds"),
                "a whole number from 60 to 3600: Google issues no longer ones",
            );
        }
        seconds
    }
}

const PROJECTS_HELP: &str =
    "list each project that may be called: `- project: acme-ml`, and its `locations` to allow no others";

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use serde_json::json;

    pub(crate) const AUDIENCE: &str =
        "//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/backstage/providers/portal";
    pub(crate) const ISSUER: &str = "https://portal.acme.example/api/proxy/vertex-ai";

    /// `acme-ml` in `us-central1` only, and all of `acme-lab`.
    pub(crate) fn config() -> Config {
        Config::parse(
            &json!({
                "projects": [
                    {"project": "acme-ml", "number": 123456789012u64, "locations": ["us-central1"]},
                    {"project": "acme-lab"},
                ],
                "identity": {"audience": AUDIENCE},
            }),
            ISSUER,
        )
        .unwrap()
    }

    pub(crate) fn emulated() -> Config {
        Config { emulator: Some("http://127.0.0.1:8085".parse().unwrap()), ..config() }
    }

    fn mistakes(value: Value) -> Vec<String> {
        let findings = Config::parse(&value, ISSUER).expect_err("a mistake");
        findings.into_iter().map(|f| f.place.and_then(|p| p.path).unwrap_or_default()).collect()
    }

    #[test]
    fn the_smallest_configuration_has_defaults() {
        let config =
            Config::parse(&json!({"projects": [{"project": "acme-ml"}], "identity": {"audience": AUDIENCE}}), ISSUER)
                .unwrap();
        assert_eq!(config.identity.issuer.as_str(), ISSUER);
        assert_eq!(config.identity.token_lifetime_seconds, 900);
        assert_eq!(config.identity.audience.claim(), format!("https:{AUDIENCE}"));
        assert!(config.projects[0].allows(&"europe-west4".parse().unwrap()));
        assert_eq!(config.origin(Service::Sts, None), "https://sts.googleapis.com");
    }

    #[test]
    fn a_project_is_known_by_id_and_number() {
        let config = config();
        let place = |project: &str, location: &str| Place {
            project: project.parse().unwrap(),
            location: location.parse().unwrap(),
        };
        assert!(config.allows(&place("acme-ml", "us-central1")));
        assert!(config.allows(&place("123456789012", "us-central1")));
        assert!(!config.allows(&place("acme-ml", "us-east1")));
        assert!(!config.allows(&place("123456789013", "us-central1")));
        assert!(config.allows(&place("acme-lab", "us-east1")));
    }

    #[test]
    fn every_mistake_is_told_at_its_place() {
        let all = mistakes(json!({
            "projects": [
                {"project": "Acme"},
                {"project": "acme-ml", "location": ["us-central1"]},
                {"project": "acme-ml", "locations": ["us-central1", "Europe"]},
                {"project": "123456789012"},
                {"project": "acme-lab", "number": "12a"},
                {"locations": []},
            ],
            "identity": {
                "audience": "//iam.googleapis.com/projects/acme-ml/locations/global/workloadIdentityPools/backstage/providers/portal",
                "issuer": "https://user@portal/",
                "tokenLifetimeSeconds": 43200,
            },
            "emulator": {"url": "http://192.168.1.4:8085"},
            "debug": true,
        }));
        for path in [
            "vertexAi.debug",
            "vertexAi.emulator.url",
            "vertexAi.projects[0].project",
            "vertexAi.projects[1].location",
            "vertexAi.projects[2].locations[1]",
            "vertexAi.projects[3].project",
            "vertexAi.projects[4].number",
            "vertexAi.projects[5].project",
            "vertexAi.identity.tokenLifetimeSeconds",
            "vertexAi.identity.issuer",
            "vertexAi.identity.audience",
        ] {
            assert!(all.iter().any(|p| p == path), "{path} is not in {all:?}");
        }
        assert_eq!(all.len(), 11, "{all:?}");
    }

    #[test]
    fn what_is_missing_is_told_too() {
        assert_eq!(mistakes(json!(null)), ["vertexAi"]);
        assert_eq!(mistakes(json!({})), ["vertexAi.projects", "vertexAi.identity"]);
        let identity = json!({"audience": AUDIENCE});
        assert_eq!(mistakes(json!({"projects": [], "identity": identity})), ["vertexAi.projects"]);
        assert_eq!(
            mistakes(json!({"projects": [{"project": "acme-ml"}, {"project": "acme-ml"}], "identity": identity})),
            ["vertexAi.projects[1].project"]
        );
        assert_eq!(
            mistakes(
                json!({"projects": [{"project": "acme-ml"}], "identity": {"audience": AUDIENCE, "tokenLifetimeSeconds": 300}})
            ),
            ["vertexAi.identity.tokenLifetimeSeconds"]
        );
    }

    #[test]
    fn http_issuers_are_for_the_emulator() {
        let value = |emulator: Value| {
            json!({"projects": [{"project": "acme-ml"}], "identity": {"audience": AUDIENCE, "issuer": "http://localhost:7007/api/proxy/vertex-ai"},
                "emulator": emulator})
        };
        assert!(Config::parse(&value(json!({"url": "http://127.0.0.1:8085/"})), ISSUER).is_ok());
        let mut without = value(json!({}));
        without.as_object_mut().unwrap().remove("emulator");
        assert_eq!(mistakes(without), ["vertexAi.identity.issuer"]);
    }

    #[test]
    fn an_emulator_is_on_this_machine() {
        for url in ["http://127.0.0.1:8085", "http://localhost:1/", "http://[::1]:65535"] {
            assert!(url.parse::<EmulatorUrl>().is_ok(), "{url}");
        }
        for url in [
            "https://127.0.0.1:8085",
            "http://127.0.0.1",
            "http://127.0.0.1:0",
            "http://127.0.0.1:+1",
            "http://127.0.0.1:8085/x",
            "http://localhost:80@evil.example",
            "http://localhost.evil.example:80",
            "http://0.0.0.0:8085",
            "http://aiplatform.googleapis.com:80",
        ] {
            assert!(url.parse::<EmulatorUrl>().is_err(), "{url}");
        }
    }
}

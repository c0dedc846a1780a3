//! Reads the `vertexAi` key, and reports every mistake in it.

use super::{
    AllowedProject, Config, DirectChanges, EmulatorUrl, IdentityConfig, Issuer, KEYS, MandateConfig, is_number,
};
use crate::diagnostic::{Code, Diagnostic, Severity, Where, Words};
use crate::entity::Node;
use crate::method::Resource;
use crate::name::{Location, Model, NameError, Project, ServiceAccount};
use crate::rule::Settings;
use crate::vertex::{message, region};
use serde_json::{Map, Value};
use std::ops::RangeInclusive;
use std::str::FromStr;

/// In seconds.
const DEFAULT_TOKEN_LIFETIME: u32 = 900;
const PROJECTS_HELP: &str = "list each project to allow: `- project: acme-ml`, with its `locations` to allow no others";

/// Reads the value of the `vertexAi` key.
pub fn config(value: &Value, default_issuer: &str) -> Result<Config, Vec<Diagnostic>> {
    let mut reader = Reader::default();
    match reader.config(value, default_issuer) {
        Some(config) if !reader.findings.iter().any(Diagnostic::is_error) => {
            Ok(Config { warnings: reader.findings, ..config })
        }
        _ => Err(reader.findings),
    }
}

fn finding(path: &str, message: impl Into<Words>, help: impl Into<Words>) -> Diagnostic {
    let place = Where { path: Some(path.to_owned()), ..Where::default() };
    Diagnostic::new(Code::ConfigInvalid, message).at(place).help(help)
}

/// Reads values, and collects the mistakes in them.
#[derive(Default)]
pub(super) struct Reader {
    pub findings: Vec<Diagnostic>,
}

impl Reader {
    pub fn mistake(&mut self, path: &str, message: impl Into<Words>, help: impl Into<Words>) {
        self.findings.push(finding(path, message, help));
    }

    fn warn(&mut self, path: &str, message: impl Into<Words>, help: impl Into<Words>) {
        let mut warning = finding(path, message, help);
        warning.severity = Severity::Warning;
        self.findings.push(warning);
    }

    fn config(&mut self, value: &Value, default_issuer: &str) -> Option<Config> {
        let path = "vertexAi";
        if value.is_null() {
            let help = "add `vertexAi` to `app-config.yaml`, with at least `projects` and `identity`; `docs/configuration.md` shows how";
            self.mistake(path, "`vertexAi` is missing", help);
            return None;
        }
        let map = self.mapping(value, path, &KEYS)?;
        self.rules(map);
        let emulator = self.child(map, path, "emulator", Self::emulator);
        let projects = match map.get("projects") {
            Some(value) => self.projects(value),
            None => {
                self.mistake("vertexAi.projects", "`projects` is missing", PROJECTS_HELP);
                None
            }
        };
        let identity = match map.get("identity") {
            Some(value) => self.identity(value, default_issuer, map.contains_key("emulator")),
            None => {
                self.mistake(
                    "vertexAi.identity",
                    "`identity` is missing",
                    "set at least `identity.audience`, the workload identity pool provider that trusts this portal",
                );
                None
            }
        };
        let grantors = self.child(map, path, "access", Self::access).unwrap_or_default();
        let mandates = self.child(map, path, "mandates", Self::mandates).unwrap_or_default();
        let direct_changes = self.child(map, path, "directChanges", Self::direct_changes).unwrap_or_default();
        let claims = self.child(map, path, "claims", Self::claims).unwrap_or_default();
        let users_in_catalog = self.child(map, path, "usersInCatalog", Self::flag).unwrap_or(true);
        let mut config = Config {
            projects: projects?,
            identity: identity?,
            grantors,
            mandates,
            direct_changes,
            claims: Vec::new(),
            portal: String::new(),
            users_in_catalog,
            emulator,
            warnings: Vec::new(),
        };
        for (resource, owner) in claims {
            let claim = (config.named(&resource), owner);
            if config.claims.iter().any(|(claimed, _)| *claimed == claim.0) {
                self.mistake(
                    "vertexAi.claims",
                    format!("`{resource}` is listed twice"),
                    "name one owner of an endpoint or a model",
                );
            }
            config.claims.push(claim);
        }
        Some(config)
    }

    /// Checks `rules`, which apply where entities are read.
    pub fn rules(&mut self, map: &Map<String, Value>) {
        if let Some(rules) = map.get("rules") {
            self.findings.extend(Settings::read(&Node::from(rules), None).1);
        }
    }

    /// Reads an optional key.
    pub fn child<T>(
        &mut self,
        map: &Map<String, Value>,
        path: &str,
        key: &str,
        read: impl FnOnce(&mut Self, &Value, &str) -> Option<T>,
    ) -> Option<T> {
        let value = map.get(key)?;
        read(self, value, &format!("{path}.{key}"))
    }

    pub fn mapping<'a>(&mut self, value: &'a Value, path: &str, keys: &[&str]) -> Option<&'a Map<String, Value>> {
        let known = || format!("use the keys {}", keys.iter().map(|k| format!("`{k}`")).collect::<Vec<_>>().join(", "));
        let Some(map) = value.as_object() else {
            self.mistake(path, format!("`{path}` is not a mapping"), known());
            return None;
        };
        for key in map.keys().filter(|key| !keys.contains(&key.as_str())) {
            self.mistake(&format!("{path}.{key}"), format!("`{key}` is not a key of `{path}`"), known());
        }
        Some(map)
    }

    /// Reads a string of a type with a form of its own.
    fn text<T: FromStr<Err = NameError>>(&mut self, value: &Value, path: &str) -> Option<T> {
        let Some(text) = value.as_str() else {
            self.mistake(path, format!("`{path}` is not a string"), "write the value in quotes");
            return None;
        };
        self.parsed(text, path)
    }

    fn parsed<T: FromStr<Err = NameError>>(&mut self, text: &str, path: &str) -> Option<T> {
        let wrong = |error: NameError| {
            let article = if error.kind.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
            self.mistake(path, format!("`{text}` is not {article} {}", error.kind), error.rule);
        };
        text.parse().map_err(wrong).ok()
    }

    fn projects(&mut self, value: &Value) -> Option<Vec<AllowedProject>> {
        let path = "vertexAi.projects";
        let Some(list) = value.as_array().filter(|list| !list.is_empty()) else {
            self.mistake(path, "`vertexAi.projects` is not a list of at least one project", PROJECTS_HELP);
            return None;
        };
        let mut projects: Vec<AllowedProject> = Vec::new();
        for (i, value) in list.iter().enumerate() {
            let path = format!("{path}[{i}]");
            let Some(allowed) = self.project(value, &path) else { continue };
            if projects.iter().any(|other| other.project == allowed.project) {
                self.mistake(
                    &format!("{path}.project"),
                    format!("`{}` is listed twice", allowed.project),
                    "list all of its locations in one entry",
                );
            }
            if allowed.number.is_some() && projects.iter().any(|other| other.number == allowed.number) {
                self.mistake(
                    &format!("{path}.number"),
                    "another listed project has this number",
                    "set the number that the Google Cloud console shows for this project",
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
            self.mistake(&path, "`project` is missing", "set the project's id, e.g. `acme-ml`");
            return None;
        };
        let project: Project = self.text(value, &path)?;
        if is_number(project.as_str()) {
            self.mistake(
                &path,
                format!("`{project}` is the number of a project, not its id"),
                "set `project` to the id, and `number` to the number",
            );
            return None;
        }
        // An entry with invalid locations must not allow every location.
        if map.contains_key("locations") && locations.is_none() {
            return None;
        }
        Some(AllowedProject { project, number, locations: locations.unwrap_or_default() })
    }

    /// YAML reads a project's number as a number, or as a string if it is quoted.
    fn number(&mut self, value: &Value, path: &str) -> Option<Project> {
        let text = value.as_u64().map(|n| n.to_string()).or_else(|| value.as_str().map(str::to_owned));
        match text.filter(|text| is_number(text)) {
            Some(text) => self.parsed(&text, path),
            None => {
                self.mistake(
                    path,
                    format!("`{path}` is not the number of a project"),
                    "set it to the decimal number of the project",
                );
                None
            }
        }
    }

    fn locations(&mut self, value: &Value, path: &str) -> Option<Vec<Location>> {
        let Some(list) = value.as_array() else {
            self.mistake(
                path,
                format!("`{path}` is not a list"),
                "list the locations to allow, or remove the key to allow every location",
            );
            return None;
        };
        let before = self.findings.len();
        let read = list.iter().enumerate().filter_map(|(i, value)| self.text(value, &format!("{path}[{i}]")));
        let locations: Vec<Location> = read.collect();
        if self.findings.len() != before {
            return None;
        }
        for (i, location) in locations.iter().enumerate().filter(|(_, one)| !region::is_known(one.as_str())) {
            let help = match region::nearest_location(location.as_str()) {
                Some(near) => format!("check the spelling; a known location is `{near}`"),
                None => "check the spelling".to_owned(),
            };
            let message = format!("`{location}` is not a known location of Vertex AI");
            self.warn(&format!("{path}[{i}]"), message, help);
        }
        Some(locations)
    }

    fn access(&mut self, value: &Value, path: &str) -> Option<Vec<String>> {
        let map = self.mapping(value, path, &["grantors"])?;
        let path = format!("{path}.grantors");
        let list = map.get("grantors")?;
        let is_name = |text: &&str| (1..=200).contains(&text.len()) && !text.contains(char::is_control);
        let names = list.as_array().and_then(|list| {
            list.iter().map(|value| value.as_str().filter(is_name).map(str::to_owned)).collect::<Option<Vec<_>>>()
        });
        if names.is_none() {
            self.mistake(
                &path,
                format!("`{path}` is not a list of names"),
                "list who grants access, e.g. `group:default/cloud-admins`",
            );
        }
        names
    }

    fn mandates(&mut self, value: &Value, path: &str) -> Option<MandateConfig> {
        let map = self.mapping(value, path, &["hours", "retention"])?;
        let default = MandateConfig::default();
        let hours = self.child(map, path, "hours", |reader, value, path| {
            let help = "set a whole number of hours from 1 to 24";
            reader.number_in(value, path, 1..=24, "the time of a mandate", help)
        });
        let retention = self.child(map, path, "retention", |reader, value, path| {
            let help = "set a whole number of days from 2 to 3650";
            reader.number_in(value, path, 2..=3650, "the retention of mandates", help)
        });
        let (hours, retention) = (hours.unwrap_or(default.hours), retention.unwrap_or(default.retention));
        Some(MandateConfig { hours, retention })
    }

    fn number_in(
        &mut self,
        value: &Value,
        path: &str,
        range: RangeInclusive<u32>,
        what: &str,
        help: &'static str,
    ) -> Option<u32> {
        let number = value.as_u64().and_then(|n| u32::try_from(n).ok()).filter(|n| range.contains(n));
        if number.is_none() {
            self.mistake(path, format!("`{}` is not {what}", message::text(value)), help);
        }
        number
    }

    fn direct_changes(&mut self, value: &Value, path: &str) -> Option<DirectChanges> {
        match value.as_str() {
            Some("allow") => Some(DirectChanges::Allow),
            Some("deny") => Some(DirectChanges::Deny),
            _ => {
                let given = value.as_str().map_or_else(|| message::text(value), str::to_owned);
                self.mistake(path, format!("`{given}` is neither `allow` nor `deny`"), "write `allow` or `deny`");
                None
            }
        }
    }

    fn claims(&mut self, value: &Value, path: &str) -> Option<Vec<(Resource, String)>> {
        let Some(list) = value.as_array() else {
            self.mistake(
                path,
                format!("`{path}` is not a list"),
                "list `endpoint` or `model`, and `entity` of each claim",
            );
            return None;
        };
        let claims = list.iter().enumerate().filter_map(|(i, value)| self.claim(value, &format!("{path}[{i}]")));
        Some(claims.collect())
    }

    fn claim(&mut self, value: &Value, path: &str) -> Option<(Resource, String)> {
        let map = self.mapping(value, path, &["endpoint", "model", "entity"])?;
        let claimed = match (map.get("endpoint"), map.get("model")) {
            (None, Some(model)) => {
                let path = format!("{path}.model");
                let model: Option<Model> = self.text(model, &path);
                if model.as_ref().is_some_and(|model| model.version.is_some()) {
                    self.mistake(&path, format!("`{path}` names a version"), "write the name of the whole model");
                }
                model.map(Resource::Model)
            }
            (endpoint, None) => {
                self.text(endpoint.unwrap_or(&Value::Null), &format!("{path}.endpoint")).map(Resource::Endpoint)
            }
            _ => {
                let help = "name each in a claim of its own";
                self.mistake(path, format!("`{path}` names an endpoint and a model"), help);
                None
            }
        };
        let entity = map.get("entity").and_then(Value::as_str).map(str::to_ascii_lowercase);
        let entity = entity.filter(|text| text.split_once(':').is_some_and(|(_, name)| name.contains('/')));
        if entity.is_none() {
            let help = "write a whole entity ref, e.g. `component:default/fraud-detector`";
            self.mistake(&format!("{path}.entity"), format!("`{path}.entity` is not an entity ref"), help);
        }
        Some((claimed?, entity?))
    }

    fn flag(&mut self, value: &Value, path: &str) -> Option<bool> {
        if !value.is_boolean() {
            self.mistake(path, format!("`{path}` is neither `true` nor `false`"), "write `true` or `false`");
        }
        value.as_bool()
    }

    fn emulator(&mut self, value: &Value, path: &str) -> Option<EmulatorUrl> {
        let map = self.mapping(value, path, &["url"])?;
        let path = format!("{path}.url");
        match map.get("url") {
            Some(value) => self.text(value, &path),
            None => {
                self.mistake(
                    &path,
                    "`url` is missing",
                    "set the address of the emulator, e.g. `http://127.0.0.1:8085`",
                );
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
                "set `serviceAccount`, or remove `tokenLifetimeSeconds`: Google sets the lifetime of other tokens",
            );
        }
        let issuer = self.issuer(map, default_issuer, emulated);
        let audience = match map.get("audience") {
            Some(value) => self.text(value, "vertexAi.identity.audience"),
            None => {
                self.mistake(
                    "vertexAi.identity.audience",
                    "`audience` is missing",
                    "set the workload identity pool provider that trusts this portal",
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
                format!("`{issuer}` is not an `https` URL, which Google requires of an issuer"),
                "set `issuer` to the `https` URL of the portal; only the emulator accepts `http`",
            );
        }
        Some(issuer)
    }

    fn lifetime(&mut self, value: &Value, path: &str) -> Option<u32> {
        let help = "set a whole number of seconds from 60 to 3600, Google's maximum";
        self.number_in(value, path, 60..=3600, "a token lifetime", help)
    }
}

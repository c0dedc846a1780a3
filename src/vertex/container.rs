//! Settings of a serving container, which Google fixes when the model is uploaded.
//!
//! Sources: schemas `ModelContainerSpec`, `EnvVar`, `Port` and `Probe` of the discovery document `aiplatform.v1` of 2026-11-06
//! (PyPI `google-api-python-client` 2.202.0), read 2026-11-27;
//! <https://cloud.google.com/vertex-ai/docs/predictions/custom-container-requirements>, read 2026-11-27.

use super::message::{Object, object};
use crate::fingerprint::fingerprint;
use crate::name::{NameError, text_type};
use crate::words;
use serde_json::Value;
use std::fmt;
use std::str::FromStr;

text_type!(
    /// An HTTP path of the container.
    Route, "path of the container",
    "write a path that begins with `/` and has no white space",
    |s| s.starts_with('/') && s.bytes().all(|b| b.is_ascii_graphic())
);

/// The port that the container listens on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Port(u32);

impl Port {
    /// Google's default.
    const DEFAULT: Self = Self(8080);
}

impl FromStr for Port {
    type Err = NameError;
    fn from_str(s: &str) -> Result<Self, NameError> {
        let number = s.parse().ok().filter(|port| (1..=65535).contains(port)).map(Self);
        number.ok_or_else(|| NameError { kind: "port", rule: "write a number from 1 to 65535", value: s.to_owned() })
    }
}

/// A variable of the container's environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvVar {
    name: String,
    /// The fingerprint where the value is hidden.
    value: String,
    hidden: bool,
}

/// The end of the fingerprint of a value that looks like a credential.
const SECRET_MARK: &str = "!";
/// The field that stands in place of the text of a hidden value. Google accepts only a text there.
const HIDDEN: &str = "fingerprint";

/// Last words of names that stand for secrets.
const SECRET_NAMES: [&str; 4] = ["TOKEN", "KEY", "SECRET", "PASSWORD"];

impl EnvVar {
    /// `None` where the name is not a C identifier.
    pub fn new(name: &str, value: &str) -> Option<Self> {
        let valid = !name.starts_with(|c: char| c.is_ascii_digit())
            && !name.is_empty()
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        valid.then(|| Self { name: name.to_owned(), value: value.to_owned(), hidden: false })
    }

    /// The variable as it was stored: `value` is a fingerprint.
    #[must_use]
    pub fn stored(self) -> Self {
        Self { hidden: true, ..self }
    }

    /// The variable with a fingerprint in place of its value.
    #[must_use]
    pub fn hide(&self) -> Self {
        if self.hidden {
            return self.clone();
        }
        // The rule about secrets still applies to what is stored.
        let mark = if self.looks_secret() { SECRET_MARK } else { "" };
        let value = format!("{:016x}{mark}", fingerprint(&[&self.name, &self.value]));
        Self { name: self.name.clone(), value, hidden: true }
    }

    /// `NAME=value`
    pub fn written(&self) -> String {
        [&*self.name, "=", &self.value].concat()
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// The value, unless it is hidden.
    pub fn value(&self) -> Option<&str> {
        (!self.hidden).then_some(&*self.value)
    }

    /// Whether Vertex AI reserves the name.
    pub fn is_reserved(&self) -> bool {
        self.name.starts_with("AIP_")
    }

    /// Whether the value looks like a credential: a Google credential, a private key, or a random text under a typical name.
    pub fn looks_secret(&self) -> bool {
        let value = &self.value;
        if self.hidden {
            return value.ends_with(SECRET_MARK);
        }
        let word = self.name.rsplit('_').next().unwrap_or_default();
        words::contains(value, "PRIVATE KEY-----")
            || value.starts_with("ya29.")
            || (value.starts_with("AIza") && value.len() >= 39)
            || (SECRET_NAMES.iter().any(|name| word.eq_ignore_ascii_case(name)) && is_random(value))
    }
}

/// Whether a text is long, with many different letters and digits, and neither a name nor a path.
fn is_random(value: &str) -> bool {
    let mut different = Vec::new();
    for b in value.bytes() {
        if !different.contains(&b) {
            different.push(b);
        }
    }
    value.len() >= 16
        && different.len() >= 10
        && value.bytes().any(|b| b.is_ascii_digit())
        && value.bytes().any(|b| b.is_ascii_alphabetic())
        && !value.bytes().any(|b| b == b' ')
        && !words::contains(value, "://")
        && !["/", "projects/", "$("].iter().any(|start| value.starts_with(start))
}

/// How long a deployment may take, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeploymentTimeout(u32);

impl DeploymentTimeout {
    /// Whether the timeout exceeds Google's maximum of two hours.
    pub fn is_too_long(self) -> bool {
        self.0 > 7200
    }
}

impl FromStr for DeploymentTimeout {
    type Err = NameError;
    fn from_str(s: &str) -> Result<Self, NameError> {
        let seconds = s.strip_suffix('s').and_then(|number| number.parse().ok()).filter(|seconds| *seconds > 0);
        seconds.map(Self).ok_or_else(|| NameError {
            kind: "number of seconds",
            rule: "write whole seconds and an `s`, e.g. `3600s`",
            value: s.to_owned(),
        })
    }
}

/// The JSON form of a duration.
impl fmt::Display for DeploymentTimeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}s", self.0)
    }
}

/// An HTTP probe with the limits that differ from Google's defaults.
#[derive(Clone, Debug, PartialEq, Eq, ts_rs::TS)]
#[ts(
    rename = "ContainerProbe",
    type = "{
        httpGet: { path: string; port: number };
        periodSeconds?: number;
        timeoutSeconds?: number;
        failureThreshold?: number;
    }"
)]
pub struct Probe {
    path: Route,
    /// Limits by the names of Google's fields.
    limits: Vec<(&'static str, u32)>,
}

/// Names of limits in the annotation and in Google's API.
const LIMITS: [(&str, &str); 3] =
    [("period", "periodSeconds"), ("timeout", "timeoutSeconds"), ("failures", "failureThreshold")];

impl Probe {
    /// Whether Google accepts the limits.
    pub fn is_possible(&self) -> bool {
        self.limits.iter().all(|(_, number)| *number > 0)
    }

    fn read(s: &str) -> Option<Self> {
        let mut path = None;
        let mut limits: Vec<(&'static str, u32)> = Vec::new();
        for pair in words::pairs(s, b",") {
            let (name, value) = pair.ok()?;
            if name == "path" && path.is_none() {
                path = Some(value.parse().ok()?);
                continue;
            }
            let (_, field) = *LIMITS.iter().find(|(word, _)| *word == name)?;
            if limits.iter().any(|(known, _)| *known == field) {
                return None;
            }
            // The field is an `int32`.
            let number: u32 = value.parse().ok()?;
            i32::try_from(number).ok()?;
            limits.push((field, number));
        }
        Some(Self { path: path?, limits })
    }
}

impl FromStr for Probe {
    type Err = NameError;
    /// `path=/health,period=10,timeout=1,failures=3`; only the path is required.
    fn from_str(s: &str) -> Result<Self, NameError> {
        Self::read(s).ok_or_else(|| NameError {
            kind: "probe",
            rule: "write a path and optional limits, e.g. `path=/health,period=10,timeout=1,failures=3`",
            value: s.to_owned(),
        })
    }
}

/// The container settings of an entity; Google's defaults apply to the others.
#[derive(Clone, Debug, Default, PartialEq, Eq, ts_rs::TS)]
#[ts(type = "{
        /** A stored request has the fingerprints of values. */
        env?: { name: string; value: string | { fingerprint: string } }[];
        ports?: { containerPort: number }[];
        predictRoute?: string;
        healthRoute?: string;
        healthProbe?: ContainerProbe;
        startupProbe?: ContainerProbe;
        /** e.g. `3600s` */
        deploymentTimeout?: string;
    }")]
pub struct Container {
    /// In the order of the text, because a variable can use earlier ones.
    pub env: Vec<EnvVar>,
    pub port: Option<Port>,
    pub predict_route: Option<Route>,
    pub health_route: Option<Route>,
    pub health_probe: Option<Probe>,
    pub startup_probe: Option<Probe>,
    pub deployment_timeout: Option<DeploymentTimeout>,
}

/// The variables of a `Model` whose values are texts.
pub fn variables(model: &Value) -> Vec<EnvVar> {
    let env = model["containerSpec"]["env"].as_array().into_iter().flatten();
    env.filter_map(|v| EnvVar::new(v["name"].as_str()?, v["value"].as_str()?)).collect()
}

/// Puts values in place of those fingerprints of a `Model` that they have. Returns whether no fingerprint is left.
pub fn fill(model: &mut Value, known: &[EnvVar]) -> bool {
    let env = model.get_mut("containerSpec").and_then(|spec| spec.get_mut("env")).and_then(Value::as_array_mut);
    let mut is_whole = true;
    for variable in env.into_iter().flatten() {
        let Some(print) = variable["value"][HIDDEN].as_str() else { continue };
        let is = |known: &&EnvVar| variable["name"] == *known.name && known.hide().value == print;
        match known.iter().find(is) {
            Some(known) => variable["value"] = (&*known.value).into(),
            None => is_whole = false,
        }
    }
    is_whole
}

impl Container {
    /// The settings with fingerprints in place of the values of variables.
    #[must_use]
    pub fn hide(&self) -> Self {
        Self { env: self.env.iter().map(EnvVar::hide).collect(), ..self.clone() }
    }

    /// The fields of a `ModelContainerSpec` without the image.
    pub fn message(&self) -> Object {
        let mut spec = object()
            .with_text("predictRoute", self.predict_route.as_ref())
            .with_text("healthRoute", self.health_route.as_ref());
        if !self.env.is_empty() {
            let value = |v: &EnvVar| match v.hidden {
                true => object().with(HIDDEN, &*v.value).into(),
                false => Value::from(&*v.value),
            };
            let variable = |v: &EnvVar| Value::from(object().with("name", &*v.name).with("value", value(v)));
            spec = spec.with("env", self.env.iter().map(variable).collect::<Vec<_>>());
        }
        if let Some(Port(port)) = self.port {
            spec = spec.with("ports", vec![Value::from(object().with("containerPort", port))]);
        }
        for (name, probe) in [("healthProbe", &self.health_probe), ("startupProbe", &self.startup_probe)] {
            if let Some(Probe { path, limits }) = probe {
                // Google publishes no default for the port of a probe.
                let port = self.port.unwrap_or(Port::DEFAULT).0;
                let get = object().with("path", path.as_str()).with("port", port);
                let probe = object().with("httpGet", get);
                spec = spec.with(name, limits.iter().fold(probe, |all, (field, number)| all.with(field, *number)));
            }
        }
        spec.with_text("deploymentTimeout", self.deployment_timeout.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probe_has_a_path_and_each_limit_once() {
        assert!("path=/health, period=5".parse::<Probe>().unwrap().is_possible());
        assert!(!"path=/health,failures=0".parse::<Probe>().unwrap().is_possible());
        for text in ["", "period=5", "path=health", "path=/h,path=/h", "path=/h,period=1,period=1", "path=/h,every=5"] {
            assert!(text.parse::<Probe>().is_err(), "{text}");
        }
        assert!(
            "path=/h,period=5s".parse::<Probe>().is_err() && "path=/h,timeout=3000000000".parse::<Probe>().is_err()
        );
    }

    #[test]
    fn secrets_look_like_secrets() {
        let secret = |name, value: &str| EnvVar::new(name, value).unwrap().looks_secret();
        assert!(secret("CERT", "-----BEGIN RSA PRIVATE KEY-----\\nMIIE"));
        assert!(secret("ACCESS", "ya29.a0AfH6SM"));
        assert!(secret("MAPS", &format!("AIza{}", "x".repeat(35))));
        for name in ["API_TOKEN", "KEY", "client_secret", "DB_PASSWORD"] {
            assert!(secret(name, "f3Kd8sLq02Xz91mWpQ"), "{name}");
            for value in ["projects/acme-ml/secrets/api1/versions/3", "https://acme.example/9f8e7d6c5b4a", "none", ""] {
                assert!(!secret(name, value), "{name} {value}");
            }
        }
        assert!(!secret("MODEL_NAME", "f3Kd8sLq02Xz91mWpQ") && !secret("PUBLIC_KEY_URL", "f3Kd8sLq02Xz91mWpQ"));
        assert!(!secret("PRIMARY_KEY", "customer_identifier"));
    }

    #[test]
    fn names_of_variables_are_identifiers() {
        for name in ["", "1A", "A-B", "A B", "Ä"] {
            assert_eq!(EnvVar::new(name, "x"), None, "{name}");
        }
        assert!(EnvVar::new("_a1", "").is_some());
    }
}

//! The settings of a serving container: `ModelContainerSpec` of `aiplatform.v1` (`shared/facts/google-cloud.md` §2.5, §5.7).
//! Google fixes all of them when the model is uploaded.

use super::message::{Object, object};
use crate::name::{NameError, text_type};
use crate::words;
use serde::{Serialize, Serializer};
use serde_json::Value;
use std::fmt;
use std::str::FromStr;

text_type!(
    /// An HTTP path of the container.
    Route, "path of the container",
    "a path starts with `/` and has no white space, e.g. `/predict`",
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
        number.ok_or_else(|| NameError {
            kind: "port",
            rule: "a port is a number from 1 to 65535",
            value: s.to_owned(),
        })
    }
}

/// A variable of the container's environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvVar {
    name: String,
    value: String,
}

/// The last word of a variable's name that is meant to be secret.
const SECRET_NAMES: [&str; 4] = ["TOKEN", "KEY", "SECRET", "PASSWORD"];

impl EnvVar {
    /// `None` where the name is no identifier of C.
    pub fn new(name: &str, value: &str) -> Option<Self> {
        let valid = !name.starts_with(|c: char| c.is_ascii_digit())
            && !name.is_empty()
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        valid.then(|| Self { name: name.to_owned(), value: value.to_owned() })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether Vertex AI sets such variables itself.
    pub fn is_reserved(&self) -> bool {
        self.name.starts_with("AIP_")
    }

    /// Whether the value looks like a credential: one of Google's, a private key, or something random below a telling name.
    pub fn looks_secret(&self) -> bool {
        let value = &self.value;
        let word = self.name.rsplit('_').next().unwrap_or_default();
        words::contains(value, "PRIVATE KEY-----")
            || value.starts_with("ya29.")
            || (value.starts_with("AIza") && value.len() >= 39)
            || (SECRET_NAMES.iter().any(|name| word.eq_ignore_ascii_case(name)) && is_random(value))
    }
}

/// Long, of many different letters and digits, and no name or path of something.
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
    /// Whether it is more than Google's two hours.
    pub fn is_too_long(self) -> bool {
        self.0 > 7200
    }
}

impl FromStr for DeploymentTimeout {
    type Err = NameError;
    fn from_str(s: &str) -> Result<Self, NameError> {
        let seconds = s.strip_suffix('s').and_then(|number| number.parse().ok()).filter(|seconds| *seconds > 0);
        seconds.map(Self).ok_or_else(|| NameError {
            kind: "time in seconds",
            rule: "write whole seconds and an `s`, e.g. `3600s`",
            value: s.to_owned(),
        })
    }
}

/// As Google writes durations.
impl fmt::Display for DeploymentTimeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}s", self.0)
    }
}

/// An HTTP probe, and what of its limits is not Google's default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    path: Route,
    /// By the names of Google's fields.
    limits: Vec<(&'static str, u32)>,
}

/// Our words for a probe's limits, and Google's.
const LIMITS: [(&str, &str); 3] =
    [("period", "periodSeconds"), ("timeout", "timeoutSeconds"), ("failures", "failureThreshold")];

impl Probe {
    /// Whether its limits are such as Google takes.
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
            // Google's field is an `int32`.
            let number: u32 = value.parse().ok()?;
            i32::try_from(number).ok()?;
            limits.push((field, number));
        }
        Some(Self { path: path?, limits })
    }
}

impl FromStr for Probe {
    type Err = NameError;
    /// `path=/health,period=10,timeout=1,failures=3`; only the path must be there.
    fn from_str(s: &str) -> Result<Self, NameError> {
        Self::read(s).ok_or_else(|| NameError {
            kind: "probe",
            rule: "write a path, and limits where Google's do not fit: `path=/health,period=10,timeout=1,failures=3`",
            value: s.to_owned(),
        })
    }
}

/// What an entity says of the container; what it does not say is as Google has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Container {
    /// In the order of the text: a variable may use those before it.
    pub env: Vec<EnvVar>,
    pub port: Option<Port>,
    pub predict_route: Option<Route>,
    pub health_route: Option<Route>,
    pub health_probe: Option<Probe>,
    pub startup_probe: Option<Probe>,
    pub deployment_timeout: Option<DeploymentTimeout>,
}

impl Container {
    /// The fields of a `ModelContainerSpec`, without its image.
    pub fn message(&self) -> Object {
        let mut spec = object()
            .with_text("predictRoute", self.predict_route.as_ref())
            .with_text("healthRoute", self.health_route.as_ref());
        if !self.env.is_empty() {
            let variable = |v: &EnvVar| Value::from(object().with("name", &*v.name).with("value", &*v.value));
            spec = spec.with("env", self.env.iter().map(variable).collect::<Vec<_>>());
        }
        if let Some(Port(port)) = self.port {
            spec = spec.with("ports", vec![Value::from(object().with("containerPort", port))]);
        }
        for (name, probe) in [("healthProbe", &self.health_probe), ("startupProbe", &self.startup_probe)] {
            if let Some(Probe { path, limits }) = probe {
                // Google publishes no default for a probe's own port.
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

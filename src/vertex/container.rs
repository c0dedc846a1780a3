//! Settings of a serving container, which Google fixes when the model is uploaded.
//!
//! Sources: schemas `ModelContainerSpec`, `EnvVar`, `Port` and `Probe` of the discovery document `aiplatform.v1` of 2026-11-06
//! (PyPI `google-api-python-client` 2.202.0), read 2026-11-27;
//! <https://cloud.google.com/vertex-ai/docs/predictions/custom-container-requirements>, read 2026-11-27.

use super::message::{Object, object};
use super::setting::{Message, Settings};
use crate::fingerprint::fingerprint;
use crate::words;
use serde_json::Value;

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

    /// Whether the value looks like a credential.
    pub fn looks_secret(&self) -> bool {
        let value = &self.value;
        if self.hidden {
            return value.ends_with(SECRET_MARK);
        }
        looks_secret(&self.name, value)
    }
}

/// Whether a value looks like a credential: a Google or Hugging Face credential, a private key, or a random text under a typical
/// name. The last word of the name counts.
pub fn looks_secret(name: &str, value: &str) -> bool {
    let is_typical = |secret: &str| {
        let (name, secret) = (name.as_bytes(), secret.as_bytes());
        let start = name.len().checked_sub(secret.len());
        let end = start.and_then(|start| Some((start.checked_sub(1).and_then(|at| name.get(at)), name.get(start..)?)));
        end.is_some_and(|(before, end)| matches!(before, None | Some(b'_' | b'-')) && end.eq_ignore_ascii_case(secret))
    };
    words::contains(value, "PRIVATE KEY-----")
        || value.starts_with("ya29.")
        || (value.starts_with("AIza") && value.len() >= 39)
        || (value.starts_with("hf_") && value.len() >= 30)
        || (SECRET_NAMES.iter().any(|secret| is_typical(secret)) && is_random(value))
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

/// A `ModelContainerSpec` without the image; Google's defaults apply to the settings that are missing.
#[derive(ts_rs::TS)]
#[ts(
    rename = "Container",
    type = "{
        /** A stored request has the fingerprints of values. */
        env?: { name: string; value: string | { fingerprint: string } }[];
        ports?: { containerPort: number }[];
        predictRoute?: string;
        healthRoute?: string;
        healthProbe?: ContainerProbe;
        startupProbe?: ContainerProbe;
        livenessProbe?: ContainerProbe;
        /** e.g. `3600s` */
        deploymentTimeout?: string;
        command?: string[];
        args?: string[];
        /** In megabytes. */
        sharedMemorySizeMb?: string;
        grpcPorts?: { containerPort: number }[];
        invokeRoutePrefix?: string;
    }"
)]
pub struct ContainerSpec;

/// A check of a container with the limits that differ from Google's defaults.
#[derive(ts_rs::TS)]
#[ts(
    rename = "ContainerProbe",
    type = "{
        httpGet?: { path: string; port: number };
        exec?: { command: string[] };
        tcpSocket?: { port: number };
        grpc?: { port: number };
        initialDelaySeconds?: number;
        periodSeconds?: number;
        timeoutSeconds?: number;
        failureThreshold?: number;
        successThreshold?: number;
    }"
)]
pub struct Probe;

/// Google's default for the port of a container.
const PORT: u64 = 8080;

/// The fields of a `ModelContainerSpec` that hold a probe.
pub const PROBES: [&str; 3] = ["healthProbe", "startupProbe", "livenessProbe"];

/// The `ModelContainerSpec` of variables and settings, without the image.
pub fn spec(env: &[EnvVar], settings: &Settings) -> Object {
    let mut spec = object();
    if !env.is_empty() {
        let value = |v: &EnvVar| match v.hidden {
            true => object().with(HIDDEN, &*v.value).into(),
            false => Value::from(&*v.value),
        };
        let variable = |v: &EnvVar| Value::from(object().with("name", &*v.name).with("value", value(v)));
        spec = spec.with("env", env.iter().map(variable).collect::<Vec<_>>());
    }
    let mut spec = settings.put(Message::Container, spec);
    let ports = settings.get(Message::Container, "ports");
    let port = ports.and_then(|ports| ports.get(0)?.get("containerPort")?.as_u64()).unwrap_or(PORT);
    for probe in PROBES {
        // Google publishes no default for the port of a probe.
        if let Some(get) = spec.below(probe, "httpGet") {
            get.insert("port".to_owned(), port.into());
        }
    }
    spec
}

#[cfg(test)]
mod tests {
    use super::*;

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

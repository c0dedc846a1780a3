//! Reading and rules of the serving container, for a model that is uploaded.

use super::keys::Key;
use super::reading::{Found, Reading};
use super::settings::secrets;
use crate::diagnostic::{Code, Diagnostic};
use crate::name::Model;
use crate::vertex::container::EnvVar;
use crate::vertex::setting::{Message, Settings};
use crate::words;
use serde_json::Value;

/// The keys of all settings, in the order of the reference.
const KEYS: [Key; 15] = [
    Key::Env,
    Key::Port,
    Key::PredictRoute,
    Key::HealthRoute,
    Key::HealthProbe,
    Key::StartupProbe,
    Key::LivenessProbe,
    Key::DeploymentTimeout,
    Key::Command,
    Key::Args,
    Key::SharedMemory,
    Key::GrpcPort,
    Key::InvokeRoutePrefix,
    Key::VersionDescription,
    Key::VersionAliases,
];

/// The fields of a probe's check, of which it has one.
const CHECKS: [&str; 4] = ["httpGet", "exec", "tcpSocket", "grpc"];

/// Google's maximum number of variables.
const MOST_VARIABLES: usize = 200;

/// Reports settings without an upload that they could apply to.
pub fn unused<'a>(reading: &mut Reading<'a>, model: Option<&Found<'a, Model>>) {
    let version = model.filter(|model| model.value.version.is_some());
    if version.is_none() && reading.has(Key::Image) {
        return;
    }
    let given = KEYS.iter().filter(|key| reading.has(**key));
    let names = words::list(given.map(|key| key.name()), "`, `");
    let Some(at) = KEYS.iter().find_map(|key| reading.at(*key)) else { return };
    let message = format!("no model is uploaded, so these have no effect: `{names}`");
    let finding = Diagnostic::new(Code::ContainerUnused, message);
    let finding = match version {
        Some(model) => finding
            .related("the version is named here", reading.place(model.at))
            .help("remove the settings, or replace the version with an image to upload a new model"),
        None => finding.help("add `google.com/vertex-ai-image` to upload a model, or remove the settings"),
    };
    reading.report(at, finding);
}

/// Messages never contain a value or a part that could be one, because it can be a secret.
pub fn env(reading: &mut Reading<'_>) -> Vec<EnvVar> {
    let mut env: Vec<EnvVar> = Vec::new();
    let Some(text) = reading.text(Key::Env) else { return env };
    let is_stored = reading.hides_values();
    let mut report = |code, message: String, help| reading.report_code(text.at, code, message, help);
    for (entry, number) in words::pairs(text.value, b"\n;").into_iter().zip(1u32..) {
        let Ok((name, value)) = entry else {
            report(Code::EnvMalformed, format!("entry {number} is not `NAME=value`"), "write one variable a line");
            // The next entries can be the rest of the same mistake, e.g. of a value with several lines.
            break;
        };
        let Some(variable) = EnvVar::new(name, value) else {
            let message = format!("the name in entry {number} is not a C identifier");
            report(
                Code::EnvName,
                message,
                "write letters, digits and underscores, beginning with a letter or underscore, e.g. `LOG_LEVEL`",
            );
            break;
        };
        let variable = if is_stored { variable.stored() } else { variable };
        if env.iter().any(|earlier| earlier.name() == name) {
            report(Code::EnvDuplicate, format!("`{name}` is set twice"), "keep one of them");
        }
        if variable.is_reserved() {
            report(
                Code::EnvReserved,
                format!("Vertex AI sets `{name}` itself"),
                "choose a name without the prefix `AIP_`",
            );
        }
        if variable.looks_secret() {
            let message = format!("the value of `{name}` looks like a secret");
            report(Code::EnvSecret, message, "store it in Secret Manager, and let the container read it");
        }
        env.push(variable);
    }
    if env.len() > MOST_VARIABLES {
        let message = format!("there are {} variables, but Google accepts at most {MOST_VARIABLES}", env.len());
        report(Code::EnvTooMany, message, "move some to a file in the image or the model");
    }
    env
}

/// Reports settings whose form is right, and which Google rejects.
pub fn limits(reading: &mut Reading<'_>, settings: &Settings) {
    for key in [Key::HealthProbe, Key::StartupProbe, Key::LivenessProbe] {
        let Some(field) = key.field() else { continue };
        let (Some(at), Some(probe)) = (reading.at(key), settings.get(field.message, field.path)) else { continue };
        secrets(reading, at, probe.get("exec").and_then(|exec| exec.get("command")).unwrap_or(&Value::Null));
        if CHECKS.iter().filter(|check| probe.get(**check).is_some()).count() != 1 {
            let help = "write one of `path`, `exec`, `tcp` and `grpc`, e.g. `path=/health,period=10`";
            reading.report_code(at, key.malformed(), "the probe does not have exactly one check", help);
        }
        // Only a delay can be 0.
        let mut limits = probe.as_object().into_iter().flatten();
        if limits.any(|(limit, value)| *value == 0 && limit != "initialDelaySeconds") {
            reading.report_code(at, Code::ProbeLimits, "a limit of the probe is 0", "write at least 1");
        }
    }
    let timeout = settings.get(Message::Container, "deploymentTimeout").and_then(|timeout| timeout.as_str());
    let seconds = timeout.and_then(|timeout| timeout.strip_suffix('s')?.parse::<u32>().ok());
    if let Some(at) = reading.at(Key::DeploymentTimeout).filter(|_| seconds.is_some_and(|seconds| seconds > 7200)) {
        let message = "the timeout is longer than two hours";
        reading.report_code(at, Code::DeploymentTimeoutTooLong, message, "write `7200s` or less");
    }
}

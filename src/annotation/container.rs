//! The serving container's settings, for a model that is uploaded.

use super::keys::Key;
use super::reading::{Found, Reading};
use crate::diagnostic::{Code, Diagnostic};
use crate::name::Model;
use crate::vertex::container::{Container, DeploymentTimeout, EnvVar, Probe};
use crate::words;

/// All of them, in the order of the reference.
const KEYS: [Key; 7] = [
    Key::Env,
    Key::Port,
    Key::PredictRoute,
    Key::HealthRoute,
    Key::HealthProbe,
    Key::StartupProbe,
    Key::DeploymentTimeout,
];

/// Google takes no more variables.
const MOST_VARIABLES: usize = 200;

pub fn container<'a>(reading: &mut Reading<'a>, model: Option<&Found<'a, Model>>) -> Container {
    unused(reading, model);
    Container {
        env: env(reading),
        port: reading.parse(Key::Port).map(|f| f.value),
        predict_route: reading.parse(Key::PredictRoute).map(|f| f.value),
        health_route: reading.parse(Key::HealthRoute).map(|f| f.value),
        health_probe: probe(reading, Key::HealthProbe),
        startup_probe: probe(reading, Key::StartupProbe),
        deployment_timeout: deployment_timeout(reading),
    }
}

/// Says that the settings go nowhere where no model is uploaded.
fn unused<'a>(reading: &mut Reading<'a>, model: Option<&Found<'a, Model>>) {
    let version = model.filter(|model| model.value.version.is_some());
    if version.is_none() && reading.has(Key::Image) {
        return;
    }
    let given = KEYS.iter().filter(|key| reading.has(**key));
    let names = words::list(given.map(|key| key.name()), "`, `");
    let Some(at) = KEYS.iter().find_map(|key| reading.at(*key)) else { return };
    let message = format!("no model is uploaded, so this changes nothing: `{names}`");
    let finding = Diagnostic::new(Code::ContainerUnused, message);
    let finding = match version {
        Some(model) => finding
            .related("a version names a model that is there", reading.place(model.at))
            .help("remove it, or name an image and no version: a container is fixed when its model is uploaded"),
        None => finding.help("add `google.com/vertex-ai-image` to upload a model, or remove it"),
    };
    reading.say(at, finding);
}

/// No message repeats a value, or what may be one: it may be a secret.
fn env(reading: &mut Reading<'_>) -> Vec<EnvVar> {
    let mut env: Vec<EnvVar> = Vec::new();
    let Some(text) = reading.text(Key::Env) else { return env };
    let mut say = |code, message: String, help| reading.tell(text.at, code, message, help);
    for (entry, number) in words::pairs(text.value, b"\n;").into_iter().zip(1u32..) {
        let Ok((name, value)) = entry else {
            say(Code::EnvMalformed, format!("entry {number} is not `NAME=value`"), "write one variable a line");
            // What follows may be more of the same mistake, such as a value of several lines.
            break;
        };
        let Some(variable) = EnvVar::new(name, value) else {
            let message = format!("entry {number} has a name that no variable can have");
            say(Code::EnvName, message, "write letters, digits and underscores, a digit not first: `LOG_LEVEL`");
            break;
        };
        if env.iter().any(|earlier| earlier.name() == name) {
            say(Code::EnvDuplicate, format!("`{name}` is given twice"), "keep one of them");
        }
        if variable.is_reserved() {
            say(
                Code::EnvReserved,
                format!("Vertex AI sets `{name}` itself"),
                "begin the name otherwise than with `AIP_`",
            );
        }
        if variable.looks_secret() {
            let message = format!("the value of `{name}` looks like a secret");
            say(Code::EnvSecret, message, "let the container read it from Secret Manager: many can read the catalog");
        }
        env.push(variable);
    }
    if env.len() > MOST_VARIABLES {
        let message = format!("{} variables are more than {MOST_VARIABLES}", env.len());
        say(Code::EnvTooMany, message, "put some into a file of the image or the model");
    }
    env
}

fn probe(reading: &mut Reading<'_>, key: Key) -> Option<Probe> {
    let probe = reading.parse::<Probe>(key)?;
    if !probe.value.is_possible() {
        reading.tell(probe.at, Code::ProbeLimits, "a limit of this probe is 0", "write at least 1");
    }
    Some(probe.value)
}

fn deployment_timeout(reading: &mut Reading<'_>) -> Option<DeploymentTimeout> {
    let timeout = reading.parse::<DeploymentTimeout>(Key::DeploymentTimeout)?;
    if timeout.value.is_too_long() {
        let message = "a deployment may take two hours at most";
        reading.tell(timeout.at, Code::DeploymentTimeoutTooLong, message, "write `7200s` or less");
    }
    Some(timeout.value)
}

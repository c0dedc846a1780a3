//! The serving container's settings, for a model that is uploaded.

use super::keys::Key;
use super::reading::{Found, Reading, pairs};
use crate::diagnostic::{Code, Diagnostic};
use crate::name::Model;
use crate::vertex::container::{Container, DeploymentTimeout, EnvVar, NoProbe, Probe};

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
    let names: Vec<String> = given.map(|key| format!("`{}`", key.name())).collect();
    let Some(at) = KEYS.iter().find_map(|key| reading.at(*key)) else { return };
    let message = format!("no model is uploaded, so this changes nothing: {}", names.join(", "));
    let finding = Diagnostic::new(Code::ContainerUnused, message);
    let finding = match version {
        Some(model) => finding.related("a version names a model that is there", reading.place(model.at)).help(
            "remove it, or leave the version out and name an image: a container is fixed when its model is uploaded",
        ),
        None => finding.help("add `google.com/vertex-ai-image` to upload a model, or remove it"),
    };
    reading.say(at, finding);
}

/// No message repeats a value, or what may be one: it may be a secret.
fn env(reading: &mut Reading<'_>) -> Vec<EnvVar> {
    let mut env: Vec<EnvVar> = Vec::new();
    let Some(text) = reading.text(Key::Env) else { return env };
    let mut say = |code, message: String, help: &str| reading.say(text.at, Diagnostic::new(code, message).help(help));
    for (entry, number) in pairs(text.value, &['\n', ';']).zip(1..) {
        let Ok((name, value)) = entry else {
            say(Code::EnvMalformed, format!("entry {number} is not `NAME=value`"), "write one variable a line");
            // What follows may be more of the same mistake, such as a value of several lines.
            break;
        };
        let Some(variable) = EnvVar::new(name, value) else {
            let help = "a name has letters, digits and underscores and does not begin with a digit, e.g. `LOG_LEVEL`";
            say(Code::EnvName, format!("entry {number} has a name that no variable can have"), help);
            break;
        };
        if env.iter().any(|earlier| earlier.name() == name) {
            say(Code::EnvDuplicate, format!("the variable `{name}` is given twice"), "keep one of them");
        }
        if variable.is_reserved() {
            say(
                Code::EnvReserved,
                format!("Vertex AI sets `{name}` itself"),
                "choose a name that does not begin with `AIP_`",
            );
        }
        if variable.looks_secret() {
            let help = "keep it in Secret Manager and let the container read it there: everybody can read the catalog";
            say(Code::EnvSecret, format!("the value of `{name}` looks like a secret"), help);
        }
        env.push(variable);
    }
    if env.len() > MOST_VARIABLES {
        let message = format!("{} variables are more than {MOST_VARIABLES}", env.len());
        say(Code::EnvTooMany, message, "put them into a file of the image, or of the model");
    }
    env
}

fn probe(reading: &mut Reading<'_>, key: Key) -> Option<Probe> {
    let text = reading.text(key)?;
    let finding = match text.value.parse() {
        Ok(probe) => return Some(probe),
        Err(NoProbe::Malformed) => Diagnostic::new(key.malformed(), format!("`{}` is not a probe", text.value))
            .help(format!("write a path and, where Google's defaults do not fit, limits: `{}`", key.example())),
        Err(NoProbe::BelowOne) => Diagnostic::new(Code::ProbeLimits, "a probe's limits are at least 1")
            .help("period and timeout are whole seconds, failures a number of tries"),
    };
    reading.say(text.at, finding);
    None
}

fn deployment_timeout(reading: &mut Reading<'_>) -> Option<DeploymentTimeout> {
    let text = reading.text(Key::DeploymentTimeout)?;
    let number = |unit| text.value.strip_suffix(unit).and_then(|number| number.parse::<u32>().ok());
    let seconds = number('s');
    if let Some(timeout) = seconds.and_then(DeploymentTimeout::new) {
        return Some(timeout);
    }
    let finding = if seconds.is_some_and(|seconds| seconds > DeploymentTimeout::LONGEST) {
        Diagnostic::new(Code::DeploymentTimeoutTooLong, "a deployment may take two hours at most")
            .help("write `7200s` or less")
    } else {
        let minutes = number('m').and_then(|minutes| minutes.checked_mul(60)).and_then(DeploymentTimeout::new);
        let fix = minutes.and_then(|timeout| reading.write(text.at, &timeout.to_string()));
        Diagnostic::new(Code::DeploymentTimeoutMalformed, format!("`{}` is not a time in seconds", text.value))
            .help("write whole seconds and an `s`, e.g. `3600s`")
            .fix(fix)
    };
    reading.say(text.at, finding);
    None
}

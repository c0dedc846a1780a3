//! Reading and rules of the settings: annotations that set one field of a request.

use super::At;
use super::keys::{KEYS, Key};
use super::reading::{Found, Reading, is_open};
use crate::diagnostic::{Code, Diagnostic};
use crate::vertex::container::looks_secret;
use crate::vertex::deployed_model::Replicas;
use crate::vertex::machine::MachineType;
use crate::vertex::setting::{Form, Message, Settings};
use crate::words;
use serde_json::Value;

/// What a model on machines of its own may have.
const DEDICATED: [Key; 10] = [
    Key::MachineType,
    Key::Accelerator,
    Key::RequiredReplicas,
    Key::Autoscale,
    Key::Spot,
    Key::Reservation,
    Key::GpuPartition,
    Key::TpuTopology,
    Key::ScaleToZero,
    Key::FlexStart,
];

/// Annotations that exclude others.
const EXCLUDES: [(Key, &[Key]); 9] = [
    (Key::InvokeRoutePrefix, &[Key::PredictRoute]),
    (Key::ResourcePool, &DEDICATED),
    (Key::ResourcePool, &[Key::Replicas, Key::AutomaticResources]),
    (Key::AutomaticResources, &DEDICATED),
    (Key::Spot, &[Key::Reservation, Key::FlexStart]),
    (Key::FlexStart, &[Key::Reservation, Key::ScaleToZero]),
    (Key::ScaleToZero, &[Key::RequiredReplicas]),
    (Key::Network, &[Key::ConsumerProjects]),
    (Key::TpuTopology, &[Key::Accelerator, Key::GpuPartition]),
];

/// Whether the model runs on machines that the entity does not choose.
pub fn has_foreign_machines(reading: &Reading<'_>) -> bool {
    reading.has(Key::ResourcePool) || reading.has(Key::AutomaticResources)
}

/// Reads all settings, and checks them against each other.
pub fn settings<'a>(
    reading: &mut Reading<'a>,
    machine: Option<&Found<'a, MachineType>>,
    replicas: Option<&Found<'a, Replicas>>,
) -> Settings {
    let mut settings = Settings::default();
    for key in KEYS {
        let Some(field) = key.field() else { continue };
        let Some(text) = reading.text(*key) else { continue };
        match field.form.read(text.value) {
            Ok(Some(value)) => {
                if matches!(field.form, Form::Lines) {
                    secrets(reading, text.at, &value);
                }
                settings.set(field, value);
            }
            Ok(None) => {}
            Err(_) => {
                // A setting of the container can hold a secret.
                let value = if field.message == Message::Container { "…" } else { text.value };
                let message = format!("`{value}` is not a value of `{}`", text.at.name());
                let finding = Diagnostic::new(key.malformed(), message);
                reading.report(text.at, finding.help(format!("write a value such as `{}`", key.example())));
            }
        }
        if field.is_preview {
            let message = "the setting is a preview feature of Google, without a service level";
            reading.report_code(
                text.at,
                Code::SettingPreview,
                message,
                "remove it, or set the rule to `off` in the portal",
            );
        }
    }
    excluded(reading);
    reached(reading);
    sized(reading, machine, replicas);
    settings
}

/// Reports a command whose arguments look like secrets. Messages never contain a value or a part of one.
pub fn secrets<'a>(reading: &mut Reading<'a>, at: At<'a>, arguments: &Value) {
    // The name of an option can stand before its value.
    let mut option = "";
    for argument in arguments.as_array().into_iter().flatten() {
        let argument = argument.as_str().unwrap_or_default();
        let pair = words::split_once(argument, "=").or_else(|| words::split_once(argument, " "));
        let (name, value) = pair.unwrap_or((option, argument));
        option = argument;
        if looks_secret(name, value) {
            let help = "store it in Secret Manager, and let the container read it";
            reading.report_code(at, Code::SettingSecret, "an argument looks like a secret", help);
            return;
        }
    }
}

/// The text of an annotation that asks for something else than Google's default.
fn asked<'a>(reading: &Reading<'a>, key: Key) -> Option<Found<'a, &'a str>> {
    let at = reading.at(key).filter(|at| !is_open(at.value))?;
    let value = at.value.as_text()?.trim();
    (!matches!(value, "false" | "none" | "shared")).then_some(Found { value, at })
}

fn excluded(reading: &mut Reading<'_>) {
    for (key, others) in EXCLUDES {
        for other in others {
            conflict(reading, key, *other);
        }
    }
}

/// Reports two annotations of which only one can apply, at the second.
fn conflict(reading: &mut Reading<'_>, key: Key, other: Key) {
    let (Some(there), Some(here)) = (asked(reading, key), asked(reading, other)) else { return };
    let finding = Diagnostic::new(Code::SettingConflict, "two annotations exclude each other")
        .related("the other one is set here", reading.place(there.at));
    reading.report(here.at, finding.help("keep one of them"));
}

/// Reports the settings of an endpoint that do not fit its type.
fn reached(reading: &mut Reading<'_>) {
    if reading.at(Key::EndpointType).is_some_and(|at| is_open(at.value)) {
        return;
    }
    let kind = asked(reading, Key::EndpointType);
    if kind.is_none_or(|kind| kind.value != "dedicated") {
        without_effect(reading, Key::InvokeRoutePrefix, DEDICATED_ENDPOINT);
    }
    if let Some(kind) = kind.filter(|kind| kind.value == "private") {
        if !reading.has(Key::Network) && !reading.has(Key::ConsumerProjects) {
            let help = "add `google.com/vertex-ai-network` or `google.com/vertex-ai-consumer-projects`";
            incomplete(reading, kind.at, "a private endpoint needs a network or consumer projects", help);
        }
        // One model serves on it, with all traffic.
        if asked(reading, Key::Traffic).is_some_and(|traffic| traffic.value != "100") {
            conflict(reading, Key::EndpointType, Key::Traffic);
        }
        return;
    }
    for key in [Key::Network, Key::ConsumerProjects] {
        without_effect(reading, key, "add `google.com/vertex-ai-endpoint-type: private`");
    }
    if kind.is_none() {
        without_effect(reading, Key::InferenceTimeout, DEDICATED_ENDPOINT);
    }
}

const DEDICATED_ENDPOINT: &str = "add `google.com/vertex-ai-endpoint-type: dedicated`";

fn without_effect(reading: &mut Reading<'_>, key: Key, help: &'static str) {
    if let Some(found) = asked(reading, key) {
        incomplete(reading, found.at, "the setting has no effect on an endpoint of this type", help);
    }
}

fn incomplete<'a>(reading: &mut Reading<'a>, at: At<'a>, message: &'static str, help: &'static str) {
    reading.report_code(at, Code::SettingIncomplete, message, help);
}

/// Reports settings that do not fit the machine or the number of replicas.
fn sized<'a>(
    reading: &mut Reading<'a>,
    machine: Option<&Found<'a, MachineType>>,
    replicas: Option<&Found<'a, Replicas>>,
) {
    // A machine type or a number that is open or wrong decides nothing.
    let has_chips = machine.map_or(reading.has(Key::MachineType), |machine| machine.value.is_tpu());
    if let Some(found) = asked(reading, Key::TpuTopology).filter(|_| !has_chips) {
        let help = "add `google.com/vertex-ai-machine-type: ct5lp-hightpu-4t`, or remove it";
        incomplete(reading, found.at, "only a TPU machine has a topology", help);
    }
    let count = asked(reading, Key::Accelerator).and_then(|found| Some(words::split_once(found.value, ":")?.1));
    if count.is_some_and(|count| count != "1") {
        conflict(reading, Key::GpuPartition, Key::Accelerator);
    }
    let open = if reading.has(Key::Replicas) { u32::MAX } else { 1 };
    let least = replicas.map_or(open, |found| found.value.min);
    let required = asked(reading, Key::RequiredReplicas);
    if let Some(found) = required.filter(|found| found.value.parse::<u32>().is_ok_and(|count| count > least)) {
        let help = "write at most the minimum of `google.com/vertex-ai-replicas`, which is 1 by default";
        reading.report_code(found.at, Code::SettingConflict, "more replicas are required than the minimum", help);
    }
}

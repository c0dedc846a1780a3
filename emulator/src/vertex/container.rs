//! Checks of serving containers and labels. Limits: `aiplatform.v1` `ModelContainerSpec`, `Probe`, `Endpoint`. Unverified: the texts.

use super::Problems;
use crate::message::{seconds, snake};
use serde_json::Value;

/// Checks a `ModelContainerSpec` at a path of the request.
pub fn check(spec: &Value, path: &str, problems: &mut Problems) {
    let mut wrong = |field: &str, text: String| problems.push((format!("{path}.{field}"), text));
    let list = |name: &str| spec[name].as_array().into_iter().flatten().enumerate();
    for (at, variable) in list("env") {
        let name = variable["name"].as_str().unwrap_or_default();
        let identifier = !name.is_empty()
            && !name.starts_with(|c: char| c.is_ascii_digit())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !identifier {
            wrong(&format!("env[{at}].name"), format!("Invalid name of an environment variable: \"{name}\""));
        } else if name.starts_with("AIP_") {
            // Documented as reserved; that Google rejects an upload because of it is unverified.
            wrong(&format!("env[{at}].name"), format!("The environment variable {name} is reserved."));
        }
    }
    for name in ["env", "command", "args"] {
        if list(name).count() > 200 {
            wrong(name, "At most 200 entries can be specified.".to_owned());
        }
    }
    for name in ["ports", "grpcPorts"] {
        for (at, port) in list(name) {
            if !is_port(&port["containerPort"]) {
                let field = format!("{}[{at}].container_port", snake(name));
                wrong(&field, "The port must be between 1 and 65535.".to_owned());
            }
        }
    }
    for name in ["predictRoute", "healthRoute"] {
        if spec[name].as_str().is_some_and(|route| !route.starts_with('/')) {
            wrong(&snake(name), format!("{name} must be a path."));
        }
    }
    match spec["invokeRoutePrefix"].as_str() {
        Some(prefix) if prefix != "/*" => {
            wrong("invoke_route_prefix", "\"/*\" is the only supported value.".to_owned());
        }
        Some(_) if !spec["predictRoute"].is_null() => {
            let text = "Only one of predict_route and invoke_route_prefix can be set.";
            wrong("invoke_route_prefix", text.to_owned());
        }
        _ => {}
    }
    if spec["deploymentTimeout"].as_str().and_then(seconds).is_some_and(|time| !(0.0..=7200.0).contains(&time)) {
        wrong("deployment_timeout", "The timeout must be at most two hours.".to_owned());
    }
    if spec["sharedMemorySizeMb"].as_str().and_then(|size| size.parse::<i64>().ok()).is_some_and(|size| size < 0) {
        wrong("shared_memory_size_mb", "The size must not be negative.".to_owned());
    }
    for name in ["startupProbe", "healthProbe", "livenessProbe"] {
        check_probe(&spec[name], &format!("{path}.{}", snake(name)), problems);
    }
}

fn is_port(port: &Value) -> bool {
    port.as_i64().is_some_and(|port| (1..=65_535).contains(&port))
}

fn check_probe(probe: &Value, path: &str, problems: &mut Problems) {
    const KINDS: &[&str] = &["exec", "httpGet", "grpc", "tcpSocket"];
    const LEAST: &[(&str, i64)] = &[
        ("periodSeconds", 1),
        ("timeoutSeconds", 1),
        ("failureThreshold", 1),
        ("successThreshold", 1),
        ("initialDelaySeconds", 0),
    ];
    if !probe.is_object() {
        return;
    }
    let mut wrong = |field: &str, text: String| problems.push((format!("{path}{field}"), text));
    if KINDS.iter().filter(|kind| !probe[**kind].is_null()).count() != 1 {
        wrong("", format!("Exactly one of {} must be set.", KINDS.join(", ")));
    }
    for kind in KINDS {
        if !probe[kind]["port"].is_null() && !is_port(&probe[kind]["port"]) {
            wrong(&format!(".{}.port", snake(kind)), "The port must be between 1 and 65535.".to_owned());
        }
    }
    for (name, least) in LEAST {
        if probe[*name].as_i64().is_some_and(|number| number < *least) {
            wrong(&format!(".{}", snake(name)), format!("It must be at least {least}."));
        }
    }
}

/// Checks the labels of an `Endpoint` or a `Model` at a path of the request.
pub fn check_labels(labels: &Value, path: &str, problems: &mut Problems) {
    let plain = |text: &str| {
        text.chars().count() <= 64
            && text.chars().all(|c| (c.is_alphanumeric() && !c.is_uppercase()) || c == '_' || c == '-')
    };
    for (key, value) in labels.as_object().into_iter().flatten() {
        if key.is_empty() || !plain(key) || !value.as_str().is_some_and(plain) {
            let text = "Label keys and values can only contain lowercase letters, numbers, dashes and underscores.";
            problems.push((path.to_owned(), format!("{text} Found: \"{key}\".")));
        }
    }
}

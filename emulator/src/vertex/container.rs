//! Checks of serving containers and labels. Limits: `aiplatform.v1` `ModelContainerSpec`, `Probe`, `Endpoint`.

use crate::error::ApiError;
use serde_json::Value;

/// Checks a `ModelContainerSpec`.
pub fn check(spec: &Value) -> Result<(), ApiError> {
    let list = |name: &str| spec[name].as_array().into_iter().flatten();
    for variable in list("env") {
        let name = variable["name"].as_str().unwrap_or_default();
        let identifier = !name.is_empty()
            && !name.starts_with(|c: char| c.is_ascii_digit())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !identifier {
            return Err(ApiError::invalid(format!("Invalid name of an environment variable: \"{name}\"")));
        }
        // Documented as reserved; that Google rejects an upload because of it is unverified.
        if name.starts_with("AIP_") {
            return Err(ApiError::invalid(format!("The environment variable {name} is reserved.")));
        }
    }
    if list("env").count() > 200 {
        return Err(ApiError::invalid("At most 200 environment variables can be specified."));
    }
    for port in list("ports").chain(list("grpcPorts")) {
        if !port["containerPort"].as_i64().is_some_and(|port| (1..=65_535).contains(&port)) {
            return Err(ApiError::invalid("containerPort must be between 1 and 65535."));
        }
    }
    for name in ["predictRoute", "healthRoute"] {
        if spec[name].as_str().is_some_and(|route| !route.starts_with('/')) {
            return Err(ApiError::invalid(format!("{name} must be a path.")));
        }
    }
    for name in ["startupProbe", "healthProbe", "livenessProbe"] {
        check_probe(name, &spec[name])?;
    }
    let timeout = &spec["deploymentTimeout"];
    let seconds = timeout.as_str().and_then(|text| text.strip_suffix('s')?.parse::<f64>().ok());
    match seconds {
        Some(seconds) if (0.0..=7200.0).contains(&seconds) => Ok(()),
        None if timeout.is_null() => Ok(()),
        _ => Err(ApiError::invalid(format!("Invalid deploymentTimeout: {timeout}"))),
    }
}

fn check_probe(name: &str, probe: &Value) -> Result<(), ApiError> {
    let kinds = ["exec", "httpGet", "grpc", "tcpSocket"];
    if probe.is_object() && kinds.iter().filter(|kind| !probe[**kind].is_null()).count() != 1 {
        return Err(ApiError::invalid(format!("{name} must have exactly one of {}.", kinds.join(", "))));
    }
    let limits = ["periodSeconds", "timeoutSeconds", "failureThreshold", "successThreshold"];
    match limits.iter().find(|limit| probe[**limit].as_i64().is_some_and(|number| number < 1)) {
        Some(limit) => Err(ApiError::invalid(format!("{name}.{limit} must be at least 1."))),
        None => Ok(()),
    }
}

/// Checks the labels of an `Endpoint` or a `Model`.
pub fn check_labels(labels: &Value) -> Result<(), ApiError> {
    let plain = |text: &str| {
        text.chars().count() <= 64
            && text.chars().all(|c| (c.is_alphanumeric() && !c.is_uppercase()) || c == '_' || c == '-')
    };
    for (key, value) in labels.as_object().into_iter().flatten() {
        if key.is_empty() || !plain(key) || !value.as_str().is_some_and(plain) {
            return Err(ApiError::invalid(format!("Invalid label \"{key}\".")));
        }
    }
    Ok(())
}

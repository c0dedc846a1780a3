//! Request bodies, read as strictly as Google reads them.
//!
//! Unknown fields are rejected. Names may be camelCase or snake_case, enums names or numbers, 64-bit integers strings or numbers. Source
//! of the fields: `aiplatform.v1`.

use crate::error::ApiError;
use serde_json::{Map, Value, json};

/// The type of a field.
pub enum Shape {
    Text,
    Bool,
    Int,
    /// A 64-bit integer: a string in JSON.
    Long,
    Enum(&'static [(&'static str, i64)]),
    Message(&'static [(&'static str, Shape)]),
    List(&'static Shape),
    /// A map from strings to values of this shape.
    Map(&'static Shape),
    /// Any value: the emulator does not read it.
    Any,
    /// An output-only field: accepted from callers that send back an answer, and dropped.
    Output,
}

use Shape::{Any, Bool, Enum, Int, List, Long, Message, Output, Text};

/// `AcceleratorType`
pub const ACCELERATORS: &[(&str, i64)] = &[
    ("ACCELERATOR_TYPE_UNSPECIFIED", 0),
    ("NVIDIA_TESLA_K80", 1),
    ("NVIDIA_TESLA_P100", 2),
    ("NVIDIA_TESLA_V100", 3),
    ("NVIDIA_TESLA_P4", 4),
    ("NVIDIA_TESLA_T4", 5),
    ("TPU_V2", 6),
    ("TPU_V3", 7),
    ("NVIDIA_TESLA_A100", 8),
    ("NVIDIA_A100_80GB", 9),
    ("TPU_V4_POD", 10),
    ("NVIDIA_L4", 11),
    ("TPU_V5_LITEPOD", 12),
    ("NVIDIA_H100_80GB", 13),
    ("NVIDIA_H100_MEGA_80GB", 14),
    ("NVIDIA_H200_141GB", 15),
    ("NVIDIA_B200", 16),
    ("NVIDIA_GB200", 17),
    ("NVIDIA_RTX_PRO_6000", 18),
];

/// The stages of a deployment, in Google's order, with their enum numbers.
pub const STAGES: &[(&str, i64)] = &[
    ("STARTING_DEPLOYMENT", 5),
    ("PREPARING_MODEL", 6),
    ("CREATING_SERVING_CLUSTER", 7),
    ("ADDING_NODES_TO_CLUSTER", 8),
    ("GETTING_CONTAINER_IMAGE", 9),
    ("STARTING_MODEL_SERVER", 3),
    ("FINISHING_UP", 4),
    ("DEPLOYMENT_TERMINATED", 10),
    ("SUCCESSFULLY_DEPLOYED", 11),
    ("FAILED_TO_DEPLOY", 12),
];

/// `Entitlement.State` of Privileged Access Manager.
const ENTITLEMENT_STATES: &[(&str, i64)] =
    &[("CREATING", 1), ("AVAILABLE", 2), ("DELETING", 3), ("DELETED", 4), ("UPDATING", 5)];

/// `Grant.State` of Privileged Access Manager.
const GRANT_STATES: &[(&str, i64)] = &[
    ("APPROVAL_AWAITED", 1),
    ("DENIED", 3),
    ("SCHEDULED", 4),
    ("ACTIVATING", 5),
    ("ACTIVE", 6),
    ("ACTIVATION_FAILED", 7),
    ("EXPIRED", 8),
    ("REVOKING", 9),
    ("REVOKED", 10),
    ("ENDED", 11),
    ("WITHDRAWING", 12),
    ("WITHDRAWN", 13),
];

const MACHINE: &[(&str, Shape)] = &[
    ("machineType", Text),
    ("acceleratorType", Enum(ACCELERATORS)),
    ("acceleratorCount", Int),
    ("gpuPartitionSize", Text),
    ("tpuTopology", Text),
    ("reservationAffinity", Any),
];

const DEDICATED: &[(&str, Shape)] = &[
    ("machineSpec", Message(MACHINE)),
    ("minReplicaCount", Int),
    ("maxReplicaCount", Int),
    ("requiredReplicaCount", Int),
    ("autoscalingMetricSpecs", List(&Message(&[("metricName", Text), ("target", Int)]))),
    ("spot", Bool),
];

const DEPLOYED_MODEL: &[(&str, Shape)] = &[
    ("id", Text),
    ("model", Text),
    ("displayName", Text),
    ("dedicatedResources", Message(DEDICATED)),
    ("automaticResources", Message(&[("minReplicaCount", Int), ("maxReplicaCount", Int)])),
    ("sharedResources", Text),
    ("serviceAccount", Text),
    ("explanationSpec", Any),
    ("disableExplanations", Bool),
    ("enableAccessLogging", Bool),
    ("disableContainerLogging", Bool),
    ("checkpointId", Text),
    ("systemLabels", Shape::Map(&Text)),
    ("fasterDeploymentConfig", Any),
    ("speculativeDecodingSpec", Any),
    ("gdcConnectedModel", Text),
    ("modelVersionId", Output),
    ("createTime", Output),
    ("status", Output),
    ("privateEndpoints", Output),
];

const ENCRYPTION: Shape = Message(&[("kmsKeyName", Text)]);

pub const ENDPOINT: &[(&str, Shape)] = &[
    ("name", Text),
    ("displayName", Text),
    ("description", Text),
    ("labels", Shape::Map(&Text)),
    ("etag", Text),
    ("trafficSplit", Shape::Map(&Int)),
    ("network", Text),
    ("encryptionSpec", ENCRYPTION),
    ("dedicatedEndpointEnabled", Bool),
    ("enablePrivateServiceConnect", Bool),
    ("gdcConfig", Any),
    ("genAiAdvancedFeaturesConfig", Any),
    ("privateServiceConnectConfig", Any),
    ("predictRequestResponseLoggingConfig", Any),
    ("clientConnectionConfig", Any),
    ("createTime", Output),
    ("updateTime", Output),
    ("deployedModels", Output),
    ("modelDeploymentMonitoringJob", Output),
    ("dedicatedEndpointDns", Output),
    ("satisfiesPzs", Output),
    ("satisfiesPzi", Output),
];

const PROBE: &[(&str, Shape)] = &[
    ("exec", Message(&[("command", List(&Text))])),
    ("httpGet", Message(HTTP_GET)),
    ("grpc", Message(&[("port", Int), ("service", Text)])),
    ("tcpSocket", Message(&[("host", Text), ("port", Int)])),
    ("periodSeconds", Int),
    ("timeoutSeconds", Int),
    ("failureThreshold", Int),
    ("successThreshold", Int),
    ("initialDelaySeconds", Int),
];

const HTTP_GET: &[(&str, Shape)] = &[
    ("path", Text),
    ("port", Int),
    ("host", Text),
    ("scheme", Text),
    ("httpHeaders", List(&Message(&[("name", Text), ("value", Text)]))),
];

const CONTAINER: &[(&str, Shape)] = &[
    ("imageUri", Text),
    ("command", List(&Text)),
    ("args", List(&Text)),
    ("env", List(&Message(&[("name", Text), ("value", Text)]))),
    ("ports", List(&Message(&[("containerPort", Int)]))),
    ("grpcPorts", List(&Message(&[("containerPort", Int)]))),
    ("predictRoute", Text),
    ("healthRoute", Text),
    ("invokeRoutePrefix", Text),
    ("deploymentTimeout", Text),
    ("sharedMemorySizeMb", Long),
    ("startupProbe", Message(PROBE)),
    ("healthProbe", Message(PROBE)),
    ("livenessProbe", Message(PROBE)),
];

pub const MODEL: &[(&str, Shape)] = &[
    ("name", Text),
    ("displayName", Text),
    ("description", Text),
    ("versionDescription", Text),
    ("versionAliases", List(&Text)),
    ("labels", Shape::Map(&Text)),
    ("etag", Text),
    ("artifactUri", Text),
    ("containerSpec", Message(CONTAINER)),
    ("predictSchemata", Any),
    ("metadataSchemaUri", Text),
    ("metadata", Any),
    ("encryptionSpec", ENCRYPTION),
    ("explanationSpec", Any),
    ("baseModelSource", Any),
    ("dataStats", Any),
    ("defaultCheckpointId", Text),
    ("pipelineJob", Text),
    ("checkpoints", Output),
    ("metadataArtifact", Output),
    ("modelSourceInfo", Output),
    ("originalModelInfo", Output),
    ("satisfiesPzi", Output),
    ("satisfiesPzs", Output),
    ("supportedExportFormats", Output),
    ("supportedInputStorageFormats", Output),
    ("supportedOutputStorageFormats", Output),
    ("trainingPipeline", Output),
    ("createTime", Output),
    ("updateTime", Output),
    ("versionId", Output),
    ("versionCreateTime", Output),
    ("versionUpdateTime", Output),
    ("deployedModels", Output),
    ("supportedDeploymentResourcesTypes", Output),
];

pub const UPLOAD_MODEL: &[(&str, Shape)] =
    &[("model", Message(MODEL)), ("modelId", Text), ("parentModel", Text), ("serviceAccount", Text)];
pub const DEPLOY_MODEL: &[(&str, Shape)] =
    &[("deployedModel", Message(DEPLOYED_MODEL)), ("trafficSplit", Shape::Map(&Int))];
pub const MUTATE_DEPLOYED_MODEL: &[(&str, Shape)] = &[("deployedModel", Message(DEPLOYED_MODEL)), ("updateMask", Text)];
pub const MERGE_ALIASES: &[(&str, Shape)] = &[("versionAliases", List(&Text))];
pub const UNDEPLOY_MODEL: &[(&str, Shape)] = &[("deployedModelId", Text), ("trafficSplit", Shape::Map(&Int))];
pub const PREDICT: &[(&str, Shape)] = &[("instances", List(&Any)), ("parameters", Any), ("labels", Shape::Map(&Text))];
pub const GENERATE_TOKEN: &[(&str, Shape)] = &[("delegates", List(&Text)), ("scope", List(&Text)), ("lifetime", Text)];
pub const GET_POLICY: &[(&str, Shape)] = &[("options", Message(&[("requestedPolicyVersion", Int)]))];
pub const SET_POLICY: &[(&str, Shape)] = &[("policy", Any), ("updateMask", Text)];
pub const TEST_PERMISSIONS: &[(&str, Shape)] = &[("permissions", List(&Text))];
pub const EMPTY: &[(&str, Shape)] = &[];

/// Reads a body; an empty body is an empty message.
pub fn read(body: &[u8], fields: &'static [(&'static str, Shape)]) -> Result<Value, ApiError> {
    if body.is_empty() {
        return Ok(json!({}));
    }
    let value: Value = serde_json::from_slice(body)
        .map_err(|_| ApiError::invalid("Invalid JSON payload received. Unable to parse the body."))?;
    message(value, fields, "")
}

fn message(value: Value, fields: &'static [(&'static str, Shape)], path: &str) -> Result<Value, ApiError> {
    let Value::Object(object) = value else {
        return Err(ApiError::invalid(format!("Invalid value at '{path}': an object is expected.")));
    };
    let mut out = Map::new();
    for (key, value) in object {
        let name = camel(&key);
        let Some((name, shape)) = fields.iter().find(|(known, _)| *known == name) else {
            let at = if path.is_empty() { String::new() } else { format!(" at '{path}'") };
            return Err(ApiError::invalid(format!(
                "Invalid JSON payload received. Unknown name \"{key}\"{at}: Cannot find field."
            )));
        };
        // In the JSON mapping of protocol buffers, null is an unset field.
        if !value.is_null() && !matches!(shape, Output) {
            let path = if path.is_empty() { (*name).to_owned() } else { format!("{path}.{name}") };
            out.insert((*name).to_owned(), shaped(value, shape, &path)?);
        }
    }
    Ok(Value::Object(out))
}

fn shaped(value: Value, shape: &'static Shape, path: &str) -> Result<Value, ApiError> {
    let wrong = |value: &Value| ApiError::invalid(format!("Invalid value at '{path}': {value}"));
    match (shape, value) {
        (Any, value) | (Text, value @ Value::String(_)) | (Bool, value @ Value::Bool(_)) => Ok(value),
        (Int, value) => {
            let number = value.as_i64().or_else(|| value.as_str()?.parse().ok());
            number.and_then(|n| i32::try_from(n).ok()).map(|n| json!(n)).ok_or_else(|| wrong(&value))
        }
        (Long, value) => {
            let number = value.as_i64().or_else(|| value.as_str()?.parse().ok());
            number.map(|n| json!(n.to_string())).ok_or_else(|| wrong(&value))
        }
        (Enum(names), value) => {
            let found = match &value {
                Value::String(name) => names.iter().find(|(known, _)| known == name),
                other => other.as_i64().and_then(|number| names.iter().find(|(_, known)| *known == number)),
            };
            found.map(|(name, _)| json!(name)).ok_or_else(|| wrong(&value))
        }
        (Message(fields), value) => message(value, fields, path),
        (List(inner), Value::Array(items)) => {
            items.into_iter().map(|item| shaped(item, inner, path)).collect::<Result<Vec<_>, _>>().map(Value::Array)
        }
        (Shape::Map(inner), Value::Object(entries)) => entries
            .into_iter()
            .map(|(key, value)| Ok((key, shaped(value, inner, path)?)))
            .collect::<Result<Map<_, _>, ApiError>>()
            .map(Value::Object),
        (_, value) => Err(wrong(&value)),
    }
}

/// Returns the JSON name of a field.
pub fn camel(name: &str) -> String {
    let mut upper = false;
    name.chars().fold(String::new(), |mut out, c| {
        if c == '_' {
            upper = true;
        } else if upper {
            out.push(c.to_ascii_uppercase());
            upper = false;
        } else {
            out.push(c);
        }
        out
    })
}

/// Replaces enum names by numbers, for callers that send `$alt=json;enum-encoding=int`.
pub fn enums_as_numbers(value: &mut Value) {
    match value {
        Value::Object(map) => {
            let states = if map.contains_key("requester") {
                GRANT_STATES
            } else if map.contains_key("maxRequestDuration") {
                ENTITLEMENT_STATES
            } else {
                &[]
            };
            for (key, value) in map.iter_mut() {
                let names = match key.as_str() {
                    "state" => states,
                    "acceleratorType" => ACCELERATORS,
                    "deploymentStage" => STAGES,
                    "supportedDeploymentResourcesTypes" => {
                        &[("DEDICATED_RESOURCES", 1), ("AUTOMATIC_RESOURCES", 2), ("SHARED_RESOURCES", 3)]
                    }
                    _ => {
                        enums_as_numbers(value);
                        continue;
                    }
                };
                let number = |value: &mut Value| {
                    if let Some((_, n)) = names.iter().find(|(name, _)| value == name) {
                        *value = json!(n);
                    }
                };
                match value {
                    Value::Array(items) => items.iter_mut().for_each(number),
                    one => number(one),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(enums_as_numbers),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_names_and_enums_in_every_form() {
        let body = br#"{"deployed_model": {"id": "1", "dedicatedResources": {"machine_spec": {"acceleratorType": 11, "acceleratorCount": "1"}}}}"#;
        let read = read(body, DEPLOY_MODEL).unwrap();
        let machine = &read["deployedModel"]["dedicatedResources"]["machineSpec"];
        assert_eq!(machine, &json!({"acceleratorType": "NVIDIA_L4", "acceleratorCount": 1}));
    }

    #[test]
    fn rejects_an_unknown_field_by_name() {
        let error = read(br#"{"deployedModel": {"surprise": 1}}"#, DEPLOY_MODEL).unwrap_err();
        assert!(
            error.body["error"]["message"].as_str().unwrap().contains("Unknown name \"surprise\" at 'deployedModel'")
        );
        assert!(read(br#"{"trafficSplit": {"0": "many"}}"#, DEPLOY_MODEL).is_err());
        assert!(read(b"[]", DEPLOY_MODEL).is_err() && read(b"{", DEPLOY_MODEL).is_err());
    }
}

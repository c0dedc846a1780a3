//! Enum names as numbers, for callers that send `$alt=json;enum-encoding=int`.

use super::vertex::{ACCELERATORS, RESERVATIONS};
use serde_json::{Value, json};

/// The stages of a deployment, in Google's order, with their enum numbers.
const STAGES: &[(&str, i64)] = &[
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

/// `Model.DeploymentResourcesType`
const RESOURCES: &[(&str, i64)] = &[("DEDICATED_RESOURCES", 1), ("AUTOMATIC_RESOURCES", 2), ("SHARED_RESOURCES", 3)];

/// `PublisherModel.OpenSourceCategory`
const CATEGORIES: &[(&str, i64)] = &[
    ("PROPRIETARY", 1),
    ("GOOGLE_OWNED_OSS_WITH_GOOGLE_CHECKPOINT", 2),
    ("THIRD_PARTY_OWNED_OSS_WITH_GOOGLE_CHECKPOINT", 3),
    ("GOOGLE_OWNED_OSS", 4),
    ("THIRD_PARTY_OWNED_OSS", 5),
];

/// Replaces enum names by numbers.
pub fn of_enums(value: &mut Value) {
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
                    "reservationAffinityType" => RESERVATIONS,
                    "supportedDeploymentResourcesTypes" => RESOURCES,
                    "sourceType" => &[("AUTOML", 1), ("CUSTOM", 2), ("BQML", 3), ("MODEL_GARDEN", 4)],
                    "userQuotaState" => &[("QUOTA_STATE_USER_HAS_QUOTA", 1), ("QUOTA_STATE_NO_USER_QUOTA", 2)],
                    "launchStage" => &[("EXPERIMENTAL", 1), ("PRIVATE_PREVIEW", 2), ("PUBLIC_PREVIEW", 3), ("GA", 4)],
                    "openSourceCategory" => CATEGORIES,
                    _ => {
                        of_enums(value);
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
        Value::Array(items) => items.iter_mut().for_each(of_enums),
        _ => {}
    }
}

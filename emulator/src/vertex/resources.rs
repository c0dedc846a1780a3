//! Checks of `DedicatedResources`: machine, replicas, autoscaling, reservations, scale to zero, flex-start.
//!
//! Source: `aiplatform` v1 and v1beta1, revision 20261106, whose descriptions have the limits. Unverified: the texts.

use super::{Problems, machine};
use crate::message;
use serde_json::{Value, json};

/// The metrics of autoscaling: name, whether the target is a percentage, and whether it needs accelerators.
const METRICS: &[(&str, bool, bool)] = &[
    ("aiplatform.googleapis.com/prediction/online/cpu/utilization", true, false),
    ("aiplatform.googleapis.com/prediction/online/accelerator/duty_cycle", true, true),
    ("aiplatform.googleapis.com/prediction/online/request_count", false, false),
    ("pubsub.googleapis.com/subscription/num_undelivered_messages", false, false),
    ("prometheus.googleapis.com/vertex_dcgm_fi_dev_gpu_util", true, true),
    ("prometheus.googleapis.com/vertex_vllm_gpu_cache_usage_perc", true, false),
    ("prometheus.googleapis.com/vertex_vllm_num_requests_waiting", false, false),
];

const REQUIRED: &str = "Required field is not set.";

/// Adds Google's defaults for missing fields of a message's dedicated resources.
pub fn complete(holder: &mut Value) {
    let Some(dedicated) = holder.get_mut("dedicatedResources") else { return };
    machine::complete(dedicated);
    if dedicated["maxReplicaCount"].is_null() {
        dedicated["maxReplicaCount"] = json!(dedicated["minReplicaCount"].as_i64().unwrap_or(0).max(1));
    }
}

/// Checks dedicated resources at a path of the request. Required messages within are checked by their shape.
pub fn check(dedicated: &Value, path: &str, problems: &mut Problems) {
    if !dedicated.is_object() {
        return;
    }
    machine::check(&dedicated["machineSpec"], &format!("{path}.machine_spec"), problems);
    check_replicas(dedicated, path, problems);
    check_reservation(&dedicated["machineSpec"]["reservationAffinity"], path, problems);
    let mut check_seconds = |message: &str, field: &str, least: f64, most: f64| {
        let Some(seconds) = dedicated[message][field].as_str().and_then(message::seconds) else { return };
        if !(least..=most).contains(&seconds) {
            let path = format!("{path}.{}.{}", message::snake(message), message::snake(field));
            problems.push((path, format!("The duration must be between {least} and {most} seconds.")));
        }
    };
    check_seconds("scaleToZeroSpec", "minScaleupPeriod", 300.0, 28_800.0);
    check_seconds("scaleToZeroSpec", "idleScaledownPeriod", 300.0, 28_800.0);
    check_seconds("flexStart", "maxRuntimeDuration", 1.0, 604_800.0);
}

/// Checks the numbers of replicas and the autoscaling.
pub fn check_replicas(dedicated: &Value, path: &str, problems: &mut Problems) {
    let mut wrong = |field: &str, text: String| problems.push((format!("{path}.{field}"), text));
    let number = |field: &str| dedicated[field].as_i64();
    let scales_to_zero = dedicated["scaleToZeroSpec"].is_object();
    let least = number("minReplicaCount").unwrap_or(0);
    let most = number("maxReplicaCount").unwrap_or(least.max(1));
    match least {
        0 if scales_to_zero => {}
        0 => wrong("min_replica_count", REQUIRED.to_owned()),
        ..0 => wrong("min_replica_count", "The number of replicas must not be negative.".to_owned()),
        _ => {}
    }
    if most < least.max(1) {
        wrong("max_replica_count", format!("The maximum of {most} replicas is below the minimum of {least}."));
    }
    if let Some(required) = number("requiredReplicaCount").filter(|required| *required < 0 || *required > least) {
        wrong(
            "required_replica_count",
            format!("{required} required replicas are not between 0 and the minimum of {least}."),
        );
    }
    match (number("initialReplicaCount").filter(|initial| *initial != 0), least) {
        (Some(_), 1..) => wrong("initial_replica_count", "It cannot be set when the minimum is above 0.".to_owned()),
        (Some(initial), _) if initial < 0 || initial > most => {
            wrong("initial_replica_count", format!("{initial} initial replicas are not between 1 and {most}."));
        }
        _ => {}
    }
    let has_accelerators = dedicated["machineSpec"]["acceleratorCount"].as_i64().is_some_and(|count| count > 0);
    let mut seen: Vec<&str> = Vec::new();
    for (at, spec) in dedicated["autoscalingMetricSpecs"].as_array().into_iter().flatten().enumerate() {
        let name = spec["metricName"].as_str().unwrap_or_default();
        let field = format!("autoscaling_metric_specs[{at}]");
        let target = spec["target"].as_i64().filter(|target| *target != 0);
        match METRICS.iter().find(|(known, ..)| *known == name) {
            None => wrong(&format!("{field}.metric_name"), format!("Metric \"{name}\" is not supported.")),
            Some(_) if seen.contains(&name) => {
                wrong(&format!("{field}.metric_name"), format!("Metric \"{name}\" is specified more than once."));
            }
            Some((.., true)) if !has_accelerators && dedicated["machineSpec"].is_object() => {
                wrong(&format!("{field}.metric_name"), format!("Metric \"{name}\" requires accelerators."));
            }
            Some((_, is_percentage, _)) => {
                if target.is_some_and(|target| target < 1 || (*is_percentage && target > 100)) {
                    wrong(&format!("{field}.target"), "The target is out of range.".to_owned());
                }
            }
        }
        seen.push(name);
    }
}

fn check_reservation(affinity: &Value, path: &str, problems: &mut Problems) {
    let kind = affinity["reservationAffinityType"].as_str().unwrap_or_default();
    let has_key = affinity["key"].as_str().is_some_and(|key| !key.is_empty());
    let has_values = affinity["values"].as_array().is_some_and(|values| !values.is_empty());
    let text = match kind {
        "TYPE_UNSPECIFIED" => REQUIRED,
        "SPECIFIC_RESERVATION" if !has_key || !has_values => "A specific reservation needs a key and values.",
        "NO_RESERVATION" | "ANY_RESERVATION" if has_key || has_values => {
            "Only a specific reservation has a key and values."
        }
        _ => return,
    };
    problems.push((format!("{path}.machine_spec.reservation_affinity"), text.to_owned()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(dedicated: Value) -> Vec<String> {
        let mut problems = Vec::new();
        check(&dedicated, "d", &mut problems);
        problems.into_iter().map(|(field, _)| field.trim_start_matches("d.").to_owned()).collect()
    }

    #[test]
    fn scale_to_zero_begins_with_some_replicas() {
        let to_zero = |initial: i64| json!({"minReplicaCount": 0, "maxReplicaCount": 2, "initialReplicaCount": initial, "scaleToZeroSpec": {"idleScaledownPeriod": "300s"}});
        assert_eq!(fields(to_zero(2)), [""; 0]);
        assert_eq!(fields(to_zero(3)), ["initial_replica_count"]);
        assert_eq!(fields(json!({"minReplicaCount": 1, "initialReplicaCount": 1})), ["initial_replica_count"]);
        assert_eq!(fields(json!({"minReplicaCount": 0})), ["min_replica_count"]);
        let slow = json!({"minReplicaCount": 0, "scaleToZeroSpec": {"minScaleupPeriod": "28801s"}});
        assert_eq!(fields(slow), ["scale_to_zero_spec.min_scaleup_period"]);
    }

    #[test]
    fn targets_are_percentages_or_numbers() {
        let scaled = |name: &str, target: i64| json!({"minReplicaCount": 1, "autoscalingMetricSpecs": [{"metricName": name, "target": target}]});
        assert_eq!(fields(scaled(METRICS[2].0, 500)), [""; 0]);
        assert_eq!(fields(scaled(METRICS[0].0, 101)), ["autoscaling_metric_specs[0].target"]);
        assert_eq!(fields(scaled("mood", 1)), ["autoscaling_metric_specs[0].metric_name"]);
    }
}

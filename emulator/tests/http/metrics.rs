//! Cloud Monitoring: metrics that follow predictions, settings and deployments.

use crate::harness::{Answer, Cloud, OWNER, STRANGER, deploy_request};
use serde_json::{Value, json};

const ONLINE: &str = "aiplatform.googleapis.com/prediction/online";

fn encode(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

/// The answer for the last so many minutes.
fn ask(cloud: &Cloud, token: &str, filter: &str, minutes: i64, more: &str) -> Answer {
    let stamp = |time: chrono::DateTime<chrono::Utc>| time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    // What has just been predicted counts, too.
    let end = chrono::Utc::now() + chrono::Duration::seconds(1);
    let start = stamp(end - chrono::Duration::minutes(minutes));
    let query =
        format!("filter={}&interval.startTime={start}&interval.endTime={}&view=FULL{more}", encode(filter), stamp(end));
    cloud.get(token, &format!("/v3/projects/acme-ml/timeSeries?{query}"))
}

fn series(cloud: &Cloud, filter: &str, more: &str) -> Vec<Value> {
    ask(cloud, OWNER, filter, 5, more).ok()["timeSeries"].as_array().unwrap().clone()
}

fn online(metric: &str, more: &str) -> String {
    format!(
        "metric.type=\"{ONLINE}/{metric}\" AND resource.type=\"aiplatform.googleapis.com/Endpoint\" AND resource.labels.endpoint_id=\"fraud\"{more}"
    )
}

fn aggregate(aligner: &str, reducer: &str, group: &str) -> String {
    format!(
        "&aggregation.alignmentPeriod=300s&aggregation.perSeriesAligner={aligner}&aggregation.crossSeriesReducer={reducer}&aggregation.groupByFields={group}"
    )
}

fn start() -> Cloud {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    cloud.finish(&cloud.begin_deployment("fraud", "1"));
    cloud
}

fn predict(cloud: &Cloud) -> u16 {
    cloud.own("POST", "/endpoints/fraud:predict", json!({"instances": [1]})).status
}

#[test]
fn predictions_count_by_class_and_deployed_model() {
    let cloud = start();
    let mut second = deploy_request("2");
    second["trafficSplit"] = json!({"0": 50, "1": 50});
    cloud.finish(&cloud.own("POST", "/endpoints/fraud:deployModel", second).ok());
    cloud.post("", "/emulator/settings", json!({"servers": {"2": {"errorRatio": 0.1}}})).ok();
    let failed = (0..100).filter(|_| predict(&cloud) == 500).count();
    assert_eq!(failed, 5);
    let by_class = aggregate("ALIGN_DELTA", "REDUCE_SUM", "metric.labels.response_code");
    let counts = |more: &str| -> Vec<(String, String)> {
        let found = series(&cloud, &online("response_count", more), &by_class);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let count = |one: &Value| {
            assert_eq!((one["points"].as_array().unwrap().len(), &one["metricKind"]), (1, &json!("DELTA")));
            (text(&one["metric"]["labels"]["response_code"]), text(&one["points"][0]["value"]["int64Value"]))
        };
        found.iter().map(count).collect()
    };
    let pair = |class: &str, count: &str| (class.to_owned(), count.to_owned());
    assert_eq!(counts(""), [pair("2xx", "95"), pair("5xx", "5")]);
    assert_eq!(counts(" AND metric.labels.deployed_model_id=\"1\""), [pair("2xx", "50")]);
    assert_eq!(
        counts(" AND (metric.label.deployed_model_id=\"2\" OR metric.label.deployed_model_id=\"3\")"),
        [pair("2xx", "45"), pair("5xx", "5")]
    );
    assert!(counts(" AND NOT resource.labels.location=\"us-central1\"").is_empty());
}

#[test]
fn settings_make_traffic_latency_and_utilisation() {
    let cloud = start();
    let servers = json!({"*": {"requestsPerMinute": 6_000_000, "latencyMillis": 800.0, "errorRatio": 0.25, "cpuUtilization": 0.7}});
    cloud.post("", "/emulator/settings", json!({ "servers": servers })).ok();
    let number = |metric: &str, aligner: &str, reducer: &str, more: &str| -> f64 {
        let found =
            series(&cloud, &online(metric, more), &aggregate(aligner, reducer, "metric.label.deployed_model_id"));
        assert_eq!(found.len(), 1, "{found:?}");
        let value = &found[0]["points"][0]["value"];
        value["doubleValue"].as_f64().or_else(|| value["int64Value"].as_str()?.parse().ok()).unwrap()
    };
    let by_class = series(
        &cloud,
        &online("response_count", ""),
        &aggregate("ALIGN_DELTA", "REDUCE_SUM", "metric.labels.response_code"),
    );
    let count = |one: &Value| one["points"][0]["value"]["int64Value"].as_str().unwrap().parse::<f64>().unwrap();
    let (good, bad) = (count(&by_class[0]), count(&by_class[1]));
    assert!((0.2..=0.3).contains(&(bad / (good + bad))), "{good} {bad}");
    assert!(number("error_count", "ALIGN_DELTA", "REDUCE_SUM", "") > 0.0);
    assert!(number("prediction_count", "ALIGN_DELTA", "REDUCE_SUM", "") > 0.0);
    assert!((number("cpu/utilization", "ALIGN_MEAN", "REDUCE_MEAN", "") - 0.7).abs() < 1e-9);
    assert!((number("replicas", "ALIGN_NEXT_OLDER", "REDUCE_SUM", "") - 2.0).abs() < 1e-9);
    let total = " AND metric.labels.latency_type=\"total\"";
    for (aligner, reducer) in [("ALIGN_DELTA", "REDUCE_PERCENTILE_95"), ("ALIGN_PERCENTILE_95", "REDUCE_MAX")] {
        let latency = number("prediction_latencies", aligner, reducer, total);
        assert!((650.0..=950.0).contains(&latency), "{latency}");
    }
    // Each replica has a series of its own.
    assert_eq!(series(&cloud, &online("cpu/utilization", ""), "").len(), 2);
    let distribution = series(&cloud, &online("prediction_latencies", total), "")[0]["points"][0]["value"].clone();
    assert!((distribution["distributionValue"]["mean"].as_f64().unwrap() - 800.0).abs() < 1e-6, "{distribution}");
    let rate = number("response_count", "ALIGN_RATE", "REDUCE_SUM", "");
    assert!(rate > 0.0);
}

#[test]
fn usage_of_quotas_follows_deployments() {
    let cloud = start();
    let filter = "metric.type=\"serviceruntime.googleapis.com/quota/allocation/usage\" AND resource.type=\"consumer_quota\" AND metric.label.quota_metric=\"aiplatform.googleapis.com/custom_model_serving_nvidia_l4_gpus\" AND resource.label.location=\"us-central1\" AND resource.label.service=\"aiplatform.googleapis.com\"";
    let used = || -> Option<String> {
        let more = "&aggregation.alignmentPeriod=86400s&aggregation.perSeriesAligner=ALIGN_NEXT_OLDER";
        let answer = ask(&cloud, OWNER, filter, 25 * 60, more).ok();
        Some(answer["timeSeries"][0]["points"][0]["value"]["int64Value"].as_str()?.to_owned())
    };
    // Three replicas at most.
    assert_eq!(used().as_deref(), Some("3"));
    cloud.finish(&cloud.own("POST", "/endpoints/fraud:undeployModel", json!({"deployedModelId": "1"})).ok());
    assert_eq!(used(), None);
}

#[test]
fn what_is_younger_than_the_delay_is_not_visible() {
    let cloud = start();
    predict(&cloud);
    cloud.post("", "/emulator/settings", json!({"metricsDelaySeconds": 120})).ok();
    assert!(series(&cloud, &online("response_count", ""), "").is_empty());
    cloud.post("", "/emulator/settings", json!({"metricsDelaySeconds": null})).ok();
    assert_eq!(series(&cloud, &online("response_count", ""), "").len(), 1);
}

#[test]
fn refuses_what_it_does_not_evaluate() {
    let cloud = start();
    let filter = online("response_count", "");
    let refused = |filter: &str, more: &str, http: u16, status: &str| {
        ask(&cloud, OWNER, filter, 5, more).refused(http, status);
    };
    refused("metric.type=\"compute.googleapis.com/instance/cpu\"", "", 501, "UNIMPLEMENTED");
    refused("resource.type=\"aiplatform.googleapis.com/Endpoint\"", "", 400, "INVALID_ARGUMENT");
    refused(&format!("{filter} AND metadata.user_labels.a=\"b\""), "", 501, "UNIMPLEMENTED");
    refused(&format!("{filter} AND metric.labels.spot=starts_with(\"t\")"), "", 501, "UNIMPLEMENTED");
    refused(&filter, "&aggregation.perSeriesAligner=ALIGN_DELTA", 400, "INVALID_ARGUMENT");
    refused(
        &filter,
        "&aggregation.alignmentPeriod=10s&aggregation.perSeriesAligner=ALIGN_DELTA",
        400,
        "INVALID_ARGUMENT",
    );
    refused(&filter, &aggregate("ALIGN_STDDEV", "REDUCE_SUM", "metric.labels.spot"), 501, "UNIMPLEMENTED");
    refused(&filter, &aggregate("ALIGN_DELTA", "REDUCE_STDDEV", "metric.labels.spot"), 501, "UNIMPLEMENTED");
    refused(&filter, &aggregate("ALIGN_DELTA", "REDUCE_SUM", "metadata.system_labels.x"), 501, "UNIMPLEMENTED");
    refused(&filter, "&secondaryAggregation.crossSeriesReducer=REDUCE_SUM", 501, "UNIMPLEMENTED");
    ask(&cloud, STRANGER, &filter, 5, "").refused(403, "PERMISSION_DENIED");
    cloud.get(OWNER, "/v3/projects/acme-ml/timeSeries?filter=x").refused(400, "INVALID_ARGUMENT");
}

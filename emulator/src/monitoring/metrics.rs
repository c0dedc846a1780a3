//! The series of each metric, in given windows.

use super::value::{Distribution, Value};
use super::{Series, Window};
use crate::error::ApiError;
use crate::quotas::usage;
use crate::state::traffic::{Behaviour, Prediction};
use crate::state::world::World;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;

const ONLINE: &str = "aiplatform.googleapis.com/prediction/online/";
const USAGE: &str = "serviceruntime.googleapis.com/quota/allocation/usage";
/// Bytes of a prediction. Made up.
const BYTES: i64 = 512;

/// What a metric counts or shows.
#[derive(Clone, Copy)]
enum Metric {
    ResponseCount,
    Latencies,
    /// All predictions, or those that failed.
    Count {
        errors_only: bool,
    },
    Replicas,
    /// Bytes of the predictions that each replica has received or sent.
    Bytes,
    /// A state of each replica.
    Replica(fn(&Behaviour) -> Value),
}

/// Unverified: the size of a request and an answer, and `target_replicas` during a change.
const METRICS: &[(&str, Metric)] = &[
    ("response_count", Metric::ResponseCount),
    ("prediction_latencies", Metric::Latencies),
    ("prediction_count", Metric::Count { errors_only: false }),
    ("error_count", Metric::Count { errors_only: true }),
    ("replicas", Metric::Replicas),
    ("target_replicas", Metric::Replicas),
    ("machine_count", Metric::Replicas),
    ("network/received_bytes_count", Metric::Bytes),
    ("network/sent_bytes_count", Metric::Bytes),
    ("cpu/utilization", Metric::Replica(|behaviour| Value::Double(behaviour.cpu_utilization))),
    ("accelerator/duty_cycle", Metric::Replica(|behaviour| Value::Double(behaviour.accelerator_duty_cycle))),
    ("memory/bytes_used", Metric::Replica(|behaviour| Value::Int(behaviour.memory_bytes_used))),
    ("accelerator/memory/bytes_used", Metric::Replica(|behaviour| Value::Int(behaviour.accelerator_memory_bytes_used))),
];

/// A deployed model, its labels, and since when it serves.
struct Server<'a> {
    endpoint: &'a str,
    body: &'a Json,
    resource: Json,
    labels: Map<String, Json>,
    since: DateTime<Utc>,
    behaviour: Behaviour,
}

/// Returns the series of a metric in a project.
pub fn of(world: &World, project: &str, metric: &str, windows: &[Window], now: f64) -> Result<Vec<Series>, ApiError> {
    if metric == USAGE {
        return Ok(quota_usage(world, project, windows, now));
    }
    let known = metric.strip_prefix(ONLINE).and_then(|name| METRICS.iter().find(|(known, _)| *known == name));
    let Some((_, kind)) = known else {
        return Err(ApiError::new("UNIMPLEMENTED", format!("The emulator has no metric {metric}.")));
    };
    Ok(servers(world, project).iter().flat_map(|server| server.series(world, metric, *kind, windows)).collect())
}

fn servers<'a>(world: &'a World, project: &str) -> Vec<Server<'a>> {
    let start = format!("projects/{project}/");
    let number = world.projects.get(project).map(|project| project.number.clone()).unwrap_or_default();
    let mut servers = Vec::new();
    for (name, endpoint) in world.endpoints.iter().filter(|(name, _)| name.starts_with(&start)) {
        let parts: Vec<&str> = name.split('/').collect();
        for body in endpoint.body["deployedModels"].as_array().into_iter().flatten() {
            let id = body["id"].as_str().unwrap_or_default();
            let spot = if body["dedicatedResources"]["spot"] == true { "true" } else { "false" };
            let labels = [
                ("deployed_model_id", json!(id)),
                ("spot", json!(spot)),
                ("model_display_name", body["displayName"].clone()),
                ("endpoint_display_name", endpoint.body["displayName"].clone()),
            ];
            let since = body["createTime"].as_str().and_then(|time| DateTime::parse_from_rfc3339(time).ok());
            servers.push(Server {
                endpoint: name,
                body,
                resource: json!({"type": "aiplatform.googleapis.com/Endpoint", "labels": {
                    "endpoint_id": parts.last(), "location": parts.get(3), "resource_container": number,
                }}),
                labels: labels.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
                since: since.map(|time| time.to_utc()).unwrap_or_default(),
                behaviour: world.settings.behaviour(id),
            });
        }
    }
    servers
}

impl Server<'_> {
    fn id(&self) -> &str {
        self.body["id"].as_str().unwrap_or_default()
    }

    fn replicas(&self) -> i64 {
        self.body["status"]["availableReplicaCount"].as_i64().unwrap_or(1)
    }

    /// Successes and failures in a window: those that callers made, and those of the settings.
    fn predictions(&self, world: &World, window: &Window) -> Vec<(bool, f64, i64)> {
        let is_own = |one: &&Prediction| {
            one.endpoint == self.endpoint
                && one.deployed_id == self.id()
                && one.time > window.start
                && one.time <= window.end
        };
        let mut all: Vec<(bool, f64, i64)> =
            world.traffic.all.iter().filter(is_own).map(|one| (one.is_error, one.millis, 1)).collect();
        let served = window.end - window.start.max(self.since);
        let minutes = served.num_milliseconds().max(0) as f64 / 60_000.0;
        let made = (f64::from(self.behaviour.requests_per_minute) * minutes).round();
        let failed = (made * self.behaviour.error_ratio).round();
        all.push((false, self.behaviour.latency_millis, (made - failed) as i64));
        all.push((true, self.behaviour.latency_millis, failed as i64));
        all.retain(|(.., times)| *times > 0);
        all
    }

    fn identity(&self, metric: &str, more: &[(&str, &str)]) -> Json {
        let mut labels = self.labels.clone();
        if more.iter().any(|(name, _)| *name == "replica_id") {
            labels.retain(|name, _| ["deployed_model_id", "spot"].contains(&name.as_str()));
        }
        labels.extend(more.iter().map(|(name, value)| ((*name).to_owned(), json!(value))));
        json!({"metric": {"type": metric, "labels": labels}, "resource": self.resource})
    }

    /// The windows in which it has served.
    fn served<'a>(&self, windows: &'a [Window]) -> impl Iterator<Item = &'a Window> + use<'a> {
        let since = self.since;
        windows.iter().filter(move |window| window.end > since)
    }

    fn counted(&self, windows: &[Window], count: impl Fn(&Window) -> i64) -> Vec<(Window, Value)> {
        let counts = self.served(windows).map(|window| (*window, count(window)));
        counts.filter(|(_, count)| *count > 0).map(|(window, count)| (window, Value::Int(count))).collect()
    }

    fn series(&self, world: &World, metric: &str, kind: Metric, windows: &[Window]) -> Vec<Series> {
        let delta = |identity: Json, points| Series { identity, kind: "DELTA", points };
        let total = |window: &Window, wanted: fn(bool) -> bool| -> i64 {
            self.predictions(world, window).iter().filter(|(failed, ..)| wanted(*failed)).map(|(.., times)| times).sum()
        };
        let all = match kind {
            Metric::ResponseCount => {
                let of = |class: &str, wanted: fn(bool) -> bool| {
                    let points = self.counted(windows, |window| total(window, wanted));
                    delta(self.identity(metric, &[("response_code", class)]), points)
                };
                vec![of("2xx", |failed| !failed), of("5xx", |failed| failed)]
            }
            Metric::Latencies => [("total", 1.0), ("model", 0.9), ("overhead", 0.1)]
                .map(|(kind, share)| {
                    let of = |window: &Window| {
                        let mut all = Distribution::default();
                        self.predictions(world, window)
                            .iter()
                            .for_each(|(_, millis, times)| all.add(millis * share, *times));
                        all
                    };
                    let points = self.served(windows).map(|window| (*window, of(window)));
                    let points = points.filter(|(_, all)| all.count() > 0);
                    let points = points.map(|(window, all)| (window, Value::Distribution(all))).collect();
                    delta(self.identity(metric, &[("latency_type", kind)]), points)
                })
                .to_vec(),
            Metric::Count { errors_only } => {
                let wanted: fn(bool) -> bool = if errors_only { |failed| failed } else { |_| true };
                vec![delta(self.identity(metric, &[]), self.counted(windows, |window| total(window, wanted)))]
            }
            Metric::Replicas => {
                let points = self.served(windows).map(|window| (*window, Value::Int(self.replicas()))).collect();
                vec![Series { identity: self.identity(metric, &[]), kind: "GAUGE", points }]
            }
            Metric::Bytes | Metric::Replica(_) => (0..self.replicas())
                .map(|replica| {
                    let name = format!("predictor-resource-pool-{}-{replica}", self.id());
                    let identity = self.identity(metric, &[("replica_id", &name)]);
                    match kind {
                        Metric::Replica(state) => {
                            let points = self.served(windows).map(|window| (*window, state(&self.behaviour))).collect();
                            Series { identity, kind: "GAUGE", points }
                        }
                        _ => {
                            let share = |window: &Window| total(window, |_| true) * BYTES / self.replicas().max(1);
                            delta(identity, self.counted(windows, share))
                        }
                    }
                })
                .collect(),
        };
        all.into_iter().filter(|series| !series.points.is_empty()).collect()
    }
}

/// The usage of serving quotas now; unused ones have no series. Unverified: when Google writes a point.
fn quota_usage(world: &World, project: &str, windows: &[Window], now: f64) -> Vec<Series> {
    let start = format!("projects/{project}/locations/");
    let regions: BTreeSet<&str> = world
        .endpoints
        .keys()
        .filter_map(|name| name.strip_prefix(&start)?.split('/').next())
        .chain(world.held_quota.regions(&start))
        .collect();
    let mut all = Vec::new();
    for region in regions {
        for (quota, used) in usage::of(world, &format!("{start}{region}"), now) {
            let metric = format!("aiplatform.googleapis.com/{}", quota.metric());
            let identity = json!({
                "metric": {"type": USAGE, "labels": {"quota_metric": metric}},
                "resource": {"type": "consumer_quota", "labels": {
                    "project_id": project, "location": region, "service": "aiplatform.googleapis.com",
                }},
            });
            let points = windows.first().map(|window| (*window, Value::Int(used))).into_iter().collect();
            all.push(Series { identity, kind: "GAUGE", points });
        }
    }
    all
}

//! Cloud Monitoring: the metrics of predictions, of replicas and of quotas.
//!
//! Source: `monitoring.v3` `timeSeries.list`; "Google Cloud metrics: aiplatform", read 2026-11-28. Windows end at the interval's end.
//! Unverified: the buckets of distributions, and that a window without data has no point.

mod aggregation;
mod filter;
mod metrics;
mod value;

use crate::call::Call;
use crate::error::ApiError;
use crate::page;
use aggregation::Aggregation;
use chrono::{DateTime, Duration, SecondsFormat, Utc};
use serde_json::{Value as Json, json};
use value::Value;

/// A time series: its labels and its points, newest first.
#[derive(Clone, Debug)]
pub struct Series {
    /// `{"metric": {"type", "labels"}, "resource": {"type", "labels"}}`
    pub identity: Json,
    pub kind: &'static str,
    pub points: Vec<(Window, Value)>,
}

/// An interval that is open at its start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    pub start: DateTime<Utc>,
    pub end: DateTime<Utc>,
}

/// The most windows of one answer.
const MOST_WINDOWS: usize = 10_000;

/// The windows of a length within an interval, newest first.
fn windows(start: DateTime<Utc>, end: DateTime<Utc>, length: Duration) -> Vec<Window> {
    let mut windows = Vec::new();
    let mut at = end;
    while windows.len() < MOST_WINDOWS && (at > start || windows.is_empty()) {
        windows.push(Window { start: at - length, end: at });
        at -= length;
    }
    windows
}

fn time(call: &Call<'_>, name: &str) -> Result<Option<DateTime<Utc>>, ApiError> {
    let text = call.param(name).filter(|text| !text.is_empty());
    let parsed = text.map(|text| DateTime::parse_from_rfc3339(text).map(|time| time.to_utc())).transpose();
    parsed.map_err(|_| ApiError::invalid(format!("Invalid {name}.")))
}

fn shown(series: &Series, has_points: bool) -> Json {
    let stamp = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    let point = |(window, value): &(Window, Value)| {
        let start = if series.kind == "GAUGE" { window.end } else { window.start };
        json!({"interval": {"startTime": stamp(start), "endTime": stamp(window.end)}, "value": value.shown()})
    };
    let mut shown = series.identity.clone();
    shown["metricKind"] = json!(series.kind);
    shown["valueType"] = json!(series.points.first().map_or("INT64", |(_, value)| value.kind()));
    if has_points {
        shown["points"] = series.points.iter().map(point).collect();
    }
    shown
}

/// `GET /v3/projects/{project}/timeSeries`
pub fn list(call: &Call<'_>, project: &str) -> Result<Json, ApiError> {
    const SECOND: [&str; 4] = [
        "secondaryAggregation.alignmentPeriod",
        "secondaryAggregation.perSeriesAligner",
        "secondaryAggregation.crossSeriesReducer",
        "secondaryAggregation.groupByFields",
    ];
    let mut allowed = vec![
        "filter",
        "interval.startTime",
        "interval.endTime",
        "aggregation.alignmentPeriod",
        "aggregation.perSeriesAligner",
        "aggregation.crossSeriesReducer",
        "aggregation.groupByFields",
        "orderBy",
        "view",
        "pageSize",
        "pageToken",
    ];
    allowed.extend(SECOND);
    call.allow(&allowed)?;
    call.require("monitoring.timeSeries.list", &format!("projects/{project}"))?;
    if let Some(name) =
        SECOND.iter().chain(&["orderBy"]).find(|name| call.param(name).is_some_and(|text| !text.is_empty()))
    {
        return Err(ApiError::new("UNIMPLEMENTED", format!("The emulator does not evaluate {name}.")));
    }
    let has_points = match call.param("view") {
        None | Some("" | "FULL") => true,
        Some("HEADERS") => false,
        Some(other) => return Err(ApiError::invalid(format!("Invalid view: {other}"))),
    };
    let end = time(call, "interval.endTime")?.ok_or_else(|| ApiError::invalid("interval.endTime is required."))?;
    let start = time(call, "interval.startTime")?.unwrap_or(end);
    if start > end {
        return Err(ApiError::invalid("interval.startTime is later than interval.endTime."));
    }
    let filter = filter::read(call.param("filter").unwrap_or_default())?;
    let aggregation = Aggregation::of(call)?;
    let now = call.cloud.clock().now();
    let mut world = call.cloud.world();
    // What is younger than the delay is not visible yet.
    let delay = Duration::milliseconds((world.settings.metrics_delay_seconds * 1000.0) as i64);
    let end = end.min(Utc::now() - delay);
    let windows = if start > end { Vec::new() } else { windows(start, end, aggregation.period) };
    let series = metrics::of(&world, project, &filter.metric, &windows, now)?;
    let series: Vec<Series> = series.into_iter().filter(|series| filter.matches(&series.identity)).collect();
    let series = aggregation.apply(series)?;
    let items = series.iter().map(|series| (series.identity.to_string(), shown(series, has_points))).collect();
    page::answer(call, &mut world, &format!("timeSeries of {project}"), "timeSeries", items)
}

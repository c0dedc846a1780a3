//! Logs and metrics. A body names the project of a log: only a deployment's own query passes.

use super::{Body, BodyRules, Door, Kind, Method, On::Itself, Service, Verb, need::guide, row::READ};

/// The rows of this file.
pub(super) const ROWS: &[&Method] = &[&LOG_ENTRIES_LIST, &TIME_SERIES_LIST];

pub static LOG_ENTRIES_LIST: Method = Method {
    name: "logging.entries.list",
    audit_name: "LoggingServiceV2.ListLogEntries",
    service: Service::Logging,
    verb: Verb::Post,
    version: "v2",
    on: Kind::Nothing,
    suffix: "entries:list",
    body: Body::Json(Some(BodyRules { is_log_query: true, ..BodyRules::DEFAULT })),
    door: Door::Mandate,
    needs: &[guide("logging.logEntries.list", Itself)],
    ..Method::DEFAULT
};

/// The filter may name another project than the path, so the call must be the user's own.
pub static TIME_SERIES_LIST: Method = Method {
    name: "monitoring.projects.timeSeries.list",
    audit_name: "MetricService.ListTimeSeries",
    service: Service::Monitoring,
    verb: Verb::Get,
    version: "v3",
    on: Kind::Project,
    suffix: "/timeSeries",
    query: &[
        "filter",
        "interval.startTime",
        "interval.endTime",
        "aggregation.alignmentPeriod",
        "aggregation.perSeriesAligner",
        "aggregation.crossSeriesReducer",
        "aggregation.groupByFields",
        "view",
        "pageSize",
        "pageToken",
    ],
    door: READ,
    needs_own_identity: true,
    needs: &[guide("monitoring.timeSeries.list", Itself)],
    ..Method::DEFAULT
};

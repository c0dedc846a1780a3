//! Logs and metrics. Closed: whose project they are about stands in a body or a filter, which the proxy does not look into.

/// Adds the rows of logs and metrics.
macro_rules! observe {
    ([$next:ident $($later:ident)*] $($rows:tt)*) => {
        $next! { [$($later)*] $($rows)*

    LogEntriesList "logging.entries.list" "LoggingServiceV2.ListLogEntries" Logging Post "v2" Kind::Nothing, "entries:list"
        query [] body Json door CLOSED needs [guide("logging.logEntries.list", Itself)] operation None, undo None;
    TimeSeriesList "monitoring.projects.timeSeries.list" "MetricService.ListTimeSeries" Monitoring Get "v3" Kind::Project, "/timeSeries"
        query ["filter", "interval.startTime", "interval.endTime", "aggregation.alignmentPeriod", "aggregation.perSeriesAligner",
            "aggregation.crossSeriesReducer", "aggregation.groupByFields", "view", "pageSize", "pageToken"]
        body None door CLOSED needs [guide("monitoring.timeSeries.list", Itself)] operation None, undo None;

        }
    };
}

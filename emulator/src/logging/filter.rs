//! Filters of log entries: the fields of a `LogEntry` that the emulator writes.
//!
//! A label or a field of a payload that is missing makes every comparison false. A field of the entry itself has its default then.

use crate::error::ApiError;
use crate::query_language::{Comparison, Filter, Grammar, Operator, at, compare, read as read_filter, unsupported};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde_json::{Value, json};

/// `LogSeverity`
const SEVERITIES: &[(&str, i64)] = &[
    ("DEFAULT", 0),
    ("DEBUG", 100),
    ("INFO", 200),
    ("NOTICE", 300),
    ("WARNING", 400),
    ("ERROR", 500),
    ("CRITICAL", 600),
    ("ALERT", 700),
    ("EMERGENCY", 800),
];

fn severity(text: &str) -> Option<i64> {
    let named = SEVERITIES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, number)| *number);
    named.or_else(|| text.parse().ok())
}

fn time(text: &str) -> Option<DateTime<Utc>> {
    let day = || Some(text.parse::<NaiveDate>().ok()?.and_time(NaiveTime::MIN).and_utc());
    DateTime::parse_from_rfc3339(text).map(|time| time.to_utc()).ok().or_else(day)
}

/// Reads a filter and checks each comparison.
pub fn read(text: &str) -> Result<Filter, ApiError> {
    let filter = read_filter(text, Grammar::Logging)?;
    for comparison in filter.comparisons() {
        let value = &comparison.value;
        let wrong = || ApiError::invalid(format!("Invalid value of {}: {value}", comparison.path.join(".")));
        let is_ordered = !matches!(comparison.operator, Operator::Has | Operator::Matches | Operator::MatchesNot);
        let is_right = match comparison.path().as_slice() {
            ["severity"] => is_ordered && severity(value).is_some(),
            ["timestamp" | "receiveTimestamp"] => is_ordered && time(value).is_some(),
            ["logName" | "insertId" | "textPayload"]
            | ["resource", "type"]
            | ["resource", "labels", _]
            | ["labels", _]
            | ["operation", "id" | "producer" | "first" | "last"]
            | ["jsonPayload" | "protoPayload", _, ..] => true,
            path => return Err(unsupported(&path.join("."))),
        };
        if !is_right {
            return Err(wrong());
        }
    }
    Ok(filter)
}

/// Whether an entry matches.
pub fn matches(filter: &Filter, entry: &Value) -> bool {
    filter.holds(&|comparison| holds(comparison, entry))
}

fn holds(comparison: &Comparison, entry: &Value) -> bool {
    let Comparison { operator, value, .. } = comparison;
    let path = comparison.path();
    let found = at(entry, &path);
    match path.as_slice() {
        ["severity"] => {
            let found = found.first().and_then(|found| severity(found.as_str()?)).unwrap_or(0);
            severity(value).is_some_and(|value| operator.accepts(found.cmp(&value)))
        }
        ["timestamp" | "receiveTimestamp"] => {
            let found = found.first().and_then(|found| time(found.as_str()?));
            found.zip(time(value)).is_some_and(|(found, value)| operator.accepts(found.cmp(&value)))
        }
        ["operation", "first" | "last"] if found.is_empty() => compare(&json!(false), comparison),
        _ => found.into_iter().any(|found| compare(found, comparison)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Value {
        json!({
            "logName": "projects/p/logs/aiplatform.googleapis.com%2Fprediction_container",
            "severity": "WARNING",
            "timestamp": "2026-11-28T08:00:00.5Z",
            "resource": {"type": "aiplatform.googleapis.com/Endpoint", "labels": {"endpoint_id": "7"}},
            "labels": {"deployed_model_id": "1"},
            "jsonPayload": {"message": "CUDA out of memory"},
            "operation": {"id": "o", "last": true},
        })
    }

    #[test]
    fn compares_severities_and_times_in_their_order() {
        for (filter, expected) in [
            ("severity>=WARNING", true),
            ("severity>=error", false),
            ("severity<500", true),
            ("severity!=INFO", true),
            ("timestamp>=\"2026-11-28T08:00:00Z\"", true),
            ("timestamp>=\"2026-11-28T09:00:00+01:00\"", true),
            ("timestamp<\"2026-11-28\"", false),
            ("resource.type=\"aiplatform.googleapis.com/Endpoint\" resource.labels.endpoint_id=7", true),
            ("labels.deployed_model_id=\"2\"", false),
            ("labels.other!=\"2\"", false),
            ("NOT labels.other=\"2\"", true),
            ("jsonPayload.message:\"OUT OF memory\"", true),
            ("jsonPayload.other:*", false),
            ("jsonPayload.message=~\"^CUDA .* memory$\" logName=~\"container$\"", true),
            ("jsonPayload.message=~\"cuda\"", false),
            ("operation.last=true AND operation.first=false", true),
            ("logName=\"projects/p/logs/aiplatform.googleapis.com%2Fprediction_container\"", true),
        ] {
            let read = read(filter).map_err(|error| error.body.to_string()).unwrap();
            assert_eq!(matches(&read, &entry()), expected, "{filter}");
        }
    }

    #[test]
    fn refuses_values_and_fields() {
        for (filter, http) in [
            ("severity>=LOUD", 400),
            ("severity:ERROR", 400),
            ("severity=~ERROR", 400),
            ("timestamp>=yesterday", 400),
            ("trace=x", 501),
            ("resource.labels=x", 501),
            ("httpRequest.status=500", 501),
        ] {
            assert_eq!(read(filter).map(|_| ()).map_err(|error| error.http), Err(http), "{filter}");
        }
    }
}

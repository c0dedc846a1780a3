//! Quotas of calls per minute and project.
//!
//! Source of the shape: `google.rpc.ErrorInfo` with the reason `RATE_LIMIT_EXCEEDED`, as service control answers. Unverified: the names
//! of these two quotas, that a refused call does not count, and that the minute slides.

use super::settings::Settings;
use crate::error::ApiError;
use serde_json::json;
use std::collections::{HashMap, VecDeque};

const MINUTE: f64 = 60.0;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Reads,
    Submissions,
}

impl Kind {
    /// The quota's metric, its limit, and both in words.
    fn names(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Reads => (
                "resource_management_read_requests",
                "ResourceManagementReadsPerMinutePerProject",
                "Resource management read requests",
            ),
            Self::Submissions => (
                "resource_management_submit_requests",
                "ResourceManagementSubmitsPerMinutePerProject",
                "Resource management submission requests",
            ),
        }
    }
}

/// Times of the counted calls, in seconds of the clock.
#[derive(Debug, Default)]
pub struct Quotas(HashMap<(String, Kind), VecDeque<f64>>);

impl Quotas {
    /// Counts a call, or rejects it.
    pub fn take(
        &mut self,
        settings: &Settings,
        project: &str,
        number: &str,
        kind: Kind,
        now: f64,
    ) -> Result<(), ApiError> {
        let limit = match kind {
            Kind::Reads => settings.reads_per_minute,
            Kind::Submissions => settings.submissions_per_minute,
        };
        let Some(limit) = limit else { return Ok(()) };
        let times = self.0.entry((project.to_owned(), kind)).or_default();
        while times.front().is_some_and(|time| time + MINUTE <= now) {
            times.pop_front();
        }
        if times.len() < limit as usize {
            times.push_back(now);
            return Ok(());
        }
        let (metric, name, words) = kind.names();
        let service = "aiplatform.googleapis.com";
        let message = format!(
            "Quota exceeded for quota metric '{words}' and limit '{words} per minute' of service '{service}' for consumer 'project_number:{number}'."
        );
        Err(ApiError::new("RESOURCE_EXHAUSTED", message)
            .with(json!({
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "RATE_LIMIT_EXCEEDED",
                "domain": "googleapis.com",
                "metadata": {
                    "service": service,
                    "consumer": format!("projects/{number}"),
                    "quota_metric": format!("{service}/{metric}"),
                    "quota_limit": name,
                    "quota_limit_value": limit.to_string(),
                    "quota_unit": "1/min/{project}",
                    "quota_location": "global",
                }
            }))
            .with(json!({
                "@type": "type.googleapis.com/google.rpc.Help",
                "links": [{
                    "description": "Request a higher quota limit.",
                    "url": "https://cloud.google.com/docs/quotas/help/request_increase"
                }]
            })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_holds_so_many_calls_of_each_kind_and_project() {
        let settings = Settings { reads_per_minute: Some(2), ..Settings::default() };
        let mut quotas = Quotas::default();
        let mut take = |project: &str, kind, now| quotas.take(&settings, project, "1", kind, now).map_err(|e| e.http);
        assert_eq!(take("p", Kind::Reads, 0.0), Ok(()));
        assert_eq!(take("p", Kind::Reads, 30.0), Ok(()));
        assert_eq!(take("p", Kind::Reads, 59.0), Err(429));
        assert_eq!(take("q", Kind::Reads, 59.0), Ok(()));
        assert_eq!(take("p", Kind::Submissions, 59.0), Ok(()));
        assert_eq!(take("p", Kind::Reads, 60.0), Ok(()));
        assert_eq!(take("p", Kind::Reads, 61.0), Err(429));
    }
}

//! The status of an endpoint, its operations and the portal's deployments, as cards and pages show them.

mod deployments;
mod notice;
mod versions;
mod view;

use crate::conversation::{Conversation, Identity};
use crate::diagnostic::Diagnostic;
use crate::google::{CallError, Google};
use crate::method::{self, Call, Resource};
use crate::target::Target;
use crate::timestamp::rfc3339;

pub use deployments::{DeploymentsView, DeploymentsViewRequest, deployments};
pub use notice::{Notice, notice};
pub use versions::{VersionChoice, VersionsReport, versions};
pub use view::{EndpointView, State, StatusReport};

/// How long a report is fresh and when a card asks again, in milliseconds.
const FRESH: u64 = 90_000;
const REFRESH: u64 = 30_000;
const REFRESH_WHILE_DEPLOYING: u64 = 2_000;

/// Reads the status of the target's endpoint through the proxy at `proxy_url`. `findings` are those of the entity.
pub fn status(target: Target, findings: Vec<Diagnostic>, proxy_url: &str) -> Conversation<StatusReport> {
    let proxy_url = proxy_url.to_owned();
    Conversation::new(move |voice| async move {
        let google = Google::new(voice.clone(), &proxy_url, None).trying(2);
        let endpoint = Resource::Endpoint(target.endpoint.clone());
        let get = Call::new(&method::ENDPOINTS_GET, endpoint.clone());
        let list = Call::new(&method::ENDPOINT_OPERATIONS_LIST, endpoint).query("pageSize", "20");

        let found = google.call(&get, Identity::Initiator).await;
        let mut report = match &found {
            Err(error) if !error.is_not_found() => view::unavailable(&target, error.clone().finding()),
            _ => {
                // Users who may read the endpoint but not its operations still see what serves.
                let view = |operations| view::view(&target, found.as_ref().ok(), &operations);
                match google.call(&list, Identity::Initiator).await {
                    Ok(operations) => view(operations),
                    Err(CallError::Refused { .. }) => view(serde_json::Value::Null),
                    Err(error) => view::unavailable(&target, error.finding()),
                }
            }
        };
        report.target = Some(target);
        report.findings = findings;
        dated(report, voice.now())
    })
}

/// Stamps a report with the time, its expiry, and the time until the next request.
pub fn dated(mut report: StatusReport, now: u64) -> StatusReport {
    report.observed_at = rfc3339(now);
    report.stale_at = rfc3339(now + FRESH);
    report.refresh_after = if report.state == State::Deploying { REFRESH_WHILE_DEPLOYING } else { REFRESH };
    report
}

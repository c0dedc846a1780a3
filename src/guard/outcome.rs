//! The outcome of a forwarded call, for the audit record.

use super::method_named;
use super::strict::read_strictly;
use crate::google_error::GoogleError;
use crate::identity::redact;
use crate::method::{Resource, find};
use crate::name::Operation;
use serde::Serialize;

/// Maximum length of an error in a record, in characters.
const LONGEST_ERROR: usize = 300;

/// The result of a forwarded call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// `None` where the answer does not state whether Google did what was asked.
    pub succeeded: Option<bool>,
    /// The operation that was started, by the name under which the proxy lets it be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// Google's status and message; nothing else of its answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Reads an answer. `method` and `resource` are those of the allowed call; `body` is absent if it was not read whole.
pub fn outcome(method: &str, resource: &str, status: u16, body: Option<&[u8]>) -> Outcome {
    let method = method_named(method);
    let answer = body.and_then(|body| read_strictly(body).ok());
    if !(200..300).contains(&status) {
        let error = match body {
            Some(_) => shortened(&GoogleError::from_http(status, &answer.unwrap_or_default())),
            None => format!("HTTP {status}"),
        };
        let succeeded = is_rejection(status).then_some(false);
        return Outcome { succeeded, operation: None, error: Some(error) };
    }
    let Some(method) = method.filter(|method| method.starts_operation()) else {
        return Outcome { succeeded: Some(true), operation: None, error: None };
    };
    let Some(answer) = answer else {
        let error = format!("HTTP {status}, but the answer is not JSON: it is unknown whether the operation started");
        return Outcome { succeeded: None, operation: None, error: Some(error) };
    };
    // A short operation may have failed by the time that its name is returned.
    let error = answer.get("error").map(|error| shortened(&GoogleError::from_status(error)));
    let path = format!("{}/{resource}{}", method.version, method.suffix);
    let operation = find(method.service, method.verb, &path).and_then(|(_, target)| {
        let operation: Operation = answer["name"].as_str()?.parse().ok()?;
        match Resource::Operation(operation).in_project(target.project()?) {
            Resource::Operation(operation) => Some(operation.to_string()),
            _ => None,
        }
    });
    Outcome { succeeded: Some(error.is_none()), operation, error }
}

/// Whether a status means that Google did nothing. After any other, it may have done what was asked, although the answer is not a success.
fn is_rejection(status: u16) -> bool {
    (400..500).contains(&status) && ![408, 499].contains(&status)
}

fn shortened(error: &GoogleError) -> String {
    let text = match (error.status.as_str(), error.message.as_str()) {
        (status, "") => status.to_owned(),
        ("", message) => message.to_owned(),
        (status, message) => format!("{status}: {message}"),
    };
    redact::shortened(&text, &[], LONGEST_ERROR)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const DEPLOY: &str = "aiplatform.projects.locations.endpoints.deployModel";
    const ENDPOINT: &str = "projects/acme-ml/locations/us-central1/endpoints/fraud-detector";

    fn of(status: u16, body: &Value) -> Outcome {
        outcome(DEPLOY, ENDPOINT, status, Some(body.to_string().as_bytes()))
    }

    #[test]
    fn names_the_operation_by_project_id() {
        let name = "projects/123456789012/locations/us-central1/endpoints/77/operations/42";
        assert_eq!(
            of(200, &json!({"name": name})),
            Outcome {
                succeeded: Some(true),
                operation: Some("projects/acme-ml/locations/us-central1/endpoints/77/operations/42".into()),
                error: None
            }
        );
        let failed = of(200, &json!({"name": name, "done": true, "error": {"code": 9, "message": "server exited"}}));
        assert!(failed.succeeded == Some(false) && failed.operation.is_some());
        assert_eq!(failed.error.as_deref(), Some("FAILED_PRECONDITION: server exited"));
    }

    #[test]
    fn names_no_operation_that_it_cannot_read() {
        for body in [json!({}), json!({"name": "projects/../x"}), json!([1])] {
            assert_eq!(of(200, &body), Outcome { succeeded: Some(true), operation: None, error: None });
        }
    }

    #[test]
    fn reports_no_success_if_the_operation_is_unknown() {
        for unread in [Some(b"\n\x02ab".as_slice()), Some(b""), None] {
            let unknown = outcome(DEPLOY, ENDPOINT, 200, unread);
            assert!(unknown.succeeded.is_none() && unknown.operation.is_none());
            assert!(unknown.error.unwrap().contains("unknown whether"));
            let policy = outcome("aiplatform.projects.locations.endpoints.setIamPolicy", ENDPOINT, 200, unread);
            assert_eq!(policy.succeeded, Some(true));
        }
    }

    #[test]
    fn only_a_rejection_shows_that_nothing_was_done() {
        for (status, succeeded) in [
            (400, Some(false)),
            (403, Some(false)),
            (409, Some(false)),
            (429, Some(false)),
            (302, None),
            (408, None),
            (499, None),
            (500, None),
            (503, None),
            (504, None),
        ] {
            assert_eq!(of(status, &json!({"error": {"message": "no"}})).succeeded, succeeded, "{status}");
        }
    }

    #[test]
    fn keeps_googles_status_and_message_only() {
        let refused = of(
            403,
            &json!({"error": {"status": "PERMISSION_DENIED", "message": format!("denied {}", "x".repeat(900)), "details": [{"@type": "q", "secret": "s3cr3t"}]}}),
        );
        let error = refused.error.unwrap();
        assert!(error.starts_with("PERMISSION_DENIED: denied") && error.chars().count() <= LONGEST_ERROR);
        assert!(!error.contains("s3cr3t"));
        assert_eq!(outcome(DEPLOY, ENDPOINT, 502, None).error.as_deref(), Some("HTTP 502"));
        let html = outcome(DEPLOY, ENDPOINT, 502, Some(b"<html>bad gateway</html>"));
        assert_eq!(html.error.as_deref(), Some("UNAVAILABLE"));
    }

    #[test]
    fn needs_no_body_of_a_read() {
        let read = outcome("aiplatform.projects.locations.endpoints.get", ENDPOINT, 200, None);
        assert_eq!(read, Outcome { succeeded: Some(true), operation: None, error: None });
    }
}

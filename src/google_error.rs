//! Errors of Google as they are read: `google.rpc.Status` with its details.
//!
//! Shapes: `google/rpc/status.proto`, `google/rpc/code.proto` and `google/rpc/error_details.proto` of github.com/googleapis/googleapis.
//! Google answers 403 for a missing resource if the caller may not read it, and 400 if the caller may not act as a service account
//! (googleapis/python-aiplatform#1073): the HTTP status alone decides nothing.

use crate::conversation::Millis;
use crate::diagnostic::Code;
use crate::words;
use serde_json::Value;

/// The parts of an error body that decide the finding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GoogleError {
    /// `PERMISSION_DENIED`, `NOT_FOUND` …; derived from the HTTP status where the body has none.
    pub status: String,
    pub message: String,
    /// `ErrorInfo.reason`, e.g. `IAM_PERMISSION_DENIED`.
    pub reason: Option<String>,
    /// `ErrorInfo.metadata`: `permission`, `resource`, `service`, `consumer`, `quota_metric` …
    metadata: Vec<(String, String)>,
    /// The violations of `BadRequest`, `PreconditionFailure` and `QuotaFailure`, each as one clause.
    pub violations: Vec<String>,
    /// The first link of `Help`.
    pub link: Option<String>,
    /// `RetryInfo.retryDelay`
    pub retry_delay: Option<Millis>,
}

/// `google.rpc.Code` by number, as operations carry it.
/// Source: `google/rpc/code.proto`.
const CODES: [&str; 17] = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// A string of an answer.
pub fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// `"1.5s"` in milliseconds.
pub fn duration(text: &str) -> Option<Millis> {
    let (seconds, fraction) = text.strip_suffix('s').map(|text| text.split_once('.').unwrap_or((text, "")))?;
    let thousandths: String = fraction.chars().chain("000".chars()).take(3).collect();
    Some(seconds.parse::<Millis>().ok()?.saturating_mul(1000).saturating_add(thousandths.parse().ok()?))
}

impl GoogleError {
    /// Reads a `google.rpc.Status`: an `Operation.error`, or what an HTTP error body holds below `error`.
    pub fn from_status(status: &Value) -> Self {
        let mut error = Self {
            status: text(&status["status"])
                .or_else(|| {
                    let code = usize::try_from(status["code"].as_u64()?).ok()?;
                    CODES.get(code).map(|&name| name.to_owned())
                })
                .unwrap_or_default(),
            message: text(&status["message"]).unwrap_or_default(),
            ..Self::default()
        };
        for detail in list(&status["details"]) {
            let kind = detail["@type"].as_str().unwrap_or_default();
            match kind.rsplit('.').next().unwrap_or_default() {
                "ErrorInfo" => {
                    error.reason = text(&detail["reason"]);
                    let metadata = detail["metadata"].as_object().into_iter().flatten();
                    error.metadata.extend(metadata.filter_map(|(name, value)| Some((name.clone(), text(value)?))));
                }
                "RetryInfo" => error.retry_delay = detail["retryDelay"].as_str().and_then(duration),
                "BadRequest" => error.violations.extend(list(&detail["fieldViolations"]).iter().map(|violation| {
                    let part = |name: &str| violation[name].as_str().unwrap_or_default();
                    format!("field `{}`: {}", part("field"), part("description"))
                })),
                "PreconditionFailure" | "QuotaFailure" => {
                    error.violations.extend(list(&detail["violations"]).iter().map(|violation| {
                        let parts =
                            ["description", "type", "subject"].map(|name| violation[name].as_str().unwrap_or_default());
                        words::list(parts.iter().filter(|part| !part.is_empty()), ", ")
                    }));
                }
                "Help" => error.link = error.link.or_else(|| text(&detail["links"][0]["url"])),
                _ => {}
            }
        }
        error
    }

    /// A value of `ErrorInfo.metadata`.
    pub fn metadata(&self, name: &str) -> Option<&str> {
        self.metadata.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Message and violations, which tell what a general message does not.
    pub fn text(&self) -> String {
        let message = if self.message.is_empty() { &self.status } else { &self.message };
        let new = self.violations.iter().filter(|violation| !words::contains(message, violation));
        words::list(std::iter::once(message).chain(new), "; ")
    }

    /// Reads an HTTP error's body. If it is not Google's, the status is derived from the HTTP status.
    pub fn from_http(status: u16, body: &Value) -> Self {
        let mut error = Self::from_status(&body["error"]);
        if !CODES.contains(&error.status.as_str()) {
            error.status = match status {
                400 => "INVALID_ARGUMENT",
                401 => "UNAUTHENTICATED",
                403 => "PERMISSION_DENIED",
                404 => "NOT_FOUND",
                409 => "ABORTED",
                429 => "RESOURCE_EXHAUSTED",
                501 => "UNIMPLEMENTED",
                502..=504 => "UNAVAILABLE",
                _ => "UNKNOWN",
            }
            .to_owned();
        }
        error
    }

    /// The code of a finding about an answer with this error.
    pub fn code(&self) -> Code {
        match self.status.as_str() {
            "PERMISSION_DENIED" => Code::GooglePermissionDenied,
            "UNAUTHENTICATED" => Code::GoogleUnauthenticated,
            "NOT_FOUND" => Code::GoogleNotFound,
            "INVALID_ARGUMENT" | "OUT_OF_RANGE" => Code::GoogleInvalid,
            "FAILED_PRECONDITION" => Code::GooglePrecondition,
            "ALREADY_EXISTS" | "ABORTED" => Code::GoogleConflict,
            "RESOURCE_EXHAUSTED" => Code::GoogleExhausted,
            "UNAVAILABLE" | "DEADLINE_EXCEEDED" => Code::GoogleUnavailable,
            _ => Code::GoogleError,
        }
    }
}

/// Whether a retry may succeed.
pub fn is_transient(status: u16) -> bool {
    matches!(status, 429 | 502 | 503 | 504)
}

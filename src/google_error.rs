//! The meaning of an error answer: error bodies of Google and of the portal, read into a [`Diagnostic`].
//!
//! Shapes: `google/rpc/status.proto`, `google/rpc/code.proto` and `google/rpc/error_details.proto` of github.com/googleapis/googleapis.
//! Google answers 403 for a missing resource if the caller may not read it, and 400 if the caller may not act as a service account
//! (googleapis/python-aiplatform#1073): the HTTP status alone decides nothing.

use crate::conversation::{Failure, Millis, Response};
use crate::diagnostic::{Code, Diagnostic};
use crate::method::Call;
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
    /// `ErrorInfo.metadata.permission`
    pub permission: Option<String>,
    /// `ErrorInfo.metadata.resource`
    pub resource: Option<String>,
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
        for detail in status["details"].as_array().into_iter().flatten() {
            let kind = detail["@type"].as_str().unwrap_or_default();
            if kind.ends_with("google.rpc.ErrorInfo") {
                error.reason = text(&detail["reason"]);
                error.permission = text(&detail["metadata"]["permission"]);
                error.resource = text(&detail["metadata"]["resource"]);
            } else if kind.ends_with("google.rpc.RetryInfo") {
                error.retry_delay = detail["retryDelay"].as_str().and_then(duration);
            }
        }
        error
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

    fn code(&self) -> Code {
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

    /// The finding with its help; `call` fills in what Google left out.
    pub fn diagnose(&self, call: Option<&Call>) -> Diagnostic {
        let text = if self.message.is_empty() { self.status.as_str() } else { self.message.as_str() };
        let code = self.code();
        let permissions = call.map(Call::permissions).unwrap_or_default();
        if words::contains(text, "permission to act as service_account") {
            let account = call.and_then(|c| c.serving_account.as_ref()).map(ToString::to_string);
            let on = account.unwrap_or_else(|| "the serving account".into());
            return Diagnostic::new(Code::GooglePermissionDenied, text.to_owned())
                .needing("iam.serviceAccounts.actAs")
                .about(on.clone())
                .help(format!("request `roles/iam.serviceAccountUser` on {on} only"));
        }
        let finding = Diagnostic::new(code, text.to_owned());
        match code {
            Code::GooglePermissionDenied if self.reason.as_deref() == Some("SERVICE_DISABLED") => finding
                .help("enable the API in this project, or correct the project in the annotations")
                .about(self.resource.clone().unwrap_or_default()),
            Code::GooglePermissionDenied => {
                let needed = permissions.first();
                let permission = self.permission.clone().or_else(|| needed.map(|p| p.permission.to_owned()));
                let resource = self.resource.clone().or_else(|| needed.map(|p| p.resource.clone()));
                let mut finding = finding;
                if let (Some(permission), Some(resource)) = (&permission, &resource) {
                    let help = format!(
                        "request the permission `{permission}` on `{resource}`, and check the name: Google does not report whether the permission is missing or the resource does not exist"
                    );
                    finding.help = Some(help.into());
                }
                finding.permission = permission.map(Into::into);
                finding.resource = resource.map(Into::into);
                finding
            }
            Code::GoogleUnauthenticated => {
                finding.help("check the workload identity pool and provider: Google rejected the portal's credential")
            }
            Code::GoogleNotFound => {
                let finding = finding.help("check the names in the annotations");
                match call {
                    Some(call) => finding.about(call.resource.to_string()),
                    None => finding,
                }
            }
            Code::GoogleExhausted => finding
                .help("wait, choose another machine type or location, or ask for more quota: a quota is used up, or the location has no capacity"),
            Code::GoogleUnavailable => finding.help("try again later: Google does not answer at the moment"),
            _ => finding,
        }
    }
}

/// A rejection by the portal's proxy or by Backstage, if the body shows it.
fn portal_refusal(status: u16, body: &Value) -> Option<Diagnostic> {
    let own = &body["diagnostic"];
    if let (Some(code), Some(message)) = (own["code"].as_str(), own["message"].as_str()) {
        let code = Code::ALL.iter().copied().find(|c| c.as_str() == code).unwrap_or(Code::PortalRefused);
        let mut finding = Diagnostic::new(code, message.to_owned());
        let text = |value| text(value).map(Into::into);
        finding.help = text(&own["help"]);
        finding.permission = text(&own["permission"]);
        finding.resource = text(&own["resource"]);
        return Some(finding);
    }
    // Backstage's error handler writes the error's class; Google's `error` has no `name`.
    let name = body["error"]["name"].as_str()?;
    let message = body["error"]["message"].as_str().unwrap_or(name);
    let finding = Diagnostic::new(Code::PortalRefused, format!("the portal answered {status}: {message}"));
    Some(match status {
        401 => finding.help("sign in to the portal again"),
        403 => finding.help("request the Backstage permission that this call needs"),
        404 => finding.help("install the proxy module for Vertex AI in the portal's backend"),
        _ => finding,
    })
}

/// A 404 without Google's own status: something in between does not know the path. Google may have the resource.
fn lost(response: &Response) -> Option<Diagnostic> {
    (response.status == 404 && !response.json()["error"]["status"].is_string()).then(|| {
        Diagnostic::new(Code::GoogleAnswerUnreadable, "the answer is a 404 that is not Google's").help(
            "install the proxy module for Vertex AI in the portal's backend, or let its calls through to Google: neither answered this",
        )
    })
}

/// Reads the response of a failed call.
pub fn diagnose(response: &Response, call: Option<&Call>) -> Diagnostic {
    portal_refusal(response.status, response.json())
        .or_else(|| lost(response))
        .unwrap_or_else(|| GoogleError::from_http(response.status, response.json()).diagnose(call))
}

/// The finding of a request without an answer.
pub fn diagnose_failure(failure: Failure) -> Diagnostic {
    match failure {
        Failure::Unreachable => Diagnostic::new(Code::NetworkUnreachable, "the portal's proxy does not answer")
            .help("check that the portal's backend runs and that its base URL is right"),
        Failure::CutOff => Diagnostic::new(Code::GoogleAnswerUnreadable, "the answer was cut off")
            .help("try again; if it happens every time, check for something between the portal and Google that cuts answers short"),
        Failure::Cancelled => Diagnostic::new(Code::DeployCancelled, "cancelled"),
    }
}

/// Whether a retry may succeed.
pub fn is_transient(status: u16) -> bool {
    matches!(status, 429 | 502 | 503 | 504)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::{self, Resource};
    use serde_json::json;

    fn response(status: u16, body: Value) -> Response {
        Response { status, retry_after: None, body: Some(body) }
    }

    fn call() -> Call {
        let endpoint = "projects/acme-ml/locations/us-central1/endpoints/fraud".parse().unwrap();
        Call::new(&method::ENDPOINTS_DEPLOY_MODEL, Resource::Endpoint(endpoint))
    }

    #[test]
    fn reads_permission_and_resource_of_a_denial() {
        let body = json!({"error": {"code": 403, "status": "PERMISSION_DENIED", "message": "Permission denied",
            "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "IAM_PERMISSION_DENIED",
                "metadata": {"permission": "aiplatform.endpoints.deploy", "resource": "projects/acme-ml/locations/us-central1/endpoints/fraud"}}]}});
        let finding = diagnose(&response(403, body), None);
        assert_eq!(finding.code, Code::GooglePermissionDenied);
        assert_eq!(finding.permission.as_deref(), Some("aiplatform.endpoints.deploy"));
        assert!(finding.help.clone().unwrap().contains("endpoints/fraud"));
    }

    #[test]
    fn completes_a_bare_denial_from_the_call() {
        let finding = diagnose(&Response { status: 403, retry_after: None, body: None }, Some(&call()));
        assert_eq!(finding.permission.as_deref(), Some("aiplatform.endpoints.deploy"));
        assert_eq!(finding.resource.as_deref(), Some("projects/acme-ml/locations/us-central1/endpoints/fraud"));
    }

    #[test]
    fn reports_act_as_for_a_400_that_means_it() {
        let body = json!({"error": {"code": 400, "status": "INVALID_ARGUMENT",
            "message": "You do not have permission to act as service_account: a@b (or it may not exist)."}});
        let finding = diagnose(&response(400, body), Some(&call()));
        assert_eq!(finding.permission.as_deref(), Some("iam.serviceAccounts.actAs"));
    }

    #[test]
    fn reads_grpc_codes_of_operations() {
        let error = GoogleError::from_status(&json!({"code": 9, "message": "Model server exited unexpectedly."}));
        assert_eq!(error.diagnose(None).code, Code::GooglePrecondition);
        assert_eq!(GoogleError::from_status(&json!({"code": 99})).diagnose(None).code, Code::GoogleError);
    }

    #[test]
    fn keeps_the_code_of_the_portals_own_rejection() {
        let body = json!({"error": {"name": "NotAllowedError", "message": "no"},
            "diagnostic": {"code": "proxy/target-not-allowed", "message": "the project is not allowed", "help": "ask"}});
        assert_eq!(diagnose(&response(403, body), None).code, Code::ProxyTargetNotAllowed);
        let body = json!({"error": {"name": "AuthenticationError", "message": "Illegal token"}});
        let finding = diagnose(&response(401, body), None);
        assert_eq!(finding.code, Code::PortalRefused);
        assert!(finding.help.clone().unwrap().contains("sign in"));
    }

    #[test]
    fn reports_not_found_only_for_googles_own_404() {
        let code = |body| diagnose(&Response { status: 404, retry_after: None, body }, Some(&call())).code;
        assert_eq!(code(Some(json!({"error": {"status": "NOT_FOUND", "message": "no"}}))), Code::GoogleNotFound);
        assert_eq!(code(Some(json!({"error": {"name": "NotFoundError"}}))), Code::PortalRefused);
        for other in [None, Some(json!({})), Some(json!({"error": "no such page"}))] {
            assert_eq!(code(other), Code::GoogleAnswerUnreadable);
        }
    }

    #[test]
    fn reads_a_retry_delay() {
        let error = GoogleError::from_http(
            429,
            &json!({"error": {"status": "RESOURCE_EXHAUSTED", "details": [
                {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "1.5s"}]}}),
        );
        assert_eq!(error.retry_delay, Some(1500));
    }
}

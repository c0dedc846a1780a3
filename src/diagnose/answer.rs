//! The finding of a call that Google, the portal or something in between rejected.

use super::{Place, Seen, Tables, explain, whole};
use crate::conversation::{Failure, Response};
use crate::diagnostic::{Code, Diagnosis, Diagnostic, Link};
use crate::google_error::{GoogleError, text};
use crate::method::Call;
use serde_json::Value;

/// Reads the response of a failed call. `call` tells what Google leaves out.
pub fn rejected(response: &Response, call: Option<&Call>, tables: Tables) -> Diagnostic {
    portal_refusal(response.status, response.json())
        .or_else(|| lost(response))
        .unwrap_or_else(|| refused(&GoogleError::from_http(response.status, response.json()), call, tables))
}

/// The finding of Google's own rejection.
fn refused(error: &GoogleError, call: Option<&Call>, tables: Tables) -> Diagnostic {
    let text = error.text();
    let mut finding = Diagnostic::new(error.code(), text.clone());
    let needed = call.map(Call::permissions).unwrap_or_default();
    let needed = needed.first();
    let permission = error.metadata("permission").or_else(|| needed.map(|needed| needed.permission));
    let resource = error.metadata("resource").or_else(|| needed.map(|needed| needed.resource.as_str()));
    let mut names = names_of(error).to_vec();
    names.extend([("permission", permission.unwrap_or_default()), ("resource", resource.unwrap_or_default())]);
    let reason = error.reason.as_deref().unwrap_or_default();
    let seen = Seen { place: Place::Call, status: &error.status, reason, text: &text, shown: whole };
    let is_explained = explain(&mut finding, tables, &[seen], &names);
    match error.code() {
        // A bare denial: any reason would state what is missing.
        Code::GooglePermissionDenied if !is_explained && reason.is_empty() => {
            denied(&mut finding, permission, resource)
        }
        _ if is_explained => {
            // Google answers 400 where the caller may not act as an account.
            let is_callers = finding.diagnosis.as_ref().is_some_and(|diagnosis| diagnosis.principal.is_none());
            if finding.permission.is_some() && is_callers {
                finding.code = Code::GooglePermissionDenied;
            }
            if finding.resource.is_none() {
                finding.resource = error.metadata("consumer").map(|consumer| consumer.to_owned().into());
            }
        }
        code => {
            finding.help = Some(help(code).into());
            if code == Code::GoogleNotFound {
                finding.resource = call.map(|call| call.resource.to_string().into());
            }
        }
    }
    add_link(&mut finding, error);
    finding
}

/// Names for texts of the table; general words where Google gives none.
pub(super) fn names_of(error: &GoogleError) -> [(&'static str, &str); 3] {
    [("service", "service", "the API"), ("consumer", "consumer", "the project"), ("metric", "quota_metric", "requests")]
        .map(|(name, key, otherwise)| (name, error.metadata(key).unwrap_or(otherwise)))
}

/// Adds Google's page about an error.
pub(super) fn add_link(finding: &mut Diagnostic, error: &GoogleError) {
    let link = error.link.iter().filter(|link| is_googles(link));
    finding.links.extend(link.map(|url| Link { title: "Google's page".into(), url: url.clone() }));
}

/// Whether a link leads to Google, and is short enough to show.
fn is_googles(link: &str) -> bool {
    let host = link.strip_prefix("https://").and_then(|rest| rest.split(['/', '?', '#']).next());
    link.len() <= 400 && host.is_some_and(|host| host == "google.com" || host.ends_with(".google.com"))
}

/// Names the permission that the call needs.
fn denied(finding: &mut Diagnostic, permission: Option<&str>, resource: Option<&str>) {
    if let (Some(permission), Some(resource)) = (permission, resource) {
        finding.help = Some(format!("request the permission `{permission}` on `{resource}`, and check the name: Google does not report whether the permission is missing or the resource does not exist").into());
    }
    finding.permission = permission.map(|permission| permission.to_owned().into());
    finding.resource = resource.map(|resource| resource.to_owned().into());
}

/// The next step where no entry of the table knows the cause.
fn help(code: Code) -> &'static str {
    match code {
        Code::GoogleUnauthenticated => {
            "check the workload identity pool and provider: Google rejected the portal's credential"
        }
        Code::GoogleNotFound => "check the names in the annotations",
        Code::GoogleExhausted => {
            "read in Google's text whether a quota or capacity is missing, and wait before the next try"
        }
        Code::GoogleUnavailable => "try again later: Google's service is unavailable at the moment",
        Code::GoogleConflict => "try again: something else changed the resource at the same time, or made it before",
        _ => "compare Google's text with the annotations: its cause is unknown to the portal",
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
        finding.diagnosis = Diagnosis::read(&own["diagnosis"]).map(Box::new);
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

/// The finding of a request without an answer.
pub fn no_answer(failure: Failure) -> Diagnostic {
    match failure {
        Failure::Unreachable => Diagnostic::new(Code::NetworkUnreachable, "the portal's proxy does not answer")
            .help("check that the portal's backend runs and that its base URL is right"),
        Failure::CutOff => Diagnostic::new(Code::GoogleAnswerUnreadable, "the answer was cut off")
            .help("try again; if it happens every time, check for something between the portal and Google that cuts answers short"),
        Failure::Cancelled => Diagnostic::new(Code::DeployCancelled, "cancelled"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnose::CALLS;
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
        let finding = rejected(&response(403, body), None, &CALLS);
        assert_eq!(finding.code, Code::GooglePermissionDenied);
        assert_eq!(finding.permission.as_deref(), Some("aiplatform.endpoints.deploy"));
        assert!(finding.help.clone().unwrap().contains("endpoints/fraud"));
    }

    #[test]
    fn completes_a_bare_denial_from_the_call() {
        let finding = rejected(&Response { status: 403, retry_after: None, body: None }, Some(&call()), &CALLS);
        assert_eq!(finding.permission.as_deref(), Some("aiplatform.endpoints.deploy"));
        assert_eq!(finding.resource.as_deref(), Some("projects/acme-ml/locations/us-central1/endpoints/fraud"));
    }

    #[test]
    fn reports_act_as_for_a_400_that_means_it() {
        let body = json!({"error": {"code": 400, "status": "INVALID_ARGUMENT",
            "message": "You do not have permission to act as service_account: a@b (or it may not exist)."}});
        let finding = rejected(&response(400, body), Some(&call()), &CALLS);
        assert_eq!(finding.permission.as_deref(), Some("iam.serviceAccounts.actAs"));
        assert_eq!((finding.code, finding.resource.as_deref()), (Code::GooglePermissionDenied, Some("a@b")));
    }

    #[test]
    fn a_right_of_another_principal_is_not_the_callers() {
        let text = "Vertex AI Service Agent service-1@gcp-sa-aiplatform.iam.gserviceaccount.com does not have permission to access Artifact Registry repository projects/other/locations/us/repositories/models.";
        let body = json!({"error": {"code": 400, "status": "FAILED_PRECONDITION", "message": text}});
        let finding = rejected(&response(400, body), Some(&call()), &CALLS);
        assert_eq!(finding.code, Code::GooglePrecondition);
        let principal = finding.diagnosis.as_ref().unwrap().principal.clone();
        assert_eq!(principal.as_deref(), Some("service-1@gcp-sa-aiplatform.iam.gserviceaccount.com"));
    }

    #[test]
    fn reasons_name_no_missing_permission() {
        for (reason, entry) in [
            ("SERVICE_DISABLED", "access/service-disabled"),
            ("BILLING_DISABLED", "access/billing-disabled"),
            ("USER_PROJECT_DENIED", "access/user-project"),
            ("CONSUMER_INVALID", "access/consumer-invalid"),
            ("SECURITY_POLICY_VIOLATED", "access/perimeter"),
            ("LOCATION_TAX_POLICY_VIOLATED", ""),
        ] {
            let info = json!({"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason,
                "metadata": {"service": "aiplatform.googleapis.com", "consumer": "projects/acme-ml"}});
            let body =
                json!({"error": {"code": 403, "status": "PERMISSION_DENIED", "message": "no", "details": [info]}});
            let finding = rejected(&response(403, body), Some(&call()), &CALLS);
            assert_eq!(finding.permission, None, "{reason}");
            assert_eq!(finding.diagnosis.as_ref().map_or("", |diagnosis| &*diagnosis.entry), entry);
            assert!(finding.help.is_some(), "{reason}");
        }
    }

    #[test]
    fn only_googles_own_pages_are_linked() {
        let links = |url: &str| {
            let link = json!({"@type": "type.googleapis.com/google.rpc.Help", "links": [{"url": url}]});
            let body =
                json!({"error": {"code": 400, "status": "INVALID_ARGUMENT", "message": "no", "details": [link]}});
            rejected(&response(400, body), None, &CALLS).links.clone()
        };
        let page = "https://console.cloud.google.com/apis?x=1";
        assert_eq!(links(page), [Link { title: "Google's page".into(), url: page.into() }]);
        for other in [
            "http://console.cloud.google.com",
            "https://google.com.evil.example/",
            "javascript:alert(1)",
            "https://evil.example/.google.com",
        ] {
            assert!(links(other).is_empty(), "{other}");
        }
    }

    #[test]
    fn reads_grpc_codes_of_operations() {
        let error = GoogleError::from_status(&json!({"code": 9, "message": "Model server exited unexpectedly."}));
        assert_eq!(error.code(), Code::GooglePrecondition);
        assert_eq!(GoogleError::from_status(&json!({"code": 99})).code(), Code::GoogleError);
    }

    #[test]
    fn keeps_the_code_of_the_portals_own_rejection() {
        let body = json!({"error": {"name": "NotAllowedError", "message": "no"},
            "diagnostic": {"code": "proxy/target-not-allowed", "message": "the project is not allowed", "help": "ask"}});
        assert_eq!(rejected(&response(403, body), None, &CALLS).code, Code::ProxyTargetNotAllowed);
        let body = json!({"error": {"name": "AuthenticationError", "message": "Illegal token"}});
        let finding = rejected(&response(401, body), None, &CALLS);
        assert_eq!(finding.code, Code::PortalRefused);
        assert!(finding.help.clone().unwrap().contains("sign in"));
    }

    #[test]
    fn reports_not_found_only_for_googles_own_404() {
        let code = |body| rejected(&Response { status: 404, retry_after: None, body }, Some(&call()), &CALLS).code;
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

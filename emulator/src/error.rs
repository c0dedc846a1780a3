//! Errors in Google's shapes: `google.rpc.Status`, `google/rpc/error_details.proto`, and OAuth's for STS.

use serde_json::{Value, json};

/// An error answer with its HTTP status.
#[derive(Clone, Debug)]
pub struct ApiError {
    pub http: u16,
    pub body: Value,
}

/// Name, HTTP status and number of each `google.rpc.Code`.
const CODES: &[(&str, u16, i64)] = &[
    ("CANCELLED", 499, 1),
    ("INVALID_ARGUMENT", 400, 3),
    ("DEADLINE_EXCEEDED", 504, 4),
    ("NOT_FOUND", 404, 5),
    ("ALREADY_EXISTS", 409, 6),
    ("PERMISSION_DENIED", 403, 7),
    ("RESOURCE_EXHAUSTED", 429, 8),
    ("FAILED_PRECONDITION", 400, 9),
    ("ABORTED", 409, 10),
    ("UNIMPLEMENTED", 501, 12),
    ("INTERNAL", 500, 13),
    ("UNAVAILABLE", 503, 14),
    ("UNAUTHENTICATED", 401, 16),
];

/// The name of the `google.rpc.Code` for an HTTP status.
pub fn name_of_http(http: u16) -> &'static str {
    CODES.iter().find(|(_, h, _)| *h == http).map_or("UNKNOWN", |(name, ..)| name)
}

fn http_of(name: &str) -> u16 {
    CODES.iter().find(|(n, ..)| *n == name).map_or(500, |(_, http, _)| *http)
}

impl ApiError {
    pub fn new(status: &str, message: impl Into<String>) -> Self {
        let http = http_of(status);
        Self { http, body: json!({"error": {"code": http, "message": message.into(), "status": status}}) }
    }

    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new("INVALID_ARGUMENT", message)
    }

    pub fn not_found(what: &str) -> Self {
        Self::new("NOT_FOUND", format!("The resource {what} is not found."))
    }

    pub fn precondition(message: impl Into<String>) -> Self {
        Self::new("FAILED_PRECONDITION", message)
    }

    pub fn exists(what: &str) -> Self {
        Self::new("ALREADY_EXISTS", format!("The resource {what} already exists."))
    }

    /// A denial that, like Google's, hides whether the permission or the resource is missing.
    pub fn denied(permission: &str, resource: &str) -> Self {
        let domain = match permission.split('.').next() {
            Some("resourcemanager") => "cloudresourcemanager.googleapis.com".to_owned(),
            Some(service) => format!("{service}.googleapis.com"),
            None => String::new(),
        };
        let message =
            format!("Permission '{permission}' denied on resource '//{domain}/{resource}' (or it may not exist).");
        Self::new("PERMISSION_DENIED", message).with(json!({
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "IAM_PERMISSION_DENIED",
            "domain": domain,
            "metadata": {"permission": permission, "resource": resource}
        }))
    }

    /// A call without credentials, or with ones that nobody knows. `method` is the rpc's whole name.
    ///
    /// Text and details: <https://github.com/google-github-actions/run-gemini-cli/issues/123>.
    pub fn unauthenticated(has_credentials: bool, service: &str, method: Option<&str>) -> Self {
        let (start, reason) = if has_credentials {
            ("Request had invalid authentication credentials.", "ACCESS_TOKEN_TYPE_UNSUPPORTED")
        } else {
            ("Request is missing required authentication credential.", "CREDENTIALS_MISSING")
        };
        let message = format!(
            "{start} Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
        );
        let mut metadata = json!({"service": format!("{service}.googleapis.com")});
        if let Some(method) = method {
            metadata["method"] = json!(method);
        }
        Self::new("UNAUTHENTICATED", message).with(json!({
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": reason,
            "domain": "googleapis.com",
            "metadata": metadata
        }))
    }

    /// The value of `WWW-Authenticate` for this error.
    pub fn challenge(&self) -> Option<&'static str> {
        let reason = self.body["error"]["details"][0]["reason"].as_str();
        (self.http == 401).then_some(match reason {
            Some("CREDENTIALS_MISSING") => "Bearer realm=\"https://accounts.google.com/\"",
            _ => "Bearer realm=\"https://accounts.google.com/\", error=\"invalid_token\"",
        })
    }

    /// The page of HTML with which Google answers a path that no method has.
    pub fn no_such_path(path: &str) -> Self {
        let page = format!(
            "<!DOCTYPE html>\n<html lang=en>\n  <meta charset=utf-8>\n  <title>Error 404 (Not Found)!!1</title>\n  <p><b>404.</b> <ins>That’s an error.</ins>\n  <p>The requested URL <code>{}</code> was not found on this server.  <ins>That’s all we know.</ins>\n",
            path.replace('&', "&amp;").replace('<', "&lt;")
        );
        Self { http: 404, body: Value::String(page) }
    }

    /// A body that cannot be read: the path of each mistake, and its text.
    pub fn unreadable(mistakes: Vec<(String, String)>) -> Self {
        let texts: Vec<&str> = mistakes.iter().map(|(_, text)| text.as_str()).collect();
        Self::invalid(texts.join("\n")).bad_request(&mistakes)
    }

    /// Fields that Google finds wrong: the path of each in the request, and what is wrong with it.
    ///
    /// Text: <https://github.com/googleapis/go-genai/issues/508>, <https://github.com/googleapis/python-aiplatform/issues/1684>.
    pub fn fields(found: &[(String, String)]) -> Self {
        let listed = found.iter().enumerate();
        let listed: String =
            listed.map(|(at, (field, text))| format!("{}.Field: {field}; Message: {text}\t", at + 1)).collect();
        Self::invalid(format!("List of found errors:\t{listed}")).bad_request(found)
    }

    pub fn field(path: &str, text: impl Into<String>) -> Self {
        Self::fields(&[(path.to_owned(), text.into())])
    }

    fn bad_request(self, found: &[(String, String)]) -> Self {
        let violations: Vec<Value> = found
            .iter()
            .map(|(field, text)| match field.as_str() {
                "" => json!({ "description": text }),
                field => json!({ "field": field, "description": text }),
            })
            .collect();
        self.with(json!({"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": violations}))
    }

    /// Adds a detail.
    #[must_use]
    pub fn with(mut self, detail: Value) -> Self {
        match self.body["error"]["details"].as_array_mut() {
            Some(details) => details.push(detail),
            None => self.body["error"]["details"] = json!([detail]),
        }
        self
    }

    /// An error of STS, in the shape of RFC 6749.
    pub fn oauth(error: &str, description: impl Into<String>) -> Self {
        Self { http: 400, body: json!({"error": error, "error_description": description.into()}) }
    }

    /// This error as an operation carries it.
    pub fn as_status(&self) -> Value {
        let error = &self.body["error"];
        let code = CODES.iter().find(|(name, ..)| error["status"] == *name).map_or(2, |(.., code)| *code);
        let mut status = Self::status(code, error["message"].as_str().unwrap_or_default());
        if error["details"].is_array() {
            status["details"] = error["details"].clone();
        }
        status
    }

    /// A `google.rpc.Status` as operations carry it; `code` is its number.
    pub fn status(code: i64, message: &str) -> Value {
        json!({"code": code, "message": message})
    }
}

//! The exchange: an assertion becomes a federated token and, where a service account is configured, that account's token.
//!
//! Requests and answers: <https://docs.cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token> and
//! <https://docs.cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken>, read 2026-11-27.
//! Neither page describes errors. That the first service reports them in OAuth's form (RFC 6749, 5.2) is known from Google's client:
//! `handle_error_response` in `google/oauth2/utils.py` of github.com/googleapis/google-auth-library-python, read 2026-11-27. That the
//! second uses `google.rpc.Status` is *unverified*; it is the form of Google's other services.

use super::redact::shortened;
use super::secret::Secret;
use crate::config::Config;
use crate::conversation::{Conversation, Failure, Identity, Millis, Request, Response, Voice};
use crate::diagnose::{IDENTITY, Names, Place, Seen, explain, whole};
use crate::diagnostic::{Code, Diagnostic};
use crate::google_error::{GoogleError, is_transient};
use crate::method::{self, Call, Resource};
use crate::name::ServiceAccount;
use crate::vertex::message::{self, object};
use serde_json::Value;

/// Maximum number of attempts of each call.
const TRIES: u32 = 3;
/// Time after which no further attempt begins.
const PATIENCE: Millis = 15_000;
/// The first pause. It doubles, and jitter shortens it by up to a half.
const PAUSE: Millis = 300;
/// Maximum length of a token. Google documents 12,288 bytes, and that the limit may change.
const LONGEST_TOKEN: usize = 32 * 1024;
const LONGEST_MESSAGE: usize = 400;

/// Scope of the token that calls Google. Vertex AI also accepts `…/auth/aiplatform`, but endpoint policies and Cloud Resource Manager accept
/// this one only. IAM decides what a user may do.
const CLOUD_PLATFORM: &str = "https://www.googleapis.com/auth/cloud-platform";
/// Scope of a federated token that only gets a service account's token.
const IAM: &str = "https://www.googleapis.com/auth/iam";

/// A Google access token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub secret: Secret,
    /// Counted from before the request, on the portal's clock.
    pub expires_at: Millis,
}

/// Exchanges an assertion for an access token.
pub fn exchange(config: &Config, assertion: Secret) -> Conversation<Result<Token, Diagnostic>> {
    let config = config.clone();
    Conversation::new(move |voice| async move {
        let exchange = Exchange { deadline: voice.now().saturating_add(PATIENCE), config, voice };
        let federated = exchange.federate(&assertion).await?;
        match &exchange.config.identity.service_account {
            Some(account) => exchange.impersonate(account, &federated.secret).await,
            None => Ok(federated),
        }
    })
}

struct Exchange {
    config: Config,
    voice: Voice,
    deadline: Millis,
}

impl Exchange {
    /// `POST https://sts.googleapis.com/v1/token`, without an `Authorization` header.
    async fn federate(&self, assertion: &Secret) -> Result<Token, Diagnostic> {
        let scope = if self.config.identity.service_account.is_some() { IAM } else { CLOUD_PLATFORM };
        let body = object()
            .with("grantType", "urn:ietf:params:oauth:grant-type:token-exchange")
            .with("audience", self.config.identity.audience.as_str())
            .with("scope", scope)
            .with("requestedTokenType", "urn:ietf:params:oauth:token-type:access_token")
            .with("subjectToken", assertion.expose())
            .with("subjectTokenType", "urn:ietf:params:oauth:token-type:jwt");
        let call = Call::new(&method::STS_TOKEN, Resource::Nothing).body(body);
        let (since, response) = self.post(&call, None).await?;
        if response.status != 200 {
            return Err(self.federation_refused(&response, assertion));
        }
        let answer = response.json();
        let life = answer["expires_in"].as_u64().filter(|seconds| *seconds > 0);
        let bearer = answer["token_type"].as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("bearer"));
        match (token_text(&answer["access_token"]), life) {
            (Some(secret), Some(seconds)) if bearer => Ok(Token { secret, expires_at: after(since, seconds) }),
            _ => Err(unreadable("Security Token Service")),
        }
    }

    /// `POST https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{account}:generateAccessToken`
    async fn impersonate(&self, account: &ServiceAccount, federated: &Secret) -> Result<Token, Diagnostic> {
        let seconds = self.config.identity.token_lifetime_seconds;
        let call = Call::new(&method::GENERATE_ACCESS_TOKEN, Resource::ServiceAccount(account.clone()))
            .body(object().with("scope", vec![CLOUD_PLATFORM]).with("lifetime", format!("{seconds}s")));
        let (since, response) = self.post(&call, Some(federated)).await?;
        if response.status != 200 {
            return Err(impersonation_refused(&response, account, federated));
        }
        let answer = response.json();
        match (token_text(&answer["accessToken"]), answer["expireTime"].as_str()) {
            // Google grants the requested lifetime or rejects the call. Its clock may differ from ours.
            (Some(secret), Some(_)) => Ok(Token { secret, expires_at: after(since, seconds.into()) }),
            _ => Err(unreadable("Service Account Credentials API")),
        }
    }

    /// Sends a call, again while the failure is transient. Returns the time of the last attempt, and its answer.
    ///
    /// Both calls change nothing, so they may be repeated.
    async fn post(&self, call: &Call, bearer: Option<&Secret>) -> Result<(Millis, Response), Diagnostic> {
        let mut number = 1;
        loop {
            let since = self.voice.now();
            let (asked, result) = match self.voice.send(self.request(call, bearer)).await {
                Ok(response) if !is_transient(response.status) => return Ok((since, response)),
                Ok(response) => (response.retry_after, Ok((since, response))),
                Err(Failure::Cancelled) => return Err(too_late()),
                Err(_) => (None, Err(self.unreachable())),
            };
            let longest = PAUSE << number;
            let jittered = (longest as f64 * (0.5 + self.voice.random() / 2.0)) as Millis;
            let pause = jittered.max(asked.unwrap_or(0));
            if number == TRIES || self.voice.now().saturating_add(pause) > self.deadline {
                return result;
            }
            self.voice.wait(pause).await.map_err(|_| too_late())?;
            number += 1;
        }
    }

    fn request(&self, call: &Call, bearer: Option<&Secret>) -> Request {
        let mut headers =
            vec![("accept", "application/json".to_owned()), ("content-type", "application/json".to_owned())];
        if let Some(bearer) = bearer {
            headers.push(("authorization", format!("Bearer {}", bearer.expose())));
        }
        Request {
            verb: call.method.verb,
            url: format!("{}/{}", self.config.origin(call.method.service, None), call.path()),
            headers,
            body: call.body.as_ref().map(message::text),
            identity: Identity::Service,
        }
    }

    fn unreachable(&self) -> Diagnostic {
        let finding = Diagnostic::new(Code::NetworkUnreachable, "Google's token services do not answer");
        match &self.config.emulator {
            Some(emulator) => finding.help(format!("start the emulator at {emulator}")),
            None => finding.help("let the portal's backend reach sts.googleapis.com and iamcredentials.googleapis.com"),
        }
    }

    /// Reads OAuth's error, `{"error": "invalid_grant", "error_description": "…"}`.
    fn federation_refused(&self, response: &Response, assertion: &Secret) -> Diagnostic {
        if let Some(finding) = unavailable(response, "Security Token Service") {
            return finding;
        }
        let body = response.json();
        let (code, said) = match body["error"].as_str() {
            Some(code) => (code.to_owned(), body["error_description"].as_str().unwrap_or_default().to_owned()),
            None => {
                let error = GoogleError::from_http(response.status, body);
                (error.status, error.message)
            }
        };
        let text = format!("Google's Security Token Service rejected the portal's assertion: {code}: {said}");
        let message = shortened(text.trim_end_matches([':', ' ']), &[assertion], LONGEST_MESSAGE);
        let identity = &self.config.identity;
        let (issuer, audience) = (identity.issuer.to_string(), identity.audience.to_string());
        let claim = identity.audience.claim().to_string();
        let mut finding = Diagnostic::new(Code::IdentityExchangeRefused, message)
            .about(audience.clone())
            .help(format!("check the provider `{audience}`"));
        let names: Names = &[("issuer", &issuer), ("audience", &audience), ("claim", &claim)];
        let said = shortened(&said, &[assertion], LONGEST_MESSAGE);
        let seen = Seen { place: Place::Sts, status: &code, reason: "", text: &said, shown: whole };
        explain(&mut finding, &IDENTITY, &[seen], names);
        finding
    }
}

/// Reads a `google.rpc.Status`.
fn impersonation_refused(response: &Response, account: &ServiceAccount, federated: &Secret) -> Diagnostic {
    if let Some(finding) = unavailable(response, "Service Account Credentials API") {
        return finding;
    }
    let error = GoogleError::from_http(response.status, response.json());
    let text = format!("the portal may not impersonate {account}: {}: {}", error.status, error.message);
    let message = shortened(text.trim_end_matches([':', ' ']), &[federated], LONGEST_MESSAGE);
    let mut finding = Diagnostic::new(Code::IdentityImpersonationRefused, message).about(account.to_string());
    let account = account.to_string();
    let names: Names = &[
        ("account", &account),
        ("service", error.metadata("service").unwrap_or("the API")),
        ("consumer", error.metadata("consumer").unwrap_or("the project")),
    ];
    let reason = error.reason.as_deref().unwrap_or_default();
    let said = shortened(&error.text(), &[federated], LONGEST_MESSAGE);
    let seen = Seen { place: Place::Impersonation, status: &error.status, reason, text: &said, shown: whole };
    if !explain(&mut finding, &IDENTITY, &[seen], names) {
        finding.help = Some(match error.status.as_str() {
            "NOT_FOUND" => "correct `vertexAi.identity.serviceAccount`: the account does not exist".into(),
            "INVALID_ARGUMENT" => {
                "check `vertexAi.identity.tokenLifetimeSeconds`, and that the project of the account is not deleted"
                    .into()
            }
            _ => format!("check the service account {account}").into(),
        });
    }
    finding
}

/// The finding for an answer that is neither a success nor a rejection.
fn unavailable(response: &Response, service: &str) -> Option<Diagnostic> {
    let (code, what) = match response.status {
        429 => (Code::GoogleExhausted, "has no quota left for the portal's project"),
        500.. => (Code::GoogleUnavailable, "is unavailable"),
        400..500 => return None,
        _ => return Some(unreadable(service)),
    };
    let message = format!("Google's {service} {what} (HTTP {})", response.status);
    Some(Diagnostic::new(code, message).help("try again later"))
}

fn unreadable(service: &str) -> Diagnostic {
    Diagnostic::new(Code::IdentityAnswerUnreadable, format!("the answer of Google's {service} holds no token"))
        .help("check for a proxy between the portal and Google that answers in Google's place")
}

fn too_late() -> Diagnostic {
    Diagnostic::new(Code::NetworkUnreachable, "Google's token services did not answer in time").help("try again later")
}

/// A token that fits into a header.
fn token_text(value: &Value) -> Option<Secret> {
    let text = value.as_str()?;
    let fits = !text.is_empty() && text.len() <= LONGEST_TOKEN && text.bytes().all(|b| b.is_ascii_graphic());
    fits.then(|| Secret::new(text.to_owned()))
}

fn after(since: Millis, seconds: u64) -> Millis {
    since.saturating_add(seconds.saturating_mul(1000))
}

#[cfg(test)]
mod tests;

//! Calls to Google through the portal's proxy, with retries.

use crate::conversation::{Failure, Identity, Millis, Progress, ProgressKind, Request, Response, Voice, Want};
use crate::diagnose::answer::{no_answer, rejected};
use crate::diagnose::{READS, Tables};
use crate::diagnostic::{Code, Diagnostic};
use crate::google_error::{GoogleError, is_transient};
use crate::method::Call;
use crate::vertex::message;
use serde_json::Value;

/// Number of tries of a call.
const TRIES: u32 = 5;
/// The first pause, in milliseconds. It doubles with each try; up to half of it is left out at random.
const PAUSE: Millis = 500;
/// Maximum pause, whatever the server asks for.
const LONGEST_PAUSE: Millis = 30_000;

/// The reason why a call has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallError {
    /// An answer that rejects the call.
    Refused {
        status: u16,
        finding: Diagnostic,
    },
    /// No answer, or none that can be read.
    NoAnswer(Diagnostic),
    Cancelled,
}

impl CallError {
    pub fn finding(self) -> Diagnostic {
        match self {
            Self::Refused { finding, .. } | Self::NoAnswer(finding) => finding,
            Self::Cancelled => no_answer(Failure::Cancelled),
        }
    }

    /// Whether Google itself reports that the resource does not exist; not the portal or something in between.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused { finding, .. } if finding.code == Code::GoogleNotFound)
    }

    /// The HTTP status of a rejection.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }
}

/// Google, behind the portal's proxy.
pub struct Google<W = Want> {
    voice: Voice<W>,
    proxy_url: String,
    reason: Option<String>,
    tries: u32,
    tables: Tables,
}

/// The pause before try `number` (from 1): exponential, jittered, and at least what the server asks for.
pub fn pause(number: u32, asked: Option<Millis>, random: f64) -> Millis {
    let longest = PAUSE.saturating_mul(1 << number.min(10)).min(LONGEST_PAUSE);
    let jittered = (longest as f64 * (0.5 + random / 2.0)) as Millis;
    jittered.max(asked.unwrap_or(0)).min(LONGEST_PAUSE)
}

impl<W> Clone for Google<W> {
    fn clone(&self) -> Self {
        let Self { voice, proxy_url, reason, tries, tables } = self;
        Self { voice: voice.clone(), proxy_url: proxy_url.clone(), reason: reason.clone(), tries: *tries, tables }
    }
}

impl<W: From<Want>> Google<W> {
    /// `proxy_url` is `…/api/proxy/vertex-ai`; `reason` goes to Google's audit log.
    pub fn new(voice: Voice<W>, proxy_url: &str, reason: Option<String>) -> Self {
        Self { voice, proxy_url: proxy_url.trim_end_matches('/').to_owned(), reason, tries: TRIES, tables: &READS }
    }

    /// Sets the number of tries, e.g. lower for a user who waits at a screen.
    #[must_use]
    pub fn trying(mut self, tries: u32) -> Self {
        self.tries = tries;
        self
    }

    /// Sets the tables that explain rejections; those for reads by default.
    #[must_use]
    pub fn explaining(mut self, tables: Tables) -> Self {
        self.tables = tables;
        self
    }

    fn request(&self, call: &Call, identity: Identity) -> Request {
        let mut headers = vec![("accept", "application/json".to_owned())];
        let body = call.body.as_ref().map(message::text);
        if body.is_some() {
            headers.push(("content-type", "application/json".to_owned()));
        }
        if let Some(reason) = &self.reason {
            headers.push(("x-goog-request-reason", reason.clone()));
        }
        let url = format!("{}/{}/{}", self.proxy_url, call.method.service.as_str(), call.path());
        Request { verb: call.method.verb, url, headers, body, identity }
    }

    /// Makes the call. Retries transient rejections (429, 502, 503, 504) and lost answers.
    ///
    /// Every call of the core may be sent twice, because what it creates has an id of our choosing.
    pub async fn call(&self, call: &Call, identity: Identity) -> Result<Value, CallError> {
        let mut number = 1;
        loop {
            let failed = match self.once(call, identity).await {
                Ok(value) => return Ok(value),
                Err(failed) => failed,
            };
            let error = failed.error;
            let is_final = match &error {
                CallError::Cancelled => true,
                CallError::Refused { status, .. } => !is_transient(*status),
                // A whole answer that is not JSON is not Google's.
                CallError::NoAnswer(_) => failed.is_answered,
            };
            if is_final {
                return Err(error);
            }
            if number >= self.tries {
                return Err(error);
            }
            let millis = pause(number, failed.retry_after, self.voice.random());
            let why = error.clone().finding();
            self.voice.say(Progress::new(
                ProgressKind::Retry,
                format!("{}; try {} of {} in {millis} ms", why.message, number + 1, self.tries),
            ));
            self.voice.wait(millis).await.map_err(|_| CallError::Cancelled)?;
            number += 1;
        }
    }

    /// Makes the call once.
    pub async fn once(&self, call: &Call, identity: Identity) -> Result<Value, Failed> {
        read(self.voice.send(self.request(call, identity)).await, call, self.tables)
    }

    /// Makes the call once, and waits for its answer also when the conversation is cancelled meanwhile.
    pub async fn once_whole(&self, call: &Call, identity: Identity) -> Result<Value, Failed> {
        read(self.voice.send_whole(self.request(call, identity)).await, call, self.tables)
    }

    pub fn voice(&self) -> &Voice<W> {
        &self.voice
    }
}

/// A call without a result.
#[derive(Clone, Debug)]
pub struct Failed {
    pub error: CallError,
    /// The pause that the server asks for, in milliseconds.
    pub retry_after: Option<Millis>,
    /// Whether there was a whole answer.
    pub is_answered: bool,
}

fn read(sent: Result<Response, Failure>, call: &Call, tables: Tables) -> Result<Value, Failed> {
    let response = match sent {
        Ok(response) => response,
        Err(failure) => {
            let error = match failure {
                Failure::Cancelled => CallError::Cancelled,
                _ => CallError::NoAnswer(no_answer(failure)),
            };
            return Err(Failed { error, retry_after: None, is_answered: false });
        }
    };
    if (200..300).contains(&response.status) {
        let unreadable = |finding| Failed { error: CallError::NoAnswer(finding), retry_after: None, is_answered: true };
        return readable(response).map_err(unreadable);
    }
    let retry_after =
        response.retry_after.or_else(|| GoogleError::from_http(response.status, response.json()).retry_delay);
    let error = CallError::Refused { status: response.status, finding: rejected(&response, Some(call), tables) };
    Err(Failed { error, retry_after, is_answered: true })
}

fn readable(response: Response) -> Result<Value, Diagnostic> {
    response.body.ok_or_else(|| {
        Diagnostic::new(Code::GoogleAnswerUnreadable, "the answer is not JSON")
            .help("check for something between the portal and Google that answers in its place or cuts answers short")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::{Conversation, Event, Outcome, Turn};
    use crate::method::{self, Resource};
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn a_retry_reports_that_google_did_not_answer() {
        let mut talk = Conversation::new(|voice: Voice| async move {
            let endpoint = "projects/acme-ml/locations/us-central1/endpoints/fraud".parse().unwrap();
            let call = Call::new(&method::ENDPOINTS_GET, Resource::Endpoint(endpoint));
            Google::new(voice, "https://portal/api/proxy/vertex-ai", None).call(&call, Identity::Service).await
        });
        let message = "Google did not answer within 60 s";
        let body = json!({
            "error": {"name": "GatewayTimeoutError", "message": message},
            "diagnostic": {"code": "google/unavailable", "severity": "error", "message": message},
        });
        let mut tell = |outcome| talk.tell(Event { outcome, now: 0, random: 0.0, cancelled: false });
        assert!(matches!(tell(Outcome::Begin), Turn::Want(Want::Send(_))));
        let late = Response { status: 504, retry_after: None, body: Some(body) };
        assert!(matches!(tell(Outcome::Answer(late)), Turn::Want(Want::Wait(_))));
        assert!(matches!(tell(Outcome::Waited), Turn::Want(Want::Send(_))));
        let found = Response { status: 200, retry_after: None, body: Some(json!({"name": "e"})) };
        let Turn::Done(Ok(_)) = tell(Outcome::Answer(found)) else { panic!("no result") };
        let said: Vec<_> = talk.said().into_iter().map(|progress| (progress.kind, progress.message)).collect();
        let message = "Google did not answer within 60 s; try 2 of 5 in 500 ms".to_owned();
        assert_eq!(said, [(ProgressKind::Retry, message)]);
    }

    proptest! {
        #[test]
        fn pauses_are_bounded_and_jittered(number in 1u32..1000, asked in proptest::option::of(0u64..10_000_000), random in 0.0f64..1.0) {
            let millis = pause(number, asked, random);
            prop_assert!(millis <= LONGEST_PAUSE);
            prop_assert!(millis >= PAUSE.min(LONGEST_PAUSE) / 2);
            prop_assert!(asked.is_none_or(|a| millis >= a.min(LONGEST_PAUSE)));
        }
    }
}

//! How the pure core talks to the outside: a [`Conversation`] is a coroutine that yields what it wants ([`Want`]) and goes on
//! when it is told what came of it ([`Event`]).
//!
//! The code inside is straight-line `async` Rust over a [`Voice`]; no executor, clock, randomness or network is behind it.
//! Whoever drives a conversation (wasm with an injected `fetch`, a test with a list of answers) supplies all of them.

use crate::method::Verb;
use serde::Serialize;
use serde_json::Value;
use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use thiserror::Error;

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Millis = u64;

/// Whose Backstage credentials a proxied request carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// The user who started it.
    Initiator,
    /// The backend itself: what may go on when the user's credentials have ended.
    Service,
}

/// An HTTP request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub verb: Verb,
    pub url: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Option<String>,
    pub identity: Identity,
}

/// A whole HTTP answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    /// `Retry-After` in milliseconds, where the answer has one in seconds.
    pub retry_after: Option<Millis>,
    /// An empty object where it is empty; `None` where it is not JSON. The driver reads it: JavaScript has a reader already, and a
    /// second one would be a fifth of what every portal page loads.
    pub body: Option<Value>,
}

impl Response {
    /// The body; null where it is not JSON.
    pub fn json(&self) -> &Value {
        self.body.as_ref().unwrap_or(&Value::Null)
    }
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Failure {
    #[error("nothing answered")]
    Unreachable,
    #[error("the answer was cut off")]
    CutOff,
    #[error("cancelled")]
    Cancelled,
}

/// What a conversation says while it goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    pub kind: ProgressKind,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage_index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage_count: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ProgressKind {
    Step,
    Stage,
    Retry,
    Wait,
    Undo,
    Done,
}

impl Progress {
    pub fn new(kind: ProgressKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), stage: None, stage_index: None, stage_count: None, operation: None }
    }
}

/// What a conversation wants next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Want {
    /// Send this, and answer with [`Outcome::Answer`] or [`Outcome::Failed`].
    Send(Request),
    /// Wait as long, and answer with [`Outcome::Waited`].
    Wait(Millis),
}

/// What came of the last [`Want`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// At the start there was none.
    Begin,
    Answer(Response),
    Failed(Failure),
    Waited,
}

/// What the outside tells a conversation.
#[derive(Clone, Debug)]
pub struct Event {
    pub outcome: Outcome,
    pub now: Millis,
    /// Uniform in `0.0..1.0`; fresh for each event.
    pub random: f64,
    /// The person or the portal wants it to end.
    pub cancelled: bool,
}

#[derive(Default)]
struct Shared {
    want: Option<Want>,
    event: Option<Event>,
    progress: Vec<Progress>,
    now: Millis,
    random: f64,
    cancelled: bool,
    /// While something is taken back, cancelling does not cut it short.
    deaf: bool,
}

/// The inside's view of a conversation.
#[derive(Clone, Default)]
pub struct Voice(Rc<RefCell<Shared>>);

/// Ready as soon as the outside has answered.
struct Answered<'a>(&'a Voice);

impl Future for Answered<'_> {
    type Output = Outcome;
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Outcome> {
        match self.0.0.borrow_mut().event.take() {
            Some(event) => Poll::Ready(event.outcome),
            None => Poll::Pending,
        }
    }
}

impl Voice {
    fn hear(&self, event: Event) {
        let mut shared = self.0.borrow_mut();
        shared.now = event.now;
        shared.random = event.random;
        shared.cancelled |= event.cancelled;
        // The first event only starts it: nothing waits for an answer yet.
        shared.event = (event.outcome != Outcome::Begin).then_some(event);
    }

    /// Only foreign futures could pend without a want; waiting a moment polls them again.
    fn wanted(&self) -> Want {
        self.0.borrow_mut().want.take().unwrap_or(Want::Wait(0))
    }

    async fn ask(&self, want: Want) -> Outcome {
        self.0.borrow_mut().want = Some(want);
        Answered(self).await
    }

    /// Sends a request. Fails with [`Failure::Cancelled`] without sending when the conversation is to end.
    pub async fn send(&self, request: Request) -> Result<Response, Failure> {
        if self.cancelled() {
            return Err(Failure::Cancelled);
        }
        match self.ask(Want::Send(request)).await {
            Outcome::Answer(response) => Ok(response),
            Outcome::Failed(failure) => Err(failure),
            Outcome::Begin | Outcome::Waited => Err(Failure::CutOff),
        }
    }

    /// Waits; returns early, with an error, when the conversation is to end.
    pub async fn wait(&self, millis: Millis) -> Result<(), Failure> {
        if self.cancelled() {
            return Err(Failure::Cancelled);
        }
        self.ask(Want::Wait(millis)).await;
        if self.cancelled() { Err(Failure::Cancelled) } else { Ok(()) }
    }

    pub fn say(&self, progress: Progress) {
        self.0.borrow_mut().progress.push(progress);
    }

    pub fn now(&self) -> Millis {
        self.0.borrow().now
    }

    pub fn random(&self) -> f64 {
        self.0.borrow().random
    }

    pub fn cancelled(&self) -> bool {
        let shared = self.0.borrow();
        shared.cancelled && !shared.deaf
    }

    /// From now on cancelling has no effect: what was begun is taken back whole.
    pub fn turn_deaf(&self) {
        self.0.borrow_mut().deaf = true;
    }
}

/// What the outside is to do next.
#[derive(Debug)]
pub enum Turn<T> {
    Want(Want),
    Done(T),
}

/// A running conversation that ends in a `T`.
pub struct Conversation<T> {
    voice: Voice,
    future: Pin<Box<dyn Future<Output = T>>>,
}

impl<T> Conversation<T> {
    /// Starts one; nothing happens before the first [`Conversation::tell`] with [`Outcome::Begin`].
    pub fn new<F: Future<Output = T> + 'static>(script: impl FnOnce(Voice) -> F) -> Self {
        let voice = Voice::default();
        let future = Box::pin(script(voice.clone()));
        Self { voice, future }
    }

    /// Tells it what came of the last want, and runs it to its next.
    pub fn tell(&mut self, event: Event) -> Turn<T> {
        self.voice.hear(event);
        let mut context = Context::from_waker(Waker::noop());
        match self.future.as_mut().poll(&mut context) {
            Poll::Ready(done) => Turn::Done(done),
            Poll::Pending => Turn::Want(self.voice.wanted()),
        }
    }

    /// What it said since this was last asked.
    pub fn said(&mut self) -> Vec<Progress> {
        std::mem::take(&mut self.voice.0.borrow_mut().progress)
    }

    /// Whether cancelling still has an effect; a driver does not abort requests of one that has turned deaf.
    pub fn heeds_cancelling(&self) -> bool {
        !self.voice.0.borrow().deaf
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(outcome: Outcome) -> Event {
        Event { outcome, now: 1, random: 0.5, cancelled: false }
    }

    fn request() -> Request {
        Request { verb: Verb::Get, url: "http://x".into(), headers: vec![], body: None, identity: Identity::Initiator }
    }

    #[test]
    fn it_asks_and_goes_on_with_the_answer() {
        let mut talk = Conversation::new(|voice| async move {
            let first = voice.send(request()).await.map(|r| r.status);
            voice.say(Progress::new(ProgressKind::Wait, "pausing"));
            let waited = voice.wait(70).await;
            (first, waited, voice.now())
        });
        assert!(matches!(talk.tell(event(Outcome::Begin)), Turn::Want(Want::Send(_))));
        let answer = Response { status: 200, retry_after: None, body: None };
        assert!(matches!(talk.tell(event(Outcome::Answer(answer))), Turn::Want(Want::Wait(70))));
        assert_eq!(talk.said().len(), 1);
        assert!(talk.said().is_empty());
        let Turn::Done(done) = talk.tell(Event { now: 9, ..event(Outcome::Waited) }) else { panic!("not done") };
        assert_eq!(done, (Ok(200), Ok(()), 9));
    }

    #[test]
    fn cancelling_ends_waits_and_stops_sends_unless_it_turned_deaf() {
        let mut talk = Conversation::new(|voice| async move {
            let waited = voice.wait(10).await;
            let sent = voice.send(request()).await.map(|r| r.status);
            voice.turn_deaf();
            let again = voice.send(request()).await.map(|r| r.status);
            (waited, sent, again)
        });
        talk.tell(event(Outcome::Begin));
        let turn = talk.tell(Event { cancelled: true, ..event(Outcome::Waited) });
        assert!(matches!(turn, Turn::Want(Want::Send(_))), "the send after turning deaf is made");
        let answer = Response { status: 204, retry_after: None, body: None };
        let Turn::Done(done) = talk.tell(event(Outcome::Answer(answer))) else { panic!("not done") };
        assert_eq!(done, (Err(Failure::Cancelled), Err(Failure::Cancelled), Ok(204)));
    }
}

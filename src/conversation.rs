//! Conversations: coroutines that yield a want and continue with its outcome, so that the core does no I/O.
//!
//! The code inside is straight-line `async` Rust over a [`Voice`]. The driver supplies network, clock, randomness and storage: wasm in
//! production, a list of answers in a test. [`Want`] and [`Outcome`] serve conversations with Google; a room with other needs has its
//! own pair, or wants of its own with the same outcomes.

use crate::method::Verb;
use serde::Serialize;
use serde_json::Value;
use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use thiserror::Error;

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Millis = u64;

/// Owner of the Backstage credentials that a proxied request carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ts_rs::TS)]
#[ts(rename_all = "lowercase")]
pub enum Identity {
    /// The user who started the conversation.
    Initiator,
    /// The backend itself, for requests that may outlive the user's credentials.
    Service,
}

impl Identity {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Initiator => "initiator",
            Self::Service => "service",
        }
    }
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

/// A complete HTTP answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    /// `Retry-After` in milliseconds; absent where the header is missing or a date.
    pub retry_after: Option<Millis>,
    /// The JSON body, parsed by the driver (see `docs/size.md`). An empty body is an empty object; `None` is not JSON.
    pub body: Option<Value>,
}

impl Response {
    /// The body, or null where it is not JSON.
    pub fn json(&self) -> &Value {
        self.body.as_ref().unwrap_or(&Value::Null)
    }
}

/// The reason why an answer is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Failure {
    #[error("nothing answered")]
    Unreachable,
    #[error("the answer was cut off")]
    CutOff,
    #[error("cancelled")]
    Cancelled,
}

/// A progress message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ts_rs::TS)]
#[ts(optional_fields)]
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ts_rs::TS)]
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

/// The next action of the driver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ts_rs::TS)]
#[ts(rename = "GoogleWant")]
#[serde(rename_all = "lowercase")]
pub enum Want {
    /// Send a request, which only the fetch transport sees; the outcome is [`Outcome::Answer`] or [`Outcome::Failed`].
    Send(#[serde(skip)] Request),
    /// Wait this long; the outcome is [`Outcome::Waited`].
    Wait(Millis),
}

impl Default for Want {
    fn default() -> Self {
        Self::Wait(0)
    }
}

/// The outcome of the last [`Want`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// No want preceded it.
    Begin,
    Answer(Response),
    Failed(Failure),
    /// The wait has ended, or what was wanted besides is done.
    Waited,
    /// Others use what the script asked for, for some time.
    Busy,
    /// Others use what the script asked for, for good.
    Taken,
}

/// An outcome, with the clock and randomness of that moment.
#[derive(Clone, Debug)]
pub struct Event<O = Outcome> {
    pub outcome: O,
    pub now: Millis,
    /// Uniform in `0.0..1.0`; fresh for each event.
    pub random: f64,
    /// Whether the user or the portal has cancelled the conversation.
    pub cancelled: bool,
}

impl<O> Event<O> {
    pub fn map<P>(self, change: impl FnOnce(O) -> P) -> Event<P> {
        let Self { outcome, now, random, cancelled } = self;
        Event { outcome: change(outcome), now, random, cancelled }
    }
}

struct Shared<W, O> {
    want: Option<W>,
    outcome: Option<O>,
    progress: Vec<Progress>,
    now: Millis,
    random: f64,
    cancelled: bool,
    running: u32,
    /// Whether cancelling no longer has an effect.
    deaf: bool,
}

/// The script's end of a conversation.
pub struct Voice<W = Want, O = Outcome>(Rc<RefCell<Shared<W, O>>>);

impl<W, O> Clone for Voice<W, O> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<W, O> Default for Voice<W, O> {
    fn default() -> Self {
        Self(Rc::new(RefCell::new(Shared {
            want: None,
            outcome: None,
            progress: Vec::new(),
            now: 0,
            random: 0.0,
            cancelled: false,
            running: 1,
            deaf: false,
        })))
    }
}

impl<W, O> Voice<W, O> {
    fn hear(&self, event: Event<O>) {
        let mut shared = self.0.borrow_mut();
        shared.now = event.now;
        shared.random = event.random;
        shared.cancelled |= event.cancelled;
        shared.outcome = Some(event.outcome);
    }

    /// Yields a want and returns its outcome.
    pub async fn ask(&self, want: W) -> O {
        {
            let mut shared = self.0.borrow_mut();
            shared.want = Some(want);
            // The event that started the script answers no want.
            shared.outcome = None;
        }
        poll_fn(|_| match self.0.borrow_mut().outcome.take() {
            Some(outcome) => Poll::Ready(outcome),
            None => Poll::Pending,
        })
        .await
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

    /// Number of the portal's deployments that run now, at least 1. They share Google's quotas.
    pub fn running(&self) -> u32 {
        self.0.borrow().running
    }

    pub fn cancelled(&self) -> bool {
        let shared = self.0.borrow();
        shared.cancelled && !shared.deaf
    }

    /// From now on cancelling has no effect, so that a roll-back runs to its end.
    pub fn turn_deaf(&self) {
        self.0.borrow_mut().deaf = true;
    }

    /// Runs another conversation within this one; `relay` yields its wants.
    pub async fn include<T, V: Default, P>(
        &self,
        mut inner: Conversation<T, V, P>,
        begin: P,
        relay: impl AsyncFn(V) -> P,
    ) -> T {
        let mut outcome = begin;
        loop {
            let event = Event { outcome, now: self.now(), random: self.random(), cancelled: self.cancelled() };
            match inner.tell(event) {
                Turn::Want(want) => outcome = relay(want).await,
                Turn::Done(done) => return done,
            }
        }
    }
}

impl<W: From<Want>> Voice<W> {
    /// Sends a request. Fails with [`Failure::Cancelled`], and sends nothing, once the conversation is cancelled.
    pub async fn send(&self, request: Request) -> Result<Response, Failure> {
        if self.cancelled() {
            return Err(Failure::Cancelled);
        }
        match self.ask(Want::Send(request).into()).await {
            Outcome::Answer(response) => Ok(response),
            Outcome::Failed(failure) => Err(failure),
            _ => Err(Failure::CutOff),
        }
    }

    /// Sends a request that a cancellation does not cut short: its answer tells what it changed.
    pub async fn send_whole(&self, request: Request) -> Result<Response, Failure> {
        let deaf = std::mem::replace(&mut self.0.borrow_mut().deaf, true);
        let sent = self.send(request).await;
        self.0.borrow_mut().deaf = deaf;
        sent
    }

    /// Waits; fails early once the conversation is cancelled.
    pub async fn wait(&self, millis: Millis) -> Result<(), Failure> {
        if self.cancelled() {
            return Err(Failure::Cancelled);
        }
        self.ask(Want::Wait(millis).into()).await;
        if self.cancelled() { Err(Failure::Cancelled) } else { Ok(()) }
    }
}

/// The state of a conversation after an event.
#[derive(Debug)]
pub enum Turn<T, W = Want> {
    Want(W),
    Done(T),
}

/// A running conversation that ends in a `T`.
pub struct Conversation<T, W = Want, O = Outcome> {
    voice: Voice<W, O>,
    script: Pin<Box<dyn Future<Output = T>>>,
}

impl<T, W: Default, O> Conversation<T, W, O> {
    /// A conversation whose script runs from the first [`Conversation::tell`] on.
    pub fn new<F: Future<Output = T> + 'static>(script: impl FnOnce(Voice<W, O>) -> F) -> Self {
        let voice = Voice::default();
        let script = Box::pin(script(voice.clone()));
        Self { voice, script }
    }

    /// Delivers an event and runs the script to its next want. The outcome of the first event is ignored.
    pub fn tell(&mut self, event: Event<O>) -> Turn<T, W> {
        self.voice.hear(event);
        let mut context = Context::from_waker(Waker::noop());
        match self.script.as_mut().poll(&mut context) {
            Poll::Ready(done) => Turn::Done(done),
            // Only a foreign future pends without a want; the default want polls it again.
            Poll::Pending => Turn::Want(self.voice.0.borrow_mut().want.take().unwrap_or_default()),
        }
    }

    /// Sets [`Voice::running`] from now on.
    pub fn share(&mut self, running: u32) {
        self.voice.0.borrow_mut().running = running.max(1);
    }

    /// Progress since the last call.
    pub fn said(&mut self) -> Vec<Progress> {
        std::mem::take(&mut self.voice.0.borrow_mut().progress)
    }

    /// Whether cancelling still has an effect; a driver aborts the requests of such a conversation only.
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
    fn continues_with_the_outcome_of_each_want() {
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
    fn cancelling_ends_waits_and_stops_sends_until_deaf() {
        let mut talk = Conversation::new(|voice| async move {
            let waited = voice.wait(10).await;
            let sent = voice.send(request()).await.map(|r| r.status);
            voice.turn_deaf();
            let again = voice.send(request()).await.map(|r| r.status);
            (waited, sent, again)
        });
        talk.tell(event(Outcome::Begin));
        let turn = talk.tell(Event { cancelled: true, ..event(Outcome::Waited) });
        assert!(matches!(turn, Turn::Want(Want::Send(_))), "sends after turning deaf");
        let answer = Response { status: 204, retry_after: None, body: None };
        let Turn::Done(done) = talk.tell(event(Outcome::Answer(answer))) else { panic!("not done") };
        assert_eq!(done, (Err(Failure::Cancelled), Err(Failure::Cancelled), Ok(204)));
    }
}

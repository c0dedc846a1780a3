//! Conversations with Google, driven by JavaScript with its `fetch`, clock and timers: `pkg-js/core/src/converse.ts`.

use super::convert::{parse, write};
use super::exports::now;
use crate::conversation::{Conversation, Event, Failure, Outcome, Progress, Response, Turn, Want};
use js_sys::Reflect;
use serde::Serialize;
use wasm_bindgen::prelude::*;

type Tell = dyn FnMut(Event) -> Result<JsValue, JsValue>;

/// A conversation that ends in a report.
#[wasm_bindgen]
pub struct Talk(Box<Tell>);

/// The state of a conversation after an event.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Next<'a, T> {
    #[serde(skip_serializing_if = "Option::is_none")]
    want: Option<Want>,
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<&'a T>,
    said: Vec<Progress>,
    heeds_cancelling: bool,
}

impl Talk {
    /// A conversation, or the report why none began.
    pub fn new<T: Serialize + 'static>(mut begun: Result<Conversation<T>, Box<T>>) -> Self {
        Self(Box::new(move |event| {
            let (turn, said, heeds_cancelling) = match &mut begun {
                Ok(talk) => (Some(talk.tell(event)), talk.said(), talk.heeds_cancelling()),
                Err(_) => (None, Vec::new(), true),
            };
            let (want, done) = match turn {
                Some(Turn::Want(want)) => (Some(want), None),
                Some(Turn::Done(report)) => (None, Some(Box::new(report))),
                None => (None, None),
            };
            let report = done.as_deref().or_else(|| begun.as_ref().err().map(|report| &**report));
            Ok(write(&Next { want, report, said, heeds_cancelling })?)
        }))
    }
}

#[wasm_bindgen]
impl Talk {
    /// Delivers the outcome of the last want. The first call answers none.
    pub fn tell(&mut self, outcome: &JsValue, cancelled: bool) -> Result<JsValue, JsValue> {
        (self.0)(event(self::outcome(outcome), cancelled))
    }
}

pub fn event<O>(outcome: O, cancelled: bool) -> Event<O> {
    Event { outcome, now: now(), random: js_sys::Math::random(), cancelled }
}

/// Reads `Outcome` of `pkg-js/core/src/converse.ts`.
pub fn outcome(value: &JsValue) -> Outcome {
    let field = |name: &str| Reflect::get(value, &name.into()).unwrap_or_default();
    if let Some(status) = field("status").as_f64() {
        let text = field("body").as_string().unwrap_or_default();
        let body = parse(if text.is_empty() { "{}" } else { &text });
        let retry_after = field("retryAfter").as_f64().map(|seconds| (seconds * 1000.0) as u64);
        return Outcome::Answer(Response { status: status as u16, retry_after, body });
    }
    match field("failed").as_string().as_deref() {
        Some("cancelled") => Outcome::Failed(Failure::Cancelled),
        Some("cutOff") => Outcome::Failed(Failure::CutOff),
        Some(_) => Outcome::Failed(Failure::Unreachable),
        None => Outcome::Waited,
    }
}

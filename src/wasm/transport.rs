//! Conversations with Google, and the fetch transport of their requests. JavaScript drives both: `pkg-js/core/src/converse.ts`.

use super::convert::{now, parse, parsed};
use crate::api::talk::{self, Event, Failure, Outcome, Request, Response, Want, Wanted};
use gloo_net::http;
use js_sys::{Object, Promise, Reflect};
use serde::Serialize;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{AbortSignal, RequestInit};

#[wasm_bindgen]
extern "C" {
    /// A `Host` or `BrokerHost` of `pkg-js/core`.
    pub type Host;

    #[wasm_bindgen(method, catch)]
    fn fetch(this: &Host, url: &str, init: &RequestInit, identity: &str) -> Result<JsValue, JsValue>;
}

/// A conversation that ends in a report.
#[wasm_bindgen]
pub struct Talk(talk::Talk, Slot);

impl Talk {
    pub fn new<T: Serialize + 'static, W: Wanted + 'static>(begun: talk::Begun<T, W>) -> Self {
        Self(talk::Talk::new(begun), Slot::default())
    }
}

#[wasm_bindgen]
impl Talk {
    /// Delivers the outcome of the last want. The first call answers none. `running` is the number of the portal's deployments that run now.
    /// `told` is the outcome of a want of a run. Of a hold: `free`, `busy` or `taken`. Of an entity: its JSON text, `null` where the catalog
    /// has none, or `unread`.
    pub fn tell(&mut self, cancelled: bool, running: u32, told: Option<String>) -> Result<JsValue, JsValue> {
        let outcome = match told.as_deref() {
            Some("busy") => Outcome::Busy,
            Some("taken") => Outcome::Taken,
            Some("unread") => Outcome::Failed(Failure::Unreachable),
            Some("free") | None => self.1.take(),
            Some(entity) => Outcome::Answer(Response { status: 200, retry_after: None, body: parse(entity) }),
        };
        Ok(parsed(self.0.tell(event(outcome, cancelled), running))?)
    }

    /// Sends the wanted request; resolves once [`Talk::tell`] can deliver its outcome.
    pub fn send(&self, host: Host, signal: Option<AbortSignal>) -> Promise {
        self.1.send(self.0.wanted.as_ref(), host, signal)
    }
}

/// The outcome of the open request.
#[derive(Clone, Default)]
pub struct Slot(Rc<RefCell<Option<Outcome>>>);

impl Slot {
    /// The outcome of a want: a wait has none.
    pub fn take(&self) -> Outcome {
        self.0.take().unwrap_or(Outcome::Waited)
    }

    pub fn send(&self, want: Option<&Want>, host: Host, signal: Option<AbortSignal>) -> Promise {
        let (slot, want) = (self.clone(), want.cloned());
        future_to_promise(async move {
            if let Some(Want::Send(request)) = want {
                slot.0.replace(Some(match fetch(&request, &host, signal.as_ref()).await {
                    Ok(response) => Outcome::Answer(response),
                    Err(_) if signal.is_some_and(|signal| signal.aborted()) => Outcome::Failed(Failure::Cancelled),
                    Err(failure) => Outcome::Failed(failure),
                }));
            }
            Ok(JsValue::UNDEFINED)
        })
    }
}

async fn fetch(request: &Request, host: &Host, signal: Option<&AbortSignal>) -> Result<Response, Failure> {
    // A plain object: hosts spread it, and jsdom has no `Headers`.
    let headers = Object::new();
    for (name, value) in &request.headers {
        Reflect::set(&headers, &(*name).into(), &value.into()).map_err(|_| Failure::Unreachable)?;
    }
    let init = RequestInit::new();
    init.set_method(request.verb.as_str());
    init.set_headers(&headers);
    if let Some(body) = &request.body {
        init.set_body(&body.into());
    }
    if signal.is_some() {
        init.set_signal(signal);
    }
    let answer = host.fetch(&request.url, &init, request.identity.as_str()).map_err(|_| Failure::Unreachable)?;
    let answer = JsFuture::from(Promise::resolve(&answer)).await.map_err(|_| Failure::Unreachable)?;
    // A `Response` of another realm (jest, undici) is not an instance of ours.
    let has = |value: &JsValue, name: &str| Reflect::get(value, &name.into()).is_ok_and(|value| value.is_function());
    if !has(&answer, "text") {
        return Err(Failure::Unreachable);
    }
    let raw: web_sys::Response = answer.unchecked_into();
    let seconds = has(&raw.headers(), "get").then(|| http::Headers::from_raw(raw.headers()).get("retry-after"));
    let seconds = seconds.flatten().and_then(|seconds| seconds.trim().parse::<u64>().ok());
    // gloo-net's `text` panics where a body rejects with anything but an `Error` of this realm.
    let text = raw.text().map_err(|_| Failure::CutOff)?;
    let text = JsFuture::from(Promise::resolve(&text)).await.map_err(|_| Failure::CutOff)?;
    let text = text.as_string().unwrap_or_default();
    Ok(Response {
        status: http::Response::from(raw).status(),
        retry_after: seconds.map(|seconds| seconds.saturating_mul(1000)),
        body: parse(if text.is_empty() { "{}" } else { &text }),
    })
}

pub fn event<O>(outcome: O, cancelled: bool) -> Event<O> {
    Event { outcome, now: now(), random: js_sys::Math::random(), cancelled }
}

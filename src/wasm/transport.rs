//! Drives a [`Conversation`] with the `fetch`, clock and timers of the JavaScript around it.

use super::convert::{parse, write};
use crate::conversation::{Conversation, Event, Failure, Identity, Outcome, Progress, Request, Response, Turn, Want};
use js_sys::{Function, Object, Promise, Reflect};
use serde::Serialize;
use std::future::Future;
use std::pin::Pin;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::AbortSignal;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, millis: f64) -> JsValue;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(id: &JsValue);
}

/// What a caller injects: `fetch`, and if need be a signal and a listener for progress.
pub struct Host {
    this: JsValue,
    fetch: Function,
    signal: Option<AbortSignal>,
    on_progress: Option<Function>,
}

impl Host {
    /// Reads a `Host` of `pkg-js/core/src/index.d.ts`; `None` when it has no `fetch`.
    pub fn from_js(value: &JsValue) -> Option<Self> {
        let get = |key: &str| Reflect::get(value, &key.into()).ok();
        Some(Self {
            this: value.clone(),
            fetch: get("fetch")?.dyn_into().ok()?,
            signal: get("signal").and_then(|v| v.dyn_into().ok()),
            on_progress: get("onProgress").and_then(|v| v.dyn_into().ok()),
        })
    }

    /// The host's `fetch` alone, with a signal that aborts after this many milliseconds.
    #[cfg(feature = "server")]
    pub fn limited(this: &JsValue, millis: u64) -> Self {
        let host = Self::from_js(this);
        let fetch = host.map(|host| host.fetch).unwrap_or_default();
        let signal = Some(AbortSignal::timeout_with_u32(millis as u32));
        Self { this: this.clone(), fetch, signal, on_progress: None }
    }

    pub fn cancelled(&self) -> bool {
        self.signal.as_ref().is_some_and(AbortSignal::aborted)
    }
}

/// A future as a promise. All are of one type then: `future_to_promise` weighs 2 kB for each.
pub fn promise(future: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Promise {
    let future: Pin<Box<dyn Future<Output = _>>> = Box::pin(future);
    future_to_promise(future)
}

/// The report that a conversation ends in, or the one that says why it did not begin.
pub fn report<T: Serialize + 'static>(mut begun: Result<Conversation<T>, Box<T>>, host: Host) -> Promise {
    let written = |report: &T| write(report).map_err(JsValue::from);
    let mut tell: Box<dyn FnMut(Event) -> Told> = Box::new(move |event| match &mut begun {
        Ok(conversation) => Told::by(conversation, event, |report| written(&report)),
        Err(report) => Told { next: Err(written(report)), said: Vec::new(), heeds_cancelling: true },
    });
    promise(async move { converse(&mut *tell, &host).await })
}

/// What a conversation answers to an event, whatever it ends in.
struct Told {
    /// What it wants, or what it has come to.
    next: Result<Want, Result<JsValue, JsValue>>,
    said: Vec<Progress>,
    heeds_cancelling: bool,
}

impl Told {
    fn by<T>(
        conversation: &mut Conversation<T>,
        event: Event,
        end: impl FnOnce(T) -> Result<JsValue, JsValue>,
    ) -> Self {
        let next = match conversation.tell(event) {
            Turn::Want(want) => Ok(want),
            Turn::Done(done) => Err(end(done)),
        };
        Self { next, said: conversation.said(), heeds_cancelling: conversation.heeds_cancelling() }
    }
}

/// The driving itself, once for all conversations: of many types each would weigh a kilobyte.
async fn converse(tell: &mut dyn FnMut(Event) -> Told, host: &Host) -> Result<JsValue, JsValue> {
    let mut outcome = Outcome::Begin;
    loop {
        let event = Event {
            outcome,
            now: js_sys::Date::now() as u64,
            random: js_sys::Math::random(),
            cancelled: host.cancelled(),
        };
        let told = tell(event);
        if let Some(listener) = &host.on_progress {
            for progress in told.said {
                // A listener that throws must not end a deployment.
                if let Ok(value) = write(&progress) {
                    let _ = listener.call1(&host.this, &value);
                }
            }
        }
        outcome = match told.next {
            Err(end) => return end,
            Ok(want) => fulfil(host, want, told.heeds_cancelling).await,
        };
    }
}

/// Fulfils one want.
pub async fn fulfil(host: &Host, want: Want, heeds_cancelling: bool) -> Outcome {
    let signal = host.signal.as_ref().filter(|_| heeds_cancelling);
    match want {
        Want::Wait(millis) => {
            wait(millis, signal).await;
            Outcome::Waited
        }
        Want::Send(request) => match send(host, &request, signal).await {
            Ok(response) => Outcome::Answer(response),
            Err(failure) => Outcome::Failed(failure),
        },
    }
}

/// Waits, or until the signal fires.
async fn wait(millis: u64, signal: Option<&AbortSignal>) {
    let mut timer = JsValue::UNDEFINED;
    let mut on_abort = None;
    let promise = Promise::new(&mut |resolve, _| {
        timer = set_timeout(&resolve, millis as f64);
        if let Some(signal) = signal {
            if signal.aborted() {
                let _ = resolve.call0(&JsValue::UNDEFINED);
            } else {
                let _ = signal.add_event_listener_with_callback("abort", &resolve);
                on_abort = Some(resolve);
            }
        }
    });
    // The promise is never rejected.
    let _ = JsFuture::from(promise).await;
    clear_timeout(&timer);
    if let (Some(signal), Some(resolve)) = (signal, on_abort) {
        let _ = signal.remove_event_listener_with_callback("abort", &resolve);
    }
}

async fn send(host: &Host, request: &Request, signal: Option<&AbortSignal>) -> Result<Response, Failure> {
    let failed = |failure| if signal.is_some_and(AbortSignal::aborted) { Failure::Cancelled } else { failure };
    let init = Object::new();
    let headers = Object::new();
    let set = |object: &Object, key: &str, value: &JsValue| {
        let _ = Reflect::set(object, &key.into(), value);
    };
    for (name, value) in &request.headers {
        set(&headers, name, &value.as_str().into());
    }
    set(&init, "method", &request.verb.as_str().into());
    set(&init, "headers", &headers);
    if let Some(body) = &request.body {
        set(&init, "body", &body.as_str().into());
    }
    if let Some(signal) = signal {
        set(&init, "signal", signal);
    }
    let identity = match request.identity {
        Identity::Initiator => "initiator",
        Identity::Service => "service",
    };
    let promise = host
        .fetch
        .call3(&host.this, &request.url.as_str().into(), &init, &identity.into())
        .map_err(|_| failed(Failure::Unreachable))?;
    let answer = JsFuture::from(Promise::resolve(&promise)).await.map_err(|_| failed(Failure::Unreachable))?;
    // Duck-typed on purpose: a `Response` of another realm (jest, undici) is no `instanceof` of ours.
    if !Reflect::has(&answer, &"status".into()).unwrap_or(false)
        || !Reflect::has(&answer, &"text".into()).unwrap_or(false)
    {
        return Err(Failure::Unreachable);
    }
    let answer = gloo_net::http::Response::from(answer.unchecked_into::<web_sys::Response>());
    let retry_after = answer.headers().get("retry-after").and_then(|s| s.trim().parse::<u64>().ok());
    let status = answer.status();
    // gloo's own `text` panics where the body is rejected with anything but an `Error` of this realm.
    let raw: web_sys::Response = answer.into();
    let body = raw.text().map_err(|_| failed(Failure::CutOff))?;
    let text = JsFuture::from(body).await.map_err(|_| failed(Failure::CutOff))?.as_string().unwrap_or_default();
    let body = parse(if text.is_empty() { "{}" } else { &text });
    Ok(Response { status, retry_after: retry_after.map(|seconds| seconds.saturating_mul(1000)), body })
}

//! The gate for JavaScript: conversions only. Types: `class Gate` of `pkg-js/core/src/server.d.ts`.

use super::convert::{optional, read, read_any, required, texts, to_js};
use super::error::CoreError;
use super::exports::read_host;
use super::transport::{Host, fulfil, promise, report};
use crate::api::gate::{self as api, Thrown};
use crate::conversation::{Conversation, Event, Millis, Turn};
use crate::diagnostic::{Code, Diagnostic};
use crate::door::want::{Answer, Failure, Outcome, Starter, Want};
use crate::door::{Arrival, End, Who};
use crate::guard::Caller;
use crate::identity::assertion::{Entropy, PublicKey};
use crate::identity::broker::{self, Broker, Errand, PATIENCE};
use crate::identity::secret::Secret;
use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use serde::Serialize;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::AbortSignal;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = crypto, js_name = getRandomValues)]
    fn fill_randomly(bytes: &mut [u8]) -> Result<JsValue, JsValue>;
}

/// One per process: its signing keys and tokens are in this memory only.
#[wasm_bindgen]
pub struct Gate {
    gate: api::Gate,
    host: Rc<BrokerHost>,
}

#[wasm_bindgen]
impl Gate {
    #[wasm_bindgen(constructor)]
    pub fn new(config: JsValue, defaults: JsValue, host: JsValue) -> Result<Gate, JsValue> {
        let config = read_any(&config).unwrap_or_default();
        let gate = api::Gate::new(&config, &required(&defaults, "issuer")?)
            .map_err(|findings| CoreError::new(500, findings))?;
        Ok(Gate { gate, host: Rc::new(BrokerHost::new(host)?) })
    }

    #[wasm_bindgen(getter)]
    pub fn issuer(&self) -> String {
        self.gate.issuer().to_owned()
    }

    pub fn discovery(&self) -> Result<JsValue, JsValue> {
        Ok(to_js(&self.gate.discovery())?)
    }

    pub fn permissions() -> Result<JsValue, JsValue> {
        Ok(to_js(&api::Gate::permissions())?)
    }

    pub fn headers() -> Result<JsValue, JsValue> {
        Ok(to_js(&api::Gate::headers())?)
    }

    pub fn refusal(error: &JsValue) -> Result<JsValue, JsValue> {
        let field = |name: &str| Reflect::get(error, &name.into()).unwrap_or_default();
        Ok(to_js(&api::refusal(Thrown {
            name: optional(error, "name").unwrap_or_default(),
            message: optional(error, "message").unwrap_or_default(),
            status: field("status").as_f64().map(|status| status as u16),
            diagnostic: field("diagnostics")
                .dyn_ref::<Array>()
                .and_then(|list| read_any(&list.get(0)))
                .filter(|d| d.is_object()),
        }))?)
    }

    #[wasm_bindgen(js_name = requirePermission)]
    pub fn require_permission(name: &str, decision: &str) -> Result<(), JsValue> {
        Ok(api::require_permission(name, decision).map_err(|finding| CoreError::new(403, vec![finding]))?)
    }

    /// Starts one proxied call.
    pub fn pass(&self, arrival: JsValue) -> Result<Passage, JsValue> {
        let talk = Rc::new(RefCell::new(Talk::new(self.gate.pass(read_arrival(&arrival)?))));
        Ok(Passage { talk, broker: Rc::clone(self.gate.broker()), host: Rc::clone(&self.host) })
    }

    pub fn access(&self, request: JsValue, asker: JsValue, host: JsValue) -> Result<Promise, JsValue> {
        let permissions = texts(&Reflect::get(&asker, &"permissions".into())?, "permissions")?;
        let begun = self.gate.access(&read(&request)?, &required(&asker, "ref")?, permissions, now());
        let begun = begun.map_err(|finding| CoreError::new(403, vec![finding]))?;
        Ok(report(begun, read_host(&host)?))
    }

    #[wasm_bindgen(js_name = mayHaveChangedPolicy)]
    pub fn may_have_changed_policy(method: &str, status: Option<u16>) -> bool {
        api::may_have_changed_policy(method, status)
    }

    #[wasm_bindgen(js_name = checkGiven)]
    pub fn check_given(&self, principal: &str, expires_at: Option<String>, owned: JsValue) -> Result<JsValue, JsValue> {
        Ok(to_js(&self.gate.check_given(principal, expires_at.as_deref(), &texts(&owned, "owned")?, now()))?)
    }

    #[wasm_bindgen(js_name = recordedName)]
    pub fn recorded_name(&self, name: &str) -> String {
        self.gate.recorded_name(name)
    }
}

fn read_arrival(value: &JsValue) -> Result<Arrival, CoreError> {
    let field = |name: &str| Reflect::get(value, &name.into()).unwrap_or_default();
    let (entity_ref, subject, actor) = (optional(value, "ref"), optional(value, "subject"), optional(value, "actor"));
    let who = match (required(value, "kind")?.as_str(), entity_ref, subject) {
        ("user", Some(entity_ref), None) if field("permissions").is_undefined() => {
            let credentials = optional(value, "credentials").unwrap_or_default();
            Who::Caller { caller: Caller::User { entity_ref }, actor, credentials }
        }
        ("user", Some(entity_ref), None) => {
            Who::Listed { entity_ref, actor, permissions: texts(&field("permissions"), "permissions")? }
        }
        ("service", None, Some(subject)) => {
            Who::Caller { caller: Caller::Service { subject }, actor, credentials: String::new() }
        }
        ("portal", None, None) => Who::Portal,
        _ => {
            let message = "a caller is a user with a `ref`, a service with a `subject`, or the portal";
            return Err(Diagnostic::new(Code::RequestMalformed, message).into());
        }
    };
    Ok(Arrival {
        id: required(value, "id")?,
        verb: required(value, "verb")?,
        target: required(value, "target")?,
        headers: headers(&field("headers")),
        who,
        whole: field("whole").is_truthy(),
    })
}

/// Values in a fixed order; a header that is missing or repeated is `None`.
fn headers(value: &JsValue) -> Vec<Option<String>> {
    value.dyn_ref::<Array>().map(|list| list.iter().map(|value| value.as_string()).collect()).unwrap_or_default()
}

/// A call at the door with the want that is open.
struct Talk {
    talk: Conversation<End, Want, Outcome>,
    wanted: Want,
    token: Option<Result<Secret, Diagnostic>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Next<'a> {
    Want(&'a Want),
    End { want: &'static str, refusal: End },
}

impl Talk {
    fn new(talk: Conversation<End, Want, Outcome>) -> Self {
        Self { talk, wanted: Want::Nothing, token: None }
    }

    fn tell(&mut self, outcome: Outcome, left: bool) -> Result<JsValue, JsValue> {
        let next = match self.talk.tell(Event { outcome, now: now(), random: 0.0, cancelled: left }) {
            Turn::Want(want) => {
                self.wanted = want;
                Next::Want(&self.wanted)
            }
            Turn::Done(refusal) => Next::End { want: "end", refusal },
        };
        Ok(to_js(&next)?)
    }

    /// Reads the host's answer to the open want.
    fn read(&mut self, value: &JsValue) -> Outcome {
        let read = match &self.wanted {
            Want::Permit { .. } => value.as_string().map(Outcome::Decision),
            Want::Groups { .. } => texts(value, "groups").ok().map(Outcome::Groups),
            Want::Starter { .. } if value.is_falsy() => Some(Outcome::Starter(None)),
            Want::Starter { .. } => starter(value).map(|starter| Outcome::Starter(Some(starter))),
            Want::ReadBody { .. } | Want::ReadAnswer { .. } if value.is_falsy() => Some(Outcome::Body(None)),
            Want::ReadBody { .. } | Want::ReadAnswer { .. } => {
                value.dyn_ref::<Uint8Array>().map(|bytes| Outcome::Body(Some(bytes.to_vec())))
            }
            Want::FindGrant { .. } if value.is_falsy() => Some(Outcome::Grant(None)),
            Want::FindGrant { .. } => texts(value, "grant").ok().map(|resources| Outcome::Grant(Some(resources))),
            Want::Token(_) => self.token.take().map(Outcome::Token),
            Want::Send(_) => answer(value).map(Outcome::Answer),
            _ => Some(Outcome::Done),
        };
        read.unwrap_or_else(|| {
            Outcome::Failed(Failure { name: "TypeError".into(), message: "the host's answer has another type".into() })
        })
    }
}

fn starter(value: &JsValue) -> Option<Starter> {
    Some(Starter {
        entity_ref: optional(value, "ref")?,
        groups: texts(&Reflect::get(value, &"ownership".into()).ok()?, "ownership").ok()?,
        started_at: Reflect::get(value, &"at".into()).ok()?.as_f64().filter(|at| *at >= 0.0)? as Millis,
    })
}

fn answer(value: &JsValue) -> Option<Answer> {
    Some(Answer {
        status: Reflect::get(value, &"status".into()).ok()?.as_f64()? as u16,
        headers: headers(&Reflect::get(value, &"headers".into()).ok()?),
    })
}

/// One proxied call. Types: `Passage` of `pkg-js/core/src/server.d.ts`.
#[wasm_bindgen]
pub struct Passage {
    talk: Rc<RefCell<Talk>>,
    broker: Rc<Broker>,
    host: Rc<BrokerHost>,
}

#[wasm_bindgen]
impl Passage {
    /// Delivers the answer to the open want, and returns the next one. The first call answers none.
    pub fn tell(&self, answer: &JsValue, left: bool) -> Result<JsValue, JsValue> {
        let mut talk = self.talk.borrow_mut();
        let outcome = talk.read(answer);
        talk.tell(outcome, left)
    }

    /// Delivers the error that the host threw.
    pub fn fail(&self, error: &JsValue, left: bool) -> Result<JsValue, JsValue> {
        let text = |name| optional(error, name).unwrap_or_default();
        self.talk.borrow_mut().tell(Outcome::Failed(Failure { name: text("name"), message: text("message") }), left)
    }

    /// Gets the wanted token; [`Passage::tell`] then delivers it.
    pub fn token(&self) -> Promise {
        let (talk, broker, host) = (Rc::clone(&self.talk), Rc::clone(&self.broker), Rc::clone(&self.host));
        promise(async move {
            let wanted = talk.borrow().wanted.clone();
            if let Want::Token(request) = wanted {
                let (flight, errand) = broker.token(&request);
                host.launch(&broker, errand);
                let token = flight.landed().await;
                talk.borrow_mut().token = Some(token);
            }
            Ok(JsValue::UNDEFINED)
        })
    }
}

/// The broker's way out: `BrokerHost` of `pkg-js/core/src/server.d.ts`.
struct BrokerHost {
    this: JsValue,
    publish_key: Function,
}

impl BrokerHost {
    fn new(this: JsValue) -> Result<Self, CoreError> {
        let function = Reflect::get(&this, &"publishKey".into()).ok().and_then(|value| value.dyn_into().ok());
        let missing = || Diagnostic::new(Code::RequestMalformed, "the host has no `publishKey` function");
        let publish_key = function.ok_or_else(missing)?;
        read_host(&this)?;
        Ok(Self { this, publish_key })
    }

    /// Drives an errand in the background.
    fn launch(self: &Rc<Self>, broker: &Rc<Broker>, errand: Option<Errand>) {
        let (host, broker) = (Rc::clone(self), Rc::clone(broker));
        if let Some(errand) = errand {
            spawn_local(async move { host.drive(&broker, errand).await });
        }
    }

    async fn drive(self: &Rc<Self>, broker: &Rc<Broker>, mut errand: Errand) {
        let mut google = None;
        let mut outcome = broker::Outcome::Done;
        loop {
            let cancelled = google.as_ref().is_some_and(Host::cancelled);
            let event = Event { outcome, now: now(), random: js_sys::Math::random(), cancelled };
            let Turn::Want(want) = errand.tell(event) else { return };
            outcome = match want {
                broker::Want::Nothing => broker::Outcome::Done,
                broker::Want::Entropy => entropy().map_or(broker::Outcome::Done, broker::Outcome::Entropy),
                broker::Want::Key { wait } => {
                    let (flight, errand) = broker.new_key();
                    self.launch(broker, errand);
                    if wait { done(flight.landed().await) } else { broker::Outcome::Done }
                }
                broker::Want::Publish(key) => done(self.publish(&key).await),
                broker::Want::Google(want) => {
                    let host = google.get_or_insert_with(|| Host::limited(&self.this, PATIENCE));
                    broker::Outcome::Google(fulfil(host, want, true).await)
                }
            };
        }
    }

    /// Calls `publishKey`, and waits [`PATIENCE`] at most.
    async fn publish(&self, key: &PublicKey) -> Result<(), Diagnostic> {
        let failed = |_| {
            Diagnostic::new(Code::PortalRefused, "the portal cannot publish its signing key")
                .help("see the portal's log for the cause")
        };
        let key = to_js(key).map_err(|_| failed(JsValue::UNDEFINED))?;
        let published = self.publish_key.call1(&self.this, &key).map_err(failed)?;
        let signal = AbortSignal::timeout_with_u32(PATIENCE as u32);
        let late = Promise::new(&mut |resolve, _| {
            let _ = signal.add_event_listener_with_callback("abort", &resolve);
        });
        JsFuture::from(Promise::race(&Array::of2(&published, &late))).await.map_err(failed)?;
        if signal.aborted() {
            let late = Diagnostic::new(Code::NetworkUnreachable, "the portal itself did not answer in time");
            return Err(late.help("try again later"));
        }
        Ok(())
    }
}

fn done(result: Result<(), Diagnostic>) -> broker::Outcome {
    result.map_or_else(broker::Outcome::Failed, |()| broker::Outcome::Done)
}

fn now() -> Millis {
    js_sys::Date::now() as Millis
}

fn entropy() -> Option<Entropy> {
    let mut bytes = Entropy::new([0; 32]);
    fill_randomly(bytes.as_mut_slice()).ok()?;
    Some(bytes)
}

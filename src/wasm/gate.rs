//! The gate for JavaScript. Types: `pkg-js/core/src/gate.ts`.

use super::convert::{json, read, to_js, write};
use super::error::CoreError;
use super::exports::now;
use super::transport::{Talk, event, outcome};
use crate::api::gate as api;
use crate::api::iam::grants;
use crate::conversation::{Conversation, Millis, Turn};
use crate::door::host::Told;
use crate::door::want::{Outcome, Want};
use crate::door::{Arrival, End};
use crate::identity::assertion::Entropy;
use crate::identity::broker::{self, Broker, KeyFlight, TokenFlight};
use crate::identity::flight::Flight;
use js_sys::{Promise, Uint8Array};
use serde::Serialize;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = crypto, js_name = getRandomValues)]
    fn fill_randomly(bytes: &mut [u8]) -> Result<JsValue, JsValue>;
}

/// One per process: its signing keys and tokens are in this memory only.
#[wasm_bindgen]
pub struct Gate(api::Gate);

#[wasm_bindgen]
impl Gate {
    #[wasm_bindgen(constructor)]
    pub fn new(config: &JsValue, issuer: &str) -> Result<Gate, JsValue> {
        let gate = api::Gate::new(&json(config), issuer);
        Ok(Gate(gate.map_err(|diagnostics| CoreError { status: 500, diagnostics })?))
    }

    #[wasm_bindgen(getter)]
    pub fn warnings(&self) -> Result<JsValue, JsValue> {
        Ok(to_js(&self.0.warnings())?)
    }

    pub fn discovery(&self) -> Result<JsValue, JsValue> {
        Ok(to_js(&self.0.discovery())?)
    }

    pub fn facts() -> Result<JsValue, JsValue> {
        Ok(to_js(&api::Gate::facts())?)
    }

    pub fn refusal(error: &JsValue) -> Result<JsValue, JsValue> {
        Ok(to_js(&api::refusal(&json(error)))?)
    }

    #[wasm_bindgen(js_name = requirePermission)]
    pub fn require_permission(name: &str, decision: &str) -> Result<(), JsValue> {
        Ok(api::require_permission(name, decision).map_err(CoreError::forbidden)?)
    }

    pub fn pass(&self, arrival: &JsValue) -> Result<Passage, JsValue> {
        let talk = self.0.pass(Arrival::read(&json(arrival))?);
        Ok(Passage { talk, wanted: Want::Nothing, broker: Rc::clone(self.0.broker()), token: None })
    }

    pub fn access(&self, request: &JsValue, entity_ref: &str, permissions: Vec<String>) -> Result<Talk, JsValue> {
        let begun = self.0.access(&read(request)?, entity_ref, permissions, now());
        Ok(Talk::new(begun.map_err(CoreError::forbidden)?))
    }

    #[wasm_bindgen(js_name = policyChanges)]
    pub fn policy_changes(records: &JsValue, ends_at: Option<f64>) -> Result<JsValue, JsValue> {
        Ok(to_js(&api::policy_changes(&json(records), ends_at.map(|at| at as Millis), now()))?)
    }

    /// Checks an access request that is about to be granted; returns its record or the refusal.
    #[wasm_bindgen(js_name = grantRecord)]
    pub fn grant_record(&self, request: &JsValue, owned: Vec<String>) -> Result<JsValue, JsValue> {
        let record = grants::new_record(self.0.config(), json(request), &owned, now());
        let refused = |refused: Box<grants::RefusedRecord>| CoreError {
            status: refused.status,
            diagnostics: vec![refused.diagnostic],
        };
        Ok(to_js(&record.map_err(refused)?)?)
    }

    #[wasm_bindgen(js_name = grantResources)]
    pub fn grant_resources(&self, request: &JsValue) -> Result<JsValue, JsValue> {
        Ok(to_js(&grants::resources(self.0.config(), &json(request), now()))?)
    }

    #[wasm_bindgen(js_name = listedGrant)]
    pub fn listed_grant(record: &JsValue) -> Result<JsValue, JsValue> {
        Ok(to_js(&grants::record(&json(record)).map(|record| grants::listed(&record, now())))?)
    }

    #[wasm_bindgen(js_name = cleanUpGrants)]
    pub fn clean_up_grants(&self) -> GrantTask {
        GrantTask(grants::GrantTask::clean_up(self.0.config()))
    }

    #[wasm_bindgen(js_name = withdrawGrant)]
    pub fn withdraw_grant(id: String, given_by: String) -> GrantTask {
        GrantTask(grants::GrantTask::withdraw(id, given_by))
    }
}

/// A clean-up or a withdrawal of grant records. Types: `pkg-js/core/src/grants.ts`.
#[wasm_bindgen]
pub struct GrantTask(grants::GrantTask);

#[wasm_bindgen]
impl GrantTask {
    /// Delivers the answer to the open want, or the message of an error, and returns the next want. The first call answers none.
    pub fn tell(&mut self, answer: &JsValue, error: Option<String>, cancelled: bool) -> Result<JsValue, JsValue> {
        let answer = json(answer);
        let answer = error.map_or(Ok(&answer), Err);
        Ok(write(&self.0.tell(answer, now(), js_sys::Math::random(), cancelled))?)
    }
}

/// One proxied call, with the want that is open.
#[wasm_bindgen]
pub struct Passage {
    talk: Conversation<End, Want, Outcome>,
    wanted: Want,
    broker: Rc<Broker>,
    token: Option<TokenFlight>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Next<'a> {
    Want(&'a Want),
    End { want: &'static str, refusal: End },
}

#[wasm_bindgen]
impl Passage {
    /// Delivers the answer to the open want. The first call answers none.
    pub fn tell(&mut self, answer: &JsValue, left: bool) -> Result<JsValue, JsValue> {
        let told = match answer.dyn_ref::<Uint8Array>() {
            Some(bytes) => Told::Bytes(bytes.to_vec()),
            None => Told::Json(json(answer)),
        };
        let landed = self.token.take().and_then(|flight| flight.result());
        let outcome = landed.map_or_else(|| self.wanted.answered(told), Outcome::Token);
        self.next(outcome, left)
    }

    /// Delivers the error that the host threw.
    pub fn fail(&mut self, error: &JsValue, left: bool) -> Result<JsValue, JsValue> {
        self.next(Outcome::Failed(api::failure(&json(error))), left)
    }

    /// Starts or joins the exchange for the wanted token. Returns the errand, for the caller who has to drive it.
    pub fn token(&mut self) -> Option<Errand> {
        let Want::Token(request) = &self.wanted else { return None };
        let (flight, errand) = self.broker.token(request);
        self.token = Some(flight);
        errand.map(|talk| Errand::new(talk, &self.broker))
    }

    /// Resolves once the token has landed; [`Passage::tell`] then delivers it.
    pub fn landed(&self) -> Promise {
        landed(self.token.clone())
    }

    fn next(&mut self, outcome: Outcome, left: bool) -> Result<JsValue, JsValue> {
        let next = match self.talk.tell(event(outcome, left)) {
            Turn::Want(want) => {
                self.wanted = want;
                Next::Want(&self.wanted)
            }
            Turn::Done(refusal) => Next::End { want: "end", refusal },
        };
        Ok(to_js(&next)?)
    }
}

/// Work of the broker that JavaScript drives: an exchange, or a signing key.
#[wasm_bindgen]
pub struct Errand {
    talk: broker::Errand,
    wanted: broker::Want,
    broker: Rc<Broker>,
    key: Option<KeyFlight>,
}

#[wasm_bindgen]
impl Errand {
    /// Delivers the answer to the open want. Returns `undefined` at the end.
    pub fn tell(&mut self, answer: &JsValue, cancelled: bool) -> Result<JsValue, JsValue> {
        let mut outcome = match &self.wanted {
            broker::Want::Google { .. } => broker::Outcome::Google(outcome(answer)),
            wanted => wanted.answered(answer.as_string().as_deref(), self.key.take().and_then(|key| key.result())),
        };
        loop {
            let Turn::Want(want) = self.talk.tell(event(outcome, cancelled)) else { return Ok(JsValue::UNDEFINED) };
            self.wanted = want;
            match &self.wanted {
                broker::Want::Entropy => outcome = entropy().map_or(broker::Outcome::Done, broker::Outcome::Entropy),
                wanted => return Ok(to_js(wanted)?),
            }
        }
    }

    /// Starts or joins the work on the next key. Returns the errand, for the caller who has to drive it.
    pub fn key(&mut self) -> Option<Errand> {
        let (flight, errand) = self.broker.new_key();
        self.key = Some(flight);
        errand.map(|talk| Self::new(talk, &self.broker))
    }

    /// Resolves once the key is published, or not.
    pub fn landed(&self) -> Promise {
        landed(self.key.clone())
    }
}

impl Errand {
    fn new(talk: broker::Errand, broker: &Rc<Broker>) -> Self {
        Self { talk, wanted: broker::Want::Nothing, broker: Rc::clone(broker), key: None }
    }
}

fn landed<T: Clone + 'static>(flight: Option<Flight<T>>) -> Promise {
    future_to_promise(async move {
        if let Some(flight) = flight {
            flight.landed().await;
        }
        Ok(JsValue::UNDEFINED)
    })
}

fn entropy() -> Option<Entropy> {
    let mut bytes = Entropy::new([0; 32]);
    fill_randomly(bytes.as_mut_slice()).is_ok().then_some(bytes)
}

//! The gate for JavaScript: `pkg-js/core/src/gate.ts`.

use super::convert::{json, now, parse, read, to_js, write};
use super::transport::{Host, Slot, Talk, event};
use crate::api::error::CoreError;
use crate::api::gate::{self as api, Call, Entropy, Flight, GrantTask as Task, Job, Told, errand};
use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;
use web_sys::AbortSignal;

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
    pub fn new(config: &JsValue, issuer: &str, portal: String) -> Result<Gate, JsValue> {
        let gate = api::Gate::new(&json(config), issuer, portal, parse);
        Ok(Gate(gate.map_err(CoreError::misconfigured)?))
    }

    #[wasm_bindgen(getter)]
    pub fn warnings(&self) -> Result<JsValue, JsValue> {
        Ok(write(&self.0.warnings())?)
    }

    #[wasm_bindgen(js_name = newKey)]
    pub fn new_key(&self) -> Option<Errand> {
        self.0.new_key().map(|job| Errand(job, Slot::default()))
    }

    pub fn discovery(&self) -> Result<JsValue, JsValue> {
        Ok(write(&self.0.discovery())?)
    }

    pub fn facts() -> Result<JsValue, JsValue> {
        Ok(to_js(&api::Gate::facts())?)
    }

    pub fn refusal(error: &JsValue) -> Result<JsValue, JsValue> {
        Ok(write(&api::refusal(&json(error)))?)
    }

    #[wasm_bindgen(js_name = requirePermission)]
    pub fn require_permission(name: &str, decision: &str) -> Result<(), JsValue> {
        Ok(api::require_permission(name, decision).map_err(CoreError::forbidden)?)
    }

    pub fn pass(&self, arrival: &JsValue) -> Result<Passage, JsValue> {
        Ok(Passage(self.0.pass(&json(arrival))?))
    }

    pub fn access(
        &self,
        request: &JsValue,
        entity_ref: &str,
        permissions: Vec<String>,
        claims: &JsValue,
    ) -> Result<Talk, JsValue> {
        let begun = self.0.access(&read(request)?, entity_ref, permissions, &json(claims), now());
        Ok(Talk::new(begun.map_err(CoreError::forbidden)?))
    }

    #[wasm_bindgen(js_name = policyChanges)]
    pub fn policy_changes(records: &JsValue, ends_at: Option<f64>) -> Result<JsValue, JsValue> {
        Ok(to_js(&api::policy_changes(&json(records), ends_at.map(|at| at as u64), now()))?)
    }

    /// Checks an access request that is about to be granted; returns its record or the refusal.
    #[wasm_bindgen(js_name = grantRecord)]
    pub fn grant_record(&self, request: &str, owned: Vec<String>) -> Result<JsValue, JsValue> {
        let record = self.0.grant_record(request, parse, &owned, now());
        Ok(write(&record.map_err(CoreError::from)?)?)
    }

    #[wasm_bindgen(getter, js_name = mandateRetention)]
    pub fn mandate_retention(&self) -> u32 {
        self.0.mandate_retention()
    }

    pub fn disputes(&self, facts: &JsValue) -> Result<JsValue, JsValue> {
        Ok(write(&self.0.disputes(&json(facts)))?)
    }

    #[wasm_bindgen(js_name = newMandate)]
    pub fn new_mandate(
        &self,
        caller: &JsValue,
        groups: Vec<String>,
        body: &str,
        facts: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let step = self.0.new_mandate(&json(caller), groups, body, &json(facts), now());
        Ok(write(&step.map_err(CoreError::from)?)?)
    }

    #[wasm_bindgen(js_name = checkMandateSight)]
    pub fn check_mandate_sight(user: Option<String>, caller: &JsValue) -> Result<(), JsValue> {
        Ok(api::check_sight(user.as_deref(), &json(caller)).map_err(CoreError::from)?)
    }

    #[wasm_bindgen(js_name = mandateRevocation)]
    pub fn mandate_revocation(
        user: Option<String>,
        caller: &JsValue,
        decision: &str,
        body: &str,
    ) -> Result<String, JsValue> {
        let because = api::revocation(user.as_deref(), &json(caller), decision, body, parse);
        Ok(because.map_err(CoreError::from)?)
    }

    #[wasm_bindgen(js_name = grantResources)]
    pub fn grant_resources(&self, request: &JsValue) -> Result<JsValue, JsValue> {
        Ok(to_js(&self.0.grant_resources(&json(request), now()))?)
    }

    #[wasm_bindgen(js_name = listedGrant)]
    pub fn listed_grant(record: &JsValue) -> Result<JsValue, JsValue> {
        Ok(write(&api::listed_grant(&json(record), parse, now()))?)
    }

    #[wasm_bindgen(js_name = cleanUpGrants)]
    pub fn clean_up_grants(&self) -> GrantTask {
        GrantTask(self.0.clean_up_grants(parse))
    }

    #[wasm_bindgen(js_name = withdrawGrant)]
    pub fn withdraw_grant(id: String, given_by: String) -> GrantTask {
        GrantTask(Task::withdraw(id, given_by))
    }
}

/// A clean-up or a withdrawal of grant records. Types: `pkg-js/core/src/grants.ts`.
#[wasm_bindgen]
pub struct GrantTask(Task);

#[wasm_bindgen]
impl GrantTask {
    /// Delivers the answer to the open want, or the message of an error, and returns the next want. The first call answers none.
    pub fn tell(&mut self, answer: &JsValue, error: Option<String>, cancelled: bool) -> Result<JsValue, JsValue> {
        let answer = json(answer);
        let answer = error.map_or(Ok(&answer), Err);
        Ok(write(&self.0.tell(answer, now(), js_sys::Math::random(), cancelled))?)
    }
}

/// One proxied call.
#[wasm_bindgen]
pub struct Passage(Call);

#[wasm_bindgen]
impl Passage {
    pub fn tell(&mut self, answer: &JsValue, left: bool) -> Result<JsValue, JsValue> {
        let told = match answer.dyn_ref::<Uint8Array>() {
            Some(bytes) => Told::Bytes(bytes.to_vec()),
            None => Told::Json(json(answer)),
        };
        Ok(write(&self.0.tell(event(told, left)))?)
    }

    pub fn fail(&mut self, error: &JsValue, left: bool) -> Result<JsValue, JsValue> {
        let failure = api::failure(&json(error));
        Ok(write(&self.0.tell(event(Told::Failed(failure), left)))?)
    }

    pub fn token(&mut self) -> Option<Errand> {
        self.0.token().map(|job| Errand(job, Slot::default()))
    }

    /// Resolves once the token has landed; [`Passage::tell`] then delivers it.
    pub fn landed(&self) -> Promise {
        landed(self.0.token.clone())
    }
}

/// Work of the broker: an exchange, or a signing key.
#[wasm_bindgen]
pub struct Errand(Job, Slot);

#[wasm_bindgen]
impl Errand {
    pub fn tell(&mut self, failure: Option<String>, cancelled: bool) -> Result<JsValue, JsValue> {
        let mut told = errand::Told::Host { failure, google: self.1.take() };
        loop {
            match self.0.tell(event(told, cancelled)) {
                // The bytes of a private key never become a JavaScript value.
                Some(errand::Want::Entropy) => told = errand::Told::Entropy(entropy()),
                Some(want) => return Ok(write(want)?),
                None => return Ok(JsValue::UNDEFINED),
            }
        }
    }

    /// Sends the wanted request to Google; resolves once [`Errand::tell`] can deliver its outcome.
    pub fn send(&self, host: Host, signal: Option<AbortSignal>) -> Promise {
        self.1.send(self.0.google(), host, signal)
    }

    pub fn key(&mut self) -> Option<Errand> {
        self.0.key().map(|job| Errand(job, Slot::default()))
    }

    pub fn landed(&self) -> Promise {
        landed(self.0.key.clone())
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

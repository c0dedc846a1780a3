//! The proxy's decisions and credentials, for JavaScript. Types: `class Gate` in `pkg-js/core/src/server.d.ts`.

use super::convert::{optional, read, read_any, required, texts, to_js};
use super::error::CoreError;
use super::exports::read_host;
use super::transport::{Host, drive, promise, report};
use crate::api::access::access_of;
use crate::config::Config;
use crate::conversation::Millis;
use crate::diagnostic::{Code, Diagnostic};
use crate::guard::{self, Allowed, Caller, Reason};
use crate::iam;
use crate::iam::rights::expiry::Expiry;
use crate::iam::rights::principal::Principal;
use crate::identity::assertion::{Entropy, SigningKey, SigningKeys, Subject};
use crate::identity::cache::{TokenCache, holder};
use crate::identity::exchange::{Token, exchange};
use crate::identity::{self, issuer};
use crate::method::Access;
use crate::ordered::Ordered;
use js_sys::{Array, Function, Object, Promise, Reflect};
use serde::Serialize;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortSignal;

/// What hangs is given up then, Google's `fetch` or the host's own: all callers of one user wait for it, or all users.
const LONGEST_MILLIS: u32 = 30_000;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = crypto, js_name = getRandomValues)]
    fn fill_randomly(bytes: &mut [u8]) -> Result<JsValue, JsValue>;
}

/// One per process: it holds the signing key and the tokens in its own memory.
#[wasm_bindgen]
pub struct Gate(Rc<Broker>);

fn caller(value: &JsValue) -> Result<Caller, CoreError> {
    let kind = required(value, "kind")?;
    match (kind.as_str(), optional(value, "ref"), optional(value, "subject")) {
        ("user", Some(entity_ref), None) => Ok(Caller::User { entity_ref }),
        ("service", None, Some(subject)) => Ok(Caller::Service { subject }),
        _ => Err(Diagnostic::new(
            Code::RequestMalformed,
            "a caller is a user with a `ref`, or a service with a `subject`",
        )
        .into()),
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum Verdict {
    Allowed { allowed: bool, call: Allowed },
    Refused { allowed: bool, status: u16, diagnostic: Diagnostic },
}

#[derive(Serialize)]
struct Permission {
    name: &'static str,
    action: &'static str,
}

#[derive(Serialize)]
struct Headers {
    request: &'static [&'static str],
    response: &'static [&'static str],
}

#[wasm_bindgen]
impl Gate {
    #[wasm_bindgen(constructor)]
    pub fn new(config: JsValue, defaults: JsValue, host: JsValue) -> Result<Gate, JsValue> {
        let config = read_any(&config).unwrap_or_default();
        let config = Config::parse(&config, &required(&defaults, "issuer")?)
            .map_err(|findings| CoreError::new(500, findings))?;
        Ok(Gate(Rc::new(Broker::new(config, host)?)))
    }

    #[wasm_bindgen(getter)]
    pub fn issuer(&self) -> String {
        self.0.config.identity.issuer.to_string()
    }

    pub fn discovery(&self) -> Result<JsValue, JsValue> {
        Ok(to_js(&issuer::discovery(&self.0.config.identity.issuer))?)
    }

    pub fn permissions() -> Result<JsValue, JsValue> {
        // A prediction changes nothing, but a policy that lets everybody read must not let everybody predict.
        let action = |access| if access == Access::Read { "read" } else { "update" };
        let permissions = Access::ALL.map(|access| Permission { name: access.permission(), action: action(access) });
        Ok(to_js(&permissions)?)
    }

    pub fn headers() -> Result<JsValue, JsValue> {
        Ok(to_js(&Headers { request: &guard::REQUEST_HEADERS, response: &guard::RESPONSE_HEADERS })?)
    }

    pub fn decide(&self, verb: &str, target: &str, caller: JsValue) -> Result<JsValue, JsValue> {
        let verdict = match guard::decide(&self.0.config, verb, target, &self::caller(&caller)?) {
            Ok(call) => Verdict::Allowed { allowed: true, call },
            Err(refusal) => Verdict::Refused { allowed: false, status: refusal.status, diagnostic: refusal.diagnostic },
        };
        Ok(to_js(&verdict)?)
    }

    #[wasm_bindgen(js_name = checkBody)]
    pub fn check_body(&self, method: &str, body: &[u8]) -> Result<JsValue, JsValue> {
        Ok(to_js(&guard::check_body(&self.0.config, method, body))?)
    }

    pub fn outcome(&self, target: JsValue, status: u16, body: Option<Vec<u8>>) -> Result<JsValue, JsValue> {
        let (method, resource) = (required(&target, "method")?, required(&target, "resource")?);
        Ok(to_js(&guard::outcome(&method, &resource, status, body.as_deref()))?)
    }

    #[wasm_bindgen(js_name = mayHaveChangedPolicy)]
    pub fn may_have_changed_policy(method: &str, status: Option<u16>) -> bool {
        iam::policy::live_policy::may_have_changed_policy(method, status)
    }

    #[wasm_bindgen(js_name = checkGiven)]
    pub fn check_given(&self, principal: &str, expires_at: Option<String>, owned: JsValue) -> Result<JsValue, JsValue> {
        let owned = texts(&owned, "owned")?;
        let check = || {
            let principal = Principal::parse(principal)?;
            iam::rights::approval::check_not_shared(&principal, &self.0.config.identity)?;
            iam::rights::approval::check_not_own(&principal, &owned)?;
            iam::rights::expiry::check_expiry(expires_at.map(|text| Expiry::parse(&text, now())).transpose()?, now())
        };
        let refused = |diagnostic: Diagnostic| {
            let status = if diagnostic.code == Code::IamOwnRequest { 403 } else { 400 };
            Verdict::Refused { allowed: false, status, diagnostic }
        };
        Ok(to_js(&check().err().map(refused))?)
    }

    #[wasm_bindgen(js_name = recordedName)]
    pub fn recorded_name(&self, name: &str) -> String {
        guard::recorded_name(&self.0.config, name)
    }

    pub fn token(&self, entity_ref: String, groups: Option<Vec<String>>) -> Promise {
        self.0.token(entity_ref, groups)
    }

    /// What the user may do with one entity's deployment; `host` calls as that user.
    pub fn access(&self, request: JsValue, asker: JsValue, host: JsValue) -> Result<Promise, JsValue> {
        let (entity_ref, permissions) = (required(&asker, "ref")?, Reflect::get(&asker, &"permissions".into())?);
        let portal = texts(&permissions, "permissions")?;
        let begun = access_of(&self.0.config, &read(&request)?, &entity_ref, portal, now());
        Ok(report(begun, read_host(&host)?))
    }

    pub fn observe(&self, entity_ref: &str, status: u16, groups: Option<Vec<String>>) {
        self.0.tokens.borrow_mut().observe(&holder(entity_ref, groups.as_deref()), status, now());
    }

    pub fn reason(&self, details: JsValue) -> Result<String, JsValue> {
        let subject = required(&details, "subject")?;
        let (audit_id, actor, given) =
            (optional(&details, "auditId"), optional(&details, "actor"), optional(&details, "given"));
        Ok(guard::reason(&Reason {
            subject: &subject,
            audit_id: audit_id.as_deref(),
            actor: actor.as_deref(),
            given: given.as_deref(),
        }))
    }
}

/// Gets tokens. Everything that takes time is a promise that whoever else wants the same shares.
struct Broker {
    config: Config,
    host: JsValue,
    fetch: Function,
    publish_key: Function,
    groups: Function,
    keys: RefCell<SigningKeys>,
    key_in_flight: RefCell<Option<Promise>>,
    tokens: RefCell<TokenCache>,
    tokens_in_flight: RefCell<Ordered<String, Promise>>,
}

impl Broker {
    fn new(config: Config, host: JsValue) -> Result<Self, CoreError> {
        let function = |name: &str| {
            Reflect::get(&host, &name.into()).ok().and_then(|value| value.dyn_into().ok()).ok_or_else(|| {
                CoreError::from(Diagnostic::new(Code::RequestMalformed, format!("the host has no `{name}` function")))
            })
        };
        Ok(Self {
            config,
            fetch: function("fetch")?,
            publish_key: function("publishKey")?,
            groups: function("groups")?,
            keys: RefCell::default(),
            key_in_flight: RefCell::default(),
            tokens: RefCell::default(),
            tokens_in_flight: RefCell::default(),
            host,
        })
    }

    fn token(self: &Rc<Self>, entity_ref: String, groups: Option<Vec<String>>) -> Promise {
        let holder = holder(&entity_ref, groups.as_deref());
        if let Some(token) = self.tokens.borrow().get(&holder, now()) {
            return Promise::resolve(&JsValue::from_str(token.secret.expose()));
        }
        if let Some(promise) = self.tokens_in_flight.borrow().get(&holder) {
            return promise.clone();
        }
        let (broker, key) = (Rc::clone(self), holder.clone());
        // The future first runs after this function has returned.
        let promise = promise(async move {
            let token = broker.fetch_token(&entity_ref, groups).await;
            broker.tokens_in_flight.borrow_mut().remove(&holder);
            let token = token?;
            let text = token.secret.expose().into();
            broker.tokens.borrow_mut().put(holder, token, now());
            Ok(text)
        });
        self.tokens_in_flight.borrow_mut().insert(key, promise.clone());
        promise
    }

    async fn fetch_token(self: &Rc<Self>, entity_ref: &str, groups: Option<Vec<String>>) -> Result<Token, JsValue> {
        let subject = Subject::parse(entity_ref).map_err(refusal)?;
        let groups = match groups {
            Some(groups) => groups,
            None => texts(&self.ask(&self.groups, &entity_ref.into()).await?, "groups")?,
        };
        let key = self.signing_key().await?;
        let assertion = key.assert(&self.config.identity, &subject, &groups, &entropy()?, now()).map_err(refusal)?;
        drive(exchange(&self.config, assertion), &self.exchange_host()?).await.map_err(refusal)
    }

    /// The key that signs now. A new one is known to every replica before it is used; nobody waits for it while another signs.
    async fn signing_key(self: &Rc<Self>) -> Result<Rc<SigningKey>, JsValue> {
        let wanting = self.keys.borrow().wanting(now());
        // Dropped unread it still hears how the promise ends: a failure that nobody heard would end the process.
        let made = wanting.then(|| JsFuture::from(self.new_key()));
        if let Some(key) = self.current_key() {
            return Ok(key);
        }
        if let Some(made) = made {
            made.await?;
        }
        self.current_key().ok_or_else(|| {
            refusal(Diagnostic::new(Code::CoreInternal, "the signing key was too old as soon as it was published"))
        })
    }

    fn new_key(self: &Rc<Self>) -> Promise {
        let in_flight = self.key_in_flight.borrow().clone();
        in_flight.unwrap_or_else(|| {
            let broker = Rc::clone(self);
            let promise = promise(async move {
                let made = broker.make_key().await;
                broker.key_in_flight.borrow_mut().take();
                made.map(|()| JsValue::UNDEFINED)
            });
            self.key_in_flight.borrow_mut().replace(promise.clone());
            promise
        })
    }

    fn current_key(&self) -> Option<Rc<SigningKey>> {
        self.keys.borrow().current(now()).cloned()
    }

    async fn make_key(&self) -> Result<(), JsValue> {
        // One entropy in 2³² is no key: a second one that is none means that the generator is broken.
        let key = match SigningKey::new(&entropy()?, now()) {
            Some(key) => key,
            None => SigningKey::new(&entropy()?, now())
                .ok_or_else(|| refusal(Diagnostic::new(Code::CoreInternal, "`crypto.getRandomValues` is broken")))?,
        };
        self.ask(&self.publish_key, &to_js(&key.public())?).await?;
        self.keys.borrow_mut().put(key, now());
        Ok(())
    }

    /// Calls a function of the host and awaits what it returns, not for ever; what it throws is thrown on.
    async fn ask(&self, function: &Function, argument: &JsValue) -> Result<JsValue, JsValue> {
        let answer = function.call1(&self.host, argument)?;
        let signal = AbortSignal::timeout_with_u32(LONGEST_MILLIS);
        let late = Promise::new(&mut |resolve, _| {
            let _ = signal.add_event_listener_with_callback("abort", &resolve);
        });
        let first = JsFuture::from(Promise::race(&Array::of2(&answer, &late))).await?;
        if signal.aborted() {
            let late = Diagnostic::new(Code::NetworkUnreachable, "the portal itself did not answer in time");
            return Err(refusal(late.help("try again later")));
        }
        Ok(first)
    }

    /// The host's `fetch`, with a signal that ends what hangs.
    fn exchange_host(&self) -> Result<Host, JsValue> {
        let host = Object::new();
        Reflect::set(&host, &"fetch".into(), &self.fetch.bind0(&self.host))?;
        Reflect::set(&host, &"signal".into(), &AbortSignal::timeout_with_u32(LONGEST_MILLIS))?;
        Host::from_js(&host)
            .ok_or_else(|| refusal(Diagnostic::new(Code::CoreInternal, "the host's `fetch` cannot be bound")))
    }
}

fn refusal(finding: Diagnostic) -> JsValue {
    CoreError::new(identity::status(&finding), vec![finding]).into()
}

fn now() -> Millis {
    js_sys::Date::now() as Millis
}

fn entropy() -> Result<Entropy, JsValue> {
    let mut bytes = Entropy::new([0; 32]);
    fill_randomly(bytes.as_mut_slice())?;
    Ok(bytes)
}

//! The broker: gets access tokens and signing keys, each once however many callers need it.

use super::assertion::{Entropy, PublicKey, SigningKey, SigningKeys, Subject};
use super::cache::{Holder, TokenCache};
use super::exchange::{Token, exchange};
use super::flight::Flight;
use super::secret::Secret;
use crate::config::Config;
use crate::conversation::{self, Conversation, Event, Millis, Turn, Voice};
use crate::diagnostic::{Code, Diagnostic};
use crate::ordered::Ordered;
use serde::Serialize;
use std::cell::RefCell;
use std::rc::Rc;
use ts_rs::TS;

/// Maximum duration of one answer of the portal and of one exchange: every caller of a user waits for it.
pub const PATIENCE: Millis = 30_000;

/// The next action of the driver.
#[derive(Debug, Default, Serialize, TS)]
#[ts(rename = "ErrandWant")]
#[serde(rename_all = "camelCase")]
pub enum Want {
    #[default]
    #[ts(skip)]
    Nothing,
    /// 32 bytes from the platform's random generator; the outcome is [`Outcome::Entropy`].
    #[ts(skip)]
    Entropy,
    /// Drive [`Broker::new_key`] unless it runs already; wait for it, or not. The outcome is [`Outcome::Done`] or [`Outcome::Failed`].
    Key { wait: bool },
    /// Publish a key to every replica; the outcome is [`Outcome::Done`] or [`Outcome::Failed`].
    Publish { key: PublicKey, within: Millis },
    /// Part of an exchange with Google, or a pause before it, which lasts `within` at most; the outcome is [`Outcome::Google`].
    Google { want: conversation::Want, within: Millis },
}

impl Want {
    /// Reads the host's answer to a want other than Google's: `failure` is absent where it succeeded, and `late` after a timeout.
    pub fn answered(&self, failure: Option<&str>, key: Option<Result<(), Diagnostic>>) -> Outcome {
        match (self, failure, key) {
            (Self::Key { wait: true }, _, Some(Err(finding))) => Outcome::Failed(finding),
            (Self::Publish { .. }, Some("late"), _) => Outcome::Failed(
                Diagnostic::new(Code::NetworkUnreachable, "the portal itself did not answer in time")
                    .help("try again later"),
            ),
            (Self::Publish { .. }, Some(_), _) => Outcome::Failed(
                Diagnostic::new(Code::PortalRefused, "the portal cannot publish its signing key")
                    .help("see the portal's log for the cause"),
            ),
            _ => Outcome::Done,
        }
    }
}

/// The outcome of the last [`Want`].
#[derive(Debug)]
pub enum Outcome {
    Done,
    Failed(Diagnostic),
    Entropy(Entropy),
    Google(conversation::Outcome),
}

/// An answer of the host to a [`Want`].
#[derive(Debug)]
pub enum Told {
    /// The reason of a failure, if any, and the outcome of a request to Google.
    Host {
        failure: Option<String>,
        google: conversation::Outcome,
    },
    Entropy(Option<Entropy>),
}

/// An errand with its open want.
pub struct Job {
    errand: Errand,
    wanted: Want,
    broker: Rc<Broker>,
    /// The work on a key that this errand waits for.
    pub key: Option<KeyFlight>,
}

impl Job {
    pub fn new(errand: Errand, broker: &Rc<Broker>) -> Self {
        Self { errand, wanted: Want::Nothing, broker: Rc::clone(broker), key: None }
    }

    /// Delivers the answer to the open want. Returns the next want; `None` at the end.
    pub fn tell(&mut self, told: Event<Told>) -> Option<&Want> {
        let key = self.key.take().and_then(|flight| flight.result());
        let event = told.map(|told| match (told, &self.wanted) {
            (Told::Host { google, .. }, Want::Google { .. }) => Outcome::Google(google),
            (Told::Host { failure, .. }, wanted) => wanted.answered(failure.as_deref(), key),
            (Told::Entropy(bytes), _) => bytes.map_or(Outcome::Done, Outcome::Entropy),
        });
        match self.errand.tell(event) {
            Turn::Want(want) => {
                self.wanted = want;
                Some(&self.wanted)
            }
            Turn::Done(()) => None,
        }
    }

    /// Starts or joins the work on the next key. Returns the job, for the caller who has to drive it.
    pub fn key(&mut self) -> Option<Self> {
        let (flight, errand) = self.broker.new_key();
        self.key = Some(flight);
        errand.map(|errand| Self::new(errand, &self.broker))
    }

    /// The open want of the conversation with Google.
    pub fn google(&self) -> Option<&conversation::Want> {
        if let Want::Google { want, .. } = &self.wanted { Some(want) } else { None }
    }
}

/// A conversation of the broker.
pub type Errand = Conversation<(), Want, Outcome>;

/// The result of an exchange, shared by all callers.
pub type TokenFlight = Flight<Result<Secret, Diagnostic>>;

/// The result of making and publishing a signing key.
pub type KeyFlight = Flight<Result<(), Diagnostic>>;

/// Ends the callers of a piece of work with `core/internal` if it is dropped without a result, e.g. because its driver failed.
struct Landing<T: Clone>(Flight<Result<T, Diagnostic>>);

impl<T: Clone> Drop for Landing<T> {
    fn drop(&mut self) {
        if self.0.result().is_none() {
            self.0.land(Err(lost_work()));
        }
    }
}

/// Returns the work that runs already. Work that may never land ends here; work that ended without a result is forgotten.
fn join<T: Clone>(running: Option<Flight<Result<T, Diagnostic>>>) -> Option<Flight<Result<T, Diagnostic>>> {
    let running = running?;
    if running.result().is_some() {
        return None;
    }
    if running.may_be_lost() {
        drop(Landing(running));
        return None;
    }
    Some(running)
}

fn lost_work() -> Diagnostic {
    Diagnostic::new(Code::CoreInternal, "the exchange or the new key ended without a result")
}

/// A token to get.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TokenRequest {
    pub holder: Holder,
    /// The groups that the assertion names.
    pub groups: Vec<String>,
}

/// One per process: its signing keys and tokens are in this memory only.
pub struct Broker {
    config: Config,
    keys: RefCell<SigningKeys>,
    key_flight: RefCell<Option<KeyFlight>>,
    tokens: RefCell<TokenCache>,
    token_flights: RefCell<Ordered<TokenRequest, TokenFlight>>,
}

impl Broker {
    pub fn new(config: Config) -> Self {
        Self {
            config,
            keys: RefCell::default(),
            key_flight: RefCell::default(),
            tokens: RefCell::default(),
            token_flights: RefCell::default(),
        }
    }

    /// Returns a token from the cache. With `groups`, only one that carries exactly these.
    pub fn cached(&self, holder: &Holder, groups: Option<&[String]>, now: Millis) -> Option<Secret> {
        self.tokens.borrow().get(holder, groups, now).cloned()
    }

    /// Learns how Google received a token.
    pub fn observe(&self, holder: &Holder, used: &Secret, status: u16, now: Millis) {
        self.tokens.borrow_mut().observe(holder, used, status, now);
    }

    /// Starts an exchange, or joins the one that runs. The first caller receives the errand that somebody must drive.
    pub fn token(self: &Rc<Self>, request: &TokenRequest) -> (TokenFlight, Option<Errand>) {
        let running = self.token_flights.borrow().get(request).cloned();
        if let Some(running) = join(running) {
            return (running, None);
        }
        let flight = TokenFlight::default();
        self.token_flights.borrow_mut().insert(request.clone(), flight.clone());
        let (broker, request) = (Rc::clone(self), request.clone());
        let landing = Landing(flight.clone());
        let errand = Conversation::new(move |voice| async move {
            let token = broker.exchange(&request, &voice).await;
            broker.token_flights.borrow_mut().remove(&request);
            landing.0.land(token.map(|token| {
                let secret = token.secret.clone();
                broker.tokens.borrow_mut().put(request.holder, &request.groups, token, voice.now());
                secret
            }));
        });
        (flight, Some(errand))
    }

    /// Starts to make a signing key, or joins that work where it runs.
    pub fn new_key(self: &Rc<Self>) -> (KeyFlight, Option<Errand>) {
        let running = self.key_flight.borrow().clone();
        if let Some(running) = join(running) {
            return (running, None);
        }
        let flight = KeyFlight::default();
        self.key_flight.replace(Some(flight.clone()));
        let broker = Rc::clone(self);
        let landing = Landing(flight.clone());
        let errand = Conversation::new(move |voice| async move {
            let made = broker.make_key(&voice).await;
            broker.key_flight.borrow_mut().take();
            landing.0.land(made);
        });
        (flight, Some(errand))
    }

    /// Stores a token without an exchange.
    #[cfg(test)]
    pub fn put(&self, request: &TokenRequest, secret: Secret, expires_at: Millis, now: Millis) {
        let token = Token { secret, expires_at };
        self.tokens.borrow_mut().put(request.holder.clone(), &request.groups, token, now);
    }

    async fn exchange(&self, request: &TokenRequest, voice: &Voice<Want, Outcome>) -> Result<Token, Diagnostic> {
        let subject = Subject::parse(request.holder.entity_ref())?;
        let key = self.signing_key(voice).await?;
        let nonce = entropy(voice).await?;
        let assertion = key.assert(&self.config.identity, &subject, &request.groups, &nonce, voice.now())?;
        let relay = async |want| match voice.ask(Want::Google { want, within: PATIENCE }).await {
            Outcome::Google(outcome) => outcome,
            _ => conversation::Outcome::Failed(conversation::Failure::CutOff),
        };
        voice.include(exchange(&self.config, assertion), conversation::Outcome::Begin, relay).await
    }

    /// Returns the key that signs now. Every replica knows a new key before its first use; callers wait for one only while no other signs.
    /// The first key is made at the start of the portal, so that few callers wait for it.
    async fn signing_key(&self, voice: &Voice<Want, Outcome>) -> Result<Rc<SigningKey>, Diagnostic> {
        let current = |now| self.keys.borrow().current(now).cloned();
        let signing = current(voice.now());
        let wanting = self.keys.borrow().wanting(voice.now());
        if wanting
            && let Outcome::Failed(finding) = voice.ask(Want::Key { wait: signing.is_none() }).await
            && signing.is_none()
        {
            return Err(finding);
        }
        let expired = || Diagnostic::new(Code::CoreInternal, "the signing key expired while it was published");
        if let Some(signing) = signing.or_else(|| current(voice.now())) {
            return Ok(signing);
        }
        // A timer may be a moment early.
        for _ in 0..3 {
            let opens_at = self.keys.borrow().opens_at(voice.now()).ok_or_else(expired)?;
            let want = conversation::Want::Wait(opens_at.saturating_sub(voice.now()));
            voice.ask(Want::Google { want, within: PATIENCE }).await;
            if let Some(signing) = current(voice.now()) {
                return Ok(signing);
            }
        }
        Err(expired())
    }

    async fn make_key(&self, voice: &Voice<Want, Outcome>) -> Result<(), Diagnostic> {
        // One entropy in 2³² is not a key: a second one means that the generator is broken.
        let mut key = SigningKey::new(&entropy(voice).await?, voice.now());
        if key.is_none() {
            key = SigningKey::new(&entropy(voice).await?, voice.now());
        }
        let key = key.ok_or_else(broken_generator)?;
        match voice.ask(Want::Publish { key: key.public(), within: PATIENCE }).await {
            Outcome::Done => {
                self.keys.borrow_mut().put(key, voice.now());
                Ok(())
            }
            Outcome::Failed(finding) => Err(finding),
            _ => Err(Diagnostic::new(Code::CoreInternal, "the host did not report whether the key is published")),
        }
    }
}

async fn entropy(voice: &Voice<Want, Outcome>) -> Result<Entropy, Diagnostic> {
    match voice.ask(Want::Entropy).await {
        Outcome::Entropy(bytes) => Ok(bytes),
        _ => Err(broken_generator()),
    }
}

fn broken_generator() -> Diagnostic {
    Diagnostic::new(Code::CoreInternal, "`crypto.getRandomValues` is broken")
}

#[cfg(test)]
mod tests;

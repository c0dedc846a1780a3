//! Passages: the steps of one call, in the order that [`super`] states.

use super::arrival::{Arrival, Who};
use super::permits::Key;
use super::records::{Conclusion, Facts, Record, Settlement};
use super::refusal::{Refusal, lacks_permission};
use super::want::{
    Answer, AnswerBody, Failure, Headers, Level, LogMeta, Outcome, RequestBody, Send, Starter, Until, Want,
};
use super::{ALLOW, ANSWER_HEADERS, Door, GRANT, LARGEST_WHOLE, LONGEST_FOLLOWED, MOUNT, OVERRIDES, PORTAL, REASON};
use crate::conversation::Voice;
use crate::diagnostic::{Code, Words};
use crate::guard::{self, ActingFor, Allowed, Caller, Reason};
use crate::iam::policy::live_policy::may_have_changed_policy;
use crate::identity::broker::{PATIENCE, TokenRequest};
use crate::identity::cache::Holder;
use crate::identity::secret::Secret;
use crate::method::Access;
use std::cell::Cell;
use std::rc::Rc;

/// A refusal, and the host's error behind it.
pub type Refused = (Refusal, Option<Failure>);

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        (refusal, None)
    }
}

/// Maps an outcome that no step expects.
fn unexpected(outcome: Outcome) -> Refused {
    let failure = match outcome {
        Outcome::Failed(failure) => failure,
        _ => Failure { name: "Error".into(), message: "the host answered another question".into() },
    };
    (Refusal::of(&failure), Some(failure))
}

/// The identity with which Google is called.
struct Subject {
    holder: Holder,
    /// Groups, once known.
    groups: Option<Vec<String>>,
}

/// One call on its way through the door.
pub struct Passage {
    door: Rc<Door>,
    arrival: Arrival,
    pub voice: Voice<Want, Outcome>,
    /// Whether anything was sent to Google.
    sent: Cell<bool>,
    /// Google's refusal of the token, while no second attempt was sent.
    rejected: Cell<Option<u16>>,
}

impl Passage {
    pub fn new(door: Rc<Door>, arrival: Arrival, voice: Voice<Want, Outcome>) -> Self {
        Self { door, arrival, voice, sent: Cell::default(), rejected: Cell::default() }
    }

    /// Takes the call through every step.
    pub async fn pass(&self) -> Result<(), Refused> {
        let call = self.decide()?;
        self.permit(&call).await?;
        let body = self.body(&call).await?;
        let mut subject = self.subject(&call).await?;
        if !self.is_recorded(&call) {
            let reason = self.reason(&subject, None);
            let answer = self.forward(&call, &body, &mut subject, reason).await?;
            if self.arrival.whole {
                self.read_answer().await?;
                return self.reply(&answer, AnswerBody::Read).await;
            }
            return self.reply(&answer, AnswerBody::Stream).await;
        }

        let record = self.record(&call, &mut subject).await?;
        match self.forward_recorded(&call, &body, &mut subject, &record).await {
            Ok((answer, whole)) => {
                let outcome = guard::outcome(call.method, &call.resource, answer.status, Some(&whole));
                self.settle(&record, record.answered(answer.status, outcome)).await;
                self.reply(&answer, AnswerBody::Read).await
            }
            Err(refused) => {
                let (mut settlement, conclusion) = record.failed(self.sent.get(), refused.0.message.to_string());
                // Google has rejected the call for sure, although its second attempt failed before it was sent.
                settlement.status = self.rejected.get();
                self.settle(&record, (settlement, conclusion)).await;
                Err(refused)
            }
        }
    }

    /// Decides by verb, path and caller alone.
    fn decide(&self) -> Result<Allowed, Refused> {
        // Express matches routes regardless of case; Google's path begins right after the mount point.
        let Some(target) = self.arrival.target.strip_prefix(MOUNT) else {
            let message = format!("the path does not begin with `{MOUNT}`");
            return Err(Refusal::because(400, Code::ProxyPathMalformed, message).into());
        };
        if let Some(name) =
            OVERRIDES.iter().find(|name| self.arrival.header(name).is_some_and(|value| !value.is_empty()))
        {
            let message = format!("the header `{name}` is not supported");
            let help = "send the request with the intended verb";
            return Err(Refusal::because(400, Code::ProxyMethodUnknown, message).help(help).into());
        }
        let user = |entity_ref: &str| Caller::User { entity_ref: entity_ref.to_owned() };
        let caller = match &self.arrival.who {
            Who::Caller { caller: Caller::User { entity_ref }, .. } | Who::Listed { entity_ref, .. }
                if entity_ref == PORTAL =>
            {
                let message = format!("`{PORTAL}` is the portal itself, not a user");
                return Err(Refusal::because(403, Code::ProxyCallerNotAllowed, message).into());
            }
            Who::Caller { caller, .. } => caller.clone(),
            Who::Listed { entity_ref, .. } => user(entity_ref),
            Who::Portal => user(PORTAL),
        };
        Ok(guard::decide(&self.door.config, &self.arrival.verb, target, &caller).map_err(Refusal::from)?)
    }

    async fn permit(&self, call: &Allowed) -> Result<(), Refused> {
        let permission = call.permission;
        let allowed = match &self.arrival.who {
            Who::Portal => true,
            Who::Listed { permissions, .. } => permissions.iter().any(|name| name == permission),
            Who::Caller { caller, actor, credentials } => {
                let access = Access::ALL.into_iter().find(|access| access.permission() == permission);
                let key = match caller {
                    Caller::User { entity_ref } if !call.audited => {
                        access.and_then(|access| Key::new(entity_ref, actor.as_deref(), credentials, access))
                    }
                    _ => None,
                };
                let asked_at = self.voice.now();
                if key.as_ref().is_some_and(|key| self.door.permits.borrow().allows(key, asked_at)) {
                    return Ok(());
                }
                match self.voice.ask(Want::Permit { permission }).await {
                    Outcome::Decision(decision) if decision == ALLOW => {
                        if let Some(key) = key {
                            self.door.permits.borrow_mut().remember(key, asked_at);
                        }
                        true
                    }
                    Outcome::Decision(_) => false,
                    other => return Err(unexpected(other)),
                }
            }
        };
        if allowed { Ok(()) } else { Err(Refusal::new(403, &lacks_permission(permission)).into()) }
    }

    /// Reads and checks the body. Returns its source and, where it was read, its length.
    async fn body(&self, call: &Allowed) -> Result<(RequestBody, Option<usize>), Refused> {
        match call.body {
            "none" => return Ok((RequestBody::None, None)),
            "stream" => return Ok((RequestBody::Stream, None)),
            _ => {}
        }
        match self.voice.ask(Want::ReadBody { limit: LARGEST_WHOLE }).await {
            Outcome::Body(Some(body)) => match guard::check_body(&self.door.config, call.method, &body) {
                None => Ok((RequestBody::Read, Some(body.len()))),
                Some(finding) => Err(Refusal::new(400, &finding).into()),
            },
            Outcome::Body(None) => Err(too_large().into()),
            other => Err(unexpected(other)),
        }
    }

    /// Finds the identity with which Google is called.
    async fn subject(&self, call: &Allowed) -> Result<Subject, Refused> {
        let operation = match &call.subject {
            ActingFor::User { .. } if matches!(self.arrival.who, Who::Portal) => {
                let holder = Holder::Fixed(PORTAL.to_owned(), Vec::new());
                return Ok(Subject { holder, groups: Some(Vec::new()) });
            }
            ActingFor::User { entity_ref } => {
                return Ok(Subject { holder: Holder::Current(entity_ref.clone()), groups: None });
            }
            ActingFor::Starter { operation } => operation.clone(),
        };
        let refused = |message: &'static str| {
            Refusal::because(403, Code::ProxyCallerNotAllowed, message).help("read it with the credentials of a user")
        };
        match self.voice.ask(Want::Starter { operation }).await {
            Outcome::Starter(Some(Starter { started_at, .. }))
                if self.voice.now().saturating_sub(started_at) > LONGEST_FOLLOWED =>
            {
                Err(refused("the operation was started more than 24 hours ago, so a service may no longer follow it")
                    .into())
            }
            Outcome::Starter(Some(Starter { entity_ref, groups, .. })) => {
                Ok(Subject { holder: Holder::Fixed(entity_ref, groups.clone()), groups: Some(groups) })
            }
            Outcome::Starter(None) => {
                Err(refused("no audit record shows that a user of this portal started the operation").into())
            }
            other => Err(unexpected(other)),
        }
    }

    /// Changes are recorded, and every call of the portal itself.
    fn is_recorded(&self, call: &Allowed) -> bool {
        call.audited || matches!(self.arrival.who, Who::Portal)
    }

    fn reason(&self, subject: &Subject, audit_id: Option<&str>) -> String {
        guard::reason(&Reason {
            subject: subject.holder.entity_ref(),
            audit_id,
            actor: self.arrival.who.actor(),
            given: self.arrival.header(REASON),
        })
    }

    /// Writes the intention to the audit log and the audit table. The call ends here where either fails.
    async fn record(&self, call: &Allowed, subject: &mut Subject) -> Result<Record, Refused> {
        let reason = self.reason(subject, Some(&self.arrival.id));
        let record = Record::new(&self.arrival, call, subject.holder.entity_ref(), reason);
        let done = self.done(Want::Announce(record.announcement())).await;
        if let Err((_, cause)) = done {
            return Err(self.unrecorded(&record, cause).await);
        }
        let written = match self.groups(subject).await {
            Ok(groups) => self.done(Want::Record(record.intention(groups))).await,
            Err(refused) => Err(refused),
        };
        if let Err((_, cause)) = written {
            let (_, conclusion) = record.failed(false, cause.as_ref().map_or("", |cause| &cause.message).to_owned());
            let _ = self.done(Want::Conclude(conclusion)).await;
            return Err(self.unrecorded(&record, cause).await);
        }
        Ok(record)
    }

    async fn unrecorded(&self, record: &Record, cause: Option<Failure>) -> Refused {
        let message = "A Vertex AI call is refused because it cannot be recorded";
        self.log_about(record, message.to_owned(), cause).await;
        Refusal::because(503, Code::PortalRefused, "the call is refused because it cannot be recorded")
            .help("report to an administrator of the portal that its audit store is unavailable")
            .into()
    }

    async fn forward_recorded(
        &self,
        call: &Allowed,
        body: &(RequestBody, Option<usize>),
        subject: &mut Subject,
        record: &Record,
    ) -> Result<(Answer, Vec<u8>), Refused> {
        self.check_grant(call, subject).await?;
        let answer = self.forward(call, body, subject, record.reason.clone()).await?;
        Ok((answer, self.read_answer().await?))
    }

    /// Refuses a policy change under a grant record that is not open, not the caller's, or about another resource: nothing would remove its
    /// grants at their expiry. An empty header still names a grant record, one that does not exist.
    ///
    /// Follows the record, so that a concurrent closing of the grant record sees this call in the audit table, or this call sees it closed.
    async fn check_grant(&self, call: &Allowed, subject: &Subject) -> Result<(), Refused> {
        let Some(id) = self.arrival.header(GRANT).filter(|_| may_have_changed_policy(call.method, None)) else {
            return Ok(());
        };
        let given_by = subject.holder.entity_ref();
        match self.voice.ask(Want::FindGrant { id: id.to_owned(), given_by: given_by.to_owned() }).await {
            Outcome::Grant(Some(resources)) if resources.contains(&call.resource) => Ok(()),
            Outcome::Grant(_) => {
                let resource = &call.resource;
                let message =
                    format!("the grant record `{id}` is not open, not of `{given_by}`, or not about `{resource}`");
                let refusal = Refusal::because(403, Code::PortalRefused, message);
                Err(refusal.help("grant the access anew, with a later expiry").into())
            }
            other => Err(unexpected(other)),
        }
    }

    /// Calls Google with a token of the subject. A cached token that Google rejects with 401 is replaced once, where the body can be sent again.
    async fn forward(
        &self,
        call: &Allowed,
        &(body, length): &(RequestBody, Option<usize>),
        subject: &mut Subject,
        reason: String,
    ) -> Result<Answer, Refused> {
        let cached = self.door.broker.cached(&subject.holder, subject.groups.as_deref(), self.voice.now());
        let may_retry = cached.is_some() && body != RequestBody::Stream;
        let token = match cached {
            Some(token) => token,
            None => self.new_token(subject).await?,
        };
        let mut headers = Headers { bearer: Some(token.clone()), others: vec![(REASON, reason)] };
        for name in guard::REQUEST_HEADERS {
            let own = call.media_type.filter(|_| matches!(name, "accept" | "content-type"));
            if let Some(value) = own.or_else(|| self.arrival.header(name)) {
                headers.others.push((name, value.to_owned()));
            }
        }
        let length = match body {
            RequestBody::None => None,
            RequestBody::Read => length.map(|bytes| bytes.to_string()),
            RequestBody::Stream => self.arrival.header("content-length").map(str::to_owned),
        };
        headers.others.extend(length.map(|bytes| ("content-length", bytes)));
        // The outcome of a change must be known, so it runs to its end.
        let until = if call.audited { Until::End } else { Until::CallerLeaves };
        let mut send = Send { verb: call.verb, url: call.url.clone(), headers, body, until };
        let answer = self.send(&send, &subject.holder, &token).await?;
        if answer.status != 401 || !may_retry || self.voice.cancelled() {
            return Ok(answer);
        }
        self.rejected.set(Some(answer.status));
        // Another call may have replaced the token by now.
        let token = match self.door.broker.cached(&subject.holder, subject.groups.as_deref(), self.voice.now()) {
            Some(token) => token,
            None => self.new_token(subject).await?,
        };
        send.headers.bearer = Some(token.clone());
        self.send(&send, &subject.holder, &token).await
    }

    async fn new_token(&self, subject: &mut Subject) -> Result<Secret, Refused> {
        let groups = self.groups(subject).await?;
        let request = TokenRequest { holder: subject.holder.clone(), groups };
        match self.voice.ask(Want::Token(request)).await {
            Outcome::Token(Ok(token)) => Ok(token),
            Outcome::Token(Err(finding)) => Err(Refusal::from(&finding).into()),
            other => Err(unexpected(other)),
        }
    }

    /// The subject's groups, asked for once a call.
    async fn groups(&self, subject: &mut Subject) -> Result<Vec<String>, Refused> {
        if let Some(groups) = &subject.groups {
            return Ok(groups.clone());
        }
        match self.voice.ask(Want::Groups { within: PATIENCE }).await {
            Outcome::Groups(groups) => {
                subject.groups = Some(groups.clone());
                Ok(groups)
            }
            other => Err(unexpected(other)),
        }
    }

    async fn send(&self, send: &Send, holder: &Holder, token: &Secret) -> Result<Answer, Refused> {
        if self.voice.cancelled() {
            return Err(Refusal::because(499, Code::PortalRefused, "the caller left before anything was sent").into());
        }
        self.sent.set(true);
        self.rejected.set(None);
        match self.voice.ask(Want::Send(send.clone())).await {
            Outcome::Answer(answer) => {
                self.door.broker.observe(holder, token, answer.status, self.voice.now());
                Ok(answer)
            }
            Outcome::Failed(failure) => {
                let message = "Google does not answer at its address, or closed the connection";
                let help = "check the network between the portal and Google, or that the emulator runs";
                Err((Refusal::because(502, Code::NetworkUnreachable, message).help(help), Some(failure)))
            }
            other => Err(unexpected(other)),
        }
    }

    /// Reads an answer that is small where it names an operation.
    async fn read_answer(&self) -> Result<Vec<u8>, Refused> {
        let cause = match self.voice.ask(Want::ReadAnswer { limit: LARGEST_WHOLE }).await {
            Outcome::Body(Some(whole)) => return Ok(whole),
            Outcome::Failed(failure) => Some(failure),
            _ => None,
        };
        let message = "Google's answer is cut off or larger than 1 MiB, so the outcome of the call is not known";
        let refusal = Refusal::because(502, Code::GoogleAnswerUnreadable, message);
        Err((refusal.help("check the resource before trying again"), cause))
    }

    /// Completes the record in both stores; a failure in one is logged and does not keep the other from its outcome.
    async fn settle(&self, record: &Record, (settlement, conclusion): (Settlement, Conclusion)) {
        for (store, want) in [("database", Want::Settle(settlement)), ("audit log", Want::Conclude(conclusion))] {
            if let Err((_, cause)) = self.done(want).await {
                let message = format!("The outcome of audit record {} did not reach the {store}", record.id());
                self.log_about(record, message, cause).await;
            }
        }
    }

    async fn reply(&self, answer: &Answer, body: AnswerBody) -> Result<(), Refused> {
        // `no-transform` keeps the backend's compression from holding chunks back.
        let mut headers = vec![("cache-control", "no-cache, no-transform".to_owned())];
        for (name, value) in ANSWER_HEADERS.into_iter().zip(&answer.headers) {
            headers.extend(value.as_ref().filter(|value| !value.is_empty()).map(|value| (name, value.clone())));
        }
        let headers = Headers { bearer: None, others: headers };
        self.done(Want::Reply { status: answer.status, headers, body }).await
    }

    /// Yields a want whose only good outcome is [`Outcome::Done`].
    async fn done(&self, want: Want) -> Result<(), Refused> {
        match self.voice.ask(want).await {
            Outcome::Done => Ok(()),
            other => Err(unexpected(other)),
        }
    }

    async fn log_about(&self, record: &Record, message: String, cause: Option<Failure>) {
        let error = cause.map(|cause| cause.message);
        let Facts { audit_id, method, resource, user, .. } = record.facts();
        let meta = LogMeta {
            code: None,
            audit_id: Some(audit_id),
            method: Some(method),
            resource: Some(resource),
            user: Some(user),
            error,
        };
        let _ = self.voice.ask(Want::Log { level: Level::Error, message, meta }).await;
    }

    pub async fn log_failure(&self, refusal: &Refusal, cause: Option<Failure>) {
        if refusal.status < 500 {
            return;
        }
        let told: Words = cause.map_or_else(|| refusal.message.clone(), |cause| cause.message.into());
        let code = refusal.code().and_then(|code| Code::ALL.iter().find(|known| known.as_str() == code));
        let meta = LogMeta { code: code.map(|code| code.as_str()), ..LogMeta::default() };
        let message = format!("A Vertex AI call failed: {told}");
        let _ = self.voice.ask(Want::Log { level: Level::Warn, message, meta }).await;
    }
}

fn too_large() -> Refusal {
    Refusal::because(413, Code::ProxyBodyMalformed, "the body is larger than 1 MiB").help("send a smaller body")
}

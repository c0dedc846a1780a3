//! Forwarding: the request to Google with a token of its subject, and Google's answer.

use super::passage::{Body, Passage, Refused, Subject, unexpected};
use super::refusal::Refusal;
use super::want::{Answer, Headers, Outcome, RequestBody, Send, Until, Want};
use super::{LARGEST_WHOLE, REASON};
use crate::conversation::Millis;
use crate::diagnostic::Code;
use crate::guard::{self, Allowed};
use crate::identity::broker::TokenRequest;
use crate::identity::cache::Holder;
use crate::identity::secret::Secret;

/// Minimum time for the rest of an answer that has begun just before its deadline.
const LEAST: Millis = 1_000;

/// Calls Google with a token of the subject. A cached token that Google rejects with 401 is replaced once, where the body can be sent again.
pub async fn forward(
    passage: &Passage,
    call: &Allowed,
    body: &Body,
    subject: &mut Subject,
    reason: String,
    until: Until,
) -> Result<Answer, Refused> {
    let Passage { door, arrival, voice, .. } = passage;
    let cached = door.broker.cached(&subject.holder, subject.groups.as_deref(), voice.now());
    let may_retry = cached.is_some() && body.source != RequestBody::Stream;
    let token = match cached {
        Some(token) => token,
        None => new_token(passage, subject).await?,
    };
    let mut headers = Headers { bearer: Some(token.clone()), others: vec![(REASON, reason)] };
    for name in guard::REQUEST_HEADERS {
        let own = call.media_type.filter(|_| matches!(name, "accept" | "content-type"));
        if let Some(value) = own.or_else(|| arrival.header(name)) {
            headers.others.push((name, value.to_owned()));
        }
    }
    let length = match body.source {
        RequestBody::None => None,
        RequestBody::Read => body.read.as_ref().map(|bytes| bytes.len().to_string()),
        RequestBody::Stream => arrival.header("content-length").map(str::to_owned),
    };
    headers.others.extend(length.map(|bytes| ("content-length", bytes)));
    let mut request =
        Send { verb: call.verb, url: call.url.clone(), headers, body: body.source, until, within: call.within };
    let answer = send(passage, &request, &subject.holder, &token).await?;
    if answer.status != 401 || !may_retry || voice.cancelled() {
        return Ok(answer);
    }
    passage.sent.reject(answer.status);
    // Another call may have replaced the token by now.
    let token = match door.broker.cached(&subject.holder, subject.groups.as_deref(), voice.now()) {
        Some(token) => token,
        None => new_token(passage, subject).await?,
    };
    request.headers.bearer = Some(token.clone());
    send(passage, &request, &subject.holder, &token).await
}

async fn new_token(passage: &Passage, subject: &mut Subject) -> Result<Secret, Refused> {
    let groups = passage.groups(subject).await?;
    let request = TokenRequest { holder: subject.holder.clone(), groups };
    match passage.voice.ask(Want::Token(request)).await {
        Outcome::Token(Ok(token)) => Ok(token),
        Outcome::Token(Err(finding)) => Err(Refusal::from(&finding).into()),
        other => Err(unexpected(other)),
    }
}

async fn send(passage: &Passage, request: &Send, holder: &Holder, token: &Secret) -> Result<Answer, Refused> {
    let Passage { door, voice, sent, .. } = passage;
    if voice.cancelled() {
        return Err(Refusal::because(499, Code::PortalRefused, "the caller left before anything was sent").into());
    }
    sent.attempt(voice.now().saturating_add(request.within));
    match voice.ask(Want::Send(request.clone())).await {
        Outcome::Answer(answer) => {
            door.broker.observe(holder, token, answer.status, voice.now());
            Ok(answer)
        }
        Outcome::Failed(failure) if failure.is_timeout() => Err((silent(request.within), Some(failure))),
        Outcome::Failed(failure) => {
            let message = "Google does not answer at its address, or closed the connection";
            let help = "check the network between the portal and Google, or that the emulator runs";
            Err((Refusal::because(502, Code::NetworkUnreachable, message).help(help), Some(failure)))
        }
        other => Err(unexpected(other)),
    }
}

/// The refusal of a call that Google has not answered in time.
fn silent(within: Millis) -> Refusal {
    let message = format!("Google did not answer within {} s", within.div_ceil(1000));
    let help = "check the resource before you repeat a change: Google may have made it";
    Refusal::because(504, Code::GoogleUnavailable, message).help(help)
}

/// Reads an answer that is small where it names an operation.
pub async fn read_answer(passage: &Passage, call: &Allowed) -> Result<Vec<u8>, Refused> {
    let within = passage.sent.deadline().saturating_sub(passage.voice.now()).max(LEAST);
    let cause = match passage.voice.ask(Want::ReadAnswer { limit: LARGEST_WHOLE, within }).await {
        Outcome::Body(Some(whole)) => return Ok(whole),
        Outcome::Failed(failure) if failure.is_timeout() => return Err((silent(call.within), Some(failure))),
        Outcome::Failed(failure) => Some(failure),
        _ => None,
    };
    let message = "Google's answer is cut off or larger than 1 MiB, so the outcome of the call is not known";
    let refusal = Refusal::because(502, Code::GoogleAnswerUnreadable, message);
    Err((refusal.help("check the resource before trying again"), cause))
}

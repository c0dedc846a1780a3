//! Asks Privileged Access Manager for the rights of a request: one grant for each project that it gives rights on.
//!
//! Somebody else approves there, or nobody has to: then it waits, within bounds, until Google gives them. A grant that waits for its
//! approval is asked for, and not given.

use crate::conversation::{Conversation, Identity, Millis, Progress, ProgressKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::fingerprint::fingerprint;
use crate::google::{CallError, Google, pause};
use crate::google_error::text;
use crate::iam::render::entitlement::{Entitlement, entitlements};
use crate::iam::rights::access_request::AccessRequest;
use crate::iam::rights::expiry::in_words;
use crate::iam::rights::principal::is_same_member;
use crate::method::{self, Call, Resource, resource};
use serde::Serialize;
use serde_json::Value;

/// How long a grant that needs no approval is waited for.
const LONGEST: Millis = 5 * 60_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    Asked,
    /// A dry run: nothing was called.
    Planned,
    Failed,
    Cancelled,
}

/// One grant, as Google has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Asked {
    pub name: String,
    pub project: String,
    pub entitlement: String,
    /// Google's own word, as it was when last seen: `APPROVAL_AWAITED`, `ACTIVE` …
    pub state: String,
    /// Who asked, as Google knows them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requester: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PamGrantReport {
    pub outcome: Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<AccessRequest>,
    pub grants: Vec<Asked>,
    /// Resources that Privileged Access Manager gives no rights on.
    pub not_asked: Vec<String>,
    pub diagnostics: Vec<Diagnostic>,
}

impl PamGrantReport {
    /// One that did not begin.
    pub fn refused(diagnostics: Vec<Diagnostic>) -> Self {
        Self { outcome: Outcome::Failed, request: None, grants: Vec::new(), not_asked: Vec::new(), diagnostics }
    }
}

/// Starts through the proxy. Asking again for the same `reason` within an hour asks once. A dry run says what it would ask for.
pub fn request_grants(
    request: AccessRequest,
    is_dry_run: bool,
    proxy_url: &str,
    reason: &str,
) -> Conversation<PamGrantReport> {
    let (proxy_url, reason) = (proxy_url.to_owned(), reason.to_owned());
    Conversation::new(move |voice| async move {
        let google = Google::new(voice, &proxy_url, Some(reason.clone()));
        let mut run = Ask { google, reason, is_dry_run, in_flight: false, report: PamGrantReport::refused(Vec::new()) };
        run.report.outcome = run.steps(&request).await;
        PamGrantReport { request: Some(request), ..run.report }
    })
}

struct Ask {
    google: Google,
    reason: String,
    is_dry_run: bool,
    /// Google may have been asked, and has not answered.
    in_flight: bool,
    report: PamGrantReport,
}

impl Ask {
    fn say(&self, kind: ProgressKind, message: String) {
        self.google.voice().say(Progress::new(kind, message));
    }

    /// What is refused for one project keeps nobody from asking for the next.
    async fn steps(&mut self, request: &AccessRequest) -> Outcome {
        self.leave_out(request);
        for entitlement in entitlements(request) {
            match self.ask(&entitlement, request).await {
                Ok(()) => {}
                Err(CallError::Cancelled) => {
                    let finding = self.cancelled(&entitlement.name());
                    self.report.diagnostics.push(finding);
                    return Outcome::Cancelled;
                }
                Err(error) => self.report.diagnostics.push(error.finding()),
            }
        }
        match self.report.diagnostics.iter().any(Diagnostic::is_error) {
            true => Outcome::Failed,
            false if self.is_dry_run => Outcome::Planned,
            false => Outcome::Asked,
        }
    }

    fn leave_out(&mut self, request: &AccessRequest) {
        for grant in request.grants.iter().filter(|grant| !grant.is_by_pam()) {
            let on = grant.on.to_string();
            if !self.report.not_asked.contains(&on) {
                let why = format!("Privileged Access Manager does not give the rights of `{}` on `{on}`", grant.member);
                let help = "give them with `main.tf` or `gcloud.sh`, or with `deliver: apply`";
                let finding = Diagnostic::new(Code::IamNotAsked, why).help(help).about(on.clone());
                self.report.diagnostics.push(finding);
                self.report.not_asked.push(on);
            }
        }
    }

    async fn ask(&mut self, entitlement: &Entitlement<'_>, request: &AccessRequest) -> Result<(), CallError> {
        let name = entitlement.name();
        let Some(on) = Resource::parse(resource::ENTITLEMENT, &name) else { return Ok(()) };
        if self.is_dry_run {
            self.say(ProgressKind::Step, format!("A grant of `{name}` would be asked for"));
            return Ok(());
        }
        self.say(ProgressKind::Step, format!("Asking for a grant of `{name}`"));
        let call = Call::new(&method::GRANTS_CREATE, on)
            .query("requestId", request_id(&self.reason, &name))
            .body(entitlement.grant());
        self.in_flight = !self.google.voice().cancelled();
        let answer = self.google.call(&call, Identity::Initiator).await;
        self.in_flight &= matches!(answer, Err(CallError::Cancelled));
        let answer = answer.map_err(|error| explained(error, &name, request))?;
        let mut grant = Asked::read(&answer, entitlement)?;
        self.report.diagnostics.extend(for_somebody_else(&grant, request));
        let followed = self.follow(&mut grant, entitlement, request).await;
        self.report.grants.push(grant);
        followed
    }

    /// Until somebody has to decide, the rights are given, or it is over.
    async fn follow(
        &mut self,
        grant: &mut Asked,
        entitlement: &Entitlement<'_>,
        request: &AccessRequest,
    ) -> Result<(), CallError> {
        let end = self.google.voice().now().saturating_add(LONGEST);
        let mut looks = 0;
        loop {
            let (name, state) = (&grant.name, &grant.state);
            match state.as_str() {
                "ACTIVE" => {
                    self.say(ProgressKind::Done, format!("The grant `{name}` is active"));
                    return Ok(());
                }
                "APPROVAL_AWAITED" => {
                    let by = request.other_approvers().join(", ");
                    let message = format!(
                        "Asked for, and not given yet: the grant `{name}` waits for approval; who may approve: {by}"
                    );
                    self.say(ProgressKind::Wait, message);
                    return Ok(());
                }
                "SCHEDULED" | "ACTIVATING" => {}
                _ => return Err(CallError::NoAnswer(ended(grant))),
            }
            if self.google.voice().now() >= end {
                self.report.diagnostics.push(not_yet(grant, "it may become active later"));
                return Ok(());
            }
            looks += 1;
            let millis = pause(looks, None, self.google.voice().random());
            self.say(ProgressKind::Wait, format!("The grant is `{state}`: looking again in {millis} ms"));
            self.google.voice().wait(millis).await.map_err(|_| CallError::Cancelled)?;
            let look = Call::new(&method::GRANTS_GET, grant.resource(entitlement)?);
            let seen = self.google.call(&look, Identity::Initiator).await;
            match seen.and_then(|answer| Asked::read(&answer, entitlement)) {
                Ok(seen) => *grant = seen,
                Err(CallError::Cancelled) => return Err(CallError::Cancelled),
                // It was asked for all the same.
                Err(error) => {
                    let finding = not_yet(grant, &error.finding().message);
                    self.report.diagnostics.push(finding);
                    return Ok(());
                }
            }
        }
    }

    /// The API's version v1 cannot withdraw a grant; Google's console and `gcloud alpha pam grants withdraw` can ("Withdraw grants").
    fn cancelled(&self, entitlement: &str) -> Diagnostic {
        let mut message = "cancelled".to_owned();
        for grant in &self.report.grants {
            message.push_str(&format!("; `{}` stays asked for", grant.name));
        }
        if self.in_flight {
            message.push_str(&format!("; Google may have taken the request for a grant of `{entitlement}`"));
        }
        let finding = Diagnostic::new(Code::DeployCancelled, message);
        match self.report.grants.is_empty() && !self.in_flight {
            true => finding,
            false => finding
                .help("withdraw it in Privileged Access Manager, or have it denied or revoked there, or let it end"),
        }
    }
}

impl Asked {
    fn read(grant: &Value, entitlement: &Entitlement<'_>) -> Result<Self, CallError> {
        let (Some(name), Some(state)) = (text(&grant["name"]), text(&grant["state"])) else {
            return Err(unreadable("the answer names no grant, or says nothing of its state".into()));
        };
        Ok(Self {
            name,
            project: entitlement.project.to_string(),
            entitlement: entitlement.name(),
            state,
            requester: text(&grant["requester"]),
        })
    }

    /// Its project named as the portal's configuration has it: Google may answer with the number.
    fn resource(&self, entitlement: &Entitlement<'_>) -> Result<Resource, CallError> {
        let resource = Resource::parse(resource::GRANT, &self.name);
        let resource = resource.ok_or_else(|| unreadable(format!("`{}` is no grant's name", self.name)))?;
        Ok(resource.in_project(entitlement.project))
    }
}

fn unreadable(why: String) -> CallError {
    let finding = Diagnostic::new(Code::GoogleAnswerUnreadable, why);
    CallError::NoAnswer(finding.help("look in Privileged Access Manager whether a grant was asked for"))
}

/// Google answers with the same refusal where there is no such entitlement and where it does not name whoever asks.
fn explained(error: CallError, entitlement: &str, request: &AccessRequest) -> CallError {
    let CallError::Refused { status, finding } = error else { return error };
    // The API is not switched on, and the finding says so.
    let is_disabled = finding.help.is_some() && finding.permission.is_none();
    let finding = match finding.code {
        Code::GooglePermissionDenied if is_disabled => finding,
        Code::GooglePermissionDenied | Code::GoogleNotFound => {
            let why =
                format!("the entitlement is not there, or does not name who asks as eligible: {}", finding.message);
            let help = format!(
                "have it created from `pam-entitlement.json`, which names `{}`; whoever starts this has to be among those whom it names",
                request.principal
            );
            Diagnostic::new(Code::IamNotEligible, why).help(help)
        }
        Code::GoogleConflict | Code::GooglePrecondition => {
            let why = format!("Google takes no further grant of this entitlement now: {}", finding.message);
            let help =
                "where one is open already, wait until it is decided or has ended, or withdraw it, or have it revoked";
            Diagnostic::new(Code::IamGrantOpen, why).help(help)
        }
        Code::GoogleInvalid => {
            let help = match longest(&finding.message, request.duration.unwrap_or_default()) {
                Some(longest) => format!("ask for {} at most: the entitlement grants no longer", in_words(longest)),
                None => "hold the entitlement against `pam-entitlement.json`: it may grant for less long".into(),
            };
            finding.help(help)
        }
        _ => finding,
    };
    CallError::Refused { status, finding: finding.about(entitlement.to_owned()) }
}

/// How long an entitlement grants at most, in seconds: what Google's refusal names between the least of all and what was `asked` for.
/// Unverified: its wording.
fn longest(message: &str, asked: u64) -> Option<u64> {
    let (mut longest, mut count) = (0, 0);
    for byte in message.bytes() {
        match byte {
            b'0'..=b'9' => count = (count * 10 + u64::from(byte - b'0')).min(asked),
            b's' if count < asked => longest = longest.max(count),
            _ => {}
        }
        if !byte.is_ascii_digit() {
            count = 0;
        }
    }
    (longest > 1_800).then_some(longest)
}

/// A grant is for whoever asks. Google names people by their address alone.
fn for_somebody_else(grant: &Asked, request: &AccessRequest) -> Option<Diagnostic> {
    let (requester, principal) = (grant.requester.as_ref()?, request.principal.member());
    let named = principal.split_once(':').map_or(principal, |(_, name)| name);
    if is_same_member(requester, principal) || is_same_member(requester, named) {
        return None;
    }
    let what = format!("the grant is for `{requester}`, who asked, and not for `{principal}`");
    let help = "everybody who needs the rights starts this themselves";
    Some(Diagnostic::new(Code::IamNotAsked, what).help(help).about(grant.name.clone()))
}

fn ended(grant: &Asked) -> Diagnostic {
    Diagnostic::new(Code::IamGrantNotActive, format!("the grant is `{}`, and gives nothing", grant.state))
        .help("look in Privileged Access Manager why, and ask anew")
        .about(grant.name.clone())
}

fn not_yet(grant: &Asked, why: &str) -> Diagnostic {
    let message = format!("the grant was `{}` when last seen: {why}", grant.state);
    Diagnostic::new(Code::IamNotEffectiveYet, message)
        .help("look in Privileged Access Manager whether it is active")
        .about(grant.name.clone())
}

/// A UUID that the same try has each time: Google answers it for an hour with the grant that is there already.
fn request_id(reason: &str, entitlement: &str) -> String {
    let half = |name| fingerprint(&[name, reason, entitlement]);
    // In the form of version 4: a service may take no other.
    let high = half("high") & !0xf000 | 0x4000;
    let low = half("low") >> 2 | 1 << 63;
    let mut id = format!("{high:016x}{low:016x}");
    for at in [20, 16, 12, 8] {
        id.insert(at, '-');
    }
    id
}

#[cfg(test)]
mod tests;

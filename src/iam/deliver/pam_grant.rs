//! Requests grants of Privileged Access Manager: one for each project of an access request.
//!
//! A grant that needs an approval is requested and not waited for. Any other is polled, within bounds, until Google activates it.

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

/// How long a grant that needs no approval is polled.
const MAX_WAIT: Millis = 5 * 60_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ts_rs::TS)]
#[ts(rename = "IamPamOutcome")]
#[serde(rename_all = "lowercase")]
pub enum PamOutcome {
    Requested,
    /// A dry run: nothing was called.
    Planned,
    Failed,
    Cancelled,
}

/// One grant of Privileged Access Manager.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ts_rs::TS)]
#[ts(rename = "IamPamGrant", optional_fields)]
pub struct PamGrant {
    pub name: String,
    pub project: String,
    pub entitlement: String,
    /// Google's state when the grant was last read: `APPROVAL_AWAITED`, `ACTIVE` …
    pub state: String,
    /// The requester, as Google knows them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requester: Option<String>,
}

#[derive(Clone, Debug, Serialize, ts_rs::TS)]
#[ts(rename = "IamPamReport", optional_fields)]
#[serde(rename_all = "camelCase")]
pub struct PamReport {
    pub outcome: PamOutcome,
    /// Whether every grant was requested and none was rejected, or would be requested in a dry run.
    pub succeeded: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<AccessRequest>,
    /// The requested grants. They stay requested after a later failure or cancellation.
    pub grants: Vec<PamGrant>,
    /// Resources on which Privileged Access Manager cannot grant rights.
    pub not_requested: Vec<String>,
    pub diagnostics: Vec<Diagnostic>,
}

impl PamReport {
    /// A run that did not start.
    pub fn refused(diagnostics: Vec<Diagnostic>) -> Self {
        Self {
            outcome: PamOutcome::Failed,
            succeeded: false,
            request: None,
            grants: Vec::new(),
            not_requested: Vec::new(),
            diagnostics,
        }
    }
}

/// Requests the grants through the proxy. Within an hour, requests with the same `reason` create one grant.
pub fn request_grants(
    request: AccessRequest,
    is_dry_run: bool,
    proxy_url: &str,
    reason: &str,
) -> Conversation<PamReport> {
    let (proxy_url, reason) = (proxy_url.to_owned(), reason.to_owned());
    Conversation::new(move |voice| async move {
        let google = Google::new(voice, &proxy_url, Some(reason.clone()));
        let report = PamReport::refused(Vec::new());
        let mut run = Run { google, request: &request, reason, is_dry_run, in_flight: false, report };
        let outcome = run.steps().await;
        let report = run.report;
        let succeeded = matches!(outcome, PamOutcome::Requested | PamOutcome::Planned);
        PamReport { outcome, succeeded, request: Some(request), ..report }
    })
}

struct Run<'a> {
    google: Google,
    request: &'a AccessRequest,
    reason: String,
    is_dry_run: bool,
    /// A request was sent and has no answer yet.
    in_flight: bool,
    report: PamReport,
}

impl Run<'_> {
    fn say(&self, kind: ProgressKind, message: String) {
        self.google.voice().say(Progress::new(kind, message));
    }

    /// A failure in one project does not keep the others from being requested.
    async fn steps(&mut self) -> PamOutcome {
        self.report_others();
        for entitlement in entitlements(self.request) {
            match self.request_grant(&entitlement).await {
                Ok(()) => {}
                Err(CallError::Cancelled) => {
                    let finding = self.cancelled(&entitlement.name());
                    self.report.diagnostics.push(finding);
                    return PamOutcome::Cancelled;
                }
                Err(error) => self.report.diagnostics.push(error.finding()),
            }
        }
        match self.report.diagnostics.iter().any(Diagnostic::is_error) {
            true => PamOutcome::Failed,
            false if self.is_dry_run => PamOutcome::Planned,
            false => PamOutcome::Requested,
        }
    }

    /// Reports the grants that Privileged Access Manager cannot give.
    fn report_others(&mut self) {
        for grant in self.request.by_policy() {
            let resource = grant.resource.to_string();
            if !self.report.not_requested.contains(&resource) {
                let message =
                    format!("Privileged Access Manager cannot grant the rights of `{}` on `{resource}`", grant.member);
                let help = "grant them with `main.tf` or `gcloud.sh`, or with `deliver: apply`";
                let finding = Diagnostic::new(Code::IamNotAsked, message).help(help).about(resource.clone());
                self.report.diagnostics.push(finding);
                self.report.not_requested.push(resource);
            }
        }
    }

    async fn request_grant(&mut self, entitlement: &Entitlement<'_>) -> Result<(), CallError> {
        let name = entitlement.name();
        let Some(on) = Resource::parse(resource::ENTITLEMENT, &name) else { return Ok(()) };
        if self.is_dry_run {
            self.say(ProgressKind::Step, format!("Would request a grant of `{name}`"));
            return Ok(());
        }
        self.say(ProgressKind::Step, format!("Requesting a grant of `{name}`"));
        let call = Call::new(&method::GRANTS_CREATE, on)
            .query("requestId", request_id(&self.reason, &name))
            .body(entitlement.grant());
        self.in_flight = !self.google.voice().cancelled();
        let answer = self.google.call(&call, Identity::Initiator).await;
        self.in_flight &= matches!(answer, Err(CallError::Cancelled));
        let answer = answer.map_err(|error| explained(error, &name, self.request))?;
        let mut grant = PamGrant::read(&answer, entitlement)?;
        self.report.diagnostics.extend(for_another_principal(&grant, self.request));
        let followed = self.follow(&mut grant, entitlement).await;
        self.report.grants.push(grant);
        followed
    }

    /// Polls a grant until it waits for approval, is active, or has failed.
    async fn follow(&mut self, grant: &mut PamGrant, entitlement: &Entitlement<'_>) -> Result<(), CallError> {
        let deadline = self.google.voice().now().saturating_add(MAX_WAIT);
        let mut looks = 0;
        loop {
            let (name, state) = (&grant.name, &grant.state);
            match state.as_str() {
                "ACTIVE" => {
                    self.say(ProgressKind::Done, format!("The grant `{name}` is active"));
                    return Ok(());
                }
                "APPROVAL_AWAITED" => {
                    let approvers = self.request.other_approvers().join(", ");
                    let message = format!("The grant `{name}` waits for approval by one of: {approvers}");
                    self.say(ProgressKind::Wait, message);
                    return Ok(());
                }
                "SCHEDULED" | "ACTIVATING" => {}
                _ => return Err(CallError::NoAnswer(inactive(grant))),
            }
            if self.google.voice().now() >= deadline {
                self.report.diagnostics.push(not_active_yet(grant, "it may become active later"));
                return Ok(());
            }
            looks += 1;
            let millis = pause(looks, None, self.google.voice().random());
            self.say(ProgressKind::Wait, format!("The grant is `{state}`; checking again in {millis} ms"));
            self.google.voice().wait(millis).await.map_err(|_| CallError::Cancelled)?;
            let look = Call::new(&method::GRANTS_GET, grant.resource(entitlement)?);
            let seen = self.google.call(&look, Identity::Initiator).await;
            match seen.and_then(|answer| PamGrant::read(&answer, entitlement)) {
                Ok(seen) => *grant = seen,
                Err(CallError::Cancelled) => return Err(CallError::Cancelled),
                // The grant stays requested although it cannot be read.
                Err(error) => {
                    let finding = not_active_yet(grant, &error.finding().message);
                    self.report.diagnostics.push(finding);
                    return Ok(());
                }
            }
        }
    }

    /// Version v1 of the API cannot withdraw a grant; Google's console and `gcloud alpha pam grants withdraw` can:
    /// <https://cloud.google.com/iam/docs/pam-withdraw-grants> (read 2026-11-27).
    fn cancelled(&self, entitlement: &str) -> Diagnostic {
        let mut message = "cancelled".to_owned();
        for grant in &self.report.grants {
            message.push_str(&format!("; the grant `{}` stays requested", grant.name));
        }
        if self.in_flight {
            message.push_str(&format!("; a grant of `{entitlement}` may have been requested"));
        }
        let finding = Diagnostic::new(Code::DeployCancelled, message);
        match self.report.grants.is_empty() && !self.in_flight {
            true => finding,
            false => finding
                .help("withdraw the grant in Privileged Access Manager, have it denied or revoked, or let it expire"),
        }
    }
}

impl PamGrant {
    fn read(grant: &Value, entitlement: &Entitlement<'_>) -> Result<Self, CallError> {
        let (Some(name), Some(state)) = (text(&grant["name"]), text(&grant["state"])) else {
            return Err(unreadable("the answer has no name or no state of the grant".into()));
        };
        Ok(Self {
            name,
            project: entitlement.project.to_string(),
            entitlement: entitlement.name(),
            state,
            requester: text(&grant["requester"]),
        })
    }

    /// The grant in the project as the access request names it: Google may answer with the project's number.
    fn resource(&self, entitlement: &Entitlement<'_>) -> Result<Resource, CallError> {
        let resource = Resource::parse(resource::GRANT, &self.name);
        let resource = resource.ok_or_else(|| unreadable(format!("`{}` is not the name of a grant", self.name)))?;
        Ok(resource.in_project(entitlement.project))
    }
}

fn unreadable(message: String) -> CallError {
    let finding = Diagnostic::new(Code::GoogleAnswerUnreadable, message);
    CallError::NoAnswer(finding.help("check in Privileged Access Manager whether the grant was requested"))
}

/// Explains an error of Google. Google answers alike for a missing entitlement and for a requester who is not eligible.
fn explained(error: CallError, entitlement: &str, request: &AccessRequest) -> CallError {
    let CallError::Refused { status, finding } = error else { return error };
    // The API is disabled, as the finding already explains.
    let is_disabled = finding.help.is_some() && finding.permission.is_none();
    let finding = match finding.code {
        Code::GooglePermissionDenied if is_disabled => finding,
        Code::GooglePermissionDenied | Code::GoogleNotFound => {
            let message =
                format!("the entitlement does not exist, or the requester is not eligible for it: {}", finding.message);
            let help = format!(
                "have an administrator create the entitlement from `pam-entitlement.json`, and start this as a user who is `{}` or its \
                 member",
                request.principal
            );
            Diagnostic::new(Code::IamNotEligible, message).help(help)
        }
        Code::GoogleConflict | Code::GooglePrecondition => {
            let message = format!("Google accepts no further grant of this entitlement now: {}", finding.message);
            let help = "wait until the open grant is decided or has expired, withdraw it, or have it revoked";
            Diagnostic::new(Code::IamGrantOpen, message).help(help)
        }
        Code::GoogleInvalid => {
            let help = match longest(&finding.message, request.duration.unwrap_or_default()) {
                Some(longest) => {
                    format!("request {} at most, the longest that the entitlement allows", in_words(longest))
                }
                None => "compare the entitlement with `pam-entitlement.json`: it may allow less time".into(),
            };
            finding.help(help)
        }
        _ => finding,
    };
    CallError::Refused { status, finding: finding.about(entitlement.to_owned()) }
}

/// Returns the longest duration that an entitlement allows, in seconds: the one that Google's error names between the shortest
/// possible and the `requested` one. Unverified: the wording of that error.
fn longest(message: &str, requested: u64) -> Option<u64> {
    let (mut longest, mut count) = (0, 0);
    for byte in message.bytes() {
        match byte {
            b'0'..=b'9' => count = (count * 10 + u64::from(byte - b'0')).min(requested),
            b's' if count < requested => longest = longest.max(count),
            _ => {}
        }
        if !byte.is_ascii_digit() {
            count = 0;
        }
    }
    (longest > 1_800).then_some(longest)
}

/// A grant is for its requester, whatever principal the access request names. Google names people by their address alone.
fn for_another_principal(grant: &PamGrant, request: &AccessRequest) -> Option<Diagnostic> {
    let (requester, principal) = (grant.requester.as_ref()?, request.principal.member());
    let named = principal.split_once(':').map_or(principal, |(_, name)| name);
    if is_same_member(requester, principal) || is_same_member(requester, named) {
        return None;
    }
    let message = format!("the grant is for its requester `{requester}`, not for `{principal}`");
    let help = "have each user who needs the rights start this themselves";
    Some(Diagnostic::new(Code::IamNotAsked, message).help(help).about(grant.name.clone()))
}

fn inactive(grant: &PamGrant) -> Diagnostic {
    Diagnostic::new(Code::IamGrantNotActive, format!("the grant is `{}` and gives no rights", grant.state))
        .help("check in Privileged Access Manager why, then request a new grant")
        .about(grant.name.clone())
}

fn not_active_yet(grant: &PamGrant, why: &str) -> Diagnostic {
    let message = format!("the grant was `{}` when last read: {why}", grant.state);
    Diagnostic::new(Code::IamNotEffectiveYet, message)
        .help("check in Privileged Access Manager whether the grant is active")
        .about(grant.name.clone())
}

/// Returns a UUID that depends on the reason and the entitlement only: for an hour, Google answers it with the same grant.
fn request_id(reason: &str, entitlement: &str) -> String {
    let half = |name| fingerprint(&[name, reason, entitlement]);
    // The form of version 4, which a service may require.
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

//! Grants the rights of an access request, or revokes them, by writing allow policies.
//!
//! Custom roles come first. Then each policy is read, changed and written back with its etag.

mod change;
mod custom_role;
mod propagation;
mod report;

pub use change::ApplyMode;
pub use report::{ApplyOutcome, ApplyReport, PolicyWrite};

use crate::conversation::{Conversation, Progress, ProgressKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::google::{CallError, Google, pause};
use crate::iam::policy::live_policy::{LivePolicy, is_sure_refusal, live_policies};
use crate::iam::rights::access_request::AccessRequest;
use crate::iam::rights::expiry::Expiry;
use crate::iam::rights::grant::{Grant, Grantee, Role};
use crate::iam::rights::resource::IamResource;
use change::change;

/// Number of times that a policy is read and written while others change it, too.
const TRIES: u32 = 8;

/// How to apply an access request.
#[derive(Clone, Copy, Debug)]
pub struct ApplyOptions {
    pub mode: ApplyMode,
    /// After granting, wait until Google's propagation time has passed.
    pub wait: bool,
    /// Call nothing, and report what would be left to the files.
    pub is_dry_run: bool,
}

/// Applies an access request through the proxy.
pub fn apply(
    request: AccessRequest,
    options: ApplyOptions,
    proxy_url: &str,
    reason: Option<String>,
) -> Conversation<ApplyReport> {
    let proxy_url = proxy_url.to_owned();
    Conversation::new(move |voice| async move {
        let google = Google::new(voice, &proxy_url, reason);
        let report = ApplyReport::refused(Vec::new());
        let mut run = Apply { google, mode: options.mode, wait: options.wait, expires: request.expires, report };
        let grants = run.grants(&request);
        let done = if options.is_dry_run { Ok(()) } else { run.steps(&grants).await };
        let outcome = match done {
            Ok(()) if options.is_dry_run => ApplyOutcome::Planned,
            Ok(()) => ApplyOutcome::Applied,
            Err(error) => {
                let is_cancelled = matches!(error, CallError::Cancelled);
                run.report.diagnostics.push(error.finding());
                if is_cancelled { ApplyOutcome::Cancelled } else { ApplyOutcome::Failed }
            }
        };
        run.report.end(outcome, request)
    })
}

struct Apply {
    google: Google,
    mode: ApplyMode,
    wait: bool,
    expires: Option<Expiry>,
    report: ApplyReport,
}

impl Apply {
    fn say(&self, kind: ProgressKind, message: String) {
        self.google.voice().say(Progress::new(kind, message));
    }

    async fn steps(&mut self, grants: &[&Grant]) -> Result<(), CallError> {
        if self.mode == ApplyMode::Grant {
            let mut seen = Vec::new();
            for grant in grants {
                if !seen.contains(&&grant.role) {
                    seen.push(&grant.role);
                    self.report.created_roles.extend(custom_role::ensure(&self.google, grant).await?);
                }
            }
        }
        let mut first_error = None;
        for (policy, resource) in live_policies(grants) {
            let here: Vec<&Grant> = grants.iter().copied().filter(|grant| grant.resource == *resource).collect();
            match self.write(&policy, resource, &here).await {
                Ok(()) => {}
                // One failure must not keep the other rights from being revoked.
                Err(error) if self.mode != ApplyMode::Grant && error != CallError::Cancelled => {
                    self.report.diagnostics.extend(first_error.replace(error).map(CallError::finding));
                }
                Err(error) => return Err(error),
            }
        }
        if let Some(error) = first_error {
            return Err(error);
        }
        if self.mode == ApplyMode::Grant {
            propagation::wait_out(&self.google, &mut self.report, self.wait, grants).await?;
        }
        Ok(())
    }

    /// Returns the grants to apply here, and reports those that are left to the files.
    ///
    /// The grants of Vertex AI's service agent do not expire, so they are never revoked.
    fn grants<'a>(&mut self, request: &'a AccessRequest) -> Vec<&'a Grant> {
        let mut grants = Vec::new();
        for grant in
            request.grants.iter().filter(|grant| self.mode == ApplyMode::Grant || grant.grantee == Grantee::Caller)
        {
            let Grant { resource: on, role, .. } = grant;
            let message = match (LivePolicy::of(on), role, grant.grantee) {
                (None, ..) => format!("the portal cannot reach `{on}`"),
                (_, Role::Predefined(name), Grantee::Caller) => {
                    format!("`{name}` on `{on}` cannot be revoked safely: the same binding may have another owner")
                }
                _ => {
                    grants.push(grant);
                    continue;
                }
            };
            let on = on.to_string();
            if !self.report.not_applied.contains(&on) {
                let help =
                    "apply `main.tf` or `gcloud.sh`, or send `access-request.md` to an administrator of the resource";
                let finding = Diagnostic::new(Code::IamNotApplied, message).help(help).about(on.clone());
                self.report.diagnostics.push(finding);
                self.report.not_applied.push(on);
            }
        }
        grants
    }

    /// Reads, changes and writes one policy until no other writer comes in between.
    async fn write(&mut self, policy: &LivePolicy, on: &IamResource, grants: &[&Grant]) -> Result<(), CallError> {
        let step = match self.mode {
            ApplyMode::Grant => format!("Granting access on `{on}`"),
            ApplyMode::Revoke | ApplyMode::CleanUp => format!("Revoking access on `{on}`"),
        };
        self.say(ProgressKind::Step, step);
        for tries in 1..=TRIES {
            let before = match policy.read(&self.google).await {
                // The rights were deleted with the resource.
                Err(error) if error.is_not_found() && self.mode != ApplyMode::Grant => return Ok(()),
                read => read?,
            };
            let now = self.google.voice().now();
            if let Some(expires) = self.expires.filter(|expires| self.mode == ApplyMode::Grant && expires.at() <= now) {
                let message = format!("the access expired at {expires}, before it was granted on `{on}`");
                let finding = Diagnostic::new(Code::IamExpiryOutOfRange, message).help("choose a later expiry");
                return Err(CallError::NoAnswer(finding.about(on.to_string())));
            }
            let change = change(self.mode, &before, grants, now);
            let Some(after) = before.change(&change).map_err(CallError::NoAnswer)? else {
                // After a conflict the policy may be right because our own write went through and its answer was lost.
                self.record(on, tries > 1, tries);
                return Ok(());
            };
            let written = policy.write(&self.google, after).await;
            self.report.untouched &= written.as_ref().err().and_then(CallError::status).is_some_and(is_sure_refusal);
            match written {
                Ok(_) => {
                    self.record(on, true, tries);
                    return Ok(());
                }
                Err(CallError::Refused { status: 409, .. }) if tries < TRIES => {
                    let millis = pause(tries, None, self.google.voice().random());
                    let message = format!("Another writer changed the policy of `{on}`; retrying in {millis} ms");
                    self.say(ProgressKind::Retry, message);
                    self.google.voice().wait(millis).await.map_err(|_| CallError::Cancelled)?;
                }
                Err(CallError::Refused { status: 409, .. }) => break,
                Err(error) => return Err(error),
            }
        }
        let message = format!("another writer changed the policy of `{on}` before each of {TRIES} writes");
        let finding = Diagnostic::new(Code::IamPolicyContention, message)
            .help("find out which tool keeps writing the policy, then try again");
        Err(CallError::NoAnswer(finding.about(on.to_string())))
    }

    fn record(&mut self, on: &IamResource, changed: bool, tries: u32) {
        self.report.written.push(PolicyWrite { resource: on.to_string(), changed, tries, overwritten: false });
    }
}

#[cfg(test)]
mod tests;

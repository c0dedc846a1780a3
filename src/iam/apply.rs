//! Gives the rights of a request, or takes them back: roles first, then each policy by reading it, changing it and writing it with
//! its etag.

mod change;
mod propagation;

pub use propagation::PROPAGATION;

use super::draft::unsupported;
use super::expiry::Expiry;
use super::grant::{Grant, Party, Role};
use super::holder::Holder;
use super::live::{Access, is_sure_refusal};
use super::render::role_request;
use super::request::Request;
use crate::conversation::{Conversation, Identity, Progress, ProgressKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::google::{CallError, Google, pause};
use crate::method::{self, Call, Resource, resource};
use change::change;
use serde::Serialize;
use serde_json::Value;

/// How often a policy is read and written anew when somebody else changes it meanwhile.
const TRIES: u32 = 8;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Give,
    TakeBack,
    /// Takes back what has ended: what a date ended, and, where policies take no dates, what no date ends. What lasts stays.
    CleanUp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    Applied,
    /// A dry run: nothing was called.
    Planned,
    Failed,
    Cancelled,
}

/// One policy that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Written {
    pub resource: String,
    /// False where it was as it should be from the start.
    pub changed: bool,
    pub tries: u32,
    /// Somebody else wrote it since, and it gives the rights no longer.
    pub overwritten: bool,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApplyReport {
    pub outcome: Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<Request>,
    pub roles_made: Vec<String>,
    pub written: Vec<Written>,
    /// Resources on which something is left to the files.
    pub not_applied: Vec<String>,
    /// No policy can have been changed: every write, if there was any, was refused, and not for a conflict, which may be one with a
    /// write of ours whose answer was lost.
    pub untouched: bool,
    /// The time that Google names for a change is over, and the policies still give the rights. That they work only their holder
    /// can see.
    pub effective: bool,
    /// RFC 3339: when that time is over. Google says that it takes longer at times.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effective_by: Option<String>,
    pub diagnostics: Vec<Diagnostic>,
}

impl ApplyReport {
    /// One that did not begin.
    pub fn refused(diagnostics: Vec<Diagnostic>) -> Self {
        Self {
            outcome: Outcome::Failed,
            request: None,
            roles_made: Vec::new(),
            written: Vec::new(),
            not_applied: Vec::new(),
            untouched: true,
            effective: false,
            effective_by: None,
            diagnostics,
        }
    }
}

/// Starts through the proxy. `wait`: after giving, the time is waited out that Google may take to heed it. A dry run says what it
/// would leave to the files.
pub fn apply(
    request: Request,
    mode: Mode,
    wait: bool,
    is_dry_run: bool,
    proxy_url: &str,
    reason: Option<String>,
) -> Conversation<ApplyReport> {
    let proxy_url = proxy_url.to_owned();
    Conversation::new(move |voice| async move {
        let google = Google::new(voice, &proxy_url, reason);
        let (ends, report) = (request.expires, ApplyReport::refused(Vec::new()));
        let mut run = Apply { google, mode, wait, ends, report };
        let grants = run.grants(&request);
        let done = if is_dry_run { Ok(()) } else { run.steps(&grants).await };
        run.report.outcome = match done {
            Ok(()) if is_dry_run => Outcome::Planned,
            Ok(()) => Outcome::Applied,
            Err(error) => {
                let is_cancelled = matches!(error, CallError::Cancelled);
                run.report.diagnostics.push(error.finding());
                if is_cancelled { Outcome::Cancelled } else { Outcome::Failed }
            }
        };
        ApplyReport { request: Some(request), ..run.report }
    })
}

struct Apply {
    google: Google,
    mode: Mode,
    wait: bool,
    ends: Option<Expiry>,
    report: ApplyReport,
}

impl Apply {
    fn say(&self, kind: ProgressKind, message: String) {
        self.google.voice().say(Progress::new(kind, message));
    }

    async fn steps(&mut self, grants: &[&Grant]) -> Result<(), CallError> {
        if self.mode == Mode::Give {
            let mut seen = Vec::new();
            for grant in grants {
                if !seen.contains(&&grant.role) {
                    seen.push(&grant.role);
                    self.make_role(grant).await?;
                }
            }
        }
        let mut refused = None;
        for (access, on) in holders(grants) {
            let here: Vec<&Grant> = grants.iter().copied().filter(|grant| grant.on == *on).collect();
            match self.write(&access, on, &here).await {
                Ok(()) => {}
                // What can be taken back is, whatever else cannot.
                Err(error) if self.mode != Mode::Give && error != CallError::Cancelled => {
                    self.report.diagnostics.extend(refused.replace(error).map(CallError::finding));
                }
                Err(error) => return Err(error),
            }
        }
        if let Some(error) = refused {
            return Err(error);
        }
        if self.mode == Mode::Give {
            self.wait_out(grants).await?;
        }
        Ok(())
    }

    /// What is to be given or taken back here. What Vertex AI itself was given lasts, and what else is left to the files is said.
    fn grants<'a>(&mut self, request: &'a Request) -> Vec<&'a Grant> {
        let mut grants = Vec::new();
        for grant in request.grants.iter().filter(|grant| self.mode == Mode::Give || grant.to == Party::Caller) {
            let Grant { on, role, .. } = grant;
            let why = match (Access::to(on), role, grant.to) {
                (None, ..) => format!("`{on}` cannot be reached through the portal"),
                (_, Role::Predefined(name), Party::Caller) => format!(
                    "`{name}` on `{on}` could not be told from what somebody else gave when it is to be taken back"
                ),
                _ => {
                    grants.push(grant);
                    continue;
                }
            };
            let on = on.to_string();
            if !self.report.not_applied.contains(&on) {
                let help = "apply `main.tf` or `gcloud.sh`, or hand `request.md` to whoever may";
                self.report.diagnostics.push(Diagnostic::new(Code::IamNotApplied, why).help(help).about(on.clone()));
                self.report.not_applied.push(on);
            }
        }
        grants
    }

    /// Makes the custom role unless it is there; a role of this name that holds something else is left alone.
    async fn make_role(&mut self, grant: &Grant) -> Result<(), CallError> {
        let Role::Custom { project, .. } = &grant.role else { return Ok(()) };
        let name = grant.role.to_string();
        let Some(on) = Resource::parse(resource::ROLE, &name) else { return Ok(()) };
        let look = Call::new(&method::PROJECT_ROLES_GET, on);
        for _ in 0..2 {
            match self.google.call(&look, Identity::Initiator).await {
                Ok(role) => return check_role(&name, grant, &role).map_err(CallError::NoAnswer),
                Err(error) if error.is_not_found() => {}
                Err(error) => return Err(error),
            }
            let make =
                Call::new(&method::PROJECT_ROLES_CREATE, Resource::Project(project.clone())).body(role_request(grant));
            self.say(ProgressKind::Step, format!("Making the role `{name}`"));
            match self.google.call(&make, Identity::Initiator).await {
                Ok(_) => {
                    self.report.roles_made.push(name);
                    return Ok(());
                }
                // Where Google says which permission it takes into no role of one's own. Unverified: its words.
                Err(CallError::Refused { status: 400, finding }) => {
                    let named = grant.needed.iter().filter(|needed| finding.message.contains(needed.permission));
                    // One may begin like another.
                    let wrong = named.max_by_key(|needed| needed.permission.len());
                    let told = wrong.map(|needed| unsupported(needed.permission, name));
                    return Err(CallError::Refused { status: 400, finding: told.unwrap_or(finding) });
                }
                // Somebody else makes the same role right now: look again.
                Err(CallError::Refused { status: 409, .. }) => {}
                Err(error) => return Err(error),
            }
        }
        let finding =
            Diagnostic::new(Code::IamRoleDiffers, format!("the role `{name}` neither is there nor can be made"));
        Err(CallError::NoAnswer(finding.help("it may have been deleted in the last days: undelete it").about(name)))
    }

    /// Reads, changes and writes until nobody else came in between.
    async fn write(&mut self, access: &Access, on: &Holder, grants: &[&Grant]) -> Result<(), CallError> {
        self.say(
            ProgressKind::Step,
            match self.mode {
                Mode::Give => format!("Giving rights on `{on}`"),
                Mode::TakeBack | Mode::CleanUp => format!("Taking back rights on `{on}`"),
            },
        );
        for tries in 1..=TRIES {
            let policy = match access.read(&self.google).await {
                // Its rights went with it.
                Err(error) if error.is_not_found() && self.mode != Mode::Give => return Ok(()),
                read => read?,
            };
            let now = self.google.voice().now();
            if let Some(ends) = self.ends.filter(|ends| self.mode == Mode::Give && ends.at() <= now) {
                let why = format!("the rights ended at {ends}, before they were given on `{on}`");
                let finding = Diagnostic::new(Code::IamExpiryOutOfRange, why).help("choose a later time");
                return Err(CallError::NoAnswer(finding.about(on.to_string())));
            }
            let change = change(self.mode, &policy, grants, now);
            let Some(after) = policy.change(&change).map_err(CallError::NoAnswer)? else {
                // After a conflict, a write of ours whose answer was lost may be why.
                self.report.written.push(Written {
                    resource: on.to_string(),
                    changed: tries > 1,
                    tries,
                    overwritten: false,
                });
                return Ok(());
            };
            let written = access.write(&self.google, after).await;
            self.report.untouched &= written.as_ref().err().and_then(CallError::status).is_some_and(is_sure_refusal);
            match written {
                Ok(_) => {
                    let resource = on.to_string();
                    self.report.written.push(Written { resource, changed: true, tries, overwritten: false });
                    return Ok(());
                }
                Err(CallError::Refused { status: 409, .. }) if tries < TRIES => {
                    let millis = pause(tries, None, self.google.voice().random());
                    self.say(
                        ProgressKind::Retry,
                        format!("Somebody else changed the policy of `{on}`: again in {millis} ms"),
                    );
                    self.google.voice().wait(millis).await.map_err(|_| CallError::Cancelled)?;
                }
                Err(CallError::Refused { status: 409, .. }) => break,
                Err(error) => return Err(error),
            }
        }
        let finding = Diagnostic::new(
            Code::IamPolicyContention,
            format!("somebody else changed the policy of `{on}` each of the {TRIES} times that it was to be written"),
        );
        Err(CallError::NoAnswer(
            finding.help("find out what writes it all the time, and try again").about(on.to_string()),
        ))
    }
}

/// Whose policies the grants are in, each once.
fn holders<'a>(grants: &[&'a Grant]) -> Vec<(Access, &'a Holder)> {
    let mut holders: Vec<&Holder> = Vec::new();
    for grant in grants {
        if !holders.contains(&&grant.on) {
            holders.push(&grant.on);
        }
    }
    holders.into_iter().filter_map(|on| Some((Access::to(on)?, on))).collect()
}

fn check_role(name: &str, grant: &Grant, role: &Value) -> Result<(), Diagnostic> {
    let mut held: Vec<&str> =
        role["includedPermissions"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut wanted: Vec<&str> = grant.needed.iter().map(|needed| needed.permission).collect();
    held.sort_unstable();
    wanted.sort_unstable();
    let deleted = role["deleted"].as_bool().unwrap_or(false);
    if held == wanted && !deleted {
        return Ok(());
    }
    let why = match deleted {
        true => format!("the role `{name}` was deleted"),
        false => format!("the role `{name}` holds other permissions than its name says"),
    };
    Err(Diagnostic::new(Code::IamRoleDiffers, why)
        .help("undelete the role, or give it back the permissions of its file in the renderings")
        .about(name.to_owned()))
}

#[cfg(test)]
mod tests;

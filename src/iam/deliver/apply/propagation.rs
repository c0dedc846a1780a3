//! The wait for a policy change to take effect, with checks that no other writer overwrites it.

use super::change::gives;
use super::report::ApplyReport;
use crate::conversation::{Millis, Progress, ProgressKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::google::{CallError, Google};
use crate::iam::policy::live_policy::live_policies;
use crate::iam::rights::expiry::PROPAGATION;
use crate::iam::rights::grant::{ExpiryMode, Grant};
use crate::timestamp::rfc3339;

/// Pauses between two checks; they add up to [`PROPAGATION`].
const PAUSES: [Millis; 6] = [10_000, 20_000, 40_000, 80_000, 120_000, 150_000];

/// Reports when the rights should work and, if `wait` is set, checks until then that they stay in the policies.
///
/// Rights that were there already work, unless a clean-up is just removing them: one early check finds that.
pub async fn wait_out(
    google: &Google,
    report: &mut ApplyReport,
    wait: bool,
    grants: &[&Grant],
) -> Result<(), CallError> {
    let is_new = report.written.iter().any(|written| written.changed);
    if is_new {
        report.effective_by = Some(rfc3339(google.voice().now().saturating_add(PROPAGATION)));
    }
    let may_be_cleaned_up = |grant: &&Grant| grant.expiry == ExpiryMode::Revocation;
    if !wait || !is_new && !grants.iter().any(may_be_cleaned_up) {
        return Ok(());
    }
    let message = match &report.effective_by {
        Some(by) => format!("Access is granted and should work by {by}; waiting until then"),
        None => "Access was granted already; checking the policies once more".into(),
    };
    google.voice().say(Progress::new(ProgressKind::Wait, message));
    match check_again(google, report, grants, if is_new { &PAUSES } else { &PAUSES[..1] }).await {
        Ok(()) => report.effective = is_new,
        Err(CallError::NoAnswer(finding)) if finding.code == Code::IamOverwritten => {
            report.effective_by = None;
            return Err(CallError::NoAnswer(finding));
        }
        // The rights are granted, whatever kept the check from finishing.
        Err(error) => {
            let missed = match is_new {
                true => "access is granted, but the wait until it works did not finish",
                false => "access was granted already, but the check that it stays did not finish",
            };
            let message = format!("{missed}: {}", error.finding().message);
            report.diagnostics.push(Diagnostic::new(Code::IamNotEffectiveYet, message));
        }
    }
    Ok(())
}

/// Reads the policies after each pause until one of them no longer gives the rights.
async fn check_again(
    google: &Google,
    report: &mut ApplyReport,
    grants: &[&Grant],
    pauses: &[Millis],
) -> Result<(), CallError> {
    for millis in pauses {
        google.voice().wait(*millis).await.map_err(|_| CallError::Cancelled)?;
        let mut overwritten = None;
        for (policy, resource) in live_policies(grants) {
            let bindings = match policy.read(google).await {
                // A policy that cannot be read must not hide an overwritten one.
                Err(_) if overwritten.is_some() => continue,
                read => read?.bindings(),
            };
            let mut here = grants.iter().filter(|grant| grant.resource == *resource);
            if let Some(lost) = here.find(|grant| !bindings.iter().any(|binding| gives(binding, grant))) {
                let message =
                    format!("the policy of `{resource}` was overwritten and no longer grants `{}`", lost.role);
                let help = "add these rights to the tool that writes the whole policy, e.g. Terraform's `google_project_iam_policy`; `main.tf` shows them";
                let name = resource.to_string();
                for written in report.written.iter_mut().filter(|written| written.resource == name) {
                    written.overwritten = true;
                }
                let finding = Diagnostic::new(Code::IamOverwritten, message).help(help).about(name);
                report.diagnostics.extend(overwritten.replace(finding));
            }
        }
        if let Some(finding) = overwritten {
            return Err(CallError::NoAnswer(finding));
        }
        google.voice().say(Progress::new(ProgressKind::Wait, "The policies still grant the access"));
    }
    Ok(())
}

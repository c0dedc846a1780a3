//! What comes after giving: the time that a change of a policy may take is waited out, and the policies are looked at again.

use super::{Apply, holders};
use crate::conversation::{Millis, ProgressKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::google::CallError;
use crate::iam::grant::Grant;
use crate::iam::live::Access;
use crate::iam::policy::Entry;
use crate::iam::request::Request;
use crate::timestamp::rfc3339;

/// Google, "Access change propagation": two minutes as a rule, seven or more at times.
pub(super) const PROPAGATION: Millis = 7 * 60_000;
/// Between two looks; together they are that time.
const PAUSES: [Millis; 6] = [10_000, 20_000, 40_000, 80_000, 120_000, 150_000];

impl Apply {
    /// Says when the rights should work, and unless nobody wants to wait for that, sees that they are not overwritten until then.
    pub(super) async fn wait_out(&mut self, request: &Request) -> Result<(), CallError> {
        let by = rfc3339(self.google.voice().now().saturating_add(PROPAGATION));
        self.report.effective_by = Some(by.clone());
        if !self.wait {
            return Ok(());
        }
        for millis in PAUSES {
            let seconds = millis / 1000;
            self.say(
                ProgressKind::Wait,
                format!(
                    "The rights are given, and should work by {by}: looking in {seconds} s whether the policies still say so"
                ),
            );
            match self.look_again(request, millis).await {
                Ok(None) => {}
                Ok(Some(overwritten)) => {
                    self.report.effective_by = None;
                    return Err(CallError::NoAnswer(overwritten));
                }
                // They are given all the same.
                Err(error) => {
                    let why = error.finding();
                    let finding = Diagnostic::new(
                        Code::IamNotEffectiveYet,
                        format!("the rights are given, and nobody waited until they should work: {}", why.message),
                    );
                    self.report.diagnostics.push(finding.help(format!("they should work by {by}")));
                    return Ok(());
                }
            }
        }
        self.report.effective = true;
        self.say(
            ProgressKind::Done,
            "The time that Google names is over, and the policies still give the rights".into(),
        );
        Ok(())
    }

    /// Waits, and gives the finding where a policy no longer gives what it was to give.
    async fn look_again(&self, request: &Request, millis: Millis) -> Result<Option<Diagnostic>, CallError> {
        self.google.voice().wait(millis).await.map_err(|_| CallError::Cancelled)?;
        for on in holders(request) {
            let Some(access) = Access::to(on) else { continue };
            let entries = access.read(&self.google).await?.entries();
            let mut grants = request.grants.iter().filter(|grant| grant.on == *on);
            if let Some(lost) = grants.find(|grant| !entries.iter().any(|entry| gives(entry, grant))) {
                let what = format!(
                    "the policy of `{on}` gave `{}` to `{}`, and was overwritten so that it does not",
                    lost.role, lost.member
                );
                let help = "whatever writes the whole policy (e.g. Terraform's `google_project_iam_policy` or `google_project_iam_binding`) has to hold these rights, too, as `main.tf` has them; where the same rights were given anew with another end, nothing is lost";
                return Ok(Some(Diagnostic::new(Code::IamOverwritten, what).help(help).about(on.to_string())));
            }
        }
        Ok(None)
    }
}

/// Whether an entry says what was given; how Google spells it otherwise is its own.
fn gives(entry: &Entry, grant: &Grant) -> bool {
    entry.role == grant.role.to_string()
        && entry.member.eq_ignore_ascii_case(&grant.member)
        && entry.expression() == grant.condition.as_ref().map(|condition| condition.expression.as_str())
}

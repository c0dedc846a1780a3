//! What comes after giving: the time that a change of a policy may take is waited out, and the policies are looked at again.

use super::change::gives;
use super::{Apply, holders};
use crate::conversation::{Millis, ProgressKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::google::CallError;
use crate::iam::grant::{Ends, Grant};
use crate::timestamp::rfc3339;

/// Google, "Access change propagation": two minutes as a rule, seven or more at times.
pub const PROPAGATION: Millis = 7 * 60_000;
/// Between two looks; together they are that time.
const PAUSES: [Millis; 6] = [10_000, 20_000, 40_000, 80_000, 120_000, 150_000];

impl Apply {
    /// Says when the rights should work, and unless nobody wants to wait for that, sees that they are not overwritten until then.
    /// Where they were there already they work, unless they were just being taken back: that shows soon.
    pub(super) async fn wait_out(&mut self, grants: &[&Grant]) -> Result<(), CallError> {
        let is_new = self.report.written.iter().any(|written| written.changed);
        if is_new {
            self.report.effective_by = Some(rfc3339(self.google.voice().now().saturating_add(PROPAGATION)));
        }
        let may_be_going = |grant: &&Grant| grant.ends == Ends::TakenBack;
        if !self.wait || !is_new && !grants.iter().any(may_be_going) {
            return Ok(());
        }
        self.say(
            ProgressKind::Wait,
            match &self.report.effective_by {
                Some(by) => format!("The rights are given, and should work by {by}: waiting until then"),
                None => "The rights are there already: looking once more".into(),
            },
        );
        match self.look_again(grants, if is_new { &PAUSES } else { &PAUSES[..1] }).await {
            Ok(()) => self.report.effective = is_new,
            Err(CallError::NoAnswer(finding)) if finding.code == Code::IamOverwritten => {
                self.report.effective_by = None;
                return Err(CallError::NoAnswer(finding));
            }
            // They are given all the same.
            Err(error) => {
                let why = error.finding();
                let missed = match is_new {
                    true => "the rights are given, and nobody waited until they should work",
                    false => "the rights were there already, and nobody looked whether they stay",
                };
                let what = format!("{missed}: {}", why.message);
                self.report.diagnostics.push(Diagnostic::new(Code::IamNotEffectiveYet, what));
            }
        }
        Ok(())
    }

    /// Looks at the policies after each pause, until one of them gives the rights no longer.
    async fn look_again(&mut self, grants: &[&Grant], pauses: &[Millis]) -> Result<(), CallError> {
        for millis in pauses {
            self.google.voice().wait(*millis).await.map_err(|_| CallError::Cancelled)?;
            let mut overwritten = None;
            for (access, on) in holders(grants) {
                let entries = match access.read(&self.google).await {
                    // That others cannot be seen hides none that is lost.
                    Err(_) if overwritten.is_some() => continue,
                    read => read?.entries(),
                };
                let mut here = grants.iter().filter(|grant| grant.on == *on);
                if let Some(lost) = here.find(|grant| !entries.iter().any(|entry| gives(entry, grant))) {
                    let what = format!("the policy of `{on}` was overwritten, and gives `{}` no longer", lost.role);
                    let help = "what writes the whole policy, e.g. Terraform's `google_project_iam_policy`, has to hold these rights, too, as `main.tf` does";
                    let resource = on.to_string();
                    self.report
                        .written
                        .iter_mut()
                        .filter(|one| one.resource == resource)
                        .for_each(|one| one.overwritten = true);
                    let finding = Diagnostic::new(Code::IamOverwritten, what).help(help).about(resource);
                    self.report.diagnostics.extend(overwritten.replace(finding));
                }
            }
            if let Some(finding) = overwritten {
                return Err(CallError::NoAnswer(finding));
            }
            self.say(ProgressKind::Wait, "The policies still give the rights".into());
        }
        Ok(())
    }
}

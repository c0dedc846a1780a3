//! The change of one policy: which bindings are added, and which are removed.

use crate::conversation::Millis;
use crate::iam::policy::allow_policy::{AllowPolicy, Binding, PolicyChange};
use crate::iam::policy::difference::expired;
use crate::iam::rights::grant::{Grant, is_same_role};
use crate::iam::rights::principal::is_same_member;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ts_rs::TS)]
#[ts(rename = "IamApplyMode", rename_all = "kebab-case")]
pub enum ApplyMode {
    Grant,
    Revoke,
    /// Revokes expired rights only: bindings whose condition has expired, and undated bindings on resources without conditions.
    CleanUp,
}

/// Whether a binding already gives a grant for at least as long, whoever wrote it.
pub fn gives(binding: &Binding, grant: &Grant) -> bool {
    is_for(binding, grant) && binding.end() >= Binding::of(grant).end()
}

fn is_for(binding: &Binding, grant: &Grant) -> bool {
    is_same_role(&binding.role, &grant.role.to_string()) && is_same_member(&binding.member, &grant.member)
}

/// Whether a binding is for the grant's principal, even a deleted one: Google renames its bindings to `deleted:MEMBER?uid=UID` and
/// renames them back when the principal is restored.
fn was_for(binding: &Binding, grant: &Grant) -> bool {
    let member = binding.member.strip_prefix("deleted:").unwrap_or(&binding.member);
    let member = member.split_once("?uid=").map_or(member, |(member, _)| member);
    is_same_role(&binding.role, &grant.role.to_string()) && is_same_member(member, &grant.member)
}

/// Returns the change of `policy` that applies `grants`, all of them on its resource.
///
/// A binding that lasts as long or longer stays, and nothing is added beside it.
pub fn change(mode: ApplyMode, policy: &AllowPolicy, grants: &[&Grant], now: Millis) -> PolicyChange {
    let existing = policy.bindings();
    let mut change = PolicyChange::default();
    if mode != ApplyMode::Revoke {
        change.remove = expired(policy, now);
    }
    for grant in grants {
        let new = Binding::of(grant);
        let is_removed = |old: &&Binding| {
            let is_undated = old.expression().is_none();
            match mode {
                // A grant of the same role that expires earlier is replaced.
                ApplyMode::Grant => {
                    is_for(old, grant) && old.is_ours() && old.end().is_some_and(|end| Some(end) < new.end())
                }
                ApplyMode::Revoke => was_for(old, grant) && (old.is_ours() || is_undated && new.expression().is_none()),
                // On resources that support conditions this product writes no undated binding.
                ApplyMode::CleanUp => was_for(old, grant) && is_undated && !grant.resource.supports_conditions(),
            }
        };
        change.remove.extend(existing.iter().filter(is_removed).cloned());
        if mode == ApplyMode::Grant && !existing.iter().any(|old| gives(old, grant)) {
            change.add.push(new);
        }
    }
    change
}

#[cfg(test)]
mod tests;

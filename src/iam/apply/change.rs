//! What becomes of one policy: what is added to it, and what goes.

use super::Mode;
use crate::conversation::Millis;
use crate::iam::difference::expired;
use crate::iam::grant::{Grant, is_same_role};
use crate::iam::policy::{Change, Entry, Policy};
use crate::iam::principal::is_same_member;
use crate::iam::render::entry;

/// Whether an entry gives what is to be given, and for as long: whoever wrote it.
pub(super) fn gives(known: &Entry, grant: &Grant) -> bool {
    is_for(known, grant) && known.end() >= entry(grant).end()
}

fn is_for(known: &Entry, grant: &Grant) -> bool {
    is_same_role(&known.role, &grant.role.to_string()) && is_same_member(&known.member, &grant.member)
}

/// Whether an entry is for whom a grant was for. Google names somebody who was deleted otherwise, and as before when they are back.
fn was_for(known: &Entry, grant: &Grant) -> bool {
    let member = known.member.strip_prefix("deleted:").unwrap_or(&known.member);
    let member = member.split_once("?uid=").map_or(member, |(member, _)| member);
    is_same_role(&known.role, &grant.role.to_string()) && is_same_member(member, &grant.member)
}

/// `grants` are all on the resource whose policy it is. What lasts as long or longer stays, and nothing is added to it.
pub(super) fn change(mode: Mode, policy: &Policy, grants: &[&Grant], now: Millis) -> Change {
    let known = policy.entries();
    let mut change = Change::default();
    if mode != Mode::TakeBack {
        change.remove = expired(policy, now);
    }
    for grant in grants {
        let new = entry(grant);
        let goes = |known: &&Entry| {
            let is_undated = known.expression().is_none();
            match mode {
                // A shorter grant of the same right is replaced.
                Mode::Give => {
                    is_for(known, grant) && known.is_ours() && known.end().is_some_and(|end| Some(end) < new.end())
                }
                Mode::TakeBack => {
                    was_for(known, grant) && (known.is_ours() || is_undated && new.expression().is_none())
                }
                // Where policies take conditions nothing was given without one.
                Mode::CleanUp => was_for(known, grant) && is_undated && !grant.on.takes_conditions(),
            }
        };
        change.remove.extend(known.iter().filter(goes).cloned());
        if mode == Mode::Give && !known.iter().any(|known| gives(known, grant)) {
            change.add.push(new);
        }
    }
    change
}

#[cfg(test)]
mod tests;

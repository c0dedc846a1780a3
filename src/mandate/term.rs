//! The time in which a mandate holds.

use crate::conversation::Millis;

/// How long what a deployment made may still be removed after its mandate has ended.
const UNDO_FOR: Millis = 24 * 60 * 60 * 1000;

/// How much of a mandate holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Every call of its plan.
    Whole,
    /// Only the removal of what was made under it, and the reads for that.
    UndoOnly,
    Over,
}

/// The term of a mandate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    pub expires_at: Millis,
    /// The revocation, or the end of the deployment.
    pub revoked_at: Option<Millis>,
}

impl Term {
    pub fn phase(&self, now: Millis) -> Phase {
        let end = self.revoked_at.map_or(self.expires_at, |revoked| revoked.min(self.expires_at));
        if now < end {
            Phase::Whole
        } else if now - end < UNDO_FOR {
            Phase::UndoOnly
        } else {
            Phase::Over
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Millis = 60 * 60 * 1000;

    #[test]
    fn after_its_end_a_mandate_covers_removal_for_a_day() {
        let term = Term { expires_at: 24 * HOUR, revoked_at: None };
        let phases = [0, 24 * HOUR - 1, 24 * HOUR, 48 * HOUR - 1, 48 * HOUR].map(|now| term.phase(now));
        assert_eq!(phases, [Phase::Whole, Phase::Whole, Phase::UndoOnly, Phase::UndoOnly, Phase::Over]);
    }

    #[test]
    fn a_revocation_ends_it_early_and_never_prolongs_it() {
        let revoked = |at| Term { expires_at: 24 * HOUR, revoked_at: Some(at) };
        assert_eq!(revoked(HOUR).phase(HOUR - 1), Phase::Whole);
        assert_eq!(revoked(HOUR).phase(HOUR), Phase::UndoOnly);
        assert_eq!(revoked(HOUR).phase(25 * HOUR), Phase::Over);
        assert_eq!(revoked(30 * HOUR).phase(48 * HOUR), Phase::Over);
    }
}

//! The result of a verification in words, for the log of a task.

use crate::iam::policy::difference::{Difference, MissingPermission};
use crate::iam::rights::risk::{Risk, RiskLevel};
use std::fmt::Write;

/// Why a permission counts as missing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reason {
    Missing,
    ExpiresEarly,
    Unknown,
    OnlyHinted,
}

impl Reason {
    /// In the order in which people act on them.
    const ALL: [Self; 4] = [Self::Missing, Self::ExpiresEarly, Self::Unknown, Self::OnlyHinted];

    fn of(missing: &MissingPermission) -> Self {
        match missing {
            MissingPermission { hinted: true, .. } => Self::OnlyHinted,
            MissingPermission { until: Some(_), .. } => Self::ExpiresEarly,
            MissingPermission { seen: true, .. } => Self::Missing,
            _ => Self::Unknown,
        }
    }

    fn heading(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::ExpiresEarly => "expire too early",
            Self::Unknown => "unknown, because the policies cannot be read",
            Self::OnlyHinted => "held by the task's initiator as Google reports, who may not be the principal",
        }
    }
}

/// Returns the result in Markdown. `hinted` permissions count as held.
pub fn summary(difference: &Difference, hinted: usize) -> String {
    let missing = difference.missing.len();
    let total = difference.held.len() + hinted + missing;
    if missing == 0 {
        let mut text = format!("The principal holds all {total} permissions");
        if hinted > 0 {
            let _ = write!(text, ", {hinted} of them as Google reports to the task's initiator");
        }
        return text;
    }
    let mut text = format!("{missing} of {total} permissions are missing or unknown");
    for reason in Reason::ALL {
        let these: Vec<_> = difference.missing.iter().filter(|missing| Reason::of(missing) == reason).collect();
        if these.is_empty() {
            continue;
        }
        let _ = write!(text, "\n\n{} {}:\n", these.len(), reason.heading());
        for MissingPermission { permission, resource, until, .. } in these {
            let _ = write!(text, "\n- `{permission}` on `{resource}`");
            if let Some(until) = until {
                let _ = write!(text, " until {until}");
            }
        }
    }
    text
}

/// Returns a sentence for each high risk.
pub fn warnings(risks: &[Risk]) -> Vec<String> {
    let high = risks.iter().filter(|risk| risk.level == RiskLevel::High);
    let sentence = |Risk { effect, account, mitigation, .. }: &Risk| {
        let account = account.as_ref().map(|account| format!(" (`{account}`)")).unwrap_or_default();
        format!("with these permissions the principal {effect}{account}; mitigation: {mitigation}")
    };
    high.map(sentence).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(permission: &'static str, hinted: bool, seen: bool, until: Option<&str>) -> MissingPermission {
        let until = until.map(str::to_owned);
        MissingPermission { permission, resource: "projects/acme-ml".into(), hinted, seen, until }
    }

    fn difference(missing: Vec<MissingPermission>) -> Difference {
        Difference { held: Vec::new(), missing, excess: Vec::new(), findings: Vec::new() }
    }

    #[test]
    fn sorts_missing_permissions_by_reason() {
        let text = summary(
            &difference(vec![
                missing("a.b.hinted", true, true, None),
                missing("a.b.unknown", false, false, None),
                missing("a.b.early", false, true, Some("2026-12-01T00:00:00Z")),
                missing("a.b.missing", false, true, None),
            ]),
            1,
        );
        let expected = "4 of 5 permissions are missing or unknown\n\n\
            1 missing:\n\n- `a.b.missing` on `projects/acme-ml`\n\n\
            1 expire too early:\n\n- `a.b.early` on `projects/acme-ml` until 2026-12-01T00:00:00Z\n\n\
            1 unknown, because the policies cannot be read:\n\n- `a.b.unknown` on `projects/acme-ml`\n\n\
            1 held by the task's initiator as Google reports, who may not be the principal:\n\n\
            - `a.b.hinted` on `projects/acme-ml`";
        assert_eq!(text, expected);
    }

    #[test]
    fn counts_hinted_permissions_as_held() {
        assert_eq!(summary(&difference(Vec::new()), 0), "The principal holds all 0 permissions");
        let hinted = summary(&difference(Vec::new()), 2);
        assert!(hinted.ends_with("all 2 permissions, 2 of them as Google reports to the task's initiator"), "{hinted}");
    }
}

//! Policy changes under a grant record, found in the audit records of one user.

use crate::conversation::Millis;
use crate::iam::policy::live_policy::may_have_changed_policy;
use serde::Serialize;
use serde_json::Value;
use ts_rs::TS;

/// Maximum difference between the clocks of two replicas. Calls without a grant record may belong to one that begins this much later.
pub const CLOCK_SKEW: Millis = 10 * 60 * 1000;
/// Maximum duration of a recorded call. A record that is pending for longer belongs to a process that has ended. The deadlines of two attempts
/// and of their tokens add up to less than four minutes; the rest is for a slow database.
pub const LONGEST_CALL: Millis = 15 * 60 * 1000;

/// Policies that may have changed under a grant record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PolicyChanges {
    /// Resources, as audit records name them.
    pub changed: Vec<String>,
    /// Whether the outcome of such a call is still open.
    pub under_way: bool,
}

/// A row of the audit table.
#[derive(Clone, Debug, TS)]
#[ts(rename_all = "camelCase")]
pub struct AuditedCall {
    pub method: String,
    pub resource: String,
    /// Status of Google's answer.
    pub status: Option<u16>,
    /// `pending`, or that of the settlement.
    pub outcome: String,
    /// Milliseconds since 1970.
    pub begun_at: Millis,
}

impl AuditedCall {
    fn read(value: &Value) -> Option<Self> {
        let text = |name: &str| value[name].as_str().map(str::to_owned);
        Some(Self {
            method: text("method")?,
            resource: text("resource")?,
            status: value["status"].as_u64().and_then(|status| u16::try_from(status).ok()),
            outcome: text("outcome")?,
            begun_at: value["begunAt"].as_u64()?,
        })
    }
}

/// Finds the policies that may have changed with these [calls](AuditedCall). `ends_at` is the expiry of the grants.
///
/// A call that cannot be read counts as a change under way, so that nothing is concluded from it.
pub fn policy_changes(calls: &Value, ends_at: Option<Millis>, now: Millis) -> PolicyChanges {
    let until = ends_at.map_or(Millis::MAX, |end| end.saturating_add(CLOCK_SKEW));
    let mut changes = PolicyChanges::default();
    let Some(calls) = calls.as_array() else { return PolicyChanges { under_way: true, ..changes } };
    for call in calls {
        let Some(AuditedCall { method, resource, status, outcome, begun_at }) = AuditedCall::read(call) else {
            changes.under_way = true;
            continue;
        };
        if begun_at > until || !may_have_changed_policy(&method, status) {
            continue;
        }
        changes.under_way |= outcome == "pending" && begun_at.saturating_add(LONGEST_CALL) > now;
        if !changes.changed.contains(&resource) {
            changes.changed.push(resource);
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: Millis = 1_795_493_106_007;
    const HOUR: Millis = 60 * 60 * 1000;
    const SET: &str = "aiplatform.projects.locations.endpoints.setIamPolicy";

    fn record(method: &str, resource: &str, status: Option<u16>, outcome: &str, begun_at: Millis) -> Value {
        json!({"method": method, "resource": resource, "status": status, "outcome": outcome, "begunAt": begun_at})
    }

    fn changed(records: Vec<Value>, ends_at: Option<Millis>) -> (Vec<String>, bool) {
        let changes = policy_changes(&records.into(), ends_at, NOW);
        (changes.changed, changes.under_way)
    }

    #[test]
    fn a_call_that_may_have_set_a_policy_counts_once() {
        let records = vec![
            record(SET, "e", Some(200), "succeeded", NOW),
            record(SET, "e", Some(503), "failed", NOW),
            record(SET, "refused", Some(403), "failed", NOW),
            record("aiplatform.projects.locations.endpoints.deployModel", "other", Some(200), "succeeded", NOW),
        ];
        assert_eq!(changed(records, None), (vec!["e".to_owned()], false));
    }

    #[test]
    fn a_call_after_the_expiry_does_not_count() {
        let at = |begun_at| changed(vec![record(SET, "e", Some(200), "succeeded", begun_at)], Some(NOW - HOUR)).0.len();
        assert_eq!((at(NOW - HOUR + CLOCK_SKEW), at(NOW - HOUR + CLOCK_SKEW + 1)), (1, 0));
    }

    #[test]
    fn a_pending_call_is_under_way_for_a_quarter_of_an_hour() {
        let pending = |begun_at| changed(vec![record(SET, "e", None, "pending", begun_at)], None);
        assert_eq!(pending(NOW - LONGEST_CALL + 1), (vec!["e".to_owned()], true));
        assert_eq!(pending(NOW - LONGEST_CALL), (vec!["e".to_owned()], false));
    }

    #[test]
    fn a_call_with_an_unknown_outcome_may_have_set_a_policy() {
        for status in [None, Some(503)] {
            let records = vec![record(SET, "e", status, "unknown", NOW)];
            assert_eq!(changed(records, None), (vec!["e".to_owned()], false));
        }
    }

    #[test]
    fn an_unreadable_record_leaves_the_question_open() {
        let wrong = json!({"method": SET, "resource": "e", "outcome": "succeeded", "begunAt": "yesterday"});
        let without_outcome = json!({"method": SET, "resource": "e", "begunAt": NOW});
        for records in [json!(null), json!([{}]), json!([wrong]), json!([without_outcome])] {
            assert!(policy_changes(&records, None, NOW).under_way, "{records}");
        }
    }
}

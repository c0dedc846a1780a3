//! Entitlements of Privileged Access Manager, and the principals that they name.

use super::principal::Principal;
use serde_json::Value;

/// An entitlement: its API body.
#[derive(Debug)]
pub struct EntitlementState {
    pub body: Value,
    pub request_id: Option<String>,
}

impl EntitlementState {
    /// Whether the caller may request a grant: only being named counts, no permission does.
    pub fn lets_request(&self, who: &Principal) -> bool {
        names(&self.body["eligibleUsers"], who)
    }

    pub fn lets_approve(&self, who: &Principal) -> bool {
        names(&self.approvals()["steps"][0]["approvers"], who)
    }

    /// `ManualApprovals`; null where no approval is needed.
    pub fn approvals(&self) -> &Value {
        &self.body["approvalWorkflow"]["manualApprovals"]
    }
}

/// Whether an entitlement's lists of principals name this caller.
fn names(lists: &Value, who: &Principal) -> bool {
    let lists = lists.as_array().into_iter().flatten();
    let mut members =
        lists.flat_map(|list| list["principals"].as_array().into_iter().flatten()).filter_map(Value::as_str);
    members.any(|member| who.is(member))
}

//! Entitlements of Privileged Access Manager, and whom they name.

use super::principal::Principal;
use serde_json::Value;

/// An entitlement, as the API shows it.
#[derive(Debug)]
pub struct EntitlementState {
    pub body: Value,
    pub request_id: Option<String>,
}

impl EntitlementState {
    /// Being named is what lets somebody ask: there is no permission that does.
    pub fn lets_ask(&self, who: &Principal) -> bool {
        names(&self.body["eligibleUsers"], who)
    }

    pub fn lets_approve(&self, who: &Principal) -> bool {
        names(&self.approvals()["steps"][0]["approvers"], who)
    }

    /// `ManualApprovals`; null where nobody has to approve.
    pub fn approvals(&self) -> &Value {
        &self.body["approvalWorkflow"]["manualApprovals"]
    }
}

/// Whether lists of principals, as entitlements hold them, name this caller.
fn names(lists: &Value, who: &Principal) -> bool {
    let lists = lists.as_array().into_iter().flatten();
    let mut members =
        lists.flat_map(|list| list["principals"].as_array().into_iter().flatten()).filter_map(Value::as_str);
    members.any(|member| who.is(member))
}

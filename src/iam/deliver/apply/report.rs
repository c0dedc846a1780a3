//! The outcome of granting or revoking the rights of an access request.

use crate::diagnostic::Diagnostic;
use crate::iam::rights::access_request::AccessRequest;
use serde::Serialize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ts_rs::TS)]
#[ts(rename = "IamApplyOutcome")]
#[serde(rename_all = "lowercase")]
pub enum ApplyOutcome {
    Applied,
    /// A dry run: nothing was called.
    Planned,
    Failed,
    Cancelled,
}

/// One policy that was read, and written where it had to change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ts_rs::TS)]
#[ts(rename = "IamPolicyWrite", optional_fields)]
pub struct PolicyWrite {
    pub resource: String,
    /// False where the policy already was as it should be.
    pub changed: bool,
    pub tries: u32,
    /// Another writer has removed the rights since.
    pub overwritten: bool,
}

#[derive(Clone, Debug, Serialize, ts_rs::TS)]
#[ts(rename = "IamApplyReport", optional_fields)]
#[serde(rename_all = "camelCase")]
pub struct ApplyReport {
    pub outcome: ApplyOutcome,
    /// Whether the run did all that was requested, or would do it in a dry run.
    pub succeeded: bool,
    /// After a failure: the grants that exist, a sentence each.
    pub standing: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<AccessRequest>,
    pub created_roles: Vec<String>,
    pub written: Vec<PolicyWrite>,
    /// Resources with grants that only the rendered files can apply.
    pub not_applied: Vec<String>,
    /// No policy can have changed: Google rejected every write, and none with a conflict, which may hide a lost answer to our own write.
    pub untouched: bool,
    /// Google's propagation time has passed and the policies still grant the rights. Only the principal can see whether they work.
    pub effective: bool,
    /// End of the propagation time that Google names, RFC 3339. Google says that some changes take longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effective_by: Option<String>,
    pub diagnostics: Vec<Diagnostic>,
}

impl ApplyReport {
    /// A run that did not start.
    pub fn refused(diagnostics: Vec<Diagnostic>) -> Self {
        Self {
            outcome: ApplyOutcome::Failed,
            succeeded: false,
            standing: Vec::new(),
            request: None,
            created_roles: Vec::new(),
            written: Vec::new(),
            not_applied: Vec::new(),
            untouched: true,
            effective: false,
            effective_by: None,
            diagnostics,
        }
    }

    /// Ends a run: sets the outcome and, after a failure, lists the grants that exist.
    pub(super) fn end(mut self, outcome: ApplyOutcome, request: AccessRequest) -> Self {
        self.outcome = outcome;
        self.succeeded = matches!(outcome, ApplyOutcome::Applied | ApplyOutcome::Planned);
        if !self.succeeded {
            let until = request.expires.map(|expires| format!(", until {expires}")).unwrap_or_default();
            let standing = self.written.iter().filter(|write| write.changed && !write.overwritten);
            self.standing = standing.map(|write| format!("still granted on `{}`{until}", write.resource)).collect();
        }
        self.request = Some(request);
        self
    }
}

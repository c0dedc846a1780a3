//! The rollback of a failed run: removes what it made, newest first, and reports what it could not remove.

use super::Made;
use super::operation::{Follower, name};
use crate::conversation::{Identity, Progress, ProgressKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::google::{CallError, Google};
use crate::method::{self, Call, Resource};

/// Removes all of it. Returns what was removed, and a finding for each thing that was not.
pub async fn undo(google: &Google, made: Vec<Made>) -> (Vec<String>, Vec<Diagnostic>) {
    let mut undone = Vec::new();
    let mut not_undone = Vec::new();
    for made in made.into_iter().rev() {
        google.voice().say(Progress::new(ProgressKind::Undo, format!("Rolling back: removing {}", made.what)));
        match remove(google, &made).await {
            Ok(()) => undone.push(made.what),
            Err(error) => {
                let why = error.finding();
                let mut finding = Diagnostic::new(
                    Code::DeployNotUndone,
                    format!("{} could not be removed: {}", made.what, why.message),
                )
                .help(format!("call {} on `{}` yourself", made.undo.method.audit_name, made.undo.resource))
                .about(made.undo.resource.to_string());
                finding.permission = why.permission.clone();
                not_undone.push(finding);
            }
        }
    }
    (undone, not_undone)
}

async fn remove(google: &Google, made: &Made) -> Result<(), CallError> {
    // A resource that is still being made cannot be removed, so its operation must end first. Cancelling is best effort: its failure
    // is ignored. Only deployments are cancelled: other operations end soon, and need a permission that nothing else needs.
    if let Some(operation) = &made.operation {
        if made.undo.method == &method::ENDPOINTS_UNDEPLOY_MODEL {
            let cancel = Call::new(&method::OPERATIONS_CANCEL, Resource::Operation(operation.clone()));
            let _ = google.call(&cancel, Identity::Initiator).await;
        }
        // Its outcome does not matter.
        let _ = Follower::new(google, operation.clone()).follow(None).await;
    }
    match google.call(&made.undo, Identity::Initiator).await {
        Ok(started) => {
            let operation = name(&started, &made.undo)?;
            Follower::new(google, operation).follow(Some(started)).await.map(|_| ())
        }
        // It was never made, or is removed already.
        Err(error) if is_gone(&error) => Ok(()),
        Err(error) => Err(error),
    }
}

fn is_gone(error: &CallError) -> bool {
    match error {
        error if error.is_not_found() => true,
        // Undeploying an unknown id is an invalid argument.
        CallError::Refused { status: 400, finding } => {
            matches!(finding.code, Code::GoogleInvalid | Code::GooglePrecondition)
                && finding.message.contains("not found")
        }
        _ => false,
    }
}

//! Takes back what a failed run made, newest first, and says what it could not take back.

use super::Made;
use super::operation::{Follower, name};
use crate::conversation::{Identity, Progress, ProgressKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::google::{CallError, Google};
use crate::method::{self, Call, Resource};

/// What was taken back, and a finding for each thing that was not.
pub async fn undo(google: &Google, made: Vec<Made>) -> (Vec<String>, Vec<Diagnostic>) {
    let mut undone = Vec::new();
    let mut not_undone = Vec::new();
    for made in made.into_iter().rev() {
        google.voice().say(Progress::new(ProgressKind::Undo, format!("Taking back {}", made.what)));
        match take_back(google, &made).await {
            Ok(()) => undone.push(made.what),
            Err(error) => {
                let why = error.finding();
                let mut finding = Diagnostic::new(
                    Code::DeployNotUndone,
                    format!("{} could not be taken back: {}", made.what, why.message),
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

async fn take_back(google: &Google, made: &Made) -> Result<(), CallError> {
    // What is still being made cannot be removed: end that first. Cancelling is best effort, so its failure says nothing. Only
    // deployments are cancelled: all else is over soon, and to cancel it would take a right that nothing else needs.
    if let Some(operation) = &made.operation {
        if made.undo.method == &method::ENDPOINTS_UNDEPLOY_MODEL {
            let cancel = Call::new(&method::OPERATIONS_CANCEL, Resource::Operation(operation.clone()));
            let _ = google.call(&cancel, Identity::Initiator).await;
        }
        // How it ended does not matter, only that it has.
        let _ = Follower::new(google, operation.clone()).follow(None).await;
    }
    match google.call(&made.undo, Identity::Initiator).await {
        Ok(started) => {
            let operation = name(&started, &made.undo)?;
            Follower::new(google, operation).follow(Some(started)).await.map(|_| ())
        }
        // It was never made, or is gone already.
        Err(error) if gone(&error) => Ok(()),
        Err(error) => Err(error),
    }
}

fn gone(error: &CallError) -> bool {
    match error {
        error if error.is_not_found() => true,
        // Undeploying an id that the endpoint does not have is an invalid argument.
        CallError::Refused { status: 400, finding } => {
            matches!(finding.code, Code::GoogleInvalid | Code::GooglePrecondition)
                && finding.message.contains("not found")
        }
        _ => false,
    }
}

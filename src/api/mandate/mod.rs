//! Mandates: what the portal stores of one, and who may make, see and end it.

mod ending;
mod making;
#[cfg(test)]
mod tests;

pub use ending::{check_sight, revocation};
pub use making::{MandateFacts, MandateStep, NewMandate, new_mandate};

use super::deployment::{DeploymentRequest, make_plan, of_portal};
use super::request::{Request as _, request};
use crate::diagnostic::Diagnostic;
use crate::name::RunId;
use crate::plan::Plan;
use serde_json::Value;

request! {
    /// A deployment, as its mandate knows it.
    pub struct MandateDeployment {
        ..deployment: DeploymentRequest,
        /// The deployment's id.
        #[ts(as = "String")]
        run_id: RunId,
        /// The portal's name.
        portal: Option<String>,
        /// Appears in Google's audit log.
        reason: Option<String>,
    }
}

/// A finding with its HTTP status.
#[derive(Debug)]
pub struct RefusedMandate {
    pub status: u16,
    pub diagnostic: Diagnostic,
}

type Checked<T> = Result<T, Box<RefusedMandate>>;

fn refused(status: u16, diagnostic: Diagnostic) -> Box<RefusedMandate> {
    Box::new(RefusedMandate { status, diagnostic })
}

/// Plans the stored request of a mandate.
pub fn plan_of(request: &Value) -> Option<Plan> {
    let asked = MandateDeployment::read(request.clone()).ok()?;
    Some(of_portal(make_plan(&asked.deployment).0?, asked.portal.as_deref()))
}

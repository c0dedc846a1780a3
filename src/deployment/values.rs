//! Values of environment variables: a stored request has their fingerprints, and an upload needs them.

use super::{Run, Want};
use crate::annotation::values;
use crate::conversation::{Outcome, Response};
use crate::diagnostic::{Code, Diagnostic};
use crate::entity::Entity;
use crate::google::CallError;
use crate::method::Call;
use crate::vertex::container::fill;

/// Number of tries to read the entity: about 40 minutes.
const TRIES: u32 = 100;

impl Run {
    /// The call with the values that the run knows, and whether it is complete.
    pub fn filled(&self, call: &Call) -> (Call, bool) {
        let mut call = call.clone();
        let model = call.body.as_mut().and_then(|body| body.get_mut("model"));
        let is_whole = model.is_none_or(|model| fill(model, &self.values));
        (call, is_whole)
    }

    /// Learns the values of a call from the catalog's entity. Fails where they are others by now. Where the catalog does not answer, it
    /// pauses and counts a try: what is missing may be found meanwhile.
    pub async fn learn_values(&mut self, call: &Call, tries: &mut u32) -> Result<(), CallError> {
        let entity = self.plan()?.target.entity_ref.clone();
        let answer = match self.voice().ask(Want::Entity { entity: entity.clone() }).await {
            Outcome::Failed(_) => {
                let finding = Diagnostic::new(Code::PortalRefused, "the catalog does not answer");
                let error = CallError::NoAnswer(finding.help("start the deployment again once it does"));
                *tries += 1;
                return if *tries == TRIES { Err(error) } else { self.retry(*tries, TRIES, None, error).await };
            }
            Outcome::Answer(Response { body, .. }) => body,
            _ => None,
        };
        let known = answer.and_then(|entity| Entity::from_json(&entity).ok()).map(|entity| values(&entity));
        self.values = known.unwrap_or_default();
        if self.filled(call).1 {
            return Ok(());
        }
        let message = format!("the values of `env` of `{entity}` have changed since the start of the deployment");
        let finding = Diagnostic::new(Code::DeployPlanChanged, message);
        Err(CallError::NoAnswer(finding.help("start the deployment again: it uploads the present values")))
    }
}

//! Values of environment variables: a stored request has their fingerprints, and an upload needs them.

use super::{Run, Want};
use crate::annotation::values;
use crate::conversation::{Outcome, Response};
use crate::diagnostic::{Code, Diagnostic};
use crate::entity::Entity;
use crate::google::CallError;
use crate::method::Call;
use crate::vertex::container::{EnvVar, fill};

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

    /// The values that the catalog's entity has; `None` where the catalog does not answer.
    pub async fn read_values(&self, entity: &str) -> Option<Vec<EnvVar>> {
        match self.voice().ask(Want::Entity { entity: entity.to_owned() }).await {
            Outcome::Failed(_) => None,
            Outcome::Answer(Response { body: Some(entity), .. }) => {
                Some(Entity::from_json(&entity).map(|entity| values(&entity)).unwrap_or_default())
            }
            _ => Some(Vec::new()),
        }
    }

    /// Learns the values of a call from the catalog's entity. Fails where they are others by now. Where the catalog does not answer, it
    /// pauses and counts a try: what is missing may be found meanwhile.
    pub async fn learn_values(&mut self, call: &Call, tries: &mut u32) -> Result<(), CallError> {
        let entity = self.plan()?.target.entity_ref.clone();
        let Some(known) = self.read_values(&entity).await else {
            let finding = Diagnostic::new(Code::PortalRefused, "the catalog does not answer");
            let error = CallError::NoAnswer(finding.help("start the deployment again once it does"));
            *tries += 1;
            return if *tries == TRIES { Err(error) } else { self.retry(*tries, TRIES, None, error).await };
        };
        self.values = known;
        if self.filled(call).1 {
            return Ok(());
        }
        let message = format!("the values of `env` of `{entity}` have changed since the start of the deployment");
        let finding = Diagnostic::new(Code::DeployPlanChanged, message);
        Err(CallError::NoAnswer(finding.help("start the deployment again: it uploads the present values")))
    }
}

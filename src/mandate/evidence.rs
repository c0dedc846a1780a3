//! Evidence: the log of what a deployment has deployed, which tells why that failed.

use super::{Denied, Facts, Mandate, Thing};
use crate::method::container_log::LogQuery;
use crate::method::{Call, Resource};

impl Mandate {
    /// The log is one of a model that the plan deploys and that a call under the mandate may have deployed.
    pub(super) fn check_log(&self, facts: &Facts, call: &Call) -> Result<(), Denied> {
        let query = call.body.as_ref().filter(|_| call.query.is_empty()).and_then(LogQuery::read);
        let Some(LogQuery { endpoint, id, .. }) = query else { return Err(self.not_planned(call)) };
        if self.named(Resource::Endpoint(endpoint)) != self.endpoint() {
            return Err(self.not_planned(call));
        }
        let thing = Thing::Deployment(id);
        if facts.made.contains(&thing) { Ok(()) } else { Err(Denied::NotMade(thing.shown(&self.plan))) }
    }
}

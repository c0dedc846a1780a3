//! Changes of an endpoint's traffic: read, compute, write with the etag of the read, and again where somebody was quicker.

use super::call::{Lost, Sent};
use super::ledger::{Change, Shares, kept};
use super::memory::Routed;
use super::steps::is_deployed;
use super::{Run, unexpected};
use crate::conversation::ProgressKind;
use crate::diagnostic::Code;
use crate::google::{CallError, pause};
use crate::method::{self, Call, Resource};
use crate::name::{DeployedModelId, Endpoint};
use crate::vertex::message::object;
use crate::vertex::traffic::{Split, Traffic, Written, is_private, rolled_back};
use serde_json::Value;

/// Number of tries where others change the endpoint at the same time.
pub const TRIES: u32 = 12;

pub fn shares(split: &Split) -> Shares {
    split.shares().map(|(id, share)| (id.clone(), share)).collect()
}

fn split(shares: &Shares) -> Split {
    shares.iter().map(|(id, share)| (id.clone(), *share)).collect()
}

/// The call that writes a split, in place of the one that was read.
pub fn write(endpoint: &Endpoint, read: &Value, split: Split) -> Call {
    let body = object().with_text("etag", read["etag"].as_str().as_ref()).with("trafficSplit", split);
    Call::new(&method::ENDPOINTS_PATCH, Resource::Endpoint(endpoint.clone()))
        .query("updateMask", "trafficSplit")
        .body(body)
}

/// Whether somebody else changed the endpoint between the read and the write.
pub fn is_outrun(error: &CallError) -> bool {
    match error {
        CallError::Refused { status: 409 | 412, .. } => true,
        CallError::Refused { finding, .. } => {
            matches!(finding.code, Code::GooglePrecondition | Code::GoogleConflict | Code::GoogleInvalid)
        }
        _ => false,
    }
}

/// Whether the door has passed no call under the mandate that this one would undo.
pub fn is_not_ours(error: &CallError) -> bool {
    matches!(error, CallError::Refused { finding, .. } if finding.code == Code::MandateNotPlanned)
}

impl Run {
    /// Sends the wanted share of the traffic to a deployed model. Returns the share that it has at the end.
    pub async fn route(&mut self, id: &DeployedModelId, read: Option<Value>) -> Result<u32, CallError> {
        let name = self.plan()?.target.endpoint.clone();
        let wanted = self.traffic()?;
        let look = Call::new(&method::ENDPOINTS_GET, Resource::Endpoint(name.clone()));
        let mut lost = Lost::default();
        let mut read = read;
        let mut number = 0;
        loop {
            let endpoint = match read.take() {
                Some(endpoint) => endpoint,
                None => self.read(&look).await?,
            };
            if !is_deployed(&endpoint, id) {
                return Err(unexpected(format!("deployed model {id} was removed from the endpoint meanwhile")));
            }
            if is_private(&endpoint) {
                return Ok(Traffic::ALL.percent());
            }
            let before = Split::among_deployed(&endpoint);
            let after = before.with(id.as_str(), wanted);
            let share = after.share(id.as_str());
            if share == before.share(id.as_str()) {
                return Ok(share);
            }
            if number == 0 {
                self.say(ProgressKind::Step, format!("Send {} to deployed model {id}", wanted.words()));
                if share != wanted.percent() {
                    let wanted = wanted.words();
                    let message = format!("No other model receives traffic: this one receives all of it, not {wanted}");
                    self.say(ProgressKind::Step, message);
                }
            }
            let change = Change::Traffic {
                endpoint: name.to_string(),
                id: id.to_string(),
                before: kept(shares(&before)),
                after: kept(shares(&after)),
            };
            match self.change(change, &write(&name, &endpoint, after)).await? {
                Sent::Answered(answer) => {
                    let answered = Split::of(&answer);
                    return Ok(if answered.is_empty() { share } else { answered.share(id.as_str()) });
                }
                Sent::Refused(error) => {
                    number += 1;
                    if number >= TRIES || !is_outrun(&error) {
                        return Err(error);
                    }
                    self.retry(number, TRIES, None, error).await?;
                }
                Sent::Lost(error) => lost.again(self, error).await?,
            }
        }
    }

    /// The split that rolls back what this run wrote for a deployed model.
    pub fn restored(&self, endpoint: &Value, id: &DeployedModelId, leaves: bool) -> Option<Split> {
        let ours = self.memory.routed.iter().filter(|routed| routed.id == *id);
        let written: Vec<Written> =
            ours.map(|Routed { before, after, .. }| Written { before: split(before), after: split(after) }).collect();
        rolled_back(endpoint, id.as_str(), &written, leaves)
    }

    /// Writes a restored split. `false`: look again.
    pub async fn restore(
        &mut self,
        endpoint: &Endpoint,
        id: &DeployedModelId,
        read: &Value,
        split: Split,
        number: u32,
    ) -> Result<bool, CallError> {
        let change = Change::Restore { endpoint: endpoint.to_string(), id: id.to_string() };
        match self.change(change, &write(endpoint, read, split)).await? {
            Sent::Answered(_) => Ok(true),
            Sent::Refused(error) if is_outrun(&error) && number < TRIES => {
                self.pause(pause(number.min(5), None, self.voice().random())).await?;
                Ok(false)
            }
            // The door knows what was written under the mandate: an answer that is missing was no success.
            Sent::Refused(error) if is_not_ours(&error) && self.memory.forget_unanswered(id) => Ok(false),
            Sent::Refused(error) => Err(error),
            Sent::Lost(error) if number < TRIES => {
                self.retry(number, TRIES, None, error).await?;
                Ok(false)
            }
            Sent::Lost(error) => Err(error),
        }
    }
}

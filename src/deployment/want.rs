//! What a deployment wants of its driver: requests and pauses as every conversation with Google, and a ledger.

use super::container_log::ContainerLog;
use super::ledger::LedgerEntry;
use crate::conversation;
use serde::Serialize;
use ts_rs::TS;

/// What a run is about to do with a deployed model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "DeploymentHold")]
pub struct Hold {
    /// The endpoint's name and the deployed model's id.
    pub model: String,
    /// Whether the run removes it; else the run uses it.
    pub leaving: bool,
}

/// The next action of the driver.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(rename = "DeploymentWant")]
#[serde(untagged)]
pub enum Want {
    Google(conversation::Want),
    /// Make an entry durable. The conversation goes on only when that is done; otherwise the driver ends it.
    Write {
        write: LedgerEntry,
    },
    /// Write down what the run does with a deployed model, in place of what stood there, and look at the portal's other deployments.
    ///
    /// A run that removes it gets [`Outcome::Taken`](crate::conversation::Outcome::Taken) if one that uses it has succeeded since this
    /// run began, and else [`Outcome::Busy`](crate::conversation::Outcome::Busy) while one uses it. A run that uses it gets `Busy` while
    /// one removes it, and does not use it then, and else `Taken` while one uses it, too.
    Hold {
        hold: Hold,
    },
    /// Keep what was read of the container's log. A failure to keep it changes nothing.
    Log {
        log: ContainerLog,
    },
    /// Read an entity from the catalog. The outcome is [`Outcome::Answer`](crate::conversation::Outcome::Answer) with the entity, or without
    /// one that is missing, and [`Outcome::Failed`](crate::conversation::Outcome::Failed) where the catalog does not answer.
    Entity {
        entity: String,
    },
}

impl Default for Want {
    fn default() -> Self {
        Self::Google(conversation::Want::default())
    }
}

impl From<conversation::Want> for Want {
    fn from(want: conversation::Want) -> Self {
        Self::Google(want)
    }
}

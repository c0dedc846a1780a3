//! What a deployment wants of its driver: requests and pauses as every conversation with Google, and a ledger.

use super::ledger::LedgerEntry;
use crate::conversation;
use serde::Serialize;
use ts_rs::TS;

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

//! Why something failed, as far as it is known: part of a finding.

use super::Words;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Who can remove a cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "WhoCanFix")]
#[serde(rename_all = "lowercase")]
pub enum Who {
    /// Who develops and deploys the model.
    Developer,
    /// Who administers the project and the portal.
    Platform,
    /// Who administers the organization.
    Organization,
    /// Google, or time.
    Google,
}

/// A cause that is less likely than the finding's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "OtherCause")]
pub struct Cause {
    /// Name of the entry that recognised it: `docs/reference/diagnosis/{entry}.md`.
    pub entry: Words,
    pub cause: Words,
    pub help: Words,
    pub who: Who,
}

/// The likeliest cause of a failure, and the others. The finding's help belongs to the likeliest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct Diagnosis {
    /// Name of the entry that recognised it: `docs/reference/diagnosis/{entry}.md`.
    pub entry: Words,
    /// One clause.
    pub cause: Words,
    pub who: Who,
    /// The principal that lacks the finding's permission; absent where it is the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal: Option<Words>,
    /// Other possible causes, likeliest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<Cause>>")]
    pub others: Vec<Cause>,
}

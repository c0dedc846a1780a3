//! What a finding rests on, and where its reader goes from it.

use super::Words;
use serde::Serialize;
use ts_rs::TS;

/// What Google answered, word for word.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[ts(optional_fields)]
pub struct Evidence {
    /// e.g. `HTTP 403`, or `FAILED_PRECONDITION` at the end of an operation.
    pub status: String,
    /// Google's text; absent where the finding's message holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Name of the operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
}

/// A page that helps: in Google's console, or in the portal where the address begins with `/`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Link {
    pub title: Words,
    pub url: String,
}

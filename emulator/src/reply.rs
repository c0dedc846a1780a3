//! The answer of a method: JSON, or what a container sent.

use serde_json::Value;

pub enum Reply {
    Json(Value),
    Raw(Raw),
}

/// An answer that passes through as it is, in the chunks in which a client may receive it.
pub struct Raw {
    pub content_type: String,
    pub headers: Vec<(&'static str, String)>,
    pub chunks: Vec<Vec<u8>>,
}

impl Reply {
    pub fn json(&self) -> Option<&Value> {
        match self {
            Self::Json(value) => Some(value),
            Self::Raw(_) => None,
        }
    }
}

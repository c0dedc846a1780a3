//! Machine types and accelerators.

use crate::name::NameError;
use serde::Serialize;
use std::fmt;
use std::str::FromStr;

/// A machine type that Vertex AI serves models on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct MachineType(String);

impl MachineType {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MachineType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for MachineType {
    type Err = NameError;
    fn from_str(s: &str) -> Result<Self, NameError> {
        Ok(Self(s.to_owned()))
    }
}

/// Accelerators of one kind: `type` is a name of Google's `AcceleratorType` enum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Accelerator {
    #[serde(rename = "type")]
    pub kind: String,
    pub count: u32,
}

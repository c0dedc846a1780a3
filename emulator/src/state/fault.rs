//! Injected faults: the next matching calls fail, slow down, are cut off, or lose their answer.

use super::stage::passes_through;
use serde::{Deserialize, Serialize};

/// The kind of a fault.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Kind {
    /// Answers with this HTTP status and does nothing.
    Status {
        status: u16,
        #[serde(default)]
        retry_after_seconds: Option<u64>,
    },
    /// Delays the answer.
    Slow { millis: u64 },
    /// Carries out the call, then closes the connection without an answer.
    LostResponse,
    /// Carries out the call and sends half of the answer.
    TruncatedResponse,
    /// Fails the next deployment at this stage, with this `google.rpc.Code` number.
    FailAtStage { stage: String, code: i64, message: String },
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fault {
    /// An HTTP verb; every verb by default.
    #[serde(default)]
    pub method: Option<String>,
    /// Part of the path; every path by default.
    #[serde(default)]
    pub path_contains: Option<String>,
    /// Number of calls that it affects.
    #[serde(default = "once")]
    pub times: u32,
    pub fault: Kind,
}

impl Fault {
    /// Rejects a stage that no deployment passes through.
    pub fn check(&self) -> Result<(), String> {
        match &self.fault {
            Kind::FailAtStage { stage, .. } if !passes_through(stage) => {
                Err(format!("No deployment passes through the stage {stage}."))
            }
            _ => Ok(()),
        }
    }
}

fn once() -> u32 {
    1
}

/// The faults that are still pending.
#[derive(Debug, Default)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// Takes the fault for this call, if any.
    pub fn strike(&mut self, method: &str, path: &str) -> Option<Kind> {
        self.take(|fault| {
            !matches!(fault.fault, Kind::FailAtStage { .. })
                && fault.method.as_deref().is_none_or(|m| m == method)
                && fault.path_contains.as_deref().is_none_or(|part| path.contains(part))
        })
    }

    /// Takes the fault for a deployment, if any.
    pub fn strike_deployment(&mut self) -> Option<(String, i64, String)> {
        match self.take(|fault| matches!(fault.fault, Kind::FailAtStage { .. }))? {
            Kind::FailAtStage { stage, code, message } => Some((stage, code, message)),
            _ => None,
        }
    }

    fn take(&mut self, matches: impl Fn(&Fault) -> bool) -> Option<Kind> {
        let index = self.0.iter().position(matches)?;
        let fault = &mut self.0[index];
        let kind = fault.fault.clone();
        fault.times = fault.times.saturating_sub(1);
        if fault.times == 0 {
            self.0.remove(index);
        }
        Some(kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn affects_as_many_calls_as_configured() {
        let fault = r#"{"pathContains": ":predict", "times": 2, "fault": {"kind": "status", "status": 503}}"#;
        let mut faults = Faults(vec![serde_json::from_str(fault).unwrap()]);
        assert_eq!(faults.strike("GET", "/v1/x"), None);
        for _ in 0..2 {
            assert!(faults.strike("POST", "/v1/e:predict").is_some());
        }
        assert_eq!(faults.strike("POST", "/v1/e:predict"), None);
    }
}

//! Faults on order: the next calls that match are refused, slowed down, cut off, or lose their answer.

use super::stage::passes_through;
use serde::{Deserialize, Serialize};

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Kind {
    /// Answers with this HTTP status instead of doing anything.
    Status {
        status: u16,
        #[serde(default)]
        retry_after_seconds: Option<u64>,
    },
    /// Answers later.
    Slow { millis: u64 },
    /// Does what was asked, then ends the connection without an answer.
    LostResponse,
    /// Does what was asked, and sends only half of the answer.
    TruncatedResponse,
    /// The next deployment ends here, with this error (a number of `google.rpc.Code`).
    FailAtStage { stage: String, code: i64, message: String },
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fault {
    /// An HTTP verb; any where it is left out.
    #[serde(default)]
    pub method: Option<String>,
    /// Part of the path; any where it is left out.
    #[serde(default)]
    pub path_contains: Option<String>,
    /// How many calls it strikes.
    #[serde(default = "once")]
    pub times: u32,
    pub fault: Kind,
}

impl Fault {
    /// A stage that no deployment passes through would never strike.
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

/// The faults that are still to strike.
#[derive(Debug, Default)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// The fault that strikes this call, if any.
    pub fn strike(&mut self, method: &str, path: &str) -> Option<Kind> {
        self.take(|fault| {
            !matches!(fault.fault, Kind::FailAtStage { .. })
                && fault.method.as_deref().is_none_or(|m| m == method)
                && fault.path_contains.as_deref().is_none_or(|part| path.contains(part))
        })
    }

    /// The fault that strikes a deployment, if any.
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
    fn a_fault_strikes_as_often_as_it_says() {
        let fault = r#"{"pathContains": ":predict", "times": 2, "fault": {"kind": "status", "status": 503}}"#;
        let mut faults = Faults(vec![serde_json::from_str(fault).unwrap()]);
        assert_eq!(faults.strike("GET", "/v1/x"), None);
        for _ in 0..2 {
            assert!(faults.strike("POST", "/v1/e:predict").is_some());
        }
        assert_eq!(faults.strike("POST", "/v1/e:predict"), None);
    }
}

//! Injected faults: the next matching calls fail, slow down, are cut off, or lose their answer.

use super::stage::passes_through;
use crate::causes::{self, Strikes, Struck, Variant};
use serde::{Deserialize, Serialize};

/// The kind of a fault. `done`: whether the call is carried out first; it is not by default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Kind {
    /// Answers with this HTTP status.
    Status {
        status: u16,
        #[serde(default)]
        retry_after_seconds: Option<u64>,
        #[serde(default)]
        done: bool,
    },
    /// Answers with a page of HTML.
    Html {
        #[serde(default = "ok")]
        status: u16,
        #[serde(default)]
        done: bool,
    },
    /// Never answers.
    Hang {
        #[serde(default)]
        done: bool,
    },
    /// Delays the answer, and without `done` the call as well, which is carried out even when its caller has left.
    Slow {
        millis: u64,
        #[serde(default)]
        done: bool,
    },
    /// Closes the connection without an answer and carries out the call so many seconds of the clock later.
    Late { seconds: f64 },
    /// Carries out the call, then closes the connection without an answer.
    LostResponse,
    /// Carries out the call and sends half of the answer.
    TruncatedResponse,
    /// Carries out the call twice and sends the first answer.
    Twice,
    /// Lets a cause of `GET /emulator/causes` strike, in its first or second wording.
    Cause {
        cause: String,
        #[serde(default)]
        variant: Variant,
    },
    /// Fails the next deployment at this stage, with this `google.rpc.Code` number.
    FailAtStage { stage: String, code: i64, message: String },
    /// Fails the next operation of this kind at its end, e.g. `UndeployModel`, with this `google.rpc.Code` number.
    FailOperation { operation: String, code: i64, message: String },
    /// Accepts the next cancellation and lets the operation go on.
    IgnoredCancel,
}

impl Kind {
    /// Whether it strikes calls of a method as they arrive; the others strike operations.
    fn is_of_call(&self, method: &str) -> bool {
        match self {
            Self::FailAtStage { .. } | Self::FailOperation { .. } | Self::IgnoredCancel => false,
            Self::Cause { .. } => self.cause().is_some_and(|struck| struck.cause.strikes_call(method)),
            _ => true,
        }
    }

    /// The cause of a fault that names one.
    pub fn cause(&self) -> Option<Struck> {
        match self {
            Self::Cause { cause, variant } => Some(Struck { cause: causes::find(cause)?, variant: *variant }),
            _ => None,
        }
    }

    /// Where its cause strikes, if it names one.
    fn strikes(&self) -> Option<Strikes> {
        self.cause().map(|struck| struck.cause.strikes)
    }

    /// Its name in requests and in the log.
    pub fn name(&self) -> String {
        serde_json::to_value(self).ok().and_then(|kind| Some(kind["kind"].as_str()?.to_owned())).unwrap_or_default()
    }
}

fn ok() -> u16 {
    200
}

/// Operations that can fail.
const OPERATIONS: &[&str] =
    &["CreateEndpoint", "UndeployModel", "MutateDeployedModel", "UploadModel", "Delete", "Deploy"];

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fault {
    /// An HTTP verb; every verb by default.
    #[serde(default)]
    pub method: Option<String>,
    /// Part of the path with its query; every path by default. For faults of operations: part of their resource's name, with the project's id.
    #[serde(default)]
    pub path_contains: Option<String>,
    /// Number of calls that it affects.
    #[serde(default = "once")]
    pub times: u32,
    pub fault: Kind,
}

impl Fault {
    /// Rejects what would never strike.
    pub fn check(&self) -> Result<(), String> {
        match &self.fault {
            Kind::FailAtStage { stage, .. } if !passes_through(stage) => {
                Err(format!("No deployment passes through the stage {stage}."))
            }
            Kind::FailOperation { operation, .. } if !OPERATIONS.contains(&operation.as_str()) => {
                Err(format!("No operation of the kind {operation} can fail; the kinds are {}.", OPERATIONS.join(", ")))
            }
            Kind::Cause { cause, variant } => match causes::find(cause) {
                None => Err(format!("No cause has the name {cause}: GET /emulator/causes lists them.")),
                Some(found) if *variant == Variant::B && !found.has_variant() => {
                    Err(format!("The cause {cause} has one wording only."))
                }
                Some(_) => Ok(()),
            },
            Kind::Late { seconds } if !(seconds.is_finite() && *seconds >= 0.0) => {
                Err("A call is late by 0 or more seconds.".to_owned())
            }
            _ => Ok(()),
        }
    }

    fn is_on(&self, path: &str) -> bool {
        self.path_contains.as_deref().is_none_or(|part| path.contains(part))
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
    pub fn strike(&mut self, verb: &str, path: &str, method: &str) -> Option<Kind> {
        self.take(|fault| {
            fault.fault.is_of_call(method) && fault.method.as_deref().is_none_or(|v| v == verb) && fault.is_on(path)
        })
    }

    /// Takes the fault for a deployment to an endpoint, if any.
    pub fn strike_deployment(&mut self, endpoint: &str) -> Option<Kind> {
        let path = format!("{endpoint}:deployModel");
        let is_meant = |fault: &Kind| {
            matches!(fault, Kind::FailAtStage { .. })
                || matches!(fault.strikes(), Some(Strikes::Stage(_) | Strikes::PartialSuccess))
        };
        self.take(|fault| is_meant(&fault.fault) && fault.is_on(&path))
    }

    /// Takes the fault for another operation on a resource, if any.
    pub fn strike_operation(&mut self, what: &str, resource: &str) -> Option<Kind> {
        let is_meant = |fault: &Kind| match fault {
            Kind::FailOperation { operation, .. } => operation == what,
            _ => fault.strikes().is_some_and(|strikes| matches!(strikes, Strikes::Operation(kind) if kind == what)),
        };
        self.take(|fault| is_meant(&fault.fault) && fault.is_on(resource))
    }

    /// Whether the cancellation of an operation is to be ignored.
    pub fn strike_cancel(&mut self, operation: &str) -> bool {
        self.take(|fault| fault.fault == Kind::IgnoredCancel && fault.is_on(operation)).is_some()
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
        assert_eq!(faults.strike("GET", "/v1/x", "m"), None);
        for _ in 0..2 {
            assert!(faults.strike("POST", "/v1/e:predict", "m").is_some());
        }
        assert_eq!(faults.strike("POST", "/v1/e:predict", "m"), None);
    }
}

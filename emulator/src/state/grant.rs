//! Grants of Privileged Access Manager, and the states that they pass through.

use super::policy::Binding;
use super::principal::Principal;
use crate::timestamp;
use serde_json::{Value, json};

/// A grant: its API body, its requester, and the bindings that it added to the project's policy.
#[derive(Debug)]
pub struct GrantState {
    pub body: Value,
    pub requester: Principal,
    pub request_id: Option<String>,
    pub added: Vec<Binding>,
}

impl GrantState {
    pub fn state(&self) -> &str {
        self.body["state"].as_str().unwrap_or_default()
    }

    /// Whether it grants access or still can.
    pub fn is_open(&self) -> bool {
        ["APPROVAL_AWAITED", "ACTIVATING", "ACTIVE", "REVOKING"].contains(&self.state())
    }

    /// Moves to a state and records the event that led there.
    pub fn turn(&mut self, state: &str, mut event: Value) {
        let now = json!(timestamp::now());
        event["eventTime"] = now.clone();
        self.body["state"] = json!(state);
        self.body["updateTime"] = now;
        if let Some(events) = self.body["timeline"]["events"].as_array_mut() {
            events.push(event);
        }
    }
}

//! The door: one proxied call as a conversation. Every byte to Google passes it.
//!
//! The order is the security argument, and `docs/security.md` promises it: decide → permit → read body → check body → record → token → send →
//! observe → settle → reply. Everything that a step needs and that is missing, unknown or unavailable ends the call with a refusal; nothing has been
//! sent by then.

mod admission;
pub mod arrival;
pub mod changes;
pub mod claims;
mod delegation;
pub mod evidence;
mod forwarding;
pub mod host;
mod looking;
mod members;
pub mod owed;
mod passage;
pub mod permits;
mod recording;
pub mod records;
pub mod refusal;
mod sequence;
pub mod want;

use crate::config::Config;
use crate::conversation::{Conversation, Millis};
use crate::guard;
use crate::identity::broker::Broker;
use crate::plan::Plan;
use arrival::Arrival;
use passage::Passage;
use permits::Permits;
use serde_json::Value;
use std::cell::RefCell;
use std::rc::Rc;
use want::{Outcome, Want};

/// Path below the backend's address at which the door is mounted.
pub const MOUNT: &str = "/api/proxy/vertex-ai/";
/// The portal's own subject at Google, for calls that no user makes.
pub const PORTAL: &str = "plugin:proxy";
/// The permission framework's only answer that lets a caller pass.
pub const ALLOW: &str = "ALLOW";
/// Header that names the grant record under which a policy is changed.
pub const GRANT: &str = "x-vertex-ai-grant";
/// Header that names the mandate of a deployment.
const MANDATE: &str = "x-vertex-ai-mandate";
/// Header with the number of a deployment's lease.
const LEASE: &str = "x-vertex-ai-lease";
/// The only service that uses mandates.
pub const DEPLOYER: &str = "plugin:vertex-ai";
const REASON: &str = "x-goog-request-reason";
/// Headers that could mean another verb than the request has.
const OVERRIDES: [&str; 3] = ["x-http-method-override", "x-http-method", "x-method-override"];
/// How long a service may follow an operation on behalf of its starter.
const LONGEST_FOLLOWED: Millis = 24 * 60 * 60 * 1000;
/// Maximum size of a body that is read whole, in bytes: a change's request, or an answer that names an operation.
const LARGEST_WHOLE: usize = 1024 * 1024;

/// Headers of a request that the door reads, lower case. The host supplies their values, in this order.
pub const REQUEST_HEADERS: [&str; 11] = [
    "accept",
    "content-type",
    "x-goog-api-client",
    "content-length",
    REASON,
    GRANT,
    MANDATE,
    LEASE,
    OVERRIDES[0],
    OVERRIDES[1],
    OVERRIDES[2],
];

/// Headers of Google's answer that reach the caller, lower case. The body passes unchanged, so its length stays true.
pub const ANSWER_HEADERS: [&str; 4] =
    [guard::RESPONSE_HEADERS[0], guard::RESPONSE_HEADERS[1], guard::RESPONSE_HEADERS[2], "content-length"];

/// Reads stored requests of deployments, and plans them.
#[derive(Clone, Copy, Debug)]
pub struct Planner {
    /// Parses JSON text with the host's parser; `None` if it is not JSON. See `docs/size.md`.
    pub parse: fn(&str) -> Option<Value>,
    /// Returns the plan of a request; `None` if this version cannot plan it.
    pub plan: fn(&Value) -> Option<Plan>,
}

/// One per process: configuration, tokens and permits.
pub struct Door {
    pub config: Config,
    planner: Planner,
    pub broker: Rc<Broker>,
    permits: RefCell<Permits>,
    missing: RefCell<members::Missing>,
}

/// The end of a call: `None` where the caller received Google's answer or has left.
pub type End = Option<refusal::Answer>;

impl Door {
    pub fn new(config: Config, planner: Planner) -> Self {
        Self {
            broker: Rc::new(Broker::new(config.clone())),
            config,
            planner,
            permits: RefCell::default(),
            missing: RefCell::default(),
        }
    }

    pub fn planner(&self) -> Planner {
        self.planner
    }

    /// Takes one call through every step.
    pub fn pass(self: &Rc<Self>, arrival: Arrival) -> Conversation<End, Want, Outcome> {
        let door = Rc::clone(self);
        Conversation::new(move |voice| async move {
            let passage = Passage::new(door, arrival, voice);
            match sequence::pass(&passage).await {
                Ok(()) => None,
                // A caller who left gets no answer, and leaving is not a failure.
                Err(_) if passage.voice.cancelled() => None,
                Err((refusal, cause)) => {
                    sequence::log_failure(&passage, &refusal, cause).await;
                    Some(refusal.answer())
                }
            }
        })
    }
}

#[cfg(test)]
mod tests;

//! The gate: what the proxy module calls, one per process.
//!
//! Shapes: `class Gate` of `pkg-js/core/src/server.d.ts`.

use super::access::access_of;
use super::request::StatusRequest;
use crate::config::Config;
use crate::conversation::{Conversation, Millis};
use crate::diagnostic::{Code, Diagnostic};
use crate::door::refusal::{Answer, Refusal, lacks_permission};
use crate::door::want::{Failure, Outcome, Want};
use crate::door::{ALLOW, ANSWER_HEADERS, Arrival, Door, End, REQUEST_HEADERS};
use crate::guard;
use crate::iam::deliver::access_report::AccessReport;
use crate::iam::policy::live_policy::may_have_changed_policy as may_have_changed;
use crate::iam::rights::expiry::{self, Expiry};
use crate::iam::rights::{approval, principal::Principal};
use crate::identity::broker::Broker;
use crate::identity::issuer::{self, Discovery};
use crate::method::Access;
use serde::Serialize;
use serde_json::Value;
use std::rc::Rc;

/// A Backstage permission to register.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Permission {
    pub name: &'static str,
    pub action: &'static str,
}

/// Names of the headers that pass the door, lower case.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct HeaderNames {
    pub request: &'static [&'static str],
    pub answer: &'static [&'static str],
}

/// A finding with its HTTP status.
#[derive(Clone, Debug, Serialize)]
pub struct Refused {
    pub status: u16,
    pub diagnostic: Diagnostic,
}

pub struct Gate(Rc<Door>);

impl Gate {
    /// Reads the `vertexAi` key of the configuration; each mistake is a finding.
    pub fn new(config: &Value, issuer: &str) -> Result<Self, Vec<Diagnostic>> {
        Ok(Self(Rc::new(Door::new(Config::parse(config, issuer)?))))
    }

    pub fn issuer(&self) -> &str {
        self.0.config.identity.issuer.as_str()
    }

    pub fn discovery(&self) -> Discovery {
        issuer::discovery(&self.0.config.identity.issuer)
    }

    /// Returns the Backstage permissions to register.
    ///
    /// A prediction changes nothing, but a policy that allows every `read` must not allow predictions.
    pub fn permissions() -> [Permission; 4] {
        let action = |access| if access == Access::Read { "read" } else { "update" };
        Access::ALL.map(|access| Permission { name: access.permission(), action: action(access) })
    }

    pub fn headers() -> HeaderNames {
        HeaderNames { request: &REQUEST_HEADERS, answer: &ANSWER_HEADERS }
    }

    /// Starts one proxied call.
    pub fn pass(&self, arrival: Arrival) -> Conversation<End, Want, Outcome> {
        self.0.pass(arrival)
    }

    pub fn broker(&self) -> &Rc<Broker> {
        &self.0.broker
    }

    /// Reports what a user may do with one entity's deployment. Fails where the user may not read.
    pub fn access(
        &self,
        request: &StatusRequest,
        entity_ref: &str,
        permissions: Vec<String>,
        now: Millis,
    ) -> Result<Result<Conversation<AccessReport>, Box<AccessReport>>, Diagnostic> {
        let read = Access::Read.permission();
        if !permissions.iter().any(|name| name == read) {
            return Err(lacks_permission(read));
        }
        Ok(access_of(&self.0.config, request, entity_ref, permissions, now))
    }

    /// Checks whether grants may be recorded: with an expiry, and for a principal that is not the recorder. `owned` are the recorder's
    /// entity refs. Returns the refusal, if any.
    pub fn check_given(
        &self,
        principal: &str,
        expires_at: Option<&str>,
        owned: &[String],
        now: Millis,
    ) -> Option<Refused> {
        let check = || {
            let principal = Principal::parse(principal)?;
            approval::check_not_shared(&principal, &self.0.config.identity)?;
            approval::check_not_own(&principal, owned)?;
            expiry::check_expiry(expires_at.map(|text| Expiry::parse(text, now)).transpose()?, now)
        };
        let diagnostic = check().err()?;
        let status = if diagnostic.code == Code::IamOwnRequest { 403 } else { 400 };
        Some(Refused { status, diagnostic })
    }

    pub fn recorded_name(&self, name: &str) -> String {
        guard::recorded_name(&self.0.config, name)
    }
}

/// An error of JavaScript, as far as it decides the answer.
#[derive(Clone, Debug, Default)]
pub struct Thrown {
    pub name: String,
    pub message: String,
    pub status: Option<u16>,
    /// The first of the error's diagnostics.
    pub diagnostic: Option<Value>,
}

/// Returns the answer for an error outside the door, e.g. of authentication.
pub fn refusal(thrown: Thrown) -> Answer {
    let Thrown { name, message, status, diagnostic } = thrown;
    match diagnostic.filter(|_| matches!(name.as_str(), "CoreError" | "Refusal")) {
        Some(diagnostic) => Refusal::carried(status.unwrap_or(500), message, diagnostic),
        None => Refusal::of(&Failure { name, message }),
    }
    .answer()
}

/// Whether a call may have changed an allow policy; `status` is that of Google's answer, where one arrived.
pub fn may_have_changed_policy(method: &str, status: Option<u16>) -> bool {
    may_have_changed(method, status)
}

/// Requires a Backstage permission for a route of the portal's own.
pub fn require_permission(name: &str, decision: &str) -> Result<(), Diagnostic> {
    if decision == ALLOW { Ok(()) } else { Err(lacks_permission(name)) }
}

//! The gate: what the proxy module calls, one per process.
//!
//! Functions: `class Gate` of `pkg-js/core/src/gate.ts`.

use super::access::access_of;
use super::iam::grants;
use super::mandate::{self, MandateStep, RefusedMandate};
use super::status::StatusRequest;
use crate::annotation::PREFIX;
use crate::config::Config;
use crate::conversation::{Conversation, Millis};
use crate::diagnostic::Diagnostic;
use crate::door::arrival::Arrival;
use crate::door::claims::{self, Dispute};
use crate::door::refusal::{Answer, Refusal, lacks_permission};
use crate::door::want::Failure;
use crate::door::{ALLOW, ANSWER_HEADERS, Door, Planner, REQUEST_HEADERS};
use crate::iam::deliver::access_report::AccessReport;
use crate::identity::issuer::{self, Discovery};
use crate::method::Access;
use serde::Serialize;
use serde_json::Value;
use std::rc::Rc;
use ts_rs::TS;

pub use super::iam::grants::{GrantTask, RefusedRecord};
pub use super::mandate::{check_sight, revocation};
pub use crate::door::changes::policy_changes;
use crate::door::changes::{CLOCK_SKEW, LONGEST_CALL};
pub use crate::door::host::{Call, DoorStep, Told};
pub use crate::identity::assertion::Entropy;
pub use crate::identity::broker::{self as errand, Job};
pub use crate::identity::flight::Flight;

/// A Backstage permission to register.
#[derive(Clone, Copy, Debug, Serialize, TS)]
pub struct Permission {
    pub name: &'static str,
    #[ts(type = "'read' | 'update'")]
    pub action: &'static str,
}

/// Constants that the host needs.
#[derive(Clone, Copy, Debug, Serialize, TS)]
#[ts(rename = "GateFacts")]
#[serde(rename_all = "camelCase")]
pub struct Facts {
    /// The Backstage permissions to register.
    #[ts(as = "Vec<Permission>")]
    pub permissions: [Permission; 4],
    /// Headers of a request that the door reads, lower case.
    pub request_headers: &'static [&'static str],
    /// Headers of Google's answer that the door reads, lower case.
    pub answer_headers: &'static [&'static str],
    /// The prefix of every annotation of ours.
    pub prefix: &'static str,
    /// Maximum difference between the clocks of two replicas, in milliseconds.
    pub clock_skew: Millis,
    /// Maximum duration of a recorded call, in milliseconds.
    pub longest_call: Millis,
}

pub struct Gate(Rc<Door>);

impl Gate {
    /// Reads the `vertexAi` key of the configuration; each mistake is a finding. `portal` is the portal's name.
    pub fn new(config: &Value, issuer: &str, portal: String, parse: grants::Parse) -> Result<Self, Vec<Diagnostic>> {
        let planner = Planner { parse, plan: mandate::plan_of };
        let config = Config { portal, ..Config::parse(config, issuer)? };
        Ok(Self(Rc::new(Door::new(config, planner))))
    }

    /// Makes and publishes the next signing key; `None` where that work runs already.
    pub fn new_key(&self) -> Option<Job> {
        let (_, errand) = self.0.broker.new_key();
        errand.map(|errand| Job::new(errand, &self.0.broker))
    }

    pub fn discovery(&self) -> Discovery {
        issuer::discovery(&self.0.config.identity.issuer)
    }

    pub fn facts() -> Facts {
        // A prediction changes nothing, but a policy that allows every `read` must not allow predictions.
        let action = |access| if access == Access::Read { "read" } else { "update" };
        Facts {
            permissions: Access::ALL.map(|access| Permission { name: access.permission(), action: action(access) }),
            request_headers: &REQUEST_HEADERS,
            answer_headers: &ANSWER_HEADERS,
            prefix: PREFIX,
            clock_skew: CLOCK_SKEW,
            longest_call: LONGEST_CALL,
        }
    }

    /// Starts one proxied call, from a `DoorArrival`.
    pub fn pass(&self, arrival: &Value) -> Result<Call, Diagnostic> {
        Ok(Call::new(&self.0, Arrival::read(arrival)?))
    }

    /// Reports what a user may do with one entity's deployment, from a `ClaimFacts`. Fails where the user may not read.
    pub fn access(
        &self,
        request: &StatusRequest,
        entity_ref: &str,
        permissions: Vec<String>,
        claims: &Value,
        now: Millis,
    ) -> Result<Result<Conversation<AccessReport>, Box<AccessReport>>, Diagnostic> {
        let read = Access::Read.permission();
        if !permissions.iter().any(|name| name == read) {
            return Err(lacks_permission(read));
        }
        Ok(access_of(&self.0.config, request, entity_ref, permissions, claims, now))
    }

    /// Mistakes of the configuration that do not keep the portal from starting.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.0.config.warnings
    }

    /// Checks an access request that is about to be granted, and returns its record.
    pub fn grant_record(
        &self,
        request: &str,
        parse: grants::Parse,
        owned: &[String],
        now: Millis,
    ) -> Result<grants::NewGrantRecord, Box<RefusedRecord>> {
        grants::new_record(&self.0.config, request, parse, owned, now)
    }

    /// Returns the resources that a recorded access request is about, as audit records name them.
    pub fn grant_resources(&self, request: &Value, now: Millis) -> Vec<String> {
        grants::resources(&self.0.config, request, now)
    }

    /// Days for which a mandate stays after its expiry.
    pub fn mandate_retention(&self) -> u32 {
        self.0.config.mandates.retention
    }

    /// Returns the endpoints that an entity claims and that are not its own, from a `ClaimFacts`. The host reads them, and asks again.
    pub fn disputes(&self, facts: &Value) -> Vec<Dispute> {
        claims::disputes(&self.0.config, facts)
    }

    /// Checks a request for a mandate, and returns what comes next.
    pub fn new_mandate(
        &self,
        caller: &Value,
        groups: Vec<String>,
        body: &str,
        facts: &Value,
        now: Millis,
    ) -> Result<MandateStep, Box<RefusedMandate>> {
        mandate::new_mandate(&self.0.config, self.0.planner(), caller, groups, body, facts, now)
    }

    /// Returns the clean-up of expired grants.
    pub fn clean_up_grants(&self, parse: grants::Parse) -> GrantTask {
        GrantTask::clean_up(&self.0.config, parse)
    }
}

/// Returns the grants of a stored record, for a list.
pub fn listed_grant(record: &Value, parse: grants::Parse, now: Millis) -> grants::ListedRecord {
    grants::listed(&grants::record(record), parse, now)
}

/// Returns the answer for an error outside the door, e.g. of authentication: `{name, message, status?, diagnostics?}`.
pub fn refusal(error: &Value) -> Answer {
    let carries = matches!(error["name"].as_str(), Some("CoreError" | "Refusal"));
    let failure = failure(error);
    match error["diagnostics"].get(0).filter(|diagnostic| carries && diagnostic.is_object()) {
        Some(diagnostic) => {
            let status = error["status"].as_u64().and_then(|status| u16::try_from(status).ok());
            Refusal::carried(status.unwrap_or(500), failure.message, diagnostic.clone())
        }
        None => Refusal::of(&failure),
    }
    .answer()
}

/// Reads an error of JavaScript.
pub fn failure(error: &Value) -> Failure {
    let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
    Failure { name: text("name"), message: text("message") }
}

/// Requires a Backstage permission for a route of the portal's own.
pub fn require_permission(name: &str, decision: &str) -> Result<(), Diagnostic> {
    if decision == ALLOW { Ok(()) } else { Err(lacks_permission(name)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_an_error_of_the_core_carries_its_own_status() {
        let finding = json!({"code": "request/malformed", "severity": "error", "message": "no"});
        let error = |name: &str| json!({"name": name, "message": "no", "status": 400, "diagnostics": [finding]});
        for name in ["CoreError", "Refusal"] {
            let answer = refusal(&error(name));
            assert_eq!((answer.status, &answer.body.diagnostic), (400, &finding));
        }
        assert_eq!(refusal(&error("TypeError")).status, 503);
        assert_eq!(refusal(&json!(null)).status, 503);
        assert_eq!(refusal(&json!({"name": "CoreError", "message": "x"})).status, 503);
    }

    #[test]
    fn only_allow_grants_a_permission() {
        assert!(require_permission("vertex-ai.administer", "ALLOW").is_ok());
        for decision in ["DENY", "CONDITIONAL", ""] {
            assert!(require_permission("vertex-ai.administer", decision).is_err());
        }
    }
}

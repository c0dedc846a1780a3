//! The proxy's side of a run: every request of the portal passes the mandate of its deployment.

use super::google::PROXY;
use crate::config::tests::config;
use crate::conversation::{Request, Response};
use crate::guard::{Caller, decide};
use crate::mandate::{Denied, Facts, Mandate, Phase, Use};
use crate::name::Project;
use crate::plan::Plan;
use serde_json::{Value, json};

/// The mandate of a run, with its facts.
#[derive(Clone)]
pub struct Delegation {
    mandate: Mandate,
    facts: Facts,
    phase: Phase,
}

impl Delegation {
    pub fn new(plan: &Plan, run: &str) -> Self {
        let mandate = Mandate::of(plan, &run.parse().unwrap(), Project::clone);
        Self { mandate, facts: Facts::default(), phase: Phase::Whole }
    }

    /// Takes note of what another process plans. What the mandate's plan does not have is delegated no longer.
    pub fn restore(&mut self, plan: &Plan, run: &str) {
        let mandate = Self::new(plan, run).mandate;
        if mandate.fingerprint() != self.mandate.fingerprint() {
            (self.mandate, self.phase) = (mandate, Phase::UndoOnly);
        }
    }

    /// Matches a request.
    pub fn admit(&mut self, request: &Request) -> Result<Use, Denied> {
        let target = request.url.strip_prefix(PROXY).unwrap().trim_start_matches('/');
        let caller = Caller::Delegate { mandate: "mandate-1".into() };
        let mut call = decide(&config(), request.verb.as_str(), target, &caller).unwrap().call;
        call.body = request.body.as_deref().map(|body| serde_json::from_str(body).unwrap());
        let used = self.mandate.allows(&self.facts, self.phase, &call);
        if let Ok(used) = &used {
            self.keep(used.before(&self.facts));
        }
        used
    }

    pub fn learn(&mut self, used: &Use, response: &Response) {
        self.keep(self.mandate.learn(&self.facts, used, response.status, response.json()));
    }

    /// Facts survive their storage.
    fn keep(&mut self, facts: Facts) {
        if facts != self.facts {
            let stored = facts.stored().to_string();
            assert!(stored.len() < 16 * 1024);
            self.facts = Facts::read(&serde_json::from_str::<Value>(&stored).unwrap()).unwrap();
            assert_eq!(self.facts, facts);
        }
    }
}

/// The answer of the proxy to a call that the mandate does not cover.
pub fn denial(denied: &Denied) -> Response {
    let status = if *denied == Denied::Stale { 409 } else { 403 };
    Response { status, retry_after: None, body: Some(json!({ "diagnostic": denied.finding() })) }
}

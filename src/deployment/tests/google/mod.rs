//! An abstract Google: endpoints with etags, models with labels, and operations that take their time.

mod answers;
mod fault;

pub use fault::Fault;

use crate::conversation::{Identity, Outcome, Request};
use crate::deployment::{Hold, RunOutcome};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

pub const PLACE: &str = "projects/acme-ml/locations/us-central1";
pub const PROXY: &str = "http://portal/api/proxy/vertex-ai";
pub const ENDPOINT: &str = "fraud-detector";
pub const MODEL: &str = "fraud-detector";
/// How long another user's deployment lasts.
const OTHERS_DEPLOYMENT: u64 = 90_000;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Endpoint {
    pub labels: Value,
    pub etag: u32,
    pub deployed: Vec<String>,
    pub split: BTreeMap<String, u32>,
    /// Names of models where they are not the entity's.
    pub models: BTreeMap<String, String>,
    /// Bounds where they are not 1 and 1.
    pub replicas: BTreeMap<String, (u64, u64)>,
    /// When the deployed models were created, where that is known.
    pub created: BTreeMap<String, u64>,
    /// Whether it is reached from a network only, and takes no split.
    pub is_private: bool,
}

impl Endpoint {
    pub fn scale(&mut self, id: &str, replicas: (u64, u64)) {
        self.replicas.insert(id.to_owned(), replicas);
        self.replicas.retain(|_, replicas| *replicas != (1, 1));
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Work {
    Upload(String, Value),
    DeleteVersion(String, u32),
    Create(String, Value),
    Deploy(String, String, Option<BTreeMap<String, u32>>, (u64, u64)),
    Undeploy(String, String),
    Mutate(String, String, (u64, u64)),
    DeleteEndpoint(String),
    DeleteModel(String),
}

impl Operation {
    /// Whether it is removing a deployed model, which then takes no traffic.
    fn is_removing(&self, id: &str) -> bool {
        self.result.is_none() && matches!(&self.work, Work::Undeploy(_, other) if other == id)
    }
}

#[derive(Clone, Debug)]
pub struct Operation {
    name: String,
    work: Work,
    begins: u64,
    ends: u64,
    cancelled: bool,
    /// When it ended, if it has.
    ended: u64,
    /// The response or the error.
    result: Option<Value>,
}

/// What another user does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Creates the run's endpoint, at once.
    CreateEndpoint,
    /// Deploys a model of theirs, at once, without traffic.
    Deploy(&'static str),
    /// Begins to deploy a model of theirs, without traffic.
    BeginToDeploy(&'static str),
    /// Sends all traffic to one of the deployed models.
    Send(&'static str),
    /// Sends all traffic to the model that was deployed last.
    SendToLast,
    Undeploy(&'static str),
    /// Not another user's: the requests that were held back arrive.
    Arrive,
}

#[derive(Clone, Debug)]
pub struct Google {
    pub now: u64,
    pub endpoints: BTreeMap<String, Endpoint>,
    /// The uploaded models by version.
    pub models: BTreeMap<String, BTreeMap<u32, Value>>,
    /// Versions of the model by alias.
    pub aliases: BTreeMap<String, u32>,
    pub operations: Vec<Operation>,
    pub fails: Option<(u32, &'static str)>,
    /// The only deployed model that fails; without one, all do.
    pub failing: Option<String>,
    /// Lines of the container's log, oldest first.
    pub log_lines: Vec<String>,
    pub honours_cancelling: bool,
    /// How long a deployment lasts.
    pub deployment: u64,
    /// The time until which an undeployed model is still in use for Google.
    pub in_use_until: u64,
    /// How long a model is still in use for Google after its undeployment.
    pub lingers: u64,
    pub has_wait: bool,
    /// Whether the run may list the endpoint's operations: no plan asks for it.
    pub may_list: bool,
    pub denied: Option<&'static str>,
    pub services_are_strangers: bool,
    /// Requests that are under way.
    pub held_back: Vec<Request>,
    pub log: Vec<(u64, Identity, String)>,
    /// Every share that a deployed model has had.
    pub held: BTreeSet<(String, u32)>,
    /// Bodies of the changes of traffic.
    pub splits: Vec<Value>,
    /// What the portal's runs do with deployed models; `true`: the run has succeeded.
    pub holds: BTreeMap<String, (Hold, bool)>,
}

impl Default for Google {
    fn default() -> Self {
        let versions = (1..=3).map(|version| (version, json!({}))).collect();
        Self {
            now: 1_000_000,
            endpoints: BTreeMap::new(),
            models: [(MODEL.to_owned(), versions)].into(),
            aliases: BTreeMap::new(),
            operations: Vec::new(),
            fails: None,
            failing: None,
            log_lines: Vec::new(),
            honours_cancelling: true,
            deployment: 60_000,
            in_use_until: 0,
            lingers: 0,
            has_wait: true,
            may_list: false,
            denied: None,
            services_are_strangers: false,
            held_back: Vec::new(),
            log: Vec::new(),
            held: BTreeSet::new(),
            splits: Vec::new(),
            holds: BTreeMap::new(),
        }
    }
}

type Answer = (u16, Value);

/// Endpoints, models and aliases.
type State = (BTreeMap<String, Endpoint>, BTreeMap<String, BTreeMap<u32, Value>>, BTreeMap<String, u32>);

fn split_of(value: &Value) -> Option<BTreeMap<String, u32>> {
    let shares = value.as_object()?;
    Some(shares.iter().map(|(id, share)| (id.clone(), share.as_u64().unwrap() as u32)).collect())
}

impl Google {
    pub fn endpoint(&self) -> Option<&Endpoint> {
        self.endpoints.get(ENDPOINT)
    }

    pub fn with_endpoint(mut self, split: &[(&str, u32)]) -> Self {
        let deployed = split.iter().map(|(id, _)| (*id).to_owned()).collect();
        let split =
            split.iter().filter(|(_, share)| *share > 0).map(|(id, share)| ((*id).to_owned(), *share)).collect();
        let endpoint = Endpoint { labels: json!({}), etag: 1, deployed, split, ..Endpoint::default() };
        self.endpoints.insert(ENDPOINT.into(), endpoint);
        self
    }

    /// What is there, without etags.
    pub fn state(&self) -> State {
        let mut endpoints = self.endpoints.clone();
        for endpoint in endpoints.values_mut() {
            endpoint.etag = 0;
            endpoint.created.clear();
        }
        (endpoints, self.models.clone(), self.aliases.clone())
    }

    pub fn is_idle(&self) -> bool {
        self.operations.iter().all(|operation| operation.result.is_some())
    }

    /// Whether somebody has cancelled the deployment of a model.
    pub fn is_cancelled(&self, id: &str) -> bool {
        let deploys = |work: &Work| matches!(work, Work::Deploy(_, other, ..) if other == id);
        self.operations.iter().any(|operation| operation.cancelled && deploys(&operation.work))
    }

    /// The portal's table of holds.
    pub fn hold(&mut self, run: &str, hold: Hold) -> Outcome {
        self.holds.insert(run.to_owned(), (hold.clone(), false));
        let others = self.holds.iter().filter(|(other, (held, _))| *other != run && held.model == hold.model);
        let others: Vec<(bool, bool)> = others.map(|(_, (held, succeeded))| (held.leaving, *succeeded)).collect();
        let is_used = others.contains(&(false, false));
        if hold.leaving {
            return match (others.contains(&(false, true)), is_used) {
                (true, _) => Outcome::Taken,
                (_, true) => Outcome::Busy,
                _ => Outcome::Waited,
            };
        }
        if others.contains(&(true, false)) {
            self.holds.remove(run);
            return Outcome::Busy;
        }
        if is_used { Outcome::Taken } else { Outcome::Waited }
    }

    pub fn end_hold(&mut self, run: &str, outcome: RunOutcome) {
        match self.holds.get_mut(run) {
            Some((_, succeeded)) if outcome == RunOutcome::Succeeded => *succeeded = true,
            _ => {
                self.holds.remove(run);
            }
        }
    }

    fn note_shares(&mut self) {
        for endpoint in self.endpoints.values() {
            let shares = endpoint.deployed.iter().map(|id| (id.clone(), endpoint.split.get(id).copied().unwrap_or(0)));
            self.held.extend(shares);
        }
    }

    /// Lets time pass.
    pub fn pass(&mut self, until: u64) {
        loop {
            let next = self.operations.iter().enumerate().filter(|(_, o)| o.result.is_none());
            let next = next.min_by_key(|(_, o)| if o.cancelled { self.now } else { o.ends }).map(|(at, _)| at);
            let Some(at) = next else { break };
            let due = if self.operations[at].cancelled { self.now } else { self.operations[at].ends };
            if due > until {
                break;
            }
            self.now = self.now.max(due);
            let operation = self.operations[at].clone();
            self.operations[at].ended = self.now;
            self.operations[at].result = Some(match operation.cancelled {
                true => json!({"error": {"code": 1, "message": "Operation was cancelled."}}),
                false => self.finish(operation.work),
            });
            self.note_shares();
        }
        self.now = self.now.max(until);
    }

    fn finish(&mut self, work: Work) -> Value {
        let mut response = json!({});
        match work {
            Work::Upload(id, model) => {
                let versions = self.models.entry(id).or_default();
                let version = versions.keys().next_back().map_or(1, |last| last + 1);
                versions.insert(version, model);
                response["modelVersionId"] = json!(version.to_string());
            }
            Work::Create(id, labels) => {
                self.endpoints.insert(id, Endpoint { labels, etag: 1, ..Endpoint::default() });
            }
            Work::Deploy(endpoint, id, split, replicas) => {
                let fails = self.fails.filter(|_| self.failing.as_ref().is_none_or(|failing| *failing == id));
                if let Some((code, message)) = fails {
                    return json!({"error": {"code": code, "message": message}});
                }
                let Some(endpoint) = self.endpoints.get_mut(&endpoint) else {
                    return json!({"error": {"code": 5, "message": "The endpoint is gone."}});
                };
                endpoint.etag += 1;
                endpoint.deployed.push(id.clone());
                endpoint.scale(&id, replicas);
                endpoint.created.insert(id.clone(), self.now);
                if let Some(split) = split {
                    endpoint.split = split
                        .into_iter()
                        .map(|(key, share)| (if key == "0" { id.clone() } else { key }, share))
                        .collect();
                    endpoint.split.retain(|_, share| *share > 0);
                }
                response["deployedModel"] = json!({ "id": id });
            }
            Work::Undeploy(endpoint, id) => {
                if let Some(endpoint) = self.endpoints.get_mut(&endpoint) {
                    endpoint.etag += 1;
                    endpoint.deployed.retain(|other| *other != id);
                    endpoint.created.remove(&id);
                    endpoint.split.remove(&id);
                    endpoint.replicas.remove(&id);
                    self.in_use_until = self.now + self.lingers;
                }
            }
            Work::Mutate(endpoint, id, replicas) => {
                if let Some((code, message)) = self.fails {
                    return json!({"error": {"code": code, "message": message}});
                }
                if let Some(endpoint) = self.endpoints.get_mut(&endpoint) {
                    endpoint.etag += 1;
                    endpoint.scale(&id, replicas);
                }
            }
            Work::DeleteEndpoint(id) => {
                self.endpoints.remove(&id);
            }
            Work::DeleteModel(id) => {
                self.models.remove(&id);
            }
            Work::DeleteVersion(id, version) => {
                if let Some(versions) = self.models.get_mut(&id) {
                    versions.remove(&version);
                }
            }
        }
        json!({ "response": response })
    }

    /// Another user's doing.
    pub fn act(&mut self, act: &Act) {
        match act {
            Act::CreateEndpoint => {
                self.endpoints.entry(ENDPOINT.into()).or_insert(Endpoint {
                    labels: json!({}),
                    etag: 1,
                    ..Endpoint::default()
                });
            }
            Act::Deploy(id) => {
                let is_leaving = self.is_running(|work| matches!(work, Work::DeleteEndpoint(_)));
                if let Some(endpoint) = self.endpoints.get_mut(ENDPOINT)
                    && !endpoint.deployed.iter().any(|other| other == id)
                    && !is_leaving
                {
                    endpoint.etag += 1;
                    endpoint.deployed.push((*id).to_owned());
                }
            }
            Act::BeginToDeploy(id) => {
                let work = Work::Deploy(ENDPOINT.to_owned(), (*id).to_owned(), None, (1, 1));
                self.start(&format!("endpoints/{ENDPOINT}"), work, OTHERS_DEPLOYMENT);
            }
            Act::Arrive => {
                for request in std::mem::take(&mut self.held_back) {
                    let _ = self.send(&request, None);
                }
            }
            Act::Send(id) => {
                if let Some(endpoint) = self.endpoints.get_mut(ENDPOINT)
                    && endpoint.deployed.iter().any(|other| other == id)
                {
                    endpoint.etag += 1;
                    endpoint.split = [((*id).to_owned(), 100)].into();
                }
            }
            Act::SendToLast => {
                if let Some(endpoint) = self.endpoints.get_mut(ENDPOINT)
                    && let Some(id) = endpoint.deployed.last()
                    && !self.operations.iter().any(|operation| operation.is_removing(id))
                {
                    endpoint.split = [(id.clone(), 100)].into();
                    endpoint.etag += 1;
                }
            }
            Act::Undeploy(id) => {
                if let Some(endpoint) = self.endpoints.get_mut(ENDPOINT)
                    && endpoint.split.get(*id).is_none_or(|share| *share == 0)
                {
                    endpoint.etag += 1;
                    endpoint.deployed.retain(|other| other != id);
                    endpoint.split.remove(*id);
                }
            }
        }
    }

    fn start(&mut self, parent: &str, work: Work, millis: u64) -> Answer {
        let name =
            format!("projects/123456789012/locations/us-central1/{parent}/operations/{}", self.operations.len() + 1);
        let (begins, ends) = (self.now, self.now + millis);
        self.operations.push(Operation {
            name: name.clone(),
            work,
            begins,
            ends,
            cancelled: false,
            ended: 0,
            result: None,
        });
        (200, json!({ "name": name }))
    }

    fn is_running(&self, is: impl Fn(&Work) -> bool) -> bool {
        self.operations.iter().any(|operation| operation.result.is_none() && is(&operation.work))
    }
}

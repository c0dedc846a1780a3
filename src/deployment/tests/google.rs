//! An abstract Google: endpoints with etags, models with labels, and operations that take their time.

use crate::conversation::{Failure, Identity, Outcome, Request, Response};
use crate::deployment::{Hold, RunOutcome};
use crate::method::Verb;
use crate::timestamp::rfc3339;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

pub const PLACE: &str = "projects/acme-ml/locations/us-central1";
pub const PROXY: &str = "http://portal/api/proxy/vertex-ai";
pub const ENDPOINT: &str = "fraud-detector";
pub const MODEL: &str = "fraud-detector";

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
}

impl Endpoint {
    pub fn scale(&mut self, id: &str, replicas: (u64, u64)) {
        self.replicas.insert(id.to_owned(), replicas);
        self.replicas.retain(|_, replicas| *replicas != (1, 1));
    }
}

fn replicas_of(model: &Value) -> (u64, u64) {
    let count = |field: &str| model["dedicatedResources"][field].as_u64().unwrap();
    (count("minReplicaCount"), count("maxReplicaCount"))
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

/// What goes wrong with one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It does not arrive.
    Reset,
    /// It arrives, and its answer does not.
    Lost,
    /// It arrives, and something else answers 503.
    Unavailable,
    /// It does not arrive, and something answers 500.
    Internal,
    /// It does not arrive, and something answers with a page.
    Page,
    /// It arrives, and something answers with a page.
    PageAfter,
    Exhausted,
    Unauthenticated,
    /// It does not arrive: Google's STS cannot read the portal's keys.
    ExchangeRefused,
}

impl Fault {
    pub const ALL: [Self; 9] = [
        Self::Reset,
        Self::Lost,
        Self::Unavailable,
        Self::Internal,
        Self::Page,
        Self::PageAfter,
        Self::Exhausted,
        Self::Unauthenticated,
        Self::ExchangeRefused,
    ];

    fn arrives(self) -> bool {
        matches!(self, Self::Lost | Self::Unavailable | Self::PageAfter)
    }

    fn answer(self) -> Result<Response, Failure> {
        let error = |status, name: &str| {
            let body = json!({"error": {"status": name, "message": name}});
            Ok(Response { status, retry_after: None, body: Some(body) })
        };
        match self {
            Self::Reset => Err(Failure::Unreachable),
            Self::Lost => Err(Failure::CutOff),
            Self::Unavailable => error(503, "UNAVAILABLE"),
            Self::Internal => error(500, "INTERNAL"),
            Self::Page | Self::PageAfter => Ok(Response { status: 200, retry_after: None, body: None }),
            Self::Exhausted => error(429, "RESOURCE_EXHAUSTED"),
            Self::Unauthenticated => error(401, "UNAUTHENTICATED"),
            Self::ExchangeRefused => {
                let message = "Google's Security Token Service rejected the portal's assertion";
                let diagnostic = json!({"code": "identity/exchange-refused", "severity": "error", "message": message});
                let body = json!({"error": {"name": "NotAllowedError", "message": message}, "diagnostic": diagnostic});
                Ok(Response { status: 403, retry_after: None, body: Some(body) })
            }
        }
    }
}

/// What another user does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Creates the run's endpoint, at once.
    CreateEndpoint,
    /// Deploys a model of theirs, at once, without traffic.
    Deploy(&'static str),
    /// Sends all traffic to one of the deployed models.
    Send(&'static str),
    /// Sends all traffic to the model that was deployed last.
    SendToLast,
    Undeploy(&'static str),
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
            honours_cancelling: true,
            deployment: 60_000,
            in_use_until: 0,
            lingers: 0,
            has_wait: true,
            may_list: false,
            denied: None,
            services_are_strangers: false,
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

fn error(status: u16, name: &str, message: &str) -> Answer {
    (status, json!({"error": {"code": status, "status": name, "message": message}}))
}

/// A page of a list. Pages are short, so that every list has more than one.
fn page(field: &str, items: Vec<Value>, query: &str) -> Answer {
    const SIZE: usize = 2;
    let from = query.strip_prefix("pageToken=").map_or(0, |token| token.parse().unwrap());
    let mut answer = json!({});
    answer[field] = items.iter().skip(from).take(SIZE).cloned().collect();
    if items.len() > from + SIZE {
        answer["nextPageToken"] = json!((from + SIZE).to_string());
    }
    (200, answer)
}

fn missing() -> Answer {
    error(404, "NOT_FOUND", "The resource is not found.")
}

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

    /// The portal's table of holds.
    pub fn hold(&mut self, run: &str, hold: Hold) -> Outcome {
        self.holds.insert(run.to_owned(), (hold.clone(), false));
        let others = self.holds.iter().filter(|(other, (held, _))| *other != run && held.model == hold.model);
        let others: Vec<(bool, bool)> = others.map(|(_, (held, succeeded))| (held.leaving, *succeeded)).collect();
        if !hold.leaving {
            let is_busy = others.contains(&(true, false));
            if is_busy {
                self.holds.remove(run);
            }
            return match (is_busy, others.contains(&(false, false))) {
                (true, _) => Outcome::Busy,
                (_, true) => Outcome::Taken,
                _ => Outcome::Waited,
            };
        }
        match (others.contains(&(false, true)), others.contains(&(false, false))) {
            (true, _) => Outcome::Taken,
            (_, true) => Outcome::Busy,
            _ => Outcome::Waited,
        }
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
                if let Some((code, message)) = self.fails {
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
                if let Some(endpoint) = self.endpoints.get_mut(ENDPOINT)
                    && !endpoint.deployed.iter().any(|other| other == id)
                {
                    endpoint.etag += 1;
                    endpoint.deployed.push((*id).to_owned());
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

    fn shown(&self, operation: &Operation) -> Value {
        let mut shown = json!({"name": operation.name, "metadata": {}});
        let updated = operation.result.as_ref().map_or(operation.begins, |_| operation.ended);
        if let Work::Deploy(..) = operation.work {
            const STAGES: [&str; 3] = ["STARTING_DEPLOYMENT", "PREPARING_MODEL", "STARTING_MODEL_SERVER"];
            let passed = (self.now - operation.begins) * 3 / (operation.ends - operation.begins).max(1);
            shown["metadata"] = json!({
                "@type": "type.googleapis.com/google.cloud.aiplatform.v1.DeployModelOperationMetadata",
                "deploymentStage": STAGES[usize::try_from(passed).unwrap().min(2)],
            });
        }
        shown["metadata"]["genericMetadata"] = json!({"updateTime": rfc3339(updated)});
        if let Some(result) = &operation.result {
            shown["done"] = json!(true);
            shown.as_object_mut().unwrap().extend(result.as_object().unwrap().clone());
        }
        shown
    }

    /// Answers a request, struck by a fault or not.
    pub fn send(&mut self, request: &Request, fault: Option<Fault>) -> Result<Response, Failure> {
        let path = request.url.strip_prefix(PROXY).and_then(|url| url.strip_prefix("/aiplatform/v1/"));
        let path = path.expect("through the proxy").strip_prefix(PLACE).expect("in the place").to_owned();
        self.pass(self.now + 50);
        let is_missed = fault.is_some_and(|fault| !fault.arrives());
        let line = format!("{}{} {path}", if is_missed { "✗ " } else { "" }, request.verb.as_str());
        self.log.push((self.now, request.identity, line));
        if let Some(fault) = fault.filter(|fault| !fault.arrives()) {
            return fault.answer();
        }
        let body = request.body.as_deref().map(|body| serde_json::from_str(body).unwrap()).unwrap_or_default();
        let (status, body) = self.answer(request, &path, body);
        self.note_shares();
        match fault {
            Some(fault) => fault.answer(),
            None => Ok(Response { status, retry_after: None, body: Some(body) }),
        }
    }

    fn answer(&mut self, request: &Request, path: &str, body: Value) -> Answer {
        if self.denied.is_some_and(|denied| path.contains(denied)) {
            return error(403, "PERMISSION_DENIED", "Permission denied.");
        }
        if self.services_are_strangers && request.identity == Identity::Service {
            return (403, json!({"diagnostic": {"code": "proxy/caller-not-allowed", "message": "no record"}}));
        }
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let (resource, method) = path.split_once(':').map_or((path, ""), |(resource, method)| (resource, method));
        let parts: Vec<&str> = resource.trim_start_matches('/').split('/').collect();
        match (request.verb, parts.as_slice(), method) {
            (Verb::Get, ["models", id], "") => self.get_model(id),
            (Verb::Get, ["models", id], "listVersions") => match self.models.get(*id) {
                Some(versions) => {
                    let models = versions.iter().map(|(version, model)| shown_version(*version, model));
                    page("models", models.collect(), query)
                }
                None => missing(),
            },
            (Verb::Post, ["models"], "upload") => {
                let is_made = |id: &str| self.is_running(|work| matches!(work, Work::Upload(other, _) if other == id));
                let id = match (body["modelId"].as_str(), body["parentModel"].as_str()) {
                    (Some(id), None) if self.models.contains_key(id) || is_made(id) => {
                        return error(409, "ALREADY_EXISTS", "The model exists.");
                    }
                    (Some(id), None) => id.to_owned(),
                    (None, Some(parent)) => {
                        let id = parent.rsplit('/').next().unwrap();
                        if !self.models.contains_key(id) {
                            return missing();
                        }
                        id.to_owned()
                    }
                    other => panic!("{other:?}"),
                };
                let model = body["model"].clone();
                self.start(&format!("models/{id}"), Work::Upload(id, model), 20_000)
            }
            (Verb::Post, ["models", id], "mergeVersionAliases") => self.merge_aliases(id, &body),
            (Verb::Delete, ["models", id], "deleteVersion") => {
                let (id, version) = id.split_once('@').expect("a version");
                let version = version.parse().unwrap();
                let Some(versions) = self.models.get(id).filter(|all| all.contains_key(&version)) else {
                    return missing();
                };
                if versions.len() == 1 || self.is_model_used() {
                    return error(400, "FAILED_PRECONDITION", "The version cannot be deleted.");
                }
                self.start(&format!("models/{id}"), Work::DeleteVersion(id.to_owned(), version), 3_000)
            }
            (Verb::Delete, ["models", id], "") => self.delete_model(id),
            (Verb::Post, ["endpoints"], "") => {
                let id = query.strip_prefix("endpointId=").unwrap().to_owned();
                let is_made = self.is_running(|work| matches!(work, Work::Create(other, _) if *other == id));
                if self.endpoints.contains_key(&id) || is_made {
                    return error(409, "ALREADY_EXISTS", "The endpoint exists.");
                }
                let labels = body["labels"].clone();
                self.start(&format!("endpoints/{id}"), Work::Create(id, labels), 10_000)
            }
            (Verb::Get, ["endpoints", id], "") => match self.endpoints.get(*id) {
                Some(endpoint) => (200, shown_endpoint(endpoint)),
                None => missing(),
            },
            (Verb::Patch, ["endpoints", id], "") => self.patch(id, &body),
            (Verb::Delete, ["endpoints", id], "") => {
                let Some(endpoint) = self.endpoints.get(*id) else { return missing() };
                let is_used = self.is_running(|work| match work {
                    Work::Deploy(other, ..) | Work::Undeploy(other, _) | Work::DeleteEndpoint(other) => other == id,
                    _ => false,
                });
                if is_used || !endpoint.deployed.is_empty() {
                    return error(400, "FAILED_PRECONDITION", "The endpoint has deployed models.");
                }
                self.start(&format!("endpoints/{id}"), Work::DeleteEndpoint((*id).to_owned()), 3_000)
            }
            (Verb::Post, ["endpoints", id], "deployModel") => self.deploy(id, &body),
            (Verb::Post, ["endpoints", id], "undeployModel") => self.undeploy(id, &body),
            (Verb::Post, ["endpoints", id], "mutateDeployedModel") => self.mutate(id, &body),
            (Verb::Get, ["endpoints", _, "operations"], "") if !self.may_list => {
                error(403, "PERMISSION_DENIED", "Permission denied.")
            }
            (Verb::Get, ["endpoints", id, "operations"], "") => {
                let of = format!("/endpoints/{id}/");
                let listed = self.operations.iter().filter(|operation| operation.name.contains(&of));
                page("operations", listed.map(|operation| self.shown(operation)).collect(), query)
            }
            (verb, [.., "operations", id], method) => self.operate(verb, id, method, query),
            other => panic!("unexpected {other:?}"),
        }
    }

    fn merge_aliases(&mut self, id: &str, body: &Value) -> Answer {
        let (id, version) = id.split_once('@').expect("a version");
        let version = version.parse().unwrap();
        if !self.models.get(id).is_some_and(|versions| versions.contains_key(&version)) {
            return missing();
        }
        let [alias] = body["versionAliases"].as_array().unwrap().as_slice() else { panic!("{body}") };
        let alias = alias.as_str().unwrap();
        match alias.strip_prefix('-') {
            Some(alias) if self.aliases.get(alias) == Some(&version) => {
                self.aliases.remove(alias);
            }
            Some(_) => {}
            None => {
                self.aliases.insert(alias.to_owned(), version);
            }
        }
        self.get_model(&format!("{id}@{version}"))
    }

    fn get_model(&self, id: &str) -> Answer {
        let (id, version) = id.split_once('@').unwrap_or((id, ""));
        if version.starts_with(|c: char| c.is_ascii_lowercase()) {
            return match self.aliases.get(version) {
                Some(version) => self.get_model(&format!("{id}@{version}")),
                None => missing(),
            };
        }
        let version = version.parse().ok();
        let Some(versions) = self.models.get(id) else { return missing() };
        // Its first version stays the default one.
        let version: Option<u32> = version.or(versions.keys().next().copied());
        match version.and_then(|version| Some((version, versions.get(&version)?))) {
            Some((version, model)) => (200, shown_version(version, model)),
            None => missing(),
        }
    }

    fn delete_model(&mut self, id: &str) -> Answer {
        if !self.models.contains_key(id) {
            return missing();
        }
        if self.is_model_used() {
            return error(400, "FAILED_PRECONDITION", "The model is deployed.");
        }
        self.start(&format!("models/{id}"), Work::DeleteModel(id.to_owned()), 3_000)
    }

    fn is_model_used(&self) -> bool {
        let is_busy = self.is_running(|work| {
            matches!(work, Work::Deploy(..) | Work::Undeploy(..) | Work::DeleteModel(_) | Work::DeleteVersion(..))
        });
        let ours = |endpoint: &Endpoint| endpoint.deployed.iter().any(|id| id.len() == 10);
        is_busy || self.now < self.in_use_until || self.endpoints.values().any(ours)
    }

    fn patch(&mut self, id: &str, body: &Value) -> Answer {
        let Some(endpoint) = self.endpoints.get_mut(id) else { return missing() };
        if body["etag"].as_str() != Some(&*endpoint.etag.to_string()) {
            return error(409, "ABORTED", "The etag is stale.");
        }
        let split = split_of(&body["trafficSplit"]).unwrap();
        if split.keys().any(|id| !endpoint.deployed.contains(id)) {
            return error(400, "INVALID_ARGUMENT", "The split names a model that is not deployed.");
        }
        assert!(split.is_empty() || split.values().sum::<u32>() == 100, "{split:?}");
        self.splits.push(body["trafficSplit"].clone());
        endpoint.split = split;
        endpoint.split.retain(|_, share| *share > 0);
        endpoint.etag += 1;
        (200, shown_endpoint(endpoint))
    }

    fn deploy(&mut self, name: &str, body: &Value) -> Answer {
        let Some(endpoint) = self.endpoints.get(name) else { return missing() };
        let id = body["deployedModel"]["id"].as_str().unwrap().to_owned();
        let is_taken = self.is_running(|work| matches!(work, Work::Deploy(e, other, ..) if e == name && *other == id));
        if is_taken || endpoint.deployed.contains(&id) {
            return error(409, "ALREADY_EXISTS", "The id is in use.");
        }
        let split = split_of(&body["trafficSplit"]);
        if let Some(split) = &split {
            assert_eq!(*split, [("0".to_owned(), 100)].into(), "only a first model gets a split");
        }
        let replicas = replicas_of(&body["deployedModel"]);
        let work = Work::Deploy(name.to_owned(), id, split, replicas);
        self.start(&format!("endpoints/{name}"), work, self.deployment)
    }

    fn undeploy(&mut self, name: &str, body: &Value) -> Answer {
        let Some(endpoint) = self.endpoints.get(name) else { return missing() };
        let id = body["deployedModelId"].as_str().unwrap().to_owned();
        if !endpoint.deployed.contains(&id) {
            return error(400, "INVALID_ARGUMENT", "The deployed model is not found.");
        }
        if endpoint.split.contains_key(&id) && endpoint.deployed.len() > 1 {
            return error(400, "FAILED_PRECONDITION", "The deployed model has traffic.");
        }
        if self.is_running(|work| matches!(work, Work::Undeploy(e, other) if e == name && *other == id)) {
            return error(400, "FAILED_PRECONDITION", "The deployed model is being undeployed.");
        }
        self.start(&format!("endpoints/{name}"), Work::Undeploy(name.to_owned(), id), 20_000)
    }

    fn mutate(&mut self, name: &str, body: &Value) -> Answer {
        let Some(endpoint) = self.endpoints.get(name) else { return missing() };
        let id = &body["deployedModel"]["id"];
        let id = id.as_str().unwrap().to_owned();
        if !endpoint.deployed.contains(&id) {
            return error(400, "INVALID_ARGUMENT", "The deployed model is not found.");
        }
        let mask = "dedicatedResources.minReplicaCount,dedicatedResources.maxReplicaCount";
        assert_eq!(body["updateMask"], mask);
        assert_eq!(body["deployedModel"].as_object().unwrap().len(), 2, "{body}");
        let work = Work::Mutate(name.to_owned(), id, replicas_of(&body["deployedModel"]));
        self.start(&format!("endpoints/{name}"), work, 30_000)
    }

    fn operate(&mut self, verb: Verb, id: &str, method: &str, query: &str) -> Answer {
        let at = id.parse::<usize>().unwrap() - 1;
        match (verb, method) {
            (Verb::Post, "cancel") => {
                if self.honours_cancelling && self.operations[at].result.is_none() {
                    self.operations[at].cancelled = true;
                    self.pass(self.now);
                }
                return (200, json!({}));
            }
            (Verb::Post, "wait") if self.has_wait => {
                let seconds: u64 = query.strip_prefix("timeout=").unwrap().strip_suffix('s').unwrap().parse().unwrap();
                let until = (self.now + seconds * 1000).min(self.operations[at].ends.max(self.now));
                if self.operations[at].result.is_none() {
                    self.pass(until);
                }
            }
            (Verb::Post, "wait") => return error(501, "UNIMPLEMENTED", "no wait"),
            (Verb::Get, "") => {}
            other => panic!("unexpected {other:?}"),
        }
        (200, self.shown(&self.operations[at]))
    }
}

fn shown_version(version: u32, model: &Value) -> Value {
    let mut shown = model.clone();
    shown["versionId"] = json!(version.to_string());
    shown
}

fn shown_endpoint(endpoint: &Endpoint) -> Value {
    let shown = |id: &String| {
        let (min, max) = endpoint.replicas.get(id).copied().unwrap_or((1, 1));
        let ours = format!("projects/123456789012/locations/us-central1/models/{MODEL}@2");
        let mut shown = json!({
            "id": id, "model": endpoint.models.get(id).unwrap_or(&ours),
            "dedicatedResources": {"minReplicaCount": min, "maxReplicaCount": max},
        });
        if let Some(created) = endpoint.created.get(id) {
            shown["createTime"] = json!(rfc3339(*created));
        }
        shown
    };
    let deployed: Vec<Value> = endpoint.deployed.iter().map(shown).collect();
    json!({
        "name": "x", "labels": endpoint.labels, "etag": endpoint.etag.to_string(),
        "deployedModels": deployed, "trafficSplit": endpoint.split,
    })
}

//! Answers: how the abstract Google answers one request, and what it shows of its state.

use super::{Answer, Endpoint, Fault, Google, MODEL, Operation, PLACE, PROXY, Work, split_of};
use crate::conversation::{Failure, Identity, Request, Response};
use crate::method::Verb;
use crate::timestamp::rfc3339;
use serde_json::{Value, json};

impl Google {
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
        shown["metadata"]["genericMetadata"] =
            json!({"createTime": rfc3339(operation.begins), "updateTime": rfc3339(updated)});
        if let Some(result) = &operation.result {
            shown["done"] = json!(true);
            shown.as_object_mut().unwrap().extend(result.as_object().unwrap().clone());
        }
        shown
    }

    /// Answers a request, struck by a fault or not.
    pub fn send(&mut self, request: &Request, fault: Option<Fault>) -> Result<Response, Failure> {
        let url = request.url.strip_prefix(PROXY).expect("through the proxy");
        let path = match url.strip_prefix("/aiplatform/v1/") {
            Some(path) => path.strip_prefix(PLACE).expect("in the place").to_owned(),
            None => url.to_owned(),
        };
        self.pass(self.now + 50);
        let is_missed = fault.is_some_and(|fault| !fault.arrives());
        let line = format!("{}{} {path}", if is_missed { "✗ " } else { "" }, request.verb.as_str());
        self.log.push((self.now, request.identity, line));
        if fault == Some(Fault::Held) {
            self.held_back.push(request.clone());
        }
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
        if path == "/logging/v2/entries:list" {
            let entry = |line: &String| json!({"timestamp": rfc3339(self.now), "jsonPayload": {"message": line}});
            return (200, json!({"entries": self.log_lines.iter().rev().map(entry).collect::<Vec<_>>()}));
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
        assert!(!endpoint.is_private, "a private endpoint takes no split");
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
            assert!(!endpoint.is_private, "a private endpoint takes no split");
            assert_eq!(*split, [("0".to_owned(), 100)].into(), "only a first model gets a split");
        }
        if self.is_running(|work| matches!(work, Work::DeleteEndpoint(leaving) if leaving == name)) {
            return error(400, "FAILED_PRECONDITION", "The endpoint is being deleted.");
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

fn error(status: u16, name: &str, message: &str) -> Answer {
    (status, json!({"error": {"code": status, "status": name, "message": message}}))
}

/// A page of a list.
fn page(field: &str, items: Vec<Value>, query: &str) -> Answer {
    const SIZE: usize = 3;
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

fn replicas_of(model: &Value) -> (u64, u64) {
    let count = |field: &str| model["dedicatedResources"][field].as_u64().unwrap();
    (count("minReplicaCount"), count("maxReplicaCount"))
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
    let mut shown = json!({
        "name": "x", "labels": endpoint.labels, "etag": endpoint.etag.to_string(),
        "deployedModels": deployed, "trafficSplit": endpoint.split,
    });
    if endpoint.is_private {
        shown["network"] = json!("projects/1/global/networks/ml");
    }
    shown
}

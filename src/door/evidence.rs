//! Evidence: what a later answer of Google shows about a change whose own answer is lost.
//!
//! An answer is evidence only where no other caller can have caused what it shows: the deployed model has the id that the change chose, the endpoint or
//! model has the label of its run. That something exists already (409) or is missing (404) shows nothing, because another caller may have
//! made or removed it. A removal, or a deployment that has failed, is shown by two answers: Google lists one operation of its kind and time, and
//! what it was to remove or deploy is missing.

use crate::conversation::Millis;
use crate::fingerprint::fingerprint;
use crate::method::{self, Call, Resource};
use crate::name::{Operation, OperationParent, Place};
use crate::plan::RUN_LABEL;
use crate::timestamp::rfc3339;
use serde_json::Value;
use ts_rs::TS;

use super::changes::CLOCK_SKEW;

/// Time after which a request whose answer is lost has reached Google or never will.
const GRACE: Millis = 60_000;

/// A change whose outcome is unknown, as its audit record describes it.
#[derive(Clone, Debug, PartialEq, Eq, TS)]
#[ts(rename_all = "camelCase", optional_fields)]
pub struct Doubt {
    /// The audit record's id.
    pub id: String,
    pub method: String,
    pub resource: String,
    /// See [`clue`].
    pub clue: Option<String>,
    /// Milliseconds since 1970.
    pub begun_at: Millis,
    /// When its outcome was declared unknown; absent while the call may be under way.
    pub ended_at: Option<Millis>,
    /// Whether Google has listed the operations, and none may be the change's.
    pub is_idle: bool,
    /// The only operation that may be the change's, where Google has listed it.
    pub operation: Option<String>,
    /// When the last other change with the same clue began that has succeeded, or may have: a repetition, or another user's.
    pub rival_at: Option<Millis>,
    /// The same, where the operation of that change is unknown.
    pub nameless_at: Option<Millis>,
    /// Operations of other changes of the resource.
    pub taken: Vec<String>,
}

/// An answer to a read.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    pub call: &'a Call,
    /// When the request was sent, or shortly before.
    pub begun_at: Millis,
    pub status: u16,
    pub answer: &'a Value,
}

/// What an answer shows about a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Google did it; the operation that did, where the answer names it.
    Done { operation: Option<String> },
    /// Google did not do it, and no longer will.
    NotDone,
    /// No operation may be the change's. A look at the resource can now show that it was not done.
    Idle,
    /// One operation may be the change's. A look at the resource can now show that it was done.
    Likely { operation: String },
}

/// A fingerprint of what a change makes, removes or rests on, by which later answers are recognised. `None`: no answer can show its outcome.
pub fn clue(call: &Call, body: &Value) -> Option<String> {
    let is = |method| call.method.is(method);
    let run = |labels: &Value| text(&labels[RUN_LABEL]);
    let (id, run) = if is(&method::ENDPOINTS_DEPLOY_MODEL) {
        (text(&body["deployedModel"]["id"])?, String::new())
    } else if is(&method::ENDPOINTS_UNDEPLOY_MODEL) {
        (text(&body["deployedModelId"])?, String::new())
    } else if is(&method::ENDPOINTS_MUTATE_DEPLOYED_MODEL) {
        (text(&body["deployedModel"]["id"])?, String::new())
    } else if is(&method::ENDPOINTS_DELETE) {
        (String::new(), String::new())
    } else if is(&method::ENDPOINTS_PATCH) {
        (text(&body["etag"])?, String::new())
    } else if is(&method::ENDPOINTS_CREATE) {
        let (_, id) = call.query.iter().find(|(name, _)| *name == "endpointId")?;
        (id.clone(), run(&body["labels"])?)
    } else if is(&method::MODELS_UPLOAD) {
        let parent = || text(&body["parentModel"])?.rsplit('/').next().map(str::to_owned);
        (text(&body["modelId"]).or_else(parent)?, run(&body["model"]["labels"])?)
    } else {
        return None;
    };
    Some(mark(call.method.name, &call.resource.to_string(), &id, &run))
}

/// Returns the resources of the changes about which the answer to a call may show something.
pub fn resources(call: &Call) -> Vec<String> {
    let is = |method| call.method.is(method);
    let with_place = |place: &Place| vec![call.resource.to_string(), place.to_string()];
    match &call.resource {
        Resource::Endpoint(endpoint) if is(&method::ENDPOINTS_GET) => with_place(&endpoint.place),
        Resource::Model(model) if is(&method::MODELS_GET) => with_place(&model.place),
        Resource::Endpoint(_) if is(&method::ENDPOINT_OPERATIONS_LIST) => vec![call.resource.to_string()],
        Resource::Operation(operation) if is(&method::OPERATIONS_GET) || is(&method::OPERATIONS_WAIT) => {
            match &operation.parent {
                OperationParent::Endpoint(endpoint) => vec![endpoint.to_string()],
                _ => vec![],
            }
        }
        _ => vec![],
    }
}

impl Doubt {
    /// Returns what an answer shows about the change; `None` if nothing.
    pub fn weigh(&self, look: &Look<'_>) -> Option<Shown> {
        let done = |operation| Some(Shown::Done { operation });
        match &look.call.resource {
            Resource::Endpoint(endpoint) if self.is(&method::ENDPOINTS_CREATE) => {
                self.is_labelled(look, endpoint.id.as_str()).then(|| done(None))?
            }
            Resource::Model(model) if self.is(&method::MODELS_UPLOAD) => {
                self.is_labelled(look, model.id.as_str()).then(|| done(None))?
            }
            Resource::Operation(operation) if self.is_of(&operation.parent) => {
                self.made(look.answer, look.call).then(|| done(name(look.answer, look.call)))?
            }
            Resource::Endpoint(endpoint) if endpoint.to_string() != self.resource => None,
            Resource::Endpoint(_) if look.call.method == &method::ENDPOINT_OPERATIONS_LIST => {
                self.weigh_operations(look)
            }
            Resource::Endpoint(_) => self.weigh_endpoint(look),
            _ => None,
        }
    }

    fn weigh_endpoint(&self, look: &Look<'_>) -> Option<Shown> {
        let is_missing = look.status == 404 && look.answer["error"]["status"] == "NOT_FOUND";
        if !look.is_success() && !is_missing {
            return None;
        }
        let is_final = look.is_whole() && self.is_over(look);
        if self.is(&method::ENDPOINTS_PATCH) {
            // The etag changes with each update.
            return (is_final && self.names(&look.answer["etag"])).then_some(Shown::NotDone);
        }
        let is_idle = is_final && self.is_idle;
        let mut models = look.answer["deployedModels"].as_array().into_iter().flatten();
        if self.is(&method::ENDPOINTS_DEPLOY_MODEL) {
            return match models.find(|model| self.names(&model["id"])) {
                Some(model) if self.may_date_from(&model["createTime"]) && !self.is_contested(self.rival_at) => {
                    Some(Shown::Done { operation: None })
                }
                // Without an operation of its own, the change did not deploy what another one did.
                Some(_) => is_idle.then_some(Shown::NotDone),
                None => self.likely().or(is_idle.then_some(Shown::NotDone)),
            };
        }
        let is_there = match self.is(&method::ENDPOINTS_DELETE) {
            true => !is_missing,
            false => models.any(|model| self.names(&model["id"])),
        };
        // What a change of replicas has set, its operation shows.
        let removes = !self.is(&method::ENDPOINTS_MUTATE_DEPLOYED_MODEL);
        if is_there || !removes {
            return is_idle.then_some(Shown::NotDone);
        }
        // A removal of what is gone may have been anyone's, unless Google lists its operation.
        self.likely()
    }

    /// What a missing model or endpoint shows where Google has listed an operation that may be the change's.
    fn likely(&self) -> Option<Shown> {
        let own =
            self.operation.as_ref().filter(|own| !self.taken.contains(own) && !self.is_contested(self.nameless_at));
        own.map(|own| Shown::Done { operation: Some(own.clone()) })
    }

    fn weigh_operations(&self, look: &Look<'_>) -> Option<Shown> {
        let operations = look.answer["operations"].as_array().map(Vec::as_slice).unwrap_or_default();
        if let Some(found) = operations.iter().find(|operation| self.made(operation, look.call)) {
            return Some(Shown::Done { operation: name(found, look.call) });
        }
        let may_be_ours = |operation: &Value| {
            self.may_be_of(operation)
                && self.may_date_from(created(operation))
                && !self.is_taken(operation, look.call)
                && !self.names_another(operation)
        };
        let is_final = look.is_success() && look.is_whole() && self.is_over(look);
        let is_complete = text(&look.answer["nextPageToken"]).is_none();
        if !is_final || !is_complete {
            return None;
        }
        let mut likely = operations.iter().filter(|operation| may_be_ours(operation));
        let (Some(only), None) = (likely.next(), likely.next()) else {
            return operations.iter().all(|operation| !may_be_ours(operation)).then_some(Shown::Idle);
        };
        let removes = self.is(&method::ENDPOINTS_UNDEPLOY_MODEL) || self.is(&method::ENDPOINTS_DELETE);
        // A deployment that has failed names no model.
        let is_of_kind = removes || self.is(&method::ENDPOINTS_DEPLOY_MODEL);
        let is_over = only["done"] == true && only["error"].is_object() != removes && self.is_before_end(created(only));
        let operation =
            name(only, look.call).filter(|name| is_of_kind && is_over && self.operation.as_ref() != Some(name))?;
        Some(Shown::Likely { operation })
    }

    /// Whether an operation is of the change's kind, or of a kind that is not known.
    fn may_be_of(&self, operation: &Value) -> bool {
        let kind = operation["metadata"]["@type"].as_str().unwrap_or_default();
        let Some((_, kind)) = kind.rsplit_once('.') else { return true };
        let own = [
            (&method::ENDPOINTS_DEPLOY_MODEL, "DeployModelOperationMetadata"),
            (&method::ENDPOINTS_UNDEPLOY_MODEL, "UndeployModelOperationMetadata"),
            (&method::ENDPOINTS_MUTATE_DEPLOYED_MODEL, "MutateDeployedModelOperationMetadata"),
            (&method::ENDPOINTS_DELETE, "DeleteOperationMetadata"),
        ];
        own.iter().all(|(method, own)| !self.is(method) || *own == kind)
    }

    fn is(&self, method: &method::Method) -> bool {
        self.method == method.name
    }

    /// Whether the clue is about this id.
    fn names(&self, id: &Value) -> bool {
        text(id).is_some_and(|id| self.clue == Some(mark(&self.method, &self.resource, &id, "")))
    }

    /// Whether an operation has deployed or changed another model than the change: it is another user's.
    fn names_another(&self, operation: &Value) -> bool {
        let id = &operation["response"]["deployedModel"]["id"];
        id.is_string() && !self.names(id)
    }

    /// Whether the answer has the label of the run that made the change.
    fn is_labelled(&self, look: &Look<'_>, id: &str) -> bool {
        let run = text(&look.answer["labels"][RUN_LABEL]).filter(|_| look.is_success());
        run.is_some_and(|run| self.clue == Some(mark(&self.method, &self.resource, id, &run)))
            && !self.is_contested(self.rival_at)
    }

    /// Whether an operation has deployed or changed the model of the change.
    fn made(&self, operation: &Value, call: &Call) -> bool {
        (self.is(&method::ENDPOINTS_DEPLOY_MODEL) || self.is(&method::ENDPOINTS_MUTATE_DEPLOYED_MODEL))
            && self.names(&operation["response"]["deployedModel"]["id"])
            && self.may_date_from(created(operation))
            && !self.is_taken(operation, call)
            && !self.is_contested(self.nameless_at)
    }

    /// Whether the operation is that of another change.
    fn is_taken(&self, operation: &Value, call: &Call) -> bool {
        name(operation, call).is_some_and(|name| self.taken.contains(&name))
    }

    fn is_of(&self, parent: &OperationParent) -> bool {
        matches!(parent, OperationParent::Endpoint(endpoint) if endpoint.to_string() == self.resource)
    }

    /// Whether another change, that began at this time, may have made what the answers show.
    fn is_contested(&self, other: Option<Millis>) -> bool {
        other.is_some_and(|at| at.saturating_add(CLOCK_SKEW) >= self.begun_at)
    }

    /// Whether the change may have caused what was created at this time.
    fn may_date_from(&self, created: &Value) -> bool {
        let since = rfc3339(self.begun_at.saturating_sub(CLOCK_SKEW));
        created.as_str().is_none_or(|created| created >= since.as_str())
    }

    /// Whether something was created before the change had arrived at Google or never would.
    fn is_before_end(&self, created: &Value) -> bool {
        let end = self.ended_at.map(|ended| rfc3339(ended.saturating_add(GRACE + CLOCK_SKEW)));
        end.zip(created.as_str()).is_some_and(|(end, created)| created <= end.as_str())
    }

    /// Whether the change had arrived at Google, or never will, when the look began.
    fn is_over(&self, look: &Look<'_>) -> bool {
        self.ended_at.is_some_and(|ended| ended.saturating_add(GRACE) <= look.begun_at)
    }
}

impl Look<'_> {
    fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether the caller asked for all that there is.
    fn is_whole(&self) -> bool {
        self.call
            .query
            .iter()
            .all(|(name, _)| matches!(*name, "pageSize" | "alt" | "$alt" | "prettyPrint" | "$prettyPrint"))
    }
}

fn created(operation: &Value) -> &Value {
    &operation["metadata"]["genericMetadata"]["createTime"]
}

/// The name of an operation, in the project of the call.
fn name(operation: &Value, call: &Call) -> Option<String> {
    let operation: Operation = operation["name"].as_str()?.parse().ok()?;
    Some(Resource::Operation(operation).in_project(call.resource.project()?).to_string())
}

fn mark(method: &str, resource: &str, id: &str, run: &str) -> String {
    format!("{:016x}", fingerprint(&[method, resource, id, run]))
}

fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

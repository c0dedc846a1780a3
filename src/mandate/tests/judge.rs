//! The judge: what a call is to its plan, by the answers so far. Written without [`Facts`], and simpler than the mandate.

use super::*;
use crate::plan::kind::{Undeploy, Which};
use crate::vertex::deployed_model;

/// What passed the door.
pub struct Passed {
    pub call: Call,
    pub status: u16,
    pub answer: Value,
}

/// The direction of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Look,
    Forward,
    /// Undo of an earlier call, or the end of a removal that has begun.
    Back,
}

impl Way {
    fn of(is_back: bool, is_forward: bool) -> Option<Self> {
        if is_back { Some(Self::Back) } else { is_forward.then_some(Self::Forward) }
    }
}

/// The ids of an endpoint's deployed models.
pub fn ids_of(endpoint: &Value) -> impl Iterator<Item = &str> {
    endpoint["deployedModels"].as_array().into_iter().flatten().filter_map(|model| model["id"].as_str())
}

/// The direction of a call that the plan has; `None` for every other call.
pub fn way(mandate: &Mandate, history: &[Passed], call: &Call) -> Option<Way> {
    let judge = Judge { mandate, history, plans: plans(mandate, history) };
    let name = call.method.name.strip_prefix("aiplatform.projects.locations.").unwrap_or_default();
    let look = |is_look: bool| is_look.then_some(Way::Look);
    if call.method == &method::LOG_ENTRIES_LIST {
        return look(judge.reads_log(call));
    }
    match name {
        "models.get" | "endpoints.get" => look(call.body.is_none() && judge.is_probe(call)),
        "endpoints.operations.list" => look(judge.is_on_endpoint(call) && call.body.is_none()),
        "models.listVersions" => look(judge.is_list(call)),
        "operations.get" | "operations.wait" => look(call.body.is_none() && judge.is_named(call)),
        "operations.cancel" => {
            Way::of(call.body.is_none() && mandate.plan.kind.deploys() && judge.is_named(call), false)
        }
        "endpoints.create" | "models.upload" => Way::of(false, judge.makes(call)),
        "endpoints.deployModel" => Way::of(false, judge.deploys(call)),
        "endpoints.patch" => judge.routes(call),
        "endpoints.mutateDeployedModel" => judge.scales(call),
        "models.mergeVersionAliases" => judge.aliases(call),
        "endpoints.undeployModel" => judge.undeploys(call),
        "endpoints.delete" => judge.deletes_endpoint(call),
        "models.delete" | "models.deleteVersion" => Way::of(judge.deletes_model(call), false),
        _ => None,
    }
}

/// The plans for the versions that answers have named.
fn plans(mandate: &Mandate, history: &[Passed]) -> Vec<Plan> {
    if mandate.plan.deployed_model_id.is_some() {
        return vec![mandate.plan.clone()];
    }
    let versions = history.iter().filter(|past| past.status == 200).filter_map(|past| {
        match past.call.method.name.rsplit('.').next() {
            Some("get") if past.call.method.on == method::Kind::Model => {
                past.answer["versionId"].as_str().filter(|_| !looks_at_alias(past))
            }
            Some("listVersions") => past.answer["models"][0]["versionId"].as_str(),
            Some("wait" | "get" | "upload") => past.answer["response"]["modelVersionId"].as_str(),
            _ => None,
        }
    });
    versions.map(|version| mandate.plan.for_version(version.parse().unwrap())).collect()
}

fn looks_at_alias(past: &Passed) -> bool {
    past.call.resource.to_string().ends_with("@production")
}

/// Whether Google may have done what was asked.
fn may_have_landed(past: &Passed) -> bool {
    !matches!(past.status, 404 | 409)
}

/// Whether an answer shows the endpoint, or that it is missing.
fn shows_endpoint(past: &Passed) -> bool {
    past.call.method == &method::ENDPOINTS_PATCH && past.status == 200
        || past.call.method == &method::ENDPOINTS_GET && matches!(past.status, 200 | 404)
}

/// The last answer that shows the endpoint, where that exists.
fn last_read(history: &[Passed]) -> Option<&Value> {
    let last = history.iter().rev().find(|past| shows_endpoint(past))?;
    (last.status == 200).then_some(&last.answer)
}

struct Judge<'a> {
    mandate: &'a Mandate,
    history: &'a [Passed],
    plans: Vec<Plan>,
}

impl Judge<'_> {
    fn answers(&self, method: &'static Method) -> impl Iterator<Item = &Passed> {
        self.history.iter().filter(move |past| past.call.method == method)
    }

    fn steps(&self) -> impl Iterator<Item = &plan::Step> {
        [&self.mandate.plan].into_iter().chain(&self.plans).flat_map(|plan| &plan.steps)
    }

    fn is_on_endpoint(&self, call: &Call) -> bool {
        call.resource == Resource::Endpoint(ENDPOINT.parse().unwrap())
    }

    fn is_probe(&self, call: &Call) -> bool {
        self.steps()
            .filter_map(|step| step.probe.as_ref())
            .any(|probe| (probe.method, &probe.resource, &probe.query) == (call.method, &call.resource, &call.query))
    }

    fn is_list(&self, call: &Call) -> bool {
        let model = &self.mandate.plan.target.model;
        call.body.is_none()
            && call.resource.to_string() == format!("{}/models/{}", model.place, model.id)
            && call.query.iter().all(|(name, _)| *name == "pageToken")
    }

    /// Whether an answer has named the call's operation.
    fn is_named(&self, call: &Call) -> bool {
        let named = call.resource.to_string();
        let names = |past: &Passed| {
            past.answer["name"] == named.as_str() || past.answer["operations"][0]["name"] == named.as_str()
        };
        self.history.iter().any(|past| past.status == 200 && names(past))
    }

    fn makes(&self, call: &Call) -> bool {
        let new_version = self.mandate.plan.new_version();
        let mut calls = self.steps().filter_map(|step| step.call.as_ref()).chain(&new_version);
        calls.any(|planned| {
            let body = planned.body.clone().unwrap_or_default();
            let labels = if body["model"].is_object() { &body["model"]["labels"] } else { &body["labels"] };
            labels["backstage-run"] == RUN
                && planned.method == call.method
                && planned.resource == call.resource
                && planned.query == call.query
                && call.body == Some(body.clone())
        })
    }

    fn deploys(&self, call: &Call) -> bool {
        let bare = |mut body: Value| {
            body.as_object_mut().unwrap().remove("trafficSplit");
            body
        };
        let Some(body) = call.body.clone() else { return false };
        let split = &body["trafficSplit"];
        let is_planned = |plan: &Plan| {
            let planned = plan.step(StepKind::Deployment).and_then(|step| step.call.clone());
            planned.is_some_and(|planned| bare(planned.body.unwrap()) == bare(body.clone()))
        };
        self.is_on_endpoint(call)
            && call.query.is_empty()
            && (split.is_null() || *split == json!({"0": 100}))
            && self.plans.iter().any(is_planned)
    }

    /// The split that the plan writes for a deployed model in place of the one that was read.
    fn forward(&self, read: &Value, id: &str) -> Option<Value> {
        let present = Split::among_deployed(read);
        match &self.mandate.plan.kind {
            Kind::Undeploy(undeploy) => self.is_meant(undeploy, read, id).then(|| present.leaving(id).into()),
            Kind::Scale(..) => None,
            _ => {
                let share = self.mandate.plan.target.traffic.map_or(100, |traffic| traffic.percent());
                let is_planned = |plan: &Plan| plan.deployed_model_id.as_ref().is_some_and(|own| own.as_str() == id);
                self.plans.iter().any(is_planned).then(|| present.with(id, Traffic::of(share)).into())
            }
        }
    }

    /// Whether the plan removes a deployed model.
    fn is_meant(&self, undeploy: &Undeploy, read: &Value, id: &str) -> bool {
        let mut models = read["deployedModels"].as_array().into_iter().flatten();
        let model = models.find(|model| model["id"] == id);
        match &undeploy.which {
            Which::One(one) => one.as_str() == id,
            Which::Idle(ids) => {
                let is_idle = Split::of(read).share(id) == 0;
                model.is_some() && is_idle && ids.iter().any(|idle| idle.as_str() == id)
            }
            Which::All => {
                model.is_some_and(|model| model["model"].as_str().unwrap_or_default().contains("/fraud-detector@"))
            }
        }
    }

    fn routes(&self, call: &Call) -> Option<Way> {
        let body = call.body.clone()?;
        let read = last_read(self.history)?;
        let is_bare = self.is_on_endpoint(call)
            && call.query == [("updateMask", "trafficSplit".to_owned())]
            && body.as_object().unwrap().len() == 2
            && body["etag"] == read["etag"];
        let takes = !matches!(&self.mandate.plan.kind, Kind::Undeploy(undeploy) if !undeploy.takes_traffic());
        let ids = || ids_of(read).filter(|_| is_bare && takes);
        let written = Split::of(&body);
        // A roll-back gives a model the share that it had before a write for it, or takes all from one that was deployed.
        let had = |id: &str, share: u32| {
            (0..self.history.len()).any(|at| {
                let past = &self.history[at];
                let before = last_read(&self.history[..at]).filter(|_| past.call.method == &method::ENDPOINTS_PATCH);
                before.is_some_and(|before| {
                    let split = past.call.body.as_ref().map(|body| body["trafficSplit"].clone());
                    self.forward(before, id) == split && Split::among_deployed(before).share(id) == share
                })
            })
        };
        let is_back = |id: &str| had(id, written.share(id)) || self.has_sent(id) && written.share(id) == 0;
        let names_deployed = written == written.among(&ids_of(read).collect::<Vec<_>>());
        let is_forward = |id: &str| self.forward(read, id).as_ref() == Some(&body["trafficSplit"]);
        Way::of(names_deployed && ids().any(is_back), ids().any(is_forward))
    }

    /// Whether a deployment with this id was sent, and may have been made.
    fn has_sent(&self, id: &str) -> bool {
        self.answers(&method::ENDPOINTS_DEPLOY_MODEL)
            .filter(|past| may_have_landed(past))
            .any(|past| past.call.body.as_ref().unwrap()["deployedModel"]["id"] == id)
    }

    /// Whether a call reads the log of a model that was sent to the endpoint.
    fn reads_log(&self, call: &Call) -> bool {
        let Some(body) = &call.body else { return false };
        let filter = body["filter"].as_str().unwrap_or_default();
        let ids = ["0", "1", "2"].map(str::to_owned).into_iter();
        let ids = ids.chain(self.plans.iter().filter_map(|plan| Some(plan.deployed_model_id.clone()?.to_string())));
        let is_of = |id: &String| *body == log_query(id).body() && self.has_sent(id);
        filter.contains("endpoint_id=\"fraud-detector\"") && call.query.is_empty() && ids.clone().any(|id| is_of(&id))
    }

    fn scales(&self, call: &Call) -> Option<Way> {
        let planned = self.plans.iter().filter_map(|plan| plan.step(StepKind::Scaling)?.call.as_ref());
        let is_bare = self.is_on_endpoint(call) && call.query.is_empty() && planned.clone().next().is_some();
        let id = call.body.as_ref()?["deployedModel"]["id"].as_str()?;
        let is_own = planned.clone().any(|planned| planned.body.as_ref().unwrap()["deployedModel"]["id"] == id);
        // Back to the numbers before the first write.
        let is_write = |past: &Passed| past.call.method == call.method && may_have_landed(past);
        let first = self.history.iter().position(is_write).unwrap_or(self.history.len());
        let read = last_read(&self.history[..first]);
        let mut models = read.and_then(|read| read["deployedModels"].as_array()).into_iter().flatten();
        let before = models.find(|model| model["id"] == id).and_then(deployed_model::replicas);
        let is_back =
            is_own && before.is_some_and(|before| call.body == Some(plan::scale(&id.parse().unwrap(), before)));
        let is_planned = planned.clone().any(|planned| planned.body == call.body);
        Way::of(is_bare && is_back, is_bare && is_planned)
    }

    fn aliases(&self, call: &Call) -> Option<Way> {
        let Kind::Deploy(Deploy { alias: Some(alias), .. }) = &self.mandate.plan.kind else { return None };
        let Resource::Model(model) = &call.resource else { return None };
        let number = model.version.as_ref().map(|version| version.as_str()).unwrap_or_default();
        let is_planned = self.plans.iter().any(|plan| plan.target.model == *model);
        // It goes back to a version that it named before, or is taken from ours where it named none.
        let looks = || self.answers(&method::MODELS_GET).filter(|past| looks_at_alias(past));
        let named_before = looks().any(|past| past.status == 200 && past.answer["versionId"] == number);
        let named_none = looks().any(|past| past.status == 404);
        let moved = self.answers(&method::MODELS_MERGE_VERSION_ALIASES).any(may_have_landed);
        let gives = call.body == Some(plan::alias(alias, true));
        let takes = call.body == Some(plan::alias(alias, false));
        let is_forward = is_planned && gives && looks().any(|past| matches!(past.status, 200 | 404));
        let is_back = moved && (gives && named_before || takes && is_planned && named_none);
        Way::of(call.query.is_empty() && is_back, call.query.is_empty() && is_forward)
    }

    fn undeploys(&self, call: &Call) -> Option<Way> {
        let body = call.body.as_ref()?;
        let id = body["deployedModelId"].as_str().unwrap_or_default();
        if !self.is_on_endpoint(call) || !call.query.is_empty() || *body != json!({ "deployedModelId": id }) {
            return None;
        }
        match &self.mandate.plan.kind {
            Kind::Undeploy(undeploy) => {
                let is_meant = matches!(&undeploy.which, Which::One(one) if one.as_str() == id)
                    || last_read(self.history).is_some_and(|read| self.is_meant(undeploy, read, id));
                Way::of(is_meant && self.has_begun(call), is_meant)
            }
            _ => Way::of(self.has_sent(id), false),
        }
    }

    fn deletes_endpoint(&self, call: &Call) -> Option<Way> {
        let is_bare = self.is_on_endpoint(call) && call.query.is_empty() && call.body.is_none();
        match &self.mandate.plan.kind {
            Kind::Undeploy(undeploy) => {
                let is_planned = is_bare && undeploy.deletes_endpoint && undeploy.takes_traffic();
                Way::of(is_planned && self.has_begun(call), is_planned)
            }
            _ => Way::of(is_bare && self.answers(&method::ENDPOINTS_CREATE).any(may_have_landed), false),
        }
    }

    /// Whether the same call was sent before, and may have had its effect.
    fn has_begun(&self, call: &Call) -> bool {
        self.answers(call.method).any(|past| past.call == *call && may_have_landed(past))
    }

    /// A whole model is deleted where a whole list shows versions of the deployment only.
    fn deletes_model(&self, call: &Call) -> bool {
        let Resource::Model(model) = &call.resource else { return false };
        let is_planned = Model { version: None, ..model.clone() } == self.mandate.plan.target.model;
        let has_version = model.version.is_some() == (call.method == &method::MODELS_DELETE_VERSION);
        let is_bare = call.query.is_empty() && call.body.is_none();
        let is_ours = |past: &&Passed| past.answer["models"][0]["labels"][RUN_LABEL] == RUN;
        let lists = || self.answers(&method::MODELS_LIST_VERSIONS).filter(|past| past.status == 200);
        let is_listed = match &model.version {
            Some(version) => {
                lists().filter(is_ours).any(|past| past.answer["models"][0]["versionId"] == version.as_str())
            }
            None => {
                let lists: Vec<_> = lists().collect();
                let first = lists.iter().rposition(|past| past.call.query.is_empty());
                let pages = first.map(|first| &lists[first..]).unwrap_or_default();
                let follows = |pages: &[&Passed]| {
                    let token = |past: &Passed| past.call.query.first().map(|(_, token)| token.clone());
                    let next = pages[0].answer["nextPageToken"].as_str().unwrap();
                    token(pages[1]).as_deref() == Some(next) || token(pages[0]) == token(pages[1])
                };
                let is_whole = pages.last().is_some_and(|last| last.answer["nextPageToken"] == "");
                is_whole && pages.windows(2).all(follows) && pages.iter().all(is_ours)
            }
        };
        let uploaded = self.answers(&method::MODELS_UPLOAD).any(may_have_landed);
        is_planned && has_version && is_bare && uploaded && is_listed
    }
}

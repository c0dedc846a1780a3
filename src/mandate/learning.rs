//! Learning: what an answer that passed the door adds to the facts of its mandate.

use super::facts::{Facts, LONGEST_TOKEN, MOST_VERSIONS, Role, Seen, kept_labels, traffic};
use super::{Effect, Mandate, Thing, Use};
use crate::method::{self, Call, Resource};
use crate::name::{Model, ModelVersion, Operation};
use crate::plan::kind::Deploy;
use crate::plan::{Kind, RUN_LABEL, StepKind};
use crate::vertex::stage::is_deployment;
use crate::vertex::traffic::deployed;
use serde_json::Value;

/// Maximum number of deployed models of an endpoint whose traffic is changed.
const MOST_DEPLOYED: usize = 100;
/// Maximum length of an etag, in bytes.
const LONGEST_ETAG: usize = 256;

impl Mandate {
    /// The facts after an answer to a permitted call. [`Use::before`] has noted what the call may make.
    pub fn learn(&self, facts: &Facts, used: &Use, status: u16, answer: &Value) -> Facts {
        let mut facts = facts.clone();
        let call = &used.call;
        if !(200..300).contains(&status) {
            if (400..500).contains(&status) && status != 408 {
                facts = used.unsent(&facts);
            }
            if call.method == &method::ENDPOINTS_GET && status == 404 {
                facts.endpoint = Some(Seen::Missing);
            }
            if status == 404 && self.looks_at_alias(call) {
                facts.alias = Some(None);
            }
            return facts;
        }
        let is = |method| call.method == method;
        if !answer.is_object() {
            // Something in between answered in Google's place.
        } else if is(&method::ENDPOINTS_GET) {
            see_endpoint(&mut facts, answer);
            self.check_label(&mut facts, answer);
        } else if is(&method::ENDPOINTS_PATCH) {
            see_endpoint(&mut facts, answer);
        } else if is(&method::MODELS_GET) {
            self.see_model(&mut facts, call, answer);
        } else if is(&method::MODELS_LIST_VERSIONS) {
            self.see_versions(&mut facts, call, answer);
        } else if is(&method::ENDPOINT_OPERATIONS_LIST) {
            see_operations(&mut facts, used, answer);
        } else if is(&method::OPERATIONS_WAIT) || is(&method::OPERATIONS_GET) {
            if let Resource::Operation(operation) = &call.resource
                && let Some(role) = facts.role(operation).cloned()
            {
                see_end(&mut facts, &role, answer);
            }
        } else {
            let role = match &used.effect {
                Effect::Makes { thing, .. } => Role::Makes(thing.clone()),
                Effect::Removes(thing) => Role::Removes(thing.clone()),
                Effect::Takes { thing, .. } => Role::Removes(thing.clone()),
                Effect::RemovesVersion | Effect::Scales { .. } => Role::Other,
                Effect::None | Effect::Routes(_) | Effect::Aliases { .. } => return facts,
            };
            if let Some(operation) = operation(answer, used) {
                facts.note(operation, role.clone());
            }
            see_end(&mut facts, &role, answer);
        }
        facts
    }

    /// Whether the plan uploads the model where it is missing.
    fn uploads(&self) -> bool {
        self.plan.step(StepKind::Model).is_some_and(|step| step.call.is_some())
    }

    /// Whether a call reads the version that the plan's alias names.
    fn looks_at_alias(&self, call: &Call) -> bool {
        let Kind::Deploy(Deploy { alias: Some(alias), .. }) = &self.plan.kind else { return false };
        let named = Model { version: Some(alias.clone()), ..self.plan.target.model.clone() };
        call.method == &method::MODELS_GET && call.resource == self.named(Resource::Model(named))
    }

    fn see_model(&self, facts: &mut Facts, call: &Call, model: &Value) {
        // Each version has labels of its own: one without an owner does not hide the owner of another.
        let labels = kept_labels(&model["labels"]);
        if !labels.is_null() {
            facts.model_labels = labels;
        }
        let Some(version) = model["versionId"].as_str().and_then(number) else { return };
        if self.looks_at_alias(call) {
            facts.alias = Some(Some(version.clone()));
        }
        // The version that the alias names is deployed only where the plan looks for its own version there.
        let probe = self.plan.step(StepKind::Model).and_then(|step| step.probe.as_ref());
        if !probe.is_some_and(|probe| self.is_at(call, probe)) {
            return;
        }
        match self.uploads() {
            true if self.plan.is_wanted(model) => facts.find(version, true),
            true => {}
            false => facts.find(version, false),
        }
    }

    /// Learns from one page of the model's versions. Only the pages from the first to the one without a next one tell that there are no others.
    fn see_versions(&self, facts: &mut Facts, call: &Call, answer: &Value) {
        let page = call.query.iter().find(|(name, _)| *name == "pageToken").map(|(_, token)| token.clone());
        if page.is_none() {
            (facts.ours, facts.only_ours) = (Vec::new(), true);
        } else if page != facts.next && page != facts.page {
            facts.only_ours = false;
        }
        facts.next = answer["nextPageToken"].as_str().filter(|token| !token.is_empty()).map(str::to_owned);
        // Without its token, the next page cannot be recognised.
        facts.only_ours &= facts.next.take_if(|token| token.len() > LONGEST_TOKEN).is_none();
        facts.page = page.filter(|_| facts.only_ours);
        let listed = answer["models"].as_array().map(Vec::as_slice).unwrap_or_default();
        for version in listed {
            let is_ours = version["labels"][RUN_LABEL].as_str() == Some(self.run.as_str());
            let kept =
                version["versionId"].as_str().and_then(number).filter(|_| is_ours && facts.ours.len() < MOST_VERSIONS);
            facts.only_ours &= kept.is_some();
            facts.ours.extend(kept.filter(|version| !facts.ours.contains(version)));
        }
        if self.uploads() {
            for version in listed.iter().filter(|version| self.plan.is_wanted(version)) {
                if let Some(version) = version["versionId"].as_str().and_then(number) {
                    facts.find(version, true);
                }
            }
        }
    }

    /// An endpoint with another label was made by somebody else, whatever a call under the mandate may have made.
    fn check_label(&self, facts: &mut Facts, endpoint: &Value) {
        if endpoint["labels"][RUN_LABEL].as_str() != Some(self.run.as_str()) {
            facts.unmake(&Thing::Endpoint);
        }
    }
}

fn see_operations(facts: &mut Facts, used: &Use, answer: &Value) {
    for listed in answer["operations"].as_array().into_iter().flatten() {
        if listed["done"].as_bool().unwrap_or(false) {
            continue;
        }
        let role = if is_deployment(listed) { Role::Deploys } else { Role::Other };
        if let Some(name) = operation(listed, used) {
            facts.note(name, role);
        }
    }
}

/// Learns from an operation that has ended.
fn see_end(facts: &mut Facts, role: &Role, answer: &Value) {
    if !answer["done"].as_bool().unwrap_or(false) || answer["error"].is_object() {
        return;
    }
    match role {
        Role::Makes(Thing::Model) => {
            if let Some(version) = answer["response"]["modelVersionId"].as_str().and_then(number) {
                facts.find(version, true);
            }
        }
        Role::Removes(thing) => {
            facts.unmake(thing);
        }
        _ => {}
    }
}

fn see_endpoint(facts: &mut Facts, answer: &Value) {
    let etag = answer["etag"].as_str().filter(|etag| !etag.is_empty() && etag.len() <= LONGEST_ETAG);
    let etag = etag.filter(|_| deployed(answer).len() <= MOST_DEPLOYED);
    facts.endpoint = etag.map(|etag| Seen::There { etag: etag.to_owned(), state: traffic(answer) });
}

/// A version as Google names it: a number, never an alias.
fn number(text: &str) -> Option<ModelVersion> {
    text.parse().ok().filter(ModelVersion::is_number)
}

/// The operation that an answer names, in the place of the call. Its project is named as the door names it.
fn operation(answer: &Value, used: &Use) -> Option<Operation> {
    let operation: Operation = answer["name"].as_str()?.parse().ok()?;
    let place = used.call.resource.place()?;
    let operation = operation.in_project(&place.project);
    (operation.place() == place).then_some(operation)
}

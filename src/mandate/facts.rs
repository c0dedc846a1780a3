//! Facts: what Google has named in answers that passed the door under one mandate, and what was made under it.

use super::{Effect, Thing, Use, Written};
use crate::method::Resource;
use crate::name::{DeployedModelId, ModelVersion, Operation};
use crate::plan::owner::owner_labels;
use crate::vertex::deployed_model;
use crate::vertex::deployed_model::Replicas;
use crate::vertex::message::{Object, object};
use crate::vertex::traffic::Split;
use serde_json::Value;

/// Maximum number of operations. One deployment starts fewer than ten, and lists those of its endpoint.
const MOST_OPERATIONS: usize = 64;
/// Maximum number of versions.
pub(super) const MOST_VERSIONS: usize = 16;
/// Maximum number of written splits. A deployment writes one, and again where others are quicker.
const MOST_WRITTEN: usize = 16;
/// Maximum length of a page token, in bytes.
pub(super) const LONGEST_TOKEN: usize = 1024;
/// Maximum length of a model's name, in bytes.
const LONGEST_NAME: usize = 512;

/// The facts of one mandate; durable before an answer passes the door.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Versions that the plan may deploy: with the content that it uploads, or else the one that it last read. The newest are last.
    pub(super) versions: Vec<ModelVersion>,
    /// The model's versions with the deployment's label, as they were last listed.
    pub(super) ours: Vec<ModelVersion>,
    /// Whether no other versions were listed, on the pages that were read so far.
    pub(super) only_ours: bool,
    /// The tokens of the page that was listed last, and of the next one; `None` for the first page and after the last.
    pub(super) page: Option<String>,
    pub(super) next: Option<String>,
    pub(super) endpoint: Option<Seen>,
    /// The labels of the model's owner, as they were last read.
    pub(super) model_labels: Value,
    /// What calls under the mandate have made, or may have made.
    pub(super) made: Vec<Thing>,
    /// Traffic splits that calls under the mandate have written, or may have written, oldest first.
    pub(super) written: Vec<Written>,
    /// What the plan is to remove and calls under the mandate have begun to remove, or may have begun.
    pub(super) begun: Vec<Thing>,
    /// The replicas of a deployed model before calls under the mandate may have changed them.
    pub(super) replicas: Option<(DeployedModelId, Replicas)>,
    /// The version that the plan's alias names, as it was last read; the inner `None` where it names none.
    pub(super) alias: Option<Option<ModelVersion>>,
    /// The version that it named before calls under the mandate may have moved it.
    pub(super) alias_before: Option<Option<ModelVersion>>,
    pub(super) operations: Vec<Known>,
}

/// The endpoint, as it was last read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    Missing,
    There {
        etag: String,
        /// Its traffic split and its deployed models, as in an `Endpoint`.
        state: Value,
    },
}

/// An operation that Google has named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub name: Operation,
    pub role: Role,
}

/// The relation of an operation to the mandate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Makes(Thing),
    Removes(Thing),
    /// A deployment that was listed while it ran; whose it is, no answer tells.
    Deploys,
    Other,
}

impl Facts {
    /// Reads stored facts; `None` where they are unreadable.
    pub fn read(stored: &Value) -> Option<Self> {
        let list = |name: &str| stored[name].as_array().map(Vec::as_slice);
        let versions = |name: &str| -> Option<Vec<ModelVersion>> {
            list(name)?.iter().map(|version| version.as_str()?.parse().ok()).collect()
        };
        let endpoint = match &stored["endpoint"] {
            Value::Null => None,
            Value::Bool(false) => Some(Seen::Missing),
            seen => Some(Seen::There { etag: seen["etag"].as_str()?.to_owned(), state: traffic(seen) }),
        };
        let model_labels = kept_labels(&stored["modelLabels"]);
        let things = |name: &str| -> Option<Vec<Thing>> {
            list(name)?.iter().map(|thing| Thing::read(thing.as_str()?)).collect()
        };
        let (made, begun) = (things("made")?, things("begun")?);
        let replicas = match &stored["replicas"] {
            Value::Null => None,
            kept => Some((kept["id"].as_str()?.parse().ok()?, deployed_model::replicas(kept)?)),
        };
        let written = |written: &Value| {
            let split = |name: &str| Split::of(&object().with("trafficSplit", written[name].clone()).into());
            let id = written["id"].as_str()?.parse().ok()?;
            Some(Written { id, before: split("before"), after: split("after") })
        };
        let written = list("written")?.iter().map(written).collect::<Option<_>>()?;
        let known = |known: &Value| {
            Some(Known { name: known["name"].as_str()?.parse().ok()?, role: Role::read(known["role"].as_str()?)? })
        };
        let operations = list("operations")?.iter().map(known).collect::<Option<_>>()?;
        let (versions, ours) = (versions("versions")?, versions("ours")?);
        let only_ours = stored["onlyOurs"].as_bool()?;
        let [page, next] = ["page", "next"].map(|name| stored[name].as_str().map(str::to_owned));
        let alias = |name: &str| match &stored[name] {
            Value::Null => Some(None),
            Value::Bool(false) => Some(Some(None)),
            version => Some(Some(Some(version.as_str()?.parse().ok()?))),
        };
        let (alias, alias_before) = (alias("alias")?, alias("aliasBefore")?);
        Some(Self {
            versions,
            ours,
            only_ours,
            page,
            next,
            endpoint,
            model_labels,
            made,
            written,
            begun,
            replicas,
            alias,
            alias_before,
            operations,
        })
    }

    /// Whether every version of the model was listed, and is the deployment's.
    pub(super) fn has_only_ours(&self) -> bool {
        self.only_ours && self.next.is_none() && !self.ours.is_empty()
    }

    /// The facts to store.
    pub fn stored(&self) -> Value {
        let endpoint = match &self.endpoint {
            None => Value::Null,
            Some(Seen::Missing) => false.into(),
            Some(Seen::There { etag, state }) => {
                let mut seen = state.clone();
                seen["etag"] = etag.as_str().into();
                seen
            }
        };
        let things = |things: &[Thing]| -> Vec<Value> { things.iter().map(|thing| thing.stored().into()).collect() };
        let replicas = self.replicas.as_ref().map_or(Value::Null, |(id, replicas)| {
            let mut kept = resources(*replicas);
            kept["id"] = id.as_str().into();
            kept
        });
        let alias = |known: &Option<Option<ModelVersion>>| match known {
            None => Value::Null,
            Some(None) => false.into(),
            Some(Some(version)) => version.as_str().into(),
        };
        let known = |known: &Known| -> Value {
            let name = known.name.to_string();
            Object::default().with("name", name).with("role", known.role.stored()).into()
        };
        let written = |written: &Written| -> Value {
            let Written { id, before, after } = written;
            object().with("id", id.as_str()).with("before", before.clone()).with("after", after.clone()).into()
        };
        let written: Vec<Value> = self.written.iter().map(written).collect();
        let operations: Vec<Value> = self.operations.iter().map(known).collect();
        let names = |versions: &[ModelVersion]| -> Vec<Value> {
            versions.iter().map(|version| version.as_str().into()).collect()
        };
        object()
            .with("versions", names(&self.versions))
            .with("ours", names(&self.ours))
            .with("onlyOurs", self.only_ours)
            .with_text("page", self.page.as_ref())
            .with_text("next", self.next.as_ref())
            .with("endpoint", endpoint)
            .with("modelLabels", self.model_labels.clone())
            .with("made", things(&self.made))
            .with("written", written)
            .with("begun", things(&self.begun))
            .with("replicas", replicas)
            .with("alias", alias(&self.alias))
            .with("aliasBefore", alias(&self.alias_before))
            .with("operations", operations)
            .into()
    }

    pub(super) fn role(&self, operation: &Operation) -> Option<&Role> {
        self.operations.iter().find(|known| known.name == *operation).map(|known| &known.role)
    }

    /// The labels of the owner of the model or the endpoint, as they were last read.
    pub fn owner_labels(&self, of: &Resource) -> &Value {
        match &self.endpoint {
            _ if matches!(of, Resource::Model(_)) => &self.model_labels,
            Some(Seen::There { state, .. }) => &state["labels"],
            _ => &Value::Null,
        }
    }

    /// Whether something may be in the making by an operation that no answer has named: the answer was lost.
    pub(super) fn awaits_an_answer(&self) -> bool {
        self.made.iter().any(|thing| {
            matches!(thing, Thing::Deployment(_))
                && !self.operations.iter().any(|known| known.role == Role::Makes(thing.clone()))
        })
    }

    /// Keeps a version that the plan may deploy. A plan that uploads may deploy each version with its content, another one the last.
    pub(super) fn find(&mut self, version: ModelVersion, keeps_others: bool) {
        self.versions.retain(|known| keeps_others && *known != version);
        self.versions.push(version);
        let excess = self.versions.len().saturating_sub(MOST_VERSIONS);
        self.versions.drain(..excess);
    }

    fn make(&mut self, thing: &Thing) {
        if !self.made.contains(thing) {
            self.made.push(thing.clone());
        }
    }

    /// Notes what a call that is sent now may make. An earlier operation that made it is no answer to this call.
    fn make_again(&mut self, thing: &Thing) {
        self.make(thing);
        for known in &mut self.operations {
            if matches!(thing, Thing::Deployment(_)) && known.role == Role::Makes(thing.clone()) {
                known.role = Role::Deploys;
            }
        }
    }

    pub(super) fn unmake(&mut self, thing: &Thing) {
        self.made.retain(|made| made != thing);
    }

    /// Notes an operation. What is known of it already stays, unless the new role says more.
    pub(super) fn note(&mut self, name: Operation, role: Role) {
        match self.operations.iter_mut().find(|known| known.name == name) {
            Some(known) if matches!(role, Role::Makes(_) | Role::Removes(_)) => known.role = role,
            Some(_) => {}
            None => self.operations.push(Known { name, role }),
        }
        if self.operations.len() > MOST_OPERATIONS {
            // What only a list named is forgotten first.
            let listed = self.operations.iter().position(|known| matches!(known.role, Role::Deploys | Role::Other));
            self.operations.remove(listed.unwrap_or_default());
        }
    }
}

impl Use {
    /// The facts before the call is sent: what it may make is noted first, because its answer may be lost.
    pub fn before(&self, facts: &Facts) -> Facts {
        let mut facts = facts.clone();
        match &self.effect {
            Effect::Makes { thing, .. } => facts.make_again(thing),
            Effect::Routes(written) => facts.written.push(written.clone()),
            Effect::Takes { thing, is_first: true } => facts.begun.push(thing.clone()),
            Effect::Scales { id, before, is_first: true } => facts.replicas = Some((id.clone(), *before)),
            Effect::Aliases { before, is_first: true } => facts.alias_before = Some(before.clone()),
            Effect::Takes { .. } | Effect::Scales { .. } | Effect::Aliases { .. } => {}
            Effect::None | Effect::Removes(_) | Effect::RemovesVersion => {}
        }
        let excess = facts.written.len().saturating_sub(MOST_WRITTEN);
        facts.written.drain(..excess);
        facts
    }

    /// The facts after the call has had no effect for sure: it was not sent, or rejected. An earlier one with a lost answer may have had.
    pub fn unsent(&self, facts: &Facts) -> Facts {
        let mut facts = facts.clone();
        match &self.effect {
            Effect::Makes { thing, is_first: true } => facts.unmake(thing),
            Effect::Takes { thing, is_first: true } => facts.begun.retain(|begun| begun != thing),
            Effect::Scales { is_first: true, .. } => facts.replicas = None,
            Effect::Aliases { is_first: true, .. } => facts.alias_before = None,
            Effect::Routes(written) => {
                if let Some(at) = facts.written.iter().rposition(|other| other == written) {
                    facts.written.remove(at);
                }
            }
            _ => {}
        }
        facts
    }
}

/// The part of an `Endpoint` that its traffic, its replicas and its owner depend on.
pub(super) fn traffic(endpoint: &Value) -> Value {
    let kept = |model: &Value| -> Option<Value> {
        let name = model["model"].as_str().filter(|name| name.len() <= LONGEST_NAME);
        let kept = object().with("id", model["id"].as_str()?).with_text("model", name.as_ref());
        Some(match deployed_model::replicas(model) {
            Some(replicas) => kept.with("dedicatedResources", resources(replicas)["dedicatedResources"].clone()).into(),
            None => kept.into(),
        })
    };
    let models: Vec<Value> = endpoint["deployedModels"].as_array().into_iter().flatten().filter_map(kept).collect();
    let state = object().with("trafficSplit", Split::among_deployed(endpoint)).with("deployedModels", models);
    match kept_labels(&endpoint["labels"]) {
        Value::Null => state.into(),
        labels => state.with("labels", labels).into(),
    }
}

/// The labels that name an owner; `null` without any.
pub(super) fn kept_labels(labels: &Value) -> Value {
    owner_labels(labels).unless_empty().map_or(Value::Null, Into::into)
}

/// The part of a `DeployedModel` that bounds its replicas.
fn resources(replicas: Replicas) -> Value {
    let bounds = object().with("minReplicaCount", replicas.min).with("maxReplicaCount", replicas.max);
    object().with("dedicatedResources", bounds).into()
}

impl Thing {
    fn read(text: &str) -> Option<Self> {
        Some(match text {
            "model" => Self::Model,
            "endpoint" => Self::Endpoint,
            id => Self::Deployment(id.parse().ok()?),
        })
    }

    pub(super) fn stored(&self) -> &str {
        match self {
            Self::Model => "model",
            Self::Endpoint => "endpoint",
            Self::Deployment(id) => id.as_str(),
        }
    }
}

impl Role {
    fn read(text: &str) -> Option<Self> {
        Some(match text.split_once(' ') {
            Some(("makes", thing)) => Self::Makes(Thing::read(thing)?),
            Some(("removes", thing)) => Self::Removes(Thing::read(thing)?),
            None if text == "deploys" => Self::Deploys,
            None if text == "other" => Self::Other,
            _ => return None,
        })
    }

    fn stored(&self) -> String {
        match self {
            Self::Makes(thing) => format!("makes {}", thing.stored()),
            Self::Removes(thing) => format!("removes {}", thing.stored()),
            Self::Deploys => "deploys".to_owned(),
            Self::Other => "other".to_owned(),
        }
    }
}

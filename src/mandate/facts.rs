//! Facts: what Google has named in answers that passed the door under one mandate, and what was made under it.

use super::{Effect, Mandate, RUN_LABEL, Thing, Use};
use crate::method::{self, Resource};
use crate::name::{ModelVersion, Operation};
use crate::vertex::message::{Object, object};
use crate::vertex::stage::is_deployment;
use crate::vertex::traffic::Split;
use serde_json::Value;

/// Maximum number of operations. One deployment starts fewer than ten, and lists those of its endpoint.
const MOST_OPERATIONS: usize = 64;
/// Maximum length of an etag, in bytes.
const LONGEST_ETAG: usize = 256;

/// The facts of one mandate; durable before an answer passes the door.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The version that the model had when it was last read or uploaded.
    pub(super) version: Option<ModelVersion>,
    pub(super) endpoint: Option<Seen>,
    /// What calls under the mandate have made, or may have made.
    pub(super) made: Vec<Thing>,
    pub(super) operations: Vec<Known>,
}

/// The endpoint, as it was last read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    Missing,
    There {
        etag: String,
        split: Split,
        /// Whether it has deployed models.
        serves: bool,
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
        let version = match &stored["version"] {
            Value::Null => None,
            version => Some(version.as_str()?.parse().ok()?),
        };
        let endpoint = match &stored["endpoint"] {
            Value::Null => None,
            Value::Bool(false) => Some(Seen::Missing),
            seen => Some(Seen::There {
                etag: seen["etag"].as_str()?.to_owned(),
                split: Split::of(seen),
                serves: seen["serves"].as_bool()?,
            }),
        };
        let made = list("made")?.iter().map(|thing| Thing::read(thing.as_str()?)).collect::<Option<_>>()?;
        let known = |known: &Value| {
            Some(Known { name: known["name"].as_str()?.parse().ok()?, role: Role::read(known["role"].as_str()?)? })
        };
        let operations = list("operations")?.iter().map(known).collect::<Option<_>>()?;
        Some(Self { version, endpoint, made, operations })
    }

    /// The facts to store.
    pub fn stored(&self) -> Value {
        let endpoint = match &self.endpoint {
            None => Value::Null,
            Some(Seen::Missing) => false.into(),
            Some(Seen::There { etag, split, serves }) => object()
                .with("etag", etag.as_str())
                .with("trafficSplit", Value::from(split.clone()))
                .with("serves", *serves)
                .into(),
        };
        let made: Vec<Value> = self.made.iter().map(|thing| thing.stored().into()).collect();
        let known = |known: &Known| -> Value {
            let name = known.name.to_string();
            Object::default().with("name", name).with("role", known.role.stored()).into()
        };
        let operations: Vec<Value> = self.operations.iter().map(known).collect();
        object()
            .with_text("version", self.version.as_ref())
            .with("endpoint", endpoint)
            .with("made", made)
            .with("operations", operations)
            .into()
    }

    pub(super) fn role(&self, operation: &Operation) -> Option<&Role> {
        self.operations.iter().find(|known| known.name == *operation).map(|known| &known.role)
    }

    /// Whether something may be in the making by an operation that no answer has named: the answer was lost.
    pub(super) fn awaits_an_answer(&self) -> bool {
        self.made.iter().any(|thing| {
            matches!(thing, Thing::Deployment(_))
                && !self.operations.iter().any(|known| known.role == Role::Makes(thing.clone()))
        })
    }

    fn make(&mut self, thing: &Thing) {
        if !self.made.contains(thing) {
            self.made.push(thing.clone());
        }
    }

    fn unmake(&mut self, thing: &Thing) {
        self.made.retain(|made| made != thing);
    }

    /// Notes an operation. What is known of it already stays, unless the new role says more.
    fn note(&mut self, name: Operation, role: Role) {
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
        if let Effect::Makes { thing, .. } = &self.effect {
            facts.make(thing);
        }
        facts
    }

    /// The facts after the call ended before it was sent.
    pub fn unsent(&self, facts: &Facts) -> Facts {
        let mut facts = facts.clone();
        if let Effect::Makes { thing, is_first: true } = &self.effect {
            facts.unmake(thing);
        }
        facts
    }
}

impl Mandate {
    /// The facts after an answer to a permitted call.
    pub fn learn(&self, facts: &Facts, used: &Use, status: u16, answer: &Value) -> Facts {
        let mut facts = used.before(facts);
        let call = &used.call;
        if !(200..300).contains(&status) {
            // A rejected call made nothing, but an earlier one with a lost answer may have.
            if let Effect::Makes { thing, is_first: true } = &used.effect
                && (400..500).contains(&status)
                && status != 408
            {
                facts.unmake(thing);
            }
            if call.method == &method::ENDPOINTS_GET && status == 404 {
                facts.endpoint = Some(Seen::Missing);
            }
            return facts;
        }
        let is = |method| call.method == method;
        if is(&method::ENDPOINTS_GET) {
            see_endpoint(&mut facts, answer);
            self.check_label(&mut facts, &Thing::Endpoint, answer);
        } else if is(&method::ENDPOINTS_PATCH) {
            see_endpoint(&mut facts, answer);
        } else if is(&method::MODELS_GET) {
            self.see_model(&mut facts, answer);
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
                Effect::None => return facts,
            };
            if let Some(operation) = operation(answer, used) {
                facts.note(operation, role.clone());
            }
            see_end(&mut facts, &role, answer);
        }
        facts
    }

    fn see_model(&self, facts: &mut Facts, answer: &Value) {
        if let Some(version) = answer["versionId"].as_str().and_then(number) {
            facts.version = Some(version);
        }
        self.check_label(facts, &Thing::Model, answer);
    }

    /// A resource with another label was made by somebody else, whatever a call under the mandate may have made.
    fn check_label(&self, facts: &mut Facts, thing: &Thing, answer: &Value) {
        if answer["labels"][RUN_LABEL].as_str() != Some(self.run.as_str()) {
            facts.unmake(thing);
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
                facts.version = Some(version);
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
    let serves = answer["deployedModels"].as_array().is_some_and(|models| !models.is_empty());
    facts.endpoint = etag.map(|etag| Seen::There { etag: etag.to_owned(), split: Split::of(answer), serves });
}

/// A version as Google names it: a number, never an alias.
fn number(text: &str) -> Option<ModelVersion> {
    let version: ModelVersion = text.parse().ok()?;
    text.bytes().all(|b| b.is_ascii_digit()).then_some(version)
}

/// The operation that an answer names, in the place of the call. Its project is named as the door names it.
fn operation(answer: &Value, used: &Use) -> Option<Operation> {
    let operation: Operation = answer["name"].as_str()?.parse().ok()?;
    let place = used.call.resource.place()?;
    let operation = operation.in_project(&place.project);
    (operation.place() == place).then_some(operation)
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

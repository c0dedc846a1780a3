//! The Vertex AI annotations of an entity, collected once and looked up often.

use super::keys::{Key, PREFIX};
use crate::entity::{Entity, Node};
use crate::words;

/// The key and value of an annotation, as the entity has them.
#[derive(Clone, Copy)]
pub struct At<'a> {
    pub key: &'a Node,
    pub value: &'a Node,
}

impl<'a> At<'a> {
    /// The key's text.
    pub fn name(self) -> &'a str {
        self.key.as_text().unwrap_or_default()
    }

    /// Whether the annotation belongs to no environment.
    pub fn is_plain(self) -> bool {
        !words::contains(self.name().strip_prefix(PREFIX).unwrap_or_default(), ".")
    }
}

struct Entry<'a> {
    key: Key,
    environment: Option<&'a str>,
    at: At<'a>,
}

/// The Vertex AI annotations of an entity.
pub struct Given<'a> {
    entries: Vec<Entry<'a>>,
    /// Annotations with our prefix and an unknown name.
    pub unknown: Vec<At<'a>>,
    /// Annotations without our prefix.
    pub foreign: Vec<At<'a>>,
}

impl<'a> Given<'a> {
    pub fn new(entity: &'a Entity) -> Self {
        let annotations = entity.annotations();
        let entries = Vec::with_capacity(annotations.len());
        let mut given = Self { entries, unknown: Vec::new(), foreign: Vec::new() };
        for (key, value) in annotations {
            let at = At { key, value };
            let Some(name) = at.name().strip_prefix(PREFIX) else {
                given.foreign.push(at);
                continue;
            };
            let (name, environment) =
                words::split_once(name, ".").map_or((name, None), |(name, environment)| (name, Some(environment)));
            match Key::parse(name) {
                Some(key) => given.entries.push(Entry { key, environment, at }),
                None => given.unknown.push(at),
            }
        }
        given
    }

    /// Whether no annotation has our prefix.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.unknown.is_empty()
    }

    /// Whether an annotation names a model or an endpoint.
    pub fn names_what_to_serve(&self) -> bool {
        self.entries.iter().any(|entry| matches!(entry.key, Key::Model | Key::Endpoint))
    }

    /// The environments of all keys, in the order of the text.
    pub fn environments(&self) -> Vec<&'a str> {
        let mut environments = Vec::new();
        for environment in self.entries.iter().filter_map(|entry| entry.environment) {
            if !environments.contains(&environment) {
                environments.push(environment);
            }
        }
        environments
    }

    /// Whether there is a deployment without an environment: plain keys name a model and an endpoint, or no key has an environment.
    ///
    /// One plain key alone is what environments share.
    pub fn has_plain_deployment(&self) -> bool {
        let has = |key| self.entries.iter().any(|entry| entry.environment.is_none() && entry.key == key);
        has(Key::Model) && has(Key::Endpoint) || self.environments().is_empty()
    }

    /// The annotations of exactly this environment.
    pub fn of(&self, environment: Option<&str>) -> impl Iterator<Item = At<'a>> {
        self.entries.iter().filter(move |entry| entry.environment == environment).map(|entry| entry.at)
    }

    /// The environment's own annotation, or else the plain one.
    pub fn get(&self, key: Key, environment: Option<&str>) -> Option<At<'a>> {
        let find = |environment: Option<&str>| {
            self.entries.iter().find(|entry| entry.key == key && entry.environment == environment).map(|entry| entry.at)
        };
        environment.and_then(|_| find(environment)).or_else(|| find(None))
    }
}

//! An entity as the portal stores it: its annotations of ours, with fingerprints in place of the values of environment variables.

use super::keys::{Key, PREFIX};
use super::suffixed;
use crate::entity::Entity;
use crate::vertex::container::EnvVar;
use crate::vertex::message::{Object, object};
use crate::words;

/// What stands in place of an entry that is not `NAME=value`, and of what follows it: it is none, either.
const MALFORMED: &str = "-";

/// The annotations that are stored: those with a key that is known. A wrong key may have the value of another one.
fn kept(entity: &Entity) -> impl Iterator<Item = (Key, &str, &str)> {
    entity.annotations().iter().filter_map(|(key, value)| {
        let name = key.as_text()?;
        let (plain, _) = suffixed(name.strip_prefix(PREFIX)?);
        Some((Key::parse(plain)?, name, value.as_text()?))
    })
}

/// The variables of an `-env` annotation up to the first mistake, and whether there is none.
fn variables(entity: &Entity, text: &str) -> (Vec<EnvVar>, bool) {
    let mut variables = Vec::new();
    for entry in words::pairs(text, b"\n;") {
        let Some(variable) = entry.ok().and_then(|(name, value)| EnvVar::new(name, value)) else {
            return (variables, false);
        };
        variables.push(if entity.hides_values() { variable.stored() } else { variable });
    }
    (variables, true)
}

fn hidden(entity: &Entity, text: &str) -> String {
    let (variables, is_whole) = variables(entity, text);
    let mut entries: Vec<String> = variables.iter().map(|variable| variable.hide().written()).collect();
    entries.extend((!is_whole).then(|| MALFORMED.to_owned()));
    words::list(entries.iter(), ";")
}

/// Returns the entity to store: kind, name and known annotations, without the values of variables.
pub fn stored(entity: &Entity) -> Object {
    let mut annotations = object();
    for (key, name, text) in kept(entity) {
        let text = if key == Key::Env { hidden(entity, text) } else { text.to_owned() };
        annotations = annotations.with(name, text);
    }
    let name = words::split_once(entity.entity_ref(), ":").map_or("", |(_, name)| name);
    let (namespace, name) = words::split_once(name, "/").unwrap_or_default();
    let metadata = object().with("namespace", namespace).with("name", name).with("annotations", annotations);
    object().with("kind", entity.kind()).with("metadata", metadata)
}

/// Whether two entities have the same annotations of ours; values of variables by their fingerprints.
pub fn is_same(one: &Entity, other: &Entity) -> bool {
    let ours = |entity| stored(entity).value()["metadata"]["annotations"].take();
    ours(one) == ours(other)
}

/// The environment variables of an entity with values, whatever their environment.
pub fn values(entity: &Entity) -> Vec<EnvVar> {
    let texts = kept(entity).filter(|(key, ..)| *key == Key::Env && !entity.hides_values());
    texts.flat_map(|(_, _, text)| variables(entity, text).0).collect()
}

//! The owner of an endpoint, as its labels name it: an entity, and the portal that made the endpoint for it.

use crate::vertex::labels::Labels;
use crate::vertex::message::{Object, object};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The label with the entity.
pub const ENTITY_LABEL: &str = "backstage-entity";
/// The label with the portal.
pub const PORTAL_LABEL: &str = "backstage-portal";
/// Maximum length of a label's value at Google. Every value of ours is ASCII.
const LONGEST: usize = 63;

/// The value of [`ENTITY_LABEL`] for an entity ref.
pub fn entity_label(entity_ref: &str) -> String {
    label(entity_ref, &[':', '/'])
}

/// The value of [`PORTAL_LABEL`] for a portal's name, e.g. the host of its address.
pub fn portal_label(portal: &str) -> String {
    label(portal, &['.', ':'])
}

/// A value for a name: readable where no other name has the same readable value, or else a hash.
fn label(name: &str, separators: &[char]) -> String {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || separators.contains(&c);
    if name.len() <= LONGEST && name.chars().all(is_plain) {
        return name.chars().map(|c| if separators.contains(&c) { '_' } else { c }).collect();
    }
    Sha256::digest(name).iter().take(20).map(|byte| format!("{byte:02x}")).collect()
}

/// Adds the labels of an owner.
pub fn label_for(labels: &mut Labels, entity_ref: &str, portal: &str) {
    labels.set(ENTITY_LABEL, &entity_label(entity_ref));
    labels.set(PORTAL_LABEL, &portal_label(portal));
}

/// The labels of a resource that name its owner.
pub fn owner_labels(labels: &Value) -> Object {
    let mut kept = object();
    for name in [ENTITY_LABEL, PORTAL_LABEL] {
        if let Some(value) = labels[name].as_str() {
            // A longer value names nobody.
            kept = kept.with(name, value.get(..=LONGEST).unwrap_or(value));
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vertex::labels::LabelValue;

    #[test]
    fn a_label_is_readable_where_it_is_unambiguous() {
        assert_eq!(entity_label("component:default/fraud-detector"), "component_default_fraud-detector");
        assert_eq!(portal_label("portal.acme.example"), "portal_acme_example");
        assert_eq!(portal_label("localhost:7007"), "localhost_7007");
    }

    #[test]
    fn no_two_names_share_a_label() {
        let long = format!("component:default/{}", "a".repeat(63));
        let names = [
            "component:default/a-b",
            "component:default/a_b",
            "component:default/a.b",
            "component:default/A-B",
            "component:default_a/b",
            "component:default/é",
            &long,
            &long[1..],
        ];
        let mut labels: Vec<String> = names.iter().map(|name| entity_label(name)).collect();
        for label in &labels {
            assert!(label.len() <= LONGEST && label.parse::<LabelValue>().is_ok(), "{label}");
        }
        labels.sort();
        labels.dedup();
        assert_eq!(labels.len(), names.len());
    }
}

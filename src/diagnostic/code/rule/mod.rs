//! The rules for an entity: one entry holds a rule's code, level, meaning, reason, examples and source.
//!
//! The pages in `docs/reference/rules/` are generated from the entries, and tests run every example.

mod account;
mod annotation;
mod container;
mod endpoint;
mod entity;
mod environment;
mod image;
mod machine;
mod model;
mod place;
mod setting;
mod source;

use super::{Code, Kind};

/// A rule of the reference.
#[derive(Debug)]
pub struct Rule {
    pub code: Code,
    /// The code as users see it: `group/kebab-case`.
    pub name: &'static str,
    pub kind: Kind,
    /// One sentence: the condition that the rule reports.
    pub meaning: &'static str,
    /// The consequence for a user who ignores the finding, in a sentence or two.
    pub why: &'static str,
    pub wrong: Example,
    pub right: Example,
    /// Public pages with the day they were read, decisions of this product, and the claims that are unverified.
    pub sources: &'static [&'static str],
}

/// A file for the reference, which the tests check.
#[derive(Clone, Copy, Debug)]
pub enum Example {
    /// Annotations without their prefix, one a line, e.g. `model: fraud-detector@3`. Project, location, endpoint and model
    /// have usual values unless the lines name them, and so have the routes of an image.
    Lines(&'static str),
    /// [`Example::Lines`] without the usual values.
    All(&'static str),
    /// [`Example::Lines`], and the environment that is requested.
    Asked(&'static str, &'static str),
    /// A whole file.
    File(&'static str),
    /// [`Example::Lines`] too long to show, and a description of them.
    MadeLines(fn() -> String, &'static str),
    /// A whole file too long to show, or not a text, and a description of it.
    MadeFile(fn() -> Vec<u8>, &'static str),
}

impl Example {
    /// The environment that is requested.
    pub fn environment(&self) -> Option<&'static str> {
        match self {
            Self::Asked(_, environment) => Some(environment),
            _ => None,
        }
    }
}

pub(super) const GROUPS: &[&[Rule]] = &[
    entity::RULES,
    annotation::RULES,
    place::RULES,
    endpoint::RULES,
    model::RULES,
    account::RULES,
    machine::RULES,
    image::RULES,
    container::RULES,
    setting::RULES,
    environment::RULES,
];

/// All rules, in the order of the reference.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    GROUPS.iter().copied().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_reason_and_a_source() {
        for Rule { name, meaning, why, sources, .. } in all() {
            assert!(meaning.ends_with('.') && why.ends_with('.'), "{name}");
            assert!(!sources.is_empty(), "{name}");
        }
    }

    #[test]
    fn sources_are_public_and_dated() {
        for (name, source) in all().flat_map(|rule| rule.sources.iter().map(|source| (rule.name, *source))) {
            let is_page =
                source.contains("](https://") && (source.contains("read 2026-") || source.contains("YAML 1.2.2"));
            let is_own =
                source.starts_with("a decision of this product") || source.starts_with("a limit of this product");
            let is_tried = source.starts_with("tried with ");
            assert!(is_page || is_own || is_tried || source.starts_with("unverified: "), "{name}: {source}");
            assert!(!source.contains("shared/"), "{name}: {source}");
        }
    }
}

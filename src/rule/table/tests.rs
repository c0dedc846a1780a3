use super::*;
use crate::annotation;
use crate::diagnostic::{Diagnostic, Kind, Level};
use crate::entity::{Document, read_documents};
use crate::rule::Settings;
use serde_json::{Map, Value};
use std::collections::HashSet;

/// The findings of a file, its entity's rule at least a warning.
fn check(example: &Example, rule: &Rule) -> Vec<Diagnostic> {
    let mut levels = Map::new();
    if rule.code.kind() == Kind::Rule(Level::Off) {
        levels.insert(rule.code.as_str().into(), "warning".into());
    }
    let (settings, _) = Settings::read(&crate::entity::tree::Node::from(&Value::Object(levels)), None);
    let examine = |document| match document {
        Document::Entity(entity) => annotation::check(&entity, &settings, None).into_findings(),
        Document::NotAnEntity(findings) | Document::Unreadable(findings) => findings,
    };
    read_documents(&example.bytes(), Some("catalog-info.yaml")).into_iter().flat_map(examine).collect()
}

#[test]
fn every_rule_has_its_page_once() {
    let told: Vec<_> = rules().map(|rule| rule.code).collect();
    let all: Vec<_> = Code::ALL.iter().copied().filter(|code| code.is_rule()).collect();
    let missing: Vec<_> = all.iter().filter(|code| !told.contains(code)).map(|code| code.as_str()).collect();
    assert_eq!(missing, [""; 0], "rules without an entry");
    assert_eq!(told.len(), told.iter().collect::<HashSet<_>>().len(), "a rule has two entries");
    for rule in rules() {
        assert!(rule.why.ends_with('.') && !rule.source.is_empty(), "{}", rule.code.as_str());
    }
}

#[test]
fn the_wrong_example_of_every_rule_breaks_it_and_the_right_one_breaks_none() {
    for rule in rules() {
        let name = rule.code.as_str();
        let findings = check(&rule.wrong, rule);
        assert!(findings.iter().any(|finding| finding.code == rule.code), "{name}: {findings:#?}");
        let findings = check(&rule.right, rule);
        assert!(findings.is_empty(), "{name}: {findings:#?}");
        insta::assert_json_snapshot!(name.replace('/', "__"), check(&rule.wrong, rule));
    }
}

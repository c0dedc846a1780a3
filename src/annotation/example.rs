//! The files that the examples of rules stand for.

use super::PREFIX;
use crate::diagnostic::rule::Example;

/// Annotations that [`Example::Lines`] leaves out.
const USUAL: &[(&str, &str)] = &[
    ("project", "acme-ml"),
    ("location", "us-central1"),
    ("endpoint", "fraud-detector"),
    ("model", "fraud-detector@3"),
];

/// Returns the bytes of an example's file.
pub fn file(example: &Example) -> Vec<u8> {
    match example {
        Example::MadeFile(make, _) => make(),
        Example::MadeLines(make, _) => completed(&make()).into_bytes(),
        Example::File(text) => text.as_bytes().to_vec(),
        Example::All(lines) => annotated(lines).into_bytes(),
        Example::Lines(lines) | Example::Asked(lines, _) => completed(lines).into_bytes(),
    }
}

/// The routes of an image, which [`Example::Lines`] leaves out too.
const ROUTES: &[(&str, &str)] = &[("predict-route", "/predict"), ("health-route", "/health")];

/// An entity with these annotations, and before them the usual ones that they leave out.
fn completed(lines: &str) -> String {
    let is_given = |name: &str| lines.lines().any(|line| line.starts_with(&format!("{name}:")));
    let write = |table: &[(&str, &str)]| -> String {
        table.iter().filter(|(name, _)| !is_given(name)).map(|(name, value)| format!("{name}: {value}\n")).collect()
    };
    // Routes belong to an image that is uploaded.
    let is_upload = is_given("image") && lines.lines().any(|line| line.starts_with("model:") && !line.contains('@'));
    annotated(&format!("{}{lines}\n{}", write(USUAL), write(if is_upload { ROUTES } else { &[] })))
}

/// An entity with these annotations and no others.
fn annotated(lines: &str) -> String {
    let mut text =
        "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: fraud-detector\n  annotations:\n"
            .to_owned();
    for line in lines.lines() {
        text.push_str("    ");
        // A continuation of the line before, or a key with a prefix of its own, stays as it is.
        if !line.starts_with(' ') && !line.split(':').next().unwrap_or_default().contains('/') {
            text.push_str(PREFIX);
        }
        text.push_str(line);
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotation;
    use crate::diagnostic::rule::{self, Rule};
    use crate::diagnostic::{Diagnostic, Kind, Level};
    use crate::entity::Node;
    use crate::entity::{Document, read_documents};
    use crate::rule::Settings;
    use serde_json::{Map, Value};

    /// The findings of an example, with its rule on.
    fn check(example: &Example, rule: &Rule) -> Vec<Diagnostic> {
        let mut levels = Map::new();
        if rule.kind == Kind::Adjustable(Level::Off) {
            levels.insert(rule.name.into(), "warning".into());
        }
        let (settings, _) = Settings::read(&Node::from(&Value::Object(levels)), None);
        let examine = |document| match document {
            Document::Entity(entity) => annotation::check(&entity, &settings, example.environment()).into_findings(),
            Document::NotAnEntity(findings) | Document::Unreadable(findings) => findings,
        };
        read_documents(&file(example), Some("catalog-info.yaml")).into_iter().flat_map(examine).collect()
    }

    #[test]
    fn the_wrong_example_of_a_rule_breaks_it_and_the_right_one_breaks_none() {
        for rule in rule::all() {
            let findings = check(&rule.wrong, rule);
            assert!(findings.iter().any(|finding| finding.code == rule.code), "{}: {findings:#?}", rule.name);
            let right = check(&rule.right, rule);
            assert!(right.is_empty(), "{}: {right:#?}", rule.name);
            insta::assert_json_snapshot!(rule.name.replace('/', "__"), findings);
        }
    }
}

use super::*;
use crate::entity::Node;
use crate::render::Format;
use serde_json::json;

const GOOD: &str = "apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: fraud-detector
  annotations:
    google.com/vertex-ai-project: acme-ml
    google.com/vertex-ai-location: us-central1
    google.com/vertex-ai-endpoint: fraud-detector
    google.com/vertex-ai-model: fraud-detector@3
";
const OTHER: &str = "name: something\nversion: 1\n";

fn with(line: &str) -> String {
    format!("{GOOD}    google.com/vertex-ai-{line}\n")
}

fn checker(options: Options) -> Checker {
    Checker::new(&options)
}

fn codes(findings: &[Diagnostic]) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.code.as_str()).collect()
}

#[test]
fn a_good_file_has_no_findings() {
    let mut checker = checker(Options::default());
    let report = checker.add("a.yaml", GOOD.as_bytes(), Origin::Named);
    assert_eq!((report.diagnostics.len(), report.output.as_str(), report.entities), (0, "", 1));
    let summary = checker.finish();
    assert!(!summary.failed);
    assert_eq!(summary.output, "no errors or warnings in 1 entity of 1 file\n");
}

#[test]
fn a_bad_file_hides_no_finding_of_others() {
    let mut checker = checker(Options::default());
    checker.unreadable("gone.yaml", "file not found");
    let broken = checker.add("broken.yaml", b"kind: [\n", Origin::Named);
    let report = checker.add("a.yaml", with("replicas: 3-1").as_bytes(), Origin::Named);
    assert_eq!(codes(&broken.diagnostics), ["entity/syntax"]);
    assert_eq!(codes(&report.diagnostics), ["replicas/reversed"]);
    let summary = checker.finish();
    assert!(summary.failed);
    assert_eq!((summary.totals.files, summary.totals.errors), (2, 3));
}

/// The codes of a text that a user named, those of a found one, and the number of skipped files.
fn named_and_found(text: &str) -> (Vec<&'static str>, Vec<&'static str>, usize) {
    let mut checker = checker(Options::default());
    let named = checker.add("a", text.as_bytes(), Origin::Named).diagnostics;
    let found = checker.add("a", text.as_bytes(), Origin::Found).diagnostics;
    (codes(&named), codes(&found), checker.finish().totals.skipped)
}

#[test]
fn a_found_file_without_an_entity_has_no_findings() {
    assert_eq!(named_and_found(OTHER), (vec!["entity/not-an-entity"; 2], vec![], 0));
    assert_eq!(named_and_found("{{- if .Values.x }}\nkind: [\n"), (vec!["entity/syntax"], vec![], 0));
}

#[test]
fn a_found_file_without_our_annotations_may_be_wrong() {
    let plain = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: a\n";
    for (wrong, code) in [
        (format!("{plain}  name: b\n"), "entity/duplicate-key"),
        (format!("{plain}  title: [\n"), "entity/syntax"),
        (format!("{plain}  title: {}\n", "x".repeat(1 << 20)), "entity/too-large"),
        (format!("{plain}---\n").repeat(20_000), "entity/too-large"),
    ] {
        assert_eq!(named_and_found(&wrong), (vec![code], vec![], 1));
        let annotated = format!("{wrong}---\n{GOOD}");
        assert_eq!(named_and_found(&annotated), (vec![code], vec![code], 0));
    }
    // A warning is not worth a count.
    let tagged = format!("{plain}  title: !secret t\n");
    assert_eq!(named_and_found(&tagged), (vec!["entity/unknown-tag"], vec![], 0));
    // A Kubernetes manifest is not meant for Backstage.
    assert_eq!(named_and_found("kind: Pod\nmetadata: {name: a, name: b}\n"), (vec!["entity/duplicate-key"], vec![], 0));
}

#[test]
fn a_folder_of_skipped_files_needs_no_entity() {
    let org = "apiVersion: backstage.io/v1alpha1\nkind: User\nmetadata: {name: a}\nspec: {memberOf: []}\n---\n"
        .repeat(16_000);
    let mut checker = checker(Options::default());
    assert_eq!(checker.add("org.yaml", org.as_bytes(), Origin::Found).diagnostics, []);
    let summary = checker.finish();
    assert_eq!(
        (summary.failed, summary.output.as_str()),
        (false, "no errors or warnings in 0 entities of 1 file, 1 file skipped\n")
    );
}

#[test]
fn only_the_annotations_of_a_found_template_are_checked() {
    let statement = format!("{{% if x %}}\n{GOOD}{{% endif %}}\n");
    assert_eq!(named_and_found(&statement), (vec!["entity/syntax"], vec![], 1));
    let expression =
        GOOD.replace("fraud-detector\n", "my-{{ name | lower }}\n").replace("kind: C", "title: {{ t }} x\nkind: C");
    assert_eq!(named_and_found(&expression), (vec!["entity/syntax"], vec![], 1));
    let twice = with("replicas: 3-1\n    # {%- if gpu %}\n    google.com/vertex-ai-replicas: 1-3");
    let named = vec!["replicas/reversed", "entity/duplicate-key"];
    assert_eq!(named_and_found(&twice), (named, vec!["replicas/reversed"], 1));
    // Backstage's own expressions are valid YAML.
    let own = format!("{GOOD}  title: ${{{{ values.title }}}}\n  [\n");
    assert_eq!(named_and_found(&own), (vec!["entity/syntax"], vec!["entity/syntax"], 0));
}

#[test]
fn an_error_in_a_found_file_with_our_annotations_is_reported() {
    assert_eq!(named_and_found(&format!("{GOOD}  [\n")), (vec!["entity/syntax"], vec!["entity/syntax"], 0));
    let mistyped = "kind: [\nmetadata:\n  annotations:\n    cloud.google.com/vertexai-model: m\n";
    assert_eq!(named_and_found(mistyped), (vec!["entity/syntax"], vec!["entity/syntax"], 0));
}

#[test]
fn a_check_without_an_entity_fails() {
    let mut empty = checker(Options::default());
    empty.add("a.yaml", OTHER.as_bytes(), Origin::Found);
    let summary = empty.finish();
    assert!(summary.failed && summary.output.contains("error[file/no-entity]"));
    assert_eq!(codes(&summary.diagnostics), ["file/no-entity"]);
    // An unreadable file may contain one.
    let mut blind = checker(Options::default());
    blind.unreadable("folder", "permission denied");
    assert_eq!(blind.finish().diagnostics.len(), 0);
}

#[test]
fn fails_at_the_severity_of_the_options() {
    let warning = with("model.test: fraud@latest\n    google.com/vertex-ai-endpoint.test: other");
    for (text, fail_on, failed) in [
        (warning.as_str(), FailOn::Error, false),
        (&warning, FailOn::Warning, true),
        (&with("replicas: 3-1"), FailOn::Never, false),
    ] {
        let mut checker = checker(Options { fail_on, ..Options::default() });
        assert_ne!(checker.add("a.yaml", text.as_bytes(), Origin::Named).diagnostics.len(), 0);
        assert_eq!(checker.finish().failed, failed);
    }
}

#[test]
fn levels_come_from_the_caller_before_the_configuration() {
    let text = with("model.test: fraud@latest\n    google.com/vertex-ai-endpoint.test: other");
    let config = |rules: &str| {
        Some(ConfigFile { file: "app-config.yaml".into(), bytes: format!("vertexAi:\n  rules:\n{rules}").into_bytes() })
    };
    let found = |options: Options| {
        let mut checker = checker(options);
        let report = checker.add("a.yaml", text.as_bytes(), Origin::Named);
        (codes(&report.diagnostics), report.diagnostics.iter().any(Diagnostic::is_error), checker.finish())
    };
    assert_eq!(found(Options::default()).0, ["model/alias"]);
    let off = Options { config: config("    model/alias: off\n"), ..Options::default() };
    assert_eq!(found(off.clone()).0, [""; 0]);
    let rules = Some(Node::from(&json!({"model/alias": "error"})));
    assert!(found(Options { rules, ..off }).1);
    let wrong = found(Options { config: config("    model/alais: off\n"), ..Options::default() });
    assert_eq!(codes(&wrong.2.diagnostics), ["config/unknown-rule"]);
    assert!(wrong.2.failed);
}

#[test]
fn findings_of_the_configuration_come_first_with_their_lines() {
    let config =
        ConfigFile { file: "app-config.yaml".into(), bytes: b"vertexAi:\n  rules: {model/alais: off}\n".to_vec() };
    let mut checker = checker(Options { config: Some(config), ..Options::default() });
    let report = checker.add("a.yaml", GOOD.as_bytes(), Origin::Named);
    assert!(report.diagnostics.is_empty());
    insta::assert_snapshot!(report.output);
}

#[test]
fn applies_fixes_until_nothing_changes() {
    let text = with("replicas: 3-1");
    let mut checker = checker(Options { fix: true, format: Format::Json, ..Options::default() });
    let report = checker.add("a.yaml", text.as_bytes(), Origin::Named);
    assert_eq!(report.fixed.as_deref(), Some(with("replicas: \"1-3\"").as_str()));
    assert_eq!(codes(&report.diagnostics), [""; 0]);
    let clean = checker.add("b.yaml", GOOD.as_bytes(), Origin::Named);
    assert_eq!(clean.fixed, None);
    let summary = checker.finish();
    assert_eq!((summary.totals.mended, summary.failed), (1, false));
}

#[test]
fn applies_no_fix_without_the_option() {
    let report = checker(Options::default()).add("a.yaml", with("replicas: 3-1").as_bytes(), Origin::Named);
    assert_eq!(report.fixed, None);
    assert!(report.diagnostics[0].fix.is_some());
}

/// Found by fuzzing: the problems of inner values are known before those of outer ones.
#[test]
fn findings_come_in_the_order_of_the_file() {
    let text = "metadata:\n  labels: {}\nmetadata:\n  labels: {}\n  labels: {}\n";
    let report = checker(Options::default()).add("a.yaml", text.as_bytes(), Origin::Named);
    let lines = report.diagnostics.iter().map(|finding| finding.place.as_ref().unwrap().span.unwrap().start.line);
    assert_eq!(lines.collect::<Vec<_>>(), [1, 2, 3, 5]);
}

#[test]
fn prints_no_secrets() {
    let text = GOOD.replace("@3", "")
        + "    google.com/vertex-ai-image: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\n    google.com/vertex-ai-predict-route: /predict\n    google.com/vertex-ai-health-route: /health\n    google.com/vertex-ai-env: |\n      LOG_LEVEL=info\n      API_TOKEN=f3Kd8sLq02Xz91mWpQ\n      LOG_LEVEL=debug\n";
    for (name, format) in Format::ALL {
        let mut checker = checker(Options { format, ..Options::default() });
        let report = checker.add("a.yaml", text.as_bytes(), Origin::Named);
        assert_eq!(codes(&report.diagnostics), ["env/secret", "env/duplicate"]);
        let printed = report.output + &checker.finish().output;
        assert!(printed.contains("looks like a secret"), "{name}: {printed}");
        assert!(!printed.contains("f3Kd8sLq02Xz91mWpQ"), "{name}: {printed}");
    }
}

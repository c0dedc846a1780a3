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
fn a_good_file_says_nothing() {
    let mut checker = checker(Options::default());
    let report = checker.add("a.yaml", GOOD.as_bytes(), Origin::Named);
    assert_eq!((report.diagnostics.len(), report.output.as_str(), report.entities), (0, "", 1));
    let summary = checker.finish();
    assert!(!summary.failed);
    assert_eq!(summary.output, "no errors or warnings in 1 entity of 1 file\n");
}

#[test]
fn one_bad_file_hides_nothing() {
    let mut checker = checker(Options::default());
    checker.unreadable("gone.yaml", "there is no such file");
    let broken = checker.add("broken.yaml", b"kind: [\n", Origin::Named);
    let report = checker.add("a.yaml", with("replicas: 3-1").as_bytes(), Origin::Named);
    assert_eq!(codes(&broken.diagnostics), ["entity/syntax"]);
    assert_eq!(codes(&report.diagnostics), ["replicas/reversed"]);
    let summary = checker.finish();
    assert!(summary.failed);
    assert_eq!((summary.totals.files, summary.totals.errors), (2, 3));
}

#[test]
fn a_file_in_a_folder_is_none_of_our_business_unless_it_was_meant_to_be() {
    let broken_other = "{{- if .Values.x }}\nkind: [\n";
    let template = format!("{{% if x %}}\n{GOOD}\n{{% endif %}}\n[");
    let broken = format!("{GOOD}  [\n");
    for (text, named, found) in [
        (OTHER, vec!["entity/not-an-entity"; 2], vec![]),
        (broken_other, vec!["entity/syntax"], vec![]),
        (&template, vec!["entity/syntax"], vec![]),
        (&broken, vec!["entity/syntax"], vec!["entity/syntax"]),
    ] {
        let mut checker = checker(Options::default());
        assert_eq!(codes(&checker.add("a", text.as_bytes(), Origin::Named).diagnostics), named, "{text}");
        assert_eq!(codes(&checker.add("a", text.as_bytes(), Origin::Found).diagnostics), found, "{text}");
    }
}

#[test]
fn that_nothing_holds_an_entity_is_a_finding() {
    let mut empty = checker(Options::default());
    empty.add("a.yaml", OTHER.as_bytes(), Origin::Found);
    let summary = empty.finish();
    assert!(summary.failed && summary.output.contains("error[file/no-entity]"));
    assert_eq!(codes(&summary.diagnostics), ["file/no-entity"]);
    // Who could not read a file does not know.
    let mut blind = checker(Options::default());
    blind.unreadable("folder", "permission denied");
    assert_eq!(blind.finish().diagnostics.len(), 0);
}

#[test]
fn what_fails_is_what_was_asked_for() {
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
fn rules_are_set_by_the_configuration_and_by_the_caller() {
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
fn mistakes_of_the_configuration_come_first_and_show_their_lines() {
    let config =
        ConfigFile { file: "app-config.yaml".into(), bytes: b"vertexAi:\n  rules: {model/alais: off}\n".to_vec() };
    let mut checker = checker(Options { config: Some(config), ..Options::default() });
    let report = checker.add("a.yaml", GOOD.as_bytes(), Origin::Named);
    assert!(report.diagnostics.is_empty());
    insta::assert_snapshot!(report.output);
}

#[test]
fn fixes_are_applied_until_nothing_changes() {
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
fn without_fix_nothing_is_mended() {
    let report = checker(Options::default()).add("a.yaml", with("replicas: 3-1").as_bytes(), Origin::Named);
    assert_eq!(report.fixed, None);
    assert!(report.diagnostics[0].fix.is_some());
}

/// The fuzzer found it: what is inside is read before what is around it.
#[test]
fn findings_come_in_the_order_of_the_file() {
    let text = "metadata:\n  labels: {}\nmetadata:\n  labels: {}\n  labels: {}\n";
    let report = checker(Options::default()).add("a.yaml", text.as_bytes(), Origin::Named);
    let lines = report.diagnostics.iter().map(|finding| finding.place.as_ref().unwrap().span.unwrap().start.line);
    assert_eq!(lines.collect::<Vec<_>>(), [1, 2, 3, 5]);
}

#[test]
fn what_looks_like_a_secret_is_printed_nowhere() {
    let text = GOOD.replace("@3", "")
        + "    google.com/vertex-ai-image: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\n    google.com/vertex-ai-env: |\n      LOG_LEVEL=info\n      API_TOKEN=f3Kd8sLq02Xz91mWpQ\n      LOG_LEVEL=debug\n";
    for (name, format) in Format::ALL {
        let mut checker = checker(Options { format, ..Options::default() });
        let report = checker.add("a.yaml", text.as_bytes(), Origin::Named);
        assert_eq!(codes(&report.diagnostics), ["env/secret", "env/duplicate"]);
        let printed = report.output + &checker.finish().output;
        assert!(printed.contains("looks like a secret"), "{name}: {printed}");
        assert!(!printed.contains("f3Kd8sLq02Xz91mWpQ"), "{name}: {printed}");
    }
}

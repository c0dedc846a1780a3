use super::*;
use proptest::prelude::*;

const GOOD: &str = "\
google.com/vertex-ai-project: acme-ml
google.com/vertex-ai-location: us-central1
google.com/vertex-ai-endpoint: fraud-detector
google.com/vertex-ai-model: fraud-detector@3
google.com/vertex-ai-service-account: fraud-serving@acme-ml.iam.gserviceaccount.com
google.com/vertex-ai-machine-type: g2-standard-4
google.com/vertex-ai-accelerator: NVIDIA_L4:1
google.com/vertex-ai-replicas: 1-3
";

fn entity(annotations: &str) -> Entity {
    let mut text = String::from("kind: Component\nmetadata:\n  name: fraud-detector\n  annotations:\n    x: y\n");
    for line in annotations.lines() {
        text.push_str("    ");
        text.push_str(line);
        text.push('\n');
    }
    Entity::from_text(&text, Some("catalog-info.yaml")).unwrap()
}

fn read(entity: &Entity, environment: Option<&str>) -> (Option<Target>, Vec<Diagnostic>) {
    check(entity, &Settings::default(), environment).into_target(environment)
}

/// The good annotations with some lines replaced (by key) or added.
fn with(changes: &[(&str, &str)]) -> Vec<Diagnostic> {
    let mut lines: Vec<String> = GOOD.lines().map(str::to_owned).collect();
    for (name, value) in changes {
        let start = format!("{PREFIX}{name}: ");
        lines.retain(|line| !line.starts_with(&start));
        if !value.is_empty() {
            lines.push(format!("{start}{value}"));
        }
    }
    read(&entity(&lines.join("\n")), None).1
}

fn codes(changes: &[(&str, &str)]) -> Vec<&'static str> {
    with(changes).into_iter().map(|d| d.code.as_str()).collect()
}

#[test]
fn good_annotations_make_a_target() {
    let (target, findings) = read(&entity(GOOD), None);
    assert_eq!(findings, []);
    insta::assert_json_snapshot!(target.unwrap());
}

#[test]
fn every_mistake_has_its_code() {
    for (changes, expected) in [
        (&[("model", "")][..], &["annotation/missing"][..]),
        (&[("project", ""), ("location", "")], &["annotation/missing", "annotation/missing"]),
        (&[("endpoint", "Fraud")], &["endpoint/malformed"]),
        (&[("endpoint", "''")], &["annotation/empty"]),
        (&[("replicas", "3")], &["annotation/not-text"]),
        (&[("replicas", "'3'")], &[]),
        (&[("replicas", "3-1")], &["replicas/reversed"]),
        (&[("replicas", "0-1")], &["replicas/zero"]),
        (&[("modle", "x")], &["annotation/unknown"]),
        (&[("location", "us-centrall")], &["location/unknown"]),
        (&[("machine-type", "n1-standart-4")], &["machine-type/unknown"]),
        (&[("accelerator", "NVIDIA_L5:1")], &["accelerator/unknown"]),
        (&[("accelerator", "NVIDIA_L4:2")], &["accelerator/machine-mismatch"]),
        (&[("machine-type", "")], &["accelerator/machine-missing"]),
        (&[("service-account", "me@example.com")], &["service-account/user"]),
        (&[("image", "europe-west4-docker.pkg.dev/acme-ml/r/i:1")], &["image/location"]),
        (&[("image", "us-docker.pkg.dev/vertex-ai/prediction/sklearn-cpu.1-5:latest")], &[]),
        (&[("endpoint", "projects/acme-ml/locations/europe-west4/endpoints/e")], &["endpoint/location-mismatch"]),
        (&[("model", "projects/other-ml/locations/us-central1/models/m@1")], &["project/contradiction"]),
        (&[("kms-key", "projects/p-key-1/locations/us/keyRings/r/cryptoKeys/k")], &["kms-key/location"]),
    ] {
        assert_eq!(codes(changes), expected, "{changes:?}");
    }
}

#[test]
fn findings_say_where_and_what_to_do() {
    let findings = with(&[
        ("machine-type", "n1-standart-4"),
        ("endpoint", "projects/acme-ml/locations/europe-west4/endpoints/e"),
        ("modle", "x"),
    ]);
    insta::assert_json_snapshot!(findings);
}

#[test]
fn an_environment_overrides_the_plain_keys() {
    let text = format!("{GOOD}google.com/vertex-ai-endpoint.staging: fraud-staging\n");
    let read = |environment| read(&entity(&text), environment).0.unwrap().endpoint.id.to_string();
    assert_eq!(read(None), "fraud-detector");
    assert_eq!(read(Some("staging")), "fraud-staging");
    assert_eq!(read(Some("production")), "fraud-detector");
}

#[test]
fn full_names_need_no_plain_keys() {
    let findings = with(&[
        ("project", ""),
        ("location", ""),
        ("endpoint", "projects/acme-ml/locations/us-central1/endpoints/e"),
        ("model", "projects/acme-ml/locations/us-central1/models/m@1"),
    ]);
    assert_eq!(findings, []);
}

#[test]
fn an_entity_without_ours_is_told_apart() {
    assert!(is_annotated(&entity(GOOD)));
    assert!(!is_annotated(&entity("google.com/cloudbuild-project-slug: x")));
}

proptest! {
    #[test]
    fn no_value_breaks_the_reading(value in "\\PC{0,40}", index in 0..KEYS.len() - 1) {
        let key = KEYS[index];
        let quoted = serde_json::Value::String(value).to_string();
        let (target, findings) = read(&entity(&format!("{GOOD}{PREFIX}{}.e: {quoted}", key.name())), Some("e"));
        // What a template fills in later makes no target, and no error either.
        let open = quoted.contains("{{");
        prop_assert_eq!(target.is_some() || open, !findings.iter().any(Diagnostic::is_error));
    }
}

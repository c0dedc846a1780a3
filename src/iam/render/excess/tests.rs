//! The section and the script for excess permissions.

use super::*;
use crate::iam::policy::allow_policy::AllowPolicy;
use crate::iam::policy::difference::{Evidence, compare};
use crate::iam::render::tests::NOW;
use crate::iam::render::tests::update;
use crate::ordered::Ordered;
use serde_json::{Value, json};

const MEMBER: &str = "group:ml-team@acme.example";

fn difference(policies: &[(&str, Value)]) -> Difference {
    let read = |bindings: &Value| AllowPolicy::read(&json!({"version": 3, "etag": "B", "bindings": bindings})).unwrap();
    let held = |permission: &str| vec![permission.to_owned()];
    let roles = [
        ("roles/viewer", held("storage.buckets.list")),
        ("roles/aiplatform.user", held("aiplatform.models.get")),
        ("roles/billing", vec!["billing.a".into(), "billing.b".into()]),
    ];
    let live = Evidence {
        policies: policies.iter().map(|(name, bindings)| ((*name).to_owned(), read(bindings))).collect(),
        roles: roles.into_iter().map(|(name, held)| (name.to_owned(), held)).collect(),
        ..Evidence::default()
    };
    compare(&update(), &live, NOW)
}

fn everything() -> Difference {
    let ended = json!({"title": "until, say", "description": "it's over",
        "expression": "request.time < timestamp(\"2026-11-01T00:00:00Z\")"});
    let of = |role: &str| json!([{"role": role, "members": [MEMBER, "user:other@acme.example"]}]);
    difference(&[
        (
            "projects/acme-ml",
            json!([
                {"role": "roles/aiplatform.user", "members": [MEMBER]},
                {"role": "roles/billing", "members": [MEMBER]},
                {"role": "roles/viewer", "members": [MEMBER], "condition": {"title": "odd", "expression": "resource.type == 'x'"}},
                {"role": "roles/gone", "members": [MEMBER], "condition": ended},
            ]),
        ),
        ("projects/acme-ml/locations/us-central1/endpoints/fraud-detector", of("roles/viewer")),
        ("projects/acme-ml/serviceAccounts/fraud-serving@acme-ml.iam.gserviceaccount.com", of("roles/viewer")),
        ("gs://acme-models", of("roles/viewer")),
        ("projects/acme-images/locations/us-central1/repositories/serving", of("roles/viewer")),
        ("projects/acme-ml/locations/us-central1/keyRings/ml/cryptoKeys/serving", of("roles/viewer")),
        ("folders/1", of("roles/viewer")),
    ])
}

#[test]
fn renders_the_section_and_the_script() {
    let mut files = Ordered::default();
    files.insert("access-request.md".to_owned(), "above\n".to_owned());
    crate::iam::render::add_excess(&everything(), &mut files);
    let joined = files.iter().map(|(name, text)| format!("===== {name}\n{text}\n")).collect::<String>();
    insta::assert_snapshot!(joined);
}

#[test]
fn lists_nothing_needed_and_no_command_without_one() {
    let mut files = Ordered::default();
    let needed = json!([{"role": "roles/aiplatform.user", "members": [MEMBER]}]);
    crate::iam::render::add_excess(&difference(&[("projects/acme-ml", needed)]), &mut files);
    assert!(files.is_empty());
    let above = json!([{"role": "roles/viewer", "members": [MEMBER]}]);
    crate::iam::render::add_excess(&difference(&[("folders/1", above)]), &mut files);
    assert_eq!(files.keys().collect::<Vec<_>>(), ["access-request.md"]);
}

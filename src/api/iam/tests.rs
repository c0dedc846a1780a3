//! Requests of the facade: each is checked before anything is called.

use super::*;
use crate::api::request::Request as _;
use crate::conversation::Millis;
use crate::diagnostic::Code;
use crate::iam::rights::expiry::PROPAGATION;
use serde_json::{Value, json};

const NOW: Millis = 1_795_579_200_000;

fn asked(change: impl Fn(&mut Value)) -> Value {
    let annotations = json!({
        "google.com/vertex-ai-project": "acme-ml", "google.com/vertex-ai-location": "us-central1",
        "google.com/vertex-ai-endpoint": "fraud-detector", "google.com/vertex-ai-model": "fraud-detector@3",
        "google.com/vertex-ai-service-account": "fraud-serving@acme-ml.iam.gserviceaccount.com",
    });
    let mut request = json!({
        "source": {"entity": {"apiVersion": "backstage.io/v1alpha1", "kind": "Component",
            "metadata": {"name": "fraud-detector", "annotations": annotations}}},
        "principal": "group:ml-team@acme.example", "found": {"model": true, "endpoint": true, "deployment": false},
        "expiresAt": "2026-11-30T00:00:00Z",
    });
    change(&mut request);
    request
}

fn report(change: impl Fn(&mut Value)) -> IamReport {
    iam_plan(&IamRequest::read(asked(change)).unwrap(), NOW)
}

#[test]
fn plans_and_renders_every_file() {
    let report = report(|_| {});
    assert!(report.diagnostics.iter().all(|finding| !finding.is_error()), "{:?}", report.diagnostics);
    let names: Vec<_> = report.renderings.keys().map(String::as_str).collect();
    for name in ["bindings.json", "gcloud.sh", "main.tf", "access-request.md"] {
        assert!(names.contains(&name), "{names:?}");
    }
    assert_eq!(names.iter().filter(|name| name.starts_with("roles/")).count(), 6);
    assert_eq!(report.request.unwrap().permissions().len(), 6);
}

#[test]
fn every_invalid_field_has_its_own_code() {
    let code = |change: &dyn Fn(&mut Value)| {
        let report = report(change);
        assert!(report.request.is_none() && report.renderings.is_empty());
        report.diagnostics.iter().find(|finding| finding.is_error()).unwrap().code
    };
    assert_eq!(code(&|r| r["principal"] = json!("jane")), Code::IamPrincipalMalformed);
    assert_eq!(code(&|r| r["principal"] = json!("deleted:user:a@b.c?uid=1")), Code::IamPrincipalDeleted);
    assert_eq!(code(&|r| r["principal"] = json!("allUsers")), Code::IamPrincipalTooBroad);
    assert_eq!(code(&|r| r["expiresAt"] = json!("2026-01-01T00:00:00Z")), Code::IamExpiryPast);
    assert_eq!(code(&|r| r["expiresAt"] = json!("soon")), Code::IamExpiryMalformed);
    assert_eq!(code(&|r| r["methods"] = json!(["aiplatform.surprise"])), Code::IamMethodUnknown);
    assert_eq!(
        code(&|r| r["unsupportedPermissions"] = json!(["aiplatform.endpoints.get"])),
        Code::IamPermissionUnsupported
    );
    assert_eq!(
        code(&|r| {
            r["delivery"] = json!("pam");
            r["expiresAt"] = json!("2026-12-30T00:00:00Z");
        }),
        Code::IamExpiryOutOfRange
    );
    for (field, value) in [
        ("delivery", json!("pigeon")),
        ("found", json!(1)),
        ("methods", json!([1])),
        ("surprise", json!(1)),
        ("accountPowers", json!({"x": 1})),
    ] {
        assert_eq!(
            IamRequest::read(asked(|r| r[field] = value.clone())).unwrap_err().code,
            Code::RequestMalformed,
            "{field}"
        );
    }
}

#[test]
fn grants_only_with_a_usable_expiry_and_somebody_elses_approval() {
    for dry in [false, true] {
        let code = |change: &dyn Fn(&mut Value)| {
            let request = asked(|r| {
                r["proxyUrl"] = json!("http://portal");
                r["dryRun"] = json!(dry);
                r["approval"] = json!({"by": "user:default/admin", "for": "group:default/ml-team", "forEmail": "ml-team@acme.example"});
                change(r);
            });
            iam_apply(&IamApplyRequest::read(request).unwrap(), NOW).map_err(|report| report.diagnostics[0].code).err()
        };
        assert_eq!(code(&|_| {}), None);
        assert_eq!(code(&|r| r["expiresAt"] = json!(null)), Some(Code::IamExpiryMissing));
        let end = |millis: Millis| json!(crate::timestamp::rfc3339(NOW + millis));
        assert_eq!(code(&|r| r["expiresAt"] = end(PROPAGATION)), Some(Code::IamExpiryOutOfRange));
        assert_eq!(code(&|r| r["expiresAt"] = end(PROPAGATION + 1000)), None);
        assert_eq!(code(&|r| r["approval"]["for"] = json!("user:default/jane")), None, "the address is theirs");
        assert_eq!(code(&|r| r["approval"]["forEmail"] = json!("jane@acme.example")), Some(Code::IamOwnRequest));
        let ended = |r: &mut Value| {
            r["expiresAt"] = json!(null);
            r["mode"] = json!("revoke");
        };
        assert_eq!(code(&ended), None);
    }
}

#[test]
fn requests_only_grants_of_privileged_access_manager() {
    let ask = |change: &dyn Fn(&mut Value)| {
        let request = asked(|r| {
            r["proxyUrl"] = json!("http://portal");
            r["reason"] = json!("scaffolder task 1");
            r["approvers"] = json!(["group:platform@acme.example"]);
            change(r);
        });
        iam_pam(&IamPamRequest::read(request).unwrap(), NOW).map_err(|report| report.diagnostics[0].code).err()
    };
    assert_eq!(ask(&|_| {}), None);
    assert_eq!(ask(&|r| r["delivery"] = json!("pam")), None);
    assert_eq!(ask(&|r| r["delivery"] = json!("policy")), Some(Code::RequestMalformed));
    assert_eq!(ask(&|r| r["approvers"] = json!(["group:ml-team@acme.example"])), Some(Code::IamApproverMissing));
    assert_eq!(ask(&|r| r["expiresAt"] = json!(null)), Some(Code::IamExpiryOutOfRange));
    assert_eq!(ask(&|r| r["expiresAt"] = json!("2026-12-30T00:00:00Z")), Some(Code::IamExpiryOutOfRange));
    for (field, value) in [("reason", json!("")), ("proxyUrl", json!(null)), ("dryRun", json!("yes"))] {
        let mut request = asked(|r| {
            r["proxyUrl"] = json!("http://portal");
            r["reason"] = json!("scaffolder task 1");
        });
        request[field] = value;
        assert_eq!(IamPamRequest::read(request).unwrap_err().code, Code::RequestMalformed, "{field}");
    }
}

#[test]
fn renders_only_missing_rights_with_the_etag_of_the_policy() {
    let compared = |policy: Value| {
        let request = asked(|r| {
            r["policies"] = json!({"projects/acme-ml": policy});
            r["roles"] = json!({"roles/viewer": ["aiplatform.models.get", "aiplatform.operations.list"], "roles/none": ["a.b.c"]});
        });
        iam_compare(&IamCompareRequest::read(request).unwrap(), NOW)
    };
    let bindings = json!([{"role": "roles/viewer", "members": ["group:ml-team@acme.example"]}]);
    let comparison = compared(json!({"version": 1, "etag": "BwY1", "bindings": bindings}));
    assert_eq!(comparison.remaining.unwrap().permissions().len(), 5);
    assert!(!comparison.renderings.contains_key("drop.sh"));
    let unneeded = json!([{"role": "roles/none", "members": ["group:ml-team@acme.example"]}]);
    let comparison = compared(json!({"version": 1, "etag": "BwY1", "bindings": unneeded}));
    assert!(comparison.renderings["drop.sh"].contains("projects remove-iam-policy-binding acme-ml"));
    assert!(comparison.renderings["access-request.md"].contains("| `roles/none` |"));
    let comparison = compared(json!({"version": 1, "etag": "BwY1", "bindings": []}));
    let written: Value = serde_json::from_str(&comparison.renderings["bindings.json"]).unwrap();
    let policy = written.as_array().unwrap().iter().find(|p| p["resource"] == "projects/acme-ml").unwrap();
    assert_eq!((&policy["policy"]["etag"], &policy["policy"]["version"]), (&json!("BwY1"), &json!(3)));
    let conditional = json!([{"role": "r", "members": [], "condition": {"expression": "true"}}, {"role": "r", "members": ["user:a@b.c"], "condition": {"expression": "true"}}]);
    let comparison = compared(json!({"version": 1, "etag": "BwY1", "bindings": conditional}));
    assert_eq!(comparison.diagnostics.last().unwrap().code, Code::IamPolicyVersion);
}

//! Granting, verifying and revoking through the core's facade, with other writers of the same policies.

use crate::drive::{PROXY, Then, drive, in_days, now};
use crate::harness::{Cloud, FAST, OWNER, STRANGER, demo_seed};
use backstage_vertex_ai::api::iam::{IamApplyRequest, IamVerifyRequest, iam_apply, iam_verify};
use backstage_vertex_ai::api::request::Request as _;
use backstage_vertex_ai::diagnostic::Code;
use backstage_vertex_ai::iam::deliver::apply::ApplyOutcome;
use backstage_vertex_ai::iam::deliver::apply::ApplyReport;
use backstage_vertex_ai::iam::deliver::verify::VerifyReport;
use serde_json::{Value, json};

/// An update of an existing endpoint by the stranger.
fn asked(more: Value) -> Value {
    let annotations = json!({
        "google.com/vertex-ai-project": "acme-ml", "google.com/vertex-ai-location": "us-central1",
        "google.com/vertex-ai-endpoint": "fraud", "google.com/vertex-ai-model": "fraud-detector@3",
        "google.com/vertex-ai-service-account": "fraud-serving@acme-ml.iam.gserviceaccount.com",
    });
    let mut request = json!({
        "source": {"entity": {"apiVersion": "backstage.io/v1alpha1", "kind": "Component",
            "metadata": {"name": "fraud", "annotations": annotations}}},
        "principal": "user:stranger@acme.example", "proxyUrl": PROXY, "expiresAt": in_days(300),
        "found": {"model": true, "endpoint": true, "deployment": false},
    });
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    request
}

fn cloud() -> Cloud {
    let cloud = Cloud::with(demo_seed(), FAST);
    cloud.create_endpoint("fraud");
    cloud
}

/// Grants by another user.
pub fn applied(more: Value) -> IamApplyRequest {
    let approval = json!({"by": "user:default/owner", "email": "owner@acme.example",
        "for": "user:default/stranger", "forEmail": "stranger@acme.example"});
    let mut request = asked(json!({ "approval": approval }));
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    IamApplyRequest::read(request).unwrap()
}

fn apply(cloud: &Cloud, token: &str, more: Value) -> ApplyReport {
    let request = applied(more);
    let talk = iam_apply(&request, now()).unwrap_or_else(|report| panic!("{:?}", report.diagnostics));
    drive(cloud, token, talk, |_, _, _| Then::Send)
}

fn verify(cloud: &Cloud, token: &str) -> VerifyReport {
    verify_of(cloud, token, json!({}))
}

fn verify_of(cloud: &Cloud, token: &str, more: Value) -> VerifyReport {
    let request = IamVerifyRequest::read(asked(more)).unwrap();
    let talk = iam_verify(&request, now()).unwrap_or_else(|report| panic!("{:?}", report.diagnostics));
    drive(cloud, token, talk, |_, _, _| Then::Send)
}

fn missing(report: &VerifyReport) -> usize {
    report.difference.as_ref().unwrap().missing.len()
}

#[test]
fn verifies_granted_and_revoked_rights() {
    let cloud = cloud();
    assert_eq!(missing(&verify(&cloud, OWNER)), 6);
    let given = apply(&cloud, OWNER, json!({}));
    assert_eq!((given.outcome, given.created_roles.len(), given.written.len()), (ApplyOutcome::Applied, 3, 3));
    let report = verify(&cloud, OWNER);
    assert_eq!((missing(&report), report.policies_read.len()), (0, 3), "{:?}", report.diagnostics);
    assert!(report.remaining.unwrap().grants.is_empty());
    assert!(report.difference.unwrap().excess.is_empty());
    // A user who may read no policy gets Google's answers about themselves.
    let own = verify(&cloud, STRANGER);
    assert!(own.policies_read.is_empty() && own.tested.iter().all(|tested| tested.lacking.is_empty()));
    let codes = own.diagnostics.iter().map(|finding| finding.code);
    let expected = |code| matches!(code, Code::GooglePermissionDenied | Code::IamAccountUnknown);
    assert!(codes.into_iter().all(expected), "{:?}", own.diagnostics);
    assert!(own.difference.unwrap().missing.iter().all(|missing| missing.hinted));
    apply(&cloud, OWNER, json!({"mode": "revoke"}));
    assert_eq!(missing(&verify(&cloud, OWNER)), 6);
}

#[test]
fn rights_of_predefined_roles_count() {
    let cloud = cloud();
    let report = verify_of(&cloud, OWNER, json!({"principal": "user:owner@acme.example"}));
    assert!(report.diagnostics.is_empty(), "{:?}", report.diagnostics);
    let difference = report.difference.unwrap();
    assert_eq!((difference.held.len(), difference.missing.len()), (6, 0), "{:?}", difference.missing);
    assert!(difference.held.iter().all(|held| held.role == "roles/owner"));
    assert!(report.renderings.is_empty());
}

#[test]
fn keeps_the_changes_of_another_writer() {
    let cloud = cloud();
    let request = applied(json!({}));
    let mut races = 2;
    let other = json!({"role": "roles/owner", "members": ["user:other@acme.example"]});
    let report = drive(&cloud, OWNER, iam_apply(&request, now()).unwrap(), |cloud, path, _| {
        if path.ends_with("projects/acme-ml:setIamPolicy") && races > 0 {
            races -= 1;
            let read = json!({"options": {"requestedPolicyVersion": 3}});
            let mut policy = cloud.post(OWNER, "/v3/projects/acme-ml:getIamPolicy", read).ok();
            policy["bindings"].as_array_mut().unwrap().push(other.clone());
            cloud.post(OWNER, "/v3/projects/acme-ml:setIamPolicy", json!({ "policy": policy })).ok();
        }
        Then::Send
    });
    assert_eq!(report.outcome, ApplyOutcome::Applied, "{:?}", report.diagnostics);
    assert_eq!(report.written[0].tries, 3);
    let read = json!({"options": {"requestedPolicyVersion": 3}});
    let policy = cloud.post(OWNER, "/v3/projects/acme-ml:getIamPolicy", read).ok();
    assert_eq!(policy["bindings"].as_array().unwrap().iter().filter(|binding| **binding == other).count(), 2);
    assert_eq!(missing(&verify(&cloud, OWNER)), 0);
}

#[test]
fn a_user_without_rights_cannot_grant_any() {
    let cloud = cloud();
    let report = apply(&cloud, STRANGER, json!({}));
    assert_eq!(report.outcome, ApplyOutcome::Failed);
    assert_eq!(report.diagnostics[0].code, Code::GooglePermissionDenied);
    assert!(report.written.is_empty() && report.created_roles.is_empty());
}

#[test]
fn cleans_up_undated_grants_and_keeps_dated_ones() {
    let cloud = cloud();
    apply(&cloud, OWNER, json!({}));
    // Only the grants on endpoint and account have no condition.
    let report = apply(&cloud, OWNER, json!({"mode": "clean-up", "expiresAt": null}));
    assert_eq!((report.outcome, report.written.len()), (ApplyOutcome::Applied, 3));
    let read = json!({"options": {"requestedPolicyVersion": 3}});
    let policy = cloud.post(OWNER, "/v3/projects/acme-ml:getIamPolicy", read).ok();
    assert!(policy.to_string().contains(&in_days(300)), "an unexpired grant stays: {policy}");
    assert_eq!(report.written.iter().filter(|written| written.changed).count(), 2);
    let again = apply(&cloud, OWNER, json!({"mode": "clean-up", "expiresAt": null}));
    assert!(again.written.iter().all(|written| !written.changed));
}

#[test]
fn grants_only_with_an_expiry_and_for_somebody_else() {
    let code = |more: Value| iam_apply(&applied(more), now()).err().unwrap().diagnostics[0].code;
    assert_eq!(code(json!({"expiresAt": null})), Code::IamExpiryMissing);
    assert_eq!(code(json!({"approval": null})), Code::IamOwnRequest);
    let other = json!({"by": "user:default/owner", "email": "owner@acme.example", "for": "user:default/stranger"});
    assert_eq!(code(json!({"approval": other})), Code::IamOwnRequest);
    let own = json!({"by": "user:default/stranger", "for": "user:default/stranger"});
    assert_eq!(code(json!({"approval": own})), Code::IamOwnRequest);
}

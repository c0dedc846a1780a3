//! Rejections of Privileged Access Manager.

use super::{APPROVER, ASKED, ENTITLEMENTS, FRAUD, VIEWER, entitlement, grant};
use crate::harness::{Cloud, FAST, OWNER, PLACE, STILL, STRANGER};
use serde_json::json;

#[test]
fn only_an_approver_other_than_the_requester_approves() {
    let cloud = Cloud::start();
    let mut body = entitlement();
    let approvers = &mut body["approvalWorkflow"]["manualApprovals"]["steps"][0]["approvers"][0]["principals"];
    approvers.as_array_mut().unwrap().push(json!(ASKED));
    cloud.entitle(body);
    let asked = cloud.ask(STRANGER, grant()).ok();
    for how in ["approve", "deny"] {
        for token in [STRANGER, OWNER] {
            let text = cloud.decide(token, &asked, how).refused(403, "PERMISSION_DENIED");
            assert!(text.contains(&format!("privilegedaccessmanager.grants.{how}")), "{text}");
        }
        let path = format!("/v1/{}:{how}", asked["name"].as_str().unwrap());
        cloud.post(APPROVER, &path, json!({})).refused(400, "INVALID_ARGUMENT");
        cloud.post(APPROVER, &path, json!({"reason": "r", "surprise": 1})).refused(400, "INVALID_ARGUMENT");
    }
    assert_eq!(cloud.becomes(&asked, "APPROVAL_AWAITED"), asked);
    cloud.post(APPROVER, &format!("{FRAUD}/grants/absent:approve"), json!({"reason": "r"})).refused(404, "NOT_FOUND");
}

#[test]
fn denies_callers_who_are_not_eligible() {
    let cloud = Cloud::start();
    let denied = cloud.ask(STRANGER, grant()).refused(403, "PERMISSION_DENIED");
    cloud.ask(OWNER, grant()).refused(404, "NOT_FOUND");
    cloud.entitle(entitlement());
    for token in [APPROVER, OWNER] {
        cloud.ask(token, grant()).refused(403, "PERMISSION_DENIED");
    }
    assert!(denied.contains("privilegedaccessmanager.grants.create"), "{denied}");
    cloud.ask(STRANGER, grant()).ok();
}

#[test]
fn reading_requires_the_permission_or_being_named() {
    let cloud = Cloud::start();
    let mut for_others = entitlement();
    for_others["eligibleUsers"][0]["principals"] = json!(["user:somebody@acme.example"]);
    cloud.entitle(for_others);
    for (verb, path) in [("GET", ENTITLEMENTS), ("GET", FRAUD), ("DELETE", FRAUD)] {
        cloud.call(STRANGER, verb, path, &json!(null)).refused(403, "PERMISSION_DENIED");
    }
    for path in [format!("{FRAUD}/grants"), format!("{FRAUD}/grants/absent"), format!("{ENTITLEMENTS}/absent")] {
        cloud.get(STRANGER, &path).refused(403, "PERMISSION_DENIED");
    }
    let operation = cloud.post(OWNER, &format!("{ENTITLEMENTS}?entitlementId=other"), entitlement()).ok();
    let operation = format!("/v1/{}", operation["name"].as_str().unwrap());
    for verb in ["GET", "DELETE"] {
        let text = cloud.call(STRANGER, verb, &operation, &json!(null)).refused(403, "PERMISSION_DENIED");
        assert!(text.contains("privilegedaccessmanager.operations."), "{text}");
    }
    for method in ["wait", "cancel"] {
        cloud.post(OWNER, &format!("{operation}:{method}"), json!({})).is_no_such_path();
    }
    let listed = cloud.get(OWNER, "/v1/projects/acme-ml/locations/global/operations").ok();
    assert_eq!(listed["operations"].as_array().unwrap().len(), 2);
    cloud.get(STRANGER, &format!("{ENTITLEMENTS}/other")).ok();
    assert_eq!(cloud.get(OWNER, ENTITLEMENTS).ok()["entitlements"].as_array().unwrap().len(), 2);
}

#[test]
fn rejects_entitlements_that_google_rejects() {
    let cloud = Cloud::start();
    let members = |count: usize| json!([{"principals": vec![ASKED; count]}]);
    let approvals = "/approvalWorkflow/manualApprovals";
    let access = "/privilegedAccess/gcpIamAccess";
    for (pointer, value) in [
        ("/eligibleUsers".to_owned(), members(21)),
        ("/eligibleUsers".to_owned(), json!([{"principals": []}, {"principals": []}])),
        ("/eligibleUsers".to_owned(), json!([{"principals": ["stranger@acme.example"]}])),
        (format!("{approvals}/steps"), json!([])),
        (format!("{approvals}/steps/0/approvers"), members(21)),
        (format!("{approvals}/steps/0/approvalsNeeded"), json!(2)),
        ("/privilegedAccess".to_owned(), json!(null)),
        (format!("{access}/resource"), json!("//cloudresourcemanager.googleapis.com/projects/other")),
        (format!("{access}/resourceType"), json!("cloudresourcemanager.googleapis.com/Folder")),
        (format!("{access}/roleBindings"), json!([])),
        (format!("{access}/roleBindings"), json!(vec![json!({"role": VIEWER}); 31])),
        (format!("{access}/roleBindings/0/role"), json!("roles/owner")),
        (format!("{access}/roleBindings/0/role"), json!("roles/editor")),
        (format!("{access}/roleBindings/0/role"), json!("roles/viewer")),
        (format!("{access}/roleBindings/0/role"), json!("projects/acme-ml/roles/absent")),
        ("/maxRequestDuration".to_owned(), json!("1799s")),
        ("/maxRequestDuration".to_owned(), json!("604801s")),
        ("/maxRequestDuration".to_owned(), json!("3600")),
        ("/maxRequestDuration".to_owned(), json!(null)),
        ("/requesterJustificationConfig".to_owned(), json!(null)),
        ("/requesterJustificationConfig".to_owned(), json!({})),
        ("/requesterJustificationConfig".to_owned(), json!({"notMandatory": {}, "unstructured": {}})),
        ("/requesterJustificationConfig".to_owned(), json!({"surprise": {}})),
    ] {
        let mut body = entitlement();
        *body.pointer_mut(&pointer).unwrap() = value;
        let answer = cloud.post(OWNER, &format!("{ENTITLEMENTS}?entitlementId=fraud"), body.clone());
        assert_eq!(answer.status, 400, "{pointer}: {body}");
        answer.refused(400, "INVALID_ARGUMENT");
    }
    for query in ["", "?entitlementId=abc", "?entitlementId=Fraud", "?entitlementId=fraud&requestId=1", "?surprise=1"] {
        cloud.post(OWNER, &format!("{ENTITLEMENTS}{query}"), entitlement()).refused(400, "INVALID_ARGUMENT");
    }
    let limits = json!([{"principals": vec![ASKED; 20]}]);
    let mut body = entitlement();
    body["eligibleUsers"] = limits.clone();
    body["approvalWorkflow"]["manualApprovals"]["steps"][0]["approvers"] = limits;
    body["privilegedAccess"]["gcpIamAccess"]["roleBindings"] = json!(vec![json!({"role": VIEWER}); 30]);
    cloud.entitle(body);
    let path = format!("{ENTITLEMENTS}?entitlementId=fraud");
    cloud.post(OWNER, &path, entitlement()).refused(409, "ALREADY_EXISTS");
    cloud.post(STRANGER, &path, entitlement()).refused(403, "PERMISSION_DENIED");
}

#[test]
fn rejects_grants_that_google_rejects() {
    let cloud = Cloud::start();
    let mut body = entitlement();
    body["maxRequestDuration"] = json!("3600s");
    cloud.set_speed(STILL);
    let path = format!("{ENTITLEMENTS}?entitlementId=fraud");
    let operation = cloud.post(OWNER, &path, body).ok();
    let asked = json!({"requestedDuration": "1800s", "justification": {"unstructuredJustification": "ticket 4711"}});
    cloud.ask(STRANGER, asked.clone()).refused(400, "FAILED_PRECONDITION");
    cloud.set_speed(FAST);
    cloud.result(&operation);
    for (field, value) in [
        ("requestedDuration", json!("3601s")),
        ("requestedDuration", json!("1799s")),
        ("requestedDuration", json!(null)),
        ("justification", json!(null)),
        ("justification", json!({"unstructuredJustification": ""})),
        ("surprise", json!(1)),
    ] {
        let mut body = asked.clone();
        body[field] = value;
        cloud.ask(STRANGER, body).refused(400, "INVALID_ARGUMENT");
    }
    for id in ["1", "00000000-0000-0000-0000-000000000000", "g0000000-0000-0000-0000-000000000001"] {
        cloud.post(STRANGER, &format!("{FRAUD}/grants?requestId={id}"), asked.clone()).refused(400, "INVALID_ARGUMENT");
    }
    cloud.ask(STRANGER, asked.clone()).ok();
    let text = cloud.ask(STRANGER, asked).refused(400, "FAILED_PRECONDITION");
    assert!(
        text.starts_with("You have an open Grant projects/acme-ml/locations/global/entitlements/fraud/grants/"),
        "{text}"
    );
    assert_eq!(cloud.get(OWNER, &format!("{FRAUD}/grants")).ok()["grants"].as_array().unwrap().len(), 1);
}

#[test]
fn keeps_an_entitlement_with_grants_unless_forced() {
    let cloud = Cloud::start();
    let name = format!("/v1/{}", cloud.elevate()["name"].as_str().unwrap());
    let models = format!("{PLACE}/models/fraud-detector");
    cloud.get(STRANGER, &models).ok();
    cloud.call(OWNER, "DELETE", FRAUD, &json!(null)).refused(400, "FAILED_PRECONDITION");
    let operation = cloud.call(OWNER, "DELETE", &format!("{FRAUD}?force=true"), &json!(null)).ok();
    assert_eq!(cloud.result(&operation)["state"], "DELETED");
    for path in [FRAUD, &name] {
        cloud.get(OWNER, path).refused(404, "NOT_FOUND");
    }
    // The access of the open grant has ended with it.
    cloud.get(STRANGER, &models).refused(403, "PERMISSION_DENIED");
    cloud.entitle(entitlement());
}

#[test]
fn searches_tell_each_caller_of_their_own() {
    let cloud = Cloud::start();
    cloud.entitle(entitlement());
    let grant = cloud.ask(STRANGER, grant()).ok();
    let entitlements = |token: &str, kind: &str| {
        let found = cloud.get(token, &format!("{ENTITLEMENTS}:search?callerAccessType={kind}")).ok();
        found["entitlements"].as_array().unwrap().len()
    };
    let grants = |token: &str, kind: &str| {
        let found = cloud.get(token, &format!("{FRAUD}/grants:search?callerRelationship={kind}")).ok();
        found["grants"].as_array().unwrap().len()
    };
    assert_eq!((entitlements(STRANGER, "GRANT_REQUESTER"), entitlements(STRANGER, "GRANT_APPROVER")), (1, 0));
    assert_eq!((entitlements(APPROVER, "GRANT_REQUESTER"), entitlements(APPROVER, "GRANT_APPROVER")), (0, 1));
    assert_eq!((grants(STRANGER, "HAD_CREATED"), grants(STRANGER, "CAN_APPROVE")), (1, 0));
    assert_eq!((grants(APPROVER, "CAN_APPROVE"), grants(APPROVER, "HAD_APPROVED")), (1, 0));
    cloud.decide(APPROVER, &grant, "deny").ok();
    assert_eq!((grants(APPROVER, "CAN_APPROVE"), grants(APPROVER, "HAD_APPROVED")), (0, 1));
    cloud.get(OWNER, &format!("{ENTITLEMENTS}:search")).refused(400, "INVALID_ARGUMENT");
}

#[test]
fn an_update_changes_the_fields_of_its_mask() {
    let cloud = Cloud::start();
    let before = cloud.entitle(entitlement());
    let path = format!("{FRAUD}?updateMask=maxRequestDuration");
    let sent = json!({"maxRequestDuration": "3600s", "etag": before["etag"], "eligibleUsers": []});
    let after = cloud.result(&cloud.call(OWNER, "PATCH", &path, &sent).ok());
    assert_eq!((&after["maxRequestDuration"], &after["eligibleUsers"]), (&json!("3600s"), &before["eligibleUsers"]));
    cloud.call(OWNER, "PATCH", &path, &sent).refused(409, "ABORTED");
    cloud.call(STRANGER, "PATCH", &path, &sent).refused(403, "PERMISSION_DENIED");
    let wrong = json!({"maxRequestDuration": "1s"});
    cloud.call(OWNER, "PATCH", &path, &wrong).refused(400, "INVALID_ARGUMENT");
}

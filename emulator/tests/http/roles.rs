//! Custom roles and policies of service accounts.

use crate::harness::{Cloud, OWNER, PLACE, STRANGER};
use serde_json::{Value, json};

const ROLES: &str = "/v1/projects/acme-ml/roles";
const ACCOUNT: &str = "/v1/projects/acme-ml/serviceAccounts/fraud-serving@acme-ml.iam.gserviceaccount.com";

fn role(permissions: &[&str]) -> Value {
    json!({"roleId": "reader", "role": {"title": "Reader", "stage": "GA", "includedPermissions": permissions}})
}

/// Grants the stranger the role `reader` on the project.
fn bind(cloud: &Cloud) {
    let mut policy = cloud.post(OWNER, "/v3/projects/acme-ml:getIamPolicy", json!({})).ok();
    let binding = json!({"role": "projects/acme-ml/roles/reader", "members": ["user:stranger@acme.example"]});
    policy["bindings"].as_array_mut().unwrap().push(binding);
    cloud.post(OWNER, "/v3/projects/acme-ml:setIamPolicy", json!({ "policy": policy })).ok();
}

#[test]
fn a_custom_role_grants_its_permissions_until_it_is_deleted() {
    let cloud = Cloud::start();
    let made = cloud.post(OWNER, ROLES, role(&["aiplatform.models.list"])).ok();
    assert_eq!(made["name"], "projects/acme-ml/roles/reader");
    cloud.post(OWNER, ROLES, role(&[])).refused(409, "ALREADY_EXISTS");
    bind(&cloud);
    let models = format!("{PLACE}/models");
    cloud.get(STRANGER, &models).ok();
    cloud.get(STRANGER, &format!("{PLACE}/endpoints")).refused(403, "PERMISSION_DENIED");

    let path = format!("{ROLES}/reader?updateMask=includedPermissions");
    let change =
        json!({"etag": made["etag"], "title": "not in the mask", "includedPermissions": ["aiplatform.endpoints.list"]});
    let changed = cloud.call(OWNER, "PATCH", &path, &change).ok();
    assert_eq!((&changed["title"], changed["etag"] == made["etag"]), (&json!("Reader"), false));
    cloud.call(OWNER, "PATCH", &path, &change).refused(409, "ABORTED");
    cloud.get(STRANGER, &models).refused(403, "PERMISSION_DENIED");
    cloud.get(STRANGER, &format!("{PLACE}/endpoints")).ok();

    cloud.call(OWNER, "DELETE", &format!("{ROLES}/reader"), &json!(null)).ok();
    cloud.get(STRANGER, &format!("{PLACE}/endpoints")).refused(403, "PERMISSION_DENIED");
    assert_eq!(cloud.get(OWNER, &format!("{ROLES}/reader")).ok()["deleted"], true);
    cloud.post(OWNER, ROLES, role(&[])).refused(400, "FAILED_PRECONDITION");
    cloud.post(OWNER, &format!("{ROLES}/reader:undelete"), json!({})).ok();
    cloud.get(STRANGER, &format!("{PLACE}/endpoints")).ok();
}

#[test]
fn rejects_invalid_roles() {
    let cloud = Cloud::start();
    for request in [
        json!({"roleId": "x", "role": {"title": "t"}}),
        json!({"roleId": "with space", "role": {"title": "t"}}),
        json!({"roleId": "reader", "role": {"title": "t".repeat(101)}}),
        json!({"roleId": "reader", "role": {"includedPermissions": ["aiplatform.*"]}}),
        role(&["resourcemanager.projects.list"]),
        json!({"roleId": "reader", "surprise": 1}),
    ] {
        cloud.post(OWNER, ROLES, request).refused(400, "INVALID_ARGUMENT");
    }
    cloud.get(OWNER, &format!("{ROLES}/absent")).refused(404, "NOT_FOUND");
}

#[test]
fn authenticated_callers_read_predefined_roles() {
    let cloud = Cloud::start();
    let role = cloud.get(STRANGER, "/v1/roles/iam.serviceAccountUser").ok();
    assert_eq!(role["name"], "roles/iam.serviceAccountUser");
    assert_eq!(role["includedPermissions"], json!(["iam.serviceAccounts.actAs"]));
    cloud.get(STRANGER, "/v1/roles/absent").refused(404, "NOT_FOUND");
    cloud.get("nobody", "/v1/roles/owner").refused(401, "UNAUTHENTICATED");
    cloud.call(OWNER, "DELETE", "/v1/roles/iam.serviceAccountUser", &json!(null)).refused(404, "NOT_FOUND");
}

#[test]
fn a_policy_names_only_existing_roles() {
    let cloud = Cloud::start();
    let mut policy = cloud.post(OWNER, "/v3/projects/acme-ml:getIamPolicy", json!({})).ok();
    let binding = json!({"role": "projects/acme-ml/roles/absent", "members": ["user:stranger@acme.example"]});
    policy["bindings"].as_array_mut().unwrap().push(binding);
    cloud
        .post(OWNER, "/v3/projects/acme-ml:setIamPolicy", json!({ "policy": policy }))
        .refused(400, "INVALID_ARGUMENT");
}

#[test]
fn a_service_account_has_a_policy_without_conditions() {
    let cloud = Cloud::start();
    let path = |method: &str| format!("{ACCOUNT}:{method}");
    for method in ["getIamPolicy", "setIamPolicy"] {
        cloud.post(STRANGER, &path(method), json!({})).refused(403, "PERMISSION_DENIED");
    }
    let asked = json!({"permissions": ["iam.serviceAccounts.actAs"]});
    let held = |cloud: &Cloud| cloud.post(STRANGER, &path("testIamPermissions"), asked.clone()).ok();
    assert_eq!(held(&cloud)["permissions"], json!([]));
    let mut policy = cloud.post(OWNER, &path("getIamPolicy"), json!({})).ok();
    let mut binding = json!({"role": "roles/iam.serviceAccountUser", "members": ["user:stranger@acme.example"]});
    policy["bindings"].as_array_mut().unwrap().push(binding.clone());
    cloud.post(OWNER, &path("setIamPolicy"), json!({ "policy": policy })).ok();
    assert_eq!(held(&cloud)["permissions"], json!(["iam.serviceAccounts.actAs"]));
    binding["condition"] = json!({"title": "t", "expression": "true"});
    let conditioned = json!({"version": 3, "bindings": [binding]});
    cloud.post(OWNER, &path("setIamPolicy"), json!({ "policy": conditioned })).refused(400, "INVALID_ARGUMENT");
}

//! Roles, and the allow policies of service accounts.

use super::{
    Body, Door, Kind, Method,
    On::{Itself, PredefinedRole},
    Service, Verb,
    body::{POLICY, json, object, text, texts},
    need::{guide, reference},
    resource::{ACCOUNT, PREDEFINED_ROLE, ROLE},
    row::{ADMINISTER, READ},
};

/// The rows of this file.
pub(super) const ROWS: &[&Method] = &[
    &ROLES_GET,
    &PROJECT_ROLES_CREATE,
    &PROJECT_ROLES_GET,
    &PROJECT_ROLES_LIST,
    &PROJECT_ROLES_PATCH,
    &PROJECT_ROLES_DELETE,
    &PROJECT_ROLES_UNDELETE,
    &QUERY_TESTABLE_PERMISSIONS,
    &ACCOUNTS_GET,
    &ACCOUNTS_GET_IAM_POLICY,
    &ACCOUNTS_SET_IAM_POLICY,
    &ACCOUNTS_TEST_IAM_PERMISSIONS,
];

pub static ROLES_GET: Method = Method {
    name: "iam.roles.get",
    audit_name: "IAM.GetRole",
    service: Service::Iam,
    verb: Verb::Get,
    version: "v1",
    on: PREDEFINED_ROLE,
    door: READ,
    needs_project: false,
    needs: &[reference("iam.roles.get", PredefinedRole)],
    ..Method::DEFAULT
};

pub static PROJECT_ROLES_CREATE: Method = Method {
    name: "iam.projects.roles.create",
    audit_name: "IAM.CreateRole",
    service: Service::Iam,
    verb: Verb::Post,
    version: "v1",
    on: Kind::Project,
    suffix: "/roles",
    body: json(&[text("roleId"), object("role")]),
    door: ADMINISTER,
    needs: &[reference("iam.roles.create", Itself)],
    undone_by: Some(&PROJECT_ROLES_DELETE),
    ..Method::DEFAULT
};

pub static PROJECT_ROLES_GET: Method = Method {
    name: "iam.projects.roles.get",
    audit_name: "IAM.GetRole",
    service: Service::Iam,
    verb: Verb::Get,
    version: "v1",
    on: ROLE,
    door: ADMINISTER,
    needs: &[reference("iam.roles.get", Itself)],
    ..Method::DEFAULT
};

pub static PROJECT_ROLES_LIST: Method = Method {
    name: "iam.projects.roles.list",
    audit_name: "IAM.ListRoles",
    service: Service::Iam,
    verb: Verb::Get,
    version: "v1",
    on: Kind::Project,
    suffix: "/roles",
    query: &["pageSize", "pageToken", "showDeleted", "view"],
    door: Door::Closed,
    needs: &[reference("iam.roles.list", Itself)],
    ..Method::DEFAULT
};

// iann0036/iam-dataset adds `iam.roles.get`.
pub static PROJECT_ROLES_PATCH: Method = Method {
    name: "iam.projects.roles.patch",
    audit_name: "IAM.UpdateRole",
    service: Service::Iam,
    verb: Verb::Patch,
    version: "v1",
    on: ROLE,
    query: &["updateMask"],
    body: Body::Json(None),
    door: Door::Closed,
    needs: &[reference("iam.roles.update", Itself)],
    ..Method::DEFAULT
};

pub static PROJECT_ROLES_DELETE: Method = Method {
    name: "iam.projects.roles.delete",
    audit_name: "IAM.DeleteRole",
    service: Service::Iam,
    verb: Verb::Delete,
    version: "v1",
    on: ROLE,
    query: &["etag"],
    door: Door::Closed,
    needs: &[reference("iam.roles.delete", Itself)],
    undone_by: Some(&PROJECT_ROLES_UNDELETE),
    ..Method::DEFAULT
};

pub static PROJECT_ROLES_UNDELETE: Method = Method {
    name: "iam.projects.roles.undelete",
    audit_name: "IAM.UndeleteRole",
    service: Service::Iam,
    verb: Verb::Post,
    version: "v1",
    on: ROLE,
    suffix: ":undelete",
    body: Body::Json(None),
    door: Door::Closed,
    needs: &[reference("iam.roles.undelete", Itself)],
    ..Method::DEFAULT
};

pub static QUERY_TESTABLE_PERMISSIONS: Method = Method {
    name: "iam.permissions.queryTestablePermissions",
    audit_name: "IAM.QueryTestablePermissions",
    service: Service::Iam,
    verb: Verb::Post,
    version: "v1",
    on: Kind::Nothing,
    suffix: "permissions:queryTestablePermissions",
    body: Body::Json(None),
    door: Door::Closed,
    ..Method::DEFAULT
};

pub static ACCOUNTS_GET: Method = Method {
    name: "iam.projects.serviceAccounts.get",
    audit_name: "IAM.GetServiceAccount",
    service: Service::Iam,
    verb: Verb::Get,
    version: "v1",
    on: ACCOUNT,
    door: Door::Closed,
    needs: &[reference("iam.serviceAccounts.get", Itself)],
    ..Method::DEFAULT
};

// The method's REST page names no permission; the list of audited methods does:
// https://docs.cloud.google.com/iam/docs/audit-logging, read 2026-11-27.
pub static ACCOUNTS_GET_IAM_POLICY: Method = Method {
    name: "iam.projects.serviceAccounts.getIamPolicy",
    audit_name: "IAM.GetIamPolicy",
    service: Service::Iam,
    verb: Verb::Post,
    version: "v1",
    on: ACCOUNT,
    suffix: ":getIamPolicy",
    query: &["options.requestedPolicyVersion"],
    door: ADMINISTER,
    needs: &[guide("iam.serviceAccounts.getIamPolicy", Itself)],
    ..Method::DEFAULT
};

// Source as above.
pub static ACCOUNTS_SET_IAM_POLICY: Method = Method {
    name: "iam.projects.serviceAccounts.setIamPolicy",
    audit_name: "IAM.SetIamPolicy",
    service: Service::Iam,
    verb: Verb::Post,
    version: "v1",
    on: ACCOUNT,
    suffix: ":setIamPolicy",
    body: POLICY,
    door: ADMINISTER,
    needs: &[guide("iam.serviceAccounts.setIamPolicy", Itself)],
    ..Method::DEFAULT
};

pub static ACCOUNTS_TEST_IAM_PERMISSIONS: Method = Method {
    name: "iam.projects.serviceAccounts.testIamPermissions",
    audit_name: "IAM.TestIamPermissions",
    service: Service::Iam,
    verb: Verb::Post,
    version: "v1",
    on: ACCOUNT,
    suffix: ":testIamPermissions",
    body: json(&[texts("permissions")]),
    door: READ,
    ..Method::DEFAULT
};

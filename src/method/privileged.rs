//! Privileged Access Manager: grants that are requested, approved, and expire.
//!
//! Requesting, approving and denying a grant needs no permission: the entitlement names who may (Google's page "Permissions and
//! setup"). The reference and Google's list of the service's permissions name none either; only the page on audit logging has
//! `privilegedaccessmanager.grants.{create,approve,deny}`. So a user with `vertex-ai.deploy` may request grants through the portal.
//! The permissions of the other methods are those of the reference and of the page on audit logging. Unverified: a requester reads
//! their own grant without a permission.
//!
//! The reference states that an approval cannot be undone and that revoking ends the grant. It allows that in every state but a
//! terminal one; the page on revoking allows it only while the grant is active.

use super::{
    Body, Door, Following, Kind, Method,
    On::Itself,
    Service, Source, Verb,
    body::{json, text},
    need::guide,
    resource::{ENTITLEMENT, GRANT},
    row::{ADMINISTER, DEPLOY, READ},
};

/// The rows of this file.
pub(super) const ROWS: &[&Method] = &[
    &ENTITLEMENTS_CREATE,
    &ENTITLEMENTS_GET,
    &ENTITLEMENTS_DELETE,
    &GRANTS_CREATE,
    &GRANTS_GET,
    &GRANTS_APPROVE,
    &GRANTS_DENY,
    &GRANTS_REVOKE,
];

/// Operations have permissions of their own, checked on the operation. The reference and Google's client can get, list and delete
/// one, not wait for it or cancel it.
const FOLLOWED: Option<Following> = Some(Following {
    read: "privilegedaccessmanager.operations.get",
    cancel: None,
    delete: "privilegedaccessmanager.operations.delete",
    source: Source::Guide,
});

pub static ENTITLEMENTS_CREATE: Method = Method {
    name: "privilegedaccessmanager.projects.locations.entitlements.create",
    audit_name: "PrivilegedAccessManager.CreateEntitlement",
    service: Service::PrivilegedAccessManager,
    verb: Verb::Post,
    version: "v1",
    on: Kind::Place,
    suffix: "/entitlements",
    query: &["entitlementId", "requestId"],
    body: Body::Json(None),
    door: Door::Closed,
    needs: &[guide("privilegedaccessmanager.entitlements.create", Itself)],
    operation: FOLLOWED,
    undone_by: Some(&ENTITLEMENTS_DELETE),
    ..Method::DEFAULT
};

pub static ENTITLEMENTS_GET: Method = Method {
    name: "privilegedaccessmanager.projects.locations.entitlements.get",
    audit_name: "PrivilegedAccessManager.GetEntitlement",
    service: Service::PrivilegedAccessManager,
    verb: Verb::Get,
    version: "v1",
    on: ENTITLEMENT,
    door: ADMINISTER,
    needs: &[guide("privilegedaccessmanager.entitlements.get", Itself)],
    ..Method::DEFAULT
};

pub static ENTITLEMENTS_DELETE: Method = Method {
    name: "privilegedaccessmanager.projects.locations.entitlements.delete",
    audit_name: "PrivilegedAccessManager.DeleteEntitlement",
    service: Service::PrivilegedAccessManager,
    verb: Verb::Delete,
    version: "v1",
    on: ENTITLEMENT,
    query: &["requestId"],
    door: Door::Closed,
    needs: &[guide("privilegedaccessmanager.entitlements.delete", Itself)],
    operation: FOLLOWED,
    ..Method::DEFAULT
};

pub static GRANTS_CREATE: Method = Method {
    name: "privilegedaccessmanager.projects.locations.entitlements.grants.create",
    audit_name: "PrivilegedAccessManager.CreateGrant",
    service: Service::PrivilegedAccessManager,
    verb: Verb::Post,
    version: "v1",
    on: ENTITLEMENT,
    suffix: "/grants",
    query: &["requestId"],
    body: json(&[text("requestedDuration")]),
    door: DEPLOY,
    undone_by: Some(&GRANTS_REVOKE),
    needs_own_identity: true,
    ..Method::DEFAULT
};

pub static GRANTS_GET: Method = Method {
    name: "privilegedaccessmanager.projects.locations.entitlements.grants.get",
    audit_name: "PrivilegedAccessManager.GetGrant",
    service: Service::PrivilegedAccessManager,
    verb: Verb::Get,
    version: "v1",
    on: GRANT,
    door: READ,
    needs: &[guide("privilegedaccessmanager.grants.get", Itself)],
    ..Method::DEFAULT
};

pub static GRANTS_APPROVE: Method = Method {
    name: "privilegedaccessmanager.projects.locations.entitlements.grants.approve",
    audit_name: "PrivilegedAccessManager.ApproveGrant",
    service: Service::PrivilegedAccessManager,
    verb: Verb::Post,
    version: "v1",
    on: GRANT,
    suffix: ":approve",
    body: Body::Json(None),
    door: Door::Closed,
    undone_by: Some(&GRANTS_REVOKE),
    ..Method::DEFAULT
};

pub static GRANTS_DENY: Method = Method {
    name: "privilegedaccessmanager.projects.locations.entitlements.grants.deny",
    audit_name: "PrivilegedAccessManager.DenyGrant",
    service: Service::PrivilegedAccessManager,
    verb: Verb::Post,
    version: "v1",
    on: GRANT,
    suffix: ":deny",
    body: Body::Json(None),
    door: Door::Closed,
    ..Method::DEFAULT
};

pub static GRANTS_REVOKE: Method = Method {
    name: "privilegedaccessmanager.projects.locations.entitlements.grants.revoke",
    audit_name: "PrivilegedAccessManager.RevokeGrant",
    service: Service::PrivilegedAccessManager,
    verb: Verb::Post,
    version: "v1",
    on: GRANT,
    suffix: ":revoke",
    body: Body::Json(None),
    door: Door::Closed,
    needs: &[guide("privilegedaccessmanager.grants.revoke", Itself)],
    operation: FOLLOWED,
    ..Method::DEFAULT
};

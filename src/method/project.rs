//! Projects and their enabled APIs.

use super::{
    Body, BodyRules, Door, Kind, Method,
    On::Itself,
    Service, Verb,
    body::{POLICY, json, texts},
    need::{guide, reference},
    resource::API,
    row::{ADMINISTER, READ},
};

/// The rows of this file.
pub(super) const ROWS: &[&Method] = &[
    &PROJECTS_GET,
    &PROJECTS_GET_IAM_POLICY,
    &PROJECTS_SET_IAM_POLICY,
    &PROJECTS_TEST_IAM_PERMISSIONS,
    &SERVICES_GET,
    &SERVICES_BATCH_GET,
    &SERVICES_ENABLE,
];

pub static PROJECTS_GET: Method = Method {
    name: "cloudresourcemanager.projects.get",
    audit_name: "Projects.GetProject",
    service: Service::CloudResourceManager,
    verb: Verb::Get,
    version: "v3",
    on: Kind::Project,
    door: Door::Closed,
    needs: &[guide("resourcemanager.projects.get", Itself)],
    ..Method::DEFAULT
};

pub static PROJECTS_GET_IAM_POLICY: Method = Method {
    name: "cloudresourcemanager.projects.getIamPolicy",
    audit_name: "Projects.GetIamPolicy",
    service: Service::CloudResourceManager,
    verb: Verb::Post,
    version: "v3",
    on: Kind::Project,
    suffix: ":getIamPolicy",
    body: Body::Json(Some(BodyRules { may_be_empty: true, ..BodyRules::DEFAULT })),
    door: READ,
    needs: &[guide("resourcemanager.projects.getIamPolicy", Itself)],
    ..Method::DEFAULT
};

pub static PROJECTS_SET_IAM_POLICY: Method = Method {
    name: "cloudresourcemanager.projects.setIamPolicy",
    audit_name: "Projects.SetIamPolicy",
    service: Service::CloudResourceManager,
    verb: Verb::Post,
    version: "v3",
    on: Kind::Project,
    suffix: ":setIamPolicy",
    body: POLICY,
    door: ADMINISTER,
    needs: &[guide("resourcemanager.projects.setIamPolicy", Itself)],
    ..Method::DEFAULT
};

pub static PROJECTS_TEST_IAM_PERMISSIONS: Method = Method {
    name: "cloudresourcemanager.projects.testIamPermissions",
    audit_name: "Projects.TestIamPermissions",
    service: Service::CloudResourceManager,
    verb: Verb::Post,
    version: "v3",
    on: Kind::Project,
    suffix: ":testIamPermissions",
    body: json(&[texts("permissions")]),
    door: READ,
    ..Method::DEFAULT
};

// https://docs.cloud.google.com/service-usage/docs/access-control, read 2026-11-27.
pub static SERVICES_GET: Method = Method {
    name: "serviceusage.services.get",
    audit_name: "ServiceUsage.GetService",
    service: Service::ServiceUsage,
    verb: Verb::Get,
    version: "v1",
    on: API,
    door: Door::Closed,
    needs: &[guide("serviceusage.services.get", Itself)],
    ..Method::DEFAULT
};

pub static SERVICES_BATCH_GET: Method = Method {
    name: "serviceusage.services.batchGet",
    audit_name: "ServiceUsage.BatchGetServices",
    service: Service::ServiceUsage,
    verb: Verb::Get,
    version: "v1",
    on: Kind::Project,
    suffix: "/services:batchGet",
    query: &["names"],
    repeated: &["names"],
    door: READ,
    needs: &[guide("serviceusage.services.get", Itself)],
    ..Method::DEFAULT
};

// The page on access control adds `servicemanagement.services.bind` on the API itself, which no project holds.
pub static SERVICES_ENABLE: Method = Method {
    name: "serviceusage.services.enable",
    audit_name: "ServiceUsage.EnableService",
    service: Service::ServiceUsage,
    verb: Verb::Post,
    version: "v1",
    on: API,
    suffix: ":enable",
    body: Body::Json(None),
    door: Door::Closed,
    needs: &[reference("serviceusage.services.enable", Itself)],
    ..Method::DEFAULT
};

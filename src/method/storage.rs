//! Cloud Storage: names and sizes of objects, and the allow policies of buckets.
//!
//! A bucket's name does not name its project, so these calls must be the user's own.

use super::{Method, On::Itself, Service, Verb, need::guide, resource::BUCKET, row::READ};

/// The rows of this file.
pub(super) const ROWS: &[&Method] = &[&OBJECTS_LIST, &BUCKETS_GET_IAM_POLICY];

// https://docs.cloud.google.com/storage/docs/access-control/iam-json, read 2026-11-28; so the other row here.
pub static OBJECTS_LIST: Method = Method {
    name: "storage.objects.list",
    audit_name: "storage.objects.list",
    service: Service::Storage,
    verb: Verb::Get,
    version: "storage/v1",
    on: BUCKET,
    suffix: "/o",
    query: &["prefix", "maxResults", "pageToken"],
    door: READ,
    needs_project: false,
    needs_own_identity: true,
    needs: &[guide("storage.objects.list", Itself)],
    ..Method::DEFAULT
};

pub static BUCKETS_GET_IAM_POLICY: Method = Method {
    name: "storage.buckets.getIamPolicy",
    audit_name: "storage.getIamPermissions",
    service: Service::Storage,
    verb: Verb::Get,
    version: "storage/v1",
    on: BUCKET,
    suffix: "/iam",
    query: &["optionsRequestedPolicyVersion"],
    door: READ,
    needs_project: false,
    needs_own_identity: true,
    needs: &[guide("storage.buckets.getIamPolicy", Itself)],
    ..Method::DEFAULT
};

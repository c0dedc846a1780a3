//! Cloud Quotas: limits of a project.

use super::{Method, On::Itself, Service, Verb, need::guide, resource::QUOTA, row::READ};

/// The rows of this file.
pub(super) const ROWS: &[&Method] = &[&QUOTA_INFOS_GET];

// https://docs.cloud.google.com/docs/quotas/permissions, read 2026-11-28.
pub static QUOTA_INFOS_GET: Method = Method {
    name: "cloudquotas.projects.locations.services.quotaInfos.get",
    audit_name: "CloudQuotas.GetQuotaInfo",
    service: Service::CloudQuotas,
    verb: Verb::Get,
    on: QUOTA,
    door: READ,
    needs: &[guide("cloudquotas.quotas.get", Itself)],
    ..Method::DEFAULT
};

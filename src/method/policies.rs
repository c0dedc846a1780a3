//! Policies above a resource: the organization's, and who holds a permission by all of them.

use super::{
    Body, BodyRules, Kind, Method, On::Itself, Service, Verb, body::object, need::guide, resource::ORGANIZATION_POLICY,
    row::READ,
};

/// The rows of this file.
pub(super) const ROWS: &[&Method] = &[&GET_EFFECTIVE_POLICY, &TROUBLESHOOT];

// https://docs.cloud.google.com/resource-manager/docs/organization-policy/org-policy-reference, read 2026-11-28.
pub static GET_EFFECTIVE_POLICY: Method = Method {
    name: "orgpolicy.projects.policies.getEffectivePolicy",
    audit_name: "OrgPolicy.GetEffectivePolicy",
    service: Service::OrgPolicy,
    verb: Verb::Get,
    version: "v2",
    on: ORGANIZATION_POLICY,
    suffix: ":getEffectivePolicy",
    door: READ,
    needs: &[guide("orgpolicy.policy.get", Itself)],
    ..Method::DEFAULT
};

/// Google answers only as far as the caller may read the policies concerned. The body names the resource, whose project the proxy does
/// not know, so the call must be the user's own.
pub static TROUBLESHOOT: Method = Method {
    name: "policytroubleshooter.iam.troubleshoot",
    audit_name: "PolicyTroubleshooter.TroubleshootIamPolicy",
    service: Service::PolicyTroubleshooter,
    verb: Verb::Post,
    version: "v3",
    on: Kind::Nothing,
    suffix: "iam:troubleshoot",
    body: Body::Json(Some(BodyRules {
        required: &[object("accessTuple")],
        only: &["accessTuple.principal", "accessTuple.fullResourceName", "accessTuple.permission"],
        ..BodyRules::DEFAULT
    })),
    door: READ,
    needs_project: false,
    needs_own_identity: true,
    ..Method::DEFAULT
};

//! Compares an access request with policies that somebody read.

use super::plan::planned;
use super::request::IamCompareRequest;
use crate::conversation::Millis;
use crate::diagnostic::Diagnostic;
use crate::iam::policy::allow_policy::AllowPolicy;
use crate::iam::policy::difference::{Difference, Evidence, compare, remaining};
use crate::iam::render;
use crate::iam::rights::access_request::AccessRequest;
use crate::iam::rights::risk::risks;
use crate::ordered::Ordered;
use serde::Serialize;

/// Rights that the principal holds, lacks and does not need, and the access request for the missing ones.
#[derive(Clone, Debug, Default, Serialize, ts_rs::TS)]
#[ts(optional_fields)]
pub struct IamComparison {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<AccessRequest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<Difference>,
    /// The missing rights; without grants for the caller if none is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remaining: Option<AccessRequest>,
    /// Files for the missing rights, and `drop.sh` for the excess ones; none if there are neither.
    pub renderings: Ordered<String, String>,
    pub diagnostics: Vec<Diagnostic>,
}

/// Compares an access request with what is known. Nothing is called.
pub fn iam_compare(request: &IamCompareRequest, now: Millis) -> IamComparison {
    let (planned, mut diagnostics) = planned(&request.iam, now);
    let evidence = evidence(request);
    let (Some(planned), Ok(evidence)) = (planned, evidence.as_ref()) else {
        diagnostics.extend(evidence.err());
        return IamComparison { diagnostics, ..IamComparison::default() };
    };
    let difference = compare(&planned, evidence, now);
    diagnostics.extend(difference.findings.iter().cloned());
    let remaining = remaining(&planned, &difference);
    let risks = risks(&remaining, request.iam.account_powers.as_ref());
    let renderings = render::differing(&remaining, &difference, &risks, &evidence.policies, &mut diagnostics);
    IamComparison {
        request: Some(planned),
        difference: Some(difference),
        remaining: Some(remaining),
        renderings,
        diagnostics,
    }
}

/// Reads the policies of a request.
pub(super) fn evidence(request: &IamCompareRequest) -> Result<Evidence, Diagnostic> {
    let mut policies = Ordered::default();
    for (resource, value) in request.policies.iter().flat_map(|policies| &policies.0) {
        let policy = AllowPolicy::read(value).map_err(|finding| finding.about(resource.clone()))?;
        policies.insert(resource.clone(), policy);
    }
    Ok(Evidence {
        policies,
        roles: request.roles.as_ref().map(|roles| roles.0.clone()).unwrap_or_default(),
        member_of: request.member_of.clone().unwrap_or_default(),
        tested: request.tested.as_ref().map(|tested| tested.0.clone()).unwrap_or_default(),
    })
}

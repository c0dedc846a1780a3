//! Grants or revokes access by writing allow policies.

use super::plan::planned;
use super::request::IamApplyRequest;
use crate::conversation::{Conversation, Millis};
use crate::diagnostic::{Code, Diagnostic};
use crate::iam::deliver::apply::{ApplyMode, ApplyOptions, ApplyReport, apply};
use crate::iam::rights::access_request::AccessRequest;
use crate::iam::rights::expiry::check_expiry;
use crate::iam::rights::options::Delivery;

/// Grants or revokes access through the proxy.
pub fn iam_apply(request: &IamApplyRequest, now: Millis) -> Result<Conversation<ApplyReport>, Box<ApplyReport>> {
    let (planned, mut found) = planned(&request.iam, now);
    let mode = request.mode.unwrap_or(ApplyMode::Grant);
    let may_begin = match (&planned, mode) {
        (Some(planned), ApplyMode::Grant) => may_grant(planned, request, now),
        _ => Ok(()),
    };
    match (planned, may_begin) {
        (Some(mut planned), Ok(())) => {
            let kept: Vec<&String> = request.keep.iter().flatten().collect();
            planned.grants.retain(|grant| !kept.contains(&&grant.name()));
            let wait = request.wait.unwrap_or(true);
            let options = ApplyOptions { mode, wait, is_dry_run: request.dry_run.unwrap_or(false) };
            Ok(apply(planned, options, &request.proxy_url, request.reason.clone()))
        }
        (_, refusal) => {
            found.extend(refusal.err());
            Err(Box::new(ApplyReport::refused(found)))
        }
    }
}

/// Checks that the grants are for policies, expire late enough to be used, and are granted by somebody else than their principal.
fn may_grant(planned: &AccessRequest, request: &IamApplyRequest, now: Millis) -> Result<(), Diagnostic> {
    if planned.delivery == Delivery::Pam {
        let message = "grants of Privileged Access Manager are requested there, not written into policies";
        let finding = Diagnostic::new(Code::RequestMalformed, message);
        return Err(finding.help("request the grant with `pam-grant.json`, or set `delivery` to `policy`"));
    }
    check_expiry(planned.expires, now)?;
    request.approval.clone().unwrap_or_default().check(&planned.principal)
}

//! Requests grants of Privileged Access Manager.

use super::plan::planned;
use super::request::IamPamRequest;
use crate::conversation::{Conversation, Millis};
use crate::diagnostic::{Code, Diagnostic};
use crate::iam::deliver::pam_grant::{PamReport, request_grants};
use crate::iam::rights::options::Delivery;

/// Requests the grants through the proxy.
pub fn iam_pam(request: &IamPamRequest, now: Millis) -> Result<Conversation<PamReport>, Box<PamReport>> {
    let mut iam = request.iam.clone();
    let delivery = *iam.delivery.get_or_insert(Delivery::Pam);
    let (planned, mut found) = planned(&iam, now);
    if let (Some(planned), Delivery::Pam) = (planned, delivery) {
        let is_dry_run = request.dry_run.unwrap_or(false);
        return Ok(request_grants(planned, is_dry_run, &request.proxy_url, &request.reason));
    }
    if delivery != Delivery::Pam {
        let message = "grants by policies are not requested in Privileged Access Manager";
        found.push(Diagnostic::new(Code::RequestMalformed, message).help("leave `delivery` out, or set it to `pam`"));
    }
    Err(Box::new(PamReport::refused(found)))
}

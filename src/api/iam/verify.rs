//! Verifies which rights exist.

use super::compare::evidence;
use super::plan::planned;
use super::request::IamVerifyRequest;
use crate::conversation::{Conversation, Millis};
use crate::diagnostic::Diagnostic;
use crate::iam::deliver::verify::{Known, VerifyReport, verify};

/// Verifies through the proxy which rights exist.
pub fn iam_verify(request: &IamVerifyRequest, now: Millis) -> Result<Conversation<VerifyReport>, Box<VerifyReport>> {
    let refused = |found: Vec<Diagnostic>| Box::new(VerifyReport::refused(found));
    let (planned, found) = planned(&request.compare.iam, now);
    let evidence = evidence(&request.compare).map_err(|finding| refused(vec![finding]))?;
    let planned = planned.ok_or_else(|| refused(found))?;
    let account_rights = request.compare.iam.account_powers.clone();
    let known = Known { evidence, account_rights, hints_for: request.hints_for.clone() };
    Ok(verify(planned, known, &request.proxy_url, request.reason.clone()))
}

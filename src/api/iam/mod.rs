//! The facade of least privilege: plan an access request, compare it, apply it, request it in Privileged Access Manager, verify it.

mod apply;
mod compare;
pub mod grants;
mod pam;
mod plan;
pub mod request;
mod verify;

pub use apply::iam_apply;
pub use compare::{IamComparison, iam_compare};
pub use pam::iam_pam;
pub use plan::{IamReport, iam_plan};
pub use request::{IamApplyRequest, IamCompareRequest, IamPamRequest, IamRequest, IamVerifyRequest};
pub use verify::iam_verify;

#[cfg(test)]
mod tests;

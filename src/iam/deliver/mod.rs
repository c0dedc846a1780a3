//! Conversations with Google about an access request: grant, revoke, ask Privileged Access Manager, verify, report.

pub mod access_report;
pub mod apply;
pub mod clean_up;
pub mod pam_grant;
pub mod verify;

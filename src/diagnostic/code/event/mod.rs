//! Codes that are not about an entity: refusals, failures and notes of planning, calling and granting.

mod call;
mod check;
mod claim;
mod deployment;
mod iam;
mod mandate;
mod preflight;

use super::{Code, Severity};

/// A code with a fixed severity and no page of its own.
#[derive(Debug)]
pub struct Event {
    pub code: Code,
    pub name: &'static str,
    pub severity: Severity,
    /// One sentence for the reference.
    pub meaning: &'static str,
}

pub(super) const GROUPS: &[&[Event]] =
    &[check::EVENTS, call::EVENTS, mandate::EVENTS, claim::EVENTS, deployment::EVENTS, preflight::EVENTS, iam::EVENTS];

/// All events, in the order of the reference.
pub fn all() -> impl Iterator<Item = &'static Event> {
    GROUPS.iter().copied().flatten()
}

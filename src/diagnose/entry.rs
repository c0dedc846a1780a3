//! The shape of an entry of the table.

use super::Seen;
use super::pattern::open_words;
use crate::diagnostic::Who;

/// The place where a text was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The answer to a call.
    Call,
    /// `Operation.error`.
    Operation,
    /// A line of the container's log.
    Log,
    /// `DeployedModel.status.message` after a success.
    DeployedModel,
    /// The Security Token Service.
    Sts,
    /// `generateAccessToken`.
    Impersonation,
}

/// The principal that lacks a permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Principal {
    Caller,
    /// A text of the table, see [`super::explain`].
    Named(&'static str),
}

/// A missing permission; texts of the table, see [`super::explain`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Right {
    pub permission: &'static str,
    pub resource: &'static str,
    pub principal: Principal,
}

/// The part of an entry that builds carry.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// `group/kebab-case`
    pub name: &'static str,
    pub places: &'static [Place],
    /// Names of `google.rpc.Code`, or OAuth's codes, separated by spaces; empty for any.
    pub statuses: &'static str,
    /// `ErrorInfo.reason`; empty for any.
    pub reason: &'static str,
    /// Patterns of which one must match; none where status and reason suffice. See [`open_words`].
    pub texts: &'static [&'static str],
    /// One clause: why it failed.
    pub cause: &'static str,
    /// The next step; begins with a verb.
    pub fix: &'static str,
    pub who: Who,
    pub right: Option<Right>,
    /// Whether the cause is open: the entry names only the place to look.
    pub is_vague: bool,
}

impl Row {
    /// An entry's row before its own fields.
    pub const NONE: Self = Self {
        name: "",
        places: &[Place::Call],
        statuses: "",
        reason: "",
        texts: &[],
        cause: "",
        fix: "",
        who: Who::Developer,
        right: None,
        is_vague: false,
    };

    /// The open words of what was seen, where this row recognises it.
    pub(super) fn recognise<'a>(&self, seen: &Seen<'a>) -> Option<Vec<&'a str>> {
        let has_status = self.statuses.is_empty() || self.statuses.split(' ').any(|status| status == seen.status);
        let has_reason = self.reason.is_empty() || self.reason == seen.reason;
        if !has_status || !has_reason || !self.places.contains(&seen.place) {
            return None;
        }
        if self.texts.is_empty() {
            return Some(Vec::new());
        }
        if seen.text.trim().is_empty() {
            return None;
        }
        self.texts.iter().find_map(|pattern| open_words(pattern, seen.text))
    }
}

/// Certainty that Google or the container writes this text, and that the cause is this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// A public page, description or source shows text and cause.
    Documented,
    /// Public reports show the text.
    Reported,
    /// The text, or that Vertex AI shows it, is unverified.
    Unverified,
}

/// An entry of the table.
#[derive(Debug)]
pub struct Entry {
    pub row: Row,
    pub certainty: Certainty,
    /// Public pages, with the day they were read.
    pub source: &'static str,
    /// Two texts that it recognises.
    pub matches: [Case; 2],
    /// Two texts that look alike, and that it must not recognise.
    pub misses: [Case; 2],
}

/// A text as it was seen: status, `ErrorInfo.reason`, text. The place is the entry's first.
#[derive(Clone, Copy, Debug)]
pub struct Case(pub &'static str, pub &'static str, pub &'static str);

/// The rows of entries, without what only tests and pages need.
pub(super) const fn rows<const N: usize>(entries: &[Entry; N]) -> [Row; N] {
    let mut rows = [Row::NONE; N];
    let mut at = 0;
    while at < N {
        rows[at] = entries[at].row;
        at += 1;
    }
    rows
}

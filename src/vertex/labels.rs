//! What an endpoint and a model are called and tagged with: `displayName` and `labels` of `aiplatform.v1`
//! (`shared/facts/google-cloud.md` §5.4).

use super::message::{Object, object};
use crate::name::{NameError, text_type};
use serde::{Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

text_type!(
    /// The name that Google's console shows.
    DisplayName, "display name", "a display name has at most 128 characters",
    |s| (1..=128).contains(&length(s))
);

text_type!(
    /// A label's key.
    LabelKey, "label's key",
    "a key has 1 to 64 lower-case letters, digits, hyphens and underscores",
    |s| !s.is_empty() && is_plain(s.strip_prefix(SYSTEM).unwrap_or(s))
);

text_type!(
    /// A label's value; it may be empty.
    LabelValue, "label's value",
    "a value has at most 64 lower-case letters, digits, hyphens and underscores",
    is_plain
);

/// What Google's own labels begin with.
const SYSTEM: &str = "aiplatform.googleapis.com/";

/// Which letters of other scripts are capitals is for Google to say: the table is as large as all of these rules.
fn is_plain(s: &str) -> bool {
    length(s) <= 64
        && s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_".contains(&b) || !b.is_ascii())
}

/// In code points: the bytes that begin one.
fn length(s: &str) -> usize {
    s.bytes().filter(|b| b & 0xC0 != 0x80).count()
}

impl LabelKey {
    /// Whether Google keeps such keys for itself.
    pub fn is_reserved(&self) -> bool {
        self.as_str().starts_with("goog") || self.as_str().starts_with(SYSTEM)
    }
}

/// Labels, no key twice, in the order they were added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels(Vec<(LabelKey, LabelValue)>);

impl Labels {
    /// Hands the key back where it is there already; its first value stays.
    pub fn add(&mut self, key: LabelKey, value: LabelValue) -> Result<(), LabelKey> {
        if self.0.iter().any(|(known, _)| *known == key) {
            return Err(key);
        }
        self.0.push((key, value));
        Ok(())
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As Google takes them.
    pub fn message(&self) -> Object {
        self.0.iter().fold(object(), |all, (key, value)| all.with(key.as_str(), value.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_every_script_but_no_capitals() {
        for key in ["team", "a-b_c", "1st", "équipe", "チーム", "aiplatform.googleapis.com/x"] {
            assert!(key.parse::<LabelKey>().is_ok(), "{key}");
        }
        for key in ["", "Team", "a.b", "a b", "a/b"] {
            assert!(key.parse::<LabelKey>().is_err(), "{key}");
        }
        assert!("é".repeat(64).parse::<LabelValue>().is_ok() && "é".repeat(65).parse::<LabelValue>().is_err());
        assert!("".parse::<LabelValue>().is_ok());
    }
}

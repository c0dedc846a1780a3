//! Display names and labels of endpoints and models.
//!
//! Source: schemas `Endpoint` and `Model` of the discovery document `aiplatform.v1` of 2026-11-06 (PyPI
//! `google-api-python-client` 2.202.0), read 2026-11-27.

use super::message::{Object, object};
use crate::name::text_type;

text_type!(
    /// The name that Google's console shows.
    DisplayName, "display name", "write at most 128 characters",
    |s| (1..=128).contains(&length(s))
);

text_type!(
    /// The key of a label.
    LabelKey, "label key",
    "write 1 to 64 lower-case letters, digits, hyphens and underscores",
    |s| !s.is_empty() && is_plain(s.strip_prefix(SYSTEM).unwrap_or(s))
);

text_type!(
    /// The value of a label, which can be empty.
    LabelValue, "label value",
    "write at most 64 lower-case letters, digits, hyphens and underscores",
    is_plain
);

/// The prefix of Google's own labels.
const SYSTEM: &str = "aiplatform.googleapis.com/";

/// Whether a text has valid characters and length. Capitals of other scripts are left to Google, for size (`docs/size.md`).
fn is_plain(s: &str) -> bool {
    length(s) <= 64
        && s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_".contains(&b) || !b.is_ascii())
}

/// Length in code points, counted by their first bytes.
fn length(s: &str) -> usize {
    s.bytes().filter(|b| b & 0xC0 != 0x80).count()
}

impl LabelKey {
    /// Whether Google reserves the key (unverified for endpoints and models).
    pub fn is_reserved(&self) -> bool {
        self.as_str().starts_with("goog") || self.as_str().starts_with(SYSTEM)
    }
}

/// Labels with unique keys, in the order of their addition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels(Vec<(LabelKey, LabelValue)>);

impl Labels {
    /// Adds a label. Returns the key if it exists already; its first value stays.
    pub fn add(&mut self, key: LabelKey, value: LabelValue) -> Result<(), LabelKey> {
        if self.0.iter().any(|(known, _)| *known == key) {
            return Err(key);
        }
        self.0.push((key, value));
        Ok(())
    }

    /// Adds a label of the product's own, in place of one of the same key.
    pub fn set(&mut self, key: &str, value: &str) {
        if let (Ok(key), Ok(value)) = (key.parse(), value.parse()) {
            self.0.retain(|(known, _)| *known != key);
            self.0.push((key, value));
        }
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The labels as a JSON object.
    pub fn message(&self) -> Object {
        self.0.iter().fold(object(), |all, (key, value)| all.with(key.as_str(), value.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_allow_letters_of_every_script_but_no_capitals() {
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

//! Permits: *allow* decisions of Backstage's permission framework on reads, remembered for seconds.
//!
//! A remembered permit saves an HTTP round trip for each repeated read. The price is that a revoked `vertex-ai.read` takes effect only after
//! [`LIFETIME`]. Changes and predictions are never remembered, nor is any answer but `ALLOW`.

use crate::conversation::Millis;
use crate::method::Access;
use crate::ordered::Ordered;
use sha2::{Digest, Sha256};

/// How long an *allow* decision is reused.
pub const LIFETIME: Millis = 5_000;
/// Maximum number of remembered decisions.
const CAPACITY: usize = 10_000;

/// One caller's credentials and one permission. Credentials are kept as a digest: another token, of the same user or not, is another key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    credentials: [u8; 32],
    permission: &'static str,
}

impl Key {
    /// The key of a decision that may be remembered; `None` for all others.
    pub fn new(entity_ref: &str, actor: Option<&str>, credentials: &str, access: Access) -> Option<Self> {
        if access != Access::Read || entity_ref.is_empty() || credentials.is_empty() {
            return None;
        }
        let mut digest = Sha256::new();
        for part in [entity_ref, actor.unwrap_or_default(), credentials] {
            // The length keeps neighbouring parts apart.
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
        Some(Self { credentials: digest.finalize().into(), permission: access.permission() })
    }
}

/// The permits of a process.
#[derive(Debug, Default)]
pub struct Permits(Ordered<Key, Millis>);

impl Permits {
    /// Whether this decision was *allow* less than [`LIFETIME`] ago.
    pub fn allows(&self, key: &Key, now: Millis) -> bool {
        // A clock that was set back extends no permit.
        self.0.get(key).is_some_and(|since| *since <= now && now - since < LIFETIME)
    }

    pub fn remember(&mut self, key: Key, now: Millis) {
        if self.0.len() >= CAPACITY {
            self.0.retain(|since| *since <= now && now - since < LIFETIME);
        }
        if self.0.len() < CAPACITY {
            self.0.insert(key, now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: &str = "user:default/alice";

    fn key(entity_ref: &str, actor: Option<&str>, credentials: &str) -> Key {
        Key::new(entity_ref, actor, credentials, Access::Read).expect("a read")
    }

    #[test]
    fn remembers_reads_only() {
        for access in [Access::Predict, Access::Deploy, Access::Administer] {
            assert_eq!(Key::new(ALICE, None, "token", access), None);
        }
        assert!(Key::new(ALICE, None, "token", Access::Read).is_some());
        assert_eq!(Key::new(ALICE, None, "", Access::Read), None, "without a token");
        assert_eq!(Key::new("", None, "token", Access::Read), None, "without a user");
    }

    #[test]
    fn a_permit_expires() {
        let mut permits = Permits::default();
        assert!(!permits.allows(&key(ALICE, None, "token"), 0));
        permits.remember(key(ALICE, None, "token"), 1_000);
        assert!(permits.allows(&key(ALICE, None, "token"), 1_000 + LIFETIME - 1));
        assert!(!permits.allows(&key(ALICE, None, "token"), 1_000 + LIFETIME));
        assert!(!permits.allows(&key(ALICE, None, "token"), 999), "the clock was set back");
    }

    #[test]
    fn other_credentials_have_no_permit() {
        let mut permits = Permits::default();
        permits.remember(key(ALICE, Some("plugin:scaffolder"), "token"), 0);
        for other in [
            key(ALICE, Some("plugin:scaffolder"), "token2"),
            key(ALICE, Some("plugin:catalog"), "token"),
            key(ALICE, None, "token"),
            key("user:default/bob", Some("plugin:scaffolder"), "token"),
            key("user:default/aliceplugin:", Some("scaffolder"), "token"),
        ] {
            assert!(!permits.allows(&other, 1), "{other:?}");
        }
    }

    #[test]
    fn never_exceeds_its_capacity() {
        let mut permits = Permits::default();
        for number in 0..=CAPACITY {
            permits.remember(key(ALICE, None, &number.to_string()), 0);
        }
        assert_eq!(permits.0.len(), CAPACITY);
        permits.remember(key(ALICE, None, "later"), LIFETIME);
        assert_eq!(permits.0.len(), 1);
    }
}

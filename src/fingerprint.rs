//! A stable number for a list of strings: the same on every machine and in every version.

use siphasher::sip::SipHasher24;
use std::hash::Hasher;

/// Returns the fingerprint of the strings. Lengths count: `["ab"]` and `["a", "b"]` differ. The hash: see `docs/size.md`.
pub fn fingerprint(texts: &[&str]) -> u64 {
    let mut hash = SipHasher24::new();
    for text in texts {
        hash.write(&(text.len() as u64).to_le_bytes());
        hash.write(text.as_bytes());
    }
    hash.finish()
}

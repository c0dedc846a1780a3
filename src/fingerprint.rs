//! One number for some texts: the same ones have the same number on every machine and in every version.

use siphasher::sip::SipHasher24;
use std::hash::Hasher;

/// Texts that are divided otherwise have another one.
pub fn fingerprint(texts: &[&str]) -> u64 {
    let mut hash = SipHasher24::new();
    for text in texts {
        hash.write(&(text.len() as u64).to_le_bytes());
        hash.write(text.as_bytes());
    }
    hash.finish()
}

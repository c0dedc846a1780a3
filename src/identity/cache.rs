//! The token cache: access tokens in memory, each for one user with the groups it was exchanged with.

use super::exchange::Token;
use super::secret::Secret;
use crate::conversation::Millis;
use crate::ordered::Ordered;

/// A token is replaced this long before its expiry, or a tenth of its lifetime before where that is shorter.
const MARGIN: Millis = 300_000;
/// Maximum number of tokens.
const CAPACITY: usize = 10_000;
/// Age below which a 403 does not discard a token.
const NEW: Millis = 30_000;

/// The user whose identity a token carries.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// A user with the groups that the portal reports for them.
    Current(String),
    /// A user with groups from another source: the record of an operation's start, or none for the portal itself. Such a token never
    /// serves the user's own calls.
    Fixed(String, Vec<String>),
}

impl Holder {
    /// The assertion's subject.
    pub fn entity_ref(&self) -> &str {
        match self {
            Self::Current(entity_ref) | Self::Fixed(entity_ref, _) => entity_ref,
        }
    }
}

#[derive(Debug)]
struct Entry {
    token: Token,
    groups: Vec<String>,
    since: Millis,
}

impl Entry {
    fn usable(&self, now: Millis) -> bool {
        let lifetime = self.token.expires_at.saturating_sub(self.since);
        now < self.token.expires_at.saturating_sub(MARGIN.min(lifetime / 10))
    }
}

/// The tokens of a process.
#[derive(Debug)]
pub struct TokenCache {
    tokens: Ordered<Holder, Entry>,
    capacity: usize,
}

impl Default for TokenCache {
    fn default() -> Self {
        Self { tokens: Ordered::default(), capacity: CAPACITY }
    }
}

impl TokenCache {
    /// Returns the holder's token while it is usable. With `groups`, only a token that carries exactly these.
    pub fn get(&self, holder: &Holder, groups: Option<&[String]>, now: Millis) -> Option<&Secret> {
        let entry = self.tokens.get(holder).filter(|entry| entry.usable(now))?;
        groups.is_none_or(|groups| entry.groups == normalised(groups)).then_some(&entry.token.secret)
    }

    /// Stores a token. In a full cache, unusable tokens are removed first, then the oldest.
    pub fn put(&mut self, holder: Holder, groups: &[String], token: Token, now: Millis) {
        if self.tokens.len() >= self.capacity && !self.tokens.contains_key(&holder) {
            self.tokens.retain(|entry| entry.usable(now));
        }
        if self.tokens.len() >= self.capacity
            && !self.tokens.contains_key(&holder)
            && let Some(oldest) = self.tokens.iter().min_by_key(|(_, entry)| entry.since).map(|(key, _)| key.clone())
        {
            self.tokens.remove(&oldest);
        }
        self.tokens.insert(holder, Entry { token, groups: normalised(groups), since: now });
    }

    /// Discards a token that Google rejected, unless a newer one has replaced it.
    ///
    /// A 403 may mean that the token carries outdated groups. It discards the token only once that is [`NEW`] milliseconds old, so that a
    /// user without permissions does not cause an exchange for each call.
    pub fn observe(&mut self, holder: &Holder, used: &Secret, status: u16, now: Millis) {
        let Some(entry) = self.tokens.get(holder).filter(|entry| entry.token.secret == *used) else { return };
        if status == 401 || (status == 403 && now.saturating_sub(entry.since) >= NEW) {
            self.tokens.remove(holder);
        }
    }
}

fn normalised(groups: &[String]) -> Vec<String> {
    let mut groups = groups.to_vec();
    groups.sort_unstable();
    groups.dedup();
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Millis = 3_600_000;

    fn holder(name: &str) -> Holder {
        Holder::Current(format!("user:default/{name}"))
    }

    fn token(expires_at: Millis) -> Token {
        Token { secret: Secret::new(format!("expires at {expires_at}")), expires_at }
    }

    fn groups(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn fixed_groups_make_another_holder() {
        let mut cache = TokenCache::default();
        let fixed = |names: &[&str]| Holder::Fixed("user:default/a".into(), groups(names));
        for other in [fixed(&[]), fixed(&["group:default/x"]), fixed(&["group:default/x", "group:default/y"])] {
            assert!(cache.get(&other, None, 0).is_none(), "{other:?}");
            cache.put(other, &[], token(HOUR), 0);
        }
        assert!(cache.get(&holder("a"), None, 0).is_none());
    }

    #[test]
    fn a_token_with_other_groups_is_not_returned() {
        let mut cache = TokenCache::default();
        cache.put(holder("a"), &groups(&["group:default/y", "group:default/x"]), token(HOUR), 0);
        let with = |names: &[&str]| cache.get(&holder("a"), Some(&groups(names)), 1).is_some();
        assert!(with(&["group:default/x", "group:default/y", "group:default/x"]));
        for other in [&[][..], &["group:default/x"], &["group:default/x", "group:default/y", "group:default/z"]] {
            assert!(!with(other), "{other:?}");
        }
    }

    #[test]
    fn a_token_is_replaced_before_its_expiry() {
        let mut cache = TokenCache::default();
        cache.put(holder("hour"), &[], token(HOUR), 0);
        cache.put(holder("minute"), &[], token(60_000), 0);
        let usable = |name, now| cache.get(&holder(name), None, now).is_some();
        assert!(usable("hour", 3_299_999) && !usable("hour", 3_300_000));
        assert!(usable("minute", 53_999) && !usable("minute", 54_000));
        assert!(!usable("nobody", 0));
    }

    #[test]
    fn a_403_discards_a_token_once_it_is_not_new() {
        let mut cache = TokenCache::default();
        cache.put(holder("a"), &[], token(HOUR), 0);
        cache.observe(&holder("a"), &token(HOUR).secret, 403, NEW - 1);
        assert!(cache.get(&holder("a"), None, NEW).is_some());
        cache.observe(&holder("a"), &token(HOUR).secret, 403, NEW);
        assert!(cache.get(&holder("a"), None, NEW).is_none());
    }

    #[test]
    fn a_401_discards_the_rejected_token_and_no_other() {
        let mut cache = TokenCache::default();
        cache.put(holder("a"), &[], token(HOUR), 0);
        cache.put(holder("b"), &[], token(HOUR), 0);
        cache.observe(&holder("a"), &token(HOUR - 1).secret, 401, 1);
        assert!(cache.get(&holder("a"), None, 1).is_some(), "a newer token has replaced the rejected one");
        cache.observe(&holder("a"), &token(HOUR).secret, 401, 1);
        assert!(cache.get(&holder("a"), None, 1).is_none() && cache.get(&holder("b"), None, 1).is_some());
    }

    #[test]
    fn never_exceeds_its_capacity() {
        let mut cache = TokenCache { capacity: 2, ..TokenCache::default() };
        let has = |cache: &TokenCache, name, now| cache.get(&holder(name), None, now).is_some();
        cache.put(holder("oldest"), &[], token(9_000_000), 1);
        cache.put(holder("short"), &[], token(1_000), 2);
        cache.put(holder("third"), &[], token(9_000_000), 5_000);
        assert!(!has(&cache, "short", 5_000) && has(&cache, "oldest", 5_000));
        cache.put(holder("fourth"), &[], token(9_000_000), 6_000);
        assert!(!has(&cache, "oldest", 6_000) && has(&cache, "third", 6_000));
        cache.put(holder("third"), &[], token(9_500_000), 7_000);
        assert!(has(&cache, "fourth", 7_000), "replacing a token removes no other");
        assert_eq!(cache.tokens.len(), 2);
    }
}

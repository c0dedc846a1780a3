//! Tokens in memory, each for one user with their groups, given out until shortly before they expire.

use super::exchange::Token;
use crate::conversation::Millis;
use crate::ordered::Ordered;

/// A token is renewed so long before it expires, or a tenth of its life before where that is shorter.
const MARGIN: Millis = 300_000;
const MOST: usize = 10_000;
/// So long a token counts as new.
const NEW: Millis = 30_000;

/// Whose a token is, as the key that it is kept under. Groups that were given, like those of whoever started an operation, are not those
/// that the user has now: such a token must not serve the user's own calls.
pub fn holder(entity_ref: &str, given: Option<&[String]>) -> String {
    format!("{entity_ref:?} {given:?}")
}

/// The tokens of a process.
#[derive(Debug)]
pub struct TokenCache {
    tokens: Ordered<String, Entry>,
    most: usize,
}

#[derive(Debug)]
struct Entry {
    token: Token,
    since: Millis,
}

impl Entry {
    fn usable(&self, now: Millis) -> bool {
        let life = self.token.expires_at.saturating_sub(self.since);
        now < self.token.expires_at.saturating_sub(MARGIN.min(life / 10))
    }
}

impl Default for TokenCache {
    fn default() -> Self {
        Self { tokens: Ordered::default(), most: MOST }
    }
}

impl TokenCache {
    /// The holder's token, if it is still good for a while.
    pub fn get(&self, holder: &str, now: Millis) -> Option<&Token> {
        self.tokens.get(holder).filter(|entry| entry.usable(now)).map(|entry| &entry.token)
    }

    /// Keeps a new token. When there are too many, those past their use go first, then the oldest.
    pub fn put(&mut self, holder: String, token: Token, now: Millis) {
        if self.tokens.len() >= self.most && !self.tokens.contains_key(&holder) {
            self.tokens.retain(|entry| entry.usable(now));
        }
        if self.tokens.len() >= self.most
            && !self.tokens.contains_key(&holder)
            && let Some(oldest) = self.tokens.iter().min_by_key(|(_, entry)| entry.since).map(|(key, _)| key.clone())
        {
            self.tokens.remove(&oldest);
        }
        self.tokens.insert(holder, Entry { token, since: now });
    }

    /// Forgets a token that Google did not take. One that lacks a right may carry groups of yesterday: it is given up too, but
    /// only when it is not new, so that somebody without rights does not cause an exchange for each call.
    pub fn observe(&mut self, holder: &str, status: u16, now: Millis) {
        let since = self.tokens.get(holder).map_or(now, |entry| entry.since);
        if status == 401 || (status == 403 && now.saturating_sub(since) >= NEW) {
            self.tokens.remove(holder);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::secret::Secret;

    fn token(expires_at: Millis) -> Token {
        Token { secret: Secret::new("t".into()), expires_at }
    }

    #[test]
    fn groups_that_were_given_make_another_holder() {
        let given = |groups: &[&str]| {
            let groups: Vec<String> = groups.iter().map(|&group| group.to_owned()).collect();
            holder("user:default/a", Some(&groups))
        };
        let all = [
            holder("user:default/a", None),
            holder("user:default/b", None),
            given(&[]),
            given(&["group:default/x"]),
            given(&["group:default/x", "group:default/y"]),
            given(&["group:default/x\",\"group:default/y"]),
            holder(&given(&[]), None),
        ];
        for (at, one) in all.iter().enumerate() {
            assert!(!all[at + 1..].contains(one), "{one}");
        }
        assert_eq!(given(&["group:default/x"]), given(&["group:default/x"]));
    }

    #[test]
    fn a_token_is_renewed_before_it_expires() {
        let mut cache = TokenCache::default();
        cache.put("hour".into(), token(3_600_000), 0);
        cache.put("minute".into(), token(60_000), 0);
        assert!(cache.get("hour", 3_299_999).is_some() && cache.get("hour", 3_300_000).is_none());
        assert!(cache.get("minute", 53_999).is_some() && cache.get("minute", 54_000).is_none());
        assert!(cache.get("nobody", 0).is_none());
    }

    #[test]
    fn a_token_without_rights_is_given_up_once_it_is_not_new() {
        let mut cache = TokenCache::default();
        cache.put("a".into(), token(3_600_000), 0);
        cache.observe("a", 403, NEW);
        assert!(cache.get("a", NEW).is_none());
    }

    #[test]
    fn a_refused_token_is_forgotten_and_others_stay() {
        let mut cache = TokenCache::default();
        cache.put("a".into(), token(3_600_000), 0);
        cache.put("b".into(), token(3_600_000), 0);
        cache.observe("a", 403, NEW - 1);
        assert!(cache.get("a", 1).is_some());
        cache.observe("a", 401, 1);
        assert!(cache.get("a", 1).is_none() && cache.get("b", 1).is_some());
    }

    #[test]
    fn it_never_grows_beyond_its_bound() {
        let mut cache = TokenCache { most: 2, ..TokenCache::default() };
        cache.put("oldest".into(), token(9_000_000), 1);
        cache.put("short".into(), token(1_000), 2);
        cache.put("third".into(), token(9_000_000), 5_000);
        assert!(cache.get("short", 5_000).is_none() && cache.get("oldest", 5_000).is_some());
        cache.put("fourth".into(), token(9_000_000), 6_000);
        assert!(cache.get("oldest", 6_000).is_none() && cache.get("third", 6_000).is_some());
        cache.put("third".into(), token(9_500_000), 7_000);
        assert!(cache.get("fourth", 7_000).is_some(), "replacing a token pushes nobody out");
        assert_eq!(cache.tokens.len(), 2);
    }
}

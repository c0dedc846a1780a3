//! Redaction: texts of a server, which may echo a secret, for diagnostics and audit records.

use super::secret::Secret;

/// Minimum length of a part of a secret that is redacted.
const PIECE: usize = 16;
/// Maximum length of a text; the rest is dropped unread.
const READ: usize = 4096;

/// Returns the text without control characters, parts of the secrets and words that look like a token, in at most `longest` characters.
pub fn shortened(text: &str, secrets: &[&Secret], longest: usize) -> String {
    let text: String = text.chars().take(READ).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut clean = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let word = rest.find(|c| !in_token(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(word);
        clean.push_str(if is_secret(word, secrets) { "[redacted]" } else { word });
        let gap = after.find(in_token).unwrap_or(after.len());
        let (gap, after) = after.split_at(gap);
        clean.push_str(gap);
        rest = after;
    }
    let clean = clean.trim();
    if clean.chars().count() <= longest {
        return clean.to_owned();
    }
    let mut short: String = clean.chars().take(longest.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// Whether a character occurs in tokens; dots separate their parts.
fn in_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

fn is_secret(word: &str, secrets: &[&Secret]) -> bool {
    // The header and claims of a JWT begin with `{"`, which is `eyJ` in base64url.
    let resembles_a_jwt = word.len() >= 10 && word.contains("eyJ");
    resembles_a_jwt
        || word.len() > 100
        || word.as_bytes().windows(PIECE).any(|piece| {
            secrets.iter().any(|secret| secret.expose().as_bytes().windows(PIECE).any(|window| window == piece))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keeps_words_and_removes_secrets() {
        let token = Secret::new("ya29.c.ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".into());
        let text = format!("bad token \"{}\"\nfor //iam.googleapis.com/projects/1/locations/global", token.expose());
        assert_eq!(
            shortened(&text, &[&token], 300),
            "bad token \"ya29.c.[redacted]\" for //iam.googleapis.com/projects/1/locations/global"
        );
        assert_eq!(shortened("cut JKLMNOPQRSTUVWXYZ012 here", &[&token], 300), "cut [redacted] here");
        assert_eq!(
            shortened("got eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln", &[], 300),
            "got [redacted].[redacted].c2ln"
        );
        assert_eq!(shortened("abcdef", &[], 3), "ab…");
    }

    proptest! {
        #[test]
        fn no_part_of_a_secret_survives(secret in "[A-Za-z0-9_-]{16,60}", before in "\\PC{0,20}", after in "\\PC{0,20}", cut in 0usize..20) {
            let secret = Secret::new(secret);
            let shown = shortened(&format!("{before}{}{after}", &secret.expose()[..secret.expose().len() - cut.min(secret.expose().len() - PIECE)]), &[&secret], 4000);
            for piece in secret.expose().as_bytes().windows(PIECE) {
                prop_assert!(!shown.as_bytes().windows(PIECE).any(|window| window == piece), "{shown}");
            }
        }
    }
}

//! Lines of a container's log without the credentials that programs write into their logs.
//!
//! Prefixes: <https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github>,
//! <https://huggingface.co/docs/hub/security-tokens>, <https://docs.cloud.google.com/docs/authentication/token-types>, read 2026-11-28.

use crate::words;

const REDACTED: &str = "[redacted]";
/// Maximum length of a line, in characters.
const LONGEST: usize = 500;
/// Minimum length of a known value that is removed, in bytes: a shorter one also stands for something else.
const SHORTEST_VALUE: usize = 6;
/// Minimum length of a text that looks like a credential, in bytes.
const SHORTEST_TOKEN: usize = 16;
/// Minimum length of a random text, and maximum length of a word.
const RANDOM: usize = 32;
const LONGEST_WORD: usize = 100;
/// Minimum length of a line that is nothing but Base64, as those of a key.
const KEY_LINE: usize = 40;

const PREFIXES: [&str; 12] =
    ["ya29", "AIza", "GOCSPX-", "gho_", "ghu_", "ghs_", "ghr_", "ASIA", "nvapi-", "dckr_pat_", "pypi-", "npm_"];
/// Prefixes whose texts may have no digit.
const SURE_PREFIXES: [&str; 8] = ["hf_", "api_org_", "ghp_", "github_pat_", "glpat-", "AKIA", "sk-", "xox"];
/// Ends of names whose values are secrets, in lower case and without `_` and `-`.
const NAMES: [&str; 14] = [
    "token",
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "apikey",
    "accesskey",
    "secretkey",
    "accountkey",
    "privatekey",
    "credential",
    "credentials",
    "signature",
];

/// Returns the line without control characters, known values and what looks like a credential, in at most 500 characters.
pub fn redacted(line: &str, values: &[&str]) -> String {
    let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let line = without_values(line.trim(), values);
    if words::contains(&line, "PRIVATE KEY")
        || line.len() >= KEY_LINE && line.bytes().all(in_base64) && is_random(&line)
    {
        return REDACTED.to_owned();
    }
    let line = without_credentials(&without_user(&line));
    if line.chars().count() <= LONGEST {
        return line;
    }
    line.chars().take(LONGEST - 1).chain(['…']).collect()
}

/// The line without known values. A value of several lines is known line by line.
fn without_values(line: &str, values: &[&str]) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in values.iter().flat_map(|value| value.lines()).map(str::trim) {
        if part.len() >= SHORTEST_VALUE {
            // Longest first: a value that is part of another one would leave the rest of it.
            let at = parts.iter().position(|other| other.len() < part.len()).unwrap_or(parts.len());
            parts.insert(at, part);
        }
    }
    let mut line = line.to_owned();
    for part in parts {
        let mut clean = String::new();
        let mut rest = line.as_str();
        while let Some((before, after)) = words::split_once(rest, part) {
            clean.extend([before, REDACTED]);
            rest = after;
        }
        clean.push_str(rest);
        line = clean;
    }
    line
}

/// The line without user and password of its URLs.
fn without_user(line: &str) -> String {
    let mut clean = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, url)) = words::split_once(rest, "://") {
        clean.extend([before, "://"]);
        let end = url.find(|c: char| c.is_whitespace() || "/?#\"'".contains(c)).unwrap_or(url.len());
        let (authority, after) = url.split_at(end);
        match authority.rsplit_once('@') {
            Some((_, host)) => clean.extend([REDACTED, "@", host]),
            None => clean.push_str(authority),
        }
        rest = after;
    }
    clean.push_str(rest);
    clean
}

/// The line without words that look like a credential, and the values of names that stand for secrets.
fn without_credentials(line: &str) -> String {
    let mut clean = String::with_capacity(line.len());
    let mut rest = line;
    while !rest.is_empty() {
        let (word, after) = rest.split_at(rest.find(|c| !in_word(c)).unwrap_or(rest.len()));
        clean.push_str(if is_token(word) { REDACTED } else { word });
        let gap_end = after.find(|c: char| !c.is_whitespace() && !"=:\"'\\".contains(c)).unwrap_or(after.len());
        let (gap, value) = after.split_at(gap_end);
        let name = word.to_ascii_lowercase();
        let assigns = gap.contains(['=', ':']) || word.starts_with("--") && !gap.is_empty();
        if assigns && (name.ends_with("authorization") || name.ends_with("cookie")) {
            clean.extend([gap, REDACTED]);
            return clean;
        }
        if assigns && is_secret(&name) {
            let secret = without_sign(after);
            let (start, end) = extent(secret);
            let (before, _) = after.split_at(after.len() - secret.len() + start);
            clean.extend([before, if end > start { REDACTED } else { "" }]);
            rest = secret.split_at(end).1;
            continue;
        }
        clean.push_str(gap);
        rest = value;
        let ends = |c: char| match gap.chars().last() {
            Some(quote @ ('"' | '\'')) => c == quote,
            _ => c.is_whitespace() || ",;&\"')]}".contains(c),
        };
        let end = value.find(ends).unwrap_or(value.len());
        let is_scheme = ["bearer", "basic"].contains(&name.as_str()) && !gap.is_empty();
        if is_scheme && end >= SHORTEST_TOKEN {
            clean.push_str(REDACTED);
            rest = value.split_at(end).1;
        } else if word.is_empty() && gap.is_empty() {
            let mut chars = value.chars();
            clean.extend(chars.next());
            rest = chars.as_str();
        }
    }
    clean
}

/// Whether a name in lower case stands for a secret.
fn is_secret(name: &str) -> bool {
    let bare: String = name.chars().filter(|c| !"_-".contains(*c)).collect();
    name.ends_with("_key") || name.ends_with("-key") || NAMES.iter().any(|end| bare.ends_with(end))
}

/// The text behind the sign between a name and its value: `=` or `:`, or what separates an option from its value.
fn without_sign(after: &str) -> &str {
    let gap_end = after.find(|c: char| !c.is_whitespace() && !"\"'\\".contains(c)).unwrap_or(after.len());
    let (gap, rest) = after.split_at(gap_end);
    if rest.starts_with(['=', ':']) {
        return rest.trim_start_matches(|c: char| c.is_whitespace() || "=:>".contains(c));
    }
    // `--token 'value'`, or `'--token', 'value'` in a list.
    let behind = after.strip_prefix(['"', '\'']).filter(|_| rest.starts_with(',') || gap.len() == 1);
    behind.unwrap_or(after).trim_start_matches(|c: char| c.is_whitespace() || c == ',')
}

/// The start and the end of a secret in a text that begins with its value. A quoted value is inside its quotes; a list, a call or a
/// prefixed literal ends where it closes. A value without an end takes the whole text.
fn extent(text: &str) -> (usize, usize) {
    let slashes = text.len() - text.trim_start_matches('\\').len();
    let is_quoted = text.split_at(slashes).1.starts_with(['"', '\'']);
    let is_list = text.starts_with(['[', '(', '{']);
    // The quote that is open, with the number of backslashes before it.
    let mut quote = None;
    let (mut depth, mut escapes) = (0_usize, 0_usize);
    for (at, c) in text.char_indices() {
        match quote {
            Some((open, most)) if c == open && escapes <= most => {
                if is_quoted {
                    return (slashes + 1, at - escapes);
                }
                quote = None;
            }
            Some(_) => {}
            None if c == '"' || c == '\'' => quote = Some((c, escapes)),
            None if "[({".contains(c) => depth += 1,
            None if "])}".contains(c) && depth > 0 => {
                depth -= 1;
                if depth == 0 && is_list {
                    return (0, at + 1);
                }
            }
            None if depth == 0 && (c.is_whitespace() || c == ',') => return (0, at),
            None => {}
        }
        escapes = if c == '\\' { escapes + 1 } else { 0 };
    }
    (if is_quoted { slashes + 1 } else { 0 }, text.len())
}

/// Dots are in tokens of Google and in JWTs.
fn in_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_.+~".contains(c)
}

fn in_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)
}

fn is_token(word: &str) -> bool {
    let has_prefix = || {
        let mut rests = PREFIXES.iter().filter_map(|prefix| word.strip_prefix(prefix));
        word.len() >= SHORTEST_TOKEN && rests.any(|rest| rest.bytes().any(|byte| byte.is_ascii_digit()))
    };
    let has_sure_prefix = || {
        let mut rests = SURE_PREFIXES.iter().filter_map(|prefix| word.strip_prefix(prefix));
        let in_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_".contains(byte);
        rests.any(|rest| {
            let has_digit = word.len() >= SHORTEST_TOKEN && rest.bytes().any(|byte| byte.is_ascii_digit());
            has_digit || rest.as_bytes().iter().filter(|byte| in_token(byte)).count() >= SHORTEST_TOKEN
        })
    };
    // The header and claims of a JWT begin with `{"`, which is `eyJ` in base64url.
    word.starts_with("ya29.")
        || word.len() >= 10 && words::contains(word, "eyJ")
        || has_prefix()
        || has_sure_prefix()
        || word.split('.').any(is_random)
}

/// Whether a text is long, and no name: words have few digits, and hexadecimal digests no capital letters.
fn is_random(text: &str) -> bool {
    let count = |is: fn(&u8) -> bool| text.as_bytes().iter().filter(|byte| is(byte)).count();
    let is_mixed =
        count(u8::is_ascii_uppercase) > 0 && count(u8::is_ascii_lowercase) > 0 && count(u8::is_ascii_digit) > 2;
    text.len() > LONGEST_WORD || text.len() >= RANDOM && is_mixed
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn credentials_are_removed() {
        for (line, clean) in [
            ("using ya29.c.b0AXv0zTN to call", "using [redacted] to call"),
            ("token hf_AbCdEfGhIjKl0123456789", "token [redacted]"),
            ("Authorization: Bearer abc, x", "Authorization: [redacted]"),
            ("curl -H 'Bearer 0123456789abcdef'", "curl -H 'Bearer [redacted]'"),
            ("HF_TOKEN=abc MODEL=m", "HF_TOKEN=[redacted] MODEL=m"),
            ("{\"db_password\": \"p@ss w0rd\", \"x\": 1}", "{\"db_password\": \"[redacted]\", \"x\": 1}"),
            ("vllm serve m --hf-token abc --port 8080", "vllm serve m --hf-token [redacted] --port 8080"),
            ("{'api_key': 'abc'}", "{'api_key': '[redacted]'}"),
            ("token hf_AbCdEfGhIjKlMnOpQrStUvWxYzAbCdEfGh", "token [redacted]"),
            ("use api_org_AbCdEfGhIjKlMnOpQrStUvWxYzAbCdEfGh.", "use [redacted]"),
            ("{'api_key': ['s3cretvalue', 'x]y'], 'x': 1}", "{'api_key': [redacted], 'x': 1}"),
            ("token=b'abc' x=1", "token=[redacted] x=1"),
            ("api_key=SecretStr('abc def'), x=1", "api_key=[redacted], x=1"),
            ("msg=\"{\\\"password\\\": \\\"a bc\\\"}\"", "msg=\"{\\\"password\\\": \\\"[redacted]\\\"}\""),
            ("\"password\": \" a \\\"b\", x", "\"password\": \"[redacted]\", x"),
            ("DB_PASSWORD=ab&cd x", "DB_PASSWORD=[redacted] x"),
            ("password=it's so", "password=[redacted]"),
            ("['--hf-token', 'abc', '--port']", "['--hf-token', '[redacted]', '--port']"),
            ("secretAccessKey=abc AccountKey=d;e", "secretAccessKey=[redacted] AccountKey=[redacted]"),
            ("PRIVATE-KEY=abc ssh_passphrase: abc", "PRIVATE-KEY=[redacted] ssh_passphrase: [redacted]"),
            ("Set-Cookie: a=b; c=d", "Set-Cookie: [redacted]"),
            ("postgres://me:pw@db:5432/x", "postgres://[redacted]@db:5432/x"),
            ("GET /o?X-Goog-Signature=ab12&x=1", "GET /o?X-Goog-Signature=[redacted]"),
            ("-----BEGIN RSA PRIVATE KEY-----", "[redacted]"),
            ("MIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn/ygWyF8PbnGy0AHB7", "[redacted]"),
            ("jwt eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln", "jwt [redacted]"),
            ("\u{1b}[31mred\u{1b}[0m\ttext", "[31mred [0m text"),
            ("id 0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0u", "id [redacted]"),
        ] {
            assert_eq!(redacted(line, &[]), clean);
        }
    }

    #[test]
    fn lines_that_tell_a_cause_stay() {
        for line in [
            "torch.OutOfMemoryError: CUDA out of memory. GPU 0 has a total capacity of 22.03 GiB",
            "vllm serve: error: unrecognized arguments: --swap-space=16",
            "ValueError: The model's max seq len (131072) is larger than the maximum number of tokens that can be stored in KV cache (52384).",
            "KeyError: 'gemma3'",
            "architectures ['Qwen2_5_VLForConditionalGeneration'] are not supported",
            "/root/.cache/huggingface/hub/models--google--gemma/snapshots/005ad3404e59d6023443cb575daa05336842228a",
            "fraud@acme-ml.iam.gserviceaccount.com does not have storage.objects.get access to the Google Cloud Storage object.",
            "Cannot access gated repo for url https://huggingface.co/google/gemma-3-27b-it/resolve/main/config.json.",
            "provide a valid Hugging Face access token",
            "OSError: [Errno 98] error while attempting to bind on address ('0.0.0.0', 8080): address already in use",
        ] {
            assert_eq!(redacted(line, &[]), line);
        }
    }

    #[test]
    fn known_values_are_removed_whole_and_short_ones_stay() {
        let values = ["s3cr3t", "s3cr3t-longer", "8080", "one line\nanother"];
        assert_eq!(redacted("a s3cr3t-longer b xs3cr3ty 8080", &values), "a [redacted] b x[redacted]y 8080");
        assert_eq!(redacted("said another", &values), "said [redacted]");
    }

    #[test]
    fn a_long_line_is_cut() {
        let cut = redacted(&"word ".repeat(200), &[]);
        assert_eq!((cut.chars().count(), cut.ends_with('…')), (LONGEST, true));
    }

    proptest! {
        #[test]
        fn no_known_value_survives(value in "[a-zA-Z0-9!@#$%^&*=:_-]{6,60}", before in "\\PC{0,300}", after in "\\PC{0,600}") {
            let clean = redacted(&format!("{before}{value}{after}"), &[&value]);
            prop_assert!(!clean.contains(&value) || REDACTED.contains(&value), "{clean}");
            prop_assert!(clean.chars().count() <= LONGEST);
        }

        #[test]
        fn any_line_is_read(line in "[-=:'\"A-Za-z ./@tokenpwd]{0,80}") {
            prop_assert!(redacted(&line, &[]).chars().count() <= LONGEST);
        }
    }
}

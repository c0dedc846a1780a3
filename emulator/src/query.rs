//! Query strings and forms.

/// Decodes `a=b&c=%20d`.
pub fn parse(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name, b"+"), decode(value, b"+"))
        })
        .collect()
}

/// Decodes a path but not its encoded slashes: Google's clients write `models/fraud%403`.
pub fn path(text: &str) -> String {
    text.split('/').map(|part| decode(part, b"").replace('/', "%2F")).collect::<Vec<_>>().join("/")
}

/// Percent-decodes; each byte of `spaces` becomes a space, as `+` in forms.
fn decode(text: &str, spaces: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            space if spaces.contains(&space) => bytes.push(b' '),
            b'%' => {
                let mut ahead = rest.clone();
                let hex = |b: Option<u8>| char::from(b?).to_digit(16);
                match (hex(ahead.next()), hex(ahead.next())) {
                    (Some(high), Some(low)) => {
                        bytes.push((high * 16 + low) as u8);
                        rest = ahead;
                    }
                    _ => bytes.push(b'%'),
                }
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    #[test]
    fn decodes_pairs() {
        let pairs = super::parse("%24alt=json%3Benum-encoding%3Dint&a=b+c&d&e=100%");
        let pairs: Vec<_> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(pairs, [("$alt", "json;enum-encoding=int"), ("a", "b c"), ("d", ""), ("e", "100%")]);
    }

    #[test]
    fn keeps_an_encoded_slash_in_a_path() {
        assert_eq!(super::path("/v1/models/fraud%403+1/%2e%2F"), "/v1/models/fraud@3+1/.%2F");
    }
}

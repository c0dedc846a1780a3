//! Texts written as scalars.

/// Whether a text without quotes reads as itself in every context.
pub fn is_plain(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./@".contains(&b))
        && !["true", "false", "null", "yes", "no", "on", "off"].contains(&text.to_ascii_lowercase().as_str())
}

/// A text in single quotes.
pub fn single(text: &str) -> String {
    let mut out = String::from("'");
    for c in text.chars() {
        if c == '\'' {
            out.push('\'');
        }
        out.push(c);
    }
    out.push('\'');
    out
}

/// A text in double quotes: a JSON string is a YAML string too.
pub fn double(text: &str) -> Option<String> {
    serde_json::to_string(text).ok()
}

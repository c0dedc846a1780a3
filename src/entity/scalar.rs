//! What scalars mean. Source: YAML 1.2.2, §10.3 (core schema).

use super::tree::Content;

/// What a plain scalar means.
pub fn plain(text: &str) -> Content {
    // Most values are names: their first letter tells.
    match text.as_bytes().first() {
        Some(
            b'a'..=b'e'
            | b'g'..=b'm'
            | b'o'..=b's'
            | b'u'..=b'z'
            | b'A'..=b'E'
            | b'G'..=b'M'
            | b'O'..=b'S'
            | b'U'..=b'Z',
        ) => Content::Text(text.to_owned()),
        _ if is_null(text) => Content::Null,
        _ if is_number(text) => Content::Number(text.to_owned()),
        _ => boolean(text).map_or_else(|| Content::Text(text.to_owned()), Content::Bool),
    }
}

/// What a scalar with a tag of the core schema means, if the tag can be true.
pub fn tagged(name: &str, text: &str) -> Option<Content> {
    let is_float = text.contains(['.', 'e', 'E']) && !text.starts_with("0x");
    match name {
        "null" if is_null(text) => Some(Content::Null),
        "bool" => boolean(text).map(Content::Bool),
        "int" if is_number(text) && !is_float => Some(Content::Number(text.to_owned())),
        "float" if is_number(text) && is_float => Some(Content::Number(text.to_owned())),
        _ => None,
    }
}

fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

fn is_number(text: &str) -> bool {
    if let Some(octal) = text.strip_prefix("0o") {
        return !octal.is_empty() && octal.bytes().all(|b| (b'0'..=b'7').contains(&b));
    }
    if let Some(hex) = text.strip_prefix("0x") {
        return !hex.is_empty() && hex.bytes().all(|b| b.is_ascii_hexdigit());
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|e| !e.is_empty() && digits(e))
}

/// The number that a text which [`plain`] took for one stands for; keys are compared by it.
pub fn number(text: &str) -> f64 {
    let radix = |digits: &str, radix: f64| {
        digits.chars().filter_map(|c| c.to_digit(16)).fold(0.0, |sum, digit| sum * radix + f64::from(digit))
    };
    if let Some(octal) = text.strip_prefix("0o") {
        return radix(octal, 8.0);
    }
    if let Some(hex) = text.strip_prefix("0x") {
        return radix(hex, 16.0);
    }
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    match unsigned {
        ".inf" | ".Inf" | ".INF" => sign * f64::INFINITY,
        ".nan" | ".NaN" | ".NAN" => f64::NAN,
        // Zero has two signs, but is one key.
        _ => sign * decimal(unsigned) + 0.0,
    }
}

/// The tables of Rust's own reader weigh 12 kB, and what counts is how JavaScript reads the number anyway.
#[cfg(target_arch = "wasm32")]
fn decimal(text: &str) -> f64 {
    crate::wasm::convert::decimal(text)
}

#[cfg(not(target_arch = "wasm32"))]
fn decimal(text: &str) -> f64 {
    text.parse().unwrap_or(f64::NAN)
}

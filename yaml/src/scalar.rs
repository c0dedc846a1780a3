//! Scalars and their meaning. Source: YAML 1.2.2, §10.3 (core schema).

use crate::node::{Content, Style};
use crate::position::Span;
use std::borrow::Cow;

/// A scalar before its tag is resolved.
pub struct Scalar<'a> {
    pub text: Cow<'a, str>,
    pub style: Style,
    pub span: Span,
}

/// Returns the meaning of a plain scalar.
pub fn plain(text: &str) -> Content {
    // Most values are names, and the first letter is enough to know it.
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

/// Returns the meaning of a scalar with a tag of the core schema; `None` where the tag does not fit.
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

/// Returns the number that a text stands for, as JavaScript reads it. Keys are compared by it.
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
        _ => sign * unsigned.parse::<f64>().unwrap_or(f64::NAN) + 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_numbers_in_different_notations_are_equal() {
        for (one, other) in [("1", "1.0"), ("0x1F", "31"), ("0o17", "15"), ("+1e3", "1000"), ("-0", "0"), (".5", "0.5")]
        {
            assert!(is_number(one) && is_number(other), "{one} {other}");
            assert_eq!(number(one).to_bits(), number(other).to_bits(), "{one} {other}");
        }
        assert_eq!(number("1e400"), f64::INFINITY);
        assert!(number(".nan").is_nan());
    }

    #[test]
    fn words_of_older_versions_are_texts() {
        for text in
            ["yes", "no", "on", "off", "017_", "0b1", "1_000", "12:30:00", "2026-11-27", "tRUE", "0x", "0o8", "."]
        {
            assert_eq!(plain(text), Content::Text(text.into()), "{text}");
        }
    }
}

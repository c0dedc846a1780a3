//! A raw request target in parts. Nothing is decoded: a path that is not written plainly is rejected, never normalised.

use super::Refusal;
use crate::diagnostic::{Code, Words};

/// Maximum length of a target, in bytes: that of Google's own front ends.
const LONGEST: usize = 16 * 1024;

/// `{service}/{path}?{query}`
#[derive(Debug, PartialEq, Eq)]
pub struct Target<'a> {
    pub service: &'a str,
    pub path: &'a str,
    pub query: &'a str,
}

/// Splits a target. The path then has plain segments only; their meaning is unknown.
pub fn split(target: &str) -> Result<Target<'_>, Refusal> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if target.len() > LONGEST {
        return Err(malformed(format!("the path and query are longer than {LONGEST} bytes")));
    }
    // The characters of all names in the method table.
    if let Some(other) = path.chars().find(|c| !c.is_ascii_alphanumeric() && !"-._:@/".contains(*c)) {
        return Err(malformed(format!("the path contains {}", spelled(other))));
    }
    match path.split('/').find(|segment| matches!(*segment, "" | "." | "..")) {
        Some("") => {
            return Err(malformed("the path has an empty segment: it starts or ends with `/`, or contains `//`"));
        }
        Some(dots) => return Err(malformed(format!("the path has a `{dots}` segment"))),
        None => {}
    }
    match path.split_once('/') {
        Some((service, path)) => Ok(Target { service, path, query }),
        None => Err(malformed("the path names a service but no method")),
    }
}

fn malformed(message: impl Into<Words>) -> Refusal {
    Refusal::new(
        400,
        Code::ProxyPathMalformed,
        message,
        "write Google's path without escapes, dot segments or another host, e.g. `aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints`",
    )
}

/// Spells a character for a message.
fn spelled(c: char) -> String {
    if c.is_ascii_graphic() { format!("`{c}`") } else { format!("the character U+{:04X}", u32::from(c)) }
}

/// Cleans and shortens a caller's text for a message.
pub fn shown(text: &str) -> String {
    let mut shown: String =
        text.chars().take(160).map(|c| if c.is_ascii_graphic() && c != '`' { c } else { '?' }).collect();
    if shown.len() < text.len() && text.chars().count() > 160 {
        shown.push('…');
    }
    shown
}

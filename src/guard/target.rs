//! A raw request target taken apart, without decoding anything: what is written in a roundabout way is refused, not normalised.

use super::Refusal;
use crate::diagnostic::{Code, Words};

/// Longer targets than Google's own front ends take are not looked at.
const LONGEST: usize = 16 * 1024;

/// `{service}/{path}?{query}`
#[derive(Debug, PartialEq, Eq)]
pub struct Target<'a> {
    pub service: &'a str,
    pub path: &'a str,
    pub query: &'a str,
}

/// Splits a target. The path then holds plain segments only; nothing is known about their meaning.
pub fn split(target: &str) -> Result<Target<'_>, Refusal> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if target.len() > LONGEST {
        return Err(malformed(format!("the path and query are longer than {LONGEST} bytes")));
    }
    // Every character of every name in the method table is one of these.
    if let Some(other) = path.chars().find(|c| !c.is_ascii_alphanumeric() && !"-._:@/".contains(*c)) {
        return Err(malformed(format!("the path holds {}", spelled(other))));
    }
    match path.split('/').find(|segment| matches!(*segment, "" | "." | "..")) {
        Some("") => return Err(malformed("the path has an empty segment: it starts or ends with `/`, or holds `//`")),
        Some(dots) => return Err(malformed(format!("the path has a `{dots}` segment"))),
        None => {}
    }
    match path.split_once('/') {
        Some((service, path)) => Ok(Target { service, path, query }),
        None => Err(malformed("the path names a service and nothing in it")),
    }
}

fn malformed(message: impl Into<Words>) -> Refusal {
    Refusal::new(
        400,
        Code::ProxyPathMalformed,
        message,
        "write Google's path plainly, e.g. `aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints`: no escapes, no dot segments, no other host",
    )
}

/// A character as it can be shown.
fn spelled(c: char) -> String {
    if c.is_ascii_graphic() { format!("`{c}`") } else { format!("the character U+{:04X}", u32::from(c)) }
}

/// A caller's text, cleaned and cut, for a message.
pub fn shown(text: &str) -> String {
    let mut shown: String =
        text.chars().take(160).map(|c| if c.is_ascii_graphic() && c != '`' { c } else { '?' }).collect();
    if shown.len() < text.len() && text.chars().count() > 160 {
        shown.push('…');
    }
    shown
}

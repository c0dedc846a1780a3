//! The query of a call: decoded, checked against the method's row, and later encoded again.

use super::{Refusal, listed, target::shown};
use crate::diagnostic::{Code, Words};
use crate::method::{Method, Verb};

const LONGEST_VALUE: usize = 4096;
const MOST_PARAMETERS: usize = 128;

/// Whether a parameter may have this value.
type Accepts = fn(&str) -> bool;

/// Parameters of every Google method that shape the answer.
///
/// `key`, `access_token`, `oauth_token`, `callback` and `quotaUser` are missing on purpose: they name the caller, or run the answer in
/// a browser. Source: `parameters` of Google's discovery documents, and system parameters with `$`.
const STANDARD: [(&str, Accepts); 4] =
    [("alt", is_json), ("$alt", is_json), ("prettyPrint", is_boolean), ("$prettyPrint", is_boolean)];

/// Parameters that cut the answer. The answer to a change must keep the operation's name, so only reads have them.
const SELECTION: [(&str, Accepts); 2] = [("fields", is_selection), ("$fields", is_selection)];

fn is_json(value: &str) -> bool {
    matches!(value, "json" | "json;enum-encoding=int")
}

fn is_boolean(value: &str) -> bool {
    matches!(value, "true" | "false")
}

fn is_selection(value: &str) -> bool {
    value.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-,()*/.".contains(&b))
}

/// Reads a raw query (without `?`).
pub fn read(method: &'static Method, raw: &str) -> Result<Vec<(&'static str, String)>, Refusal> {
    let mut query: Vec<(&'static str, String)> = Vec::new();
    if raw.is_empty() {
        return Ok(query);
    }
    for pair in raw.split('&') {
        if query.len() == MOST_PARAMETERS {
            return Err(refusal(method, format!("the query has more than {MOST_PARAMETERS} parameters")));
        }
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (Some(name), Some(value)) = (decode(name), decode(value)) else {
            return Err(refusal(method, "the query contains a broken escape, or an escaped control character"));
        };
        let Some((name, accepts)) = known(method, &name) else {
            return Err(refusal(method, format!("`{}` is not a parameter of this method", shown(&name))));
        };
        if value.len() > LONGEST_VALUE || !accepts(&value) {
            return Err(refusal(method, format!("the value of `{name}` is not allowed")));
        }
        if !method.repeated.contains(&name) && query.iter().any(|(other, _)| *other == name) {
            return Err(refusal(method, format!("`{name}` appears in the query twice")));
        }
        query.push((name, value));
    }
    Ok(query)
}

/// Finds a parameter by name, with the check of its value.
fn known(method: &'static Method, name: &str) -> Option<(&'static str, Accepts)> {
    let own = method.query.iter().map(|&name| (name, (|_| true) as Accepts));
    let selection = SELECTION.into_iter().filter(|_| method.verb == Verb::Get);
    own.chain(STANDARD).chain(selection).find(|(known, _)| *known == name)
}

fn refusal(method: &Method, message: impl Into<Words>) -> Refusal {
    let names = method.query.iter().copied().chain(STANDARD.map(|(name, _)| name));
    Refusal::new(
        400,
        Code::ProxyQueryUnknown,
        message,
        format!("use the parameters of `{}`: {}", method.name, listed(names)),
    )
}

/// Decodes escapes and `+`. Rejects what is not visible ASCII, and control characters even if they are escaped.
fn decode(raw: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            b'+' => b' ',
            b'#' | b'\\' => return None,
            graphic if graphic.is_ascii_graphic() => graphic,
            _ => return None,
        });
    }
    String::from_utf8(bytes).ok().filter(|text| !text.chars().any(char::is_control))
}

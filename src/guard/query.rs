//! The query: decoded, held against what the method takes, and later encoded anew.

use super::{Refusal, listed, target::shown};
use crate::diagnostic::{Code, Words};
use crate::method::{Method, Verb};

const LONGEST_VALUE: usize = 4096;
const MOST_PARAMETERS: usize = 128;

/// Takes a whole value or not.
type Accepts = fn(&str) -> bool;

/// Parameters that every Google method has, as far as they only shape the answer. `key`, `access_token`, `oauth_token`,
/// `callback` and `quotaUser` are left out on purpose: they say who calls, or how a browser is to run the answer.
/// Source: `parameters` of Google's discovery documents, and system parameters with `$`.
const STANDARD: [(&str, Accepts); 4] =
    [("alt", is_json), ("$alt", is_json), ("prettyPrint", is_boolean), ("$prettyPrint", is_boolean)];

/// They cut the answer down; of a mutation's answer the operation's name must stay.
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
            return Err(refusal(method, "the query holds a broken escape, or one of a control character"));
        };
        let Some((name, accepts)) = known(method, &name) else {
            return Err(refusal(method, format!("`{}` is not a parameter of this method", shown(&name))));
        };
        if value.len() > LONGEST_VALUE || !accepts(&value) {
            return Err(refusal(method, format!("`{name}` cannot have this value")));
        }
        if !method.repeated.contains(&name) && query.iter().any(|(other, _)| *other == name) {
            return Err(refusal(method, format!("`{name}` stands in the query twice")));
        }
        query.push((name, value));
    }
    Ok(query)
}

/// The table's own spelling of a parameter's name, and what its value may be.
fn known(method: &'static Method, name: &str) -> Option<(&'static str, Accepts)> {
    let own = method.query.iter().map(|&name| (name, (|_| true) as Accepts));
    let selection = SELECTION.into_iter().filter(|_| method.verb == Verb::Get);
    own.chain(STANDARD).chain(selection).find(|(known, _)| *known == name)
}

fn refusal(method: &Method, message: impl Into<Words>) -> Refusal {
    let names = method.query.iter().copied().chain(STANDARD.map(|(name, _)| name));
    Refusal::new(400, Code::ProxyQueryUnknown, message, format!("`{}` takes {}", method.name, listed(names)))
}

/// Decodes escapes and `+`; nothing but visible ASCII may stand unescaped, and no control character escaped.
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

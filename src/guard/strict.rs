//! A JSON reader that rejects ambiguous objects.

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;

/// With `arbitrary_precision`, `serde_json` hands over a number with a fraction as a map with this only key.
const FRACTION: &str = "$serde_json::private::Number";

/// Reads JSON and rejects an object in which a key appears twice, in either of Google's spellings. Returns keys in lowerCamelCase.
///
/// The body is forwarded as it came, so Google must not read another value than the guard has checked.
pub fn read_strictly(body: &[u8]) -> serde_json::Result<Value> {
    serde_json::from_slice(body).map(|Strict(value)| value)
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Strict)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    /// Never called, see [`FRACTION`]. A value made of a float would link code that prints floats.
    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Value, E> {
        Err(de::Error::custom("a number with a fraction"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(value)) = seq.next_element()? {
            list.push(value);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some((key, Strict(value))) = entries.next_entry::<String, Strict>()? {
            // See `FRACTION`.
            if key == FRACTION {
                let number = value.as_str().and_then(|text| text.parse().ok()).map(Value::Number);
                return number.ok_or_else(|| de::Error::custom("a number cannot be read"));
            }
            if map.insert(camel(&key), value).is_some() {
                return Err(de::Error::custom("a key appears twice in one object"));
            }
        }
        Ok(map.into())
    }
}

/// Spells `deployed_model` as `deployedModel`: Google reads a field by either name. Labels are lower case, so no two become one.
pub(super) fn camel(key: &str) -> String {
    let mut camel = String::new();
    for mut c in key.chars() {
        if c.is_ascii_lowercase() && camel.ends_with('_') {
            camel.pop();
            c = c.to_ascii_uppercase();
        }
        camel.push(c);
    }
    camel
}

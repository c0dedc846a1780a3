//! Reading of what the core has stored as JSON: texts, whole numbers, truths, lists, objects and variants, and nothing else.
//!
//! `serde_json` could read it as well, but would bring the printing of floats and of errors: see `docs/size.md`.

use serde::de::value::{MapAccessDeserializer, MapDeserializer, SeqDeserializer};
use serde::de::{self, DeserializeOwned, Deserializer, IntoDeserializer, Visitor};
use serde_json::{Map, Value};
use std::fmt;

/// The value is not what the core stores.
#[derive(Debug, thiserror::Error)]
#[error("this is not what the core stores")]
pub(super) struct Misread;

/// The caller says what cannot be read, so no reason is printed.
impl de::Error for Misread {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }

    fn invalid_type(_: de::Unexpected, _: &dyn de::Expected) -> Self {
        Self
    }

    fn invalid_value(_: de::Unexpected, _: &dyn de::Expected) -> Self {
        Self
    }

    fn invalid_length(_: usize, _: &dyn de::Expected) -> Self {
        Self
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }

    fn missing_field(_: &'static str) -> Self {
        Self
    }

    fn duplicate_field(_: &'static str) -> Self {
        Self
    }
}

/// Reads a stored value.
pub(super) fn read<T: DeserializeOwned>(value: Value) -> Result<T, Misread> {
    T::deserialize(Stored(value))
}

struct Stored(Value);

impl IntoDeserializer<'_, Misread> for Stored {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

type Fields = MapDeserializer<
    'static,
    std::iter::Map<serde_json::map::IntoIter, fn((String, Value)) -> (String, Stored)>,
    Misread,
>;

fn fields(object: Map<String, Value>) -> Fields {
    MapDeserializer::new(object.into_iter().map(|(key, value)| (key, Stored(value))))
}

impl Stored {
    fn text<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
        if let Value::String(text) = self.0 { visitor.visit_string(text) } else { Err(Misread) }
    }

    fn number<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
        visitor.visit_u64(self.0.as_u64().ok_or(Misread)?)
    }

    fn list<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
        let Value::Array(values) = self.0 else { return Err(Misread) };
        visitor.visit_seq(SeqDeserializer::new(values.into_iter().map(Stored)))
    }

    fn object<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
        if let Value::Object(object) = self.0 { visitor.visit_map(fields(object)) } else { Err(Misread) }
    }
}

/// Passes on to a method of [`Stored`] under the names that it has for serde.
macro_rules! forward {
    ($to:ident: $($name:ident)*) => {$(
        fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
            self.$to(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Stored {
    type Error = Misread;

    forward!(text: deserialize_str deserialize_string deserialize_identifier);
    forward!(number: deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64);
    forward!(list: deserialize_seq);
    forward!(object: deserialize_map);

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
        visitor.visit_bool(self.0.as_bool().ok_or(Misread)?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Misread> {
        self.list(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misread> {
        self.object(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misread> {
        match self.0 {
            Value::String(name) => visitor.visit_enum(name.into_deserializer()),
            Value::Object(object) => visitor.visit_enum(MapAccessDeserializer::new(fields(object))),
            _ => Err(Misread),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
        visitor.visit_unit()
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Misread> {
        Err(Misread)
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u128 f32 f64 char bytes byte_buf unit unit_struct newtype_struct tuple_struct
    }
}

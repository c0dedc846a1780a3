//! Requests: how each is declared once, and read from JSON. Each stands with its noun.

use crate::diagnostic::{Code, Diagnostic};
use crate::entity::Node;
use crate::name::RunId;
use serde_json::{Map, Value};

/// Declares a request and its reader. A field `proxy_url` is `proxyUrl` in JSON; `..part` includes the fields of another request.
///
/// serde cannot read these shapes: its `flatten` excludes `deny_unknown_fields`, and an unknown field must be an error.
macro_rules! request {
    (
        $(#[$meta:meta])*
        pub struct $name:ident $(<$source:ident: $bound:ident = $default:ty>)? {
            $(..$part:ident: $part_type:ty,)*
            $($(#[$about:meta])* $field:ident: $type:ty,)*
        }
    ) => {
        #[derive(Clone, Debug, ts_rs::TS)]
        $(#[$meta])*
        #[ts(rename_all = "camelCase", optional_fields $(, concrete($source = $default))?)]
        pub struct $name $(<$source = $default>)? {
            $(#[ts(flatten)] pub $part: $part_type,)*
            $($(#[$about])* pub $field: $type,)*
        }

        impl $(<$source: $bound>)? $crate::api::request::Request for $name $(<$source>)? {
            fn take(fields: &mut $crate::api::request::Fields) -> Result<Self, $crate::diagnostic::Diagnostic> {
                Ok(Self {
                    $($part: <$part_type as $crate::api::request::Request>::take(fields)?,)*
                    $($field: fields.field(stringify!($field))?,)*
                })
            }
        }
    };
}

pub(crate) use request;

/// A request, or a part of one.
pub trait Request: Sized {
    /// Takes the request's fields and leaves all others.
    fn take(fields: &mut Fields) -> Result<Self, Diagnostic>;

    /// Reads a whole request. An unknown field is an error.
    fn read(value: Value) -> Result<Self, Diagnostic> {
        let mut fields = Fields::of(value)?;
        let request = Self::take(&mut fields)?;
        fields.end()?;
        Ok(request)
    }
}

/// A value of a request's field; `null` stands for a missing one.
pub trait Field: Sized {
    fn read(value: Value, name: &str) -> Result<Self, Diagnostic>;
}

/// Returns the finding for a request of the wrong shape.
pub(crate) fn malformed(message: String) -> Diagnostic {
    Diagnostic::new(Code::RequestMalformed, message).help("see the types of `@backstage-vertex-ai/core`")
}

/// Fields of a request. Each is taken once; [`Fields::end`] refuses the others.
pub struct Fields {
    map: Map<String, Value>,
    taken: Vec<String>,
}

impl Fields {
    pub(crate) fn of(value: Value) -> Result<Self, Diagnostic> {
        match value {
            Value::Object(map) => Ok(Self { map, taken: Vec::new() }),
            _ => Err(malformed("the request is not an object".into())),
        }
    }

    /// Takes a field by its name in Rust.
    pub(crate) fn field<T: Field>(&mut self, name: &str) -> Result<T, Diagnostic> {
        let name = camel_case(name);
        let value = self.take(&name);
        T::read(value, &name)
    }

    /// Takes a field by its name in JSON; `null` when it is missing.
    pub(crate) fn take(&mut self, name: &str) -> Value {
        self.taken.push(name.to_owned());
        self.map.get_mut(name).map(Value::take).unwrap_or_default()
    }

    pub(crate) fn optional(&mut self, name: &str) -> Result<Option<String>, Diagnostic> {
        Field::read(self.take(name), name)
    }

    /// Refuses every field that was not taken.
    pub(crate) fn end(&self) -> Result<(), Diagnostic> {
        match self.map.keys().find(|name| !self.taken.contains(name)) {
            Some(name) => Err(malformed(format!("unknown field `{name}`"))),
            None => Ok(()),
        }
    }
}

/// `proxyUrl` for `proxy_url`.
fn camel_case(name: &str) -> String {
    let mut camel = String::with_capacity(name.len());
    let mut begins = false;
    for letter in name.chars() {
        match letter {
            '_' => begins = true,
            letter => camel.push(if std::mem::take(&mut begins) { letter.to_ascii_uppercase() } else { letter }),
        }
    }
    camel
}

impl Field for Option<String> {
    fn read(value: Value, name: &str) -> Result<Self, Diagnostic> {
        match value {
            Value::Null => Ok(None),
            // A form sends an empty string for a field that was left out.
            Value::String(text) => Ok(Some(text).filter(|text| !text.is_empty())),
            _ => Err(malformed(format!("`{name}` is not a string"))),
        }
    }
}

impl Field for String {
    fn read(value: Value, name: &str) -> Result<Self, Diagnostic> {
        Option::read(value, name)?.ok_or_else(|| malformed(format!("`{name}` is missing")))
    }
}

impl Field for bool {
    fn read(value: Value, name: &str) -> Result<Self, Diagnostic> {
        match value {
            Value::Null => Ok(false),
            Value::Bool(value) => Ok(value),
            _ => Err(malformed(format!("`{name}` is not a boolean"))),
        }
    }
}

impl Field for Option<bool> {
    fn read(value: Value, name: &str) -> Result<Self, Diagnostic> {
        match value {
            Value::Null => Ok(None),
            Value::Bool(flag) => Ok(Some(flag)),
            _ => Err(malformed(format!("`{name}` is neither true nor false"))),
        }
    }
}

impl Field for RunId {
    fn read(value: Value, name: &str) -> Result<Self, Diagnostic> {
        String::read(value, name)?.parse().map_err(|error| malformed(format!("`{name}`: {error}")))
    }
}

impl Field for Node {
    fn read(value: Value, _: &str) -> Result<Self, Diagnostic> {
        Ok(Self::from(&value))
    }
}

impl Field for Option<Node> {
    fn read(value: Value, _: &str) -> Result<Self, Diagnostic> {
        Ok(if value.is_null() { None } else { Some(Node::from(&value)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_rust_has_its_name_in_json() {
        assert_eq!(camel_case("unsupported_permissions_x"), "unsupportedPermissionsX");
        assert_eq!(camel_case("rules"), "rules");
    }
}

//! Requests: declared once each, and read from JSON.

use super::change::ChangeRequest;
use crate::diagnostic::{Code, Diagnostic, Level};
use crate::entity::Entity;
use crate::entity::Node;
use crate::name::RunId;
use serde_json::{Map, Value};
use std::collections::HashMap;
use ts_rs::TS;

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

/// Source of an entity in a request.
pub trait Source: Field {
    fn entity(&self) -> Result<Entity, Vec<Diagnostic>>;
}

/// An entity as its file has it (positions are kept), or as Backstage's catalog returns it.
///
/// Only Node reads a text. Browsers report `request/malformed`, because every page would load the YAML reader.
#[derive(Clone, Debug, TS)]
#[ts(untagged, optional_fields)]
pub enum EntitySource {
    Text {
        text: String,
        file: Option<String>,
    },
    Entity {
        #[ts(type = "object")]
        entity: Value,
    },
}

/// Levels of rules by code; `vertexAi.rules` in `app-config.yaml`.
#[derive(TS)]
pub struct RuleSettings(pub HashMap<String, Level>);

/// An entity as Backstage's catalog returns it. Builds that have no YAML reader refuse a text.
#[derive(Clone, Debug)]
pub enum CatalogEntity {
    Text,
    Entity(Value),
}

request! {
    /// An entity to read.
    pub struct EntityRequest<S: Source = EntitySource> {
        #[ts(as = "EntitySource")]
        source: S,
        /// Reads `google.com/vertex-ai-*.<environment>` before the plain keys.
        environment: Option<String>,
        /// Levels other than the rules' own. A wrong one is a finding of every report.
        #[ts(as = "Option<RuleSettings>", optional)]
        rules: Node,
    }
}

request! {
    /// An entity to validate.
    pub struct ValidateRequest<S: Source = EntitySource> {
        ..entity: EntityRequest<S>,
        /// Whether an entity without annotations misses the required ones. By default it has no findings.
        #[ts(as = "Option<bool>", optional)]
        required: bool,
        /// Whether only the deployment of the environment is validated, or the plain one where none is requested. It is an error that the
        /// entity has no such deployment.
        #[ts(as = "Option<bool>", optional)]
        for_deployment: bool,
        /// Replaces the version of the `-model` annotation in the report's `deployments`.
        model_version: Option<String>,
    }
}

request! {
    /// An entity whose status is requested.
    pub struct StatusRequest<S: Source = EntitySource> {
        ..entity: EntityRequest<S>,
        /// e.g. `http://localhost:7007/api/proxy/vertex-ai` (the discovery API's `proxy` base URL + `/vertex-ai`).
        proxy_url: String,
    }
}

request! {
    /// A deployment to plan, or another change of the entity's endpoint.
    pub struct DeploymentRequest {
        ..entity: EntityRequest,
        ..change: ChangeRequest,
        /// Replaces the version of the `-model` annotation.
        model_version: Option<String>,
    }
}

request! {
    /// A deployment to carry out.
    pub struct DeployRequest {
        ..deployment: DeploymentRequest,
        /// e.g. `http://localhost:7007/api/proxy/vertex-ai`
        proxy_url: String,
        /// Appears in Google's audit log, e.g. `scaffolder task 1b2c`.
        reason: Option<String>,
    }
}

request! {
    /// A run of a deployment. It holds no secret, so that it can be stored.
    pub struct RunRequest {
        ..deployment: DeploymentRequest,
        /// A UUID, for example. It becomes the label `backstage-run` of what the run creates.
        #[ts(as = "String")]
        run_id: RunId,
        /// The portal's name. With the entity, it becomes the labels `backstage-portal` and `backstage-entity` of what the run creates.
        portal: Option<String>,
        /// e.g. `http://localhost:7007/api/proxy/vertex-ai`
        proxy_url: String,
        /// Appears in Google's audit log, e.g. `deployment 1b2c`.
        reason: Option<String>,
    }
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
    let mut words = name.split('_');
    camel.push_str(words.next().unwrap_or_default());
    for word in words {
        let (first, rest) = word.split_at(word.len().min(1));
        camel.push_str(&first.to_ascii_uppercase());
        camel.push_str(rest);
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

impl Field for EntitySource {
    fn read(value: Value, name: &str) -> Result<Self, Diagnostic> {
        let mut fields = source_fields(value, name)?;
        let source = match (fields.take("entity"), fields.take("text")) {
            (entity @ Value::Object(_), Value::Null) => Self::Entity { entity },
            // An empty text is present: it holds no entity.
            (Value::Null, Value::String(text)) => Self::Text { text, file: fields.optional("file")? },
            _ => return Err(malformed(format!("`{name}` requires either `text` (and `file`) or `entity`"))),
        };
        fields.end()?;
        Ok(source)
    }
}

impl Source for EntitySource {
    fn entity(&self) -> Result<Entity, Vec<Diagnostic>> {
        match self {
            Self::Text { text, file } => Entity::from_text(text, file.as_deref()),
            Self::Entity { entity } => Entity::from_json(entity),
        }
    }
}

impl Field for CatalogEntity {
    fn read(value: Value, name: &str) -> Result<Self, Diagnostic> {
        let mut fields = source_fields(value, name)?;
        match fields.take("entity") {
            entity @ Value::Object(_) => {
                fields.end()?;
                Ok(Self::Entity(entity))
            }
            _ if fields.take("text").is_string() => Ok(Self::Text),
            _ => Err(malformed(format!("`{name}` requires an `entity`"))),
        }
    }
}

impl Source for CatalogEntity {
    fn entity(&self) -> Result<Entity, Vec<Diagnostic>> {
        match self {
            Self::Entity(value) => Entity::from_json(value),
            Self::Text => {
                let finding = Diagnostic::new(Code::RequestMalformed, "browsers cannot read an entity from a `text`");
                Err(vec![finding.help("pass the `entity` as the catalog returns it, or check the text in Node")])
            }
        }
    }
}

fn source_fields(value: Value, name: &str) -> Result<Fields, Diagnostic> {
    Fields::of(value).map_err(|_| malformed(format!("`{name}` is missing or not an object")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refusal<T: Request>(value: Value) -> String {
        T::read(value).err().unwrap().message.to_string()
    }

    #[test]
    fn names_a_missing_wrong_or_unknown_field() {
        let source = json!({"entity": {"kind": "A"}});
        let good = json!({"source": source, "proxyUrl": "http://x", "environment": null});
        assert!(StatusRequest::<EntitySource>::read(good.clone()).is_ok());
        assert!(StatusRequest::<CatalogEntity>::read(good).is_ok());
        for (value, named) in [
            (json!([]), "object"),
            (json!({"proxyUrl": "x"}), "source"),
            (json!({"source": {"file": "a"}, "proxyUrl": "x"}), "entity"),
            (json!({"source": {"text": 3}, "proxyUrl": "x"}), "entity"),
            (json!({"source": {"entity": {}, "surprise": 1}, "proxyUrl": "x"}), "surprise"),
            (json!({"source": source}), "proxyUrl"),
            (json!({"source": source, "proxyUrl": 1}), "proxyUrl"),
            (json!({"source": source, "proxyUrl": ""}), "proxyUrl"),
            (json!({"source": source, "proxyUrl": "x", "surprise": 1}), "surprise"),
        ] {
            assert!(refusal::<StatusRequest>(value.clone()).contains(named), "{value}");
            assert!(refusal::<StatusRequest<CatalogEntity>>(value.clone()).contains(named), "{value}");
        }
    }

    #[test]
    fn an_entity_source_is_a_text_or_an_object_and_never_both() {
        let read = |source| EntityRequest::<EntitySource>::read(json!({"source": source}));
        assert!(read(json!({"text": "", "file": "a.yaml"})).is_ok());
        assert!(read(json!({"text": "", "entity": {}})).is_err());
        assert!(read(json!({"entity": {}, "file": "a.yaml"})).is_err());
    }

    #[test]
    fn a_browser_reports_a_text_as_a_finding() {
        let request = EntityRequest::<CatalogEntity>::read(json!({"source": {"text": "kind: A"}})).unwrap();
        assert_eq!(request.source.entity().unwrap_err()[0].code, Code::RequestMalformed);
    }

    #[test]
    fn a_name_in_rust_has_its_name_in_json() {
        assert_eq!(camel_case("unsupported_permissions_x"), "unsupportedPermissionsX");
        assert_eq!(camel_case("rules"), "rules");
    }
}

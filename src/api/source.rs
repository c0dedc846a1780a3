//! Sources: an entity in a request, as a text or as the catalog returns it.

use super::request::{Field, Fields, malformed, request};
use crate::diagnostic::{Code, Diagnostic, Level};
use crate::entity::{Entity, Node};
use serde_json::Value;
use std::collections::HashMap;
use ts_rs::TS;

/// Source of an entity in a request.
pub trait Source: Field {
    fn entity(&self) -> Result<Entity, Vec<Diagnostic>>;
}

/// An entity as its file has it (positions are kept), or as Backstage's catalog returns it.
///
/// Only Node reads a text. Browsers report `request/malformed`, because every page would load the YAML reader.
#[derive(Clone, Debug, TS)]
#[ts(untagged, optional_fields, rename_all_fields = "camelCase")]
pub enum EntitySource {
    Text {
        text: String,
        file: Option<String>,
    },
    Entity {
        #[ts(type = "object")]
        entity: Value,
        /// Whether fingerprints stand in place of the values of environment variables, as in a stored request.
        values_hidden: Option<bool>,
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

impl Field for EntitySource {
    fn read(value: Value, name: &str) -> Result<Self, Diagnostic> {
        let mut fields = source_fields(value, name)?;
        let source = match (fields.take("entity"), fields.take("text")) {
            (entity @ Value::Object(_), Value::Null) => {
                Self::Entity { entity, values_hidden: fields.field("values_hidden")? }
            }
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
            Self::Entity { entity, values_hidden } => {
                Ok(Entity::from_json(entity)?.with_values_hidden(*values_hidden == Some(true)))
            }
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
    use crate::api::StatusRequest;
    use crate::api::request::Request;
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
}

//! Requests, read from JSON by hand: serde's derived readers would bring the printing of every wrong value's type, floats and all,
//! into a build that every portal page loads.

use crate::diagnostic::{Code, Diagnostic};
use crate::entity::tree::Node;
use serde_json::{Map, Value};

/// An entity as its file has it, or as the catalog hands it out.
#[derive(Clone, Debug)]
pub enum EntitySource {
    Text { text: String, file: Option<String> },
    Entity(Value),
}

#[derive(Clone, Debug)]
pub struct EntityRequest {
    pub source: EntitySource,
    pub environment: Option<String>,
    /// Levels of rules, as `vertexAi.rules` has them.
    pub rules: Node,
}

#[cfg(feature = "server")]
#[derive(Clone, Debug)]
pub struct DeploymentRequest {
    pub entity: EntityRequest,
    pub model_version: Option<String>,
}

#[derive(Clone, Debug)]
pub struct StatusRequest {
    pub entity: EntityRequest,
    pub proxy_url: String,
}

#[cfg(feature = "server")]
#[derive(Clone, Debug)]
pub struct DeployRequest {
    pub deployment: DeploymentRequest,
    pub proxy_url: String,
    pub reason: Option<String>,
}

pub(crate) fn malformed(message: String) -> Diagnostic {
    Diagnostic::new(Code::RequestMalformed, message).help("see the types of `@backstage-vertex-ai/core`")
}

/// The fields of a request; each is taken once, and there may be no others.
pub(crate) struct Fields {
    map: Map<String, Value>,
    taken: Vec<&'static str>,
}

impl Fields {
    pub(crate) fn of(value: Value) -> Result<Self, Diagnostic> {
        match value {
            Value::Object(map) => Ok(Self { map, taken: Vec::new() }),
            _ => Err(malformed("a request is an object".into())),
        }
    }

    /// Null where there is none.
    pub(crate) fn take(&mut self, name: &'static str) -> Value {
        self.taken.push(name);
        self.map.get_mut(name).map(Value::take).unwrap_or_default()
    }

    pub(crate) fn optional(&mut self, name: &'static str) -> Result<Option<String>, Diagnostic> {
        match self.take(name) {
            Value::Null => Ok(None),
            // An empty field of a form is one that was left out.
            Value::String(text) => Ok(Some(text).filter(|text| !text.is_empty())),
            _ => Err(malformed(format!("`{name}` is not a text"))),
        }
    }

    pub(crate) fn required(&mut self, name: &'static str) -> Result<String, Diagnostic> {
        self.optional(name)?.ok_or_else(|| malformed(format!("`{name}` is missing")))
    }

    fn entity(&mut self) -> Result<EntityRequest, Diagnostic> {
        let mut source =
            Self::of(self.take("source")).map_err(|_| malformed("`source` is missing or not an object".into()))?;
        let source = match source.take("entity") {
            entity @ Value::Object(_) => EntitySource::Entity(source.end(entity)?),
            _ => {
                // An empty text is one that holds no entity, not one that is missing.
                let text = match source.take("text") {
                    Value::String(text) => text,
                    _ => return Err(malformed("`source` has either `text` (and `file`) or `entity`".into())),
                };
                let file = source.optional("file")?;
                EntitySource::Text { text, file: source.end(file)? }
            }
        };
        let rules = Node::from(&self.take("rules"));
        Ok(EntityRequest { source, environment: self.optional("environment")?, rules })
    }

    #[cfg(feature = "server")]
    pub(crate) fn deployment(&mut self) -> Result<DeploymentRequest, Diagnostic> {
        Ok(DeploymentRequest { entity: self.entity()?, model_version: self.optional("modelVersion")? })
    }

    /// Refuses what is left.
    pub(crate) fn end<T>(self, read: T) -> Result<T, Diagnostic> {
        match self.left() {
            Some(finding) => Err(finding),
            None => Ok(read),
        }
    }

    fn left(&self) -> Option<Diagnostic> {
        let name = self.map.keys().find(|name| !self.taken.contains(&name.as_str()))?;
        Some(malformed(format!("there is no field `{name}`")))
    }
}

/// Reads one kind of request.
pub trait Request: Sized {
    fn read(value: Value) -> Result<Self, Diagnostic>;
}

impl Request for EntityRequest {
    fn read(value: Value) -> Result<Self, Diagnostic> {
        let mut fields = Fields::of(value)?;
        let request = fields.entity()?;
        fields.end(request)
    }
}

#[cfg(feature = "server")]
impl Request for DeploymentRequest {
    fn read(value: Value) -> Result<Self, Diagnostic> {
        let mut fields = Fields::of(value)?;
        let request = fields.deployment()?;
        fields.end(request)
    }
}

impl Request for StatusRequest {
    fn read(value: Value) -> Result<Self, Diagnostic> {
        let mut fields = Fields::of(value)?;
        let request = Self { entity: fields.entity()?, proxy_url: fields.required("proxyUrl")? };
        fields.end(request)
    }
}

#[cfg(feature = "server")]
impl Request for DeployRequest {
    fn read(value: Value) -> Result<Self, Diagnostic> {
        let mut fields = Fields::of(value)?;
        let request = Self {
            deployment: fields.deployment()?,
            proxy_url: fields.required("proxyUrl")?,
            reason: fields.optional("reason")?,
        };
        fields.end(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refusal(value: Value) -> String {
        StatusRequest::read(value).unwrap_err().message.to_string()
    }

    #[test]
    fn what_is_missing_wrong_or_too_much_is_named() {
        let source = json!({"entity": {"kind": "A"}});
        assert!(StatusRequest::read(json!({"source": source, "proxyUrl": "http://x", "environment": null})).is_ok());
        for (value, named) in [
            (json!([]), "object"),
            (json!({"proxyUrl": "x"}), "source"),
            (json!({"source": {"text": 3}, "proxyUrl": "x"}), "either"),
            (json!({"source": {"text": "", "entity": {}}, "proxyUrl": "x"}), "text"),
            (json!({"source": source}), "proxyUrl"),
            (json!({"source": source, "proxyUrl": 1}), "proxyUrl"),
            (json!({"source": source, "proxyUrl": "x", "surprise": 1}), "surprise"),
        ] {
            assert!(refusal(value.clone()).contains(named), "{value}");
        }
    }
}

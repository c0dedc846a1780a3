//! `vertexAi.catalog`: what the catalog module does with an entity whose annotations have errors.

use super::KEYS;
use super::read::Reader;
use crate::diagnostic::Diagnostic;
use crate::vertex::message;
use serde::Serialize;
use serde_json::Value;
use ts_rs::TS;

/// Treatment of an entity whose annotations have errors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum OnInvalid {
    /// The entity enters the catalog, and its page shows the errors.
    #[default]
    Warn,
    /// The entity stays out of the catalog, or its old version stays.
    Refuse,
}

/// The catalog module's part of the configuration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CatalogConfig {
    pub on_invalid: OnInvalid,
}

impl CatalogConfig {
    /// Reads the value of the `vertexAi` key, which may be missing. Each mistake in `rules` and `catalog`, and each unknown key, has its own
    /// finding; the other keys belong to other packages.
    pub fn parse(value: &Value) -> Result<Self, Vec<Diagnostic>> {
        if value.is_null() {
            return Ok(Self::default());
        }
        let mut reader = Reader::default();
        let config = reader.catalog_of(value);
        if reader.findings.is_empty() { Ok(config.unwrap_or_default()) } else { Err(reader.findings) }
    }
}

impl Reader {
    fn catalog_of(&mut self, value: &Value) -> Option<CatalogConfig> {
        let map = self.mapping(value, "vertexAi", &KEYS)?;
        self.rules(map);
        self.child(map, "vertexAi", "catalog", |reader, value, path| {
            let map = reader.mapping(value, path, &["onInvalid"])?;
            let on_invalid = reader.child(map, path, "onInvalid", Self::on_invalid)?;
            Some(CatalogConfig { on_invalid })
        })
    }

    fn on_invalid(&mut self, value: &Value, path: &str) -> Option<OnInvalid> {
        match value.as_str() {
            Some("warn") => Some(OnInvalid::Warn),
            Some("refuse") => Some(OnInvalid::Refuse),
            _ => {
                let given = value.as_str().map_or_else(|| message::text(value), str::to_owned);
                self.mistake(path, format!("`{given}` is neither `warn` nor `refuse`"), "write `warn` or `refuse`");
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn mistakes(value: &Value) -> Vec<(String, String)> {
        let findings = CatalogConfig::parse(value).expect_err("a mistake");
        let path = |finding: &Diagnostic| finding.place.as_ref().and_then(|place| place.path.clone());
        findings.iter().map(|finding| (path(finding).unwrap_or_default(), finding.message.to_string())).collect()
    }

    #[test]
    fn an_invalid_entity_enters_by_default() {
        let rules = json!({"model/alias": "off"});
        for value in
            [json!(null), json!({}), json!({"catalog": {}}), json!({"projects": [], "deployments": 7, "rules": rules})]
        {
            assert_eq!(CatalogConfig::parse(&value), Ok(CatalogConfig { on_invalid: OnInvalid::Warn }), "{value}");
        }
        for (text, on_invalid) in [("warn", OnInvalid::Warn), ("refuse", OnInvalid::Refuse)] {
            assert_eq!(
                CatalogConfig::parse(&json!({"catalog": {"onInvalid": text}})),
                Ok(CatalogConfig { on_invalid })
            );
        }
    }

    #[test]
    fn every_mistake_has_its_path() {
        for (value, path, message) in [
            (
                json!({"catalog": {"onInvalid": "ignore"}}),
                "catalog.onInvalid",
                "`ignore` is neither `warn` nor `refuse`",
            ),
            (json!({"catalog": {"onInvalid": "Warn"}}), "catalog.onInvalid", "`Warn` is neither `warn` nor `refuse`"),
            (json!({"catalog": {"onInvalid": false}}), "catalog.onInvalid", "`false` is neither `warn` nor `refuse`"),
            (json!({"catalog": {"onInvalid": null}}), "catalog.onInvalid", "`null` is neither `warn` nor `refuse`"),
            (
                json!({"catalog": {"onInvald": "refuse"}}),
                "catalog.onInvald",
                "`onInvald` is not a key of `vertexAi.catalog`",
            ),
            (json!({"catalog": "refuse"}), "catalog", "`vertexAi.catalog` is not a mapping"),
            (json!({"catalogue": {"onInvalid": "refuse"}}), "catalogue", "`catalogue` is not a key of `vertexAi`"),
        ] {
            assert_eq!(mistakes(&value), [(format!("vertexAi.{path}"), message.to_owned())], "{value}");
        }
        assert_eq!(mistakes(&json!("refuse"))[0].0, "vertexAi");
        let both = json!({"rules": {"model/alais": "off"}, "catalog": {"onInvalid": "ignore"}});
        assert_eq!(mistakes(&both).len(), 2);
    }
}

//! The configuration of the catalog module.

use crate::config::CatalogConfig;
use crate::diagnostic::Diagnostic;
use serde_json::Value;

/// Reads the catalog module's part of the `vertexAi` key; each mistake is a finding.
pub fn catalog_config(config: &Value) -> Result<CatalogConfig, Vec<Diagnostic>> {
    CatalogConfig::parse(config)
}

//! What the backend plugin asks about deployments: its facts, a request to start one, and the life of one.
//!
//! Functions: `pkg-js/core/src/deployments.ts`.

use super::change::{ChangeRequest, RunKind};
use super::former::{DEPLOYING, Wanted};
use super::request::{Request, malformed, request};
use super::talk::text as text_of;
use crate::diagnostic::{Code, Diagnostic};
use crate::fingerprint::fingerprint;
use serde::Serialize;
use serde_json::Value;
use ts_rs::TS;

pub use super::gate::Permission;
use crate::life::history;
pub use crate::life::history::{Duration, Expectation, kin};
pub use crate::life::reach::{Reach, reach};
pub use crate::life::{Step, after};
pub use crate::status::{Notice, notice};

/// Type of the resource that the permissions are about, as the catalog names it.
/// Source: https://backstage.io/docs/permissions/plugin-authors/02-adding-a-basic-permission-check
const RESOURCE_TYPE: &str = "catalog-entity";

/// Maximum length of an idempotency key, in characters.
const MAX_KEY: usize = 128;

/// Constants that the backend plugin needs.
#[derive(Clone, Copy, Debug, Serialize, TS)]
#[ts(rename = "DeploymentFacts")]
#[serde(rename_all = "camelCase")]
pub struct Facts {
    /// The Backstage permissions to register: about the deployments of an entity.
    pub permissions: Permissions,
    #[ts(type = "'catalog-entity'")]
    pub resource_type: &'static str,
    /// The kinds that deploy a version.
    #[ts(type = "RunKind[]")]
    pub deploying: [&'static str; 3],
}

/// The permissions by what they allow.
#[derive(Clone, Copy, Debug, Serialize, TS)]
#[ts(rename = "DeploymentPermissions")]
pub struct Permissions {
    pub read: Permission,
    pub start: Permission,
    pub cancel: Permission,
    /// To read what the portal has kept of a container's log.
    pub logs: Permission,
}

pub fn facts() -> Facts {
    let permission = |name, action| Permission { name, action };
    Facts {
        permissions: Permissions {
            read: permission("vertex-ai.deployment.read", "read"),
            start: permission("vertex-ai.deployment.start", "update"),
            cancel: permission("vertex-ai.deployment.cancel", "update"),
            logs: permission("vertex-ai.logs", "read"),
        },
        resource_type: RESOURCE_TYPE,
        deploying: DEPLOYING,
    }
}

request! {
    /// Body of a request to start a deployment. It names its entity, or holds the text of a `catalog-info.yaml`.
    pub struct StartRequest {
        ..change: ChangeRequest,
        /// e.g. `component:default/fraud-detector`
        entity_ref: Option<String>,
        text: Option<String>,
        /// The file of the text, for findings.
        file: Option<String>,
        environment: Option<String>,
        /// Replaces the version of the `-model` annotation.
        model_version: Option<String>,
    }
}

/// A start that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "DeploymentStart", optional_fields)]
#[serde(rename_all = "camelCase")]
pub struct Start {
    pub kind: RunKind,
    /// The kind with its options, for the request that is planned and run.
    pub change: ChangeRequest,
    /// Absent where the body holds a `text`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_ref: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_version: Option<String>,
    /// The deployment that the version is of, where the kind takes it from one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub former: Option<Wanted>,
    pub key: String,
    /// The same for the same body, in hexadecimal digits.
    pub fingerprint: String,
}

/// Reads a request to start a deployment: its body, and its idempotency key.
pub fn start(body: &Value, key: Option<&str>) -> Result<Start, Diagnostic> {
    let StartRequest { change, entity_ref, text, file, environment, model_version } = StartRequest::read(body.clone())?;
    if entity_ref.is_some() == text.is_some() {
        return Err(malformed("the body requires either `entityRef` or `text`".into()));
    }
    let kind = change.kind();
    let former = match kind {
        RunKind::Rollback => Some(Wanted { id: change.deployment.clone(), environment: None }),
        RunKind::Promote => Some(Wanted { id: None, environment: change.from.clone() }),
        _ => None,
    };
    if former.is_some() && (entity_ref.is_none() || model_version.is_some()) {
        let message =
            format!("the kind `{}` requires `entityRef`, and takes its version from the history", kind.name());
        return Err(malformed(message));
    }
    let key = key.unwrap_or_default();
    if key.is_empty() || key.len() > MAX_KEY || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        let finding = Diagnostic::new(Code::RequestMalformed, "the header `idempotency-key` is missing or malformed");
        return Err(finding.help("send 1 to 128 visible ASCII characters, the same ones for the same deployment"));
    }
    // An absent value differs from every value.
    let part = |value: &Option<String>| value.as_ref().map_or_else(String::new, |value| format!("={value}"));
    // A key belongs to one entity.
    let change = ChangeRequest { kind: Some(kind), ..change };
    let parts = [text_of(&change)?, part(&environment), part(&model_version), part(&text)];
    let fingerprint = format!("{:016x}", fingerprint(&parts.each_ref().map(String::as_str)));
    Ok(Start {
        kind,
        change,
        entity_ref,
        text,
        file,
        environment,
        model_version,
        former,
        key: key.to_owned(),
        fingerprint,
    })
}

/// Returns how long the stages of a success lasted, and the whole. `stages` is a list of `{stage, at}`.
pub fn durations(stages: &Value, started: f64, ended: f64) -> Vec<Duration> {
    let read = |stage: &Value| Some((stage["stage"].as_str()?.to_owned(), stage["at"].as_u64()?));
    let stages: Vec<_> = stages.as_array().into_iter().flatten().filter_map(read).collect();
    history::durations(&stages, started as u64, ended as u64)
}

/// Returns what durations in milliseconds let one expect; `None` where they are too few.
pub fn expectation(millis: &[f64]) -> Option<Expectation> {
    history::expectation(millis.iter().map(|&millis| millis as u64).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn body() -> Value {
        json!({"entityRef": "component:default/fraud-detector", "environment": "staging"})
    }

    #[test]
    fn the_same_body_has_the_same_fingerprint() {
        let of = |body: Value| start(&body, Some("k")).unwrap().fingerprint;
        assert_eq!(of(body()), of(json!({"kind": "deploy", "environment": "staging", "entityRef": "other"})));
        assert_ne!(of(body()), of(json!({"entityRef": "a"})));
        assert_ne!(
            of(json!({"entityRef": "a", "environment": "b"})),
            of(json!({"entityRef": "a", "modelVersion": "b"}))
        );
    }

    #[test]
    fn a_key_is_visible_ascii_of_a_bounded_length() {
        let long = "k".repeat(129);
        for key in [None, Some(""), Some("a b"), Some("ä"), Some("a\n"), Some(long.as_str())] {
            assert!(start(&body(), key).unwrap_err().message.contains("idempotency-key"), "{key:?}");
        }
        assert!(start(&body(), Some(&long[1..])).is_ok());
    }

    #[test]
    fn an_entity_is_named_or_given_and_never_both() {
        let of = |body: Value| start(&body, Some("k"));
        assert!(of(json!({"text": "kind: Component", "file": "catalog-info.yaml"})).is_ok());
        for body in [json!({}), json!({"entityRef": "a", "text": "b"})] {
            assert!(of(body).unwrap_err().message.contains("either"));
        }
        let fingerprint = |text: &str| of(json!({"text": text})).unwrap().fingerprint;
        assert_ne!(fingerprint("a"), fingerprint("b"));
    }

    #[test]
    fn a_kind_keeps_its_options_and_has_its_own_fingerprint() {
        let body = json!({"entityRef": "a", "kind": "traffic", "deployedModelId": "7", "traffic": 20});
        let start = |body: &Value| start(body, Some("k")).unwrap();
        let change = serde_json::to_value(start(&body).change).unwrap();
        assert_eq!(change, json!({"kind": "traffic", "deployedModelId": "7", "traffic": 20}));
        let mut other = body.clone();
        other["traffic"] = json!(30);
        assert_ne!(start(&body).fingerprint, start(&other).fingerprint);
    }

    #[test]
    fn a_kind_that_takes_its_version_from_the_history_names_an_entity_and_no_version() {
        let of = |more: Value| {
            let mut body = more;
            body["kind"] = json!("rollback");
            body["deployment"] = json!("f-1");
            start(&body, Some("k"))
        };
        let former = of(json!({"entityRef": "a"})).unwrap().former.unwrap();
        assert_eq!(former, Wanted { id: Some("f-1".into()), environment: None });
        for more in [json!({"text": "kind: Component"}), json!({"entityRef": "a", "modelVersion": "3"})] {
            assert!(of(more).unwrap_err().message.contains("history"));
        }
        let promote = json!({"entityRef": "a", "kind": "promote", "from": "staging", "environment": "production"});
        let former = start(&promote, Some("k")).unwrap().former.unwrap();
        assert_eq!(former, Wanted { id: None, environment: Some("staging".into()) });
    }

    #[test]
    fn an_unknown_field_or_kind_is_an_error() {
        for (field, value) in [("surprise", json!(1)), ("kind", json!("destroy")), ("entityRef", json!(null))] {
            let mut body = body();
            body[field] = value;
            assert!(start(&body, Some("k")).unwrap_err().message.contains(field));
        }
    }
}

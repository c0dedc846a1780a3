//! Claims: to which entity an endpoint belongs. An annotation is a claim, not a right.
//!
//! The portal's configuration decides first, then the endpoint's labels, then the only entity whose annotations name the endpoint.

use super::admission::is_change;
use super::passage::{Passage, Refused};
use super::refusal::Refusal;
use super::want::{Outcome, Want};
use crate::annotation;
use crate::config::{Config, DirectChanges};
use crate::diagnostic::{Code, Diagnostic};
use crate::entity::Entity;
use crate::guard::{ActingFor, Allowed};
use crate::identity::broker::PATIENCE;
use crate::method::{self, Call, Resource};
use crate::name::Endpoint;
use crate::plan::owner::{ENTITY_LABEL, PORTAL_LABEL, entity_label, portal_label};
use serde::Serialize;
use serde_json::Value;

/// The entities of the catalog that claim an endpoint.
pub struct Claims {
    endpoint: Endpoint,
    /// Their refs, sorted.
    pub by: Vec<String>,
}

impl Claims {
    /// Finds the claims among entities as the catalog returns them. An annotation of any environment is a claim.
    pub fn find(config: &Config, endpoint: &Endpoint, entities: &[Value]) -> Self {
        let endpoint = config.named(endpoint);
        let claims =
            |entity: &Entity| annotation::claimed(entity).iter().any(|claimed| config.named(claimed) == endpoint);
        let entities = entities.iter().filter_map(|entity| Entity::from_json(entity).ok());
        let mut by: Vec<String> = entities.filter(claims).map(|entity| entity.entity_ref().to_owned()).collect();
        by.sort();
        by.dedup();
        Self { endpoint, by }
    }

    /// The finding about more than one claim. It names no entity: not everybody may read each of them.
    pub fn contested(&self) -> Diagnostic {
        let message = format!("more than one entity claims the endpoint `{}`", self.endpoint);
        let help =
            "remove the annotation of all but one, or ask an administrator to name the owner in `vertexAi.claims`";
        Diagnostic::new(Code::ClaimContested, message).help(help)
    }
}

/// Whether the endpoint belongs to an entity, by the configuration or by the endpoint's labels. `None` where neither names an owner.
pub fn settled(
    config: &Config,
    entity_ref: &str,
    endpoint: &Endpoint,
    labels: &Value,
) -> Option<Result<(), Diagnostic>> {
    let foreign = |whose: String| {
        let message = format!("the endpoint `{endpoint}` belongs to {whose}, not to `{entity_ref}`");
        let help = "choose another endpoint, or ask an administrator to name the owner in `vertexAi.claims`";
        Some(Err(Diagnostic::new(Code::ClaimForeign, message).help(help)))
    };
    let named = config.named(endpoint);
    if let Some((_, owner)) = config.claims.iter().find(|(claimed, _)| *claimed == named) {
        return if owner == entity_ref {
            Some(Ok(()))
        } else {
            foreign("another entity by `vertexAi.claims`".to_owned())
        };
    }
    let label = |name: &str| labels[name].as_str();
    match (label(ENTITY_LABEL), label(PORTAL_LABEL)) {
        (_, Some(portal)) if portal != portal_label(&config.portal) => {
            foreign(format!("an entity of the portal `{portal}` by its labels"))
        }
        (Some(entity), _) if entity != entity_label(entity_ref) => foreign(format!("`{entity}` by its labels")),
        (Some(_), _) => Some(Ok(())),
        (None, _) => None,
    }
}

/// Whether an endpoint belongs to an entity. `answer` is Google's to a read of the endpoint, if that was read; `Ok(false)` asks for it.
pub fn check(
    config: &Config,
    entity_ref: &str,
    endpoint: &Endpoint,
    entities: &[Value],
    answer: Option<&Value>,
) -> Result<bool, Diagnostic> {
    let labels = answer.map_or(&Value::Null, |answer| &answer["labels"]);
    if let Some(settled) = settled(config, entity_ref, endpoint, labels) {
        return settled.map(|()| true);
    }
    let claims = Claims::find(config, endpoint, entities);
    if !claims.by.iter().any(|by| by == entity_ref) {
        let message = format!("`{entity_ref}` does not claim the endpoint `{endpoint}` in the catalog");
        return Err(Diagnostic::new(Code::ClaimForeign, message).help("correct the annotations of the entity"));
    }
    match claims.by.len() {
        1 => Ok(true),
        _ if answer.is_none() => Ok(false),
        _ => Err(claims.contested()),
    }
}

/// An endpoint that an entity claims, and that is not the entity's own.
#[derive(Clone, Debug, Serialize, ts_rs::TS)]
pub struct Dispute {
    pub endpoint: String,
    /// Refs of all entities that claim it.
    pub by: Vec<String>,
    pub finding: Diagnostic,
}

/// Returns the endpoints that the entity `own` claims and that are not its own. `entities` are all that claim endpoints; `answers` has
/// Google's to reads of endpoints, by their names. Without an answer an endpoint has no labels.
pub fn disputes(config: &Config, own: &Value, entities: &[Value], answers: &Value) -> Vec<Dispute> {
    let Ok(own) = Entity::from_json(own) else { return Vec::new() };
    let dispute = |claimed: Endpoint| {
        let endpoint = config.named(&claimed).to_string();
        let answer = Some(&answers[&endpoint]);
        let finding = check(config, own.entity_ref(), &claimed, entities, answer).err()?;
        Some(Dispute { endpoint, by: Claims::find(config, &claimed, entities).by, finding })
    };
    annotation::claimed(&own).into_iter().filter_map(dispute).collect()
}

/// The endpoint that a call is about.
fn endpoint_of(call: &Call) -> Option<Endpoint> {
    let name = match &call.resource {
        Resource::Place(place) if call.method == &method::ENDPOINTS_CREATE => {
            let (_, id) = call.query.iter().find(|(name, _)| *name == "endpointId")?;
            format!("{place}/endpoints/{id}")
        }
        resource => resource.to_string().split('/').take(6).collect::<Vec<_>>().join("/"),
    };
    name.parse().ok()
}

/// Denies a direct change of an endpoint that more than one entity claims, unless the configuration names its owner.
pub async fn admit(passage: &Passage, call: &Allowed) -> Result<(), Refused> {
    let config = &passage.door.config;
    let is_direct = config.direct_changes == DirectChanges::Allow && is_change(call);
    if !is_direct || matches!(call.subject, ActingFor::Mandate { .. }) {
        return Ok(());
    }
    let Some(endpoint) = endpoint_of(&call.call) else { return Ok(()) };
    if config.claims.iter().any(|(claimed, _)| *claimed == endpoint) {
        return Ok(());
    }
    match passage.voice.ask(Want::Claims { within: PATIENCE }).await {
        Outcome::Entities(entities) => {
            let claims = Claims::find(config, &endpoint, &entities);
            if claims.by.len() > 1 { Err(Refusal::new(403, &claims.contested()).into()) } else { Ok(()) }
        }
        other => Err(unavailable(other)),
    }
}

/// The refusal of a call that needs the catalog, which has not answered. It passes: the call may be sent again.
pub fn unavailable(outcome: Outcome) -> Refused {
    let cause = match outcome {
        Outcome::Failed(failure) => Some(failure),
        _ => None,
    };
    let refusal = Refusal::because(503, Code::PortalRefused, "the portal's catalog is unavailable");
    (refusal.help("try again later"), cause)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::config;
    use serde_json::json;

    const E: &str = "projects/acme-ml/locations/us-central1/endpoints/fraud";
    const A: &str = "component:default/a";
    const B: &str = "component:default/b";

    fn entity(name: &str, annotations: Value) -> Value {
        json!({"kind": "Component", "metadata": {"name": name, "annotations": annotations}})
    }

    fn plain(name: &str, project: &str) -> Value {
        entity(
            name,
            json!({
                "google.com/vertex-ai-project": project, "google.com/vertex-ai-location": "us-central1",
                "google.com/vertex-ai-endpoint": "fraud", "google.com/vertex-ai-model": "fraud@3",
            }),
        )
    }

    fn full(name: &str, key: &str) -> Value {
        entity(name, json!({ format!("google.com/vertex-ai-{key}"): E }))
    }

    fn checked(config: &Config, entities: &[Value], answer: Value) -> Result<bool, Code> {
        let answer = Some(&answer).filter(|answer| !answer.is_null());
        check(config, A, &E.parse().unwrap(), entities, answer).map_err(|finding| finding.code)
    }

    fn claiming(owner: &str) -> Config {
        Config { claims: vec![(E.parse().unwrap(), owner.to_owned())], ..config() }
    }

    #[test]
    fn the_only_claim_is_the_owners() {
        let others = [plain("c", "acme-lab"), entity("d", json!({}))];
        let all = |entity: Value| [vec![entity], others.to_vec()].concat();
        assert_eq!(checked(&config(), &all(plain("a", "acme-ml")), Value::Null), Ok(true));
        assert_eq!(checked(&config(), &all(full("a", "endpoint.production")), Value::Null), Ok(true));
        assert_eq!(checked(&config(), &all(plain("b", "acme-ml")), Value::Null), Err(Code::ClaimForeign));
        assert_eq!(checked(&config(), &[], Value::Null), Err(Code::ClaimForeign));
    }

    #[test]
    fn a_second_claim_in_any_form_contests_the_endpoint() {
        let rivals = [
            plain("b", "acme-ml"),
            plain("b", "123456789012"),
            full("b", "endpoint"),
            full("b", "endpoint.staging"),
            full("b", "endpoint.any-name"),
            entity(
                "b",
                json!({
                    "google.com/vertex-ai-project": "other", "google.com/vertex-ai-location.x": "us-central1",
                    "google.com/vertex-ai-project.x": "acme-ml", "google.com/vertex-ai-endpoint": "fraud",
                }),
            ),
        ];
        for rival in rivals {
            let entities = [plain("a", "acme-ml"), rival.clone()];
            assert_eq!(checked(&config(), &entities, Value::Null), Ok(false), "{rival}");
            for unlabelled in [json!({}), json!({"labels": {"team": "a"}}), json!({"error": {"code": 404}})] {
                assert_eq!(checked(&config(), &entities, unlabelled), Err(Code::ClaimContested), "{rival}");
            }
        }
        let claims = Claims::find(&config(), &E.parse().unwrap(), &[full("b", "endpoint"), plain("a", "acme-ml")]);
        assert_eq!(claims.by, [A, B]);
        assert!(!claims.contested().message.contains("component:"));
    }

    #[test]
    fn labels_name_the_owner_of_a_contested_endpoint() {
        let entities = [plain("a", "acme-ml"), plain("b", "acme-ml")];
        let portal = portal_label(&config().portal);
        let labelled =
            |entity: &str, portal: &str| json!({"labels": {ENTITY_LABEL: entity_label(entity), PORTAL_LABEL: portal}});
        assert_eq!(checked(&config(), &entities, labelled(A, &portal)), Ok(true));
        assert_eq!(checked(&config(), &entities, labelled(B, &portal)), Err(Code::ClaimForeign));
        assert_eq!(checked(&config(), &entities, labelled(A, "another_example")), Err(Code::ClaimForeign));
        let only_portal = json!({"labels": {PORTAL_LABEL: portal}});
        assert_eq!(checked(&config(), &entities, only_portal), Err(Code::ClaimContested));
    }

    #[test]
    fn an_administrator_settles_it_against_claims_and_labels() {
        let entities = [plain("a", "acme-ml"), plain("b", "acme-ml")];
        let labelled = json!({"labels": {ENTITY_LABEL: entity_label(B)}});
        for answer in [Value::Null, labelled] {
            assert_eq!(checked(&claiming(A), &entities, answer.clone()), Ok(true));
            assert_eq!(checked(&claiming(B), &entities, answer), Err(Code::ClaimForeign));
        }
    }

    #[test]
    fn an_entity_has_a_dispute_for_each_endpoint_that_is_not_its_own() {
        let staging = format!("{E}-staging");
        let own = entity("a", json!({"google.com/vertex-ai-endpoint": E, "google.com/vertex-ai-endpoint.s": staging}));
        let entities = [own, full("b", "endpoint.any-name")];
        let found = |config: &Config, entity_ref: &str, answers: Value| -> Vec<_> {
            let own = &entities[usize::from(entity_ref == B)];
            let disputes = disputes(config, own, &entities, &answers);
            disputes.into_iter().map(|it| (it.endpoint, it.by.len(), it.finding.code)).collect()
        };
        let disputed = |code: Code| vec![(E.to_owned(), 2, code)];
        for entity_ref in [A, B] {
            for answers in [json!({}), json!({E: {}}), json!({E: {"error": {"code": 404}}})] {
                assert_eq!(found(&config(), entity_ref, answers), disputed(Code::ClaimContested), "{entity_ref}");
            }
        }
        let labelled = json!({E: {"labels": {ENTITY_LABEL: entity_label(A)}}});
        assert_eq!(found(&config(), A, labelled.clone()), []);
        assert_eq!(found(&config(), B, labelled), disputed(Code::ClaimForeign));
        assert_eq!(found(&claiming(A), A, json!({})), []);
        assert_eq!(found(&claiming(A), B, json!({})), disputed(Code::ClaimForeign));
        assert!(disputes(&config(), &json!({}), &entities, &json!({})).is_empty());
    }

    #[test]
    fn a_call_is_about_its_endpoint() {
        let of = |call: Call| endpoint_of(&call).map(|endpoint| endpoint.to_string());
        let endpoint = Resource::Endpoint(E.parse().unwrap());
        let operation = Resource::Operation(format!("{E}/operations/7").parse().unwrap());
        let place = Resource::Place(E.parse::<Endpoint>().unwrap().place);
        let create = Call::new(&method::ENDPOINTS_CREATE, place.clone());
        assert_eq!(of(Call::new(&method::ENDPOINTS_DEPLOY_MODEL, endpoint)).as_deref(), Some(E));
        assert_eq!(of(Call::new(&method::OPERATIONS_CANCEL, operation)).as_deref(), Some(E));
        assert_eq!(of(create.clone().query("endpointId", "fraud")).as_deref(), Some(E));
        assert_eq!(of(create), None);
        assert_eq!(of(Call::new(&method::MODELS_UPLOAD, place)), None);
    }
}

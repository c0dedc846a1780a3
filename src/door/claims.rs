//! Claims: to which entity an endpoint or a model belongs. An annotation is a claim, not a right.
//!
//! The portal's configuration decides first, then the resource's labels, then the only entity whose annotations name the resource.

use super::passage::{Passage, Refused, catalog_unavailable};
use super::refusal::Refusal;
use super::want::{Outcome, Want};
use crate::annotation;
use crate::config::{Config, DirectChanges};
use crate::diagnostic::{Code, Diagnostic};
use crate::entity::Entity;
use crate::guard::{ActingFor, Allowed};
use crate::identity::broker::PATIENCE;
use crate::method::{self, Call, Resource};
use crate::name::{Endpoint, Model};
use crate::plan::owner::{ENTITY_LABEL, PORTAL_LABEL, entity_label, portal_label};
use serde::Serialize;
use serde_json::Value;

/// The entities of the catalog that claim a resource.
pub struct Claims {
    resource: Resource,
    /// Their refs, sorted.
    pub by: Vec<String>,
}

impl Claims {
    /// Finds the claims among entities as the catalog returns them. An annotation of any environment is a claim.
    pub fn find(config: &Config, resource: &Resource, entities: &[Value]) -> Self {
        let resource = config.named(resource);
        let claims =
            |entity: &Entity| annotation::claimed(entity).iter().any(|claimed| config.named(claimed) == resource);
        let entities = entities.iter().filter_map(|entity| Entity::from_json(entity).ok());
        let mut by: Vec<String> = entities.filter(claims).map(|entity| entity.entity_ref().to_owned()).collect();
        by.sort_unstable();
        by.dedup();
        Self { resource, by }
    }

    /// The finding about more than one claim. It names no entity: not everybody may read each of them.
    pub fn contested(&self) -> Diagnostic {
        let message = format!("more than one entity claims {}", shown(&self.resource));
        let help =
            "remove the annotation of all but one, or ask an administrator to name the owner in `vertexAi.claims`";
        Diagnostic::new(Code::ClaimContested, message).help(help)
    }

    /// Fails where an entity other than this one claims the resource.
    pub fn check(&self, entity_ref: &str) -> Result<(), Diagnostic> {
        match self.by.iter().find(|by| *by != entity_ref) {
            None => Ok(()),
            Some(_) if self.by.len() > 1 => Err(self.contested()),
            Some(_) => Err(foreign(&self.resource, entity_ref, "another entity, which alone claims it")),
        }
    }
}

/// The resource with its noun.
fn shown(resource: &Resource) -> String {
    let noun = if matches!(resource, Resource::Model(_)) { "model" } else { "endpoint" };
    format!("the {noun} `{resource}`")
}

fn foreign(resource: &Resource, entity_ref: &str, whose: &str) -> Diagnostic {
    let message = format!("{} belongs to {whose}, not to `{entity_ref}`", shown(resource));
    let help = "choose another one, or ask an administrator to name the owner in `vertexAi.claims`";
    Diagnostic::new(Code::ClaimForeign, message).help(help)
}

/// Whether a resource belongs to an entity, by the configuration or by the resource's labels. `None` where neither names an owner.
pub fn settled(
    config: &Config,
    entity_ref: &str,
    resource: &Resource,
    labels: &Value,
) -> Option<Result<(), Diagnostic>> {
    let foreign = |whose: String| Some(Err(foreign(resource, entity_ref, &whose)));
    if let Some(owner) = config.owner(resource) {
        let is_own = owner == entity_ref;
        return if is_own { Some(Ok(())) } else { foreign("another entity by `vertexAi.claims`".to_owned()) };
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

/// Whether a resource belongs to an entity. `answer` is Google's to a read of the resource, if that was read; `Ok(false)` asks for it.
pub fn check(
    config: &Config,
    entity_ref: &str,
    resource: &Resource,
    entities: &[Value],
    answer: Option<&Value>,
) -> Result<bool, Diagnostic> {
    let labels = answer.map_or(&Value::Null, |answer| &answer["labels"]);
    if let Some(settled) = settled(config, entity_ref, resource, labels) {
        return settled.map(|()| true);
    }
    let claims = Claims::find(config, resource, entities);
    // A rollback has the model of a former deployment, which the entity may no longer name.
    if matches!(resource, Resource::Endpoint(_)) && !claims.by.iter().any(|by| by == entity_ref) {
        let message = format!("`{entity_ref}` does not claim {} in the catalog", shown(resource));
        return Err(Diagnostic::new(Code::ClaimForeign, message).help("correct the annotations of the entity"));
    }
    match answer {
        None => Ok(false),
        Some(_) => claims.check(entity_ref).map(|()| true),
    }
}

/// Denies a change under a mandate where the resource belongs to another entity by now.
pub async fn check_use(
    passage: &Passage,
    entity_ref: &str,
    resource: &Resource,
    labels: &Value,
) -> Result<(), Refused> {
    let config = &passage.door.config;
    let found = match settled(config, entity_ref, resource, labels) {
        Some(settled) => settled,
        None => Claims::find(config, resource, &entities(passage).await?).check(entity_ref),
    };
    found.map_err(|finding| Refusal::new(403, &finding).into())
}

/// The entities of the catalog with annotations of ours.
async fn entities(passage: &Passage) -> Result<Vec<Value>, Refused> {
    match passage.voice.ask(Want::Claims { within: PATIENCE }).await {
        Outcome::Entities(entities) => Ok(entities),
        other => Err(catalog_unavailable(other)),
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

/// Returns the endpoints that an entity claims and that are not its own, from a `ClaimFacts`. Without an answer an endpoint has no labels.
pub fn disputes(config: &Config, facts: &Value) -> Vec<Dispute> {
    let Ok(own) = Entity::from_json(&facts["own"]) else { return Vec::new() };
    let entities = facts["entities"].as_array().map_or(&[][..], Vec::as_slice);
    let dispute = |claimed: Resource| {
        let endpoint = config.named(&claimed).to_string();
        let answer = Some(&facts["answers"][&endpoint]);
        let finding = check(config, own.entity_ref(), &claimed, entities, answer).err()?;
        Some(Dispute { endpoint, by: Claims::find(config, &claimed, entities).by, finding })
    };
    // A model of others may be deployed.
    let endpoints = annotation::claimed(&own).into_iter().filter(|it| matches!(it, Resource::Endpoint(_)));
    endpoints.filter_map(dispute).collect()
}

/// What a host has read to tell whose an endpoint is.
#[derive(ts_rs::TS)]
#[expect(dead_code, reason = "the shape of a JSON value, for TypeScript")]
pub struct ClaimFacts {
    /// The entity as the catalog has it; `{}` where the catalog does not show it.
    #[ts(type = "object")]
    own: Value,
    /// All entities that claim endpoints.
    #[ts(type = "object[]")]
    entities: Value,
    /// Google's answers to reads of endpoints, by their names.
    #[ts(type = "Record<string, unknown>")]
    answers: Value,
}

/// Why an endpoint is not the entity's own, from a `ClaimFacts`.
pub fn dispute(config: &Config, facts: &Value, endpoint: &Endpoint) -> Option<Diagnostic> {
    let name = config.named(&Resource::Endpoint(endpoint.clone())).to_string();
    disputes(config, facts).into_iter().find(|dispute| dispute.endpoint == name).map(|dispute| dispute.finding)
}

/// The endpoint or the model that a call is about.
fn about(call: &Call) -> Option<Resource> {
    if let Resource::Model(model) = &call.resource {
        return Some(Resource::Model(Model { version: None, ..model.clone() }));
    }
    let name = match &call.resource {
        Resource::Place(place) if call.method == &method::ENDPOINTS_CREATE => {
            let (_, id) = call.query.iter().find(|(name, _)| *name == "endpointId")?;
            format!("{place}/endpoints/{id}")
        }
        resource => resource.to_string().split('/').take(6).collect::<Vec<_>>().join("/"),
    };
    name.parse().ok().map(Resource::Endpoint)
}

/// Denies a direct change of an endpoint or a model that more than one entity claims, unless the configuration names its owner.
pub async fn admit(passage: &Passage, call: &Allowed) -> Result<(), Refused> {
    let config = &passage.door.config;
    let is_direct = config.direct_changes == DirectChanges::Allow && call.is_change();
    if !is_direct || matches!(call.subject, ActingFor::Mandate { .. }) {
        return Ok(());
    }
    let Some(resource) = about(&call.call) else { return Ok(()) };
    if config.owner(&resource).is_some() {
        return Ok(());
    }
    let claims = Claims::find(config, &resource, &entities(passage).await?);
    if claims.by.len() > 1 { Err(Refusal::new(403, &claims.contested()).into()) } else { Ok(()) }
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
        check(config, A, &endpoint(), entities, answer).map_err(|finding| finding.code)
    }

    fn endpoint() -> Resource {
        Resource::Endpoint(E.parse().unwrap())
    }

    fn model() -> Resource {
        Resource::Model("projects/acme-ml/locations/us-central1/models/fraud".parse().unwrap())
    }

    fn claiming(owner: &str) -> Config {
        Config { claims: vec![(endpoint(), owner.to_owned())], ..config() }
    }

    #[test]
    fn the_only_claim_is_the_owners() {
        let others = [plain("c", "acme-lab"), entity("d", json!({}))];
        let all = |entity: Value| [vec![entity], others.to_vec()].concat();
        for owner in [plain("a", "acme-ml"), full("a", "endpoint.production")] {
            let entities = all(owner);
            assert_eq!(checked(&config(), &entities, Value::Null), Ok(false), "its labels are read first");
            assert_eq!(checked(&config(), &entities, json!({})), Ok(true));
            let theirs = json!({"labels": {ENTITY_LABEL: entity_label(B)}});
            assert_eq!(checked(&config(), &entities, theirs), Err(Code::ClaimForeign));
        }
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
        let claims = Claims::find(&config(), &endpoint(), &[full("b", "endpoint"), plain("a", "acme-ml")]);
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
    fn a_model_belongs_to_the_only_entity_that_names_it_or_to_nobody() {
        let of = |config: &Config, entities: &[Value], labels: Value| {
            check(config, A, &model(), entities, Some(&json!({ "labels": labels }))).map_err(|finding| finding.code)
        };
        let [a, b] = ["a", "b"].map(|name| plain(name, "acme-ml"));
        let full = entity("b", json!({"google.com/vertex-ai-model.x": format!("{}@7", model())}));
        assert_eq!(check(&config(), A, &model(), &[], None), Ok(false), "its labels are read first");
        for (entities, outcome) in [
            (vec![], Ok(true)),
            (vec![a.clone()], Ok(true)),
            (vec![b.clone()], Err(Code::ClaimForeign)),
            (vec![a.clone(), b.clone()], Err(Code::ClaimContested)),
            (vec![a.clone(), full.clone()], Err(Code::ClaimContested)),
        ] {
            assert_eq!(of(&config(), &entities, json!({})), outcome, "{entities:?}");
            assert_eq!(of(&config(), &entities, json!({ENTITY_LABEL: entity_label(A)})), Ok(true));
            assert_eq!(of(&config(), &entities, json!({ENTITY_LABEL: entity_label(B)})), Err(Code::ClaimForeign));
            for (owner, outcome) in [(A, Ok(true)), (B, Err(Code::ClaimForeign))] {
                let settled = Config { claims: vec![(model(), owner.to_owned())], ..config() };
                assert_eq!(of(&settled, &entities, json!({ENTITY_LABEL: entity_label(B)})), outcome);
            }
        }
        let finding = Claims::find(&config(), &model(), &[a, b]).contested();
        assert!(finding.message.contains("the model `projects/acme-ml/"), "{}", finding.message);
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
            let disputes = disputes(config, &json!({"own": own, "entities": entities, "answers": answers}));
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
        assert!(disputes(&config(), &json!({"own": {}, "entities": entities, "answers": {}})).is_empty());
        let facts = |answers| json!({"own": entities[1], "entities": entities, "answers": answers});
        let code = |endpoint: &str, answers| {
            dispute(&config(), &facts(answers), &endpoint.parse().unwrap()).map(|finding| finding.code)
        };
        assert_eq!(code(E, json!({})), Some(Code::ClaimContested));
        assert_eq!(code(E, json!({E: {"labels": {ENTITY_LABEL: entity_label(B)}}})), None);
        assert_eq!(code(&staging, json!({})), None);
    }

    #[test]
    fn a_call_is_about_its_endpoint_or_model() {
        let of = |call: Call| about(&call).map(|resource| resource.to_string());
        let model = "projects/acme-ml/locations/us-central1/models/fraud";
        let version = Resource::Model(format!("{model}@3").parse().unwrap());
        assert_eq!(of(Call::new(&method::MODELS_DELETE_VERSION, version)).as_deref(), Some(model));
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

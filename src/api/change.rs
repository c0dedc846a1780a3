//! The kind of a run and its options, as requests state them.

use super::request::{Field, malformed, request};
use crate::diagnostic::{Code, Diagnostic};
use crate::name::{DeployedModelId, ModelVersion};
use crate::plan::Kind;
use crate::plan::kind::{Deploy, Origin, Undeploy, Which};
use crate::target::Target;
use crate::vertex::deployed_model::Replicas;
use crate::vertex::traffic::Traffic;
use serde::Serialize;
use serde_json::Value;
use ts_rs::TS;

/// What a run does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum RunKind {
    Deploy,
    Undeploy,
    Traffic,
    Scale,
    Rollback,
    Promote,
}

impl RunKind {
    pub const ALL: [Self; 6] =
        [Self::Deploy, Self::Undeploy, Self::Traffic, Self::Scale, Self::Rollback, Self::Promote];

    pub fn name(self) -> &'static str {
        match self {
            Self::Deploy => "deploy",
            Self::Undeploy => "undeploy",
            Self::Traffic => "traffic",
            Self::Scale => "scale",
            Self::Rollback => "rollback",
            Self::Promote => "promote",
        }
    }

    /// The options of the kind, beside the entity's.
    fn options(self) -> &'static [&'static str] {
        match self {
            Self::Deploy => &["newVersion", "setAlias", "removePreviousAfterMinutes"],
            Self::Undeploy => &["deployedModelId", "all", "deleteEndpoint", "idleModels"],
            Self::Traffic => &["deployedModelId", "traffic"],
            Self::Scale => &["deployedModelId", "minReplicas", "maxReplicas"],
            Self::Rollback => &["deployment", "setAlias"],
            Self::Promote => &["from", "setAlias", "removePreviousAfterMinutes"],
        }
    }
}

request! {
    /// The kind of a run with its options.
    #[derive(PartialEq, Eq, serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct ChangeRequest {
        /// `deploy` by default.
        #[serde(skip_serializing_if = "Option::is_none")]
        kind: Option<RunKind>,
        /// The deployed model that is undeployed, or whose traffic or replicas change.
        #[serde(skip_serializing_if = "Option::is_none")]
        deployed_model_id: Option<String>,
        /// `undeploy`: every deployed model of the entity's model, in place of one.
        #[serde(skip_serializing_if = "Option::is_none")]
        all: Option<bool>,
        /// `undeploy`: the endpoint's id, which confirms that the endpoint is deleted, too.
        #[serde(skip_serializing_if = "Option::is_none")]
        delete_endpoint: Option<String>,
        /// `traffic`: percent of the endpoint's traffic.
        #[serde(skip_serializing_if = "Option::is_none")]
        traffic: Option<u32>,
        /// `scale`
        #[serde(skip_serializing_if = "Option::is_none")]
        min_replicas: Option<u32>,
        /// `scale`
        #[serde(skip_serializing_if = "Option::is_none")]
        max_replicas: Option<u32>,
        /// `rollback`: id of a former deployment of the same entity and environment, which succeeded.
        ///
        /// The portal plans a rollback with the annotations of that deployment, not with the entity's present ones: entity, project and
        /// endpoint are the same, the other annotations are the former ones.
        #[serde(skip_serializing_if = "Option::is_none")]
        deployment: Option<String>,
        /// `promote`: the environment whose version is deployed; absent for the plain annotations.
        #[serde(skip_serializing_if = "Option::is_none")]
        from: Option<String>,
        /// `deploy`: uploads a new version also where one with the same content exists.
        #[serde(skip_serializing_if = "Option::is_none")]
        new_version: Option<bool>,
        /// `deploy`, `rollback`, `promote`: an alias of the model, which names the version once it serves.
        #[serde(skip_serializing_if = "Option::is_none")]
        set_alias: Option<String>,
        /// `deploy`, `promote`: minutes after which the entity's previous deployed models without traffic are undeployed. They are kept
        /// where it is absent.
        #[serde(skip_serializing_if = "Option::is_none")]
        remove_previous_after_minutes: Option<u32>,
        /// `undeploy`: deployed models that are removed where they receive no traffic, in place of one.
        #[serde(skip_serializing_if = "Option::is_none")]
        idle_models: Option<Vec<String>>,
    }
}

impl Field for Option<RunKind> {
    fn read(value: Value, name: &str) -> Result<Self, Diagnostic> {
        let Some(text) = Option::<String>::read(value, name)? else { return Ok(None) };
        let known = RunKind::ALL.into_iter().find(|kind| kind.name() == text);
        known.map(Some).ok_or_else(|| malformed(format!("`{name}` is `{text}`, which is not a kind of run")))
    }
}

/// Maximum pause before the previous deployed models are removed: 12 hours. Their mandate may expire after 24.
const MOST_MINUTES: u32 = 720;

const ID_HELP: &str = "set the id of a deployed model, as the page of the entity or Google's console shows it";

fn read_id(id: &str) -> Result<DeployedModelId, Diagnostic> {
    id.parse().map_err(|error| wrong(format!("`deployedModelId`: {error}"), ID_HELP))
}

fn wrong(message: String, help: &'static str) -> Diagnostic {
    Diagnostic::new(Code::RequestMalformed, message).help(help)
}

impl ChangeRequest {
    pub fn kind(&self) -> RunKind {
        self.kind.unwrap_or(RunKind::Deploy)
    }

    /// The change that is asked for. An option of another kind is an error: its author expects something of it.
    pub fn read_for(&self, target: &Target) -> Result<Kind, Diagnostic> {
        let kind = self.kind();
        self.check_options(kind)?;
        Ok(match kind {
            RunKind::Deploy => Kind::Deploy(self.deploy(Origin::Entity)?),
            RunKind::Undeploy => Kind::Undeploy(self.undeploy(target)?),
            RunKind::Traffic => {
                let share = self.traffic.filter(|percent| *percent <= Traffic::ALL.percent());
                let share = share
                    .ok_or_else(|| wrong("`traffic` is missing or above 100".into(), "set a percent from 0 to 100"))?;
                Kind::Traffic(self.id()?, Traffic::of(share))
            }
            RunKind::Scale => Kind::Scale(self.id()?, self.replicas()?),
            RunKind::Rollback => {
                let help = "set the id of a former deployment, as the history of the entity shows it";
                let former = self.deployment.clone().ok_or_else(|| wrong("`deployment` is missing".into(), help))?;
                Kind::Deploy(self.deploy(Origin::Former(former))?)
            }
            RunKind::Promote if self.from == target.environment => {
                let help = "set `from` and `environment` to two environments of the entity";
                return Err(wrong("the version comes from the environment that it is promoted to".into(), help));
            }
            RunKind::Promote => Kind::Deploy(self.deploy(Origin::Environment(self.from.clone()))?),
        })
    }

    fn check_options(&self, kind: RunKind) -> Result<(), Diagnostic> {
        let given = [
            ("deployedModelId", self.deployed_model_id.is_some()),
            ("all", self.all == Some(true)),
            ("deleteEndpoint", self.delete_endpoint.is_some()),
            ("traffic", self.traffic.is_some()),
            ("minReplicas", self.min_replicas.is_some()),
            ("maxReplicas", self.max_replicas.is_some()),
            ("deployment", self.deployment.is_some()),
            ("from", self.from.is_some()),
            ("newVersion", self.new_version == Some(true)),
            ("setAlias", self.set_alias.is_some()),
            ("removePreviousAfterMinutes", self.remove_previous_after_minutes.is_some()),
            ("idleModels", self.idle_models.is_some()),
        ];
        let foreign = given.iter().find(|(name, is_given)| *is_given && !kind.options().contains(name));
        match foreign {
            Some((name, _)) => Err(wrong(
                format!("`{name}` is not an option of the kind `{}`", kind.name()),
                "remove it, or set another `kind`",
            )),
            None => Ok(()),
        }
    }

    fn deploy(&self, origin: Origin) -> Result<Deploy, Diagnostic> {
        let alias = self.set_alias.as_ref().map(|alias| {
            let parsed: Option<ModelVersion> = alias.parse().ok();
            parsed.filter(|alias| !alias.is_number()).ok_or_else(|| {
                let help = "write letters, digits and hyphens that start with a lower-case letter";
                wrong(format!("`setAlias` is `{alias}`, which is not an alias of a version"), help)
            })
        });
        if self.remove_previous_after_minutes.is_some_and(|minutes| minutes > MOST_MINUTES) {
            let message = format!("`removePreviousAfterMinutes` is above {MOST_MINUTES}");
            return Err(wrong(message, "set a number of minutes up to 12 hours: the user's consent ends after a day"));
        }
        Ok(Deploy { origin, new_version: self.new_version == Some(true), alias: alias.transpose()? })
    }

    fn id(&self) -> Result<DeployedModelId, Diagnostic> {
        let id = self.deployed_model_id.as_ref();
        read_id(id.ok_or_else(|| wrong("`deployedModelId` is missing".into(), ID_HELP))?)
    }

    fn undeploy(&self, target: &Target) -> Result<Undeploy, Diagnostic> {
        let which = match (self.all == Some(true), &self.deployed_model_id, &self.idle_models) {
            (true, None, None) => Which::All,
            (false, Some(_), None) => Which::One(self.id()?),
            (false, None, Some(ids)) if self.delete_endpoint.is_none() && !ids.is_empty() => {
                Which::Idle(ids.iter().map(|id| read_id(id)).collect::<Result<_, _>>()?)
            }
            _ => {
                let help = "set one of them: the id of a deployed model, or `all: true`";
                return Err(wrong("an undeployment requires either `deployedModelId` or `all`".into(), help));
            }
        };
        let id = target.endpoint.id.as_str();
        match &self.delete_endpoint {
            Some(name) if name != id => Err(wrong(
                format!("`deleteEndpoint` is `{name}`, and the endpoint's id is `{id}`"),
                "write the endpoint's id to confirm that it is deleted, or leave it out",
            )),
            confirmed => Ok(Undeploy { which, deletes_endpoint: confirmed.is_some() }),
        }
    }

    /// Google accepts a minimum of 1 or more.
    /// Source: `DedicatedResources.minReplicaCount` of the discovery document `aiplatform.v1`, read 2026-11-27.
    fn replicas(&self) -> Result<Replicas, Diagnostic> {
        match (self.min_replicas, self.max_replicas) {
            (Some(min), Some(max)) if 1 <= min && min <= max => Ok(Replicas { min, max }),
            _ => Err(wrong(
                "`minReplicas` and `maxReplicas` are missing or in the wrong order".into(),
                "set whole numbers: 1 ≤ `minReplicas` ≤ `maxReplicas`",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::request::Request as _;
    use crate::plan::tests::target;
    use serde_json::json;

    fn read(value: Value) -> Result<Kind, String> {
        let read = ChangeRequest::read(value).and_then(|change| change.read_for(&target()));
        read.map_err(|finding| finding.message.to_string())
    }

    #[test]
    fn a_kind_has_its_options() {
        let id: DeployedModelId = "7".parse().unwrap();
        let undeploy = |which, deletes_endpoint| Ok(Kind::Undeploy(Undeploy { which, deletes_endpoint }));
        assert_eq!(read(json!({})), Ok(Kind::deploy()));
        assert_eq!(read(json!({"kind": "undeploy", "deployedModelId": "7"})), undeploy(Which::One(id.clone()), false));
        assert_eq!(
            read(json!({"kind": "undeploy", "idleModels": ["7"]})),
            undeploy(Which::Idle(vec![id.clone()]), false)
        );
        assert_eq!(
            read(json!({"setAlias": "production", "newVersion": true, "removePreviousAfterMinutes": 10})),
            Ok(Kind::Deploy(Deploy {
                origin: Origin::Entity,
                new_version: true,
                alias: Some("production".parse().unwrap()),
            }))
        );
        let all = json!({"kind": "undeploy", "all": true, "deleteEndpoint": "fraud-detector"});
        assert_eq!(read(all), undeploy(Which::All, true));
        assert_eq!(
            read(json!({"kind": "traffic", "deployedModelId": "7", "traffic": 0})),
            Ok(Kind::Traffic(id.clone(), Traffic::NONE))
        );
        assert_eq!(
            read(json!({"kind": "scale", "deployedModelId": "7", "minReplicas": 1, "maxReplicas": 3})),
            Ok(Kind::Scale(id, Replicas { min: 1, max: 3 }))
        );
    }

    #[test]
    fn a_wrong_option_is_named() {
        for (value, named) in [
            (json!({"kind": "destroy"}), "`destroy`"),
            (json!({"setAlias": "3"}), "`setAlias`"),
            (json!({"setAlias": "Prod"}), "`setAlias`"),
            (json!({"removePreviousAfterMinutes": 721}), "720"),
            (json!({"kind": "rollback", "deployment": "f-1", "newVersion": true}), "`newVersion` is not an option"),
            (json!({"kind": "undeploy", "idleModels": []}), "either"),
            (json!({"kind": "undeploy", "idleModels": ["7"], "all": true}), "either"),
            (json!({"kind": "undeploy", "idleModels": [7]}), "idleModels"),
            (json!({"kind": "rollback"}), "`deployment` is missing"),
            (json!({"kind": "promote"}), "promoted to"),
            (json!({"traffic": 20}), "`traffic` is not an option of the kind `deploy`"),
            (json!({"kind": "undeploy"}), "either"),
            (json!({"kind": "undeploy", "deployedModelId": "7", "all": true}), "either"),
            (json!({"kind": "undeploy", "all": true, "deleteEndpoint": "other"}), "`other`"),
            (json!({"kind": "undeploy", "deployedModelId": "seven"}), "deployedModelId"),
            (json!({"kind": "traffic", "deployedModelId": "7"}), "`traffic`"),
            (json!({"kind": "traffic", "deployedModelId": "7", "traffic": 101}), "`traffic`"),
            (json!({"kind": "traffic", "deployedModelId": "7", "traffic": 1.5}), "`traffic`"),
            (json!({"kind": "traffic", "traffic": 5}), "`deployedModelId` is missing"),
            (json!({"kind": "scale", "deployedModelId": "7", "minReplicas": 0, "maxReplicas": 3}), "minReplicas"),
            (json!({"kind": "scale", "deployedModelId": "7", "minReplicas": 4, "maxReplicas": 3}), "minReplicas"),
        ] {
            let message = read(value.clone()).unwrap_err();
            assert!(message.contains(named), "{value}: {message}");
        }
    }

    #[test]
    fn every_kind_of_a_request_is_a_kind_of_a_plan() {
        for (kind, undo) in RunKind::ALL.into_iter().zip(&crate::plan::undo::UNDO) {
            assert_eq!(kind.name(), undo.kind);
        }
    }
}

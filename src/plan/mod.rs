//! A deployment as data: its calls in their order, the permissions they need, and the calls that reverse them.

mod body;
mod calls;
mod explain;

use crate::diagnostic::{Code, Diagnostic};
use crate::fingerprint::fingerprint;
use crate::method::{self, Call, Resource};
use crate::name::{DeployedModelId, ModelVersion};
use crate::target::Target;
use crate::vertex::traffic::Traffic;

pub use calls::{Found, Purpose};
pub use explain::{CallShape, explain, summary};

/// The result of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    Model,
    Endpoint,
    Deployment,
    Traffic,
}

/// One step of a plan. It does nothing when `probe` finds its work done.
#[derive(Clone, Debug, PartialEq, ts_rs::TS)]
#[ts(as = "explain::StepShape<'static>", rename = "PlannedStep")]
pub struct Step {
    pub kind: StepKind,
    pub title: String,
    pub probe: Option<Call>,
    /// Absent if the resource must exist already.
    pub call: Option<Call>,
    pub undo: Option<Call>,
}

/// A deployment of one model version to one endpoint, as steps.
#[derive(Clone, Debug, PartialEq, ts_rs::TS)]
#[ts(as = "explain::PlanShape<'static>")]
pub struct Plan {
    pub target: Target,
    /// Absent while the model's version is unknown: an alias may name another version tomorrow.
    pub deployed_model_id: Option<DeployedModelId>,
    pub steps: Vec<Step>,
}

/// An id of ten digits, derived from what is deployed for which entity: equal deployments have equal ids.
///
/// Google accepts 1 to 10 digits from a caller (`DeployedModel.id`).
fn deployed_model_id(target: &Target) -> Option<DeployedModelId> {
    let pinned = target.model.version.as_ref()?.as_str();
    if !pinned.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let revision = serde_json::to_string(&body::deployed_model(target, None)).ok()?;
    let environment = target.environment.as_deref().unwrap_or("");
    const SMALLEST: u64 = 1_000_000_000;
    (SMALLEST + fingerprint(&[&target.entity_ref, environment, &revision]) % (9 * SMALLEST)).to_string().parse().ok()
}

/// Plans the deployment that a target describes.
pub fn plan(target: Target) -> Plan {
    let model = Resource::Model(target.model.clone());
    let endpoint = Resource::Endpoint(target.endpoint.clone());
    let id = deployed_model_id(&target);
    let share = target.traffic.unwrap_or(Traffic::ALL).words();
    let mut steps = Vec::new();

    // A version can be named only if it exists; without one, a missing model may be uploaded first.
    let upload = target.image.as_ref().filter(|_| target.model.version.is_none()).map(|image| {
        Call::new(&method::MODELS_UPLOAD, Resource::Place(target.model.place.clone()))
            .body(body::upload(&target, image))
    });
    steps.push(Step {
        kind: StepKind::Model,
        title: match upload {
            Some(_) => format!("Upload model `{}` unless it exists", target.model.short()),
            None => format!("Find model `{}`", target.model.short()),
        },
        probe: Some(Call::new(&method::MODELS_GET, model.clone())),
        undo: upload.as_ref().map(|_| Call::new(&method::MODELS_DELETE, model)),
        call: upload,
    });

    // Google generates ids that start with a digit; only a chosen id can be created.
    let chosen = !target.endpoint.id.as_str().starts_with(|c: char| c.is_ascii_digit());
    steps.push(Step {
        kind: StepKind::Endpoint,
        title: match chosen {
            true => format!("Create endpoint `{}` unless it exists", target.endpoint.id),
            false => format!("Find endpoint `{}`", target.endpoint.id),
        },
        probe: Some(Call::new(&method::ENDPOINTS_GET, endpoint.clone())),
        call: chosen.then(|| {
            Call::new(&method::ENDPOINTS_CREATE, Resource::Place(target.endpoint.place.clone()))
                .query("endpointId", target.endpoint.id.as_str())
                .body(body::endpoint(&target))
        }),
        undo: chosen.then(|| Call::new(&method::ENDPOINTS_DELETE, endpoint.clone())),
    });

    steps.push(Step {
        kind: StepKind::Deployment,
        title: format!("Deploy `{}` with {share}", target.model.short()),
        probe: Some(Call::new(&method::ENDPOINTS_GET, endpoint.clone())),
        call: Some(
            Call::new(&method::ENDPOINTS_DEPLOY_MODEL, endpoint.clone())
                .serving_as(target.service_account.clone())
                .body(body::deploy(&target, id.as_ref())),
        ),
        undo: id
            .as_ref()
            .map(|id| Call::new(&method::ENDPOINTS_UNDEPLOY_MODEL, endpoint.clone()).body(body::undeploy(id))),
    });

    if let Some(id) = &id {
        steps.push(Step {
            kind: StepKind::Traffic,
            title: format!("If it is deployed already: send {share} to it"),
            probe: Some(Call::new(&method::ENDPOINTS_GET, endpoint.clone())),
            call: Some(
                Call::new(&method::ENDPOINTS_PATCH, endpoint)
                    .query("updateMask", "trafficSplit")
                    .body(body::traffic(&target, id)),
            ),
            undo: None,
        });
    }
    Plan { target, deployed_model_id: id, steps }
}

impl Plan {
    pub fn step(&self, kind: StepKind) -> Option<&Step> {
        self.steps.iter().find(|step| step.kind == kind)
    }

    /// The same plan for exactly this version of the model.
    #[must_use]
    pub fn for_version(&self, version: ModelVersion) -> Self {
        let mut target = self.target.clone();
        target.model.version = Some(version);
        plan(target)
    }

    /// Findings about what the plan leaves open.
    pub fn remarks(&self) -> Vec<Diagnostic> {
        match &self.deployed_model_id {
            Some(_) => Vec::new(),
            None => {
                let open = match &self.target.model.version {
                    Some(alias) => format!(
                        "the model version `{alias}` is an alias: the version that it names at that time is deployed"
                    ),
                    None => "the model has no version number: the version that is the default at that time is deployed"
                        .to_owned(),
                };
                let finding = Diagnostic::new(Code::PlanVersionOpen, open);
                vec![finding.help("name a version, e.g. `fraud-detector@3`, to deploy the same model every time")]
            }
        }
    }

    /// The endpoint's page in Google's console.
    pub fn console_url(&self) -> String {
        self.target.console_url()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::target::Replicas;
    use crate::vertex::container::{Container, EnvVar};
    use crate::vertex::labels::Labels;

    pub(crate) fn target() -> Target {
        Target {
            entity_ref: "component:default/fraud-detector".into(),
            environment: None,
            endpoint: "projects/acme-ml/locations/us-central1/endpoints/fraud-detector".parse().unwrap(),
            model: "projects/acme-ml/locations/us-central1/models/fraud-detector@3".parse().unwrap(),
            service_account: Some("fraud-serving@acme-ml.iam.gserviceaccount.com".parse().unwrap()),
            machine_type: Some("g2-standard-4".parse().unwrap()),
            accelerator: None,
            replicas: Some(Replicas { min: 1, max: 3 }),
            image: None,
            artifact_uri: None,
            kms_key: None,
            display_name: None,
            labels: Labels::default(),
            traffic: None,
            container: Container::default(),
        }
    }

    #[test]
    fn equal_deployments_have_equal_ids() {
        let id = |change: &dyn Fn(&mut Target)| {
            let mut target = target();
            change(&mut target);
            plan(target.clone()).deployed_model_id.unwrap().to_string()
        };
        let first = id(&|_| {});
        assert_eq!(first.len(), 10);
        assert_eq!(first, id(&|_| {}));
        let others = [
            id(&|t| t.environment = Some("staging".into())),
            id(&|t| t.entity_ref = "component:default/other".into()),
            id(&|t| t.model.version = Some("4".parse().unwrap())),
            id(&|t| t.replicas = Some(Replicas { min: 2, max: 3 })),
        ];
        assert!(others.iter().all(|other| *other != first), "{first} {others:?}");
    }

    #[test]
    fn a_first_deployment_needs_nine_permissions() {
        let permissions = plan(target()).permissions();
        let names: Vec<_> = permissions.iter().map(|(p, _)| p.permission).collect();
        assert_eq!(
            names,
            [
                "aiplatform.endpoints.create",
                "aiplatform.endpoints.delete",
                "aiplatform.endpoints.deploy",
                "aiplatform.endpoints.get",
                "aiplatform.endpoints.undeploy",
                "aiplatform.endpoints.update",
                "aiplatform.models.get",
                "aiplatform.operations.list",
                "iam.serviceAccounts.actAs",
            ]
        );
    }

    #[test]
    fn uploads_a_model_without_a_version_and_pins_it_later() {
        let mut target = target();
        target.model.version = None;
        target.image = Some("us-central1-docker.pkg.dev/acme-ml/serving/fraud:3".parse().unwrap());
        let unpinned = plan(target.clone());
        assert!(unpinned.deployed_model_id.is_none() && !unpinned.remarks().is_empty());
        assert!(unpinned.step(StepKind::Model).unwrap().call.is_some());
        let pinned = unpinned.for_version("1".parse().unwrap());
        assert!(pinned.deployed_model_id.is_some() && pinned.remarks().is_empty());
    }

    /// A target with every value of an upload.
    fn uploading() -> Target {
        let mut target = target();
        target.model.version = None;
        target.image = Some("us-central1-docker.pkg.dev/acme-ml/serving/fraud:3".parse().unwrap());
        target.display_name = Some("Fraud detector".parse().unwrap());
        target.labels.add("team".parse().unwrap(), "fraud".parse().unwrap()).unwrap();
        target.traffic = Some("20".parse().unwrap());
        target.container = Container {
            env: vec![EnvVar::new("LOG_LEVEL", "info").unwrap()],
            port: Some("9000".parse().unwrap()),
            predict_route: Some("/predict".parse().unwrap()),
            health_route: Some("/health".parse().unwrap()),
            health_probe: Some("path=/health".parse().unwrap()),
            startup_probe: Some("path=/health,period=5,timeout=2,failures=30".parse().unwrap()),
            deployment_timeout: Some("3600s".parse().unwrap()),
        };
        target
    }

    #[test]
    fn what_is_made_has_what_the_target_says() {
        let plan = plan(uploading());
        let body = |kind| plan.step(kind).and_then(|step| step.call.as_ref()?.body.clone()).unwrap();
        let bodies = [StepKind::Model, StepKind::Endpoint, StepKind::Deployment].map(body);
        insta::assert_snapshot!(serde_json::to_string_pretty(&bodies).unwrap());
        insta::assert_snapshot!(serde_json::to_string_pretty(&plan.target).unwrap());
        insta::assert_snapshot!(explain(&plan));
    }

    #[test]
    fn the_id_does_not_depend_on_what_is_not_deployed() {
        let id = |target: &Target| plan(target.clone()).deployed_model_id.unwrap();
        let mut rich = uploading();
        rich.model.version = target().model.version;
        assert_eq!(id(&rich), id(&target()));
    }

    #[test]
    fn every_call_states_the_effect_of_a_missing_permission() {
        for plan in [plan(target()), plan(uploading())] {
            for (call, purpose) in plan.calls(Found::default()) {
                for need in call.method.needs {
                    let effect = call.method.effect_without(need.permission);
                    assert!(!effect.is_empty(), "{} {purpose:?} {}", call.method.name, need.permission);
                }
            }
        }
    }

    #[test]
    fn says_which_version_an_open_plan_deploys() {
        let open = |version: Option<&str>| {
            let mut target = target();
            target.model.version = version.map(|version| version.parse().unwrap());
            plan(target).remarks()[0].message.to_string()
        };
        assert!(open(None).contains("the default at that time"));
        assert!(open(Some("champion")).contains("`champion` is an alias"));
    }

    #[test]
    fn summarises_itself_in_one_line() {
        assert_eq!(
            summary(&plan(target())),
            "deploys `fraud-detector@3` with all traffic to \
             `projects/acme-ml/locations/us-central1/endpoints/fraud-detector`: 4 steps, 9 permissions"
        );
    }

    #[test]
    fn the_plan_explains_itself() {
        insta::assert_snapshot!(explain(&plan(target())));
    }

    #[test]
    fn the_plan_as_data() {
        insta::assert_snapshot!(serde_json::to_string_pretty(&plan(target())).unwrap());
    }
}

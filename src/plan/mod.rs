//! A deployment as data: its calls in their order, the permissions they need, and the calls that reverse them.

mod body;
mod calls;
mod change;
mod explain;
pub mod kind;
pub mod owner;
pub mod undo;

use crate::diagnostic::{Code, Diagnostic};
use crate::fingerprint::fingerprint;
use crate::method::{self, Call, Permission, Resource};
use crate::name::{DeployedModelId, Endpoint, Model, ModelVersion, RunId};
use crate::target::Target;
use crate::vertex::traffic::Traffic;
use serde::{Serialize, Serializer};
use serde_json::Value;
use ts_rs::TS;

use body::has_content;
pub use body::{alias, scale, undeploy};
pub use calls::{Found, Purpose};
pub use explain::{explain, summary};
pub use kind::Kind;
use kind::{Deploy, Origin};

/// The label of what a run creates; its value is the run's id.
pub const RUN_LABEL: &str = "backstage-run";

/// The result of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    Model,
    Endpoint,
    Deployment,
    Traffic,
    Undeployment,
    Deletion,
    Scaling,
    Alias,
}

/// One step of a plan. It does nothing when `probe` finds its work done.
#[derive(Clone, Debug, PartialEq, TS)]
#[ts(as = "StepShape<'static>", rename = "PlannedStep")]
pub struct Step {
    pub kind: StepKind,
    pub title: String,
    pub probe: Option<Call>,
    /// Absent if the resource must exist already.
    pub call: Option<Call>,
    pub undo: Option<Call>,
}

#[derive(Serialize, TS)]
#[ts(optional_fields)]
struct StepShape<'a> {
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    probe: Option<&'a Call>,
    #[serde(skip_serializing_if = "Option::is_none")]
    call: Option<&'a Call>,
    #[serde(skip_serializing_if = "Option::is_none")]
    undo: Option<&'a Call>,
}

impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { title, probe, call, undo, .. } = self;
        StepShape { title, probe: probe.as_ref(), call: call.as_ref(), undo: undo.as_ref() }.serialize(serializer)
    }
}

/// A change of one endpoint, as steps: most often the deployment of one model version.
#[derive(Clone, Debug, PartialEq, TS)]
#[ts(as = "PlanShape<'static>")]
pub struct Plan {
    pub target: Target,
    pub kind: Kind,
    /// The deployed model that the plan is about. Absent while the model's version is unknown: an alias may name another version
    /// tomorrow. Absent also where the plan is about all of an endpoint's.
    pub deployed_model_id: Option<DeployedModelId>,
    pub steps: Vec<Step>,
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
        plan_for(target, self.kind.clone())
    }

    /// The same plan for one run: what it creates has the run's id as a label.
    #[must_use]
    pub fn for_run(&self, run: &RunId) -> Self {
        let mut target = self.target.clone();
        target.labels.set(RUN_LABEL, run.as_str());
        plan_for(target, self.kind.clone())
    }

    /// The same plan for an owner: what it creates has the entity and the portal as labels.
    #[must_use]
    pub fn for_portal(&self, portal: &str) -> Self {
        let mut target = self.target.clone();
        owner::label_for(&mut target.labels, &self.target.entity_ref, portal);
        plan_for(target, self.kind.clone())
    }

    /// The call that adds a version to the model where it exists with other content. Only plans that upload have one.
    pub fn new_version(&self) -> Option<Call> {
        let upload = self.step(StepKind::Model)?.call.as_ref()?;
        let body = body::new_version(upload.body.as_ref()?, &self.target.model);
        Some(Call::new(upload.method, upload.resource.clone()).body(body))
    }

    /// Whether a version that Google shows is the one to deploy: with the content of the upload, or uploaded by this run where a new
    /// version is requested. Always false for a plan without an upload.
    pub fn is_wanted(&self, version: &Value) -> bool {
        let upload = self.step(StepKind::Model).and_then(|step| step.call.as_ref()?.body.as_ref());
        let is_new = matches!(&self.kind, Kind::Deploy(deploy) if deploy.new_version);
        upload.is_some_and(|upload| match upload["model"]["labels"][RUN_LABEL].as_str() {
            run if is_new => run.is_some() && version["labels"][RUN_LABEL].as_str() == run,
            _ => has_content(version, upload),
        })
    }

    /// The model with all of its versions.
    pub fn whole_model(&self) -> Resource {
        Resource::Model(Model { version: None, ..self.target.model.clone() })
    }

    /// The endpoint and the model that the plan changes. A model that is only deployed stays as it is.
    pub fn changed(&self) -> Vec<Resource> {
        let uploads = self.step(StepKind::Model).is_some_and(|step| step.call.is_some());
        let moves_alias = matches!(&self.kind, Kind::Deploy(Deploy { alias: Some(_), .. }));
        let mut changed = vec![Resource::Endpoint(self.target.endpoint.clone())];
        changed.extend((uploads || moves_alias).then(|| self.whole_model()));
        changed
    }

    /// A fingerprint of the plan's calls, in hexadecimal. Plans with the same calls have the same one.
    pub fn fingerprint(&self) -> String {
        let calls = self.steps.iter().flat_map(|step| [&step.probe, &step.call, &step.undo]);
        let each: Vec<String> = calls.map(|call| call.as_ref().map(Call::fingerprint).unwrap_or_default()).collect();
        let each: Vec<&str> = each.iter().map(String::as_str).collect();
        format!("{:016x}", fingerprint(&each))
    }

    /// Findings about what the plan leaves open.
    pub fn remarks(&self) -> Vec<Diagnostic> {
        match &self.deployed_model_id {
            _ if !self.kind.deploys() => Vec::new(),
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

    /// What was found, completed by what the plan cannot make, which must exist.
    pub fn settled(&self, found: Found) -> Found {
        calls::settled(self, found)
    }

    /// Every call that a run may make, given what was found.
    pub fn calls(&self, found: Found) -> Vec<(Call, Purpose)> {
        calls::calls(self, found)
    }

    /// Every permission that the plan may need, sorted, with the methods that need it.
    pub fn permissions(&self) -> Vec<(Permission, Vec<&'static str>)> {
        calls::permissions(self)
    }

    /// The endpoint's page in Google's console.
    pub fn console_url(&self) -> String {
        self.target.console_url()
    }
}

#[derive(Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
struct PlanShape<'a> {
    #[ts(type = "RunKind")]
    kind: &'static str,
    target: &'a Target,
    endpoint: &'a Endpoint,
    /// Derived from entity, environment and revision: the same deployment has the same id. Absent while the model's version is not
    /// known (an alias, or none).
    #[serde(skip_serializing_if = "Option::is_none")]
    deployed_model_id: Option<&'a DeployedModelId>,
    /// `rollback`: id of the deployment that is rolled back to.
    #[serde(skip_serializing_if = "Option::is_none")]
    former_deployment: Option<&'a str>,
    /// `promote`: the environment whose version is deployed. Absent for the plain annotations.
    #[serde(skip_serializing_if = "Option::is_none")]
    promoted_from: Option<&'a str>,
    steps: &'a [Step],
    permissions: Vec<NeededPermission>,
}

/// A permission and the methods that require it.
#[derive(Serialize, TS)]
#[serde(rename_all = "camelCase")]
struct NeededPermission {
    permission: &'static str,
    resource: String,
    needed_by: Vec<&'static str>,
}

impl Serialize for Plan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let needed =
            |(Permission { permission, resource }, needed_by)| NeededPermission { permission, resource, needed_by };
        PlanShape {
            kind: self.kind.name(),
            target: &self.target,
            endpoint: &self.target.endpoint,
            deployed_model_id: self.deployed_model_id.as_ref(),
            former_deployment: self.kind.former(),
            promoted_from: self.kind.promoted_from(),
            steps: &self.steps,
            permissions: self.permissions().into_iter().map(needed).collect(),
        }
        .serialize(serializer)
    }
}

/// An id of ten digits, derived from what is deployed for which entity: equal deployments have equal ids. Replicas do not count: they
/// change in place.
///
/// Google accepts 1 to 10 digits from a caller (`DeployedModel.id`).
fn deployed_model_id(target: &Target) -> Option<DeployedModelId> {
    target.model.version.as_ref().filter(|version| version.is_number())?;
    // Replicas that cannot change in place make another deployment.
    let replicas = if target.fixed_replicas().is_some() { None } else { target.replicas };
    let target = Target { replicas, ..target.clone() };
    let revision = serde_json::to_string(&body::deployed_model(&target, None)).ok()?;
    let environment = target.environment.as_deref().unwrap_or("");
    const SMALLEST: u64 = 1_000_000_000;
    (SMALLEST + fingerprint(&[&target.entity_ref, environment, &revision]) % (9 * SMALLEST)).to_string().parse().ok()
}

/// Plans a change of the target's endpoint.
pub fn plan_for(target: Target, kind: Kind) -> Plan {
    match kind {
        Kind::Deploy(deploy) => deployment(target, deploy),
        kind => change::plan(target, kind),
    }
}

/// Plans the deployment that a target describes.
pub fn plan(target: Target) -> Plan {
    deployment(target, Deploy::default())
}

fn deployment(mut target: Target, deploy: Deploy) -> Plan {
    if matches!(deploy.origin, Origin::Former(_)) {
        target.traffic = None;
    }
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
            Some(_) => format!(
                "Upload model `{}`, or a new version of it, unless it exists with this content",
                target.model.short()
            ),
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

    let deploy_model = match target.settings.has_preview() {
        true => &method::ENDPOINTS_DEPLOY_MODEL_PREVIEW,
        false => &method::ENDPOINTS_DEPLOY_MODEL,
    };
    steps.push(Step {
        kind: StepKind::Deployment,
        title: format!("Deploy `{}` with {share}", target.model.short()),
        probe: Some(Call::new(&method::ENDPOINTS_GET, endpoint.clone())),
        call: Some(
            Call::new(deploy_model, endpoint.clone())
                .serving_as(target.service_account.clone())
                .body(body::deploy(&target, id.as_ref())),
        ),
        undo: id
            .as_ref()
            .map(|id| Call::new(&method::ENDPOINTS_UNDEPLOY_MODEL, endpoint.clone()).body(body::undeploy(id))),
    });

    if let (Some(id), Some(replicas)) = (&id, target.fixed_replicas()) {
        let condition = ", if it is deployed with other numbers";
        let step = change::scaling(&target, id, replicas);
        steps.push(Step { title: step.title + condition, ..step });
    }

    if let Some(id) = id.as_ref().filter(|_| !target.is_private()) {
        steps.push(Step {
            kind: StepKind::Traffic,
            title: format!("Send {share} to it, if other models are deployed or it is deployed already"),
            probe: Some(Call::new(&method::ENDPOINTS_GET, endpoint.clone())),
            call: Some(
                Call::new(&method::ENDPOINTS_PATCH, endpoint)
                    .query("updateMask", "trafficSplit")
                    .body(body::traffic(&target, id)),
            ),
            undo: None,
        });
    }
    if let (Some(_), Some(alias)) = (&id, &deploy.alias) {
        let of =
            |version: &ModelVersion| Resource::Model(Model { version: Some(version.clone()), ..target.model.clone() });
        let merge = Call::new(&method::MODELS_MERGE_VERSION_ALIASES, Resource::Model(target.model.clone()));
        steps.push(Step {
            kind: StepKind::Alias,
            title: format!("Let the alias `{alias}` name `{}`", target.model.short()),
            probe: Some(Call::new(&method::MODELS_GET, of(alias))),
            call: Some(merge.clone().body(body::alias(alias, true))),
            undo: Some(merge),
        });
    }
    Plan { target, kind: Kind::Deploy(deploy), deployed_model_id: id, steps }
}

#[cfg(test)]
pub(crate) mod tests;

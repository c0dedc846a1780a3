//! Every plan that the core can make, by class of rights.
//!
//! Every shape is planned for every state of knowledge. Plans with the same calls, the same rights for the same reasons, and the same
//! possible worlds form a class. One plan of each class is run, a different one from class to class.

use crate::drive::{in_days, now};
use crate::world::World;
use backstage_vertex_ai::api::{self, deployment::DeploymentRequest, request::Request as _};
use backstage_vertex_ai::iam::rights::access_request::AccessRequest;
use backstage_vertex_ai::iam::rights::access_request::access_request;
use backstage_vertex_ai::iam::rights::expiry::Expiry;
use backstage_vertex_ai::iam::rights::options::{AccessOptions, Delivery};
use backstage_vertex_ai::iam::rights::principal::Principal;
use backstage_vertex_ai::plan::{Found, Plan};
use serde_json::json;

pub const MEMBER: &str = "user:stranger@acme.example";
pub const APPROVER: &str = "user:approver@acme.example";
/// The first id that a fresh emulator generates.
pub const MADE_BY_GOOGLE: &str = "1000001";

/// How the annotations identify the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    ByVersion,
    ByAlias,
    /// By the default version.
    AtAll,
    /// With an image, to upload.
    WithImage,
}

/// The service account that the model runs as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Account {
    Nobodys,
    Own,
    OfAnotherProject,
}

/// The annotations and the delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    pub named: Named,
    pub account: Account,
    pub model_elsewhere: bool,
    /// Whether the endpoint's id is one that only Google generates.
    pub made_by_google: bool,
    /// With a key, and with files and image in other projects.
    pub furnished: bool,
    pub environment: bool,
    pub delivery: Delivery,
}

/// A plan, and what its planner knows of the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    pub shape: Shape,
    pub found: Found,
}

impl Shape {
    /// With an account of its own, and everything in one project.
    pub fn plain(named: Named, delivery: Delivery) -> Self {
        Self {
            named,
            account: Account::Own,
            model_elsewhere: false,
            made_by_google: false,
            furnished: false,
            environment: false,
            delivery,
        }
    }

    pub fn plan(self) -> Plan {
        let project = if self.model_elsewhere { "acme-models" } else { "acme-ml" };
        let version = match self.named {
            Named::ByVersion => "@3",
            Named::ByAlias => "@default",
            Named::AtAll | Named::WithImage => "",
        };
        let endpoint = if self.made_by_google { MADE_BY_GOOGLE } else { "fraud" };
        let mut annotations = json!({
            "google.com/vertex-ai-endpoint": format!("projects/acme-ml/locations/us-central1/endpoints/{endpoint}"),
            "google.com/vertex-ai-model":
                format!("projects/{project}/locations/us-central1/models/fraud-detector{version}"),
        });
        let mut say = |key: &str, value: &str| annotations[format!("google.com/vertex-ai-{key}")] = json!(value);
        if self.named == Named::WithImage {
            let home = if self.furnished { "acme-images" } else { "acme-ml" };
            say("image", &format!("us-central1-docker.pkg.dev/{home}/serving/fraud:3"));
            if self.furnished {
                say("artifact-uri", "gs://acme-files/fraud/3");
            }
        }
        if self.furnished {
            say("kms-key", "projects/acme-ml/locations/us-central1/keyRings/ml/cryptoKeys/serving");
        }
        match self.account {
            Account::Nobodys => {}
            Account::Own => say("service-account", "fraud-serving@acme-ml.iam.gserviceaccount.com"),
            Account::OfAnotherProject => say("service-account", "fraud-serving@acme-other.iam.gserviceaccount.com"),
        }
        if self.environment {
            say("replicas.staging", "1-2");
        }
        let mut request = json!({"source": {"entity": {"apiVersion": "backstage.io/v1alpha1", "kind": "Component",
            "metadata": {"name": "fraud", "annotations": annotations}}}});
        if self.environment {
            request["environment"] = json!("staging");
        }
        let report = api::deployment::plan(&DeploymentRequest::read(request).unwrap());
        report.plan.unwrap_or_else(|| panic!("{self:?}: {:?}", report.diagnostics))
    }

    fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for named in [Named::ByVersion, Named::ByAlias, Named::AtAll, Named::WithImage] {
            for account in [Account::Nobodys, Account::Own, Account::OfAnotherProject] {
                for bits in 0..32 {
                    let is = |bit: u32| bits >> bit & 1 == 1;
                    let delivery = if is(4) { Delivery::Pam } else { Delivery::Policy };
                    let (model_elsewhere, made_by_google) = (is(0), is(1));
                    let (furnished, environment) = (is(2), is(3));
                    let shape =
                        Self { named, account, model_elsewhere, made_by_google, furnished, environment, delivery };
                    all.push(shape);
                }
            }
        }
        all
    }
}

impl Case {
    pub fn options(&self) -> AccessOptions {
        let mut options = AccessOptions::of(Principal::parse(MEMBER).unwrap());
        options.found = self.found;
        options.delivery = self.shape.delivery;
        options.project_number = Some("123456789012".parse().unwrap());
        options.approvers = vec![Principal::parse(APPROVER).unwrap()];
        let end = in_days(if self.shape.delivery == Delivery::Pam { 5 } else { 300 });
        options.expires = Some(Expiry::parse(&end, now()).unwrap());
        options
    }

    pub fn ask(&self, plan: &Plan) -> AccessRequest {
        let (request, findings) = access_request(plan, &self.options(), now());
        request.unwrap_or_else(|| panic!("{self:?}: {findings:?}"))
    }

    /// The worlds that are possible with this knowledge.
    pub fn worlds(&self) -> Vec<World> {
        let fits = |known: Option<bool>, is: bool| known.is_none_or(|known| known == is);
        let mut worlds = World::all();
        worlds.retain(|world| {
            (world.model || self.shape.named == Named::WithImage)
                && (world.endpoint || !self.shape.made_by_google)
                && fits(self.found.model, world.model)
                && fits(self.found.endpoint, world.endpoint)
                && fits(self.found.deployment, world.has_it())
        });
        worlds
    }

    /// A new version of an existing model for an existing endpoint.
    pub fn is_update(&self) -> bool {
        self.found == Found { model: Some(true), endpoint: Some(true), deployment: Some(false) }
    }
}

/// Plans with the same rights.
pub struct Class {
    pub cases: Vec<Case>,
    worlds: Vec<World>,
    calls: String,
    rights: String,
}

impl Class {
    /// The plan to run for class `number`, counted from 0.
    pub fn example(&self, number: usize) -> Case {
        self.cases[number % self.cases.len()]
    }
}

/// The calls of a plan, without the version of the model.
fn calls(plan: &Plan) -> String {
    let pinned = plan.for_version("3".parse().unwrap());
    let steps = plan.steps.iter().take(1).chain(pinned.steps.iter().skip(1));
    let calls = steps.flat_map(|step| [&step.probe, &step.call, &step.undo]).flatten();
    let shown = calls.map(|call| {
        let on = call.resource.to_string();
        format!("{} {} {:?}\n", call.method.name, on.split('@').next().unwrap(), call.serving_account)
    });
    shown.collect()
}

/// The requested rights on policies that the emulator has, with their reasons.
///
/// No call of a user needs the other rights, which are the service agent's on keys, buckets and repositories.
fn rights(asked: &AccessRequest) -> String {
    let has_policy = |kind| ["project", "endpoint", "service-account"].contains(&kind);
    let grants = asked.grants.iter().filter(|grant| has_policy(grant.resource.kind()));
    let shown =
        grants.map(|grant| format!("{:?} {} {} {:?}\n", grant.grantee, grant.resource, grant.role, grant.needed));
    shown.chain([format!("{:?}", asked.delivery)]).collect()
}

/// Every state of knowledge. An entitlement serves several deployments, so it is planned without any.
fn known(delivery: Delivery) -> Vec<Found> {
    if delivery == Delivery::Pam {
        return vec![Found::default()];
    }
    const KNOWN: [Option<bool>; 3] = [Some(false), Some(true), None];
    let mut all = Vec::new();
    for model in KNOWN {
        for endpoint in KNOWN {
            all.extend(KNOWN.map(|deployment| Found { model, endpoint, deployment }));
        }
    }
    all
}

/// All plans by class. Knowledge includes what follows from it, so that no plan occurs twice.
pub fn classes() -> Vec<Class> {
    let mut classes: Vec<Class> = Vec::new();
    for shape in Shape::all() {
        let plan = shape.plan();
        let calls = calls(&plan);
        let mut seen: Vec<Found> = Vec::new();
        for found in known(shape.delivery) {
            let case = Case { shape, found: plan.settled(found) };
            let worlds = case.worlds();
            if seen.contains(&case.found) || worlds.is_empty() {
                continue;
            }
            seen.push(case.found);
            let rights = rights(&case.ask(&plan));
            let alike = |class: &&mut Class| class.calls == calls && class.rights == rights && class.worlds == worlds;
            match classes.iter_mut().find(alike) {
                Some(class) => class.cases.push(case),
                None => classes.push(Class { cases: vec![case], worlds, calls: calls.clone(), rights }),
            }
        }
    }
    classes
}

//! Every plan that the core can make, as far as rights are concerned, and every world in which it may be carried out.

use crate::harness::{Cloud, OWNER};
use backstage_vertex_ai::api::{self, request::DeploymentRequest, request::Request as _};
use backstage_vertex_ai::plan::{Found, Plan, StepKind};
use serde_json::{Value, json};

/// What the annotations say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Whether the model's version is named; without one, an image lets the model be uploaded.
    pub pinned: bool,
    pub account: bool,
    pub environment: bool,
    /// Whether the endpoint's id is one that only Google makes.
    pub made_by_google: bool,
}

/// A plan, and what the one who plans knows of the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    pub shape: Shape,
    pub found: Found,
}

/// What was deployed to the endpoint before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Earlier {
    Nothing,
    AnotherVersion,
    /// The same deployment; the traffic is another one's by now.
    Itself,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct World {
    pub model: bool,
    pub endpoint: bool,
    pub earlier: Earlier,
}

/// The first id that a fresh emulator makes.
const MADE_BY_GOOGLE: &str = "1000001";

const BOTH: [bool; 2] = [false, true];
const KNOWN: [Option<bool>; 3] = [Some(false), Some(true), None];

impl Shape {
    pub fn plan(self) -> Plan {
        let mut annotations = json!({
            "google.com/vertex-ai-project": "acme-ml", "google.com/vertex-ai-location": "us-central1",
            "google.com/vertex-ai-endpoint": if self.made_by_google { MADE_BY_GOOGLE } else { "fraud" },
            "google.com/vertex-ai-model": if self.pinned { "fraud-detector@3" } else { "fraud-detector" },
        });
        if !self.pinned {
            annotations["google.com/vertex-ai-image"] = json!("us-central1-docker.pkg.dev/acme-ml/serving/fraud:3");
        }
        if self.account {
            annotations["google.com/vertex-ai-service-account"] =
                json!("fraud-serving@acme-ml.iam.gserviceaccount.com");
        }
        if self.environment {
            annotations["google.com/vertex-ai-replicas.staging"] = json!("1-2");
        }
        let mut request = json!({"source": {"entity": {"apiVersion": "backstage.io/v1alpha1", "kind": "Component",
            "metadata": {"name": "fraud", "annotations": annotations}}}});
        if self.environment {
            request["environment"] = json!("staging");
        }
        let report = api::deployment::plan(&DeploymentRequest::read(request).unwrap());
        report.plan.unwrap_or_else(|| panic!("{:?}", report.diagnostics))
    }
}

/// All plans; what follows from what was found counts as found, so that none is proved twice.
pub fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for (pinned, account, environment) in product() {
        for made_by_google in BOTH {
            let shape = Shape { pinned, account, environment, made_by_google };
            let plan = shape.plan();
            for model in KNOWN {
                for endpoint in KNOWN {
                    for deployment in KNOWN {
                        let case = Case { shape, found: plan.settled(Found { model, endpoint, deployment }) };
                        if !cases.contains(&case) {
                            cases.push(case);
                        }
                    }
                }
            }
        }
    }
    cases.retain(|case| !case.worlds().is_empty());
    cases
}

fn product() -> Vec<(bool, bool, bool)> {
    let mut all = Vec::new();
    for pinned in BOTH {
        for account in BOTH {
            // An environment changes names and numbers, and so the id of what is deployed: seen once with each kind of model.
            for environment in if account { &BOTH[..] } else { &BOTH[..1] } {
                all.push((pinned, account, *environment));
            }
        }
    }
    all
}

impl Case {
    /// The worlds that what was found leaves possible.
    pub fn worlds(&self) -> Vec<World> {
        let fits = |known: Option<bool>, is: bool| known.is_none_or(|known| known == is);
        let mut worlds = Vec::new();
        for model in BOTH {
            for endpoint in BOTH {
                for earlier in [Earlier::Nothing, Earlier::AnotherVersion, Earlier::Itself] {
                    let possible = (model || !self.shape.pinned)
                        && (endpoint || !self.shape.made_by_google)
                        && (earlier == Earlier::Nothing || (model && endpoint));
                    let fitting = fits(self.found.model, model)
                        && fits(self.found.endpoint, endpoint)
                        && fits(self.found.deployment, earlier == Earlier::Itself);
                    if possible && fitting {
                        worlds.push(World { model, endpoint, earlier });
                    }
                }
            }
        }
        worlds
    }
}

impl World {
    /// Makes it, as the owner.
    pub fn make(self, cloud: &Cloud, plan: &Plan) {
        cloud.post("", "/emulator/reset", json!({})).ok();
        if self.endpoint {
            make_endpoint(cloud, plan.target.endpoint.id.as_str());
        }
        if !self.model {
            cloud.finish(&cloud.own("DELETE", "/models/fraud-detector", Value::Null).ok());
        }
        let pinned = plan.for_version("3".parse().unwrap());
        let own =
            pinned.step(StepKind::Deployment).and_then(|step| step.call.clone()).and_then(|call| call.body).unwrap();
        let mut other = own.clone();
        other["deployedModel"]["id"] = json!("1");
        other["deployedModel"]["model"] = json!("projects/acme-ml/locations/us-central1/models/fraud-detector@2");
        let deployed = match self.earlier {
            Earlier::Nothing => vec![],
            Earlier::AnotherVersion => vec![other],
            Earlier::Itself => vec![own, other],
        };
        for body in deployed {
            deploy(cloud, plan, &body);
        }
    }
}

fn make_endpoint(cloud: &Cloud, id: &str) {
    if id != MADE_BY_GOOGLE {
        return cloud.create_endpoint(id);
    }
    let made = cloud.finish(&cloud.own("POST", "/endpoints", json!({"displayName": "made by Google"})).ok());
    assert!(made["response"]["name"].as_str().unwrap().ends_with(id), "{made}");
}

/// Deploys as the owner, to the end.
pub fn deploy(cloud: &Cloud, plan: &Plan, body: &Value) {
    let path = format!("/v1/{}:deployModel", plan.target.endpoint);
    let operation = cloud.post(OWNER, &path, body.clone()).ok();
    assert!(cloud.finish(&operation)["error"].is_null());
}

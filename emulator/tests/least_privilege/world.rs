//! The worlds in which a plan may run.

use crate::harness::{Cloud, OWNER};
use crate::plans::MADE_BY_GOOGLE;
use backstage_vertex_ai::plan::{Plan, StepKind};
use emulator::seed::Seed;
use serde_json::{Value, json};

const ANOTHER_MODEL: &str = "projects/acme-ml/locations/us-central1/models/another@1";

/// What is already deployed to the endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Earlier {
    Nothing,
    /// Another version of the model, or another model where this one is missing.
    Another,
    /// The same deployment, while another one has the traffic.
    Itself,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct World {
    /// The model, in the version or with the content to deploy.
    pub model: bool,
    pub endpoint: bool,
    pub earlier: Earlier,
}

/// The demo's cloud with resources in other projects.
pub fn seed() -> Seed {
    let read = |text: &str| serde_yaml::from_str::<serde_yaml::Value>(text).unwrap();
    let mut all = read(include_str!("../../seeds/demo.yaml"));
    // The proof is about callers: what Google's service agents read is left out.
    for key in ["repositories", "buckets", "keys"] {
        all.as_mapping_mut().unwrap().remove(key);
    }
    for (key, more) in read(include_str!("wider.yaml")).as_mapping().unwrap() {
        match (&mut all[key], more) {
            (serde_yaml::Value::Sequence(all), serde_yaml::Value::Sequence(more)) => all.extend(more.iter().cloned()),
            (serde_yaml::Value::Mapping(all), serde_yaml::Value::Mapping(more)) => {
                all.extend(more.iter().map(|(key, value)| (key.clone(), value.clone())));
            }
            _ => panic!("{key:?} is in one seed only"),
        }
    }
    Seed::parse(&serde_yaml::to_string(&all).unwrap()).unwrap()
}

impl World {
    pub fn all() -> Vec<Self> {
        let mut worlds = Vec::new();
        for model in [false, true] {
            for endpoint in [false, true] {
                worlds.push(Self { model, endpoint, earlier: Earlier::Nothing });
                if endpoint {
                    worlds.push(Self { model, endpoint, earlier: Earlier::Another });
                }
                if model && endpoint {
                    worlds.push(Self { model, endpoint, earlier: Earlier::Itself });
                }
            }
        }
        worlds
    }

    /// Whether the same deployment exists already.
    pub fn has_it(self) -> bool {
        self.earlier == Earlier::Itself
    }

    /// Creates the world as the owner.
    pub fn make(self, cloud: &Cloud, plan: &Plan) {
        cloud.post("", "/emulator/reset", json!({})).ok();
        if self.endpoint {
            make_endpoint(cloud, plan.target.endpoint.id.as_str());
        }
        let model = format!("{}/models/{}", plan.target.model.place, plan.target.model.id);
        if !self.model {
            cloud.finish(&cloud.call(OWNER, "DELETE", &format!("/v1/{model}"), &Value::Null).ok());
        }
        // A plan that uploads finds its content, as a version that somebody has added.
        let version = match plan.new_version().filter(|_| self.model) {
            Some(upload) => {
                let added = cloud.post(OWNER, &format!("/{}", upload.path()), upload.body.unwrap()).ok();
                cloud.finish(&added)["response"]["modelVersionId"].as_str().unwrap().to_owned()
            }
            None => "3".to_owned(),
        };
        let pinned = plan.for_version(version.parse().unwrap());
        let call = pinned.step(StepKind::Deployment).and_then(|step| step.call.clone());
        let mut own = call.and_then(|call| call.body).unwrap();
        // The account of an existing deployment does not matter to a plan. In another project Vertex AI may not use one yet.
        own["deployedModel"].as_object_mut().unwrap().remove("serviceAccount");
        let mut other = own.clone();
        other["deployedModel"]["id"] = json!("1");
        let another = if self.model { format!("{model}@2") } else { ANOTHER_MODEL.to_owned() };
        other["deployedModel"]["model"] = json!(another);
        let deployed = match self.earlier {
            Earlier::Nothing => vec![],
            Earlier::Another => vec![other],
            Earlier::Itself => vec![own, other],
        };
        for body in deployed {
            let operation = cloud.post(OWNER, &format!("/v1/{}:deployModel", plan.target.endpoint), body).ok();
            assert!(cloud.finish(&operation)["error"].is_null());
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

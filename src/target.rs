//! The deployment that an entity's annotations describe: which model serves at which endpoint, on which machines.

use crate::name::{ArtifactUri, Endpoint, Image, KmsKey, Model, ServiceAccount};
use crate::vertex::container::Container;
use crate::vertex::labels::{DisplayName, Labels};
use crate::vertex::machine::{Accelerator, MachineType};
use crate::vertex::traffic::Traffic;
use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

/// Number of replicas: at least `min` (≥ 1), at most `max` (≥ `min`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Replicas {
    pub min: u32,
    pub max: u32,
}

/// The subject of annotations, plans and status reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// `component:default/fraud-detector`, lower case.
    pub entity_ref: String,
    pub environment: Option<String>,
    pub endpoint: Endpoint,
    pub model: Model,
    pub service_account: Option<ServiceAccount>,
    pub machine_type: Option<MachineType>,
    pub accelerator: Option<Accelerator>,
    pub replicas: Option<Replicas>,
    pub image: Option<Image>,
    pub artifact_uri: Option<ArtifactUri>,
    pub kms_key: Option<KmsKey>,
    /// Display name of an endpoint that is created.
    pub display_name: Option<DisplayName>,
    /// Labels of the endpoint and model that are created.
    pub labels: Labels,
    /// Absent for all traffic.
    pub traffic: Option<Traffic>,
    /// Container of a model that is uploaded.
    pub container: Container,
}

impl Target {
    /// The endpoint's page in Google's console.
    pub fn console_url(&self) -> String {
        let place = &self.endpoint.place;
        format!(
            "https://console.cloud.google.com/vertex-ai/online-prediction/locations/{}/endpoints/{}?project={}",
            place.location, self.endpoint.id, place.project
        )
    }
}

/// As `Target` in `pkg-js/core/src/index.d.ts`.
impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Target", 17)?;
        macro_rules! field {
            ($key:literal, $value:expr) => {
                match $value {
                    Some(value) => out.serialize_field($key, value)?,
                    None => out.skip_field($key)?,
                }
            };
        }
        out.serialize_field("entityRef", &self.entity_ref)?;
        field!("environment", &self.environment);
        out.serialize_field("project", &self.endpoint.place.project)?;
        out.serialize_field("location", &self.endpoint.place.location)?;
        out.serialize_field("endpoint", &self.endpoint)?;
        out.serialize_field("model", &self.model)?;
        field!("serviceAccount", &self.service_account);
        field!("machineType", &self.machine_type);
        field!("accelerator", &self.accelerator);
        field!("replicas", &self.replicas);
        field!("image", &self.image);
        field!("artifactUri", &self.artifact_uri);
        field!("kmsKey", &self.kms_key);
        field!("displayName", &self.display_name);
        field!("labels", &self.labels.message().unless_empty());
        field!("traffic", &self.traffic);
        field!("container", &self.container.message().unless_empty());
        out.end()
    }
}

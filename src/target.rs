//! The deployment that an entity's annotations describe.

use crate::name::{ArtifactUri, Endpoint, Image, KmsKey, Location, Model, Project, ServiceAccount};
use crate::vertex::container::{ContainerSpec, EnvVar, spec};
use crate::vertex::deployed_model::Replicas;
use crate::vertex::labels::{DisplayName, Labels};
use crate::vertex::machine::{Accelerator, MachineType};
use crate::vertex::setting::{Message, Settings};
use crate::vertex::traffic::Traffic;
use crate::words;
use serde::{Serialize, Serializer};
use serde_json::Value;
use std::collections::HashMap;
use ts_rs::TS;

/// The deployment that an entity's annotations describe.
#[derive(Clone, Debug, PartialEq, Eq, TS)]
#[ts(as = "TargetShape<'static>")]
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
    /// Variables of an uploaded model's container, in the order of the text, because a variable can use earlier ones.
    pub env: Vec<EnvVar>,
    /// Further fields of the requests.
    pub settings: Settings,
}

impl Target {
    /// What is deployed, in one line.
    pub fn summary(&self) -> String {
        let mut parts =
            vec![format!("{} to {} in {}", self.model.short(), self.endpoint.id, self.endpoint.place.location)];
        parts.extend(self.machine_type.as_ref().map(|machine| format!("on {machine}")));
        parts.extend(self.accelerator.as_ref().map(|it| format!("with {} × {}", it.count, it.kind)));
        parts.extend(self.replicas.as_ref().map(|Replicas { min, max }| match min == max {
            true => format!("{min} replicas"),
            false => format!("{min} to {max} replicas"),
        }));
        parts.push(self.traffic.unwrap_or(Traffic::ALL).words());
        words::list(parts.iter().map(String::as_str), ", ")
    }

    /// The replicas that a change in place sets; absent where Google sets their number, and where there may be none.
    pub fn fixed_replicas(&self) -> Option<Replicas> {
        let has = |message, path| self.settings.get(message, path).is_some();
        let is_open = has(Message::DeployedModel, "automaticResources")
            || has(Message::DeployedModel, "sharedResources")
            || has(Message::Resources, "scaleToZeroSpec");
        self.replicas.filter(|_| !is_open)
    }

    /// The same target with fingerprints in place of the values of variables.
    #[must_use]
    pub fn hide(&self) -> Self {
        Self { env: self.env.iter().map(EnvVar::hide).collect(), ..self.clone() }
    }

    /// Whether its endpoint is created as a private one, which serves one model with all traffic.
    pub fn is_private(&self) -> bool {
        let has = |path| self.settings.get(Message::Endpoint, path).is_some();
        has("network") || has("privateServiceConnectConfig")
    }

    /// The endpoint's page in Google's console.
    pub fn console_url(&self) -> String {
        let place = &self.endpoint.place;
        format!(
            "https://console.cloud.google.com/vertex-ai/online-prediction/locations/{}/endpoints/{}?project={}",
            place.location, self.endpoint.id, place.project
        )
    }
}

#[derive(Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
struct TargetShape<'a> {
    entity_ref: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<&'a str>,
    project: &'a Project,
    location: &'a Location,
    /// `projects/{project}/locations/{location}/endpoints/{endpoint}`
    endpoint: &'a Endpoint,
    /// `projects/{project}/locations/{location}/models/{model}[@version]`
    model: &'a Model,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_account: Option<&'a ServiceAccount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    machine_type: Option<&'a MachineType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    accelerator: Option<&'a Accelerator>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replicas: Option<&'a Replicas>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a Image>,
    #[serde(skip_serializing_if = "Option::is_none")]
    artifact_uri: Option<&'a ArtifactUri>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kms_key: Option<&'a KmsKey>,
    /// Display name of the endpoint, where the deployment creates it.
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<&'a DisplayName>,
    /// Labels of the endpoint and the model, where the deployment creates them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(as = "Option<HashMap<String, String>>")]
    labels: Option<Value>,
    /// Percent of the endpoint's traffic; absent for all of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    traffic: Option<Traffic>,
    /// Settings of an uploaded model's container, as in Google's `ModelContainerSpec`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(as = "Option<ContainerSpec>")]
    container: Option<Value>,
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        TargetShape {
            entity_ref: &self.entity_ref,
            environment: self.environment.as_deref(),
            project: &self.endpoint.place.project,
            location: &self.endpoint.place.location,
            endpoint: &self.endpoint,
            model: &self.model,
            service_account: self.service_account.as_ref(),
            machine_type: self.machine_type.as_ref(),
            accelerator: self.accelerator.as_ref(),
            replicas: self.replicas.as_ref(),
            image: self.image.as_ref(),
            artifact_uri: self.artifact_uri.as_ref(),
            kms_key: self.kms_key.as_ref(),
            display_name: self.display_name.as_ref(),
            labels: self.labels.message().unless_empty(),
            traffic: self.traffic,
            container: spec(&self.env, &self.settings).unless_empty(),
        }
        .serialize(serializer)
    }
}

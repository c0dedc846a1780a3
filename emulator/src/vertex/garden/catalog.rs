//! A few models of Model Garden with the setups that are tested for them.
//!
//! Source of the shapes: `aiplatform.v1` `PublisherModel`, revision 20261106. Images, arguments and machines are examples, not Google's.

use crate::call::Call;
use crate::error::ApiError;
use serde_json::{Value, json};

/// A model of Model Garden.
pub struct Model {
    pub publisher: &'static str,
    pub id: &'static str,
    /// Versions; the first is the default.
    pub versions: &'static [&'static str],
    /// Its id at Hugging Face, if it comes from there.
    pub hugging_face: Option<&'static str>,
    pub needs_licence: bool,
    /// Whether Hugging Face hands it out to users with access only.
    pub is_gated: bool,
    /// The word by which own weights of the family are recognised.
    pub family: &'static str,
    setups: &'static [Setup],
}

/// A tested combination of machine and container.
struct Setup {
    title: &'static str,
    machine: &'static str,
    accelerator: &'static str,
    count: i64,
    args: &'static [&'static str],
}

const IMAGE: &str =
    "us-docker.pkg.dev/vertex-ai/vertex-vision-model-garden-dockers/pytorch-vllm-serve:20261001_0916_RC00";

const MODELS: &[Model] = &[
    Model {
        publisher: "google",
        id: "gemma3",
        versions: &["gemma-3-1b-it", "gemma-3-4b-it", "gemma-3-27b-it"],
        hugging_face: None,
        needs_licence: true,
        is_gated: false,
        family: "gemma",
        setups: &[
            Setup {
                title: "vLLM 32K context (1 NVIDIA_L4; g2-standard-12)",
                machine: "g2-standard-12",
                accelerator: "NVIDIA_L4",
                count: 1,
                args: &["--max-model-len=32768", "--gpu-memory-utilization=0.95"],
            },
            Setup {
                title: "vLLM 128K context (2 NVIDIA_H100_80GB; a3-highgpu-2g)",
                machine: "a3-highgpu-2g",
                accelerator: "NVIDIA_H100_80GB",
                count: 2,
                args: &["--max-model-len=131072", "--tensor-parallel-size=2"],
            },
        ],
    },
    Model {
        publisher: "hf-meta-llama",
        id: "llama-3.1-8b-instruct",
        versions: &["001"],
        hugging_face: Some("meta-llama/llama-3.1-8b-instruct"),
        needs_licence: true,
        is_gated: true,
        family: "llama",
        setups: &[Setup {
            title: "vLLM (1 NVIDIA_L4; g2-standard-12)",
            machine: "g2-standard-12",
            accelerator: "NVIDIA_L4",
            count: 1,
            args: &["--max-model-len=8192"],
        }],
    },
    Model {
        publisher: "hf-qwen",
        id: "qwen3-0.6b",
        versions: &["001"],
        hugging_face: Some("qwen/qwen3-0.6b"),
        needs_licence: false,
        is_gated: false,
        family: "qwen",
        setups: &[Setup {
            title: "vLLM (1 NVIDIA_L4; g2-standard-8)",
            machine: "g2-standard-8",
            accelerator: "NVIDIA_L4",
            count: 1,
            args: &[],
        }],
    },
];

impl Model {
    pub fn name(&self) -> String {
        format!("publishers/{}/models/{}", self.publisher, self.id)
    }

    /// Resources and container of each tested combination.
    pub fn setups(&self) -> Vec<(Value, Value)> {
        self.setups.iter().map(|setup| (setup.resources(), setup.container(self))).collect()
    }

    fn shown(&self, version: &str) -> Value {
        let options: Vec<Value> = self
            .setups
            .iter()
            .map(|setup| {
                json!({
                    "title": setup.title,
                    "deployTaskName": setup.title,
                    "modelDisplayName": self.id,
                    "dedicatedResources": setup.resources(),
                    "containerSpec": setup.container(self),
                })
            })
            .collect();
        json!({
            "name": self.name(),
            "versionId": version,
            "openSourceCategory": if self.publisher == "google" { "GOOGLE_OWNED_OSS_WITH_GOOGLE_CHECKPOINT" } else { "THIRD_PARTY_OWNED_OSS" },
            "launchStage": "GA",
            "publisherModelTemplate": format!("projects/{{project}}/locations/{{location}}/{}", self.name()),
            "supportedActions": {"multiDeployVertex": {"multiDeployVertex": options}},
        })
    }
}

impl Setup {
    fn resources(&self) -> Value {
        json!({
            "machineSpec": {
                "machineType": self.machine,
                "acceleratorType": self.accelerator,
                "acceleratorCount": self.count,
            },
            "minReplicaCount": 1,
            "maxReplicaCount": 1,
        })
    }

    fn container(&self, model: &Model) -> Value {
        let id = model.hugging_face.unwrap_or(model.id);
        let mut args = vec!["python".to_owned(), "-m".to_owned(), "vllm.entrypoints.api_server".to_owned()];
        args.push(format!("--model={id}"));
        args.extend(self.args.iter().map(|argument| (*argument).to_owned()));
        json!({
            "imageUri": IMAGE,
            "args": args,
            "env": [{"name": "MODEL_ID", "value": id}, {"name": "DEPLOY_SOURCE", "value": "API_NATIVE_MODEL"}],
            "ports": [{"containerPort": 8080}],
            "predictRoute": "/generate",
            "healthRoute": "/ping",
            "sharedMemorySizeMb": "16384",
            "deploymentTimeout": "7200s",
        })
    }
}

/// Finds `publishers/{publisher}/models/{model}[@{version}]`; returns the model and its version.
pub fn by_name(name: &str) -> Option<(&'static Model, &'static str)> {
    let (name, version) = name.split_once('@').map_or((name, None), |(name, version)| (name, Some(version)));
    let model = MODELS.iter().find(|model| model.name() == name)?;
    let version = model.versions.iter().find(|own| version.is_none_or(|version| **own == version))?;
    Some((model, version))
}

/// Finds a model of Hugging Face by its id, in any case.
pub fn by_hugging_face_id(id: &str) -> Option<&'static Model> {
    let id = id.to_ascii_lowercase();
    MODELS.iter().find(|model| model.hugging_face == Some(id.as_str()))
}

/// Finds the family of weights by the word in their address.
pub fn by_weights(uri: &str) -> Option<&'static Model> {
    let uri = uri.to_ascii_lowercase();
    MODELS.iter().find(|model| uri.starts_with("gs://") && uri.contains(model.family))
}

/// `GET publishers/{publisher}/models/{model}`: every user may read it, as no permission is documented.
pub fn get(call: &Call<'_>, name: &str) -> Result<Value, ApiError> {
    call.allow(&["languageCode", "view", "isHuggingFaceModel", "huggingFaceToken"])?;
    let found = if call.param("isHuggingFaceModel") == Some("true") {
        let id = name.strip_prefix("publishers/").map(|rest| rest.replacen("/models/", "/", 1)).unwrap_or_default();
        by_hugging_face_id(&id).map(|model| (model, model.versions[0]))
    } else {
        by_name(name)
    };
    let (model, version) = found.ok_or_else(|| ApiError::not_found(name))?;
    Ok(model.shown(version))
}

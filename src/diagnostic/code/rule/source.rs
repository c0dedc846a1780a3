//! The sources that several rules share: public pages with the day they were read, and decisions of this product.

// Products and files.

pub const YAML: &str = "[YAML 1.2.2](https://yaml.org/spec/1.2.2/)";
pub const DESCRIPTOR: &str = "Backstage, [Descriptor Format of Catalog Entities](https://backstage.io/docs/features/software-catalog/descriptor-format/); read 2026-11-27";
pub const READER: &str = "tried with Backstage 1.55 to 1.57, which reads entities with `parseAllDocuments` of [npm `yaml`](https://eemeli.org/yaml/), without merging";
pub const OURS: &str = "a decision of this product: [annotations](../../../annotations.md)";
pub const LIMIT: &str = "a limit of this product: [what is read](../../../validation.md#what-is-read)";

// Google's API descriptions.

pub const ENDPOINT: &str = "Google, discovery document `aiplatform.v1` of 2026-11-06, in [google-api-python-client 2.202.0](https://github.com/googleapis/google-api-python-client), schema `Endpoint`; read 2026-11-27";
pub const MODEL: &str = "Google, discovery document `aiplatform.v1` of 2026-11-06, in [google-api-python-client 2.202.0](https://github.com/googleapis/google-api-python-client), schema `Model`; read 2026-11-27";
pub const UPLOAD: &str = "Google, discovery document `aiplatform.v1` of 2026-11-06, in [google-api-python-client 2.202.0](https://github.com/googleapis/google-api-python-client), schema `UploadModelRequest`; read 2026-11-27";
pub const DEPLOYED_MODEL: &str = "Google, discovery document `aiplatform.v1` of 2026-11-06, in [google-api-python-client 2.202.0](https://github.com/googleapis/google-api-python-client), schema `DeployedModel`; read 2026-11-27";
pub const DEDICATED: &str = "Google, discovery document `aiplatform.v1` of 2026-11-06, in [google-api-python-client 2.202.0](https://github.com/googleapis/google-api-python-client), schema `DedicatedResources`; read 2026-11-27";
pub const CONTAINER_SPEC: &str = "Google, discovery document `aiplatform.v1` of 2026-11-06, in [google-api-python-client 2.202.0](https://github.com/googleapis/google-api-python-client), schema `ModelContainerSpec`; read 2026-11-27";
pub const ENV: &str = "Google, discovery document `aiplatform.v1` of 2026-11-06, in [google-api-python-client 2.202.0](https://github.com/googleapis/google-api-python-client), schema `EnvVar`; read 2026-11-27";
pub const PORT: &str = "Google, discovery document `aiplatform.v1` of 2026-11-06, in [google-api-python-client 2.202.0](https://github.com/googleapis/google-api-python-client), schema `Port`; read 2026-11-27";
pub const PROBE: &str = "Google, discovery document `aiplatform.v1` of 2026-11-06, in [google-api-python-client 2.202.0](https://github.com/googleapis/google-api-python-client), schema `Probe`; read 2026-11-27";
pub const PROJECT: &str = "Google, discovery document `cloudresourcemanager.v3` of 2026-11-07, in [google-api-python-client 2.202.0](https://github.com/googleapis/google-api-python-client), schema `Project`; read 2026-11-27";
pub const ACCOUNT_ID: &str = "Google, discovery document `iam.v1` of 2026-10-23, in [google-api-python-client 2.202.0](https://github.com/googleapis/google-api-python-client), schema `CreateServiceAccountRequest`; read 2026-11-27";

// Google's documentation.

pub const CREATE_ENDPOINT: &str = "Google, [Method: endpoints.create](https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.endpoints/create); read 2026-11-27";
pub const MACHINE: &str =
    "Google, [MachineSpec](https://cloud.google.com/vertex-ai/docs/reference/rest/v1/MachineSpec); read 2026-11-27";
pub const MODEL_CONTAINER_SPEC: &str = "Google, [ModelContainerSpec](https://cloud.google.com/vertex-ai/docs/reference/rest/v1/ModelContainerSpec); read 2026-11-28";
pub const GCR: &str = "Google, [Artifact Registry `gcr.io` repositories](https://docs.cloud.google.com/artifact-registry/docs/transition/gcr-repositories); read 2026-11-28";
pub const ENCRYPTION: &str = "Google, [EncryptionSpec](https://docs.cloud.google.com/vertex-ai/docs/reference/rest/v1/EncryptionSpec); read 2026-11-27";
pub const MODEL_GARDEN: &str = "Google, [ModelGardenService](https://docs.cloud.google.com/dotnet/docs/reference/Google.Cloud.AIPlatform.V1/latest/Google.Cloud.AIPlatform.V1.ModelGardenService.ModelGardenServiceBase); read 2026-11-27";
pub const COMPUTE: &str = "Google, [Configure compute resources for inference](https://docs.cloud.google.com/gemini-enterprise-agent-platform/machine-learning/predictions/configure-compute); read 2026-11-27";
pub const TPU: &str = "Google, [Serve open models using Cloud TPUs](https://docs.cloud.google.com/vertex-ai/docs/predictions/use-tpu), read 2026-11-27; unverified beside a live project";
pub const CONTAINER: &str = "Google, [Custom container requirements](https://cloud.google.com/vertex-ai/docs/predictions/custom-container-requirements); read 2026-11-27";
pub const USE_CONTAINER: &str = "Google, [Use a custom container for inference](https://cloud.google.com/vertex-ai/docs/predictions/use-custom-container); read 2026-11-27";
pub const ARTIFACTS: &str = "Google, [Export model artifacts](https://cloud.google.com/vertex-ai/docs/training/exporting-model-artifacts); read 2026-11-27";
pub const SERVICE_ACCOUNT: &str = "Google, [Use a custom service account](https://docs.cloud.google.com/vertex-ai/docs/general/custom-service-account); read 2026-11-27";
pub const QUOTAS: &str = "Google, [Quotas and limits](https://docs.cloud.google.com/vertex-ai/docs/quotas) of Vertex AI, custom model serving; read 2026-11-27";
pub const LOCATIONS: &str =
    "Google, [Vertex AI locations](https://docs.cloud.google.com/vertex-ai/docs/general/locations); read 2026-11-27";
pub const LABELS: &str = "Google, [Requirements for labels](https://cloud.google.com/pubsub/docs/labels) (of Pub/Sub, the same for all resources); read 2026-11-27";
pub const BUCKETS: &str =
    "Google, [About Cloud Storage buckets](https://cloud.google.com/storage/docs/buckets); read 2026-11-27";
pub const DEFAULT_ACCOUNT: &str = "Google, [Service accounts](https://cloud.google.com/compute/docs/access/service-accounts) of Compute Engine; read 2026-11-27";

// Code and reports.

pub const REGIONS: &str = "Google, `SUPPORTED_REGIONS` in `google/cloud/aiplatform/constants/base.py` of [google-cloud-aiplatform 2.7.0](https://github.com/googleapis/python-aiplatform); read 2026-11-27";
pub const PREBUILT: &str = "Google, [`google/cloud/aiplatform/constants/prediction.py`](https://github.com/googleapis/python-aiplatform/blob/main/google/cloud/aiplatform/constants/prediction.py) of google-cloud-aiplatform 2.7.0; read 2026-11-27";
pub const CONSUMER_INVALID: &str = "[an issue of GoogleCloudPlatform/training-data-analyst](https://github.com/GoogleCloudPlatform/training-data-analyst/issues/1811); read 2026-11-27";

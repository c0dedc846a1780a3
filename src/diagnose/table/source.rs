//! Sources of several entries: public pages with the day they were read.

pub const REASONS: &str = "Google, [`google/api/error_reason.proto`](https://github.com/googleapis/googleapis/blob/master/google/api/error_reason.proto); read 2026-11-28";
pub const TROUBLESHOOTING: &str = "Google, [Troubleshoot Vertex AI](https://docs.cloud.google.com/vertex-ai/docs/general/troubleshooting); read 2026-11-27";
pub const FEDERATION: &str = "Google, [Troubleshoot workload identity federation](https://docs.cloud.google.com/iam/docs/troubleshooting-workload-identity-federation); read 2026-11-27";
pub const AUTOSCALING: &str = "Google, [Scale inference nodes](https://docs.cloud.google.com/vertex-ai/docs/predictions/autoscaling); read 2026-11-27";
pub const DESCRIPTION: &str = "Google, discovery document `aiplatform.v1` of 2026-11-06, in [google-api-python-client 2.202.0](https://github.com/googleapis/google-api-python-client); read 2026-11-27";
pub const GCLOUD: &str =
    "Google, [gcloud](https://docs.cloud.google.com/sdk/docs/release-notes) 2026-11, its own source; read 2026-11-27";
pub const UNVERIFIED: &str = "unverified: the text, which no public page shows";
pub const VLLM: &str = "[vLLM](https://github.com/vllm-project/vllm), its errors as public reports show them; read 2026-11-28; other versions may have other texts";

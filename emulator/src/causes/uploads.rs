//! Uploads that Google rejects: the image or the files cannot be read or do not fit.

use super::{Cause, Strikes};

const UPLOAD: Strikes = Strikes::Calls(&["models.upload"]);
const DOWNLOAD: &str = "artifactregistry.repositories.downloadArtifacts";
/// Unverified: the name of the denied method in the audit log.
const PULL: &str = "google.devtools.artifactregistry.v1.ArtifactRegistry.DownloadArtifacts";

pub const CAUSES: &[Cause] = &[
    Cause {
        name: "image-pull",
        strikes: UPLOAD,
        texts: &[
            "Vertex AI Service Agent {agent} does not have permission to access Artifact Registry repository {repository}.",
            "Agent Platform Service Agent {agent} does not have permission to access Artifact Registry repository {repository}.",
        ],
        denied: Some(["artifactregistry.googleapis.com", PULL, DOWNLOAD, "{repository}"]),
        source: "issues and forum threads; the second wording follows the service's new name and is unverified",
        ..Cause::DEFAULT
    },
    Cause {
        name: "prebuilt-image-host",
        strikes: UPLOAD,
        texts: &[
            "Vertex AI Service Agent {agent} does not have permission to access Artifact Registry repository projects/vertex-ai/locations/{location}/repositories/prediction.",
        ],
        source: "issues and forum threads",
        ..Cause::DEFAULT
    },
    Cause {
        name: "agent-missing",
        strikes: UPLOAD,
        texts: &[
            "Vertex AI Service Agent service-{number}@gcp-sa-aiplatform-cc.iam.gserviceaccount.com does not have permission to access Artifact Registry repository {repository}.",
        ],
        source: "issues about custom jobs",
        ..Cause::DEFAULT
    },
    Cause {
        name: "image-not-found",
        strikes: UPLOAD,
        code: "INVALID_ARGUMENT",
        texts: &["Failed to get the image {image}: the image does not exist (404).", "Image {image} is not found."],
        ..Cause::DEFAULT
    },
    Cause {
        name: "artifact-permission",
        strikes: UPLOAD,
        texts: &[
            "Service account {agent} does not have [storage.objects.get] IAM permission(s) to the directory \"{artifact}\". Please either copy the files to the Google Cloud Storage bucket owned by your project, or grant the required IAM permission(s) to the service account.",
        ],
        denied: Some(["storage.googleapis.com", "storage.objects.get", "storage.objects.get", "{artifact}"]),
        source: "https://github.com/GoogleCloudPlatform/vertex-ai-samples/issues/3710 (its end is unverified)",
        ..Cause::DEFAULT
    },
    Cause {
        name: "artifact-files",
        strikes: UPLOAD,
        texts: &[
            "Model directory {artifact} is expected to contain exactly one of: [{files}].",
            "Model directory {artifact} is expected to contain exactly one of: [model.pkl, model.joblib].",
        ],
        source: "issues and forum threads",
        ..Cause::DEFAULT
    },
    Cause {
        name: "image-permission-in-words",
        strikes: Strikes::Stage("GETTING_CONTAINER_IMAGE"),
        code: "PERMISSION_DENIED",
        texts: &[
            "Permission 'artifactregistry.repositories.downloadArtifacts' denied on resource '{repository}' (or it may not exist).",
        ],
        denied: Some(["artifactregistry.googleapis.com", PULL, DOWNLOAD, "{repository}"]),
        source: "the text of Artifact Registry; of a deployment unverified",
        ..Cause::DEFAULT
    },
];

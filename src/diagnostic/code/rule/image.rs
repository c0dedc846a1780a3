//! Rules for the container image and the model's files.

use super::Example::{All, Lines};
use super::{Rule, source};
use crate::diagnostic::code::Kind::{Adjustable, Fixed};
use crate::diagnostic::code::{Code, Level, Severity};

pub const RULES: &[Rule] = &[
    Rule {
        code: Code::ImageRegistry,
        name: "image/registry",
        kind: Fixed(Severity::Error),
        meaning: "The image is neither in Artifact Registry nor in Container Registry.",
        why: "Vertex AI reads images from Artifact Registry, and from Container Registry by their old names.",
        wrong: Lines("model: fraud-detector\nimage: docker.io/acme/fraud:3"),
        right: Lines("model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3"),
        sources: &[source::USE_CONTAINER, source::MODEL_CONTAINER_SPEC],
    },
    Rule {
        code: Code::ImageMalformed,
        name: "image/malformed",
        kind: Fixed(Severity::Error),
        meaning: "The value is not the full name of an image in Artifact Registry.",
        why: "Google finds an image by its full name only: location, project, repository and image.",
        wrong: Lines("model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/fraud:3"),
        right: Lines("model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3"),
        sources: &[source::USE_CONTAINER],
    },
    Rule {
        code: Code::ImageDigestMalformed,
        name: "image/digest-malformed",
        kind: Fixed(Severity::Error),
        meaning: "The text after the `@` of an image is not a digest.",
        why: "No image has such a digest, so the upload fails.",
        wrong: Lines("model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud@sha256:0f0f"),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        ),
        sources: &[source::CONTAINER],
    },
    Rule {
        code: Code::ImageLocation,
        name: "image/location",
        kind: Adjustable(Level::Error),
        meaning: "The image is in another location than the model.",
        why: "Vertex AI reads an image only in the region of the model, so the upload fails.",
        wrong: Lines("model: fraud-detector\nimage: europe-west4-docker.pkg.dev/acme-ml/serving/fraud:3"),
        right: Lines("model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3"),
        sources: &[source::CONTAINER],
    },
    Rule {
        code: Code::ImageMultiRegion,
        name: "image/multi-region",
        kind: Adjustable(Level::Error),
        meaning: "A custom image is in a multi-region.",
        why: "Vertex AI reads a custom image only in the region of the model. Repositories in a multi-region are not allowed.",
        wrong: Lines("model: fraud-detector\nimage: us-docker.pkg.dev/acme-ml/serving/fraud:3"),
        right: Lines("model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3"),
        sources: &[source::CONTAINER],
    },
    Rule {
        code: Code::ImageContainerRegistry,
        name: "image/container-registry",
        kind: Adjustable(Level::Warning),
        meaning: "A custom image has a name of Container Registry, such as `gcr.io/…`.",
        why: "Container Registry is shut down since 18 March 2025. Such a name works only if the project has a `gcr.io` repository in Artifact Registry.",
        wrong: Lines("model: fraud-detector\nimage: gcr.io/acme-ml/fraud:3"),
        right: Lines("model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3"),
        sources: &[source::GCR, source::MODEL_CONTAINER_SPEC],
    },
    Rule {
        code: Code::ImageUntagged,
        name: "image/untagged",
        kind: Adjustable(Level::Warning),
        meaning: "The image has neither a tag nor a digest.",
        why: "The upload depends on the day, and nobody can determine later which image it used.",
        wrong: Lines("model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud"),
        right: Lines("model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3"),
        sources: &[source::CONTAINER, "unverified: that Google uses the tag `latest`"],
    },
    Rule {
        code: Code::ImageLatest,
        name: "image/latest",
        kind: Adjustable(Level::Warning),
        meaning: "The image has the tag `latest`.",
        why: "The upload depends on the day, and nobody can determine later which image it used.",
        wrong: Lines("model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:latest"),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        ),
        sources: &[source::CONTAINER],
    },
    Rule {
        code: Code::ImagePrebuiltUnknown,
        name: "image/prebuilt-unknown",
        kind: Adjustable(Level::Warning),
        meaning: "Google is not known to have a prebuilt image with this name.",
        why: "The upload fails if the image does not exist. If Google has added it since, waive the rule.",
        wrong: Lines(
            "model: fraud-detector\nartifact-uri: gs://acme-models/fraud/3\nimage: us-docker.pkg.dev/vertex-ai/prediction/sklearn-cpu.1.5:latest",
        ),
        right: Lines(
            "model: fraud-detector\nartifact-uri: gs://acme-models/fraud/3\nimage: us-docker.pkg.dev/vertex-ai/prediction/sklearn-cpu.1-5:latest",
        ),
        sources: &[source::PREBUILT],
    },
    Rule {
        code: Code::ImagePrebuiltRegion,
        name: "image/prebuilt-region",
        kind: Adjustable(Level::Error),
        meaning: "Google has no prebuilt images in this location.",
        why: "Google keeps prebuilt images in `us`, `europe` and `asia` only.",
        wrong: Lines(
            "model: fraud-detector\nartifact-uri: gs://acme-models/fraud/3\nimage: us-central1-docker.pkg.dev/vertex-ai/prediction/sklearn-cpu.1-5:latest",
        ),
        right: Lines(
            "model: fraud-detector\nartifact-uri: gs://acme-models/fraud/3\nimage: us-docker.pkg.dev/vertex-ai/prediction/sklearn-cpu.1-5:latest",
        ),
        sources: &[source::PREBUILT],
    },
    Rule {
        code: Code::ImagePrebuiltFar,
        name: "image/prebuilt-far",
        kind: Adjustable(Level::Warning),
        meaning: "The prebuilt image is on another continent than the model.",
        why: "Each new replica downloads the image from afar, although the same image is near.",
        wrong: Lines(
            "model: fraud-detector\nartifact-uri: gs://acme-models/fraud/3\nimage: europe-docker.pkg.dev/vertex-ai/prediction/sklearn-cpu.1-5:latest",
        ),
        right: Lines(
            "model: fraud-detector\nartifact-uri: gs://acme-models/fraud/3\nimage: us-docker.pkg.dev/vertex-ai/prediction/sklearn-cpu.1-5:latest",
        ),
        sources: &[source::PREBUILT, "unverified: the cost of the longer way"],
    },
    Rule {
        code: Code::ImageArtifactMissing,
        name: "image/artifact-missing",
        kind: Adjustable(Level::Warning),
        meaning: "A prebuilt image is named, but no model files.",
        why: "A prebuilt image is a server without a model: it serves the files in `artifact-uri`.",
        wrong: Lines("model: fraud-detector\nimage: us-docker.pkg.dev/vertex-ai/prediction/sklearn-cpu.1-5:latest"),
        right: Lines(
            "model: fraud-detector\nartifact-uri: gs://acme-models/fraud/3\nimage: us-docker.pkg.dev/vertex-ai/prediction/sklearn-cpu.1-5:latest",
        ),
        sources: &[source::ARTIFACTS],
    },
    Rule {
        code: Code::ImageAcceleratorMissing,
        name: "image/accelerator-missing",
        kind: Adjustable(Level::Warning),
        meaning: "The prebuilt image is for GPUs, but no accelerator is named.",
        why: "The image is several times larger than the one for CPUs and starts more slowly, without a benefit.",
        wrong: Lines(
            "model: fraud-detector\nartifact-uri: gs://acme-models/fraud/3\nimage: us-docker.pkg.dev/vertex-ai/prediction/tf2-gpu.2-15:latest",
        ),
        right: Lines(
            "model: fraud-detector\nartifact-uri: gs://acme-models/fraud/3\nmachine-type: n1-standard-4\naccelerator: NVIDIA_TESLA_T4:1\nimage: us-docker.pkg.dev/vertex-ai/prediction/tf2-gpu.2-15:latest",
        ),
        sources: &[source::PREBUILT, "unverified: the sizes of the images"],
    },
    Rule {
        code: Code::ImageRoutesMissing,
        name: "image/routes-missing",
        kind: Adjustable(Level::Warning),
        meaning: "A custom image is uploaded without its routes.",
        why: "Without routes, Google asks the container at paths that hold the ids of endpoint and deployed model. A container that does not read them from `AIP_HEALTH_ROUTE` and `AIP_PREDICT_ROUTE` never becomes ready.",
        wrong: All(
            "project: acme-ml\nlocation: us-central1\nendpoint: fraud-detector\nmodel: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nport: \"80\"",
        ),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nport: \"80\"\npredict-route: /predict\nhealth-route: /health",
        ),
        sources: &[source::CONTAINER_SPEC, source::CONTAINER],
    },
    Rule {
        code: Code::ImageUnused,
        name: "image/unused",
        kind: Adjustable(Level::Warning),
        meaning: "The image has no effect, because a version of the model is named and nothing is uploaded.",
        why: "A version of a model keeps the image that it was uploaded with. A change of the annotation changes nothing.",
        wrong: Lines("model: fraud-detector@3\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3"),
        right: Lines("model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3"),
        sources: &[source::CONTAINER_SPEC, source::OURS],
    },
    Rule {
        code: Code::ArtifactUriNotCloudStorage,
        name: "artifact-uri/not-cloud-storage",
        kind: Fixed(Severity::Error),
        meaning: "The model files are not in Cloud Storage.",
        why: "Vertex AI copies the model files from Cloud Storage only.",
        wrong: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nartifact-uri: https://storage.googleapis.com/acme-models/fraud/3",
        ),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nartifact-uri: gs://acme-models/fraud/3",
        ),
        sources: &[source::MODEL, "unverified: the forms of URLs of Cloud Storage"],
    },
    Rule {
        code: Code::ArtifactUriMalformed,
        name: "artifact-uri/malformed",
        kind: Fixed(Severity::Error),
        meaning: "The value is not the name of a directory in Cloud Storage.",
        why: "Google rejects a name in any other form.",
        wrong: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nartifact-uri: gs://acme-models/fraud detector/3",
        ),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nartifact-uri: gs://acme-models/fraud/3",
        ),
        sources: &[source::MODEL],
    },
    Rule {
        code: Code::ArtifactUriBucket,
        name: "artifact-uri/bucket",
        kind: Fixed(Severity::Error),
        meaning: "No bucket can have this name.",
        why: "The bucket does not exist, so the upload fails.",
        wrong: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nartifact-uri: gs://Acme_Models/fraud/3",
        ),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nartifact-uri: gs://acme-models/fraud/3",
        ),
        sources: &[source::BUCKETS],
    },
    Rule {
        code: Code::ArtifactUriFile,
        name: "artifact-uri/file",
        kind: Adjustable(Level::Warning),
        meaning: "The value looks like a file, not a directory.",
        why: "Vertex AI copies a directory and finds nothing below a file.",
        wrong: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nartifact-uri: gs://acme-models/fraud/3/model.pkl",
        ),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nartifact-uri: gs://acme-models/fraud/3",
        ),
        sources: &[source::MODEL, "unverified: the effect of a file"],
    },
    Rule {
        code: Code::ArtifactUriImageMissing,
        name: "artifact-uri/image-missing",
        kind: Adjustable(Level::Warning),
        meaning: "Model files are named, but no image that serves them.",
        why: "Without an image nothing is uploaded, and the deployment uses the model in the registry.",
        wrong: Lines("model: fraud-detector\nartifact-uri: gs://acme-models/fraud/3"),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nartifact-uri: gs://acme-models/fraud/3",
        ),
        sources: &[source::CONTAINER_SPEC, source::OURS],
    },
    Rule {
        code: Code::ArtifactUriUnused,
        name: "artifact-uri/unused",
        kind: Adjustable(Level::Warning),
        meaning: "The model files have no effect, because a version of the model is named and nothing is uploaded.",
        why: "A version of a model keeps the files that it was uploaded with. A change of the annotation changes nothing.",
        wrong: Lines("model: fraud-detector@3\nartifact-uri: gs://acme-models/fraud/3"),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nartifact-uri: gs://acme-models/fraud/3",
        ),
        sources: &[source::MODEL, source::OURS],
    },
];

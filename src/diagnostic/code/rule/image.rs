//! Rules for the container image and the model's files.

use super::Example::Lines;
use super::Rule;
use crate::diagnostic::code::Kind::{Adjustable, Fixed};
use crate::diagnostic::code::{Code, Level, Severity};

const IMAGES: &str = "Google, Custom container requirements (shared/facts/google-cloud.md §5.6)";
const NAMES: &str = "Google's API description `aiplatform.v1` (shared/facts/google-cloud.md §5.4)";
const PREBUILT: &str = "the list of prebuilt images in Google's Python SDK 2.7.0 (shared/facts/google-cloud.md §5.6)";
const UPLOAD: &str = "`Model` of `aiplatform.v1` (shared/facts/google-cloud.md §2.5), and ours: the plan uploads a model only where no version is named";

pub const RULES: &[Rule] = &[
    Rule {
        code: Code::ImageRegistry,
        name: "image/registry",
        kind: Fixed(Severity::Error),
        meaning: "The image is not in Artifact Registry.",
        why: "Vertex AI takes images from Artifact Registry only.",
        wrong: Lines("model: fraud-detector\nimage: gcr.io/acme-ml/fraud:3"),
        right: Lines("model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3"),
        source: IMAGES,
    },
    Rule {
        code: Code::ImageMalformed,
        name: "image/malformed",
        kind: Fixed(Severity::Error),
        meaning: "The image is not named as images of Artifact Registry are.",
        why: "Google finds an image by its full name only.",
        wrong: Lines("model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/fraud:3"),
        right: Lines("model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3"),
        source: IMAGES,
    },
    Rule {
        code: Code::ImageDigestMalformed,
        name: "image/digest-malformed",
        kind: Fixed(Severity::Error),
        meaning: "What stands behind the `@` of an image is no digest.",
        why: "No image has such a digest; the upload fails.",
        wrong: Lines("model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud@sha256:0f0f"),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        ),
        source: IMAGES,
    },
    Rule {
        code: Code::ImageLocation,
        name: "image/location",
        kind: Adjustable(Level::Error),
        meaning: "An image lies in another location than the model.",
        why: "Vertex AI reads an image from the model's own region only; the upload fails.",
        wrong: Lines("model: fraud-detector\nimage: europe-west4-docker.pkg.dev/acme-ml/serving/fraud:3"),
        right: Lines("model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3"),
        source: IMAGES,
    },
    Rule {
        code: Code::ImageMultiRegion,
        name: "image/multi-region",
        kind: Adjustable(Level::Error),
        meaning: "An image of one's own lies in a multi-region.",
        why: "Vertex AI reads an image of yours from a repository in the model's own region; multi-regional ones are not allowed.",
        wrong: Lines("model: fraud-detector\nimage: us-docker.pkg.dev/acme-ml/serving/fraud:3"),
        right: Lines("model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3"),
        source: IMAGES,
    },
    Rule {
        code: Code::ImageUntagged,
        name: "image/untagged",
        kind: Adjustable(Level::Warning),
        meaning: "The image has neither a tag nor a digest.",
        why: "What is uploaded depends on the day, and nobody can tell later which image it was.",
        wrong: Lines("model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud"),
        right: Lines("model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3"),
        source: "Google, Custom container requirements (shared/facts/google-cloud.md §5.6); what is taken without a tag is unverified",
    },
    Rule {
        code: Code::ImageLatest,
        name: "image/latest",
        kind: Adjustable(Level::Warning),
        meaning: "The image is whichever was pushed last.",
        why: "What is uploaded depends on the day, and nobody can tell later which image it was.",
        wrong: Lines("model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:latest"),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        ),
        source: IMAGES,
    },
    Rule {
        code: Code::ImagePrebuiltUnknown,
        name: "image/prebuilt-unknown",
        kind: Adjustable(Level::Warning),
        meaning: "The prebuilt image is not one that Google is known to have.",
        why: "The upload fails where there is no such image; where Google has added it since, waive the rule.",
        wrong: Lines(
            "model: fraud-detector\nartifact-uri: gs://acme-models/fraud/3\nimage: us-docker.pkg.dev/vertex-ai/prediction/sklearn-cpu.1.5:latest",
        ),
        right: Lines(
            "model: fraud-detector\nartifact-uri: gs://acme-models/fraud/3\nimage: us-docker.pkg.dev/vertex-ai/prediction/sklearn-cpu.1-5:latest",
        ),
        source: PREBUILT,
    },
    Rule {
        code: Code::ImagePrebuiltRegion,
        name: "image/prebuilt-region",
        kind: Adjustable(Level::Error),
        meaning: "There are no prebuilt images in this location.",
        why: "Google keeps prebuilt images in `us`, `europe` and `asia`, and nowhere else.",
        wrong: Lines(
            "model: fraud-detector\nartifact-uri: gs://acme-models/fraud/3\nimage: us-central1-docker.pkg.dev/vertex-ai/prediction/sklearn-cpu.1-5:latest",
        ),
        right: Lines(
            "model: fraud-detector\nartifact-uri: gs://acme-models/fraud/3\nimage: us-docker.pkg.dev/vertex-ai/prediction/sklearn-cpu.1-5:latest",
        ),
        source: PREBUILT,
    },
    Rule {
        code: Code::ImagePrebuiltFar,
        name: "image/prebuilt-far",
        kind: Adjustable(Level::Warning),
        meaning: "The prebuilt image is that of another continent than the model's.",
        why: "Each new replica gets the image from afar, although the same one is near.",
        wrong: Lines(
            "model: fraud-detector\nartifact-uri: gs://acme-models/fraud/3\nimage: europe-docker.pkg.dev/vertex-ai/prediction/sklearn-cpu.1-5:latest",
        ),
        right: Lines(
            "model: fraud-detector\nartifact-uri: gs://acme-models/fraud/3\nimage: us-docker.pkg.dev/vertex-ai/prediction/sklearn-cpu.1-5:latest",
        ),
        source: "the list of prebuilt images in Google's Python SDK 2.7.0 (shared/facts/google-cloud.md §5.6); what it costs is unverified",
    },
    Rule {
        code: Code::ImageArtifactMissing,
        name: "image/artifact-missing",
        kind: Adjustable(Level::Warning),
        meaning: "A prebuilt image is named, but no files for it to serve.",
        why: "A prebuilt image is a server without a model: it serves the files it is given.",
        wrong: Lines("model: fraud-detector\nimage: us-docker.pkg.dev/vertex-ai/prediction/sklearn-cpu.1-5:latest"),
        right: Lines(
            "model: fraud-detector\nartifact-uri: gs://acme-models/fraud/3\nimage: us-docker.pkg.dev/vertex-ai/prediction/sklearn-cpu.1-5:latest",
        ),
        source: IMAGES,
    },
    Rule {
        code: Code::ImageAcceleratorMissing,
        name: "image/accelerator-missing",
        kind: Adjustable(Level::Warning),
        meaning: "The prebuilt image is the one for GPUs, but no accelerator is named.",
        why: "The image is several times as large for nothing, and slower to start.",
        wrong: Lines(
            "model: fraud-detector\nartifact-uri: gs://acme-models/fraud/3\nimage: us-docker.pkg.dev/vertex-ai/prediction/tf2-gpu.2-15:latest",
        ),
        right: Lines(
            "model: fraud-detector\nartifact-uri: gs://acme-models/fraud/3\nmachine-type: n1-standard-4\naccelerator: NVIDIA_TESLA_T4:1\nimage: us-docker.pkg.dev/vertex-ai/prediction/tf2-gpu.2-15:latest",
        ),
        source: "shared/facts/google-cloud.md §5.6; the sizes are unverified",
    },
    Rule {
        code: Code::ImageUnused,
        name: "image/unused",
        kind: Adjustable(Level::Warning),
        meaning: "An image is named, but so is a version of the model, so that nothing is uploaded.",
        why: "A version of a model carries the image that it was uploaded with; who changes the image here changes nothing.",
        wrong: Lines("model: fraud-detector@3\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3"),
        right: Lines("model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3"),
        source: UPLOAD,
    },
    Rule {
        code: Code::ArtifactUriNotCloudStorage,
        name: "artifact-uri/not-cloud-storage",
        kind: Fixed(Severity::Error),
        meaning: "What is given is not in Cloud Storage.",
        why: "The model's files are copied from Cloud Storage when the model is uploaded, and from nowhere else.",
        wrong: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nartifact-uri: https://storage.googleapis.com/acme-models/fraud/3",
        ),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nartifact-uri: gs://acme-models/fraud/3",
        ),
        source: "`Model.artifactUri` of `aiplatform.v1` (shared/facts/google-cloud.md §5.4); the forms of URLs are unverified",
    },
    Rule {
        code: Code::ArtifactUriMalformed,
        name: "artifact-uri/malformed",
        kind: Fixed(Severity::Error),
        meaning: "What is given is not the name of a directory in Cloud Storage.",
        why: "Google refuses what is no name of a directory.",
        wrong: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nartifact-uri: gs://acme-models/fraud detector/3",
        ),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nartifact-uri: gs://acme-models/fraud/3",
        ),
        source: NAMES,
    },
    Rule {
        code: Code::ArtifactUriBucket,
        name: "artifact-uri/bucket",
        kind: Fixed(Severity::Error),
        meaning: "The bucket has a name that no bucket can have.",
        why: "There is no such bucket; the upload fails.",
        wrong: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nartifact-uri: gs://Acme_Models/fraud/3",
        ),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nartifact-uri: gs://acme-models/fraud/3",
        ),
        source: "shared/facts/google-cloud.md §5.4; the rules for buckets are unverified",
    },
    Rule {
        code: Code::ArtifactUriFile,
        name: "artifact-uri/file",
        kind: Adjustable(Level::Warning),
        meaning: "What is given looks like a file, not like a directory.",
        why: "Vertex AI copies a directory; given a file it finds nothing.",
        wrong: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nartifact-uri: gs://acme-models/fraud/3/model.pkl",
        ),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nartifact-uri: gs://acme-models/fraud/3",
        ),
        source: "`Model.artifactUri` of `aiplatform.v1` (shared/facts/google-cloud.md §2.5); what it does with a file is unverified",
    },
    Rule {
        code: Code::ArtifactUriImageMissing,
        name: "artifact-uri/image-missing",
        kind: Adjustable(Level::Warning),
        meaning: "Files are named, but no image to serve them with.",
        why: "Files alone are no model: without an image there is no upload, and the deployment takes what is in the registry.",
        wrong: Lines("model: fraud-detector\nartifact-uri: gs://acme-models/fraud/3"),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nartifact-uri: gs://acme-models/fraud/3",
        ),
        source: UPLOAD,
    },
    Rule {
        code: Code::ArtifactUriUnused,
        name: "artifact-uri/unused",
        kind: Adjustable(Level::Warning),
        meaning: "Files are named, but so is a version of the model, so that nothing is uploaded.",
        why: "A version of a model carries the files that it was uploaded with; who changes them here changes nothing.",
        wrong: Lines("model: fraud-detector@3\nartifact-uri: gs://acme-models/fraud/3"),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nartifact-uri: gs://acme-models/fraud/3",
        ),
        source: UPLOAD,
    },
];

//! Container image, the model's files.

use super::Example::Lines;
use super::Rule;
use crate::diagnostic::Code;

const IMAGES: &str = "Google, Custom container requirements (shared/facts/google-cloud.md §5.6)";
const NAMES: &str = "Google's API description `aiplatform.v1` (shared/facts/google-cloud.md §5.4)";

pub const RULES: &[Rule] = &[
    Rule {
        code: Code::ImageMalformed,
        why: "Vertex AI takes images from Artifact Registry, named in full.",
        wrong: Lines("model: fraud-detector\nimage: fraud"),
        right: Lines("model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3"),
        source: IMAGES,
    },
    Rule {
        code: Code::ImageLocation,
        why: "Vertex AI reads an image from the model's own region only; the upload fails.",
        wrong: Lines("model: fraud-detector\nimage: europe-west4-docker.pkg.dev/acme-ml/serving/fraud:3"),
        right: Lines("model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3"),
        source: IMAGES,
    },
    Rule {
        code: Code::ArtifactUriMalformed,
        why: "The model's files are copied from a directory in Cloud Storage when the model is uploaded.",
        wrong: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nartifact-uri: acme-models/fraud",
        ),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nartifact-uri: gs://acme-models/fraud/3",
        ),
        source: NAMES,
    },
];

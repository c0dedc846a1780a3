//! Container image, the model's files, service account, key.

use super::Example::Lines;
use super::Rule;
use crate::diagnostic::Code;

const IMAGES: &str = "Google, Custom container requirements (shared/facts/google-cloud.md §5.6)";
const NAMES: &str = "Google's API descriptions `aiplatform.v1` and `iam.v1` (shared/facts/google-cloud.md §5.4)";

pub const RULES: &[Rule] = &[
    Rule {
        code: Code::ServiceAccountMalformed,
        why: "The model server can run as a service account only.",
        wrong: Lines("service-account: fraud-serving"),
        right: Lines("service-account: fraud-serving@acme-ml.iam.gserviceaccount.com"),
        source: NAMES,
    },
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
    Rule {
        code: Code::KmsKeyMalformed,
        why: "Google refuses what is no name of a key.",
        wrong: Lines("kms-key: serving"),
        right: Lines("kms-key: projects/acme-ml/locations/us-central1/keyRings/ml/cryptoKeys/serving"),
        source: NAMES,
    },
    Rule {
        code: Code::KmsKeyLocation,
        why: "A key encrypts only what lies in its own region.",
        wrong: Lines("kms-key: projects/acme-ml/locations/us-east1/keyRings/ml/cryptoKeys/serving"),
        right: Lines("kms-key: projects/acme-ml/locations/us-central1/keyRings/ml/cryptoKeys/serving"),
        source: NAMES,
    },
];

//! Service account, key.

use super::Example::Lines;
use super::Rule;
use crate::diagnostic::Code;

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

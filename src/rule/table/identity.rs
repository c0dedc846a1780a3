//! The service account that the model server runs as, and the key that encrypts what is stored.

use super::Example::Lines;
use super::Rule;
use crate::diagnostic::Code;

const NAMES: &str = "Google's API descriptions `aiplatform.v1` and `iam.v1` (shared/facts/google-cloud.md §5.4)";
const ACCOUNTS: &str = "Google, Use a custom service account (shared/facts/google-cloud.md §4.6)";

pub const RULES: &[Rule] = &[
    Rule {
        code: Code::ServiceAccountMalformed,
        why: "The model server can run as a service account only.",
        wrong: Lines("service-account: fraud-serving"),
        right: Lines("service-account: fraud-serving@acme-ml.iam.gserviceaccount.com"),
        source: NAMES,
    },
    Rule {
        code: Code::ServiceAccountUser,
        why: "Programs run as service accounts; a person's address cannot be put in their place.",
        wrong: Lines("service-account: ada@acme.example"),
        right: Lines("service-account: fraud-serving@acme-ml.iam.gserviceaccount.com"),
        source: NAMES,
    },
    Rule {
        code: Code::ServiceAccountDefault,
        why: "Everything in the project shares the default account: whatever one model is allowed, all virtual machines are, and the other way round.",
        wrong: Lines("service-account: 123456789012-compute@developer.gserviceaccount.com"),
        right: Lines("service-account: fraud-serving@acme-ml.iam.gserviceaccount.com"),
        source: "the form of the address is unverified (shared/facts/google-cloud.md §5.4)",
    },
    Rule {
        code: Code::ServiceAccountGoogleManaged,
        why: "Vertex AI acts as its service agents itself, which hold far more rights than a model needs; the deployment is refused.",
        wrong: Lines("service-account: service-123456789012@gcp-sa-aiplatform.iam.gserviceaccount.com"),
        right: Lines("service-account: fraud-serving@acme-ml.iam.gserviceaccount.com"),
        source: "the agents' addresses: Google, Use a custom service account (shared/facts/google-cloud.md §4.6); that Google refuses them is unverified",
    },
    Rule {
        code: Code::ServiceAccountProject,
        why: "Vertex AI's service agent must be allowed to make tokens for the account, and an organisation may forbid use across projects altogether.",
        wrong: Lines("service-account: fraud-serving@acme-web.iam.gserviceaccount.com"),
        right: Lines("service-account: fraud-serving@acme-ml.iam.gserviceaccount.com"),
        source: ACCOUNTS,
    },
    Rule {
        code: Code::KmsKeyMalformed,
        why: "Google refuses what is no name of a key.",
        wrong: Lines("kms-key: serving"),
        right: Lines("kms-key: projects/acme-ml/locations/us-central1/keyRings/ml/cryptoKeys/serving"),
        source: NAMES,
    },
    Rule {
        code: Code::KmsKeyVersion,
        why: "A resource is encrypted with a key; Cloud KMS keeps the key's versions and moves on from one to the next.",
        wrong: Lines(
            "kms-key: projects/acme-ml/locations/us-central1/keyRings/ml/cryptoKeys/serving/cryptoKeyVersions/1",
        ),
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

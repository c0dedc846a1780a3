//! Rules for the service account of the model server, and the encryption key.

use super::Example::Lines;
use super::Rule;
use crate::diagnostic::code::Kind::{Adjustable, Fixed};
use crate::diagnostic::code::{Code, Level, Severity};

const ACCOUNTS: &str = "Google, Use a custom service account (shared/facts/google-cloud.md §4.6)";
const NAMES: &str = "Google's API descriptions `aiplatform.v1` and `iam.v1` (shared/facts/google-cloud.md §5.4)";

pub const RULES: &[Rule] = &[
    Rule {
        code: Code::ServiceAccountMalformed,
        name: "service-account/malformed",
        kind: Fixed(Severity::Error),
        meaning: "The service account is not one's e-mail address.",
        why: "The model server can run as a service account only.",
        wrong: Lines("service-account: fraud-serving"),
        right: Lines("service-account: fraud-serving@acme-ml.iam.gserviceaccount.com"),
        source: NAMES,
    },
    Rule {
        code: Code::ServiceAccountUser,
        name: "service-account/user",
        kind: Fixed(Severity::Error),
        meaning: "What is given is an e-mail address, but not that of a service account.",
        why: "Programs run as service accounts; a person's address cannot be put in their place.",
        wrong: Lines("service-account: ada@acme.example"),
        right: Lines("service-account: fraud-serving@acme-ml.iam.gserviceaccount.com"),
        source: NAMES,
    },
    Rule {
        code: Code::ServiceAccountDefault,
        name: "service-account/default",
        kind: Adjustable(Level::Warning),
        meaning: "The service account is Compute Engine's default one, which everything in the project shares.",
        why: "Everything in the project shares the default account: whatever one model is allowed, all virtual machines are, and the other way round.",
        wrong: Lines("service-account: 123456789012-compute@developer.gserviceaccount.com"),
        right: Lines("service-account: fraud-serving@acme-ml.iam.gserviceaccount.com"),
        source: "the form of the address is unverified (shared/facts/google-cloud.md §5.4)",
    },
    Rule {
        code: Code::ServiceAccountGoogleManaged,
        name: "service-account/google-managed",
        kind: Adjustable(Level::Error),
        meaning: "The service account is a service agent, which Google uses itself.",
        why: "Vertex AI acts as its service agents itself, which hold far more rights than a model needs; the deployment is refused.",
        wrong: Lines("service-account: service-123456789012@gcp-sa-aiplatform.iam.gserviceaccount.com"),
        right: Lines("service-account: fraud-serving@acme-ml.iam.gserviceaccount.com"),
        source: "the agents' addresses: Google, Use a custom service account (shared/facts/google-cloud.md §4.6); that Google refuses them is unverified",
    },
    Rule {
        code: Code::ServiceAccountProject,
        name: "service-account/project",
        kind: Adjustable(Level::Warning),
        meaning: "The service account is of another project than the endpoint.",
        why: "Vertex AI's service agent must be allowed to make tokens for the account, and an organisation may forbid use across projects altogether.",
        wrong: Lines("service-account: fraud-serving@acme-web.iam.gserviceaccount.com"),
        right: Lines("service-account: fraud-serving@acme-ml.iam.gserviceaccount.com"),
        source: ACCOUNTS,
    },
    Rule {
        code: Code::KmsKeyMalformed,
        name: "kms-key/malformed",
        kind: Fixed(Severity::Error),
        meaning: "The key is not a Cloud KMS key.",
        why: "Google refuses what is no name of a key.",
        wrong: Lines("kms-key: serving"),
        right: Lines("kms-key: projects/acme-ml/locations/us-central1/keyRings/ml/cryptoKeys/serving"),
        source: NAMES,
    },
    Rule {
        code: Code::KmsKeyLocation,
        name: "kms-key/location",
        kind: Adjustable(Level::Error),
        meaning: "The key is in another location than the endpoint.",
        why: "A key encrypts only what lies in its own region.",
        wrong: Lines("kms-key: projects/acme-ml/locations/us-east1/keyRings/ml/cryptoKeys/serving"),
        right: Lines("kms-key: projects/acme-ml/locations/us-central1/keyRings/ml/cryptoKeys/serving"),
        source: NAMES,
    },
    Rule {
        code: Code::KmsKeyVersion,
        name: "kms-key/version",
        kind: Fixed(Severity::Error),
        meaning: "What is given is a version of a key, not the key.",
        why: "A resource is encrypted with a key; Cloud KMS keeps the key's versions and moves on from one to the next.",
        wrong: Lines(
            "kms-key: projects/acme-ml/locations/us-central1/keyRings/ml/cryptoKeys/serving/cryptoKeyVersions/1",
        ),
        right: Lines("kms-key: projects/acme-ml/locations/us-central1/keyRings/ml/cryptoKeys/serving"),
        source: NAMES,
    },
];

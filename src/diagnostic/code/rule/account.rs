//! Rules for the service account of the model server, and the encryption key.

use super::Example::Lines;
use super::{Rule, source};
use crate::diagnostic::code::Kind::{Adjustable, Fixed};
use crate::diagnostic::code::{Code, Level, Severity};

pub const RULES: &[Rule] = &[
    Rule {
        code: Code::ServiceAccountMalformed,
        name: "service-account/malformed",
        kind: Fixed(Severity::Error),
        meaning: "The value is not the e-mail address of a service account.",
        why: "The model server can run only as a service account.",
        wrong: Lines("service-account: fraud-serving"),
        right: Lines("service-account: fraud-serving@acme-ml.iam.gserviceaccount.com"),
        sources: &[source::DEPLOYED_MODEL, source::ACCOUNT_ID],
    },
    Rule {
        code: Code::ServiceAccountUser,
        name: "service-account/user",
        kind: Fixed(Severity::Error),
        meaning: "The value is an e-mail address, but not of a service account.",
        why: "Programs run as service accounts, never as a person or group.",
        wrong: Lines("service-account: ada@acme.example"),
        right: Lines("service-account: fraud-serving@acme-ml.iam.gserviceaccount.com"),
        sources: &[source::DEPLOYED_MODEL, source::ACCOUNT_ID],
    },
    Rule {
        code: Code::ServiceAccountDefault,
        name: "service-account/default",
        kind: Adjustable(Level::Warning),
        meaning: "The service account is Compute Engine's default account, which the whole project shares.",
        why: "The virtual machines of the project use the same account. Each permission for the model is one for all of them.",
        wrong: Lines("service-account: 123456789012-compute@developer.gserviceaccount.com"),
        right: Lines("service-account: fraud-serving@acme-ml.iam.gserviceaccount.com"),
        sources: &[source::DEFAULT_ACCOUNT, "unverified: the form of the address"],
    },
    Rule {
        code: Code::ServiceAccountGoogleManaged,
        name: "service-account/google-managed",
        kind: Adjustable(Level::Error),
        meaning: "The service account is a service agent, which only Google uses.",
        why: "Service agents have far more permissions than a model needs, and Google does not let models run as them.",
        wrong: Lines("service-account: service-123456789012@gcp-sa-aiplatform.iam.gserviceaccount.com"),
        right: Lines("service-account: fraud-serving@acme-ml.iam.gserviceaccount.com"),
        sources: &[source::SERVICE_ACCOUNT, "unverified: that Google denies the deployment"],
    },
    Rule {
        code: Code::ServiceAccountProject,
        name: "service-account/project",
        kind: Adjustable(Level::Warning),
        meaning: "The service account is in another project than the endpoint.",
        why: "Vertex AI's service agent needs permission to create tokens for the account. An organization policy can forbid use across projects.",
        wrong: Lines("service-account: fraud-serving@acme-web.iam.gserviceaccount.com"),
        right: Lines("service-account: fraud-serving@acme-ml.iam.gserviceaccount.com"),
        sources: &[source::SERVICE_ACCOUNT],
    },
    Rule {
        code: Code::KmsKeyMalformed,
        name: "kms-key/malformed",
        kind: Fixed(Severity::Error),
        meaning: "The value is not the name of a Cloud KMS key.",
        why: "Google rejects a name in any other form.",
        wrong: Lines("kms-key: serving"),
        right: Lines("kms-key: projects/acme-ml/locations/us-central1/keyRings/ml/cryptoKeys/serving"),
        sources: &[source::ENCRYPTION],
    },
    Rule {
        code: Code::KmsKeyLocation,
        name: "kms-key/location",
        kind: Adjustable(Level::Error),
        meaning: "The key is in another location than the endpoint.",
        why: "A key encrypts only resources in its own region.",
        wrong: Lines("kms-key: projects/acme-ml/locations/us-east1/keyRings/ml/cryptoKeys/serving"),
        right: Lines("kms-key: projects/acme-ml/locations/us-central1/keyRings/ml/cryptoKeys/serving"),
        sources: &[source::ENCRYPTION],
    },
    Rule {
        code: Code::KmsKeyVersion,
        name: "kms-key/version",
        kind: Fixed(Severity::Error),
        meaning: "The value is a version of a key, not the key.",
        why: "A resource is encrypted with a key. Cloud KMS chooses and rotates the version.",
        wrong: Lines(
            "kms-key: projects/acme-ml/locations/us-central1/keyRings/ml/cryptoKeys/serving/cryptoKeyVersions/1",
        ),
        right: Lines("kms-key: projects/acme-ml/locations/us-central1/keyRings/ml/cryptoKeys/serving"),
        sources: &[source::ENCRYPTION],
    },
];

//! Rules for the settings: annotations that set one field of a request.

use super::Example::Lines;
use super::{Rule, source};
use crate::diagnostic::code::Kind::{Adjustable, Fixed};
use crate::diagnostic::code::{Code, Level, Severity};

pub const RULES: &[Rule] = &[
    Rule {
        code: Code::SettingMalformed,
        name: "setting/malformed",
        kind: Fixed(Severity::Error),
        meaning: "The value of a setting has the wrong form.",
        why: "Google rejects the request, after the model has been uploaded.",
        wrong: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nshared-memory: 16Gi",
        ),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nshared-memory: \"16384\"",
        ),
        sources: &[source::CONTAINER_SPEC, source::DEDICATED, source::DEPLOYED_MODEL, source::ENDPOINT],
    },
    Rule {
        code: Code::SettingConflict,
        name: "setting/conflict",
        kind: Adjustable(Level::Error),
        meaning: "Two settings exclude each other.",
        why: "Only one of them can apply, and only the author knows which.",
        wrong: Lines("machine-type: n1-standard-4\nspot: \"true\"\nreservation: any"),
        right: Lines("machine-type: n1-standard-4\nspot: \"true\""),
        sources: &[source::DEDICATED, source::COMPUTE, source::OURS],
    },
    Rule {
        code: Code::SettingIncomplete,
        name: "setting/incomplete",
        kind: Adjustable(Level::Error),
        meaning: "A setting needs another one to have an effect.",
        why: "Google ignores the setting or rejects the request.",
        wrong: Lines("machine-type: n1-standard-4\ninference-timeout: 600s"),
        right: Lines("machine-type: n1-standard-4\nendpoint-type: dedicated\ninference-timeout: 600s"),
        sources: &[source::ENDPOINT, source::OURS],
    },
    Rule {
        code: Code::SettingSecret,
        name: "setting/secret",
        kind: Adjustable(Level::Error),
        meaning: "An argument of the container looks like a secret.",
        why: "Every reader of the catalog, the repository or the model can read the arguments. They cannot be changed after the upload.",
        wrong: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nargs: --api-key=f3Kd8sLq02Xz91mWpQ",
        ),
        right: Lines(
            "model: fraud-detector\nimage: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3\nargs: --api-key-secret=projects/acme-ml/secrets/api/versions/3",
        ),
        sources: &[source::OURS],
    },
    Rule {
        code: Code::SettingPreview,
        name: "setting/preview",
        kind: Adjustable(Level::Error),
        meaning: "A setting uses a preview feature of Google.",
        why: "Preview features have no service level, and Google can change them. A portal that accepts this sets the rule to `off`.",
        wrong: Lines("machine-type: n1-standard-4\nscale-to-zero: idle=3600s"),
        right: Lines("machine-type: n1-standard-4"),
        sources: &[
            "Google, discovery document `aiplatform.v1beta1` of 2026-11-06, in [google-api-python-client 2.202.0](https://github.com/googleapis/google-api-python-client), schema `DedicatedResources`; read 2026-11-27",
        ],
    },
];

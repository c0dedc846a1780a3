//! Annotations in general, project, location, endpoint and model.

use super::Example::{All, Lines};
use super::Rule;
use crate::diagnostic::Code;

const NAMES: &str = "Google's API description `aiplatform.v1` (shared/facts/google-cloud.md §5.4)";
const REGIONS: &str = "`SUPPORTED_REGIONS` of Google's Python SDK 2.7.0 (shared/facts/google-cloud.md §5.1)";
const BACKSTAGE: &str = "Backstage, Descriptor Format of Catalog Entities";
const OURS: &str = "ours: docs/annotations.md";

pub const RULES: &[Rule] = &[
    Rule {
        code: Code::AnnotationMissing,
        why: "Without a model there is nothing to serve, without an endpoint nowhere to serve it; an id is only half a name.",
        wrong: All("project: acme-ml\nlocation: us-central1\nendpoint: fraud-detector"),
        right: All(
            "endpoint: projects/acme-ml/locations/us-central1/endpoints/fraud-detector\nmodel: projects/acme-ml/locations/us-central1/models/fraud-detector@3",
        ),
        source: OURS,
    },
    Rule {
        code: Code::AnnotationNotText,
        why: "Backstage refuses an entity whose annotations are not texts, and keeps showing the one before.",
        wrong: Lines("replicas: 2"),
        right: Lines("replicas: \"2\""),
        source: BACKSTAGE,
    },
    Rule {
        code: Code::AnnotationEmpty,
        why: "An empty value says that something was meant, but not what.",
        wrong: Lines("service-account: \"\""),
        right: Lines("service-account: fraud-serving@acme-ml.iam.gserviceaccount.com"),
        source: OURS,
    },
    Rule {
        code: Code::AnnotationWhitespace,
        why: "White space around a value is invisible in a review, and part of the name for every other tool that reads it.",
        wrong: Lines("endpoint: \"fraud-detector \""),
        right: Lines("endpoint: fraud-detector"),
        source: OURS,
    },
    Rule {
        code: Code::AnnotationUnknown,
        why: "A misspelt key is silently ignored: the deployment takes Google's default instead of what was written.",
        wrong: Lines("machine-typ: n1-standard-4"),
        right: Lines("machine-type: n1-standard-4"),
        source: OURS,
    },
    Rule {
        code: Code::AnnotationPrefix,
        why: "Keys are compared letter by letter: below another domain, or in capitals, nobody reads them.",
        wrong: Lines("cloud.google.com/vertex-ai-replicas: \"2\""),
        right: Lines("replicas: \"2\""),
        source: OURS,
    },
    Rule {
        code: Code::ProjectMalformed,
        why: "Google answers with 403 for a project that cannot exist, as for one that is not yours.",
        wrong: Lines("project: ml"),
        right: Lines("project: acme-ml"),
        source: NAMES,
    },
    Rule {
        code: Code::ProjectDisplayName,
        why: "The name in the console's heading is for people; calls with it end in 403 `CONSUMER_INVALID`.",
        wrong: Lines("project: Acme ML"),
        right: Lines("project: acme-ml"),
        source: "training-data-analyst #1811 (shared/facts/google-cloud.md §7, no. 9)",
    },
    Rule {
        code: Code::ProjectNumber,
        why: "The portal's allow-list, policies and people know a project by its id; with the number they do not recognise it.",
        wrong: Lines("project: \"123456789012\""),
        right: Lines("project: acme-ml"),
        source: NAMES,
    },
    Rule {
        code: Code::ProjectContradiction,
        why: "One of the two is a slip, and the deployment would follow the one nobody looked at.",
        wrong: Lines("model: projects/other-ml/locations/us-central1/models/fraud-detector@3"),
        right: Lines("model: projects/acme-ml/locations/us-central1/models/fraud-detector@3"),
        source: OURS,
    },
    Rule {
        code: Code::LocationMalformed,
        why: "The location is part of the host that is called.",
        wrong: Lines("location: US Central"),
        right: Lines("location: us-central1"),
        source: NAMES,
    },
    Rule {
        code: Code::LocationUnknown,
        why: "No endpoint can be made where Vertex AI does not serve.",
        wrong: Lines("location: us-centrall1"),
        right: Lines("location: us-central1"),
        source: REGIONS,
    },
    Rule {
        code: Code::LocationZone,
        why: "Vertex AI places replicas in zones by itself; its API knows regions only.",
        wrong: Lines("location: us-central1-a"),
        right: Lines("location: us-central1"),
        source: REGIONS,
    },
    Rule {
        code: Code::LocationGlobal,
        why: "The global location serves Google's own models, not endpoints with models of yours.",
        wrong: Lines("location: global"),
        right: Lines("location: us-central1"),
        source: "shared/facts/google-cloud.md §2.9, unverified",
    },
    Rule {
        code: Code::LocationContradiction,
        why: "One of the two is a slip, and the deployment would follow the one nobody looked at.",
        wrong: Lines(
            "model: projects/acme-ml/locations/us-east1/models/fraud-detector@3\nendpoint: projects/acme-ml/locations/us-east1/endpoints/fraud-detector",
        ),
        right: Lines("model: projects/acme-ml/locations/us-central1/models/fraud-detector@3"),
        source: OURS,
    },
    Rule {
        code: Code::EndpointMalformed,
        why: "Google refuses the id when the endpoint is created, after the model was uploaded.",
        wrong: Lines("endpoint: Fraud_Detector"),
        right: Lines("endpoint: fraud-detector"),
        source: NAMES,
    },
    Rule {
        code: Code::EndpointUrl,
        why: "Hosts differ by region and may change; the resource name is what stays.",
        wrong: Lines(
            "endpoint: https://us-central1-aiplatform.googleapis.com/v1/projects/acme-ml/locations/us-central1/endpoints/fraud-detector",
        ),
        right: Lines("endpoint: projects/acme-ml/locations/us-central1/endpoints/fraud-detector"),
        source: NAMES,
    },
    Rule {
        code: Code::EndpointIsModel,
        why: "The two annotations were mixed up.",
        wrong: Lines("endpoint: projects/acme-ml/locations/us-central1/models/fraud-detector"),
        right: Lines("endpoint: projects/acme-ml/locations/us-central1/endpoints/fraud-detector"),
        source: NAMES,
    },
    Rule {
        code: Code::EndpointLocationMismatch,
        why: "Prebuilt and custom containers are read in the model's own region; an endpoint elsewhere cannot start them.",
        wrong: Lines("endpoint: projects/acme-ml/locations/europe-west4/endpoints/fraud-detector"),
        right: Lines("endpoint: projects/acme-ml/locations/us-central1/endpoints/fraud-detector"),
        source: "shared/facts/google-cloud.md §5.1; the schema itself would allow it",
    },
    Rule {
        code: Code::EndpointProjectMismatch,
        why: "Rights are needed in both projects, for who deploys and for Google's service agent; most such deployments fail on them.",
        wrong: All(
            "endpoint: projects/acme-serving/locations/us-central1/endpoints/fraud-detector\nmodel: projects/acme-ml/locations/us-central1/models/fraud-detector@3",
        ),
        right: All(
            "endpoint: projects/acme-ml/locations/us-central1/endpoints/fraud-detector\nmodel: projects/acme-ml/locations/us-central1/models/fraud-detector@3",
        ),
        source: "Google, Use a custom service account (shared/facts/google-cloud.md §4.6)",
    },
    Rule {
        code: Code::ModelMalformed,
        why: "No model can have this name, so Google will not find it.",
        wrong: Lines("model: Fraud Detector@3"),
        right: Lines("model: fraud-detector@3"),
        source: NAMES,
    },
    Rule {
        code: Code::ModelUrl,
        why: "Hosts differ by region and may change; the resource name is what stays.",
        wrong: Lines(
            "model: //aiplatform.googleapis.com/projects/acme-ml/locations/us-central1/models/fraud-detector@3",
        ),
        right: Lines("model: projects/acme-ml/locations/us-central1/models/fraud-detector@3"),
        source: NAMES,
    },
    Rule {
        code: Code::ModelIsEndpoint,
        why: "The two annotations were mixed up.",
        wrong: Lines("model: projects/acme-ml/locations/us-central1/endpoints/fraud-detector"),
        right: Lines("model: projects/acme-ml/locations/us-central1/models/fraud-detector@3"),
        source: NAMES,
    },
    Rule {
        code: Code::ModelPublisher,
        why: "Models of Model Garden are deployed by another method, which copies them into the registry first.",
        wrong: Lines("model: publishers/google/models/gemma"),
        right: Lines("model: gemma-tuned@1"),
        source: "shared/facts/google-cloud.md §2.7",
    },
    Rule {
        code: Code::ModelVersionZero,
        why: "Google counts versions from 1 and answers 404 for any other.",
        wrong: Lines("model: fraud-detector@0"),
        right: Lines("model: fraud-detector@1"),
        source: NAMES,
    },
    Rule {
        code: Code::ModelUnpinned,
        why: "The same commit deploys another model tomorrow, and a rollback by reverting it does nothing.",
        wrong: Lines("model: fraud-detector"),
        right: Lines("model: fraud-detector@3"),
        source: NAMES,
    },
    Rule {
        code: Code::ModelAlias,
        why: "An alias can be moved by anybody with the right to update the model; the portal's history then lies.",
        wrong: Lines("model: fraud-detector@champion"),
        right: Lines("model: fraud-detector@3"),
        source: NAMES,
    },
];

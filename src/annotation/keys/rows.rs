//! The annotations with a type of their own in a [`Target`](crate::target::Target).

use super::{Key, Row, field};
use crate::diagnostic::Code;
use crate::vertex::setting::{Form, Message};

/// A limit of a probe is an `int32`.
const LIMIT: Form = Form::Number(0, i32::MAX.cast_unsigned());

/// `path=/health,period=10,timeout=1,failures=3`
const PROBE: Form = Form::Entries(&[
    ("path", "httpGet.path", Form::Route),
    ("exec", "exec.command", Form::Words),
    ("tcp", "tcpSocket.port", Form::Number(1, 65535)),
    ("grpc", "grpc.port", Form::Number(1, 65535)),
    ("initial-delay", "initialDelaySeconds", LIMIT),
    ("period", "periodSeconds", LIMIT),
    ("timeout", "timeoutSeconds", LIMIT),
    ("failures", "failureThreshold", LIMIT),
    ("successes", "successThreshold", LIMIT),
]);

/// The rows of this file, in the order of [`Key`].
pub(super) const ROWS: &[Row] = &[
    Row {
        key: Key::Project,
        name: "project",
        title: "Project",
        malformed: Code::ProjectMalformed,
        example: "acme-ml",
        meaning: "the Google project; not needed if endpoint and model are full names",
        ..Row::DEFAULT
    },
    Row {
        key: Key::Location,
        name: "location",
        title: "Location",
        malformed: Code::LocationMalformed,
        example: "us-central1",
        meaning: "the location; not needed if endpoint and model are full names",
        ..Row::DEFAULT
    },
    Row {
        key: Key::Endpoint,
        name: "endpoint",
        title: "Endpoint",
        required: true,
        malformed: Code::EndpointMalformed,
        example: "fraud-detector",
        meaning: "the endpoint: an id, or `projects/P/locations/L/endpoints/E`",
        ..Row::DEFAULT
    },
    Row {
        key: Key::Model,
        name: "model",
        title: "Model",
        required: true,
        malformed: Code::ModelMalformed,
        example: "fraud-detector@3",
        meaning: "the model with its version: an id, or `projects/P/locations/L/models/M@V`",
        ..Row::DEFAULT
    },
    Row {
        key: Key::ServiceAccount,
        name: "service-account",
        title: "Service account",
        malformed: Code::ServiceAccountMalformed,
        example: "fraud-serving@acme-ml.iam.gserviceaccount.com",
        meaning: "the service account of the model server",
        ..Row::DEFAULT
    },
    Row {
        key: Key::MachineType,
        name: "machine-type",
        title: "Machine type",
        malformed: Code::MachineTypeMalformed,
        example: "g2-standard-4",
        meaning: "the machine type of a replica; Google's default is n1-standard-2",
        ..Row::DEFAULT
    },
    Row {
        key: Key::Accelerator,
        name: "accelerator",
        title: "Accelerator",
        malformed: Code::AcceleratorMalformed,
        example: "NVIDIA_L4:1",
        meaning: "type and number of accelerators of a replica",
        ..Row::DEFAULT
    },
    Row {
        key: Key::Replicas,
        name: "replicas",
        title: "Replicas",
        malformed: Code::ReplicasMalformed,
        example: "1-3",
        meaning: "the number of replicas, or a range from minimum to maximum",
        ..Row::DEFAULT
    },
    Row {
        key: Key::Image,
        name: "image",
        title: "Container image",
        malformed: Code::ImageMalformed,
        example: "us-central1-docker.pkg.dev/acme-ml/serving/fraud:3",
        meaning: "the image of the serving container, for the upload of a new model",
        ..Row::DEFAULT
    },
    Row {
        key: Key::ArtifactUri,
        name: "artifact-uri",
        title: "Artifact URI",
        malformed: Code::ArtifactUriMalformed,
        example: "gs://acme-models/fraud/3",
        meaning: "the directory of the model files, for the upload",
        ..Row::DEFAULT
    },
    Row {
        key: Key::KmsKey,
        name: "kms-key",
        title: "KMS key",
        malformed: Code::KmsKeyMalformed,
        example: "projects/acme-ml/locations/us-central1/keyRings/ml/cryptoKeys/serving",
        meaning: "the key that encrypts stored data",
        ..Row::DEFAULT
    },
    Row {
        key: Key::DisplayName,
        name: "display-name",
        title: "Display name",
        malformed: Code::DisplayNameMalformed,
        example: "Fraud detector",
        meaning: "the name of a new endpoint in Google's console",
        ..Row::DEFAULT
    },
    Row {
        key: Key::Labels,
        name: "labels",
        title: "Labels",
        malformed: Code::LabelsMalformed,
        example: "team=fraud,tier=gold",
        meaning: "labels of a new endpoint and of an uploaded model",
        ..Row::DEFAULT
    },
    Row {
        key: Key::Traffic,
        name: "traffic",
        title: "Traffic",
        malformed: Code::TrafficMalformed,
        example: "20",
        meaning: "the share of the endpoint's traffic in percent, all by default; the other models share the rest",
        ..Row::DEFAULT
    },
    Row {
        key: Key::Env,
        name: "env",
        title: "Environment variables",
        malformed: Code::EnvMalformed,
        example: "LOG_LEVEL=info",
        meaning: "the container's environment variables, for the upload; one a line, or separated by `;`",
        ..Row::DEFAULT
    },
    Row {
        key: Key::Port,
        name: "port",
        title: "Port",
        malformed: Code::PortMalformed,
        example: "8080",
        meaning: "the port of the container, for the upload; Google's default is 8080",
        field: field(Message::Container, "ports", Form::Port),
        ..Row::DEFAULT
    },
    Row {
        key: Key::PredictRoute,
        name: "predict-route",
        title: "Prediction route",
        malformed: Code::PredictRouteMalformed,
        example: "/predict",
        meaning: "the HTTP path for predictions, for the upload",
        field: field(Message::Container, "predictRoute", Form::Route),
        ..Row::DEFAULT
    },
    Row {
        key: Key::HealthRoute,
        name: "health-route",
        title: "Health route",
        malformed: Code::HealthRouteMalformed,
        example: "/health",
        meaning: "the HTTP path for health checks, for the upload",
        field: field(Message::Container, "healthRoute", Form::Route),
        ..Row::DEFAULT
    },
    Row {
        key: Key::HealthProbe,
        name: "health-probe",
        title: "Health probe",
        malformed: Code::HealthProbeMalformed,
        example: "path=/health,period=10,timeout=1,failures=3",
        meaning: "the check that a container must pass to receive traffic, for the upload: `path`, `exec`, `tcp` or `grpc`, and limits",
        field: field(Message::Container, "healthProbe", PROBE),
        ..Row::DEFAULT
    },
    Row {
        key: Key::StartupProbe,
        name: "startup-probe",
        title: "Startup probe",
        malformed: Code::StartupProbeMalformed,
        example: "path=/health,period=10,timeout=1,failures=30",
        meaning: "the check that a container has started, for the upload: `path`, `exec`, `tcp` or `grpc`, and limits",
        field: field(Message::Container, "startupProbe", PROBE),
        ..Row::DEFAULT
    },
    Row {
        key: Key::DeploymentTimeout,
        name: "deployment-timeout",
        title: "Deployment timeout",
        malformed: Code::DeploymentTimeoutMalformed,
        example: "3600s",
        meaning: "the maximum duration of a deployment, for the upload; at most two hours",
        field: field(Message::Container, "deploymentTimeout", Form::Seconds(1, u32::MAX)),
        ..Row::DEFAULT
    },
    Row {
        key: Key::LivenessProbe,
        name: "liveness-probe",
        title: "Liveness probe",
        malformed: Code::LivenessProbeMalformed,
        example: "exec=cat /tmp/alive",
        meaning: "the check that a running container must pass not to be restarted, for the upload; none by default",
        field: field(Message::Container, "livenessProbe", PROBE),
        ..Row::DEFAULT
    },
];

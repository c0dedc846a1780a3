//! The table of annotation keys.

use crate::diagnostic::Code;

/// The prefix of every annotation that this product reads.
pub const PREFIX: &str = "google.com/vertex-ai-";

/// An annotation that this product reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    Project,
    Location,
    Endpoint,
    Model,
    ServiceAccount,
    MachineType,
    Accelerator,
    Replicas,
    Image,
    ArtifactUri,
    KmsKey,
    DisplayName,
    Labels,
    Traffic,
    Env,
    Port,
    PredictRoute,
    HealthRoute,
    HealthProbe,
    StartupProbe,
    DeploymentTimeout,
    Waive,
}

/// The facts of one annotation.
struct Row {
    key: Key,
    /// The part after [`PREFIX`].
    name: &'static str,
    /// The label of its input in a form.
    title: &'static str,
    /// Whether every deployment needs it.
    required: bool,
    /// The code of a value in the wrong form.
    malformed: Code,
    /// A valid value.
    example: &'static str,
    /// One line for the reference and for forms.
    meaning: &'static str,
}

/// A row for each key, in the order of [`Key`], which is the order of the reference.
const ROWS: &[Row] = &[
    Row {
        key: Key::Project,
        name: "project",
        title: "Project",
        required: false,
        malformed: Code::ProjectMalformed,
        example: "acme-ml",
        meaning: "the Google project; not needed if endpoint and model are full names",
    },
    Row {
        key: Key::Location,
        name: "location",
        title: "Location",
        required: false,
        malformed: Code::LocationMalformed,
        example: "us-central1",
        meaning: "the location; not needed if endpoint and model are full names",
    },
    Row {
        key: Key::Endpoint,
        name: "endpoint",
        title: "Endpoint",
        required: true,
        malformed: Code::EndpointMalformed,
        example: "fraud-detector",
        meaning: "the endpoint: an id, or `projects/P/locations/L/endpoints/E`",
    },
    Row {
        key: Key::Model,
        name: "model",
        title: "Model",
        required: true,
        malformed: Code::ModelMalformed,
        example: "fraud-detector@3",
        meaning: "the model with its version: an id, or `projects/P/locations/L/models/M@V`",
    },
    Row {
        key: Key::ServiceAccount,
        name: "service-account",
        title: "Service account",
        required: false,
        malformed: Code::ServiceAccountMalformed,
        example: "fraud-serving@acme-ml.iam.gserviceaccount.com",
        meaning: "the service account of the model server",
    },
    Row {
        key: Key::MachineType,
        name: "machine-type",
        title: "Machine type",
        required: false,
        malformed: Code::MachineTypeMalformed,
        example: "g2-standard-4",
        meaning: "the machine type of a replica; Google's default is n1-standard-2",
    },
    Row {
        key: Key::Accelerator,
        name: "accelerator",
        title: "Accelerator",
        required: false,
        malformed: Code::AcceleratorMalformed,
        example: "NVIDIA_L4:1",
        meaning: "type and number of accelerators of a replica",
    },
    Row {
        key: Key::Replicas,
        name: "replicas",
        title: "Replicas",
        required: false,
        malformed: Code::ReplicasMalformed,
        example: "1-3",
        meaning: "the number of replicas, or a range from minimum to maximum",
    },
    Row {
        key: Key::Image,
        name: "image",
        title: "Container image",
        required: false,
        malformed: Code::ImageMalformed,
        example: "us-central1-docker.pkg.dev/acme-ml/serving/fraud:3",
        meaning: "the image of the serving container, for the upload of a new model",
    },
    Row {
        key: Key::ArtifactUri,
        name: "artifact-uri",
        title: "Artifact URI",
        required: false,
        malformed: Code::ArtifactUriMalformed,
        example: "gs://acme-models/fraud/3",
        meaning: "the directory of the model files, for the upload",
    },
    Row {
        key: Key::KmsKey,
        name: "kms-key",
        title: "KMS key",
        required: false,
        malformed: Code::KmsKeyMalformed,
        example: "projects/acme-ml/locations/us-central1/keyRings/ml/cryptoKeys/serving",
        meaning: "the key that encrypts stored data",
    },
    Row {
        key: Key::DisplayName,
        name: "display-name",
        title: "Display name",
        required: false,
        malformed: Code::DisplayNameMalformed,
        example: "Fraud detector",
        meaning: "the name of a new endpoint in Google's console",
    },
    Row {
        key: Key::Labels,
        name: "labels",
        title: "Labels",
        required: false,
        malformed: Code::LabelsMalformed,
        example: "team=fraud,tier=gold",
        meaning: "labels of a new endpoint and of an uploaded model",
    },
    Row {
        key: Key::Traffic,
        name: "traffic",
        title: "Traffic",
        required: false,
        malformed: Code::TrafficMalformed,
        example: "20",
        meaning: "the share of the endpoint's traffic in percent, all by default; the other models share the rest",
    },
    Row {
        key: Key::Env,
        name: "env",
        title: "Environment variables",
        required: false,
        malformed: Code::EnvMalformed,
        example: "LOG_LEVEL=info",
        meaning: "the container's environment variables, for the upload; one a line, or separated by `;`",
    },
    Row {
        key: Key::Port,
        name: "port",
        title: "Port",
        required: false,
        malformed: Code::PortMalformed,
        example: "8080",
        meaning: "the port of the container, for the upload; Google's default is 8080",
    },
    Row {
        key: Key::PredictRoute,
        name: "predict-route",
        title: "Prediction route",
        required: false,
        malformed: Code::PredictRouteMalformed,
        example: "/predict",
        meaning: "the HTTP path for predictions, for the upload",
    },
    Row {
        key: Key::HealthRoute,
        name: "health-route",
        title: "Health route",
        required: false,
        malformed: Code::HealthRouteMalformed,
        example: "/health",
        meaning: "the HTTP path for health checks, for the upload",
    },
    Row {
        key: Key::HealthProbe,
        name: "health-probe",
        title: "Health probe",
        required: false,
        malformed: Code::HealthProbeMalformed,
        example: "path=/health,period=10,timeout=1,failures=3",
        meaning: "the check that a container must pass to receive traffic, for the upload; Google's limits by default",
    },
    Row {
        key: Key::StartupProbe,
        name: "startup-probe",
        title: "Startup probe",
        required: false,
        malformed: Code::StartupProbeMalformed,
        example: "path=/health,period=10,timeout=1,failures=30",
        meaning: "the check that a container has started, for the upload; Google's limits by default",
    },
    Row {
        key: Key::DeploymentTimeout,
        name: "deployment-timeout",
        title: "Deployment timeout",
        required: false,
        malformed: Code::DeploymentTimeoutMalformed,
        example: "3600s",
        meaning: "the maximum duration of a deployment, for the upload; at most two hours",
    },
    Row {
        key: Key::Waive,
        name: "waive",
        title: "Waived rules",
        required: false,
        malformed: Code::WaiverMalformed,
        example: "model/alias: retrained every night",
        meaning: "rules that do not apply to this entity, each with a reason; one a line",
    },
];

/// All keys, in the order of the reference.
pub const KEYS: &[Key] = &keys();

const fn keys() -> [Key; ROWS.len()] {
    let mut keys = [Key::Project; ROWS.len()];
    let mut at = 0;
    while at < ROWS.len() {
        keys[at] = ROWS[at].key;
        assert!(keys[at] as usize == at, "a row is not at its key's place");
        at += 1;
    }
    keys
}

impl Key {
    /// Returns the key with this name.
    pub fn parse(name: &str) -> Option<Self> {
        ROWS.iter().find(|row| row.name == name).map(|row| row.key)
    }

    fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }

    /// The part after [`PREFIX`].
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The label of its input in a form.
    pub fn title(self) -> &'static str {
        self.row().title
    }

    /// Whether every deployment needs it.
    pub fn is_required(self) -> bool {
        self.row().required
    }

    /// The code of a value in the wrong form.
    pub fn malformed(self) -> Code {
        self.row().malformed
    }

    /// A valid value.
    pub fn example(self) -> &'static str {
        self.row().example
    }

    /// One line for the reference and for forms.
    pub fn meaning(self) -> &'static str {
        self.row().meaning
    }

    /// Whether the value may have several lines, the last of which YAML ends as well.
    pub fn has_lines(self) -> bool {
        matches!(self, Self::Env | Self::Waive)
    }
}

//! The table of annotation keys.

use crate::diagnostic::Code;

/// What all our keys begin with.
pub const PREFIX: &str = "google.com/vertex-ai-";

macro_rules! keys {
    ($($key:ident $name:literal $malformed:ident $example:literal $meaning:literal,)+) => {
        /// One of our annotations.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Key { $($key,)+ }

        /// All of them, in the order of the reference.
        pub const KEYS: &[Key] = &[$(Key::$key,)+];

        impl Key {
            /// What follows [`PREFIX`].
            pub fn name(self) -> &'static str {
                match self { $(Key::$key => $name,)+ }
            }

            /// What a value without the right form is a case of.
            pub fn malformed(self) -> Code {
                match self { $(Key::$key => Code::$malformed,)+ }
            }

            /// A value as it may be written.
            pub fn example(self) -> &'static str {
                match self { $(Key::$key => $example,)+ }
            }

            /// One line for the reference.
            pub fn meaning(self) -> &'static str {
                match self { $(Key::$key => $meaning,)+ }
            }
        }
    };
}

keys! {
    Project "project" ProjectMalformed "acme-ml" "the Google project; not needed where endpoint and model are full names",
    Location "location" LocationMalformed "us-central1" "the location; not needed where endpoint and model are full names",
    Endpoint "endpoint" EndpointMalformed "fraud-detector" "the endpoint: an id, or `projects/P/locations/L/endpoints/E`",
    Model "model" ModelMalformed "fraud-detector@3" "the model, with its version: an id, or `projects/P/locations/L/models/M@V`",
    ServiceAccount "service-account" ServiceAccountMalformed "fraud-serving@acme-ml.iam.gserviceaccount.com" "what the model server runs as",
    MachineType "machine-type" MachineTypeMalformed "g2-standard-4" "the machine of one replica; Google's default is n1-standard-2",
    Accelerator "accelerator" AcceleratorMalformed "NVIDIA_L4:1" "accelerator and number for one replica",
    Replicas "replicas" ReplicasMalformed "1-3" "how many replicas, or from how many to how many",
    Image "image" ImageMalformed "us-central1-docker.pkg.dev/acme-ml/serving/fraud:3" "the serving container, to upload a model that is not there yet",
    ArtifactUri "artifact-uri" ArtifactUriMalformed "gs://acme-models/fraud/3" "the model's files, for the upload",
    KmsKey "kms-key" KmsKeyMalformed "projects/acme-ml/locations/us-central1/keyRings/ml/cryptoKeys/serving" "the key that encrypts what is stored",
    DisplayName "display-name" DisplayNameMalformed "Fraud detector" "what the endpoint is called in Google's console, where it is created",
    Labels "labels" LabelsMalformed "team=fraud,tier=gold" "labels of the endpoint where it is created, and of the model where it is uploaded",
    Traffic "traffic" TrafficMalformed "20" "percent of the endpoint's traffic for this deployment; what else serves there shares the rest; all where it is not given",
    Env "env" EnvMalformed "LOG_LEVEL=info" "the container's environment, for the upload; one variable a line, or `;` between them",
    Port "port" PortMalformed "8080" "the port that the container listens on, for the upload; Google's default is 8080",
    PredictRoute "predict-route" PredictRouteMalformed "/predict" "where the container takes predictions, for the upload",
    HealthRoute "health-route" HealthRouteMalformed "/health" "where the container says that it is well, for the upload",
    HealthProbe "health-probe" HealthProbeMalformed "path=/health,period=10,timeout=1,failures=3" "when the container gets traffic, for the upload; limits are Google's where they are left out",
    StartupProbe "startup-probe" StartupProbeMalformed "path=/health,period=10,timeout=1,failures=30" "when the container has started, for the upload; limits are Google's where they are left out",
    DeploymentTimeout "deployment-timeout" DeploymentTimeoutMalformed "3600s" "how long a deployment may take, for the upload; two hours at most",
    Waive "waive" WaiverMalformed "model/alias: retrained every night" "rules that do not hold for this entity, each with its reason; one a line",
}

impl Key {
    pub fn parse(name: &str) -> Option<Self> {
        KEYS.iter().copied().find(|key| key.name() == name)
    }

    /// Whether the value may have several lines, the last of which YAML ends as well.
    pub fn has_lines(self) -> bool {
        matches!(self, Self::Env | Self::Waive)
    }
}

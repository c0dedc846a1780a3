//! Bodies of Vertex AI. Source of the fields: `aiplatform` v1 and v1beta1, revision 20261106; a field is required where its
//! description begins with "Required.".

use super::Shape::{self, Any, Beta, Bool, Duration, Enum, Float, Int, List, Long, Message, Output, Required, Text};

/// `AcceleratorType`
pub const ACCELERATORS: &[(&str, i64)] = &[
    ("ACCELERATOR_TYPE_UNSPECIFIED", 0),
    ("NVIDIA_TESLA_K80", 1),
    ("NVIDIA_TESLA_P100", 2),
    ("NVIDIA_TESLA_V100", 3),
    ("NVIDIA_TESLA_P4", 4),
    ("NVIDIA_TESLA_T4", 5),
    ("TPU_V2", 6),
    ("TPU_V3", 7),
    ("NVIDIA_TESLA_A100", 8),
    ("NVIDIA_A100_80GB", 9),
    ("TPU_V4_POD", 10),
    ("NVIDIA_L4", 11),
    ("TPU_V5_LITEPOD", 12),
    ("NVIDIA_H100_80GB", 13),
    ("NVIDIA_H100_MEGA_80GB", 14),
    ("NVIDIA_H200_141GB", 15),
    ("NVIDIA_B200", 16),
    ("NVIDIA_GB200", 17),
    ("NVIDIA_RTX_PRO_6000", 18),
];

const MACHINE: &[(&str, Shape)] = &[
    ("machineType", Text),
    ("acceleratorType", Enum("AcceleratorType", ACCELERATORS)),
    ("acceleratorCount", Int),
    ("gpuPartitionSize", Text),
    ("tpuTopology", Text),
    ("reservationAffinity", Message(RESERVATION)),
    ("minGpuDriverVersion", Beta(&Text)),
    ("multihostGpuNodeCount", Beta(&Int)),
];

/// `ReservationAffinity.Type`
pub const RESERVATIONS: &[(&str, i64)] =
    &[("TYPE_UNSPECIFIED", 0), ("NO_RESERVATION", 1), ("ANY_RESERVATION", 2), ("SPECIFIC_RESERVATION", 3)];

const RESERVATION: &[(&str, Shape)] = &[
    ("reservationAffinityType", Required(&Enum("ReservationAffinity.Type", RESERVATIONS))),
    ("key", Text),
    ("values", List(&Text)),
];

const METRIC: &[(&str, Shape)] =
    &[("metricName", Required(&Text)), ("target", Int), ("monitoredResourceLabels", Beta(&Shape::Map(&Text)))];

pub const DEDICATED: &[(&str, Shape)] = &[
    ("machineSpec", Required(&Message(MACHINE))),
    ("minReplicaCount", Int),
    ("maxReplicaCount", Int),
    ("requiredReplicaCount", Int),
    ("autoscalingMetricSpecs", List(&Message(METRIC))),
    ("spot", Bool),
    ("initialReplicaCount", Beta(&Int)),
    ("scaleToZeroSpec", Beta(&Message(&[("minScaleupPeriod", Duration), ("idleScaledownPeriod", Duration)]))),
    ("flexStart", Beta(&Message(&[("maxRuntimeDuration", Duration)]))),
];

pub const DEPLOYED_MODEL: &[(&str, Shape)] = &[
    ("id", Text),
    ("model", Required(&Text)),
    ("displayName", Text),
    ("dedicatedResources", Message(DEDICATED)),
    ("automaticResources", Message(&[("minReplicaCount", Int), ("maxReplicaCount", Int)])),
    ("sharedResources", Text),
    ("serviceAccount", Text),
    ("explanationSpec", Any),
    ("disableExplanations", Bool),
    ("enableAccessLogging", Bool),
    ("disableContainerLogging", Bool),
    ("checkpointId", Text),
    ("systemLabels", Shape::Map(&Text)),
    ("fasterDeploymentConfig", Message(&[("fastTryoutEnabled", Bool)])),
    ("speculativeDecodingSpec", Message(SPECULATION)),
    ("gdcConnectedModel", Text),
    ("enableContainerLogging", Beta(&Bool)),
    ("fullFineTunedResources", Beta(&Any)),
    ("rolloutOptions", Beta(&Any)),
    ("modelVersionId", Output),
    ("createTime", Output),
    ("status", Output),
    ("privateEndpoints", Output),
];

const SPECULATION: &[(&str, Shape)] = &[
    ("draftModelSpeculation", Message(&[("draftModel", Required(&Text))])),
    ("ngramSpeculation", Message(&[("ngramSize", Int)])),
    ("speculativeTokenCount", Int),
];

const ENCRYPTION: Shape = Message(&[("kmsKeyName", Required(&Text))]);

pub const PRIVATE_SERVICE_CONNECT: &[(&str, Shape)] = &[
    ("enablePrivateServiceConnect", Required(&Bool)),
    ("projectAllowlist", List(&Text)),
    ("pscAutomationConfigs", List(&Message(AUTOMATION))),
    ("enableSecurePrivateServiceConnect", Beta(&Bool)),
    ("serviceAttachment", Output),
];

const AUTOMATION: &[(&str, Shape)] = &[
    ("projectId", Required(&Text)),
    ("network", Required(&Text)),
    ("state", Output),
    ("ipAddress", Output),
    ("forwardingRule", Output),
    ("errorMessage", Output),
];

const LOGGING: &[(&str, Shape)] = &[
    ("enabled", Bool),
    ("samplingRate", Float),
    ("bigqueryDestination", Message(&[("outputUri", Required(&Text))])),
    ("errorSamplingRate", Beta(&Float)),
    ("enableOtelLogging", Beta(&Bool)),
    ("requestResponseLoggingSchemaVersion", Beta(&Output)),
];

pub const ENDPOINT: &[(&str, Shape)] = &[
    ("name", Text),
    ("displayName", Required(&Text)),
    ("description", Text),
    ("labels", Shape::Map(&Text)),
    ("etag", Text),
    ("trafficSplit", Shape::Map(&Int)),
    ("network", Text),
    ("encryptionSpec", ENCRYPTION),
    ("dedicatedEndpointEnabled", Bool),
    ("enablePrivateServiceConnect", Bool),
    ("gdcConfig", Any),
    ("genAiAdvancedFeaturesConfig", Any),
    ("privateServiceConnectConfig", Message(PRIVATE_SERVICE_CONNECT)),
    ("predictRequestResponseLoggingConfig", Message(LOGGING)),
    ("clientConnectionConfig", Message(&[("inferenceTimeout", Duration)])),
    ("publisherModelConfig", Beta(&Any)),
    ("createTime", Output),
    ("updateTime", Output),
    ("deployedModels", Output),
    ("modelDeploymentMonitoringJob", Output),
    ("dedicatedEndpointDns", Output),
    ("satisfiesPzs", Output),
    ("satisfiesPzi", Output),
];

const PROBE: &[(&str, Shape)] = &[
    ("exec", Message(&[("command", List(&Text))])),
    ("httpGet", Message(HTTP_GET)),
    ("grpc", Message(&[("port", Int), ("service", Text)])),
    ("tcpSocket", Message(&[("host", Text), ("port", Int)])),
    ("periodSeconds", Int),
    ("timeoutSeconds", Int),
    ("failureThreshold", Int),
    ("successThreshold", Int),
    ("initialDelaySeconds", Int),
];

const HTTP_GET: &[(&str, Shape)] = &[
    ("path", Text),
    ("port", Int),
    ("host", Text),
    ("scheme", Text),
    ("httpHeaders", List(&Message(&[("name", Text), ("value", Text)]))),
];

pub const CONTAINER: &[(&str, Shape)] = &[
    ("imageUri", Required(&Text)),
    ("command", List(&Text)),
    ("args", List(&Text)),
    ("env", List(&Message(&[("name", Text), ("value", Text)]))),
    ("ports", List(&Message(&[("containerPort", Int)]))),
    ("grpcPorts", List(&Message(&[("containerPort", Int)]))),
    ("predictRoute", Text),
    ("healthRoute", Text),
    ("invokeRoutePrefix", Text),
    ("deploymentTimeout", Duration),
    ("sharedMemorySizeMb", Long),
    ("startupProbe", Message(PROBE)),
    ("healthProbe", Message(PROBE)),
    ("livenessProbe", Message(PROBE)),
];

const BASE_MODEL: &[(&str, Shape)] = &[
    (
        "modelGardenSource",
        Message(&[("publicModelName", Required(&Text)), ("versionId", Text), ("skipHfModelCache", Bool)]),
    ),
    ("genieSource", Any),
];

pub const MODEL: &[(&str, Shape)] = &[
    ("name", Text),
    ("displayName", Required(&Text)),
    ("description", Text),
    ("versionDescription", Text),
    ("versionAliases", List(&Text)),
    ("labels", Shape::Map(&Text)),
    ("etag", Text),
    ("artifactUri", Text),
    ("containerSpec", Required(&Message(CONTAINER))),
    ("predictSchemata", Any),
    ("metadataSchemaUri", Text),
    ("metadata", Any),
    ("encryptionSpec", ENCRYPTION),
    ("explanationSpec", Any),
    ("baseModelSource", Message(BASE_MODEL)),
    ("dataStats", Any),
    ("defaultCheckpointId", Text),
    ("pipelineJob", Text),
    ("checkpoints", Output),
    ("metadataArtifact", Output),
    ("modelSourceInfo", Output),
    ("originalModelInfo", Output),
    ("satisfiesPzi", Output),
    ("satisfiesPzs", Output),
    ("supportedExportFormats", Output),
    ("supportedInputStorageFormats", Output),
    ("supportedOutputStorageFormats", Output),
    ("trainingPipeline", Output),
    ("createTime", Output),
    ("updateTime", Output),
    ("versionId", Output),
    ("versionCreateTime", Output),
    ("versionUpdateTime", Output),
    ("deployedModels", Output),
    ("supportedDeploymentResourcesTypes", Output),
];

pub const UPLOAD_MODEL: &[(&str, Shape)] =
    &[("model", Required(&Message(MODEL))), ("modelId", Text), ("parentModel", Text), ("serviceAccount", Text)];
pub const DEPLOY_MODEL: &[(&str, Shape)] =
    &[("deployedModel", Required(&Message(DEPLOYED_MODEL))), ("trafficSplit", Shape::Map(&Int))];
pub const MUTATE_DEPLOYED_MODEL: &[(&str, Shape)] = &[("deployedModel", Message(DEPLOYED_MODEL)), ("updateMask", Text)];
pub const MERGE_ALIASES: &[(&str, Shape)] = &[("versionAliases", Required(&List(&Text)))];
pub const UNDEPLOY_MODEL: &[(&str, Shape)] =
    &[("deployedModelId", Required(&Text)), ("trafficSplit", Shape::Map(&Int))];
pub const PREDICT: &[(&str, Shape)] = &[("instances", List(&Any)), ("parameters", Any), ("labels", Shape::Map(&Text))];
pub const UPDATE_ENDPOINT: &[(&str, Shape)] = &[("endpoint", Required(&Message(ENDPOINT)))];
pub const COPY_MODEL: &[(&str, Shape)] = &[
    ("sourceModel", Required(&Text)),
    ("modelId", Text),
    ("parentModel", Text),
    ("encryptionSpec", ENCRYPTION),
    ("customServiceAccount", Text),
];

/// `DeploymentResourcePool`
pub const POOL: &[(&str, Shape)] = &[
    ("name", Text),
    ("dedicatedResources", Required(&Message(DEDICATED))),
    ("encryptionSpec", ENCRYPTION),
    ("serviceAccount", Text),
    ("disableContainerLogging", Bool),
    ("createTime", Output),
    ("satisfiesPzs", Output),
    ("satisfiesPzi", Output),
];
pub const CREATE_POOL: &[(&str, Shape)] =
    &[("deploymentResourcePool", Required(&Message(POOL))), ("deploymentResourcePoolId", Required(&Text))];

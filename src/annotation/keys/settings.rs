//! The annotations that set one field of a request to Google, and the waivers.

use super::{Key, Row, field};
use crate::diagnostic::Code;
use crate::vertex::setting::{Field, Form, Message};

/// A field that only `v1beta1` has.
const fn preview(message: Message, path: &'static str, form: Form) -> Option<Field> {
    Some(Field { message, path, form, is_preview: true })
}

/// `table=bq://PROJECT.DATASET.TABLE,percent=10`
const LOGGING: Form = Form::Entries(&[
    ("table", "bigqueryDestination.outputUri", Form::Start("bq://")),
    ("percent", "samplingRate", Form::Number(1, 100)),
]);

/// `ngram=3,tokens=4`
const SPECULATION: Form = Form::Entries(&[
    ("ngram", "ngramSpeculation.ngramSize", Form::Number(1, 100)),
    ("draft", "draftModelSpeculation.draftModel", Form::Text),
    ("tokens", "speculativeTokenCount", Form::Number(1, 100)),
]);

/// `idle=3600s,up=300s`
const SCALE_TO_ZERO: Form = Form::Entries(&[
    ("idle", "idleScaledownPeriod", Form::Seconds(300, 28_800)),
    ("up", "minScaleupPeriod", Form::Seconds(300, 28_800)),
]);

/// The rows of this file, in the order of [`Key`].
pub(super) const ROWS: &[Row] = &[
    Row {
        key: Key::Command,
        name: "command",
        title: "Command",
        example: "python3\nserve.py",
        meaning: "the container's entry point, for the upload; one part a line",
        field: field(Message::Container, "command", Form::Lines),
        ..Row::DEFAULT
    },
    Row {
        key: Key::Args,
        name: "args",
        title: "Arguments",
        example: "--max-model-len=8192",
        meaning: "the arguments of the container's entry point, for the upload; one a line",
        field: field(Message::Container, "args", Form::Lines),
        ..Row::DEFAULT
    },
    Row {
        key: Key::SharedMemory,
        name: "shared-memory",
        title: "Shared memory",
        example: "16384",
        meaning: "the container's shared memory in megabytes, for the upload",
        field: field(Message::Container, "sharedMemorySizeMb", Form::Megabytes),
        ..Row::DEFAULT
    },
    Row {
        key: Key::GrpcPort,
        name: "grpc-port",
        title: "gRPC port",
        example: "9000",
        meaning: "the port of the container for gRPC, for the upload",
        field: field(Message::Container, "grpcPorts", Form::Port),
        ..Row::DEFAULT
    },
    Row {
        key: Key::InvokeRoutePrefix,
        name: "invoke-route-prefix",
        title: "Invoke route prefix",
        example: "/*",
        meaning: "`/*` in place of a prediction route: every HTTP path can be called, on a dedicated endpoint; for the upload",
        field: field(Message::Container, "invokeRoutePrefix", Form::Only("/*")),
        ..Row::DEFAULT
    },
    Row {
        key: Key::VersionDescription,
        name: "version-description",
        title: "Version description",
        example: "October data",
        meaning: "the description of the version, for the upload",
        field: field(Message::Model, "versionDescription", Form::Text),
        ..Row::DEFAULT
    },
    Row {
        key: Key::VersionAliases,
        name: "version-aliases",
        title: "Version aliases",
        example: "stable,blue",
        meaning: "aliases of the version, for the upload; separated by commas",
        field: field(Message::Model, "versionAliases", Form::Aliases),
        ..Row::DEFAULT
    },
    Row {
        key: Key::EndpointType,
        name: "endpoint-type",
        title: "Endpoint type",
        example: "dedicated",
        meaning: "how a new endpoint is reached: `shared` (Google's default), `dedicated` (a DNS name of its own) or `private`",
        field: field(Message::Endpoint, "dedicatedEndpointEnabled", Form::EndpointType),
        ..Row::DEFAULT
    },
    Row {
        key: Key::InferenceTimeout,
        name: "inference-timeout",
        title: "Inference timeout",
        example: "600s",
        meaning: "the maximum duration of a prediction on a new dedicated or private endpoint; at most one hour",
        field: field(Message::Endpoint, "clientConnectionConfig.inferenceTimeout", Form::Seconds(1, 3600)),
        ..Row::DEFAULT
    },
    Row {
        key: Key::Network,
        name: "network",
        title: "Network",
        example: "projects/123456789012/global/networks/ml",
        meaning: "the VPC network of a new private endpoint that is peered",
        field: field(Message::Endpoint, "network", Form::Name("projects/#/global/networks/*")),
        ..Row::DEFAULT
    },
    Row {
        key: Key::ConsumerProjects,
        name: "consumer-projects",
        title: "Consumer projects",
        example: "acme-apps,acme-web",
        meaning: "the projects that may call a new private endpoint by Private Service Connect",
        field: field(Message::Endpoint, "privateServiceConnectConfig", Form::ConsumerProjects),
        ..Row::DEFAULT
    },
    Row {
        key: Key::RequestLogging,
        name: "request-logging",
        title: "Request logging",
        example: "table=bq://acme-ml.log.fraud,percent=10",
        meaning: "the BigQuery table for requests and responses of a new endpoint, and their share in percent",
        field: field(Message::Endpoint, "predictRequestResponseLoggingConfig", LOGGING),
        ..Row::DEFAULT
    },
    Row {
        key: Key::Description,
        name: "description",
        title: "Description",
        example: "Detects fraud",
        meaning: "the description of a new endpoint; the entity's name by default",
        field: field(Message::Endpoint, "description", Form::Text),
        ..Row::DEFAULT
    },
    Row {
        key: Key::ResourcePool,
        name: "resource-pool",
        title: "Deployment resource pool",
        example: "projects/acme-ml/locations/us-central1/deploymentResourcePools/small",
        meaning: "an existing pool of machines that several models share; replaces the machine and the replicas",
        field: field(
            Message::DeployedModel,
            "sharedResources",
            Form::Name("projects/*/locations/*/deploymentResourcePools/*"),
        ),
        ..Row::DEFAULT
    },
    Row {
        key: Key::AutomaticResources,
        name: "automatic-resources",
        title: "Automatic resources",
        example: "true",
        meaning: "whether Google chooses the machines, as models of AutoML need it; `false` by default",
        field: field(Message::DeployedModel, "automaticResources", Form::Switch(true)),
        ..Row::DEFAULT
    },
    Row {
        key: Key::DeploymentName,
        name: "deployment-name",
        title: "Name of the deployed model",
        example: "Fraud of October",
        meaning: "the name of the deployed model in Google's console; the model and its version by default",
        field: field(Message::DeployedModel, "displayName", Form::Text),
        ..Row::DEFAULT
    },
    Row {
        key: Key::AccessLogging,
        name: "access-logging",
        title: "Access logging",
        example: "true",
        meaning: "whether each prediction request is logged; `false` by default",
        field: field(Message::DeployedModel, "enableAccessLogging", Form::Switch(true)),
        ..Row::DEFAULT
    },
    Row {
        key: Key::ContainerLogging,
        name: "container-logging",
        title: "Container logging",
        example: "false",
        meaning: "whether the output of the container is logged; `true` by default",
        field: field(Message::DeployedModel, "disableContainerLogging", Form::Switch(false)),
        ..Row::DEFAULT
    },
    Row {
        key: Key::Explanation,
        name: "explanation",
        title: "Explanation",
        example: "false",
        meaning: "whether a model with an explanation specification explains its predictions; `true` by default",
        field: field(Message::DeployedModel, "disableExplanations", Form::Switch(false)),
        ..Row::DEFAULT
    },
    Row {
        key: Key::Checkpoint,
        name: "checkpoint",
        title: "Checkpoint",
        example: "1",
        meaning: "the id of the checkpoint of a tuned model; Google's default checkpoint by default",
        field: field(Message::DeployedModel, "checkpointId", Form::Text),
        ..Row::DEFAULT
    },
    Row {
        key: Key::FastTryout,
        name: "fast-tryout",
        title: "Fast tryout",
        example: "true",
        meaning: "whether Google may deploy a popular model faster, for trials; `false` by default",
        field: field(Message::DeployedModel, "fasterDeploymentConfig.fastTryoutEnabled", Form::Switch(true)),
        ..Row::DEFAULT
    },
    Row {
        key: Key::SpeculativeDecoding,
        name: "speculative-decoding",
        title: "Speculative decoding",
        example: "ngram=3,tokens=4",
        meaning: "how tokens are predicted ahead: `ngram=SIZE` or `draft=MODEL`, and the number of `tokens`",
        field: field(Message::DeployedModel, "speculativeDecodingSpec", SPECULATION),
        ..Row::DEFAULT
    },
    Row {
        key: Key::RequiredReplicas,
        name: "required-replicas",
        title: "Required replicas",
        example: "1",
        meaning: "the number of replicas that make a deployment successful; the minimum by default",
        field: field(Message::Resources, "requiredReplicaCount", Form::Number(1, u32::MAX)),
        ..Row::DEFAULT
    },
    Row {
        key: Key::Autoscale,
        name: "autoscale",
        title: "Autoscaling",
        example: "cpu=60,requests=100",
        meaning: "targets of the metrics that set the number of replicas: `cpu`, `gpu`, `requests`, `dcgm-gpu`, `vllm-cache`, `vllm-queue`",
        field: field(Message::Resources, "autoscalingMetricSpecs", Form::Autoscale),
        ..Row::DEFAULT
    },
    Row {
        key: Key::Spot,
        name: "spot",
        title: "Spot machines",
        example: "true",
        meaning: "whether the machines are Spot VMs, which Google may take back; `false` by default",
        field: field(Message::Resources, "spot", Form::Switch(true)),
        ..Row::DEFAULT
    },
    Row {
        key: Key::Reservation,
        name: "reservation",
        title: "Reservation",
        example: "projects/acme-ml/zones/us-central1-a/reservations/gpus",
        meaning: "the reservation that machines come from: `any`, `none`, or names separated by commas",
        field: field(Message::Machine, "reservationAffinity", Form::Reservation),
        ..Row::DEFAULT
    },
    Row {
        key: Key::GpuPartition,
        name: "gpu-partition",
        title: "GPU partition",
        example: "1g.10gb",
        meaning: "the size of the part of a GPU that a replica has",
        field: field(Message::Machine, "gpuPartitionSize", Form::Text),
        ..Row::DEFAULT
    },
    Row {
        key: Key::TpuTopology,
        name: "tpu-topology",
        title: "TPU topology",
        example: "2x2",
        meaning: "the topology of the chips of a TPU machine",
        field: field(Message::Machine, "tpuTopology", Form::Text),
        ..Row::DEFAULT
    },
    Row {
        key: Key::ScaleToZero,
        name: "scale-to-zero",
        title: "Scale to zero",
        example: "idle=3600s,up=300s",
        meaning: "preview: how long a model without requests keeps its replicas, and how long it stays up",
        field: preview(Message::Resources, "scaleToZeroSpec", SCALE_TO_ZERO),
        ..Row::DEFAULT
    },
    Row {
        key: Key::FlexStart,
        name: "flex-start",
        title: "Flex-start",
        example: "86400s",
        meaning: "preview: the deployment waits for machines, and ends after this time; at most seven days",
        field: preview(Message::Resources, "flexStart.maxRuntimeDuration", Form::Seconds(1, 604_800)),
        ..Row::DEFAULT
    },
    Row {
        key: Key::Waive,
        name: "waive",
        title: "Waived rules",
        malformed: Code::WaiverMalformed,
        example: "model/alias: retrained every night",
        meaning: "rules that do not apply to this entity, each with a reason; one a line",
        ..Row::DEFAULT
    },
];

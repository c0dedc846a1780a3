//! Machine type, accelerator, replicas.

use super::Example::Lines;
use super::Rule;
use crate::diagnostic::Code;

const MACHINES: &str = "Google, Configure compute resources for inference (shared/facts/google-cloud.md §5.2)";
const ACCELERATORS: &str = "`AcceleratorType` of `aiplatform.v1`, and Google, Configure compute resources for inference (shared/facts/google-cloud.md §5.3)";
const REPLICAS: &str = "`DedicatedResources` of `aiplatform.v1` (shared/facts/google-cloud.md §5.5)";

pub const RULES: &[Rule] = &[
    Rule {
        code: Code::MachineTypeMalformed,
        why: "Google refuses what is no name of a machine type.",
        wrong: Lines("machine-type: n1 standard 4"),
        right: Lines("machine-type: n1-standard-4"),
        source: MACHINES,
    },
    Rule {
        code: Code::MachineTypeUnknown,
        why: "A machine type that exists in Compute Engine need not serve models; the deployment is refused.",
        wrong: Lines("machine-type: n1-standart-4"),
        right: Lines("machine-type: n1-standard-4"),
        source: MACHINES,
    },
    Rule {
        code: Code::MachineTypeAcceleratorMissing,
        why: "The accelerators of these machines are what they are paid for; without them being named the container does not get them.",
        wrong: Lines("machine-type: g2-standard-4"),
        right: Lines("machine-type: g2-standard-4\naccelerator: NVIDIA_L4:1"),
        source: "shared/facts/google-cloud.md §5.2, §5.3; what Google does without one is unverified",
    },
    Rule {
        code: Code::MachineTypeFewReplicas,
        why: "These machines are let by the rack: Google serves on at least 18 of them.",
        wrong: Lines("machine-type: a4x-highgpu-4g\naccelerator: NVIDIA_GB200:4\nreplicas: 1-3"),
        right: Lines("machine-type: a4x-highgpu-4g\naccelerator: NVIDIA_GB200:4\nreplicas: 18-20"),
        source: MACHINES,
    },
    Rule {
        code: Code::MachineTypeDefault,
        why: "Google's default has two small CPUs, and is chosen for no model in particular. Off by default: it may be enough.",
        wrong: Lines("replicas: 2-3"),
        right: Lines("machine-type: n1-standard-2\nreplicas: 2-3"),
        source: "`MachineSpec` of `aiplatform.v1` (shared/facts/google-cloud.md §2.3)",
    },
    Rule {
        code: Code::AcceleratorMalformed,
        why: "Kind and number belong together; one without the other is refused.",
        wrong: Lines("machine-type: g2-standard-4\naccelerator: \"NVIDIA_L4:none\""),
        right: Lines("machine-type: g2-standard-4\naccelerator: NVIDIA_L4:1"),
        source: ACCELERATORS,
    },
    Rule {
        code: Code::AcceleratorUnknown,
        why: "Google knows accelerators by the names of an enumeration, not by those of the shop.",
        wrong: Lines("machine-type: g2-standard-4\naccelerator: NVIDIA_L44:1"),
        right: Lines("machine-type: g2-standard-4\naccelerator: NVIDIA_L4:1"),
        source: ACCELERATORS,
    },
    Rule {
        code: Code::AcceleratorDeprecated,
        why: "Google has marked this accelerator as deprecated, and lists no machine type for it any more.",
        wrong: Lines("machine-type: n1-standard-4\naccelerator: NVIDIA_TESLA_K80:1"),
        right: Lines("machine-type: n1-standard-4\naccelerator: NVIDIA_TESLA_T4:1"),
        source: ACCELERATORS,
    },
    Rule {
        code: Code::AcceleratorTpu,
        why: "TPUs need machine types and a topology that no annotation names.",
        wrong: Lines("machine-type: n1-standard-4\naccelerator: TPU_V5_LITEPOD:4"),
        right: Lines("machine-type: g2-standard-4\naccelerator: NVIDIA_L4:1"),
        source: "ours; `MachineSpec.tpuTopology` of `aiplatform.v1` (shared/facts/google-cloud.md §2.3)",
    },
    Rule {
        code: Code::AcceleratorMachineMismatch,
        why: "Accelerators go with certain machine types only; the deployment is refused.",
        wrong: Lines("machine-type: n1-standard-4\naccelerator: NVIDIA_L4:1"),
        right: Lines("machine-type: g2-standard-4\naccelerator: NVIDIA_L4:1"),
        source: ACCELERATORS,
    },
    Rule {
        code: Code::AcceleratorCount,
        why: "Each machine type has so many accelerators, or takes certain numbers of them; with any other number the deployment is refused.",
        wrong: Lines("machine-type: g2-standard-4\naccelerator: NVIDIA_L4:2"),
        right: Lines("machine-type: g2-standard-4\naccelerator: NVIDIA_L4:1"),
        source: ACCELERATORS,
    },
    Rule {
        code: Code::AcceleratorMachineMissing,
        why: "Google's default machine carries no accelerator.",
        wrong: Lines("accelerator: NVIDIA_L4:1"),
        right: Lines("machine-type: g2-standard-4\naccelerator: NVIDIA_L4:1"),
        source: ACCELERATORS,
    },
    Rule {
        code: Code::AcceleratorFramework,
        why: "Google builds these images for CPUs only: the accelerator would be paid for and stand idle, if the deployment is not refused.",
        wrong: Lines(
            "model: fraud-detector\nartifact-uri: gs://acme-models/fraud/3\nmachine-type: n1-standard-4\naccelerator: NVIDIA_TESLA_T4:1\nimage: us-docker.pkg.dev/vertex-ai/prediction/sklearn-cpu.1-5:latest",
        ),
        right: Lines(
            "model: fraud-detector\nartifact-uri: gs://acme-models/fraud/3\nmachine-type: n1-standard-4\naccelerator: NVIDIA_TESLA_T4:1\nimage: us-docker.pkg.dev/vertex-ai/prediction/tf2-gpu.2-15:latest",
        ),
        source: "Google, Configure compute resources for inference (shared/facts/google-cloud.md §5.3, §5.6)",
    },
    Rule {
        code: Code::AcceleratorImageWithoutGpu,
        why: "The libraries in the image cannot reach the accelerator, which is paid for all the same.",
        wrong: Lines(
            "model: fraud-detector\nartifact-uri: gs://acme-models/fraud/3\nmachine-type: n1-standard-4\naccelerator: NVIDIA_TESLA_T4:1\nimage: us-docker.pkg.dev/vertex-ai/prediction/tf2-cpu.2-15:latest",
        ),
        right: Lines(
            "model: fraud-detector\nartifact-uri: gs://acme-models/fraud/3\nmachine-type: n1-standard-4\naccelerator: NVIDIA_TESLA_T4:1\nimage: us-docker.pkg.dev/vertex-ai/prediction/tf2-gpu.2-15:latest",
        ),
        source: "shared/facts/google-cloud.md §5.6; that nothing else in the image uses it is unverified",
    },
    Rule {
        code: Code::ReplicasMalformed,
        why: "The number of replicas is what is paid for; nobody should guess it.",
        wrong: Lines("replicas: a few"),
        right: Lines("replicas: 1-3"),
        source: REPLICAS,
    },
    Rule {
        code: Code::ReplicasZero,
        why: "Scaling to zero exists in a preview of Google's API only; `v1` refuses a minimum below 1.",
        wrong: Lines("replicas: 0-3"),
        right: Lines("replicas: 1-3"),
        source: REPLICAS,
    },
    Rule {
        code: Code::ReplicasReversed,
        why: "Google refuses a maximum below the minimum.",
        wrong: Lines("replicas: 3-1"),
        right: Lines("replicas: 1-3"),
        source: REPLICAS,
    },
    Rule {
        code: Code::ReplicasSingle,
        why: "A replica that crashes takes the endpoint with it until another one is up. Off by default: a model may not matter that much.",
        wrong: Lines("replicas: \"1\""),
        right: Lines("replicas: 2-3"),
        source: "ours",
    },
];

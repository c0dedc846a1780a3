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
        code: Code::AcceleratorMachineMismatch,
        why: "Each machine type carries certain accelerators in certain numbers; the deployment is refused.",
        wrong: Lines("machine-type: n1-standard-4\naccelerator: NVIDIA_L4:1"),
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
];

//! Machine types that serve models, their accelerators and TPU topologies.
//!
//! Source: "Configure compute resources for inference"
//! (<https://docs.cloud.google.com/gemini-enterprise-agent-platform/machine-learning/predictions/configure-compute>) and
//! `aiplatform.v1` `MachineSpec`, both read 2026-11-28. Unverified: that a machine with built-in accelerators may be deployed without
//! naming them, that a TPU machine needs a topology, and the texts but that for an unknown type.

use super::Problems;
use serde_json::{Value, json};

/// The machine type of a deployed model that names none.
const DEFAULT: &str = "n1-standard-2";

/// Machine types without accelerators of their own: family and sizes.
const PLAIN: &[(&str, &[u32])] = &[
    ("e2-standard", &[2, 4, 8, 16, 32]),
    ("e2-highmem", &[2, 4, 8, 16]),
    ("e2-highcpu", &[2, 4, 8, 16, 32]),
    ("n1-standard", &[2, 4, 8, 16, 32]),
    ("n1-highmem", &[2, 4, 8, 16, 32]),
    ("n1-highcpu", &[2, 4, 8, 16, 32]),
    ("n2-standard", &[2, 4, 8, 16, 32, 48, 64, 80, 96, 128]),
    ("n2-highmem", &[2, 4, 8, 16, 32, 48, 64, 80, 96, 128]),
    ("n2-highcpu", &[2, 4, 8, 16, 32, 48, 64, 80, 96]),
    ("n2d-standard", &[2, 4, 8, 16, 32, 48, 64, 80, 96, 128, 224]),
    ("n2d-highmem", &[2, 4, 8, 16, 32, 48, 64, 80, 96]),
    ("n2d-highcpu", &[2, 4, 8, 16, 32, 48, 64, 80, 96, 128, 224]),
    ("c2-standard", &[4, 8, 16, 30, 60]),
    ("c2d-standard", &[2, 4, 8, 16, 32, 56, 112]),
    ("c2d-highmem", &[2, 4, 8, 16, 32, 56, 112]),
    ("c2d-highcpu", &[2, 4, 8, 16, 32, 56, 112]),
    ("c3-highcpu", &[4, 8, 22, 44, 88, 176]),
];

/// Machine types with built-in accelerators, and how many. A model may use fewer: Google then places several replicas on a machine.
const ACCELERATED: &[(&str, &str, i64)] = &[
    ("a2-highgpu-1g", "NVIDIA_TESLA_A100", 1),
    ("a2-highgpu-2g", "NVIDIA_TESLA_A100", 2),
    ("a2-highgpu-4g", "NVIDIA_TESLA_A100", 4),
    ("a2-highgpu-8g", "NVIDIA_TESLA_A100", 8),
    ("a2-megagpu-16g", "NVIDIA_TESLA_A100", 16),
    ("a2-ultragpu-1g", "NVIDIA_A100_80GB", 1),
    ("a2-ultragpu-2g", "NVIDIA_A100_80GB", 2),
    ("a2-ultragpu-4g", "NVIDIA_A100_80GB", 4),
    ("a2-ultragpu-8g", "NVIDIA_A100_80GB", 8),
    ("a3-highgpu-1g", "NVIDIA_H100_80GB", 1),
    ("a3-highgpu-2g", "NVIDIA_H100_80GB", 2),
    ("a3-highgpu-4g", "NVIDIA_H100_80GB", 4),
    ("a3-highgpu-8g", "NVIDIA_H100_80GB", 8),
    ("a3-edgegpu-8g", "NVIDIA_H100_80GB", 8),
    ("a3-megagpu-8g", "NVIDIA_H100_MEGA_80GB", 8),
    ("a3-ultragpu-8g", "NVIDIA_H200_141GB", 8),
    ("a4-highgpu-8g", "NVIDIA_B200", 8),
    ("a4x-highgpu-4g", "NVIDIA_GB200", 4),
    ("g2-standard-4", "NVIDIA_L4", 1),
    ("g2-standard-8", "NVIDIA_L4", 1),
    ("g2-standard-12", "NVIDIA_L4", 1),
    ("g2-standard-16", "NVIDIA_L4", 1),
    ("g2-standard-24", "NVIDIA_L4", 2),
    ("g2-standard-32", "NVIDIA_L4", 1),
    ("g2-standard-48", "NVIDIA_L4", 4),
    ("g2-standard-96", "NVIDIA_L4", 8),
    ("g4-standard-48", "NVIDIA_RTX_PRO_6000", 1),
    ("g4-standard-96", "NVIDIA_RTX_PRO_6000", 2),
    ("g4-standard-192", "NVIDIA_RTX_PRO_6000", 4),
    ("g4-standard-384", "NVIDIA_RTX_PRO_6000", 8),
];

/// TPU machine types with their number of chips. A topology has so many chips, or a multiple of them on several machines.
const TPUS: &[(&str, u32)] = &[
    ("ct5lp-hightpu-1t", 1),
    ("ct5lp-hightpu-4t", 4),
    ("ct5lp-hightpu-8t", 8),
    ("ct6e-standard-1t", 1),
    ("ct6e-standard-4t", 4),
    ("ct6e-standard-8t", 8),
    ("tpu7x-standard-4t", 4),
];

/// Accelerators that can be attached to n1 machines: their counts for machines of up to 8, 16 and 32 CPUs.
const ATTACHED: &[(&str, [&[i64]; 3])] = &[
    ("NVIDIA_TESLA_K80", [&[1, 2, 4, 8], &[2, 4, 8], &[4, 8]]),
    ("NVIDIA_TESLA_P100", [&[1, 2, 4], &[1, 2, 4], &[2, 4]]),
    ("NVIDIA_TESLA_V100", [&[1, 2, 4, 8], &[2, 4, 8], &[4, 8]]),
    ("NVIDIA_TESLA_P4", [&[1, 2, 4], &[1, 2, 4], &[2, 4]]),
    ("NVIDIA_TESLA_T4", [&[1, 2, 4], &[1, 2, 4], &[2, 4]]),
];

/// Adds Google's default for a missing machine type.
pub fn complete(dedicated: &mut Value) {
    let Some(spec) = dedicated.get_mut("machineSpec") else { return };
    if spec["machineType"].as_str().is_none_or(str::is_empty) {
        spec["machineType"] = json!(DEFAULT);
    }
}

/// Checks a `MachineSpec` at a path of the request.
pub fn check(spec: &Value, path: &str, problems: &mut Problems) {
    if !spec.is_object() {
        return;
    }
    let mut wrong = |field: &str, text: String| problems.push((format!("{path}.{field}"), text));
    let kind = spec["machineType"].as_str().filter(|kind| !kind.is_empty()).unwrap_or(DEFAULT);
    let count = spec["acceleratorCount"].as_i64().filter(|count| *count != 0);
    let accelerator = spec["acceleratorType"].as_str().filter(|name| *name != "ACCELERATOR_TYPE_UNSPECIFIED");
    let topology = spec["tpuTopology"].as_str().filter(|topology| !topology.is_empty());
    let chips = TPUS.iter().find(|(name, _)| *name == kind).map(|(_, chips)| *chips);
    let built_in = ACCELERATED.iter().find(|(name, ..)| *name == kind);
    let size = plain_size(kind);
    if chips.is_none() && built_in.is_none() && size.is_none() {
        wrong("machine_type", format!("Machine type \"{kind}\" is not supported."));
        return;
    }
    match (chips, topology) {
        (Some(_), None) => wrong("tpu_topology", format!("Machine type \"{kind}\" requires a TPU topology.")),
        (Some(chips), Some(topology)) if product(topology).is_none_or(|all| all % chips != 0) => {
            wrong("tpu_topology", format!("TPU topology \"{topology}\" is not supported for machine type \"{kind}\"."));
        }
        (None, Some(_)) => wrong("tpu_topology", format!("Machine type \"{kind}\" has no TPUs.")),
        _ => {}
    }
    if let Some(partition) = spec["gpuPartitionSize"].as_str().filter(|size| !size.is_empty())
        && count != Some(1)
    {
        wrong("accelerator_count", format!("Accelerator count must be 1 with the GPU partition size \"{partition}\"."));
    }
    let (Some(accelerator), Some(count)) = (accelerator, count) else {
        if accelerator.is_some() || count.is_some() {
            wrong("accelerator_count", "acceleratorType and acceleratorCount go together.".to_owned());
        }
        return;
    };
    let fits = match built_in {
        Some((_, own, most)) => *own == accelerator && (1..=*most).contains(&count),
        None => kind.starts_with("n1-") && attached(accelerator, size.unwrap_or_default()).contains(&count),
    };
    if !fits {
        let text =
            format!("{count} accelerator(s) of type {accelerator} are not supported for machine type \"{kind}\".");
        wrong("accelerator_type", text);
    }
}

fn plain_size(kind: &str) -> Option<u32> {
    let (family, size) = kind.rsplit_once('-')?;
    let size = size.parse().ok()?;
    PLAIN.iter().any(|(name, sizes)| *name == family && sizes.contains(&size)).then_some(size)
}

fn attached(accelerator: &str, cpus: u32) -> &'static [i64] {
    let column = match cpus {
        0..=8 => 0,
        9..=16 => 1,
        _ => 2,
    };
    ATTACHED.iter().find(|(name, _)| *name == accelerator).map_or(&[], |(_, counts)| counts[column])
}

/// The number of chips of a topology such as `2x2x1`.
fn product(topology: &str) -> Option<u32> {
    let sides: Vec<u32> =
        topology.split('x').map(|side| side.parse().ok().filter(|n| *n > 0)).collect::<Option<_>>()?;
    (2..=3).contains(&sides.len()).then(|| sides.iter().product())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(spec: Value) -> Vec<String> {
        let mut problems = Vec::new();
        check(&spec, "m", &mut problems);
        problems.into_iter().map(|(field, _)| field).collect()
    }

    #[test]
    fn accepts_what_google_lists() {
        for spec in [
            json!({}),
            json!({"machineType": "n1-standard-4"}),
            json!({"machineType": "n1-standard-16", "acceleratorType": "NVIDIA_TESLA_T4", "acceleratorCount": 4}),
            json!({"machineType": "a3-highgpu-8g", "acceleratorType": "NVIDIA_H100_80GB", "acceleratorCount": 2}),
            json!({"machineType": "ct6e-standard-8t", "tpuTopology": "2x4"}),
            json!({"machineType": "ct5lp-hightpu-4t", "tpuTopology": "4x4"}),
            json!({"machineType": "a2-highgpu-1g", "acceleratorType": "NVIDIA_TESLA_A100", "acceleratorCount": 1, "gpuPartitionSize": "1g.5gb"}),
        ] {
            assert_eq!(fields(spec.clone()), [""; 0], "{spec}");
        }
    }

    #[test]
    fn rejects_impossible_combinations() {
        for (spec, field) in [
            (json!({"machineType": "n1-standard-3"}), "m.machine_type"),
            (
                json!({"machineType": "g2-standard-4", "acceleratorType": "NVIDIA_L4", "acceleratorCount": 2}),
                "m.accelerator_type",
            ),
            (
                json!({"machineType": "n1-standard-32", "acceleratorType": "NVIDIA_TESLA_T4", "acceleratorCount": 1}),
                "m.accelerator_type",
            ),
            (
                json!({"machineType": "e2-standard-4", "acceleratorType": "NVIDIA_TESLA_T4", "acceleratorCount": 1}),
                "m.accelerator_type",
            ),
            (json!({"machineType": "n1-standard-4", "acceleratorCount": 1}), "m.accelerator_count"),
            (json!({"machineType": "ct5lp-hightpu-8t", "tpuTopology": "2x2"}), "m.tpu_topology"),
            (json!({"machineType": "ct5lp-hightpu-8t", "tpuTopology": "large"}), "m.tpu_topology"),
        ] {
            assert_eq!(fields(spec.clone()), [field], "{spec}");
        }
    }
}

//! The virtual CPUs and the memory of machine types, and the ids of the quotas that they use.
//!
//! Sources: "General-purpose", "Compute-optimized" and "Accelerator-optimized machine family" of
//! <https://docs.cloud.google.com/compute/docs/machine-resource>, read 2026-11-28. Quotas: the ids that the commands `gcloud ai` compare
//! before a deployment (Google Cloud CLI, read 2026-11-28); the id for CPUs is from Google's error texts.

use crate::vertex::machine::{Accelerator, MachineType};

/// The size of a machine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    pub cpus: u64,
    /// Bytes.
    pub memory: u64,
}

const GIB: u64 = 1 << 30;

/// Families whose size ends with the number of CPUs, with the memory of a CPU in hundredths of GiB.
const FAMILIES: &[(&str, u64)] = &[
    ("e2-standard-", 400),
    ("e2-highmem-", 800),
    ("e2-highcpu-", 100),
    ("n1-standard-", 375),
    ("n1-highmem-", 650),
    ("n1-highcpu-", 90),
    ("n2-standard-", 400),
    ("n2-highmem-", 800),
    ("n2-highcpu-", 100),
    ("n2d-standard-", 400),
    ("n2d-highmem-", 800),
    ("n2d-highcpu-", 100),
    ("c2-standard-", 400),
    ("c2d-standard-", 400),
    ("c2d-highcpu-", 200),
    ("c2d-highmem-", 800),
    ("c3-highcpu-", 200),
    ("g2-standard-", 400),
    ("g4-standard-", 375),
];

/// Machines that do not follow their family: CPUs and GiB.
const OTHERS: &[(&str, u64, u64)] = &[
    ("n2-highmem-128", 128, 864),
    ("a2-highgpu-1g", 12, 85),
    ("a2-highgpu-2g", 24, 170),
    ("a2-highgpu-4g", 48, 340),
    ("a2-highgpu-8g", 96, 680),
    ("a2-megagpu-16g", 96, 1360),
    ("a2-ultragpu-1g", 12, 170),
    ("a2-ultragpu-2g", 24, 340),
    ("a2-ultragpu-4g", 48, 680),
    ("a2-ultragpu-8g", 96, 1360),
    ("a3-highgpu-1g", 26, 234),
    ("a3-highgpu-2g", 52, 468),
    ("a3-highgpu-4g", 104, 936),
    ("a3-highgpu-8g", 208, 1872),
    ("a3-edgegpu-8g", 208, 1872),
    ("a3-megagpu-8g", 208, 1872),
    ("a3-ultragpu-8g", 224, 2952),
    ("a4-highgpu-8g", 224, 3968),
    ("a4x-highgpu-4g", 140, 884),
];

/// The size of a machine type; `None` for an unknown one.
pub fn size(machine: &str) -> Option<Size> {
    machine.parse::<MachineType>().ok().filter(MachineType::is_known)?;
    if let Some((_, cpus, gib)) = OTHERS.iter().find(|(name, ..)| *name == machine) {
        return Some(Size { cpus: *cpus, memory: gib * GIB });
    }
    FAMILIES.iter().find_map(|(family, hundredths)| {
        let cpus = machine.strip_prefix(family)?.parse::<u64>().ok()?;
        Some(Size { cpus, memory: cpus * hundredths * GIB / 100 })
    })
}

/// Accelerators with a known quota: type, part of the id, part of the metric.
const GPUS: &[(&str, &str, &str)] = &[
    ("NVIDIA_TESLA_P4", "P4", "p4"),
    ("NVIDIA_TESLA_T4", "T4", "t4"),
    ("NVIDIA_L4", "L4", "l4"),
    ("NVIDIA_TESLA_V100", "V100", "v100"),
    ("NVIDIA_TESLA_P100", "P100", "p100"),
    ("NVIDIA_TESLA_A100", "A100", "a100"),
    ("NVIDIA_A100_80GB", "A10080GB", "a100_80gb"),
    ("NVIDIA_H100_80GB", "H100", "h100"),
    ("NVIDIA_RTX_PRO_6000", "RTXPRO6000", "rtx_pro_6000"),
];

/// A quota of serving in one region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    pub id: String,
    pub metric: String,
    /// The accelerator; `None`: CPUs.
    pub accelerator: Option<String>,
}

impl Quota {
    pub fn cpus() -> Self {
        Self {
            id: "CustomModelServingCPUsPerProjectPerRegion".into(),
            metric: "custom_model_serving_cpus".into(),
            accelerator: None,
        }
    }

    /// `None` where the id of the accelerator's quota is unknown.
    pub fn gpus(kind: &str) -> Option<Self> {
        let (_, id, metric) = GPUS.iter().find(|(known, ..)| *known == kind)?;
        Some(Self {
            id: format!("CustomModelServing{id}GPUsPerProjectPerRegion"),
            metric: format!("custom_model_serving_nvidia_{metric}_gpus"),
            accelerator: Some(kind.to_owned()),
        })
    }

    /// How much of it one replica uses; `None` for an unknown machine type.
    pub fn of_replica(&self, machine: &str, accelerator: Option<&Accelerator>) -> Option<u64> {
        match &self.accelerator {
            None => size(machine).map(|size| size.cpus),
            Some(kind) => Some(accelerator.filter(|it| it.kind == *kind).map_or(0, |it| it.count.into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vertex::machine::machines;

    #[test]
    fn every_listed_machine_has_a_size() {
        let is_tpu = |machine: &String| machine.parse::<MachineType>().unwrap().is_tpu();
        for machine in machines(&|_| true).into_iter().filter(|machine| !is_tpu(machine)) {
            let size = size(&machine).unwrap_or_else(|| panic!("{machine}"));
            assert!(size.cpus > 0 && size.memory >= size.cpus * GIB / 2, "{machine}");
        }
        assert_eq!(size("n1-standard-4"), Some(Size { cpus: 4, memory: 15 * GIB }));
        assert_eq!(size("a2-highgpu-2g"), Some(Size { cpus: 24, memory: 170 * GIB }));
        assert_eq!(size("z9-standard-4"), None);
    }

    #[test]
    fn quotas_have_googles_ids() {
        let quota = Quota::gpus("NVIDIA_A100_80GB").unwrap();
        assert_eq!(quota.id, "CustomModelServingA10080GBGPUsPerProjectPerRegion");
        assert_eq!(quota.metric, "custom_model_serving_nvidia_a100_80gb_gpus");
        assert_eq!(Quota::gpus("NVIDIA_B200"), None);
    }
}

//! The ids of serving quotas, and their default limits.
//!
//! Source: the ids that gcloud knows; "Vertex AI quotas and limits", read 2026-11-28, for the limits by region. Unverified: the ids of
//! preemptible resources and of the accelerators that gcloud does not know (H100 Mega, H200, B200, GB200, TPU v6e).

use serde_json::Value;
use std::collections::BTreeSet;

/// An accelerator's quota.
#[derive(Debug)]
pub struct Accelerator {
    /// The `AcceleratorType`, or the prefix of a TPU's machine types.
    pub kind: &'static str,
    /// Within the metric, e.g. `nvidia_t4_gpus`.
    pub metric: &'static str,
    /// Within the id, e.g. `T4GPUs`.
    pub id: &'static str,
    /// The regions that offer it, with the default limit.
    pub regions: &'static [(&'static str, i64)],
}

/// A quota of a project and region.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quota {
    /// `None`: CPUs.
    kind: Option<&'static str>,
    is_spot: bool,
}

/// All serving accelerators.
pub const ACCELERATORS: &[Accelerator] = &[
    Accelerator {
        kind: "NVIDIA_TESLA_T4",
        metric: "nvidia_t4_gpus",
        id: "T4GPUs",
        regions: &[
            ("us-west1", 12),
            ("us-central1", 12),
            ("us-east1", 12),
            ("europe-west2", 12),
            ("europe-west4", 12),
            ("europe-west3", 0),
            ("asia-south1", 6),
            ("asia-southeast1", 6),
            ("asia-east1", 6),
            ("asia-east2", 12),
            ("asia-northeast1", 6),
            ("asia-northeast3", 6),
        ],
    },
    Accelerator {
        kind: "NVIDIA_L4",
        metric: "nvidia_l4_gpus",
        id: "L4GPUs",
        regions: &[
            ("us-west1", 28),
            ("us-central1", 28),
            ("us-east1", 28),
            ("us-east4", 28),
            ("europe-west1", 28),
            ("europe-west2", 28),
            ("europe-west4", 28),
            ("asia-southeast1", 28),
            ("asia-east1", 28),
            ("asia-northeast1", 28),
        ],
    },
    Accelerator { kind: "NVIDIA_TESLA_K80", metric: "nvidia_k80_gpus", id: "K80GPUs", regions: &[] },
    Accelerator {
        kind: "NVIDIA_TESLA_V100",
        metric: "nvidia_v100_gpus",
        id: "V100GPUs",
        regions: &[("us-west1", 6), ("us-central1", 6), ("europe-west4", 6)],
    },
    Accelerator {
        kind: "NVIDIA_TESLA_P4",
        metric: "nvidia_p4_gpus",
        id: "P4GPUs",
        regions: &[
            ("us-west2", 6),
            ("us-central1", 6),
            ("us-east4", 6),
            ("northamerica-northeast1", 6),
            ("europe-west4", 6),
            ("asia-southeast1", 6),
            ("australia-southeast1", 6),
        ],
    },
    Accelerator {
        kind: "NVIDIA_TESLA_P100",
        metric: "nvidia_p100_gpus",
        id: "P100GPUs",
        regions: &[("us-west1", 30), ("us-central1", 56), ("us-east1", 30), ("europe-west1", 30), ("asia-east1", 30)],
    },
    Accelerator {
        kind: "NVIDIA_TESLA_A100",
        metric: "nvidia_a100_gpus",
        id: "A100GPUs",
        regions: &[
            ("us-central1", 14),
            ("europe-west4", 14),
            ("asia-southeast1", 14),
            ("asia-northeast1", 14),
            ("asia-northeast3", 14),
            ("me-west1", 1),
        ],
    },
    Accelerator {
        kind: "NVIDIA_A100_80GB",
        metric: "nvidia_a100_80gb_gpus",
        id: "A10080GBGPUs",
        regions: &[("us-central1", 1), ("us-east4", 1), ("europe-west4", 1), ("asia-southeast1", 1)],
    },
    Accelerator {
        kind: "NVIDIA_H100_80GB",
        metric: "nvidia_h100_gpus",
        id: "H100GPUs",
        regions: &[
            ("us-west1", 8),
            ("us-central1", 16),
            ("us-east5", 16),
            ("europe-west4", 16),
            ("asia-southeast1", 16),
            ("us-east4", 0),
        ],
    },
    Accelerator {
        kind: "NVIDIA_H100_MEGA_80GB",
        metric: "nvidia_h100_mega_gpus",
        id: "H100MegaGPUs",
        regions: &[
            ("us-west1", 0),
            ("us-west4", 0),
            ("us-central1", 0),
            ("us-east4", 0),
            ("us-east5", 0),
            ("europe-west1", 0),
            ("europe-west4", 0),
            ("asia-southeast1", 0),
            ("asia-northeast1", 0),
            ("australia-southeast1", 0),
        ],
    },
    Accelerator {
        kind: "NVIDIA_H200_141GB",
        metric: "nvidia_h200_gpus",
        id: "H200GPUs",
        regions: &[
            ("us-south1", 8),
            ("asia-south2", 8),
            ("us-west1", 0),
            ("us-central1", 0),
            ("us-east4", 0),
            ("europe-west1", 0),
        ],
    },
    Accelerator { kind: "NVIDIA_B200", metric: "nvidia_b200_gpus", id: "B200GPUs", regions: &[("us-central1", 0)] },
    Accelerator { kind: "NVIDIA_GB200", metric: "nvidia_gb200_gpus", id: "GB200GPUs", regions: &[("us-central1", 0)] },
    Accelerator {
        kind: "NVIDIA_RTX_PRO_6000",
        metric: "nvidia_rtx_pro_6000_gpus",
        id: "RTXPRO6000GPUs",
        regions: &[
            ("us-central1", 8),
            ("us-east1", 8),
            ("europe-west4", 8),
            ("asia-southeast2", 8),
            ("us-west1", 0),
            ("us-east4", 0),
            ("europe-west1", 0),
            ("asia-south2", 0),
            ("asia-southeast1", 0),
        ],
    },
    Accelerator {
        kind: "ct5lp-",
        metric: "tpu_v5e",
        id: "V5ETPU",
        regions: &[
            ("us-central1", 32),
            ("us-south1", 32),
            ("europe-west4", 32),
            ("asia-southeast1", 32),
            ("us-west1", 4),
            ("us-west4", 0),
        ],
    },
    Accelerator {
        kind: "ct6e-",
        metric: "tpu_v6e",
        id: "V6ETPU",
        regions: &[("europe-west4", 8), ("us-east1", 0), ("us-east5", 0), ("asia-northeast1", 0)],
    },
];

/// Regions with fewer CPUs than others.
const FEWER_CPUS: &[(i64, &[&str])] = &[
    (450, &["us-south1", "northamerica-northeast2", "southamerica-west1", "europe-central2", "me-west1"]),
    (
        16,
        &[
            "us-west4",
            "us-east5",
            "europe-north1",
            "europe-west8",
            "europe-west9",
            "europe-west12",
            "europe-southwest1",
            "asia-south2",
            "asia-northeast2",
            "australia-southeast2",
            "me-central1",
            "me-central2",
            "africa-south1",
        ],
    ),
];
const CPUS: i64 = 2200;

impl Quota {
    fn accelerator(&self) -> Option<&'static Accelerator> {
        ACCELERATORS.iter().find(|one| Some(one.kind) == self.kind)
    }

    /// Every quota.
    pub fn all() -> Vec<Self> {
        let kinds = std::iter::once(None).chain(ACCELERATORS.iter().map(|one| Some(one.kind)));
        kinds.flat_map(|kind| [false, true].map(|is_spot| Self { kind, is_spot })).collect()
    }

    /// The regions that offer its resource.
    pub fn regions(&self) -> Vec<&'static str> {
        match self.accelerator() {
            Some(one) => one.regions.iter().map(|(name, _)| *name).collect(),
            None => {
                let fewer = FEWER_CPUS.iter().flat_map(|(_, regions)| regions.iter());
                let others = ACCELERATORS.iter().flat_map(|one| one.regions.iter().map(|(name, _)| name));
                fewer.chain(others).copied().collect::<BTreeSet<_>>().into_iter().collect()
            }
        }
    }

    /// The id in Cloud Quotas.
    pub fn id(&self) -> String {
        let spot = if self.is_spot { "Preemptible" } else { "" };
        format!("CustomModelServing{spot}{}PerProjectPerRegion", self.accelerator().map_or("CPUs", |one| one.id))
    }

    /// The metric, without the service.
    pub fn metric(&self) -> String {
        let spot = if self.is_spot { "preemptible_" } else { "" };
        format!("custom_model_serving_{spot}{}", self.accelerator().map_or("cpus", |one| one.metric))
    }

    /// The default limit in a region; `None` where the resource is not offered.
    pub fn default_limit(&self, region: &str) -> Option<i64> {
        match self.accelerator() {
            Some(one) => one.regions.iter().find(|(name, _)| *name == region).map(|(_, limit)| *limit),
            None => {
                let fewer = FEWER_CPUS.iter().find(|(_, regions)| regions.contains(&region));
                Some(fewer.map_or(CPUS, |(limit, _)| *limit))
            }
        }
    }
}

/// The accelerator of dedicated resources, and how many each replica has.
fn accelerator(resources: &Value) -> Option<(&'static Accelerator, i64)> {
    let machine = &resources["machineSpec"];
    let kind = machine["machineType"].as_str().unwrap_or_default();
    if let Some(tpu) = ACCELERATORS.iter().find(|one| one.kind.ends_with('-') && kind.starts_with(one.kind)) {
        let chips = kind.rsplit('-').next().and_then(|last| last.strip_suffix('t')?.parse().ok()).unwrap_or(1);
        return Some((tpu, chips));
    }
    let kind = machine["acceleratorType"].as_str()?;
    let found = ACCELERATORS.iter().find(|one| one.kind == kind)?;
    Some((found, machine["acceleratorCount"].as_i64().unwrap_or(1)))
}

/// The quota that dedicated resources use up first: of their accelerator, else of CPUs.
pub fn of_machine(resources: &Value) -> Quota {
    Quota { kind: accelerator(resources).map(|(one, _)| one.kind), is_spot: resources["spot"] == true }
}

/// The virtual CPUs of a machine type. Source: "Machine families" of Compute Engine, read 2026-11-28.
fn cpus(machine: &str) -> i64 {
    const GIVEN: &[(&str, i64)] = &[
        ("a2-megagpu-16g", 96),
        ("a3-highgpu-1g", 26),
        ("a3-highgpu-2g", 52),
        ("a3-highgpu-4g", 104),
        ("a3-highgpu-8g", 208),
        ("a3-megagpu-8g", 208),
        ("a3-edgegpu-8g", 208),
        ("a3-ultragpu-8g", 224),
        ("a4-highgpu-8g", 224),
        ("a4x-highgpu-4g", 140),
        ("ct5lp-hightpu-1t", 24),
        ("ct5lp-hightpu-4t", 112),
        ("ct5lp-hightpu-8t", 224),
        ("ct6e-standard-1t", 44),
        ("ct6e-standard-4t", 180),
        ("ct6e-standard-8t", 180),
    ];
    let given = GIVEN.iter().find(|(name, _)| *name == machine).map(|(_, cpus)| *cpus);
    let last = machine.rsplit('-').next().unwrap_or_default();
    let per_gpu = || last.strip_suffix('g').and_then(|count| count.parse::<i64>().ok()).map(|count| count * 12);
    given.or_else(|| last.parse().ok()).or_else(per_gpu).unwrap_or(1)
}

/// What dedicated resources use of each quota with so many replicas.
pub fn demand(resources: &Value, replicas: i64) -> Vec<(Quota, i64)> {
    let is_spot = resources["spot"] == true;
    let machine = resources["machineSpec"]["machineType"].as_str().unwrap_or_default();
    let mut demand = vec![(Quota { kind: None, is_spot }, cpus(machine) * replicas)];
    if let Some((one, count)) = accelerator(resources) {
        demand.push((Quota { kind: Some(one.kind), is_spot }, count * replicas));
    }
    demand
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_quotas_as_google_does() {
        let quota = |machine: Value| of_machine(&json!({ "machineSpec": machine }));
        for (machine, id, metric) in [
            (
                json!({"machineType": "n1-standard-4"}),
                "CustomModelServingCPUsPerProjectPerRegion",
                "custom_model_serving_cpus",
            ),
            (
                json!({"machineType": "a2-ultragpu-1g", "acceleratorType": "NVIDIA_A100_80GB"}),
                "CustomModelServingA10080GBGPUsPerProjectPerRegion",
                "custom_model_serving_nvidia_a100_80gb_gpus",
            ),
            (
                json!({"machineType": "ct5lp-hightpu-4t"}),
                "CustomModelServingV5ETPUPerProjectPerRegion",
                "custom_model_serving_tpu_v5e",
            ),
        ] {
            assert_eq!((quota(machine.clone()).id(), quota(machine).metric()), (id.to_owned(), metric.to_owned()));
        }
    }

    #[test]
    fn a_replica_uses_cpus_and_accelerators() {
        let spec = json!({"machineSpec": {"machineType": "a2-highgpu-2g", "acceleratorType": "NVIDIA_TESLA_A100", "acceleratorCount": 2}});
        let demand: Vec<(String, i64)> = demand(&spec, 3).iter().map(|(quota, used)| (quota.metric(), *used)).collect();
        assert_eq!(
            demand,
            [("custom_model_serving_cpus".to_owned(), 72), ("custom_model_serving_nvidia_a100_gpus".to_owned(), 6)]
        );
        for (machine, expected) in [("g2-standard-12", 12), ("a3-highgpu-8g", 208), ("ct6e-standard-4t", 180)] {
            assert_eq!(cpus(machine), expected, "{machine}");
        }
    }
}

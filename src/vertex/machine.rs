//! Machine types that serve models, and the accelerators they carry.
//! Sources: Google's page "Configure compute resources for inference" and the `AcceleratorType` enum of `aiplatform.v1`
//! (`shared/facts/google-cloud.md` §5.2, §5.3).

use super::region::nearest;
use crate::name::NameError;
use crate::words;
use serde::Serialize;
use std::fmt;
use std::str::FromStr;

/// Families of machine types and the sizes that Vertex AI offers.
const MACHINES: &[(&str, &str)] = &[
    ("e2-standard-", "2 4 8 16 32"),
    ("e2-highmem-", "2 4 8 16"),
    ("e2-highcpu-", "2 4 8 16 32"),
    ("n1-standard-", "2 4 8 16 32"),
    ("n1-highmem-", "2 4 8 16 32"),
    ("n1-highcpu-", "2 4 8 16 32"),
    ("n2-standard-", "2 4 8 16 32 48 64 80 96 128"),
    ("n2-highmem-", "2 4 8 16 32 48 64 80 96 128"),
    ("n2-highcpu-", "2 4 8 16 32 48 64 80 96"),
    ("n2d-standard-", "2 4 8 16 32 48 64 80 96 128 224"),
    ("n2d-highmem-", "2 4 8 16 32 48 64 80 96"),
    ("n2d-highcpu-", "2 4 8 16 32 48 64 80 96 128 224"),
    ("c2-standard-", "4 8 16 30 60"),
    ("c2d-standard-", "2 4 8 16 32 56 112"),
    ("c2d-highcpu-", "2 4 8 16 32 56 112"),
    ("c2d-highmem-", "2 4 8 16 32 56 112"),
    ("c3-highcpu-", "4 8 22 44 88 176"),
    ("a2-highgpu-", "1g 2g 4g 8g"),
    ("a2-megagpu-", "16g"),
    ("a2-ultragpu-", "1g 2g 4g 8g"),
    ("a3-highgpu-", "1g 2g 4g 8g"),
    ("a3-edgegpu-", "8g"),
    ("a3-megagpu-", "8g"),
    ("a3-ultragpu-", "8g"),
    ("a4-highgpu-", "8g"),
    ("a4x-highgpu-", "4g"),
    ("g2-standard-", "4 8 12 16 24 32 48 96"),
    ("g4-standard-", "48 96 192 384"),
];

/// Each accelerator, and for the machines that carry it (by prefix) how many there are.
/// `N1` marks those that are attached to n1 machines in a number of one's choice.
const ACCELERATORS: &[(&str, &[(&str, u32)])] = &[
    (
        "NVIDIA_TESLA_A100",
        &[
            ("a2-highgpu-1g", 1),
            ("a2-highgpu-2g", 2),
            ("a2-highgpu-4g", 4),
            ("a2-highgpu-8g", 8),
            ("a2-megagpu-16g", 16),
        ],
    ),
    ("NVIDIA_A100_80GB", &[("a2-ultragpu-1g", 1), ("a2-ultragpu-2g", 2), ("a2-ultragpu-4g", 4), ("a2-ultragpu-8g", 8)]),
    (
        "NVIDIA_H100_80GB",
        &[("a3-highgpu-1g", 1), ("a3-highgpu-2g", 2), ("a3-highgpu-4g", 4), ("a3-highgpu-8g", 8), ("a3-edgegpu-8g", 8)],
    ),
    ("NVIDIA_H100_MEGA_80GB", &[("a3-megagpu-8g", 8)]),
    ("NVIDIA_H200_141GB", &[("a3-ultragpu-8g", 8)]),
    ("NVIDIA_B200", &[("a4-highgpu-8g", 8)]),
    ("NVIDIA_GB200", &[("a4x-highgpu-4g", 4)]),
    (
        "NVIDIA_L4",
        &[
            ("g2-standard-4", 1),
            ("g2-standard-8", 1),
            ("g2-standard-12", 1),
            ("g2-standard-16", 1),
            ("g2-standard-32", 1),
            ("g2-standard-24", 2),
            ("g2-standard-48", 4),
            ("g2-standard-96", 8),
        ],
    ),
    (
        "NVIDIA_RTX_PRO_6000",
        &[("g4-standard-48", 1), ("g4-standard-96", 2), ("g4-standard-192", 4), ("g4-standard-384", 8)],
    ),
    ("NVIDIA_TESLA_P100", N1),
    ("NVIDIA_TESLA_V100", N1),
    ("NVIDIA_TESLA_P4", N1),
    ("NVIDIA_TESLA_T4", N1),
];

const N1: &[(&str, u32)] = &[];

/// How many of an attached accelerator an n1 machine takes, by its number of CPUs.
fn n1_counts(kind: &str, cpus: u32) -> &'static [u32] {
    match (kind, cpus) {
        ("NVIDIA_TESLA_V100", 0..=8) => &[1, 2, 4, 8],
        ("NVIDIA_TESLA_V100", 9..=16) => &[2, 4, 8],
        ("NVIDIA_TESLA_V100", _) => &[4, 8],
        (_, 0..=16) => &[1, 2, 4],
        _ => &[2, 4],
    }
}

fn machines() -> impl Iterator<Item = String> {
    MACHINES.iter().flat_map(|(family, sizes)| sizes.split(' ').map(move |size| format!("{family}{size}")))
}

/// A machine type that Vertex AI serves models on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct MachineType(String);

impl MachineType {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether Vertex AI is known to serve models on it.
    pub fn is_known(&self) -> bool {
        machines().any(|machine| machine == self.0)
    }

    /// The known machine type nearest to a misspelt one.
    pub fn nearest(word: &str) -> Option<String> {
        nearest(word, machines())
    }
}

impl fmt::Display for MachineType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The form of machine types; which of them serve is [`MachineType::is_known`]'s question, because Google adds some every year.
impl FromStr for MachineType {
    type Err = NameError;
    fn from_str(s: &str) -> Result<Self, NameError> {
        let part = |p: &str| !p.is_empty() && p.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if s.len() <= 60 && s.split('-').count() >= 3 && s.split('-').all(part) {
            Ok(Self(s.to_owned()))
        } else {
            Err(NameError {
                kind: "machine type",
                rule: "a machine type looks like `n1-standard-4` or `g2-standard-4`",
                value: s.to_owned(),
            })
        }
    }
}

/// Accelerators of one kind: `type` is a name of Google's `AcceleratorType` enum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Accelerator {
    #[serde(rename = "type")]
    pub kind: String,
    pub count: u32,
}

/// `NVIDIA_L4:1`, or `NVIDIA_L4` for one of them. Whether there is such a kind is [`Accelerator::is_known`]'s question.
impl FromStr for Accelerator {
    type Err = NameError;
    fn from_str(s: &str) -> Result<Self, NameError> {
        let (kind, count) = s.split_once(':').unwrap_or((s, "1"));
        let is_kind =
            (1..=60).contains(&kind.len()) && kind.bytes().all(|b| b.is_ascii_alphanumeric() || b"_- ".contains(&b));
        match count.parse::<u32>() {
            Ok(count) if count > 0 && is_kind => Ok(Self { kind: kind.to_owned(), count }),
            _ => Err(NameError {
                kind: "kind and number of accelerators",
                rule: "write e.g. `NVIDIA_L4:1`",
                value: s.to_owned(),
            }),
        }
    }
}

impl Accelerator {
    /// Whether Google has accelerators of this name.
    pub fn is_known(&self) -> bool {
        ACCELERATORS.iter().any(|(known, _)| *known == self.kind)
    }

    /// The known accelerator nearest to a misspelt one.
    pub fn nearest(word: &str) -> Option<String> {
        nearest(word, ACCELERATORS.iter().map(|(known, _)| (*known).to_owned()))
    }

    /// Checks that the machine carries this many; the error says what would fit.
    ///
    /// Fewer than a machine has are allowed on accelerator-optimised machines (several models share one).
    pub fn fits(&self, machine: &MachineType) -> Result<(), String> {
        let carriers = ACCELERATORS.iter().find(|(known, _)| *known == self.kind).map_or(N1, |(_, c)| *c);
        if carriers.is_empty() {
            let cpus = machine.0.strip_prefix("n1-").and_then(|rest| rest.rsplit('-').next()?.parse().ok());
            return match cpus {
                Some(cpus) if n1_counts(&self.kind, cpus).contains(&self.count) => Ok(()),
                Some(cpus) => Err(format!("`{machine}` takes {} of them", list(n1_counts(&self.kind, cpus).iter()))),
                None => Err(format!("{} is attached to n1 machines only", self.kind)),
            };
        }
        match carriers.iter().find(|(name, _)| *name == machine.0) {
            Some((_, most)) if (1..=*most).contains(&self.count) => Ok(()),
            Some((_, most)) => Err(format!("`{machine}` has {most} of them")),
            None => Err(format!("machines with {} are {}", self.kind, list(carriers.iter().map(|(name, _)| name)))),
        }
    }
}

fn list<T: fmt::Display>(items: impl Iterator<Item = T>) -> String {
    words::list(items.map(|item| item.to_string()), ", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(kind: &str, count: u32, machine: &str) -> Result<(), String> {
        format!("{kind}:{count}").parse::<Accelerator>().unwrap().fits(&machine.parse().unwrap())
    }

    #[test]
    fn machines_are_known_or_guessed() {
        let known = |text: &str| text.parse::<MachineType>().unwrap().is_known();
        assert!(known("n1-standard-4") && known("c2-standard-60") && !known("n1-standard-3"));
        assert!("n1 standard".parse::<MachineType>().is_err());
        assert_eq!(MachineType::nearest("n1-standart-4").as_deref(), Some("n1-standard-4"));
    }

    #[test]
    fn every_carrier_is_a_machine_type() {
        for (kind, carriers) in ACCELERATORS {
            for (machine, count) in *carriers {
                assert_eq!(fits(kind, *count, machine), Ok(()), "{kind} {machine}");
                assert!(fits(kind, count + 1, machine).is_err());
            }
        }
    }

    #[test]
    fn what_does_not_fit_says_what_would() {
        assert!(fits("NVIDIA_L4", 1, "n1-standard-4").unwrap_err().contains("g2-standard-4"));
        assert_eq!(fits("NVIDIA_TESLA_T4", 2, "n1-standard-4"), Ok(()));
        assert!(fits("NVIDIA_TESLA_T4", 1, "n1-standard-32").unwrap_err().contains("2, 4"));
        assert!(fits("NVIDIA_TESLA_T4", 1, "e2-standard-4").is_err());
        assert!(!"NVIDIA_L5".parse::<Accelerator>().unwrap().is_known());
        assert_eq!(Accelerator::nearest("NVIDA_L4").as_deref(), Some("NVIDIA_L4"));
    }
}

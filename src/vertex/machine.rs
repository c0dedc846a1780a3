//! Machine types for inference, and their accelerators.
//!
//! Sources:
//! <https://docs.cloud.google.com/gemini-enterprise-agent-platform/machine-learning/predictions/configure-compute>, read
//! 2026-11-27; <https://cloud.google.com/vertex-ai/docs/reference/rest/v1/MachineSpec>, read 2026-11-27.

use crate::name::NameError;
use crate::words::{self, nearest, plain};
use serde::Serialize;
use std::fmt;
use std::str::FromStr;

/// Families of machine types with their sizes and accelerator. The number after a size's colon is the number of accelerators,
/// 1 by default.
const FAMILIES: &[(&str, &str, &str)] = &[
    ("e2-standard-", "2 4 8 16 32", ""),
    ("e2-highmem-", "2 4 8 16", ""),
    ("e2-highcpu-", "2 4 8 16 32", ""),
    ("n1-standard-", "2 4 8 16 32", ""),
    ("n1-highmem-", "2 4 8 16 32", ""),
    ("n1-highcpu-", "2 4 8 16 32", ""),
    ("n2-standard-", "2 4 8 16 32 48 64 80 96 128", ""),
    ("n2-highmem-", "2 4 8 16 32 48 64 80 96 128", ""),
    ("n2-highcpu-", "2 4 8 16 32 48 64 80 96", ""),
    ("n2d-standard-", "2 4 8 16 32 48 64 80 96 128 224", ""),
    ("n2d-highmem-", "2 4 8 16 32 48 64 80 96", ""),
    ("n2d-highcpu-", "2 4 8 16 32 48 64 80 96 128 224", ""),
    ("c2-standard-", "4 8 16 30 60", ""),
    ("c2d-standard-", "2 4 8 16 32 56 112", ""),
    ("c2d-highcpu-", "2 4 8 16 32 56 112", ""),
    ("c2d-highmem-", "2 4 8 16 32 56 112", ""),
    ("c3-highcpu-", "4 8 22 44 88 176", ""),
    ("a2-highgpu-", "1g 2g:2 4g:4 8g:8", "NVIDIA_TESLA_A100"),
    ("a2-megagpu-", "16g:16", "NVIDIA_TESLA_A100"),
    ("a2-ultragpu-", "1g 2g:2 4g:4 8g:8", "NVIDIA_A100_80GB"),
    ("a3-highgpu-", "1g 2g:2 4g:4 8g:8", "NVIDIA_H100_80GB"),
    ("a3-edgegpu-", "8g:8", "NVIDIA_H100_80GB"),
    ("a3-megagpu-", "8g:8", "NVIDIA_H100_MEGA_80GB"),
    ("a3-ultragpu-", "8g:8", "NVIDIA_H200_141GB"),
    ("a4-highgpu-", "8g:8", "NVIDIA_B200"),
    ("a4x-highgpu-", "4g:4", "NVIDIA_GB200"),
    ("g2-standard-", "4 8 12 16 24:2 32 48:4 96:8", "NVIDIA_L4"),
    ("g4-standard-", "48 96:2 192:4 384:8", "NVIDIA_RTX_PRO_6000"),
    ("ct5lp-hightpu-", "1t 4t 8t", ""),
    ("ct6e-standard-", "1t 4t 8t", ""),
    ("tpu7x-standard-", "4t", ""),
];

/// Accelerators that are attached to n1 machines, in a number that the user chooses.
const ATTACHED: &[&str] = &["NVIDIA_TESLA_P100", "NVIDIA_TESLA_V100", "NVIDIA_TESLA_P4", "NVIDIA_TESLA_T4"];

/// The possible numbers of an attached accelerator, by the number of CPUs of an n1 machine.
fn n1_counts(kind: &str, cpus: u32) -> &'static [u32] {
    match (kind, cpus) {
        ("NVIDIA_TESLA_V100", 0..=8) => &[1, 2, 4, 8],
        ("NVIDIA_TESLA_V100", 9..=16) => &[2, 4, 8],
        ("NVIDIA_TESLA_V100", _) => &[4, 8],
        (_, 0..=16) => &[1, 2, 4],
        _ => &[2, 4],
    }
}

/// The machine types of all families whose accelerator fits.
pub fn machines(fits: &dyn Fn(&str) -> bool) -> Vec<String> {
    let mut machines = Vec::new();
    for (family, sizes, _) in FAMILIES.iter().filter(|(.., kind)| fits(kind)) {
        for size in sizes.split(' ') {
            let size = size.split(':').next().unwrap_or_default();
            machines.push([*family, size].concat());
        }
    }
    machines
}

/// All accelerators that a machine type has.
pub fn kinds() -> Vec<&'static str> {
    let mut kinds = ATTACHED.to_vec();
    for (.., kind) in FAMILIES {
        if !kind.is_empty() && !kinds.contains(kind) {
            kinds.push(kind);
        }
    }
    kinds
}

/// The numbers of an accelerator that a machine type can have; one of them for an unknown type.
pub fn counts(kind: &str, machine: &str) -> Vec<u32> {
    let Some(machine) = machine.parse::<MachineType>().ok().filter(MachineType::is_known) else { return vec![1] };
    let fits = |count: &u32| Accelerator { kind: kind.to_owned(), count: *count }.fits(&machine).is_ok();
    [1, 2, 4, 8, 16].into_iter().filter(fits).collect()
}

/// The accelerator of a machine type (or an empty name) and its number; `None` for an unknown type.
fn find(name: &str) -> Option<(&'static str, u32)> {
    let (family, wanted) = name.split_at_checked(name.rfind('-')? + 1)?;
    let (_, sizes, kind) = FAMILIES.iter().find(|(known, ..)| *known == family)?;
    for size in sizes.split(' ') {
        let (size, count) = words::split_once(size, ":").unwrap_or((size, "1"));
        if size == wanted {
            return Some((kind, count.parse().ok()?));
        }
    }
    None
}

/// A machine type that Vertex AI serves models on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct MachineType(String);

impl MachineType {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether Google lists the machine type for inference.
    pub fn is_known(&self) -> bool {
        find(&self.0).is_some()
    }

    /// The known machine type that is most similar to a misspelt one.
    pub fn nearest(word: &str) -> Option<String> {
        nearest(word, machines(&|_| true).into_iter())
    }

    /// The known machine type behind a text in other letters, with other separators, or with a path.
    pub fn meant(text: &str) -> Option<String> {
        let name = plain(text.rsplit('/').next()?);
        find(&name).map(|_| name)
    }

    /// The accelerator of every machine of this type, and its number.
    pub fn carries(&self) -> Option<(&'static str, u32)> {
        find(&self.0).filter(|(kind, _)| !kind.is_empty())
    }

    /// Whether its accelerators are TPU chips, which are part of the machine type.
    pub fn is_tpu(&self) -> bool {
        self.0.ends_with('t')
    }

    /// The minimum number of replicas.
    pub fn least_replicas(&self) -> u32 {
        if self.0 == "a4x-highgpu-4g" { 18 } else { 1 }
    }
}

impl fmt::Display for MachineType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Accepts the form of a machine type. Google adds types every year, so [`MachineType::is_known`] is a separate question.
impl FromStr for MachineType {
    type Err = NameError;
    fn from_str(s: &str) -> Result<Self, NameError> {
        let parts = || s.as_bytes().split(|b| *b == b'-');
        let is_part = |p: &[u8]| !p.is_empty() && p.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if s.len() <= 60 && parts().count() >= 3 && parts().all(is_part) {
            Ok(Self(s.to_owned()))
        } else {
            Err(NameError {
                kind: "machine type",
                rule: "write a machine type, e.g. `n1-standard-4` or `g2-standard-4`",
                value: s.to_owned(),
            })
        }
    }
}

/// A number of accelerators of one type of Google's `AcceleratorType` enum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ts_rs::TS)]
pub struct Accelerator {
    #[serde(rename = "type")]
    pub kind: String,
    pub count: u32,
}

/// Accepts `NVIDIA_L4:1`, or `NVIDIA_L4` for one of them; [`Accelerator::is_known`] is a separate question.
impl FromStr for Accelerator {
    type Err = NameError;
    fn from_str(s: &str) -> Result<Self, NameError> {
        let (kind, count) = s.split_once(':').unwrap_or((s, "1"));
        let is_kind =
            (1..=60).contains(&kind.len()) && kind.bytes().all(|b| b.is_ascii_alphanumeric() || b"_- ".contains(&b));
        match count.parse::<u32>() {
            Ok(count) if count > 0 && is_kind => Ok(Self { kind: kind.to_owned(), count }),
            _ => Err(NameError {
                kind: "type and number of accelerators",
                rule: "write type and number, e.g. `NVIDIA_L4:1`",
                value: s.to_owned(),
            }),
        }
    }
}

/// The reason why an accelerator does not fit a machine type.
#[derive(Debug, PartialEq, Eq)]
pub enum Misfit {
    /// The machine type has another accelerator, or none. Holds the help text.
    Kind(String),
    /// The machine type has another number of them. Holds the help text, and the number if only one fits.
    Count(String, Option<u32>),
}

impl Accelerator {
    /// Whether a machine type has the accelerator.
    pub fn is_known(&self) -> bool {
        kinds().contains(&self.kind.as_str())
    }

    /// The known accelerators behind an unknown name: in other letters, without `NVIDIA_` or `TESLA_`, shortened or misspelt.
    pub fn meant(&self) -> Vec<&'static str> {
        let word = plain(&self.kind);
        let mut meant = Vec::new();
        for kind in kinds() {
            let known = plain(kind);
            if bare(&known).strip_prefix(bare(&word)).is_some_and(|rest| rest.is_empty() || rest.starts_with('-')) {
                meant.push(kind);
            }
        }
        if meant.is_empty() {
            let near = nearest(&self.kind.to_ascii_uppercase(), kinds().into_iter().map(str::to_owned));
            meant.extend(kinds().into_iter().find(|kind| near.as_deref() == Some(*kind)));
        }
        meant
    }

    /// Checks that the machine type has this number of the accelerator. Accelerator-optimised machines also accept a smaller
    /// number, because several replicas share one machine.
    pub fn fits(&self, machine: &MachineType) -> Result<(), Misfit> {
        let kind = &self.kind;
        if ATTACHED.contains(&kind.as_str()) {
            let cpus = machine.0.strip_prefix("n1-").and_then(|rest| rest.rsplit('-').next()?.parse().ok());
            let Some(cpus) = cpus else {
                return Err(Misfit::Kind(format!("use an n1 machine type: `{kind}` can be attached to those only")));
            };
            let counts = n1_counts(kind, cpus);
            if counts.contains(&self.count) {
                return Ok(());
            }
            let counts = words::list(counts.iter().map(u32::to_string), ", ");
            return Err(Misfit::Count(format!("use one of these numbers: {counts}"), None));
        }
        match machine.carries() {
            Some((carried, most)) if carried == kind => match self.count <= most {
                true => Ok(()),
                false => Err(Misfit::Count(format!("use at most {most}"), (most == 1).then_some(1))),
            },
            _ => {
                let carriers = words::list(machines(&|carried| carried == kind).iter(), ", ");
                Err(Misfit::Kind(format!("use one of these machine types: {carriers}")))
            }
        }
    }
}

/// The part of a name that distinguishes an accelerator from others.
fn bare(plain: &str) -> &str {
    let rest = plain.strip_prefix("nvidia-").unwrap_or(plain);
    rest.strip_prefix("tesla-").unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(text: &str) -> MachineType {
        text.parse().unwrap()
    }

    fn accelerator(text: &str) -> Accelerator {
        text.parse().unwrap()
    }

    fn fits(kind: &str, count: u32, on: &str) -> Result<(), Misfit> {
        accelerator(&format!("{kind}:{count}")).fits(&machine(on))
    }

    #[test]
    fn an_unknown_machine_type_has_a_suggestion() {
        let known = |text: &str| machine(text).is_known();
        assert!(machines(&|_| true).iter().all(|name| known(name)));
        assert!(known("n1-standard-4") && known("c2-standard-60") && !known("n1-standard-3"));
        assert!("n1 standard".parse::<MachineType>().is_err());
        assert_eq!(MachineType::nearest("n1-standart-4").as_deref(), Some("n1-standard-4"));
        for text in ["N1_Standard_4", "n1 standard 4", "zones/us-central1-a/machineTypes/n1-standard-4"] {
            assert_eq!(MachineType::meant(text).as_deref(), Some("n1-standard-4"), "{text}");
        }
        assert_eq!(MachineType::meant("n1-standard-5"), None);
    }

    #[test]
    fn family_and_size_decide_the_accelerators() {
        assert_eq!(machine("g2-standard-24").carries(), Some(("NVIDIA_L4", 2)));
        assert_eq!(machine("g2-standard-32").carries(), Some(("NVIDIA_L4", 1)));
        assert_eq!(machine("a2-megagpu-16g").carries(), Some(("NVIDIA_TESLA_A100", 16)));
        assert_eq!(machine("n1-standard-4").carries(), None);
        assert_eq!((machine("a4x-highgpu-4g").least_replicas(), machine("a4-highgpu-8g").least_replicas()), (18, 1));
        for name in machines(&|kind| !kind.is_empty()) {
            let (kind, count) = machine(&name).carries().unwrap();
            assert_eq!(fits(kind, count, &name), Ok(()), "{kind} {name}");
            assert!(fits(kind, count + 1, &name).is_err());
        }
    }

    #[test]
    fn a_misfit_names_what_fits() {
        let Err(Misfit::Kind(help)) = fits("NVIDIA_L4", 1, "n1-standard-4") else { panic!() };
        assert!(help.contains("g2-standard-4"));
        assert_eq!(fits("NVIDIA_TESLA_T4", 2, "n1-standard-4"), Ok(()));
        let Err(Misfit::Count(help, None)) = fits("NVIDIA_TESLA_T4", 1, "n1-standard-32") else { panic!() };
        assert!(help.contains("2, 4"));
        assert!(matches!(fits("NVIDIA_TESLA_V100", 2, "n1-standard-32"), Err(Misfit::Count(_, None))));
        assert_eq!(fits("NVIDIA_TESLA_V100", 2, "n1-standard-16"), Ok(()));
        assert!(matches!(fits("NVIDIA_TESLA_T4", 1, "e2-standard-4"), Err(Misfit::Kind(_))));
        assert!(matches!(fits("NVIDIA_TESLA_T4", 1, "g2-standard-4"), Err(Misfit::Kind(_))));
        assert!(matches!(fits("NVIDIA_L4", 2, "g2-standard-4"), Err(Misfit::Count(_, Some(1)))));
        assert!(matches!(fits("NVIDIA_L4", 9, "g2-standard-96"), Err(Misfit::Count(_, None))));
    }

    #[test]
    fn short_and_foreign_names_stand_for_googles_names() {
        for (text, meant) in [
            ("L4", &["NVIDIA_L4"][..]),
            ("nvidia-l4", &["NVIDIA_L4"]),
            ("NVIDIA_T4", &["NVIDIA_TESLA_T4"]),
            ("nvidia-tesla-t4", &["NVIDIA_TESLA_T4"]),
            ("NVIDIA_TESLA_L4", &["NVIDIA_L4"]),
            ("A100", &["NVIDIA_TESLA_A100", "NVIDIA_A100_80GB"]),
            ("H100", &["NVIDIA_H100_80GB", "NVIDIA_H100_MEGA_80GB"]),
            ("nvidia-h100-80gb", &["NVIDIA_H100_80GB"]),
            ("rtx pro 6000", &["NVIDIA_RTX_PRO_6000"]),
            ("NVIDA_L4", &["NVIDIA_L4"]),
            ("AMD_MI300X", &[]),
        ] {
            assert!(!accelerator(text).is_known());
            assert_eq!(accelerator(text).meant(), meant, "{text}");
        }
    }
}

//! Machine types that serve models, and the accelerators they carry.
//! Sources: Google's page "Configure compute resources for inference" and the `AcceleratorType` enum of `aiplatform.v1`
//! (`shared/facts/google-cloud.md` §5.2, §5.3).

use super::region::{nearest, plain};
use crate::name::NameError;
use crate::words;
use serde::Serialize;
use std::fmt;
use std::str::FromStr;

/// Families of machine types, the sizes that Vertex AI offers, and the accelerator that the family carries where it carries one:
/// behind the size's colon stands how many, where it is more than one.
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
];

/// Accelerators that are attached to n1 machines in a number of one's choice.
const ATTACHED: &[&str] = &["NVIDIA_TESLA_P100", "NVIDIA_TESLA_V100", "NVIDIA_TESLA_P4", "NVIDIA_TESLA_T4"];

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

/// The machine types of the families that `fits` is true of for their accelerator.
fn machines(fits: &dyn Fn(&str) -> bool) -> Vec<String> {
    let mut machines = Vec::new();
    for (family, sizes, _) in FAMILIES.iter().filter(|(.., kind)| fits(kind)) {
        for size in sizes.split(' ') {
            let size = size.split(':').next().unwrap_or_default();
            machines.push(format!("{family}{size}"));
        }
    }
    machines
}

/// Each accelerator that there is a machine for.
fn kinds() -> Vec<&'static str> {
    let mut kinds = ATTACHED.to_vec();
    for (.., kind) in FAMILIES {
        if !kind.is_empty() && !kinds.contains(kind) {
            kinds.push(kind);
        }
    }
    kinds
}

/// The accelerator of a machine type (or an empty name) and how many there are; `None` where the type is not known.
fn find(name: &str) -> Option<(&'static str, u32)> {
    for (family, sizes, kind) in FAMILIES {
        let Some(wanted) = name.strip_prefix(family) else { continue };
        for size in sizes.split(' ') {
            let (size, count) = size.split_once(':').unwrap_or((size, "1"));
            if size == wanted {
                return Some((kind, count.parse().ok()?));
            }
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

    /// Whether Vertex AI is known to serve models on it.
    pub fn is_known(&self) -> bool {
        find(&self.0).is_some()
    }

    /// The known machine type nearest to a misspelt one.
    pub fn nearest(word: &str) -> Option<String> {
        nearest(word, machines(&|_| true).into_iter())
    }

    /// The known machine type that a text means which has other letters or separators, or is a path to it.
    pub fn meant(text: &str) -> Option<String> {
        let name = plain(text.rsplit('/').next()?);
        find(&name).map(|_| name)
    }

    /// The accelerator that every machine of this type has, and how many.
    pub fn carries(&self) -> Option<(&'static str, u32)> {
        find(&self.0).filter(|(kind, _)| !kind.is_empty())
    }

    /// How many replicas there must be at least.
    pub fn least_replicas(&self) -> u32 {
        if self.0 == "a4x-highgpu-4g" { 18 } else { 1 }
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

/// Why an accelerator does not go with a machine type.
#[derive(Debug, PartialEq, Eq)]
pub enum Misfit {
    /// The machine carries another one or none. Where this one is to be had.
    Kind(String),
    /// The machine carries it in another number. Which one, and the only one that fits if there is only one.
    Count(String, Option<u32>),
}

impl Accelerator {
    /// Whether Google has accelerators of this name.
    pub fn is_known(&self) -> bool {
        kinds().contains(&self.kind.as_str())
    }

    /// The known accelerators that an unknown name may mean: in other letters, without `NVIDIA_` or `TESLA_`, cut short, or
    /// misspelt.
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

    /// Checks that the machine carries this many.
    ///
    /// Fewer than a machine has are allowed on accelerator-optimised machines (several models share one).
    pub fn fits(&self, machine: &MachineType) -> Result<(), Misfit> {
        let kind = &self.kind;
        if ATTACHED.contains(&kind.as_str()) {
            let cpus = machine.0.strip_prefix("n1-").and_then(|rest| rest.rsplit('-').next()?.parse().ok());
            let Some(cpus) = cpus else { return Err(Misfit::Kind(format!("{kind} is attached to n1 machines only"))) };
            let counts = n1_counts(kind, cpus);
            if counts.contains(&self.count) {
                return Ok(());
            }
            let counts = words::list(counts.iter().map(u32::to_string), ", ");
            return Err(Misfit::Count(format!("it takes {counts} of them"), None));
        }
        match machine.carries() {
            Some((carried, most)) if carried == kind => match self.count <= most {
                true => Ok(()),
                false => Err(Misfit::Count(format!("it has {most} of them"), (most == 1).then_some(1))),
            },
            _ => {
                let carriers = words::list(machines(&|carried| carried == kind).iter(), ", ");
                Err(Misfit::Kind(format!("{kind} comes with {carriers}")))
            }
        }
    }
}

/// What tells an accelerator from others.
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
    fn machines_are_known_or_guessed() {
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
    fn a_machine_carries_what_its_family_does_as_often_as_its_size_says() {
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
    fn what_does_not_fit_says_what_would() {
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
    fn short_and_foreign_names_mean_googles() {
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

//! The form of an entity's annotations: groups of inputs, and the values that an input offers.

use super::Key;
use crate::vertex::machine::{Accelerator, MachineType, counts, kinds, machines};
use crate::vertex::offer::offers;
use crate::vertex::region::{is_region, regions};
use crate::vertex::setting::Form;
use serde::Serialize;

/// A group of inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ts_rs::TS)]
#[serde(rename_all = "lowercase")]
#[ts(rename = "AnnotationGroup")]
pub enum Group {
    Where,
    Model,
    Machine,
    Container,
    Scaling,
    Network,
}

/// The group of an annotation's input.
pub fn group(key: Key) -> Group {
    match key {
        Key::Project | Key::Location | Key::Endpoint | Key::DisplayName | Key::Labels | Key::Description => {
            Group::Where
        }
        Key::Model
        | Key::ArtifactUri
        | Key::DeploymentName
        | Key::VersionDescription
        | Key::VersionAliases
        | Key::Checkpoint
        | Key::Explanation
        | Key::Waive => Group::Model,
        Key::MachineType
        | Key::Accelerator
        | Key::ResourcePool
        | Key::AutomaticResources
        | Key::FastTryout
        | Key::SpeculativeDecoding
        | Key::Spot
        | Key::Reservation
        | Key::GpuPartition
        | Key::TpuTopology
        | Key::FlexStart => Group::Machine,
        Key::Replicas | Key::Traffic | Key::RequiredReplicas | Key::Autoscale | Key::ScaleToZero => Group::Scaling,
        Key::ServiceAccount
        | Key::KmsKey
        | Key::EndpointType
        | Key::InferenceTimeout
        | Key::Network
        | Key::ConsumerProjects
        | Key::RequestLogging => Group::Network,
        _ => Group::Container,
    }
}

/// Whether a form shows the input of an annotation at once; it folds the others.
pub fn is_common(key: Key) -> bool {
    matches!(
        key,
        Key::Project
            | Key::Location
            | Key::Endpoint
            | Key::Model
            | Key::ServiceAccount
            | Key::MachineType
            | Key::Accelerator
            | Key::Replicas
            | Key::Image
            | Key::ArtifactUri
            | Key::Env
            | Key::Port
            | Key::PredictRoute
            | Key::HealthRoute
            | Key::Args
            | Key::Autoscale
            | Key::EndpointType
    )
}

/// Values of a form that decide which choices its other inputs offer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Held<'a> {
    pub location: &'a str,
    pub machine_type: &'a str,
    pub accelerator: &'a str,
}

fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

/// The values that an input offers; none where the core knows none. Other values can be right too.
pub fn choices(key: Key, held: Held<'_>) -> Vec<String> {
    let kind = held.accelerator.split(':').next().unwrap_or_default();
    let kind = if kinds().contains(&kind) { kind } else { "" };
    match key {
        Key::Location if !kind.is_empty() => {
            offers(kind).into_iter().map(|(location, _)| location.to_owned()).collect()
        }
        Key::Location => regions(),
        Key::MachineType => {
            let accelerator = held.accelerator.parse::<Accelerator>();
            let fits = |name: &String| match (&accelerator, name.parse::<MachineType>()) {
                (Ok(accelerator), Ok(machine)) if !kind.is_empty() => accelerator.fits(&machine).is_ok(),
                _ => true,
            };
            machines(&|_| true).into_iter().filter(fits).collect()
        }
        Key::Accelerator => {
            let mut choices = Vec::new();
            for kind in kinds() {
                let is_here = |(location, _): &(&str, u32)| *location == held.location;
                // Where the location is open or unknown, each accelerator is offered.
                if is_region(held.location) && !offers(kind).iter().any(is_here) {
                    continue;
                }
                choices.extend(counts(kind, held.machine_type).iter().map(|count| format!("{kind}:{count}")));
            }
            choices
        }
        Key::EndpointType => words("shared dedicated private"),
        _ => match key.field().map(|field| field.form) {
            Some(Form::Switch(_)) => words("true false"),
            _ => Vec::new(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotation::KEYS;

    #[test]
    fn every_group_has_inputs() {
        for key in KEYS.iter().filter(|key| key.is_required()) {
            assert!(is_common(*key), "{}", key.name());
        }
        for wanted in [Group::Where, Group::Model, Group::Machine, Group::Container, Group::Scaling, Group::Network] {
            assert!(KEYS.iter().any(|key| group(*key) == wanted), "{wanted:?}");
        }
        assert_eq!((group(Key::Endpoint), group(Key::Image)), (Group::Where, Group::Container));
    }

    #[test]
    fn an_input_offers_what_fits_the_others() {
        let held = |location, machine_type, accelerator| Held { location, machine_type, accelerator };
        let blank = Held::default();
        assert!(choices(Key::Location, blank).contains(&"europe-west12".to_owned()));
        assert_eq!(choices(Key::Location, held("", "", "NVIDIA_B200:8")), ["us-central1"]);
        assert!(choices(Key::Accelerator, blank).contains(&"NVIDIA_L4:1".to_owned()));
        assert_eq!(choices(Key::Accelerator, held("europe-west3", "", "")), ["NVIDIA_TESLA_T4:1"]);
        assert_eq!(choices(Key::Accelerator, held("", "g2-standard-24", "")), ["NVIDIA_L4:1", "NVIDIA_L4:2"]);
        assert_eq!(choices(Key::Accelerator, held("europe-west1", "a2-highgpu-1g", "")), [""; 0]);
        assert_eq!(
            choices(Key::Accelerator, held("us-west2", "n1-standard-4", "")),
            ["NVIDIA_TESLA_P4:1", "NVIDIA_TESLA_P4:2", "NVIDIA_TESLA_P4:4"]
        );
        assert_eq!(choices(Key::Accelerator, held("", "e2-standard-4", "")), [""; 0]);
        assert_eq!(choices(Key::MachineType, held("", "", "NVIDIA_L4:8")), ["g2-standard-96"]);
        let all = choices(Key::MachineType, blank).len();
        assert_eq!(choices(Key::MachineType, held("", "", "NVIDIA_L5:1")).len(), all);
        assert_eq!(choices(Key::Project, blank), [""; 0]);
    }

    #[test]
    fn every_choice_is_right() {
        for machine_type in choices(Key::MachineType, Held::default()) {
            let machine: MachineType = machine_type.parse().unwrap();
            for choice in choices(Key::Accelerator, Held { machine_type: &machine_type, ..Held::default() }) {
                assert_eq!(choice.parse::<Accelerator>().unwrap().fits(&machine), Ok(()), "{choice} {machine_type}");
            }
        }
    }
}

//! The annotations: `google.com/vertex-ai-*` on an entity, read into a [`Target`].

mod keys;
mod reading;
#[cfg(test)]
mod tests;

use crate::diagnostic::{Code, Diagnostic};
use crate::entity::Entity;
use crate::name::{ArtifactUri, Endpoint, Image, KmsKey, Location, Model, Place, Project, ServiceAccount};
use crate::target::{Replicas, Target};
use crate::vertex::machine::{Accelerator, MachineType};
use crate::vertex::region;
pub use keys::{KEYS, Key, PREFIX};
use reading::{Found, Reading};

/// Whether the entity has any of our annotations that says what to serve.
pub fn is_annotated(entity: &Entity) -> bool {
    entity.annotations().iter().any(|(key, _)| {
        key.as_text()
            .and_then(|key| key.strip_prefix(PREFIX))
            .is_some_and(|name| matches!(name.split('.').next(), Some("model" | "endpoint")))
    })
}

/// Reads the annotations for an environment. All findings at once, in the order of the text; a target only without errors.
pub fn read(entity: &Entity, environment: Option<&str>) -> (Option<Target>, Vec<Diagnostic>) {
    let mut reading = Reading::new(entity, environment);
    let target = target(&mut reading, entity, environment);
    let findings = reading.into_findings();
    let target = target.filter(|_| !findings.iter().any(Diagnostic::is_error));
    (target, findings)
}

fn target(reading: &mut Reading<'_>, entity: &Entity, environment: Option<&str>) -> Option<Target> {
    let project = reading.parse::<Project>(Key::Project);
    let location = reading.parse::<Location>(Key::Location);
    if let Some(location) = &location {
        known_location(reading, location);
    }
    let place = |reading: &mut Reading<'_>, for_what: Key| -> Option<Place> {
        for (key, missing) in [(Key::Project, project.is_none()), (Key::Location, location.is_none())] {
            if missing && !reading.has(key) {
                reading.missing(key, for_what);
            }
        }
        Some(Place { project: project.as_ref()?.value.clone(), location: location.as_ref()?.value.clone() })
    };

    let model = reading.required(Key::Model).and_then(|text| {
        if text.value.contains('/') {
            let model = reading.check(&text, text.value.parse::<Model>())?;
            agrees(reading, &text, &model.place, project.as_ref(), location.as_ref());
            Some(text.with(model))
        } else {
            let parsed = reading.check(&text, Model::parse_id(&text.value));
            let place = place(reading, Key::Model);
            let (id, version) = parsed?;
            Some(text.with(Model { place: place?, id, version }))
        }
    });
    let endpoint = reading.required(Key::Endpoint).and_then(|text| {
        if text.value.contains('/') {
            let endpoint = reading.check(&text, text.value.parse::<Endpoint>())?;
            if endpoint.place.project.as_str() != project.as_ref().map_or("", |p| p.value.as_str()) {
                agrees(reading, &text, &endpoint.place, project.as_ref(), None);
            }
            Some(text.with(endpoint))
        } else {
            let parsed = reading.check(&text, text.value.parse());
            let place = place(reading, Key::Endpoint);
            Some(text.with(Endpoint { place: place?, id: parsed? }))
        }
    });
    if let (Some(model), Some(endpoint)) = (&model, &endpoint) {
        let (there, here) = (&model.value.place.location, &endpoint.value.place.location);
        if there != here {
            let message = format!("the endpoint is in `{here}`, but the model is in `{there}`");
            reading.say(
                endpoint,
                Diagnostic::error(Code::LocationMismatch, message)
                    .help(format!("deploy to an endpoint in `{there}`, or copy the model to `{here}` first")),
            );
        }
    }

    let service_account = reading.parse::<ServiceAccount>(Key::ServiceAccount);
    let machine_type = machine_type(reading);
    let accelerator = accelerator(reading, machine_type.as_ref());
    let replicas = replicas(reading);
    let image = reading.parse::<Image>(Key::Image);
    if let (Some(image), Some(model)) = (&image, &model) {
        let (at, needed) = (image.value.location(), model.value.place.location.as_str());
        if !image.value.is_prebuilt() && at != needed {
            let message = format!("the image is in `{at}`, but the model is in `{needed}`");
            reading.say(
                image,
                Diagnostic::error(Code::ImageLocation, message)
                    .help(format!("push the image to a repository in `{needed}`: Vertex AI reads it from there only")),
            );
        }
    }
    let artifact_uri = reading.parse::<ArtifactUri>(Key::ArtifactUri);
    let kms_key = reading.parse::<KmsKey>(Key::KmsKey);
    if let (Some(key), Some(endpoint)) = (&kms_key, &endpoint)
        && key.value.location().as_ref() != Some(&endpoint.value.place.location)
    {
        let message = format!("the key is not in `{}`, where the endpoint is", endpoint.value.place.location);
        reading.say(
            key,
            Diagnostic::error(Code::AnnotationContradiction, message).help("use a key of the endpoint's own location"),
        );
    }

    Some(Target {
        entity_ref: entity.entity_ref().to_owned(),
        environment: environment.map(str::to_owned),
        endpoint: endpoint?.value,
        model: model?.value,
        service_account: service_account.map(|f| f.value),
        machine_type: machine_type.map(|f| f.value),
        accelerator,
        replicas,
        image: image.map(|f| f.value),
        artifact_uri: artifact_uri.map(|f| f.value),
        kms_key: kms_key.map(|f| f.value),
    })
}

fn known_location(reading: &mut Reading<'_>, location: &Found<Location>) {
    let word = location.value.as_str();
    if region::is_known(word) {
        return;
    }
    let finding = Diagnostic::error(Code::LocationUnknown, format!("Vertex AI serves no custom models in `{word}`"));
    let help = match region::nearest_location(word) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "choose a location of Vertex AI, e.g. `us-central1` or `europe-west4`".into(),
    };
    reading.say(location, finding.help(help));
}

/// A full name and the plain keys must not contradict each other.
fn agrees(
    reading: &mut Reading<'_>,
    name: &Found<String>,
    place: &Place,
    project: Option<&Found<Project>>,
    location: Option<&Found<Location>>,
) {
    let pairs = [
        (Key::Project, place.project.as_str(), project.map(|f| f.value.as_str())),
        (Key::Location, place.location.as_str(), location.map(|f| f.value.as_str())),
    ];
    for (key, said, other) in pairs {
        if let Some(other) = other.filter(|other| *other != said) {
            let message = format!("this names `{said}`, but `{PREFIX}{}` says `{other}`", key.name());
            reading.say(
                name,
                Diagnostic::error(Code::AnnotationContradiction, message)
                    .help("make the two agree, or leave the plain annotation out"),
            );
        }
    }
}

fn machine_type(reading: &mut Reading<'_>) -> Option<Found<MachineType>> {
    let text = reading.text(Key::MachineType)?;
    match text.value.parse::<MachineType>() {
        Ok(machine) => Some(text.with(machine)),
        Err(error) => {
            let help = match MachineType::nearest(&text.value) {
                Some(near) => format!("did you mean `{near}`?"),
                None => error.rule.to_owned(),
            };
            let message = format!("Vertex AI serves no models on machine type `{}`", text.value);
            reading.say(&text, Diagnostic::error(Code::MachineTypeUnknown, message).help(help));
            None
        }
    }
}

fn accelerator(reading: &mut Reading<'_>, machine: Option<&Found<MachineType>>) -> Option<Accelerator> {
    let text = reading.text(Key::Accelerator)?;
    let (kind, count) = text.value.split_once(':').unwrap_or((&text.value, "1"));
    let Some(count) = count.parse::<u32>().ok().filter(|count| *count > 0) else {
        let message = format!("`{count}` is not a number of accelerators");
        reading.say(&text, Diagnostic::error(Code::AnnotationMalformed, message).help("write e.g. `NVIDIA_L4:1`"));
        return None;
    };
    let Some(accelerator) = Accelerator::new(kind, count) else {
        let help = match Accelerator::nearest(kind) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "write one of Google's names, e.g. `NVIDIA_L4:1`".into(),
        };
        let message = format!("there is no accelerator `{kind}`");
        reading.say(&text, Diagnostic::error(Code::AcceleratorUnknown, message).help(help));
        return None;
    };
    match machine {
        Some(machine) => {
            if let Err(fitting) = accelerator.fits(&machine.value) {
                let message = format!("{count} × {kind} does not go with `{}`", machine.value);
                reading.say(&text, Diagnostic::error(Code::AcceleratorMismatch, message).help(fitting));
            }
        }
        // Where the machine type is there but wrong, that is the one thing to mend first.
        None if reading.has(Key::MachineType) => {}
        None => {
            let message = format!("{kind} needs a machine type that carries it");
            let help = format!("add `{PREFIX}machine-type`");
            reading.say(&text, Diagnostic::error(Code::AcceleratorMismatch, message).help(help));
        }
    }
    Some(accelerator)
}

fn replicas(reading: &mut Reading<'_>) -> Option<Replicas> {
    let text = reading.text(Key::Replicas)?;
    let (min, max) = text.value.split_once('-').unwrap_or((&text.value, &text.value));
    let (Ok(min), Ok(max)) = (min.trim().parse::<u32>(), max.trim().parse::<u32>()) else {
        let message = format!("`{}` is not a range of replicas", text.value);
        reading
            .say(&text, Diagnostic::error(Code::ReplicasInvalid, message).help("write `2`, or a range such as `1-3`"));
        return None;
    };
    if min == 0 || max < min {
        let message = match min {
            0 => "an endpoint needs at least one replica".to_owned(),
            _ => format!("at most {max} is less than at least {min}"),
        };
        reading.say(&text, Diagnostic::error(Code::ReplicasInvalid, message).help("write a range such as `1-3`"));
        return None;
    }
    Some(Replicas { min, max })
}

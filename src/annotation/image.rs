//! The serving container's image: where it is, which one it is, and whether it goes with the machine.

use super::At;
use super::keys::Key;
use super::reading::{Found, Reading};
use crate::diagnostic::{Code, Diagnostic};
use crate::name::{Image, Model};
use crate::vertex::image::{CONTINENTS, Prebuilt, continent, in_artifact_registry, is_digest, is_googles, tag};
use crate::vertex::machine::MachineType;
use crate::words;

const BY_DIGEST: &str = "name it by its digest, `IMAGE@sha256:…`, which always means the same image";

pub fn image<'a>(
    reading: &mut Reading<'a>,
    model: Option<&Found<'a, Model>>,
    machine: Option<&Found<'a, MachineType>>,
) -> Option<Found<'a, Image>> {
    let text = reading.text(Key::Image)?;
    let bare = words::split_once(text.value, "://").map_or(text.value, |(_, bare)| bare);
    let refusal = if !in_artifact_registry(bare) {
        let message = format!("`{}` is not in Artifact Registry", text.value);
        let help = "push it there, and name it in full: `LOCATION-docker.pkg.dev/PROJECT/REPOSITORY/IMAGE`";
        Some(Diagnostic::new(Code::ImageRegistry, message).help(help))
    } else if text.value.split_once('@').is_some_and(|(_, digest)| !is_digest(digest)) {
        let finding = Diagnostic::new(Code::ImageDigestMalformed, "what stands behind the `@` is no digest");
        Some(finding.help("a digest is `sha256:` and 64 hexadecimal digits; copy it from Artifact Registry"))
    } else {
        None
    };
    if let Some(finding) = refusal {
        reading.say(text.at, finding);
        return None;
    }
    let meant = Some(bare).filter(|bare| bare.parse::<Image>().is_ok());
    let image = text.with(reading.mend(Key::Image, &text, text.value.parse::<Image>(), meant)?);
    if !is_unused(reading, image.at, model, Code::ImageUnused) {
        let location = model.map(|model| model.value.place.location.as_str());
        match Prebuilt::new(image.value.as_str()) {
            Some(prebuilt) => {
                which(reading, &image, prebuilt);
                near(reading, &image, prebuilt, location);
                on_machine(reading, &image, prebuilt, machine);
            }
            None => {
                if let Some(model) = model.filter(|_| !is_googles(image.value.as_str())) {
                    beside(reading, &image, model);
                }
                pinned(reading, &image);
            }
        }
    }
    Some(image)
}

/// Whether nothing is uploaded, because a version of the model is named: then what an upload takes is not looked at.
pub fn is_unused<'a>(reading: &mut Reading<'a>, at: At<'a>, model: Option<&Found<'a, Model>>, code: Code) -> bool {
    let Some((model, version)) = model.and_then(|model| Some((model, model.value.version.as_ref()?))) else {
        return false;
    };
    // A plain annotation may well be for the models of other environments.
    if model.at.is_plain() || !at.is_plain() {
        let message = format!("this is not used: version `{version}` is deployed as it was uploaded");
        let finding = Diagnostic::new(code, message)
            .related("the version is named here", reading.place(model.at))
            .help("remove it, or name no version to have one uploaded");
        reading.say(at, finding);
    }
    true
}

/// An image of one's own lies beside the model.
fn beside<'a>(reading: &mut Reading<'a>, image: &Found<'a, Image>, model: &Found<'a, Model>) {
    let (at, needed) = (image.value.location(), model.value.place.location.as_str());
    let (code, message) = if CONTINENTS.contains(&at) {
        (Code::ImageMultiRegion, format!("the image is in the multi-region `{at}`, but the model is in `{needed}`"))
    } else if at != needed {
        (Code::ImageLocation, format!("the image is in `{at}`, but the model is in `{needed}`"))
    } else {
        return;
    };
    let finding = Diagnostic::new(code, message)
        .related("the model is named here", reading.place(model.at))
        .help(format!("push the image to a repository in `{needed}`: Vertex AI reads it from there only"));
    reading.say(image.at, finding);
}

/// An image of one's own is the same one tomorrow.
fn pinned<'a>(reading: &mut Reading<'a>, image: &Found<'a, Image>) {
    let text = image.value.as_str();
    let (code, message) = match tag(text) {
        _ if text.contains('@') => return,
        None => (Code::ImageUntagged, "the image has no tag: the one called `latest` is taken"),
        Some("latest") => (Code::ImageLatest, "`latest` is whatever was pushed last"),
        Some(_) => return,
    };
    reading.say(image.at, Diagnostic::new(code, message).help(BY_DIGEST));
}

/// Whether Google has built it, and whether it has something to serve.
fn which<'a>(reading: &mut Reading<'a>, image: &Found<'a, Image>, prebuilt: Prebuilt<'_>) {
    if !prebuilt.is_known() {
        let message = format!("Google has no prebuilt image `{}`", prebuilt.name());
        let mut finding = Diagnostic::new(Code::ImagePrebuiltUnknown, message);
        finding = match prebuilt.nearest() {
            Some((near, is_sure)) => {
                let fix = is_sure.then(|| reading.write(image.at, &prebuilt.with(None, Some(&near)))).flatten();
                finding.help(format!("did you mean `{near}`?")).fix(fix)
            }
            None => finding.help("see Google's list, \"Prebuilt containers for inference\""),
        };
        reading.say(image.at, finding);
    }
    if !reading.has(Key::ArtifactUri) {
        let finding = Diagnostic::new(Code::ImageArtifactMissing, "a prebuilt image has no model in it");
        reading.say(
            image.at,
            finding.help("add `google.com/vertex-ai-artifact-uri`, the directory with the model's files"),
        );
    }
}

/// Prebuilt images are in three multi-regions; the one on the model's continent is the one to take.
fn near<'a>(reading: &mut Reading<'a>, image: &Found<'a, Image>, prebuilt: Prebuilt<'_>, location: Option<&str>) {
    let (at, best) = (image.value.location(), location.and_then(continent));
    let finding = if !CONTINENTS.contains(&at) {
        let message = format!("there are no prebuilt images in `{at}`");
        Diagnostic::new(Code::ImagePrebuiltRegion, message).help("they are in `us`, `europe` and `asia`")
    } else if let (Some(location), true) = (location, best.is_some_and(|best| best != at)) {
        let message = format!("the image is in `{at}`, but the model is in `{location}`");
        Diagnostic::new(Code::ImagePrebuiltFar, message).help("take the same image from the model's continent")
    } else {
        return;
    };
    let fix = best.and_then(|best| reading.write(image.at, &prebuilt.with(Some(best), None)));
    reading.say(image.at, finding.fix(fix));
}

/// Whether a prebuilt image and the accelerator go together.
fn on_machine<'a>(
    reading: &mut Reading<'a>,
    image: &Found<'a, Image>,
    prebuilt: Prebuilt<'_>,
    machine: Option<&Found<'a, MachineType>>,
) {
    let finding = match reading.at(Key::Accelerator) {
        Some(at) if !prebuilt.on_gpu() => {
            let finding = if prebuilt.has_gpu_twin() {
                let message = "the image makes no use of an accelerator: it is built for CPUs";
                Diagnostic::new(Code::AcceleratorImageWithoutGpu, message)
                    .help("take the image with `-gpu`, or remove the accelerator")
            } else {
                let message = "prebuilt images of scikit-learn and XGBoost run on CPUs only";
                Diagnostic::new(Code::AcceleratorFramework, message)
                    .help("remove the accelerator, or serve with a container of your own")
            };
            let finding = finding.related("the image is named here", reading.place(image.at));
            return reading.say(at, finding);
        }
        // Where the machine has an accelerator that is not named, that has been said.
        None if prebuilt.on_gpu() && machine.is_none_or(|machine| machine.value.carries().is_none()) => {
            Diagnostic::new(Code::ImageAcceleratorMissing, "the image is built for GPUs, but no accelerator is named")
                .help("add `google.com/vertex-ai-accelerator`, or take the image with `-cpu`")
        }
        _ => return,
    };
    reading.say(image.at, finding);
}

//! The serving container's image: where it is, which one it is, and whether it goes with the machine.

use super::At;
use super::keys::Key;
use super::reading::{Found, Reading};
use crate::diagnostic::{Code, Diagnostic};
use crate::name::{Image, Model};
use crate::vertex::image::{CONTINENTS, Prebuilt, continent, in_artifact_registry, is_digest, is_googles, tag};
use crate::vertex::machine::MachineType;
use crate::words;

const BY_DIGEST: &str = "name it by its digest, `IMAGE@sha256:…`";

pub fn image<'a>(
    reading: &mut Reading<'a>,
    model: Option<&Found<'a, Model>>,
    machine: Option<&Found<'a, MachineType>>,
) -> Option<Found<'a, Image>> {
    let text = reading.text(Key::Image)?;
    let bare = words::split_once(text.value, "://").map_or(text.value, |(_, bare)| bare);
    let refusal = if !in_artifact_registry(bare) {
        Diagnostic::new(Code::ImageRegistry, "the image is not in Artifact Registry")
            .help("push it there, and write `LOCATION-docker.pkg.dev/PROJECT/REPOSITORY/IMAGE`")
    } else if text.value.split_once('@').is_some_and(|(_, digest)| !is_digest(digest)) {
        Diagnostic::new(Code::ImageDigestMalformed, "what stands behind the `@` is no digest")
            .help("a digest is `sha256:` and 64 hexadecimal digits")
    } else {
        return known(reading, &text, bare, model, machine);
    };
    reading.say(text.at, refusal);
    None
}

/// An image whose registry and digest are right.
fn known<'a>(
    reading: &mut Reading<'a>,
    text: &Found<'a, &str>,
    bare: &str,
    model: Option<&Found<'a, Model>>,
    machine: Option<&Found<'a, MachineType>>,
) -> Option<Found<'a, Image>> {
    let meant = Some(bare).filter(|bare| bare.parse::<Image>().is_ok());
    let image = text.with(reading.mend(Key::Image, text, text.value.parse::<Image>(), meant)?);
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
    let Some(model) = model.filter(|model| model.value.version.is_some()) else { return false };
    // A plain annotation may well be for the models of other environments.
    if model.at.is_plain() || !at.is_plain() {
        let finding =
            Diagnostic::new(code, "this is not used: a version of the model is named, so nothing is uploaded")
                .related("the version is named here", reading.place(model.at))
                .help("remove it, or name no version");
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
        let finding = Diagnostic::new(Code::ImagePrebuiltUnknown, "Google has no prebuilt image of this name");
        match prebuilt.nearest() {
            Some((near, true)) => reading.say_write(image.at, finding, &prebuilt.with(None, Some(&near))),
            Some((near, false)) => reading.say(image.at, finding.help(format!("did you mean `{near}`?"))),
            None => reading.say(image.at, finding.help("choose one of \"Prebuilt containers for inference\"")),
        }
    }
    if !reading.has(Key::ArtifactUri) {
        let finding = Diagnostic::new(Code::ImageArtifactMissing, "a prebuilt image has no model in it");
        reading.say(image.at, finding.help("add `google.com/vertex-ai-artifact-uri`"));
    }
}

/// Prebuilt images are in three multi-regions; the one on the model's continent is the one to take.
fn near<'a>(reading: &mut Reading<'a>, image: &Found<'a, Image>, prebuilt: Prebuilt<'_>, location: Option<&str>) {
    let (at, best) = (image.value.location(), location.and_then(continent));
    let finding = if !CONTINENTS.contains(&at) {
        Diagnostic::new(Code::ImagePrebuiltRegion, "prebuilt images are in `us`, `europe` and `asia` only")
    } else if best.is_some_and(|best| best != at) {
        Diagnostic::new(Code::ImagePrebuiltFar, "this prebuilt image is also on the model's continent")
    } else {
        return;
    };
    match best {
        Some(best) => reading.say_write(image.at, finding, &prebuilt.with(Some(best), None)),
        None => reading.say(image.at, finding.help("write one of them")),
    }
}

/// Whether a prebuilt image and the accelerator go together.
fn on_machine<'a>(
    reading: &mut Reading<'a>,
    image: &Found<'a, Image>,
    prebuilt: Prebuilt<'_>,
    machine: Option<&Found<'a, MachineType>>,
) {
    let Some(accelerator) = reading.at(Key::Accelerator) else {
        // Where the machine has an accelerator that is not named, that has been said.
        if prebuilt.on_gpu() && machine.is_none_or(|machine| machine.value.carries().is_none()) {
            let finding =
                Diagnostic::new(Code::ImageAcceleratorMissing, "the image is for GPUs, but no accelerator is named");
            reading
                .say(image.at, finding.help("add `google.com/vertex-ai-accelerator`, or take the image with `-cpu`"));
        }
        return;
    };
    let finding = match (prebuilt.on_gpu(), prebuilt.has_gpu_twin()) {
        (true, _) => return,
        (false, true) => {
            Diagnostic::new(Code::AcceleratorImageWithoutGpu, "the image is for CPUs: it uses no accelerator")
                .help("take the image with `-gpu`, or remove the accelerator")
        }
        (false, false) => {
            Diagnostic::new(Code::AcceleratorFramework, "prebuilt scikit-learn and XGBoost use no accelerator")
                .help("remove it, or serve with a container of your own")
        }
    };
    reading.say(accelerator, finding.related("the image is named here", reading.place(image.at)));
}

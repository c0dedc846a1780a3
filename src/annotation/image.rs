//! Reading and rules of the container image: its place, version and fit for the machine.

use super::At;
use super::keys::Key;
use super::reading::{Found, Reading};
use crate::diagnostic::{Code, Diagnostic};
use crate::name::{Image, Model, is_registry};
use crate::vertex::image::{CONTINENTS, Prebuilt, continent, is_digest, is_googles, tag};
use crate::vertex::machine::MachineType;
use crate::words;

const BY_DIGEST: &str = "use the digest, `IMAGE@sha256:…`";

pub fn image<'a>(
    reading: &mut Reading<'a>,
    model: Option<&Found<'a, Model>>,
    machine: Option<&Found<'a, MachineType>>,
) -> Option<Found<'a, Image>> {
    let text = reading.text(Key::Image)?;
    let bare = words::split_once(text.value, "://").map_or(text.value, |(_, bare)| bare);
    let refusal = if !is_registry(bare) {
        Diagnostic::new(Code::ImageRegistry, "the image is not in Artifact Registry")
            .help("push the image there, and write `LOCATION-docker.pkg.dev/PROJECT/REPOSITORY/IMAGE`")
    } else if text.value.split_once('@').is_some_and(|(_, digest)| !is_digest(digest)) {
        Diagnostic::new(Code::ImageDigestMalformed, "the text after `@` is not a digest")
            .help("write `sha256:` and 64 hexadecimal digits")
    } else {
        return known(reading, &text, bare, model, machine);
    };
    reading.report(text.at, refusal);
    None
}

/// Checks an image with a valid registry and digest.
fn known<'a>(
    reading: &mut Reading<'a>,
    text: &Found<'a, &str>,
    bare: &str,
    model: Option<&Found<'a, Model>>,
    machine: Option<&Found<'a, MachineType>>,
) -> Option<Found<'a, Image>> {
    let meant = Some(bare).filter(|bare| bare.parse::<Image>().is_ok());
    let image = text.with(reading.check_or_fix(Key::Image, text, text.value.parse::<Image>(), meant)?);
    if !is_unused(reading, image.at, model, Code::ImageUnused) {
        let location = model.map(|model| model.value.place.location.as_str());
        match Prebuilt::new(image.value.as_str()) {
            Some(prebuilt) => {
                which(reading, &image, prebuilt);
                near(reading, &image, prebuilt, location);
                on_machine(reading, &image, prebuilt, machine);
            }
            None => {
                if let Some(model) = model.filter(|_| !is_googles(&image.value)) {
                    beside(reading, &image, model);
                    routes(reading, &image);
                }
                pinned(reading, &image);
            }
        }
    }
    Some(image)
}

/// Whether a version of the model is named, so that nothing is uploaded. Annotations for the upload are then not checked.
pub fn is_unused<'a>(reading: &mut Reading<'a>, at: At<'a>, model: Option<&Found<'a, Model>>, code: Code) -> bool {
    let Some(model) = model.filter(|model| model.value.version.is_some()) else { return false };
    // A plain annotation can be for the models of other environments.
    if model.at.is_plain() || !at.is_plain() {
        let finding = Diagnostic::new(
            code,
            "the value has no effect, because a version of the model is named and nothing is uploaded",
        )
        .related("the version is named here", reading.place(model.at))
        .help("remove the annotation, or the version of the model");
        reading.report(at, finding);
    }
    true
}

/// Reports a custom image in another location than the model.
fn beside<'a>(reading: &mut Reading<'a>, image: &Found<'a, Image>, model: &Found<'a, Model>) {
    let (at, needed) = (image.value.location(), model.value.place.location.as_str());
    let (code, message) = if image.value.is_gcr() {
        (Code::ImageContainerRegistry, "the image has a name of Container Registry, which is shut down".to_owned())
    } else if CONTINENTS.contains(&at) {
        (Code::ImageMultiRegion, format!("the image is in the multi-region `{at}`, but the model is in `{needed}`"))
    } else if at != needed {
        (Code::ImageLocation, format!("the image is in `{at}`, but the model is in `{needed}`"))
    } else {
        return;
    };
    let finding = Diagnostic::new(code, message)
        .related("the model is named here", reading.place(model.at))
        .help(format!("push the image to a repository in `{needed}`, the only place that Vertex AI reads it from"));
    reading.report(image.at, finding);
}

/// Reports a custom image without its routes.
fn routes<'a>(reading: &mut Reading<'a>, image: &Found<'a, Image>) {
    // A health probe of its own takes the place of the health route.
    let has_health = reading.has(Key::HealthRoute) || reading.has(Key::HealthProbe);
    let is_called = reading.has(Key::PredictRoute) || reading.has(Key::InvokeRoutePrefix);
    let missing = match (is_called, has_health) {
        (true, true) => return,
        (true, false) => "health-route",
        (false, true) => "predict-route",
        (false, false) => "predict-route` and `health-route",
    };
    let finding = Diagnostic::new(Code::ImageRoutesMissing, format!("a custom image needs `{missing}`"));
    reading.report(image.at, finding.help("add the paths that the container serves"));
}

/// Reports a custom image that can change between two uploads.
fn pinned<'a>(reading: &mut Reading<'a>, image: &Found<'a, Image>) {
    let text = image.value.as_str();
    let (code, message) = match tag(text) {
        _ if words::contains(text, "@") => return,
        None => (Code::ImageUntagged, "the image has no tag, so `latest` is used"),
        Some("latest") => (Code::ImageLatest, "the tag `latest` moves with each push"),
        Some(_) => return,
    };
    reading.report(image.at, Diagnostic::new(code, message).help(BY_DIGEST));
}

/// Reports an unknown prebuilt image, and one without model files.
fn which<'a>(reading: &mut Reading<'a>, image: &Found<'a, Image>, prebuilt: Prebuilt<'_>) {
    if !prebuilt.is_known() {
        let finding = Diagnostic::new(Code::ImagePrebuiltUnknown, "Google is not known to have this prebuilt image");
        match prebuilt.nearest() {
            Some((near, true)) => reading.report_replacement(image.at, finding, &prebuilt.with(None, Some(&near))),
            Some((near, false)) => reading.report(image.at, finding.help(format!("did you mean `{near}`?"))),
            None => reading.report(image.at, finding.help("choose one from Google's list of prebuilt containers")),
        }
    }
    if !reading.has(Key::ArtifactUri) {
        let finding = Diagnostic::new(Code::ImageArtifactMissing, "a prebuilt image contains no model");
        reading.report(image.at, finding.help("add `google.com/vertex-ai-artifact-uri`"));
    }
}

/// Reports a prebuilt image in another multi-region than the model's continent.
fn near<'a>(reading: &mut Reading<'a>, image: &Found<'a, Image>, prebuilt: Prebuilt<'_>, location: Option<&str>) {
    let (at, best) = (image.value.location(), location.and_then(continent));
    let finding = if !CONTINENTS.contains(&at) {
        Diagnostic::new(Code::ImagePrebuiltRegion, "prebuilt images exist in `us`, `europe` and `asia` only")
    } else if best.is_some_and(|best| best != at) {
        Diagnostic::new(Code::ImagePrebuiltFar, "the same prebuilt image exists on the model's continent")
    } else {
        return;
    };
    match best {
        Some(best) => reading.report_replacement(image.at, finding, &prebuilt.with(Some(best), None)),
        None => reading.report(image.at, finding.help("write one of these locations")),
    }
}

/// Reports a prebuilt image that does not fit the accelerator.
fn on_machine<'a>(
    reading: &mut Reading<'a>,
    image: &Found<'a, Image>,
    prebuilt: Prebuilt<'_>,
    machine: Option<&Found<'a, MachineType>>,
) {
    let Some(accelerator) = reading.at(Key::Accelerator) else {
        // A machine with an accelerator that is not named has its own finding.
        if prebuilt.on_gpu() && machine.is_none_or(|machine| machine.value.carries().is_none()) {
            let finding =
                Diagnostic::new(Code::ImageAcceleratorMissing, "the image is for GPUs, but no accelerator is named");
            reading
                .report(image.at, finding.help("add `google.com/vertex-ai-accelerator`, or use the image with `-cpu`"));
        }
        return;
    };
    let finding = match (prebuilt.on_gpu(), prebuilt.has_gpu_twin()) {
        (true, _) => return,
        (false, true) => {
            Diagnostic::new(Code::AcceleratorImageWithoutGpu, "the image is for CPUs and cannot use an accelerator")
                .help("use the image with `-gpu`, or remove the accelerator")
        }
        (false, false) => Diagnostic::new(
            Code::AcceleratorFramework,
            "prebuilt images for scikit-learn and XGBoost cannot use an accelerator",
        )
        .help("remove the accelerator, or use a custom image"),
    };
    reading.report(accelerator, finding.related("the image is named here", reading.place(image.at)));
}

//! Reading and rules of model and endpoint.

use super::keys::Key;
use super::place::Places;
use super::reading::{Found, Reading};
use crate::diagnostic::{Code, Diagnostic};
use crate::name::{Endpoint, EndpointId, Model, Project};
use crate::words::{self, plain};

/// The resource name within a URL such as `https://us-central1-aiplatform.googleapis.com/v1/projects/…` or
/// `//aiplatform.googleapis.com/projects/…`; `None` where the text is not a URL.
fn in_url(text: &str) -> Option<&str> {
    let rest = words::split_once(text, "//").filter(|(scheme, _)| matches!(*scheme, "" | "http:" | "https:"))?.1;
    let name = words::find(rest, "/projects/").and_then(|start| rest.get(start + 1..)).unwrap_or_default();
    Some(name.split(['?', '#', ':']).next().unwrap_or(name))
}

/// Reports a URL in place of a name, with a fix where the URL contains the name.
fn is_url<'a>(
    reading: &mut Reading<'a>,
    text: &Found<'a, &str>,
    code: Code,
    what: &str,
    is_name: fn(&str) -> bool,
) -> bool {
    let Some(name) = in_url(text.value) else { return false };
    let finding = Diagnostic::new(code, format!("`{}` is a URL, not the name of {what}", text.value));
    match is_name(name) {
        true => reading.report_replacement(text.at, finding, name),
        false => reading.report(text.at, finding.help("write an id or a full resource name")),
    }
    true
}

pub fn model<'a>(reading: &mut Reading<'a>, places: &Places<'a>) -> Option<Found<'a, Model>> {
    let text = reading.required(Key::Model)?;
    if is_url(reading, &text, Code::ModelUrl, "a model", |name| name.parse::<Model>().is_ok()) {
        return None;
    }
    if words::contains(text.value, "/endpoints/") {
        let finding = Diagnostic::new(Code::ModelIsEndpoint, format!("`{}` is an endpoint, not a model", text.value));
        reading.report(text.at, finding.help("write the name of a model, e.g. `projects/P/locations/L/models/M@V`"));
        return None;
    }
    if text.value.starts_with("publishers/") {
        let finding = Diagnostic::new(Code::ModelPublisher, format!("`{}` is a model of Model Garden", text.value));
        reading.report(text.at, finding.help("copy it to the Model Registry, and write the name of the copy"));
        return None;
    }
    let model = if words::contains(text.value, "/") {
        let model = reading.check(Key::Model, &text, text.value.parse::<Model>())?;
        places.agree(reading, &text, &model.place);
        model
    } else {
        let parsed = reading.check(Key::Model, &text, Model::parse_id(text.value));
        let place = places.complete(reading, Key::Model);
        let (id, version) = parsed?;
        Model { place: place?, id, version }
    };
    version(reading, &text, &model);
    Some(text.with(model))
}

/// Reports a version that can change between two deployments.
fn version<'a>(reading: &mut Reading<'a>, text: &Found<'a, &str>, model: &Model) {
    let finding = match model.version.as_ref().map(|version| version.as_str()) {
        None => {
            // An uploaded model has no version before the upload.
            if reading.has(Key::Image) || reading.has(Key::ArtifactUri) {
                return;
            }
            Diagnostic::new(Code::ModelUnpinned, "the model has no version, and its default version can change")
                .help(format!("write the version, e.g. `{}@3`", text.value))
        }
        Some("0") => Diagnostic::new(Code::ModelVersionZero, "version 0 does not exist")
            .help("write an existing version; the first is 1"),
        Some(alias) if !alias.bytes().all(|b| b.is_ascii_digit()) => {
            let message = format!("`{alias}` is an alias, and its version can change");
            Diagnostic::new(Code::ModelAlias, message).help("write the number of the version")
        }
        Some(_) => return,
    };
    reading.report(text.at, finding);
}

pub fn endpoint<'a>(reading: &mut Reading<'a>, places: &Places<'a>) -> Option<Found<'a, Endpoint>> {
    let text = reading.required(Key::Endpoint)?;
    if is_url(reading, &text, Code::EndpointUrl, "an endpoint", |name| name.parse::<Endpoint>().is_ok()) {
        return None;
    }
    if words::contains(text.value, "/models/") {
        let finding = Diagnostic::new(Code::EndpointIsModel, format!("`{}` is a model, not an endpoint", text.value));
        reading
            .report(text.at, finding.help("write the name of an endpoint, e.g. `projects/P/locations/L/endpoints/E`"));
        return None;
    }
    if words::contains(text.value, "/") {
        let endpoint = reading.check(Key::Endpoint, &text, text.value.parse::<Endpoint>())?;
        // The location of an endpoint is compared with that of the model.
        places.agree_on_project(reading, &text, &endpoint.place.project);
        return Some(text.with(endpoint));
    }
    let result = text.value.parse::<EndpointId>();
    // Other separators are certain; a display name with spaces is not an id in other letters.
    let meant = result.is_err().then(|| plain(text.value)).filter(|meant| meant.parse::<EndpointId>().is_ok());
    let meant = meant.filter(|_| !words::contains(text.value, " "));
    let parsed = reading.check_or_fix(Key::Endpoint, &text, result, meant.as_deref());
    let place = places.complete(reading, Key::Endpoint);
    Some(text.with(Endpoint { place: place?, id: parsed? }))
}

/// Reports an endpoint and a model in different projects or locations.
pub fn agree<'a>(
    reading: &mut Reading<'a>,
    places: &Places<'a>,
    endpoint: Option<&Found<'a, Endpoint>>,
    model: Option<&Found<'a, Model>>,
) {
    let (Some(endpoint), Some(model)) = (endpoint, model) else { return };
    let (here, there) = (&endpoint.value.place, &model.value.place);
    if here.location != there.location {
        let (here, there) = (&here.location, &there.location);
        let finding = Diagnostic::new(
            Code::EndpointLocationMismatch,
            format!("the endpoint is in `{here}`, but the model is in `{there}`"),
        )
        .related("the model is named here", reading.place(model.at))
        .help(format!("use an endpoint in `{there}`, or copy the model to `{here}`"));
        reading.report(endpoint.at, finding);
    }
    // A contradiction with the plain project has its own finding.
    if places.project.is_some() {
        return;
    }
    let is_number = |project: &Project| project.as_str().bytes().all(|b| b.is_ascii_digit());
    // A number and an id can stand for the same project.
    if here.project != there.project && is_number(&here.project) == is_number(&there.project) {
        let (here, there) = (&here.project, &there.project);
        let finding = Diagnostic::new(
            Code::EndpointProjectMismatch,
            format!("the endpoint is in project `{here}`, but the model is in `{there}`"),
        )
        .related("the model is named here", reading.place(model.at))
        .help(format!(
            "grant permissions in both projects to the deployer and to Vertex AI's service agent of `{here}`"
        ));
        reading.report(endpoint.at, finding);
    }
}

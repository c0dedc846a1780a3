//! The model, the endpoint, and whether the two go together.

use super::keys::Key;
use super::place::Places;
use super::reading::{Found, Reading};
use crate::diagnostic::{Code, Diagnostic};
use crate::name::{Endpoint, Model, Project};
use crate::words;

/// The resource name within a URL such as `https://us-central1-aiplatform.googleapis.com/v1/projects/…` or
/// `//aiplatform.googleapis.com/projects/…`; `None` where the text is no URL.
fn in_url(text: &str) -> Option<&str> {
    let rest = words::split_once(text, "//").filter(|(scheme, _)| matches!(*scheme, "" | "http:" | "https:"))?.1;
    let name = words::find(rest, "/projects/").and_then(|start| rest.get(start + 1..)).unwrap_or_default();
    Some(name.split(['?', '#', ':']).next().unwrap_or(name))
}

/// Says that a URL is given where a name belongs, and mends it where the URL holds one.
fn is_url<'a>(
    reading: &mut Reading<'a>,
    text: &Found<'a, &str>,
    code: Code,
    what: &str,
    is_name: fn(&str) -> bool,
) -> bool {
    let Some(name) = in_url(text.value) else { return false };
    let finding = Diagnostic::new(code, format!("`{}` is a URL, not a name of {what}", text.value));
    match is_name(name) {
        true => reading.say_write(text.at, finding, name),
        false => reading.say(text.at, finding.help(format!("write the id of {what}, or its full resource name"))),
    }
    true
}

pub fn model<'a>(reading: &mut Reading<'a>, places: &Places<'a>) -> Option<Found<'a, Model>> {
    let text = reading.required(Key::Model)?;
    if is_url(reading, &text, Code::ModelUrl, "a model", |name| name.parse::<Model>().is_ok()) {
        return None;
    }
    if words::contains(text.value, "/endpoints/") {
        let finding = Diagnostic::new(Code::ModelIsEndpoint, "this is the name of an endpoint, not of a model");
        reading.say(text.at, finding.help("write the model's name, e.g. `projects/P/locations/L/models/M@V`"));
        return None;
    }
    if text.value.starts_with("publishers/") {
        let finding = Diagnostic::new(Code::ModelPublisher, format!("`{}` is a publisher's model", text.value));
        reading.say(text.at, finding.help("deploy it from Model Garden once; here goes the model of your registry"));
        return None;
    }
    let model = if text.value.contains('/') {
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

/// Whether the same thing is deployed tomorrow as today.
fn version<'a>(reading: &mut Reading<'a>, text: &Found<'a, &str>, model: &Model) {
    let finding = match model.version.as_ref().map(|version| version.as_str()) {
        None => {
            // Where the model is uploaded first, its version does not exist yet.
            if reading.has(Key::Image) || reading.has(Key::ArtifactUri) {
                return;
            }
            Diagnostic::new(Code::ModelUnpinned, "no version is named: the default one of the day is deployed")
                .help(format!("name one, e.g. `{}@3`", text.value))
        }
        Some("0") => Diagnostic::new(Code::ModelVersionZero, "there is no version 0: the first one is 1")
            .help("name a version that there is"),
        Some(alias) if !alias.bytes().all(|b| b.is_ascii_digit()) => {
            let message = format!("`{alias}` is an alias: what is deployed depends on where it points that day");
            Diagnostic::new(Code::ModelAlias, message).help("name the version's number to deploy the same every time")
        }
        Some(_) => return,
    };
    reading.say(text.at, finding);
}

pub fn endpoint<'a>(reading: &mut Reading<'a>, places: &Places<'a>) -> Option<Found<'a, Endpoint>> {
    let text = reading.required(Key::Endpoint)?;
    if is_url(reading, &text, Code::EndpointUrl, "an endpoint", |name| name.parse::<Endpoint>().is_ok()) {
        return None;
    }
    if words::contains(text.value, "/models/") {
        let finding = Diagnostic::new(Code::EndpointIsModel, "this is the name of a model, not of an endpoint");
        reading.say(text.at, finding.help("write the endpoint's name, e.g. `projects/P/locations/L/endpoints/E`"));
        return None;
    }
    if text.value.contains('/') {
        let endpoint = reading.check(Key::Endpoint, &text, text.value.parse::<Endpoint>())?;
        // Of its location, the model's is what matters.
        places.agree_on_project(reading, &text, &endpoint.place.project);
        return Some(text.with(endpoint));
    }
    let parsed = reading.check(Key::Endpoint, &text, text.value.parse());
    let place = places.complete(reading, Key::Endpoint);
    Some(text.with(Endpoint { place: place?, id: parsed? }))
}

/// Whether endpoint and model are in the same project and location.
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
        .help(format!("deploy to an endpoint in `{there}`, or copy the model to `{here}` first"));
        reading.say(endpoint.at, finding);
    }
    // Where a plain project contradicts one of them, that has been said.
    if places.project.is_some() {
        return;
    }
    let is_number = |project: &Project| project.as_str().bytes().all(|b| b.is_ascii_digit());
    // One of them by its number and one by its id may well be the same project.
    if here.project != there.project && is_number(&here.project) == is_number(&there.project) {
        let (here, there) = (&here.project, &there.project);
        let finding = Diagnostic::new(
            Code::EndpointProjectMismatch,
            format!("the endpoint is in project `{here}`, but the model is in `{there}`"),
        )
        .related("the model is named here", reading.place(model.at))
        .help(format!("who deploys needs rights in both, and so does Vertex AI's service agent of `{here}`"));
        reading.say(endpoint.at, finding);
    }
}

//! Project and location.

use super::keys::Key;
use super::reading::{Found, Reading};
use crate::diagnostic::{Code, Diagnostic};
use crate::name::{Location, Place, Project};
use crate::vertex::region;

/// What the plain annotations say of where things are.
pub struct Places<'a> {
    pub project: Option<Found<'a, Project>>,
    pub location: Option<Found<'a, Location>>,
}

impl<'a> Places<'a> {
    pub fn read(reading: &mut Reading<'a>) -> Self {
        Self { project: project(reading), location: location(reading) }
    }

    /// What an id is completed with; says what is missing for that.
    pub fn complete(&self, reading: &mut Reading<'a>, for_what: Key) -> Option<Place> {
        for (key, missing) in [(Key::Project, self.project.is_none()), (Key::Location, self.location.is_none())] {
            if missing && !reading.has(key) {
                reading.missing(key, for_what);
            }
        }
        Some(Place { project: self.project.as_ref()?.value.clone(), location: self.location.as_ref()?.value.clone() })
    }

    /// A full name and the plain annotations must not contradict each other.
    pub fn agree<T>(&self, reading: &mut Reading<'a>, name: &Found<'a, T>, place: &Place) {
        self.agree_on_project(reading, name, &place.project);
        if let Some(location) = self.location.as_ref().filter(|location| location.value != place.location) {
            let (said, other) = (&place.location, &location.value);
            let message = format!("this is in `{said}`, but the location is `{other}`");
            let finding = Diagnostic::new(Code::LocationContradiction, message)
                .related("the location is set here", reading.place(location.at));
            reading.say(name.at, finding.help(AGREE));
        }
    }

    pub fn agree_on_project<T>(&self, reading: &mut Reading<'a>, name: &Found<'a, T>, said: &Project) {
        if let Some(project) = self.project.as_ref().filter(|project| project.value != *said) {
            let message = format!("this is in project `{said}`, but the project is `{}`", project.value);
            let finding = Diagnostic::new(Code::ProjectContradiction, message)
                .related("the project is set here", reading.place(project.at));
            reading.say(name.at, finding.help(AGREE));
        }
    }
}

const AGREE: &str = "make the two agree, or leave the plain annotation out";

fn project<'a>(reading: &mut Reading<'a>) -> Option<Found<'a, Project>> {
    let text = reading.text(Key::Project)?;
    let parsed = text.value.parse::<Project>();
    if parsed.is_err() && text.value.bytes().any(|b| b == b' ' || b.is_ascii_uppercase()) {
        let message = format!("`{}` is how the project is displayed, not its id", text.value);
        let finding = Diagnostic::new(Code::ProjectDisplayName, message);
        reading.say(text.at, finding.help("take the id: lower-case letters, digits and hyphens, e.g. `acme-ml`"));
        return None;
    }
    let project = reading.check(Key::Project, &text, parsed)?;
    if project.as_str().bytes().all(|b| b.is_ascii_digit()) {
        let message = format!("`{project}` is the project's number");
        let finding = Diagnostic::new(Code::ProjectNumber, message);
        reading.say(text.at, finding.help("name the project by its id: people and policies know it by that"));
    }
    Some(text.with(project))
}

fn location<'a>(reading: &mut Reading<'a>) -> Option<Found<'a, Location>> {
    let location = reading.parse::<Location>(Key::Location)?;
    known(reading, &location);
    Some(location)
}

/// Says where a location is not one to serve in.
fn known<'a>(reading: &mut Reading<'a>, location: &Found<'a, Location>) {
    let word = location.value.as_str();
    if region::is_known(word) {
        return;
    }
    let zone = word.rsplit_once('-').filter(|(region, zone)| zone.len() == 1 && region::is_known(region));
    if word == "global" {
        let finding =
            Diagnostic::new(Code::LocationGlobal, "endpoints for custom models live in a region, not at `global`");
        reading.say(location.at, finding.help("name a region, e.g. `us-central1`"));
    } else if let Some((region, _)) = zone {
        let finding = Diagnostic::new(Code::LocationZone, format!("`{word}` is a zone, and Vertex AI wants a region"));
        reading.say_write(location.at, finding, region);
    } else {
        let near = region::nearest_location(word);
        let finding = Diagnostic::new(Code::LocationUnknown, format!("Vertex AI serves no custom models in `{word}`"));
        let help = "choose a location of Vertex AI, e.g. `us-central1` or `europe-west4`";
        reading.say_guess(location.at, finding, near.as_deref(), help);
    }
}

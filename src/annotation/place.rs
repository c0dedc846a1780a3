//! Reading and rules of project and location.

use super::keys::Key;
use super::reading::{Found, Reading};
use crate::diagnostic::{Code, Diagnostic};
use crate::name::{Location, Place, Project};
use crate::vertex::region;

/// Project and location of the plain annotations.
pub struct Places<'a> {
    pub project: Option<Found<'a, Project>>,
    pub location: Option<Found<'a, Location>>,
}

impl<'a> Places<'a> {
    pub fn read(reading: &mut Reading<'a>) -> Self {
        Self { project: project(reading), location: location(reading) }
    }

    /// The place that completes an id, or `None` after reporting what is missing.
    pub fn complete(&self, reading: &mut Reading<'a>, for_what: Key) -> Option<Place> {
        for (key, missing) in [(Key::Project, self.project.is_none()), (Key::Location, self.location.is_none())] {
            if missing && !reading.has(key) {
                reading.missing(key, for_what);
            }
        }
        Some(Place { project: self.project.as_ref()?.value.clone(), location: self.location.as_ref()?.value.clone() })
    }

    /// Reports a contradiction between a full name and the plain annotations.
    pub fn agree<T>(&self, reading: &mut Reading<'a>, name: &Found<'a, T>, place: &Place) {
        self.agree_on_project(reading, name, &place.project);
        if let Some(location) = self.location.as_ref().filter(|location| location.value != place.location) {
            let (named, other) = (&place.location, &location.value);
            let message = format!("the name has location `{named}`, but the location annotation is `{other}`");
            let finding = Diagnostic::new(Code::LocationContradiction, message)
                .related("the location is set here", reading.place(location.at));
            reading.report(name.at, finding.help(AGREE));
        }
    }

    pub fn agree_on_project<T>(&self, reading: &mut Reading<'a>, name: &Found<'a, T>, named: &Project) {
        if let Some(project) = self.project.as_ref().filter(|project| project.value != *named) {
            let message = format!("the name has project `{named}`, but the project annotation is `{}`", project.value);
            let finding = Diagnostic::new(Code::ProjectContradiction, message)
                .related("the project is set here", reading.place(project.at));
            reading.report(name.at, finding.help(AGREE));
        }
    }
}

const AGREE: &str = "use the same value in both, or remove the plain annotation";

fn project<'a>(reading: &mut Reading<'a>) -> Option<Found<'a, Project>> {
    let text = reading.text(Key::Project)?;
    let parsed = text.value.parse::<Project>();
    if parsed.is_err() && text.value.bytes().any(|b| b == b' ' || b.is_ascii_uppercase()) {
        let message = format!("`{}` is the display name of a project, not its id", text.value);
        let finding = Diagnostic::new(Code::ProjectDisplayName, message);
        reading.report(
            text.at,
            finding.help("write the project id: lower-case letters, digits and hyphens, e.g. `acme-ml`"),
        );
        return None;
    }
    let project = reading.check(Key::Project, &text, parsed)?;
    if project.as_str().bytes().all(|b| b.is_ascii_digit()) {
        let message = format!("`{project}` is a project number");
        let finding = Diagnostic::new(Code::ProjectNumber, message);
        reading.report(text.at, finding.help("write the project id, which people and policies use"));
    }
    Some(text.with(project))
}

fn location<'a>(reading: &mut Reading<'a>) -> Option<Found<'a, Location>> {
    let location = reading.parse::<Location>(Key::Location)?;
    known(reading, &location);
    Some(location)
}

/// Reports a location without Vertex AI.
fn known<'a>(reading: &mut Reading<'a>, location: &Found<'a, Location>) {
    let word = location.value.as_str();
    if region::is_known(word) {
        return;
    }
    let zone = word.rsplit_once('-').filter(|(region, zone)| zone.len() == 1 && region::is_known(region));
    if word == "global" {
        let finding = Diagnostic::new(Code::LocationGlobal, "`global` serves no custom models");
        reading.report(location.at, finding.help("write a region, e.g. `us-central1`"));
    } else if let Some((region, _)) = zone {
        let finding = Diagnostic::new(Code::LocationZone, format!("`{word}` is a zone, not a region"));
        reading.report_replacement(location.at, finding, region);
    } else {
        let near = region::nearest_location(word);
        let finding = Diagnostic::new(
            Code::LocationUnknown,
            format!("Vertex AI is not known to serve custom models in `{word}`"),
        );
        let help = "choose a location of Vertex AI, e.g. `us-central1` or `europe-west4`";
        reading.report_guess(location.at, finding, near.as_deref(), help);
    }
}

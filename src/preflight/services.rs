//! The APIs of the project, the project's number, and service perimeters.

use super::{Judged, Look, Unknown, Verdict, endpoint};
use crate::method::{self, Call, Resource, Service};
use crate::name::KmsKey;
use crate::words;
use serde_json::Value;

const VERTEX_AI: &str = "aiplatform.googleapis.com";

/// The APIs that the plan needs in its own project.
fn needed(look: &Look) -> Vec<&'static str> {
    let target = &look.plan.target;
    let project = target.endpoint.place.project.as_str();
    let mut needed = vec![VERTEX_AI];
    let own_image = target.image.as_ref().is_some_and(|image| image.project() == project);
    needed.extend((endpoint::uploads(look) && own_image).then_some("artifactregistry.googleapis.com"));
    let own_key = target.kms_key.as_ref().and_then(KmsKey::project).is_some_and(|of| of == project);
    needed.extend(own_key.then_some("cloudkms.googleapis.com"));
    needed
}

fn get(look: &Look) -> Call {
    let project = &look.plan.target.endpoint.place.project;
    let call = Call::new(&method::SERVICES_BATCH_GET, Resource::Project(project.clone()));
    needed(look).into_iter().fold(call, |call, name| call.query("names", format!("projects/{project}/services/{name}")))
}

pub fn apis(look: &Look) -> Judged {
    let answer = look.ask(get(look))?;
    let services = answer["services"].as_array().map(Vec::as_slice).unwrap_or_default();
    let state = |name: &str| {
        let end = format!("/services/{name}");
        let found = services.iter().find(|one| one["name"].as_str().is_some_and(|full| full.ends_with(&end)));
        found.and_then(|one| one["state"].as_str()).unwrap_or("unknown")
    };
    let states: Vec<(&str, &str)> = needed(look).into_iter().map(|name| (name, state(name))).collect();
    let evidence = states.iter().map(|(name, state)| format!("`{name}`: {state}")).collect();
    let off: Vec<&str> = states.iter().filter(|(_, state)| *state == "DISABLED").map(|(name, _)| *name).collect();
    if !off.is_empty() {
        let project = &look.plan.target.endpoint.place.project;
        let message = format!("the project has APIs disabled that the deployment needs: {}", ticked(&off));
        let help = format!("enable them: `gcloud services enable {} --project={project}`", off.join(" "));
        return Ok(Some(Verdict::no(message).help(help).evidence(evidence)));
    }
    if let Some((name, _)) = states.iter().find(|(_, state)| *state != "ENABLED") {
        let why = format!("Google reports no state of `{name}`");
        return Err(Unknown::because(why, "check the API's page in Google's console"));
    }
    Ok(Some(Verdict::ok(evidence)))
}

pub fn ticked(names: &[&str]) -> String {
    words::list(names.iter().map(|name| format!("`{name}`")), ", ")
}

/// Vertex AI's service agent of the project, by the number in names that Google answered.
/// Source: <https://docs.cloud.google.com/iam/docs/service-agents>, read 2026-11-28.
pub fn agent(look: &Look) -> Result<String, Unknown> {
    let services = look.ask(get(look)).map(|answer| &answer["services"][0]["name"]);
    let endpoint = look.find(endpoint::get(look)).map(|found| found.map_or(&Value::Null, |one| &one["name"]));
    let model = look.find(endpoint::get_model(look)).map(|found| found.map_or(&Value::Null, |one| &one["name"]));
    let all = [services, endpoint, model];
    if all.iter().any(|one| matches!(one, Err(unknown) if unknown.is_open())) {
        return Err(Unknown::Open);
    }
    let number = |name: &Value| {
        let number = name.as_str()?.strip_prefix("projects/")?.split('/').next()?;
        number.bytes().all(|b| b.is_ascii_digit()).then(|| number.to_owned())
    };
    if let Some(number) = all.iter().find_map(|one| number(one.as_ref().ok()?)) {
        return Ok(format!("service-{number}@gcp-sa-aiplatform.iam.gserviceaccount.com"));
    }
    let refused = all.into_iter().find_map(Result::err);
    Err(refused.unwrap_or_else(|| {
        let why = "the project's number is unknown, and so is the name of its service agent";
        Unknown::because(why, "request the permission `serviceusage.services.get` on the project")
    }))
}

/// A perimeter shows itself only by a refusal.
pub fn perimeter(look: &Look) -> Judged {
    let mut hit: Vec<Service> = Vec::new();
    for (call, finding) in look.refusals() {
        let is_perimeter = finding.diagnosis.as_ref().is_some_and(|it| it.entry == "access/perimeter");
        if is_perimeter && !hit.contains(&call.method.service) {
            hit.push(call.method.service);
        }
    }
    if hit.is_empty() {
        return Ok(None);
    }
    let names: Vec<&str> = hit.iter().map(|service| service.as_str()).collect();
    let message = format!("a service perimeter refused the caller: {}", ticked(&names));
    if hit.contains(&Service::Aiplatform) {
        return Ok(Some(Verdict::no(message)));
    }
    let help = "ask the organization's administrators whether Vertex AI's service agent may cross the perimeter";
    Err(Unknown::because(message, help))
}

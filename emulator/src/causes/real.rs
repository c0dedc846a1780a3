//! Causes that strike without a fault, because the seed's images, buckets, keys, policies and constraints are so.
//!
//! What the seed does not describe passes. Unverified: in which order Google checks.

use super::names::{self, Names};
use super::{Struck, Variant, find};
use crate::received::Received;
use crate::state::location::LOCATIONS;
use crate::state::neighbours::Image;
use crate::state::principal::Principal;
use crate::state::world::World;
use serde_json::Value;

/// Names of the files of which a prebuilt container's directory has exactly one. Unverified: those of PyTorch.
const FILES: &[(&str, &[&str])] = &[
    ("tf", &["saved_model.pb", "saved_model.pbtxt"]),
    ("sklearn", &["model.pkl", "model.joblib"]),
    ("xgboost", &["model.bst", "model.pkl", "model.joblib"]),
    ("pytorch", &["model.mar"]),
];

fn struck(name: &str) -> Option<Struck> {
    Some(Struck { cause: find(name)?, variant: Variant::A })
}

/// The cause of a call to a service that the project of its path has not enabled.
fn disabled(world: &World, received: &Received) -> Option<Struck> {
    let service = received.name.split('.').next().filter(|service| *service != "sts")?;
    let parts: Vec<&str> = received.path.trim_start_matches('/').split('/').collect();
    let id = match parts.as_slice() {
        // An account's project stands for the pool's, where the API must be enabled, too.
        [_, "projects", "-", "serviceAccounts", account] => world.home(account.split(':').next()?)?,
        ["storage", "v1", "b", bucket, ..] => world.neighbours.bucket(bucket)?.project.clone(),
        [_, "projects", project, ..] => world.project_id(project.split(':').next()?)?,
        _ => return None,
    };
    let project = world.projects.get(&id)?;
    if project.has_enabled(&format!("{service}.googleapis.com")) { None } else { struck("api-disabled") }
}

/// The project that a call is charged to, where its header names one.
fn charged(received: &Received) -> Option<&str> {
    let is_exchange = received.name.starts_with("sts.");
    received.headers.get("x-goog-user-project").and_then(|value| value.to_str().ok()).filter(|_| !is_exchange)
}

/// The cause that a call of this caller meets, and the names of what it says.
pub fn of_call(world: &World, who: Option<&Principal>, received: &Received) -> Option<(Struck, Names)> {
    let names = || Names::of_call(world, &received.name, &received.path, &received.body);
    if let Some(project) = charged(received) {
        let id = world.project_id(project);
        let may =
            |id: &String| who.is_some_and(|who| world.may(who, "serviceusage.services.use", &format!("projects/{id}")));
        if !id.as_ref().is_some_and(may) {
            let mut names = names();
            names.set("project", project);
            return Some((struck("user-project-denied")?, names));
        }
    }
    if let Some(cause) = received.cause.or_else(|| disabled(world, received)) {
        return Some((cause, names()));
    }
    let method = received.name.strip_prefix("aiplatform.projects.locations.")?;
    let permission = match method {
        "models.upload" => "aiplatform.models.upload",
        "endpoints.create" => "aiplatform.endpoints.create",
        "deploy" => "aiplatform.endpoints.deploy",
        _ => return None,
    };
    let mut names = names();
    let place = world.stored(names.get("place"))?;
    // Google tells a caller without the permission nothing else, and no policy is about a location that does not exist.
    if !world.may(who?, permission, &place) || !LOCATIONS.contains(&names.get("location")) {
        return None;
    }
    let body: Value = serde_json::from_slice(&received.body).ok()?;
    let cause = forbidden(world, method, &body, &names)
        .or_else(|| unreadable_key(world, &names))
        .or_else(|| unreadable_image(world, &names))
        .or_else(|| unfit_files(world, &mut names))?;
    Some((cause, names))
}

fn agent(world: &World, names: &Names) -> Principal {
    Principal::ServiceAccount { email: world.agent(names.get("project")) }
}

/// Whether the rules of a constraint allow a value; `is_in` decides for groups of values such as `in:us-locations`.
fn allows(rules: &[Value], is_in: &dyn Fn(&str) -> bool) -> bool {
    let listed = |rule: &Value, list: &str| -> Option<bool> {
        let values = rule["values"][list].as_array()?;
        Some(values.iter().filter_map(Value::as_str).any(is_in))
    };
    rules.iter().all(|rule| {
        rule["denyAll"] != true
            && listed(rule, "allowedValues").unwrap_or(true)
            && !listed(rule, "deniedValues").unwrap_or(false)
    })
}

fn forbidden(world: &World, method: &str, body: &Value, names: &Names) -> Option<Struck> {
    let (project, location) = (names.get("project"), names.get("location"));
    let rules = |name: &str| world.neighbours.rules(project, name);
    let is_location = |value: &str| {
        let value = value.strip_prefix("in:").and_then(|group| group.strip_suffix("-locations")).unwrap_or(value);
        let value = if value == "eu" { "europe" } else { value };
        location == value || location.starts_with(&format!("{value}-"))
    };
    if rules("gcp.resourceLocations").is_some_and(|rules| !allows(rules, &is_location)) {
        return struck("location-policy");
    }
    let is_vertex = |value: &str| value.trim_start_matches("is:") == "aiplatform.googleapis.com";
    if names.get("key").is_empty()
        && method != "deploy"
        && rules("gcp.restrictNonCmekServices").is_some_and(|rules| !allows(rules, &is_vertex))
    {
        return struck("cmek-required");
    }
    let model = body["publisherModelName"].as_str().unwrap_or_default();
    let model = format!("{}:deploy", model.split('@').next().unwrap_or(model));
    let is_model = |value: &str| value.trim_start_matches("is:") == model;
    let is_refused = || rules("vertexai.allowedModels").is_some_and(|rules| !allows(rules, &is_model));
    if method == "deploy" && is_refused() { struck("allowed-models") } else { None }
}

/// A key of the same location that the service agent may not use, in a project of which the seed has keys.
fn unreadable_key(world: &World, names: &Names) -> Option<Struck> {
    let key = world.stored(names.get("key"))?;
    key.split('/').nth(3).filter(|location| *location == names.get("location"))?;
    let project = world.project_of(&key)?;
    let is_described =
        world.neighbours.keys.iter().any(|one| world.project_of(&one.name).as_deref() == Some(&*project));
    let exists = world.neighbours.keys.iter().any(|one| one.name == key);
    let may = world.may(&agent(world, names), "cloudkms.cryptoKeyVersions.useToEncrypt", &key);
    if is_described && !(exists && may) { struck("kms-permission") } else { None }
}

/// An image that does not exist, or that the service agent may not pull, in a project of which the seed has repositories.
fn unreadable_image(world: &World, names: &Names) -> Option<Struck> {
    let image = names.get("image");
    let repository = names::repository(image)?;
    let [_, project, _, location, ..] = repository.split('/').collect::<Vec<_>>()[..] else { return None };
    if project == "vertex-ai" && location.contains('-') {
        return struck("prebuilt-image-host");
    }
    let repository = world.stored(&repository)?;
    let project = world.project_of(&repository)?;
    let mut all = world.neighbours.repositories.iter();
    if !all.any(|one| world.project_of(&one.name).as_deref() == Some(&*project)) {
        return None;
    }
    let may = world.may(&agent(world, names), "artifactregistry.repositories.downloadArtifacts", &repository);
    match world.neighbours.repository(&repository).filter(|_| may) {
        None => struck("image-pull"),
        Some(_) if found_image(world, image).is_none() => struck("image-not-found"),
        Some(_) => None,
    }
}

fn found_image<'a>(world: &'a World, image: &str) -> Option<&'a Image> {
    let repository = world.neighbours.repository(&world.stored(&names::repository(image)?)?)?;
    repository.find(image.splitn(4, '/').nth(3)?)
}

/// A directory that the service agent may not read, or that has not exactly one of the files that a prebuilt container looks for.
fn unfit_files(world: &World, names: &mut Names) -> Option<Struck> {
    let artifact = names.get("artifact").strip_prefix("gs://")?.to_owned();
    let (name, directory) = artifact.split_once('/').unwrap_or((&artifact, ""));
    let bucket = world.neighbours.bucket(name)?;
    if !world.may(&agent(world, names), "storage.objects.get", &format!("buckets/{name}")) {
        return struck("artifact-permission");
    }
    let (_, framework) = names.get("image").split_once("/prediction/")?;
    let (_, files) = FILES.iter().find(|(prefix, _)| framework.starts_with(prefix))?;
    let at = |file: &str| match directory.trim_end_matches('/') {
        "" => file.to_owned(),
        directory => format!("{directory}/{file}"),
    };
    if files.iter().filter(|file| bucket.objects.contains_key(&at(file))).count() == 1 {
        return None;
    }
    names.set("files", &files.join(", "));
    struck("artifact-files")
}

/// The cause by which the server of a deployment dies: its image's own, its architecture, an argument that it does not
/// know, or probes that it does not answer.
pub fn of_deployment(world: &World, deployed: &Value, names: &mut Names) -> Option<Struck> {
    let container = &names::model(world, deployed["model"].as_str()?)?["containerSpec"];
    let image = found_image(world, container["imageUri"].as_str()?)?;
    if !image.runs() {
        return struck("wrong-arch");
    }
    let unknown = image.arguments.as_ref().and_then(|known| {
        let given = container["args"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let mut flags = given.filter(|argument| argument.starts_with("--"));
        flags.find(|flag| !known.iter().any(|known| flag.split('=').next() == Some(known)))
    });
    if let Some(flag) = unknown {
        names.set("argument", flag);
        return struck("bad-args");
    }
    if let Some(port) = image.port.map(|port| port.to_string()).filter(|port| port != names.get("port")) {
        names.set("listens", &port);
        return struck("wrong-port");
    }
    if image.health.as_ref().is_some_and(|route| route != names.get("route")) {
        return struck("probe");
    }
    image.fails.as_deref().and_then(struck)
}

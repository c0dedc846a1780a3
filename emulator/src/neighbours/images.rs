//! Artifact Registry: repositories, their policies, and their images.
//!
//! Source: `artifactregistry.v1` `DockerImage`: only an image index lists architectures. Unverified: what a size includes.

use super::{policy, unserved};
use crate::call::Call;
use crate::error::ApiError;
use crate::page;
use crate::state::neighbours::Image;
use crate::timestamp;
use serde_json::{Value, json};

const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";

/// Routes calls on a repository (by stored name) and below it.
pub fn route(call: &Call<'_>, verb: &str, name: &str, rest: &[&str], method: Option<&str>) -> Result<Value, ApiError> {
    let missing = || ApiError::not_found(name);
    match (verb, rest, method) {
        ("GET", [], None) => {
            call.allow(&[])?;
            call.require("artifactregistry.repositories.get", name)?;
            let world = call.cloud.world();
            let repository = world.neighbours.repository(name).ok_or_else(missing)?;
            let bytes: u64 = repository.images.iter().map(|image| image.megabytes << 20).sum();
            Ok(json!({
                "name": name,
                "format": "DOCKER",
                "mode": "STANDARD_REPOSITORY",
                "registryUri": uri(name),
                "sizeBytes": bytes.to_string(),
            }))
        }
        ("GET", ["dockerImages"], None) => {
            call.allow(&["pageSize", "pageToken", "orderBy"])?;
            call.require("artifactregistry.dockerimages.list", name)?;
            if call.param("orderBy").is_some_and(|order| !order.is_empty()) {
                return Err(ApiError::new("UNIMPLEMENTED", "The emulator does not sort images."));
            }
            let mut world = call.cloud.world();
            let repository = world.neighbours.repository(name).ok_or_else(missing)?;
            let images = repository.images.iter().map(|image| (image.digest(), shown(name, image))).collect();
            page::answer(call, &mut world, name, "dockerImages", images)
        }
        ("GET", ["dockerImages", image], None) => {
            call.allow(&[])?;
            call.require("artifactregistry.dockerimages.get", name)?;
            let reference = image.replace("%2F", "/");
            if !reference.contains("@sha256:") {
                return Err(ApiError::invalid(format!("Invalid image name: {reference}: a digest is expected.")));
            }
            let world = call.cloud.world();
            let found = world.neighbours.repository(name).and_then(|repository| repository.find(&reference));
            Ok(shown(name, found.ok_or_else(|| ApiError::not_found(&reference))?))
        }
        (_, [], _) => policy(call, verb, name, "artifactregistry.repositories", method)
            .unwrap_or_else(|| Err(unserved(verb, name))),
        _ => Err(unserved(verb, &format!("{name}/{}", rest.join("/")))),
    }
}

/// The address of a repository, e.g. `us-central1-docker.pkg.dev/acme-ml/serving`.
fn uri(name: &str) -> String {
    match name.split('/').collect::<Vec<_>>().as_slice() {
        [_, project, _, location, _, repository] => format!("{location}-docker.pkg.dev/{project}/{repository}"),
        _ => String::new(),
    }
}

fn shown(repository: &str, image: &Image) -> Value {
    let digest = image.digest();
    let is_index = !image.architectures.is_empty();
    let mut body = json!({
        "name": format!("{repository}/dockerImages/{}@{digest}", image.name.replace('/', "%2F")),
        "uri": format!("{}/{}@{digest}", uri(repository), image.name),
        "tags": image.tags,
        "imageSizeBytes": (image.megabytes << 20).to_string(),
        "uploadTime": timestamp::now(),
        "mediaType": if is_index { INDEX } else { MANIFEST },
    });
    if is_index {
        let manifest = |architecture: &String| json!({"architecture": architecture, "os": "linux", "digest": digest, "mediaType": MANIFEST});
        body["imageManifests"] = image.architectures.iter().map(manifest).collect();
    }
    body
}

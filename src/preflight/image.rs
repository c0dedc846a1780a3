//! The container image of an upload: existence, architecture and size, by Artifact Registry.

use super::{Judged, Look, Unknown, Verdict, endpoint};
use crate::method::{self, Call, Resource, resource};
use crate::name::Image;
use crate::vertex::image::{is_digest, is_googles};
use crate::words;
use serde_json::Value;

/// Pages of a repository that are read for a tag, of 1,000 images each.
const PAGES: usize = 2;
/// Size beyond which the time of a pull is called unknown. A decision of this product: Google documents no limit.
const LARGE: u64 = 20 << 30;

/// The image that the plan's upload makes Google read; `None` for Google's own, which the portal need not look for.
pub fn own<'a>(look: &Look<'a>) -> Option<&'a Image> {
    look.plan.target.image.as_ref().filter(|image| endpoint::uploads(look) && !is_googles(image))
}

/// `projects/{project}/locations/{location}/repositories/{repository}`
pub fn repository(image: &Image) -> String {
    format!("projects/{}/locations/{}/repositories/{}", image.project(), image.location(), image.repository())
}

/// The image's name within its repository, and its tag or digest.
fn parts(image: &Image) -> (String, String) {
    let full = image.as_str();
    // A name of Container Registry has its repository as host.
    let skipped = if image.is_gcr() { 2 } else { 3 };
    let rest = full.splitn(skipped + 1, '/').nth(skipped).unwrap_or_default();
    let (name, version) = match rest.split_once('@') {
        Some((name, digest)) => (name.split(':').next().unwrap_or(name), digest),
        None => rest.rsplit_once(':').unwrap_or((rest, "latest")),
    };
    (name.to_owned(), version.to_owned())
}

/// Looks for the image; `None` where its repository or the image does not exist.
fn found<'a>(look: &Look<'a>, image: &Image) -> Result<Option<&'a Value>, Unknown> {
    let repository = repository(image);
    let (name, version) = parts(image);
    let unnamed = || {
        let why = format!("`{image}` has no name that Artifact Registry accepts");
        Unknown::because(why, "check `google.com/vertex-ai-image`")
    };
    if is_digest(&version) && !name.contains('/') {
        let full = format!("{repository}/dockerImages/{name}@{version}");
        let on = Resource::parse(resource::DOCKER_IMAGE, &full).ok_or_else(unnamed)?;
        return look.find(Call::new(&method::DOCKER_IMAGES_GET, on));
    }
    let on = Resource::parse(resource::REPOSITORY, &repository).ok_or_else(unnamed)?;
    let mut token = None;
    for _ in 0..PAGES {
        let call = Call::new(&method::DOCKER_IMAGES_LIST, on.clone()).query("pageSize", "1000");
        let call = match token {
            Some(token) => call.query("pageToken", token),
            None => call,
        };
        let Some(page) = look.find(call)? else { return Ok(None) };
        let mut images = page["dockerImages"].as_array().into_iter().flatten();
        let is_wanted = |one: &&Value| {
            let own = one["name"].as_str().and_then(|full| words::split_once(full, "/dockerImages/"));
            let Some((own, digest)) = own.and_then(|(_, last)| last.split_once('@')) else { return false };
            let tags = one["tags"].as_array().map(Vec::as_slice).unwrap_or_default();
            own.replace("%2F", "/") == name && (digest == version || tags.iter().any(|tag| *tag == *version))
        };
        if let Some(image) = images.find(is_wanted) {
            return Ok(Some(image));
        }
        token = page["nextPageToken"].as_str().filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(None);
        }
    }
    let why = format!("the repository has more than {} images, and the first do not include it", PAGES * 1000);
    Err(Unknown::because(why, "name the image by its digest"))
}

pub fn exists(look: &Look) -> Judged {
    let Some(image) = own(look) else { return Ok(None) };
    match found(look, image)? {
        Some(shown) => {
            let name = shown["uri"].as_str().unwrap_or(image.as_str());
            Ok(Some(Verdict::ok(vec![format!("found `{name}`")])))
        }
        None => {
            let message = format!("the image `{image}` does not exist");
            Ok(Some(Verdict::no(message).evidence(vec![format!("looked in `{}`", repository(image))])))
        }
    }
}

pub fn architecture(look: &Look) -> Judged {
    let Some(image) = own(look) else { return Ok(None) };
    // That it does not exist is another check's finding.
    let Some(shown) = found(look, image)? else { return Ok(None) };
    let manifests = shown["imageManifests"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut all: Vec<&str> = manifests.iter().filter_map(|one| one["architecture"].as_str()).collect();
    // Attestations have the architecture `unknown`.
    all.retain(|one| *one != "unknown");
    if all.is_empty() {
        return Err(Unknown::because(
            "Artifact Registry names no architecture: only an image index has them",
            "check it: `docker buildx imagetools inspect IMAGE`, and build for `linux/amd64`",
        ));
    }
    let evidence = vec![format!("architectures: {}", all.join(", "))];
    match all.contains(&"amd64") {
        true => Ok(Some(Verdict::ok(evidence))),
        false => Ok(Some(
            Verdict::no("the image has no variant for amd64, which Vertex AI's machines run").evidence(evidence),
        )),
    }
}

pub fn size(look: &Look) -> Judged {
    let Some(image) = own(look) else { return Ok(None) };
    let Some(shown) = found(look, image)? else { return Ok(None) };
    let bytes = shown["imageSizeBytes"].as_str().and_then(|size| size.parse::<u64>().ok());
    match bytes {
        Some(bytes) if bytes <= LARGE => Ok(Some(Verdict::ok(vec![format!("{} compressed", gigabytes(bytes))]))),
        Some(bytes) => {
            let why = format!("the image has {}: how long each new replica pulls it is unknown", gigabytes(bytes));
            Err(Unknown::because(why, "leave weights out of the image, and load them from Cloud Storage"))
        }
        None => Err(Unknown::because("Artifact Registry reports no size", "check the size of the image yourself")),
    }
}

/// A size for people, without the code that formats fractions: `docs/size.md`.
pub fn gigabytes(bytes: u64) -> String {
    let tenths = bytes.saturating_add(50_000_000) / 100_000_000;
    format!("{}.{} GB", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_has_repository_name_and_version() {
        for (text, expected) in [
            ("us-central1-docker.pkg.dev/acme-ml/serving/fraud:3", ("serving", "fraud", "3")),
            ("us-central1-docker.pkg.dev/acme-ml/serving/team/fraud", ("serving", "team/fraud", "latest")),
            ("us-central1-docker.pkg.dev/acme-ml/serving/fraud:3@sha256:ab", ("serving", "fraud", "sha256:ab")),
            ("eu.gcr.io/acme-ml/team/fraud:3", ("eu.gcr.io", "team/fraud", "3")),
        ] {
            let image: Image = text.parse().unwrap();
            let (name, version) = parts(&image);
            assert_eq!((image.repository(), &*name, &*version), expected, "{text}");
        }
    }
}

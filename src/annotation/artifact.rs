//! Reading and rules of the model files: a directory in Cloud Storage.

use super::image::is_unused;
use super::keys::Key;
use super::reading::{Found, Reading};
use crate::diagnostic::{Code, Diagnostic};
use crate::name::{ArtifactUri, Model};
use crate::words;

/// Extensions of model files.
const FILES: &str = "pkl joblib bst pb pt pth onnx h5 keras json mar";

pub fn artifact_uri<'a>(reading: &mut Reading<'a>, model: Option<&Found<'a, Model>>) -> Option<Found<'a, ArtifactUri>> {
    let text = reading.text(Key::ArtifactUri)?;
    let Some(bucket) = bucket(text.value) else {
        let finding = Diagnostic::new(Code::ArtifactUriNotCloudStorage, "the model files are not in Cloud Storage");
        match in_url(text.value) {
            Some(uri) => reading.report_replacement(text.at, finding, &uri),
            None => reading.report(text.at, finding.help("copy the files to a bucket, and write `gs://BUCKET/PATH`")),
        }
        return None;
    };
    if !bucket.is_empty() && !is_bucket(bucket) {
        let finding = Diagnostic::new(Code::ArtifactUriBucket, format!("`{bucket}` is not the name of a bucket"));
        reading.report(text.at, finding.help("write 3 to 63 lower-case letters, digits, dots, hyphens and underscores, not an IP address, not beginning with `goog`"));
        return None;
    }
    let uri = text.with(reading.check(Key::ArtifactUri, &text, text.value.parse::<ArtifactUri>())?);
    if is_unused(reading, uri.at, model, Code::ArtifactUriUnused) {
        return Some(uri);
    }
    if model.is_some() && !reading.has(Key::Image) {
        let finding =
            Diagnostic::new(Code::ArtifactUriImageMissing, "without an image, the model files are not uploaded");
        reading
            .report(uri.at, finding.help("add `google.com/vertex-ai-image`, or write a version of the model instead"));
    }
    let directory = directory(text.value);
    if directory != text.value {
        let finding = Diagnostic::new(Code::ArtifactUriFile, "the value looks like a file, not a directory");
        reading.report_replacement(uri.at, finding, directory);
    }
    Some(uri)
}

fn bucket(uri: &str) -> Option<&str> {
    uri.strip_prefix("gs://")?.split('/').next()
}

/// Whether a bucket can have this name, by Google's naming rules.
fn is_bucket(name: &str) -> bool {
    let most = if words::contains(name, ".") { 222 } else { 63 };
    let is_ip = name.split('.').count() == 4 && name.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let ends = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    (3..=most).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b))
        && ends(name.bytes().next())
        && ends(name.bytes().last())
        && !is_ip
        && !name.starts_with("goog")
}

/// The directory of a model file; any other URI unchanged.
fn directory(uri: &str) -> &str {
    let Some((directory, name)) = uri.rsplit_once('/') else { return uri };
    let is_file = name.rsplit_once('.').is_some_and(|(_, end)| FILES.split(' ').any(|file| file == end));
    match bucket(directory) {
        // The URI is the bucket itself, whose name can look like a file.
        None | Some("") => uri,
        Some(_) if is_file => directory,
        Some(_) => uri,
    }
}

/// The directory behind a URL of Cloud Storage or its console.
fn in_url(text: &str) -> Option<String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let path = ["storage.googleapis.com/", "storage.cloud.google.com/", "console.cloud.google.com/storage/browser/"]
        .into_iter()
        .find_map(|start| rest.strip_prefix(start))?;
    let path = path.strip_prefix("_details/").unwrap_or(path).split(['?', '#', ';']).next()?;
    let uri = format!("gs://{path}");
    let uri = directory(&uri);
    // An escaped name differs from the name in the bucket.
    let is_sure = is_bucket(bucket(uri)?) && !words::contains(uri, "%") && uri.parse::<ArtifactUri>().is_ok();
    is_sure.then(|| uri.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_buckets() {
        for good in ["acme-models", "1st", "a.b", "my_bucket.example.com", "10.0.0", &"x".repeat(63)] {
            assert!(is_bucket(good), "{good}");
        }
        for bad in ["", "ab", "Acme", "-acme", "acme-", "10.0.0.1", "google-models", "goog", "a b c", &"x".repeat(64)] {
            assert!(!is_bucket(bad), "{bad}");
        }
    }

    #[test]
    fn a_file_is_in_its_directory() {
        for (uri, expected) in [
            ("gs://acme-models/fraud/model.pkl", "gs://acme-models/fraud"),
            ("gs://acme-models/fraud/saved_model.pb", "gs://acme-models/fraud"),
            ("gs://acme-models/model.joblib", "gs://acme-models"),
            ("gs://acme-models/fraud/1.5", "gs://acme-models/fraud/1.5"),
            ("gs://acme-models/fraud.pkl/", "gs://acme-models/fraud.pkl/"),
            ("gs://acme.models.json", "gs://acme.models.json"),
        ] {
            assert_eq!(directory(uri), expected);
        }
    }

    #[test]
    fn urls_lead_to_directories() {
        for (url, expected) in [
            ("https://storage.googleapis.com/acme-models/fraud/3", Some("gs://acme-models/fraud/3")),
            ("https://storage.cloud.google.com/acme-models/fraud/3/model.pkl?x=1", Some("gs://acme-models/fraud/3")),
            (
                "https://console.cloud.google.com/storage/browser/acme-models/fraud/3;tab=objects?project=acme-ml",
                Some("gs://acme-models/fraud/3"),
            ),
            (
                "https://console.cloud.google.com/storage/browser/_details/acme-models/fraud/3/model.bst",
                Some("gs://acme-models/fraud/3"),
            ),
            ("https://storage.googleapis.com/acme-models/fraud%20detector", None),
            ("https://storage.googleapis.com/", None),
            ("https://example.com/acme-models/fraud", None),
            ("s3://acme-models/fraud", None),
            ("/srv/models/fraud", None),
        ] {
            assert_eq!(in_url(url).as_deref(), expected, "{url}");
        }
    }
}

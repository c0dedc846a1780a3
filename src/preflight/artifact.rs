//! The files of an upload: existence, names that Google's own images expect, and size against the machine's memory.

use super::image::gigabytes;
use super::{Judged, Look, Unknown, Verdict, endpoint, machine};
use crate::method::{self, Call, Resource, resource};
use crate::name::ArtifactUri;
use crate::vertex::image::Prebuilt;
use crate::words;

/// Frameworks of Google's images with the files of which one must be there.
/// Source: <https://docs.cloud.google.com/gemini-enterprise-agent-platform/machine-learning/training/exporting-model-artifacts>, read
/// 2026-11-28.
const FILES: &[(&str, &[&str])] = &[
    ("sklearn-", &["model.joblib", "model.pkl"]),
    ("xgboost-", &["model.bst", "model.joblib", "model.pkl"]),
    ("tf2-", &["saved_model.pb"]),
    ("tf-", &["saved_model.pb"]),
    ("pytorch-", &["model.mar"]),
];

/// The directory that the plan's upload makes Google read.
pub fn own<'a>(look: &Look<'a>) -> Option<&'a ArtifactUri> {
    look.plan.target.artifact_uri.as_ref().filter(|_| endpoint::uploads(look))
}

/// The bucket and the prefix of its objects.
pub fn split(uri: &ArtifactUri) -> (&str, String) {
    let rest = uri.as_str().strip_prefix("gs://").unwrap_or_default();
    let (bucket, path) = rest.split_once('/').unwrap_or((rest, ""));
    let path = path.trim_end_matches('/');
    (bucket, if path.is_empty() { String::new() } else { format!("{path}/") })
}

pub fn bucket(uri: &ArtifactUri) -> Result<Resource, Unknown> {
    let (bucket, _) = split(uri);
    Resource::parse(resource::BUCKET, &format!("b/{bucket}")).ok_or_else(|| {
        Unknown::because(
            format!("`{bucket}` is no name that the portal accepts for a bucket"),
            "check `google.com/vertex-ai-artifact-uri`",
        )
    })
}

/// The objects of the directory: names below it, with sizes, and whether there are more.
struct Objects<'a> {
    all: Vec<(&'a str, u64)>,
    has_more: bool,
}

fn objects<'a>(look: &Look<'a>, uri: &ArtifactUri) -> Result<Objects<'a>, Unknown> {
    let (_, prefix) = split(uri);
    let mut call = Call::new(&method::OBJECTS_LIST, bucket(uri)?).query("maxResults", "1000");
    if !prefix.is_empty() {
        call = call.query("prefix", &*prefix);
    }
    let Some(page) = look.find(call)? else { return Ok(Objects { all: Vec::new(), has_more: false }) };
    let items = page["items"].as_array().into_iter().flatten();
    let all = items.filter_map(|one| {
        let name = one["name"].as_str()?.strip_prefix(prefix.as_str())?;
        let size = one["size"].as_str().and_then(|size| size.parse().ok()).unwrap_or(0);
        // An empty object with the directory's own name is what consoles show as a folder.
        (!name.is_empty()).then_some((name, size))
    });
    Ok(Objects { all: all.collect(), has_more: page["nextPageToken"].is_string() })
}

pub fn exists(look: &Look) -> Judged {
    let Some(uri) = own(look) else { return Ok(None) };
    let objects = objects(look, uri)?;
    if objects.all.is_empty() {
        return Ok(Some(Verdict::no(format!("`{uri}` has no objects"))));
    }
    let more = if objects.has_more { "more than " } else { "" };
    Ok(Some(Verdict::ok(vec![format!("{more}{} objects below `{uri}`", objects.all.len())])))
}

pub fn files(look: &Look) -> Judged {
    let Some(uri) = own(look) else { return Ok(None) };
    let image = look.plan.target.image.as_ref().and_then(|image| Prebuilt::new(image.as_str()));
    let expected = image.and_then(|image| FILES.iter().find(|(framework, _)| image.name().starts_with(framework)));
    let Some((_, expected)) = expected else { return Ok(None) };
    let objects = objects(look, uri)?;
    if objects.all.is_empty() {
        return Ok(None);
    }
    if let Some((name, _)) = objects.all.iter().find(|(name, _)| expected.contains(name)) {
        return Ok(Some(Verdict::ok(vec![format!("found `{name}`")])));
    }
    if objects.has_more {
        let why = "the directory has more than 1000 objects, and the first do not include the expected file";
        return Err(Unknown::because(why, "keep the files of one model in a directory of their own"));
    }
    let wanted = words::list(expected.iter().map(|name| format!("`{name}`")), " or ");
    let message = format!("`{uri}` does not have the file that the image loads: {wanted}");
    let found: Vec<String> = objects.all.iter().take(5).map(|(name, _)| format!("has `{name}`")).collect();
    let below =
        objects.all.iter().find_map(|(name, _)| name.rsplit_once('/').filter(|(_, last)| expected.contains(last)));
    let no = Verdict::no(message).evidence(found);
    Ok(Some(match below {
        Some((folder, _)) => {
            let uri = uri.as_str().trim_end_matches('/');
            no.help(format!("set `google.com/vertex-ai-artifact-uri` to `{uri}/{folder}`, which has it"))
        }
        None => no,
    }))
}

pub fn size(look: &Look) -> Judged {
    let Some(uri) = own(look) else { return Ok(None) };
    let objects = objects(look, uri)?;
    if objects.all.is_empty() {
        return Ok(None);
    }
    let Some(machine) = &look.plan.target.machine_type else { return Ok(None) };
    let Some(size) = machine::size(machine.as_str()) else {
        let why = format!("the memory of the machine type `{machine}` is unknown to the portal");
        return Err(Unknown::because(why, "compare the size of the files with the machine's memory"));
    };
    let bytes: u64 = objects.all.iter().map(|(_, size)| size).sum();
    let evidence =
        vec![format!("files: {}", gigabytes(bytes)), format!("memory of `{machine}`: {}", gigabytes(size.memory))];
    if bytes > size.memory {
        let message = format!("the files have {}, more than the memory of `{machine}`", gigabytes(bytes));
        return Ok(Some(Verdict::no(message).evidence(evidence)));
    }
    match objects.has_more {
        true => Err(Unknown::because(
            "the directory has more than 1000 objects",
            "compare their size with the machine's memory",
        )),
        false => Ok(Some(Verdict::ok(evidence))),
    }
}

//! The service account that the model server runs as, and the key that encrypts what is stored.

use super::keys::Key;
use super::reading::{Found, Reading};
use crate::diagnostic::{Code, Diagnostic};
use crate::name::{Endpoint, KmsKey, ServiceAccount};
use crate::words;

/// Ends the address of every service account.
const HOST: &str = ".gserviceaccount.com";

pub fn service_account<'a>(
    reading: &mut Reading<'a>,
    endpoint: Option<&Found<'a, Endpoint>>,
) -> Option<Found<'a, ServiceAccount>> {
    let text = reading.text(Key::ServiceAccount)?;
    if text.value.contains('@') && !text.value.ends_with(HOST) {
        let message = format!("`{}` is a person's or a group's address, no service account's", text.value);
        reading.tell(
            text.at,
            Code::ServiceAccountUser,
            message,
            "name an account such as `serving@acme-ml.iam.gserviceaccount.com`",
        );
        return None;
    }
    let account = text.with(reading.check(Key::ServiceAccount, &text, text.value.parse::<ServiceAccount>())?);
    let Some(project) = account.value.project() else {
        let message = "this is Compute Engine's default service account";
        reading.tell(
            text.at,
            Code::ServiceAccountDefault,
            message,
            "make an account for this model, with the rights it needs",
        );
        return Some(account);
    };
    if project.starts_with("gcp-sa-") {
        let message = "this is a service agent: Google's own, which no model can run as";
        reading.tell(text.at, Code::ServiceAccountGoogleManaged, message, "name a service account of your project");
    } else if let Some(endpoint) = endpoint
        && is_elsewhere(project, endpoint.value.place.project.as_str())
    {
        let here = &endpoint.value.place.project;
        let message = format!("the account is in project `{project}`, but the endpoint is in `{here}`");
        let finding = Diagnostic::new(Code::ServiceAccountProject, message)
            .related("the endpoint is named here", reading.place(endpoint.at))
            .help(format!("use one of `{here}`, or let its Vertex AI service agent make tokens for this one"));
        reading.say(text.at, finding);
    }
    Some(account)
}

/// Whether a project is another one than the endpoint's. A number may well be the same.
fn is_elsewhere(project: &str, here: &str) -> bool {
    project != here && !here.bytes().all(|b| b.is_ascii_digit())
}

pub fn kms_key<'a>(reading: &mut Reading<'a>, endpoint: Option<&Found<'a, Endpoint>>) -> Option<Found<'a, KmsKey>> {
    let text = reading.text(Key::KmsKey)?;
    if let Some((key, _)) = words::split_once(text.value, "/cryptoKeyVersions/") {
        let finding = Diagnostic::new(Code::KmsKeyVersion, "this names a version of the key");
        let fix = key.parse::<KmsKey>().ok().and_then(|_| reading.write(text.at, key));
        reading.say(text.at, finding.help("name the key itself: Cloud KMS chooses the version").fix(fix));
        return None;
    }
    let key = text.with(reading.check(Key::KmsKey, &text, text.value.parse::<KmsKey>())?);
    if let Some(endpoint) = endpoint
        && key.value.location().as_ref() != Some(&endpoint.value.place.location)
    {
        let message = format!("the key is not in `{}`, where the endpoint is", endpoint.value.place.location);
        let finding = Diagnostic::new(Code::KmsKeyLocation, message)
            .related("the endpoint is named here", reading.place(endpoint.at))
            .help("use a key of the endpoint's own location");
        reading.say(key.at, finding);
    }
    Some(key)
}

//! The service account that the model server runs as, and the key that encrypts what is stored.

use super::keys::Key;
use super::reading::{Found, Reading};
use crate::diagnostic::{Code, Diagnostic};
use crate::name::{Endpoint, KmsKey, ServiceAccount};

/// Ends the address of every service account.
const HOST: &str = ".gserviceaccount.com";

pub fn service_account<'a>(
    reading: &mut Reading<'a>,
    endpoint: Option<&Found<'a, Endpoint>>,
) -> Option<Found<'a, ServiceAccount>> {
    let text = reading.text(Key::ServiceAccount)?;
    if text.value.contains('@') && !text.value.ends_with(HOST) {
        let message = format!("`{}` is no service account: a person's or a group's address, it seems", text.value);
        let finding = Diagnostic::new(Code::ServiceAccountUser, message);
        reading
            .say(text.at, finding.help("name a service account, e.g. `fraud-serving@acme-ml.iam.gserviceaccount.com`"));
        return None;
    }
    let account = text.with(reading.check(Key::ServiceAccount, &text, text.value.parse::<ServiceAccount>())?);
    let finding = match account.value.project() {
        None => Diagnostic::new(Code::ServiceAccountDefault, "this is Compute Engine's default service account")
            .help("make an account for this model alone, with the rights that it needs"),
        Some(project) if project.starts_with("gcp-sa-") => {
            let message = "this is a service agent: Google's own, which no model can run as";
            Diagnostic::new(Code::ServiceAccountGoogleManaged, message).help("name a service account of your project")
        }
        Some(project) => match endpoint.filter(|endpoint| is_elsewhere(project, endpoint.value.place.project.as_str()))
        {
            Some(endpoint) => {
                let here = &endpoint.value.place.project;
                let message = format!("the account is in project `{project}`, but the endpoint is in `{here}`");
                Diagnostic::new(Code::ServiceAccountProject, message)
                    .related("the endpoint is named here", reading.place(endpoint.at))
                    .help(format!(
                        "use an account of `{here}`, or let Vertex AI's service agent of `{here}` make tokens for this one"
                    ))
            }
            None => return Some(account),
        },
    };
    reading.say(text.at, finding);
    Some(account)
}

/// Whether a project is another one than the endpoint's. A number may well be the same.
fn is_elsewhere(project: &str, here: &str) -> bool {
    project != here && !here.bytes().all(|b| b.is_ascii_digit())
}

pub fn kms_key<'a>(reading: &mut Reading<'a>, endpoint: Option<&Found<'a, Endpoint>>) -> Option<Found<'a, KmsKey>> {
    let text = reading.text(Key::KmsKey)?;
    if let Some((key, _)) = text.value.split_once("/cryptoKeyVersions/") {
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

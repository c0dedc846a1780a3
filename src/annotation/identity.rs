//! Reading and rules of the service account and the encryption key.

use super::keys::Key;
use super::reading::{Found, Reading};
use crate::diagnostic::{Code, Diagnostic};
use crate::name::{Endpoint, KmsKey, ServiceAccount};
use crate::words;

/// The suffix of every service account's address.
const HOST: &str = ".gserviceaccount.com";

pub fn service_account<'a>(
    reading: &mut Reading<'a>,
    endpoint: Option<&Found<'a, Endpoint>>,
) -> Option<Found<'a, ServiceAccount>> {
    let text = reading.text(Key::ServiceAccount)?;
    if words::contains(text.value, "@") && !text.value.ends_with(HOST) {
        let message = format!("`{}` is not the address of a service account", text.value);
        reading.report_code(
            text.at,
            Code::ServiceAccountUser,
            message,
            "write a service account, e.g. `serving@acme-ml.iam.gserviceaccount.com`",
        );
        return None;
    }
    let account = text.with(reading.check(Key::ServiceAccount, &text, text.value.parse::<ServiceAccount>())?);
    let Some(project) = account.value.project() else {
        let message = "the account is Compute Engine's default service account";
        reading.report_code(
            text.at,
            Code::ServiceAccountDefault,
            message,
            "create a service account for this model, and grant it only the necessary permissions",
        );
        return Some(account);
    };
    if project.starts_with("gcp-sa-") {
        let message = "the account is a service agent, and no model can run as one";
        reading.report_code(
            text.at,
            Code::ServiceAccountGoogleManaged,
            message,
            "write a service account of your project",
        );
    } else if let Some(endpoint) = endpoint
        && is_elsewhere(project, endpoint.value.place.project.as_str())
    {
        let here = &endpoint.value.place.project;
        let message = format!("the account is in project `{project}`, but the endpoint is in `{here}`");
        let finding = Diagnostic::new(Code::ServiceAccountProject, message)
            .related("the endpoint is named here", reading.place(endpoint.at))
            .help(format!("use an account of `{here}`, or grant its Vertex AI service agent permission to create tokens for this one"));
        reading.report(text.at, finding);
    }
    Some(account)
}

/// Whether a project differs from the endpoint's. A project number is never different, because it can be the same project.
fn is_elsewhere(project: &str, here: &str) -> bool {
    project != here && !here.bytes().all(|b| b.is_ascii_digit())
}

pub fn kms_key<'a>(reading: &mut Reading<'a>, endpoint: Option<&Found<'a, Endpoint>>) -> Option<Found<'a, KmsKey>> {
    let text = reading.text(Key::KmsKey)?;
    if let Some((key, _)) = words::split_once(text.value, "/cryptoKeyVersions/") {
        let finding = Diagnostic::new(Code::KmsKeyVersion, "the value is a version of a key");
        let fix = key.parse::<KmsKey>().ok().and_then(|_| reading.write(text.at, key));
        reading.report(text.at, finding.help("write the key, without its version").fix(fix));
        return None;
    }
    let key = text.with(reading.check(Key::KmsKey, &text, text.value.parse::<KmsKey>())?);
    if let Some(endpoint) = endpoint
        && key.value.location().as_ref() != Some(&endpoint.value.place.location)
    {
        let message = format!("the key is not in `{}`, the location of the endpoint", endpoint.value.place.location);
        let finding = Diagnostic::new(Code::KmsKeyLocation, message)
            .related("the endpoint is named here", reading.place(endpoint.at))
            .help("use a key in the endpoint's location");
        reading.report(key.at, finding);
    }
    Some(key)
}

//! The key that encrypts what is stored.

use super::keys::Key;
use super::reading::{Found, Reading};
use crate::diagnostic::{Code, Diagnostic};
use crate::name::{Endpoint, KmsKey};

pub fn kms_key<'a>(reading: &mut Reading<'a>, endpoint: Option<&Found<'a, Endpoint>>) -> Option<Found<'a, KmsKey>> {
    let key = reading.parse::<KmsKey>(Key::KmsKey)?;
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

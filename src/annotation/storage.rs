//! What lies elsewhere: the container image, the model's files, the key.

use super::keys::Key;
use super::reading::{Found, Reading};
use crate::diagnostic::{Code, Diagnostic};
use crate::name::{Endpoint, Image, KmsKey, Model};

pub fn image<'a>(reading: &mut Reading<'a>, model: Option<&Found<'a, Model>>) -> Option<Found<'a, Image>> {
    let image = reading.parse::<Image>(Key::Image)?;
    if let Some(model) = model {
        let (at, needed) = (image.value.location(), model.value.place.location.as_str());
        if !image.value.is_prebuilt() && at != needed {
            let message = format!("the image is in `{at}`, but the model is in `{needed}`");
            let finding = Diagnostic::new(Code::ImageLocation, message)
                .related("the model is named here", reading.place(model.at))
                .help(format!("push the image to a repository in `{needed}`: Vertex AI reads it from there only"));
            reading.say(image.at, finding);
        }
    }
    Some(image)
}

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

//! What lies elsewhere: the container image, the model's files.

use super::keys::Key;
use super::reading::{Found, Reading};
use crate::diagnostic::{Code, Diagnostic};
use crate::name::{Image, Model};

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

//! The key that encrypts what the plan creates.

use super::{Judged, Look, Unknown, Verdict};
use crate::method::{self, Call, Resource, resource};

pub fn usable(look: &Look) -> Judged {
    let target = &look.plan.target;
    let Some(key) = &target.kms_key else { return Ok(None) };
    let (of_key, location) = (key.location(), &target.endpoint.place.location);
    if let Some(of_key) = of_key.filter(|of_key| of_key != location) {
        let message = format!("the key is in `{of_key}`, and the endpoint in `{location}`");
        return Ok(Some(Verdict::no(message)));
    }
    let Some(on) = Resource::parse(resource::KEY, key.as_str()) else {
        return Err(Unknown::because("the key has a name that the portal may not ask about", "check the annotations"));
    };
    let Some(shown) = look.find(Call::new(&method::CRYPTO_KEYS_GET, on))? else {
        return Ok(Some(Verdict::no(format!("the key `{key}` does not exist"))));
    };
    let (purpose, state) = (shown["purpose"].as_str(), shown["primary"]["state"].as_str());
    let evidence =
        vec![format!("purpose {}, primary version {}", purpose.unwrap_or("unknown"), state.unwrap_or("unknown"))];
    match (purpose, state) {
        (Some("ENCRYPT_DECRYPT"), Some("ENABLED")) => Ok(Some(Verdict::ok(evidence))),
        (Some(_), Some(_)) => {
            let message = "the key cannot encrypt: its purpose is another one, or its primary version is not enabled";
            Ok(Some(Verdict::no(message).evidence(evidence)))
        }
        _ => Err(Unknown::because("Cloud KMS reports no state of the key", "check the key in Google's console")),
    }
}

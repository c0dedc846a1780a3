//! Rights that no condition ends, for whoever gave them by `gcloud.sh`: the commands that take exactly these back.

use super::gcloud::Removal;
use super::{entry, to_take_back};
use crate::iam::request::Request;

/// `None` where there is nothing to take back. Roles stay: other requests may share them.
pub fn script(request: &Request) -> Option<String> {
    let mut removal = Removal::default();
    for grant in to_take_back(request) {
        let given = entry(grant);
        removal.add(&grant.on, &given.role, &given.member, given.condition());
    }
    let when = request.expires.map(|expires| format!(" Run it by {expires}.")).unwrap_or_default();
    removal.script(&format!(
        "# Takes back what gcloud.sh gave and no condition ends.{when} Another request may have given the same for longer: leave out \
         its line then."
    ))
}

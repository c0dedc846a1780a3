//! Rights that no condition ends, for whoever gave them by `gcloud.sh`: the commands that take exactly these back.

use super::gcloud::Removal;
use crate::iam::policy::allow_policy::Binding;
use crate::iam::rights::access_request::AccessRequest;

const WHAT: &str = "# Takes back what gcloud.sh gave and no condition ends. Another request may have given the same for longer: leave out its line then.";

/// `None` where there is nothing to take back. Roles stay: other requests may share them.
pub fn script(request: &AccessRequest) -> Option<String> {
    let mut removal = Removal::default();
    for grant in request.grants.iter().filter(|grant| grant.needs_revoking()) {
        let given = Binding::of(grant);
        removal.add(&grant.on, &given.role, &given.member, given.condition());
    }
    removal.script(WHAT)
}

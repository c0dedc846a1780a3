//! `revoke.sh`: removes the bindings that `gcloud.sh` added and that do not expire by themselves.

use super::gcloud::Removal;
use crate::iam::policy::allow_policy::Binding;
use crate::iam::rights::access_request::AccessRequest;

const HEADER: &str = "# Removes the bindings that gcloud.sh added and that do not expire by themselves.\n\
# Delete the line of a binding that another access request has granted for longer.";

/// Returns `None` if everything expires by itself. Custom roles stay, because access requests share them.
pub fn script(request: &AccessRequest) -> Option<String> {
    let mut removal = Removal::default();
    for grant in request.grants.iter().filter(|grant| grant.needs_revoking()) {
        removal.add(&grant.resource, &Binding::of(grant));
    }
    removal.script(HEADER)
}

//! Excess bindings of the principal: listed in `access-request.md`, and removed by `drop.sh`.

use super::escape::code;
use super::gcloud::Removal;
use crate::iam::policy::allow_policy::Binding;
use crate::iam::policy::difference::{Difference, ExcessBinding};
use crate::iam::rights::resource::IamResource;

const HEADER: &str = "# Removes bindings that this deployment does not need, the expired ones first.\n\
# Delete the line of a binding that other work needs.";

/// Returns the bindings that can be removed, the expired ones first.
pub fn removable(difference: &Difference) -> Vec<&ExcessBinding> {
    let all = |expired| difference.excess.iter().filter(move |excess| excess.removable && excess.expired == expired);
    all(true).chain(all(false)).collect()
}

/// Returns `None` if no binding has a `gcloud` command.
pub fn script(removable: &[&ExcessBinding]) -> Option<String> {
    let mut removal = Removal::default();
    for excess in removable {
        if let Some(resource) = IamResource::parse(&excess.resource) {
            let binding = Binding::with_condition(&excess.role, &excess.member, excess.condition.as_ref());
            removal.add(&resource, &binding);
        }
    }
    removal.script(HEADER)
}

/// The section of `access-request.md`.
pub fn section(removable: &[&ExcessBinding]) -> String {
    let mut out = String::from(
        "\n#### Excess permissions\n\nThis deployment does not need these bindings. Nothing removes them automatically: check that no other \
         work needs them, then run `drop.sh`.\n\n| resource | role | principal | condition | excess | removed by |\n\
         | --- | --- | --- | --- | --- | --- |\n",
    );
    for excess in removable {
        let title = excess.condition.as_ref().and_then(|condition| condition["title"].as_str());
        let condition = title.map(code).unwrap_or_default();
        let what = match (excess.expired, excess.permissions.len()) {
            (true, _) => "expired".to_owned(),
            (false, 1) => "1 permission".to_owned(),
            (false, count) => format!("{count} permissions"),
        };
        let by = if IamResource::parse(&excess.resource).is_some() { "`drop.sh`" } else { "hand" };
        let (role, member, resource) = (code(&excess.role), code(&excess.member), code(&excess.resource));
        let cells = [resource, role, member, condition].map(|cell| cell.replace('|', r"\|"));
        out.push_str(&format!("| {} | {what} | {by} |\n", cells.join(" | ")));
    }
    out
}

#[cfg(test)]
mod tests;

//! What is too much, for whoever may drop it: as commands, and offered in words.

use super::gcloud::Removal;
use crate::iam::policy::difference::{Difference, ExcessBinding};
use crate::iam::render::escape::code;
use crate::iam::rights::resource::IamResource;

const WHAT: &str = "# Takes back what this deployment does not need, what has ended first. Other work may need it: leave out its line then.";

/// What can go, what has ended first.
pub fn removable(difference: &Difference) -> Vec<&ExcessBinding> {
    let all = |expired| difference.too_much.iter().filter(move |excess| excess.removable && excess.expired == expired);
    all(true).chain(all(false)).collect()
}

/// `None` where there is a command for nothing.
pub fn script(removable: &[&ExcessBinding]) -> Option<String> {
    let mut removal = Removal::default();
    for excess in removable {
        if let Some(on) = IamResource::parse(&excess.resource) {
            removal.add(&on, &excess.role, &excess.member, excess.condition.as_ref());
        }
    }
    removal.script(WHAT)
}

/// Markdown.
pub fn offer(removable: &[&ExcessBinding]) -> String {
    let mut out = String::from(
        "\n#### What can be dropped\n\nNothing here needs this. Nothing is dropped by itself: whoever may write the policies drops it, \
         with `drop.sh` where that has a command, but for what other work needs.\n\n",
    );
    for excess in removable {
        let title = excess.condition.as_ref().and_then(|condition| condition["title"].as_str());
        let under = title.map(|title| format!(", under the condition {}", code(title))).unwrap_or_default();
        let why = match (excess.expired, excess.permissions.len()) {
            (true, _) => "it has ended".to_owned(),
            (false, 1) => "1 permission".to_owned(),
            (false, count) => format!("{count} permissions"),
        };
        let by_hand = if IamResource::parse(&excess.resource).is_some() { "" } else { "; by hand" };
        let (role, member, resource) = (code(&excess.role), code(&excess.member), code(&excess.resource));
        out.push_str(&format!("- {role} of {member} on {resource}{under}: {why}{by_hand}\n"));
    }
    out
}

#[cfg(test)]
mod tests;

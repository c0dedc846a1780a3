//! The request for a person: a pull request, a ticket, a screen.

use crate::iam::danger::{Danger, Weight};
use crate::iam::grant::{Ends, Grant, Needed, Party, methods};
use crate::iam::reason::without;
use crate::iam::request::Request;
use crate::method::Confidence;
use std::fmt::Write;

pub fn render(request: &Request, dangers: &[Danger]) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write_request(request, dangers, &mut out);
    out
}

fn write_request(request: &Request, dangers: &[Danger], out: &mut String) -> std::fmt::Result {
    let target = &request.target;
    writeln!(out, "### Rights to deploy `{}` to `{}`\n", target.model.short(), target.endpoint.id)?;
    writeln!(out, "For `{}`, in `{}`, by `{}`.", target.entity_ref, target.endpoint.place, request.principal)?;
    let count = request.permissions().len();
    match request.expires {
        Some(expires) => writeln!(out, "{count} permissions, until {expires}.")?,
        None => writeln!(out, "{count} permissions, until somebody takes them back.")?,
    }
    if let Some(words) = &request.justification {
        writeln!(out, "\n> {}", words.replace(['\n', '\r'], " "))?;
    }
    for grant in &request.grants {
        write_grant(grant, dangers, out)?;
    }
    if request.of(Party::Caller).flat_map(|grant| &grant.needed).any(|n| weight(n.permission, dangers).is_some()) {
        writeln!(
            out,
            "\n⚠ leads to more, alone or with others, as told below: high, to everything that somebody else may do; medium, to \
             something that its name does not say."
        )?;
    }
    if request.grants.iter().flat_map(|grant| &grant.needed).any(|n| n.confidence != Confidence::Documented) {
        writeln!(out, "\n† inferred, not in Google's documentation. ‡ measured by a third party.")?;
    }
    if !dangers.is_empty() {
        writeln!(out, "\n#### What its holder could do besides\n")?;
        for danger in dangers {
            let weight = match danger.weight {
                Weight::High => "**High**",
                Weight::Medium => "Medium",
            };
            let with = danger.permissions.iter().map(|p| format!("`{p}`")).collect::<Vec<_>>().join(" and ");
            let with = if with.is_empty() { String::new() } else { format!(" with {with}") };
            let through = danger.through.as_ref().map(|account| format!(" (`{account}`)")).unwrap_or_default();
            writeln!(out, "- {weight}{with}: {}{through}. To lessen it: {}.", danger.what, danger.advice)?;
        }
    }
    Ok(())
}

/// The heaviest danger that a permission has a part in.
fn weight(permission: &str, dangers: &[Danger]) -> Option<Weight> {
    dangers.iter().filter(|danger| danger.permissions.contains(&permission)).map(|danger| danger.weight).min()
}

fn write_grant(grant: &Grant, dangers: &[Danger], out: &mut String) -> std::fmt::Result {
    let whom = match grant.to {
        Party::Caller => String::new(),
        Party::ServiceAgent => format!(" to Vertex AI itself, `{}`", grant.member),
    };
    let ends = match grant.ends {
        Ends::ByCondition => "its condition ends it",
        Ends::ByManager => "Privileged Access Manager ends it",
        Ends::TakenBack => "its policy takes no condition, so it has to be taken back",
        Ends::Never => "it lasts",
    };
    writeln!(
        out,
        "\n#### On {} `{}`{whom}\n\nRole `{}`; {ends}.\n",
        grant.on.kind().replace('-', " "),
        grant.on,
        grant.role
    )?;
    writeln!(out, "| permission | needed by | without it |\n| --- | --- | --- |")?;
    for needed in &grant.needed {
        let names = methods(needed).into_iter().map(|name| name.rsplit('.').next().unwrap_or(name));
        let names = names.collect::<Vec<_>>().join(", ");
        // What Vertex AI itself may do leads its caller nowhere.
        let danger = match weight(needed.permission, dangers).filter(|_| grant.to == Party::Caller) {
            Some(Weight::High) => " ⚠ high",
            Some(Weight::Medium) => " ⚠ medium",
            None => "",
        };
        writeln!(out, "| `{}`{}{danger} | {names} | {} |", needed.permission, mark(needed), without(needed))?;
    }
    Ok(())
}

fn mark(needed: &Needed) -> &'static str {
    match needed.confidence {
        Confidence::Documented => "",
        Confidence::Measured => "‡",
        Confidence::Inferred => "†",
    }
}

//! The request for a person: a pull request, a ticket, a screen.

use crate::iam::render::escape::{code, prose};
use crate::iam::rights::access_request::AccessRequest;
use crate::iam::rights::expiry::in_words;
use crate::iam::rights::grant::{ExpiryMode, Grant, Grantee};
use crate::iam::rights::needed_permission::NeededPermission;
use crate::iam::rights::options::Delivery;
use crate::iam::rights::risk::{Risk, RiskLevel};
use crate::method::Confidence;
use std::fmt::Write;

pub fn render(request: &AccessRequest, dangers: &[Risk]) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write_request(request, dangers, &mut out);
    out
}

fn write_request(request: &AccessRequest, dangers: &[Risk], out: &mut String) -> std::fmt::Result {
    let target = &request.target;
    writeln!(out, "### Rights to deploy `{}` to `{}`\n", target.model.short(), target.endpoint.id)?;
    let (principal, entity) = (code(request.principal.member()), code(&target.entity_ref));
    writeln!(out, "{principal} gets these rights, for {entity} in `{}`.", target.endpoint.place)?;
    write_ends(request, out)?;
    if let Some(words) = &request.justification {
        // The asker's words say nothing in the request's name: they are shown, and hide nothing.
        writeln!(out, "\n> {}", prose(words))?;
    }
    for grant in &request.grants {
        write_grant(grant, dangers, out)?;
    }
    if request.of(Grantee::Caller).flat_map(|grant| &grant.needed).any(|n| weight(n.permission, dangers).is_some()) {
        writeln!(
            out,
            "\n⚠ leads to more, alone or with others, as told below: high, to everything that somebody else may do; medium, to \
             something that its name does not say."
        )?;
    }
    for (mark, legend) in
        [("`†", "\n† inferred, not in Google's documentation.\n"), ("`‡", "\n‡ measured by a third party.\n")]
    {
        if out.contains(mark) {
            out.push_str(legend);
        }
    }
    if !dangers.is_empty() {
        writeln!(out, "\n#### What its holder could do besides\n")?;
        for danger in dangers {
            let weight = match danger.weight {
                RiskLevel::High => "**High**",
                RiskLevel::Medium => "Medium",
            };
            let with = danger.permissions.iter().map(|p| format!("`{p}`")).collect::<Vec<_>>().join(" and ");
            let with = if with.is_empty() { String::new() } else { format!(" with {with}") };
            let through = danger.through.as_ref().map(|account| format!(" (`{account}`)")).unwrap_or_default();
            writeln!(out, "- {weight}{with}: {}{through}. To lessen it: {}.", danger.what, danger.advice)?;
        }
    }
    Ok(())
}

/// How many permissions end by themselves, and how many somebody has to take back.
fn write_ends(request: &AccessRequest, out: &mut String) -> std::fmt::Result {
    let all = request.permissions();
    let lasts = |&&name: &&&str| {
        request.grants.iter().any(|grant| grant.needs_revoking() && grant.needed.iter().any(|n| n.permission == name))
    };
    let (count, lasting) = (all.len(), all.iter().filter(lasts).count());
    write!(out, "{count} permission{}", if count == 1 { "" } else { "s" })?;
    if let Some(expires) = request.expires {
        let of = |some: usize| if some == count { String::new() } else { format!(", {some}") };
        if lasting < count {
            let ending = of(count - lasting);
            match request.duration.filter(|_| request.delivery == Delivery::Pam) {
                Some(seconds) => {
                    write!(out, "{ending} for {} from when Privileged Access Manager gives them", in_words(seconds))
                }
                None => write!(out, "{ending} until {expires}"),
            }?;
        }
        if lasting > 0 {
            write!(out, "{} to be taken back by {expires} by whoever gives them", of(lasting))?;
        }
    } else if lasting > 0 {
        out.push_str(", until somebody takes them back");
    }
    out.push_str(if lasting > 0 { ": `take-back.sh`.\n" } else { ".\n" });
    Ok(())
}

/// The heaviest danger that a permission has a part in.
fn weight(permission: &str, dangers: &[Risk]) -> Option<RiskLevel> {
    dangers.iter().filter(|danger| danger.permissions.contains(&permission)).map(|danger| danger.weight).min()
}

fn write_grant(grant: &Grant, dangers: &[Risk], out: &mut String) -> std::fmt::Result {
    let whom = match grant.to {
        Grantee::Caller => String::new(),
        Grantee::ServiceAgent => format!(" to Vertex AI itself, `{}`", grant.member),
    };
    let ends = match grant.ends {
        ExpiryMode::Condition => "its condition ends it",
        ExpiryMode::Pam => "Privileged Access Manager ends it",
        ExpiryMode::Revocation => "its policy takes no condition, so it has to be taken back: `take-back.sh`",
        ExpiryMode::Never => "it lasts",
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
        let names = needed.methods().into_iter().map(|name| name.rsplit('.').next().unwrap_or(name));
        let names = names.collect::<Vec<_>>().join(", ");
        // What Vertex AI itself may do leads its caller nowhere.
        let danger = match weight(needed.permission, dangers).filter(|_| grant.to == Grantee::Caller) {
            Some(RiskLevel::High) => " ⚠ high",
            Some(RiskLevel::Medium) => " ⚠ medium",
            None => "",
        };
        writeln!(out, "| `{}`{}{danger} | {names} | {} |", needed.permission, mark(needed), needed.without())?;
    }
    Ok(())
}

fn mark(needed: &NeededPermission) -> &'static str {
    match needed.confidence {
        Confidence::Documented => "",
        Confidence::Measured => "‡",
        Confidence::Inferred => "†",
    }
}

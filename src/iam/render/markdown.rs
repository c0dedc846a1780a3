//! The access request for approvers: a pull request, a ticket, a screen. It names who, what, until when, and the risks first.

use super::escape::{cell, code, prose};
use crate::iam::rights::access_request::AccessRequest;
use crate::iam::rights::expiry::in_words;
use crate::iam::rights::grant::{ExpiryMode, Grant, Grantee};
use crate::iam::rights::needed_permission::NeededPermission;
use crate::iam::rights::options::Delivery;
use crate::iam::rights::risk::{Risk, RiskLevel};
use crate::method::Confidence;
use std::fmt::Write;

pub fn render(request: &AccessRequest, risks: &[Risk]) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write_request(request, risks, &mut out);
    out
}

fn write_request(request: &AccessRequest, risks: &[Risk], out: &mut String) -> std::fmt::Result {
    let target = &request.target;
    writeln!(out, "### Access request: deploy `{}` to `{}`\n", target.model.short(), target.endpoint.id)?;
    writeln!(out, "- **Principal:** {}", code(request.principal.member()))?;
    writeln!(out, "- **Deployment:** {} in `{}`", code(&target.entity_ref), target.endpoint.place)?;
    writeln!(out, "- **Expiry:** {}", expiry(request))?;
    writeln!(out, "- **Permissions:** {}", permissions(request))?;
    if let Some(words) = &request.justification {
        writeln!(out, "\n> {}", prose(words))?;
    }
    write_risks(risks, out)?;
    let agent = request.of(Grantee::ServiceAgent).next().map(|grant| grant.member.clone());
    for grant in request.of(Grantee::Caller) {
        write_grant(grant, risks, out)?;
    }
    if let Some(agent) = agent {
        writeln!(out, "\n#### Grants for the service agent of Vertex AI\n")?;
        writeln!(out, "{} serves the model and keeps these grants.", code(&agent))?;
        for grant in request.of(Grantee::ServiceAgent) {
            write_grant(grant, risks, out)?;
        }
    }
    for (mark, legend) in [
        (" ⚠ high", "\n⚠ high: leads to all rights of another principal, see risks.\n"),
        (" ⚠ medium", "\n⚠ medium: leads to something that the permission's name does not mention, see risks.\n"),
        ("`†", "\n† inferred, not in Google's documentation.\n"),
        ("`‡", "\n‡ measured by a third party.\n"),
    ] {
        if out.contains(mark) {
            out.push_str(legend);
        }
    }
    Ok(())
}

fn expiry(request: &AccessRequest) -> String {
    match (request.expires, request.duration.filter(|_| request.delivery == Delivery::Pam)) {
        (None, _) => "**none**".into(),
        (Some(_), Some(seconds)) => format!("{} after the grant is activated", in_words(seconds)),
        (Some(expires), None) => expires.to_string(),
    }
}

/// How many permissions expire by themselves, and how many must be revoked.
fn permissions(request: &AccessRequest) -> String {
    let all = request.permissions();
    let is_revoked = |&&name: &&&str| {
        request.grants.iter().any(|grant| grant.needs_revoking() && grant.needed.iter().any(|n| n.permission == name))
    };
    let (count, revoked) = (all.len(), all.iter().filter(is_revoked).count());
    let verb = |number: usize, one: &'static str, many: &'static str| if number == 1 { one } else { many };
    let by = request.expires.map(|expires| format!("by {expires} ")).unwrap_or_default();
    match (revoked, count - revoked) {
        (0, 0) => "none".into(),
        (0, _) => {
            format!("{count}; {} by {}", verb(count, "it expires", "all expire"), verb(count, "itself", "themselves"))
        }
        (_, 0) => format!("{count}, to be revoked {by}with `revoke.sh`"),
        (_, expiring) => format!(
            "{count}; {expiring} {} by {}, {revoked} must be revoked {by}with `revoke.sh`",
            verb(expiring, "expires", "expire"),
            verb(expiring, "itself", "themselves"),
        ),
    }
}

fn write_risks(risks: &[Risk], out: &mut String) -> std::fmt::Result {
    if risks.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n#### Risks\n\n| level | with | the principal | mitigation |\n| --- | --- | --- | --- |")?;
    for risk in risks {
        let level = match risk.level {
            RiskLevel::High => "**high**",
            RiskLevel::Medium => "medium",
        };
        let with = risk.permissions.iter().map(|p| format!("`{p}`")).collect::<Vec<_>>().join(" and ");
        let account = risk.account.as_ref().map(|account| format!(" (`{account}`)")).unwrap_or_default();
        writeln!(out, "| {level} | {with} | {}{account} | {} |", cell(&risk.effect), risk.mitigation)?;
    }
    Ok(())
}

/// The highest level of the risks that a permission is part of.
fn level(permission: &str, risks: &[Risk]) -> Option<RiskLevel> {
    risks.iter().filter(|risk| risk.permissions.contains(&permission)).map(|risk| risk.level).min()
}

fn write_grant(grant: &Grant, risks: &[Risk], out: &mut String) -> std::fmt::Result {
    let expiry = match grant.expiry {
        ExpiryMode::Condition => "expires by its condition",
        ExpiryMode::Pam => "expires in Privileged Access Manager",
        ExpiryMode::Revocation => "must be revoked with `revoke.sh`, because the resource supports no conditions",
        ExpiryMode::Never => "does not expire",
    };
    let heading = if grant.grantee == Grantee::Caller { "####" } else { "#####" };
    let kind = grant.resource.kind().replace('-', " ");
    writeln!(out, "\n{heading} On {kind} `{}`\n\nRole `{}`, which {expiry}.\n", grant.resource, grant.role)?;
    writeln!(out, "| permission | needed by | without it |\n| --- | --- | --- |")?;
    for needed in &grant.needed {
        let names = needed.methods().into_iter().map(|name| name.rsplit('.').next().unwrap_or(name));
        let names = names.collect::<Vec<_>>().join(", ");
        // The rights of the service agent lead the principal nowhere.
        let risk = match level(needed.permission, risks).filter(|_| grant.grantee == Grantee::Caller) {
            Some(RiskLevel::High) => " ⚠ high",
            Some(RiskLevel::Medium) => " ⚠ medium",
            None => "",
        };
        writeln!(out, "| `{}`{}{risk} | {names} | {} |", needed.permission, mark(needed), needed.without())?;
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

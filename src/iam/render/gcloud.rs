//! The request as a shell script of `gcloud` commands; an endpoint's own policy has no command, and is written through the API.

use super::{by_policy, custom_roles, role};
use crate::iam::grant::{Condition, Grant, Role};
use crate::iam::holder::Holder;
use crate::iam::request::Request;
use crate::method::Service;
use serde_json::json;

pub fn render(request: &Request) -> String {
    let mut out = String::from("#!/usr/bin/env bash\n# Running it again adds nothing twice.\nset -euo pipefail\n");
    for grant in custom_roles(request) {
        let Role::Custom { project, id } = &grant.role else { continue };
        let flags = [("project", project.as_str()), ("format", "value(name)")];
        let look = command(&["gcloud", "iam", "roles", "describe", id], &flags);
        let permissions = role::permissions(grant).join(",");
        let title = role::title(grant);
        let flags = [
            ("project", project.as_str()),
            ("title", &title),
            ("description", role::DESCRIPTION),
            ("stage", "GA"),
            ("permissions", &permissions),
        ];
        let make = command(&["gcloud", "iam", "roles", "create", id], &flags);
        out.push_str(&format!("\n{look} 2>/dev/null ||\n  {make}\n"));
    }
    for grant in by_policy(request) {
        out.push('\n');
        out.push_str(&binding(grant));
    }
    out
}

fn binding(grant: &Grant) -> String {
    let role = grant.role.to_string();
    let until = grant.condition.as_ref().map_or("None".to_owned(), condition);
    let mut flags = vec![("member", grant.member.as_str()), ("role", &role)];
    let words: Vec<&str> = match &grant.on {
        Holder::Project(project) => {
            flags.push(("condition", &until));
            vec!["projects", "add-iam-policy-binding", project.as_str()]
        }
        Holder::ServiceAccount(account) => {
            flags.push(("project", account.home()));
            vec!["iam", "service-accounts", "add-iam-policy-binding", account.as_str()]
        }
        Holder::Bucket(_) => {
            let url = grant.on.to_string();
            let words = ["gcloud", "storage", "buckets", "add-iam-policy-binding", &url];
            return command(&words, &flags) + "\n";
        }
        Holder::Repository { project, location, id } => {
            flags.extend([("location", location.as_str()), ("project", project.as_str())]);
            vec!["artifacts", "repositories", "add-iam-policy-binding", id]
        }
        Holder::Key(name) => {
            let parts: Vec<&str> = name.split('/').collect();
            let part = |at: usize| parts.get(at).copied().unwrap_or_default();
            flags.extend([("keyring", part(5)), ("location", part(3)), ("project", part(1))]);
            vec!["kms", "keys", "add-iam-policy-binding", parts.last().copied().unwrap_or_default()]
        }
        Holder::Endpoint { location, name, .. } => {
            let url = format!("{}/v1beta1/{name}", Service::Aiplatform.origin(Some(location)));
            return endpoint(&url, &role, &grant.member);
        }
    };
    let words: Vec<&str> = ["gcloud"].into_iter().chain(words).collect();
    command(&words, &flags) + "\n"
}

/// Reads the policy, adds the member unless it is there, and writes it back with its etag. The token is in no argument list.
fn endpoint(url: &str, role: &str, member: &str) -> String {
    let binding = json!({"role": role, "members": [member]}).to_string();
    let filter = "if any(.bindings[]?; .role == $binding.role and .condition == null and any(.members[]; . == $binding.members[0])) then . else .bindings += [$binding] end | .version = 3 | {policy: .}";
    format!(
        "url={url}\nauthorization() {{ printf 'Authorization: Bearer %s' \"$(gcloud auth print-access-token)\"; }}\n\
         curl --fail --silent --show-error --request POST --header @<(authorization) --header 'Content-Length: 0' \\\n  \
         \"${{url}}:getIamPolicy?options.requestedPolicyVersion=3\" |\n  \
         jq --argjson binding {binding} {filter} |\n  \
         curl --fail --silent --show-error --request POST --header @<(authorization) --header 'Content-Type: application/json' \\\n    \
         --data @- \"${{url}}:setIamPolicy\"\n",
        url = quoted(url),
        binding = quoted(&binding),
        filter = quoted(filter),
    )
}

fn condition(condition: &Condition) -> String {
    format!("expression={},title={}", condition.expression, condition.title)
}

fn command(words: &[&str], flags: &[(&str, &str)]) -> String {
    let mut out = words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ");
    for (name, value) in flags {
        out.push_str(&format!(" --{name}={}", quoted(value)));
    }
    out
}

/// A word of a shell command; in quotes where it holds anything that a shell could read as something else.
fn quoted(word: &str) -> String {
    let is_plain = !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./:@=,".contains(&b));
    if is_plain { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

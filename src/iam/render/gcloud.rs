//! Rights as shell scripts of `gcloud` commands; an endpoint's own policy has no command, and is written through the API.

use super::custom_role;
use crate::iam::policy::allow_policy::Binding;
use crate::iam::rights::access_request::AccessRequest;
use crate::iam::rights::grant::Role;
use crate::iam::rights::resource::IamResource;
use crate::method::Service;
use crate::vertex::message;
use serde_json::Value;

/// What is to become of one member of one role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Add,
    Remove,
}

pub fn render(request: &AccessRequest) -> String {
    let mut out = String::from("#!/usr/bin/env bash\n# Running it again adds nothing twice.\nset -euo pipefail\n");
    let roles = request.custom_roles();
    if !roles.is_empty() {
        out.push_str(CUSTOM_ROLE);
    }
    for grant in roles {
        let Role::Custom { project, id } = &grant.role else { continue };
        let permissions = custom_role::permissions(grant).join(",");
        let words =
            ["custom_role", project.as_str(), id, &custom_role::title(grant), custom_role::DESCRIPTION, &permissions];
        out.push_str(&format!("\n{}\n", command(&words, &[])));
    }
    if request.by_policy().any(|grant| matches!(grant.on, IamResource::Endpoint { .. })) {
        out.push_str(&endpoint_policy(Verb::Add));
    }
    for grant in request.by_policy() {
        let new = Binding::of(grant);
        let command = binding(Verb::Add, &grant.on, &new.role, &new.member, new.condition());
        out.push_str(&format!("\n{command}\n"));
    }
    out
}

/// The command that changes one policy. Where it is an endpoint's, [`endpoint_policy`] has to stand above.
///
/// The condition is said even where there is none: `gcloud` insists on it where the policy has others.
fn binding(verb: Verb, on: &IamResource, role: &str, member: &str, condition: Option<&Value>) -> String {
    let verb = match verb {
        Verb::Add => "add-iam-policy-binding",
        Verb::Remove => "remove-iam-policy-binding",
    };
    let flag = condition.map_or("None".to_owned(), condition_flag);
    let mut flags = vec![("member", member), ("role", role), ("condition", &flag)];
    let url;
    let words = match on {
        IamResource::Project(project) => ["projects", "", verb, project.as_str()],
        IamResource::ServiceAccount(account) => {
            flags.push(("project", account.home()));
            ["iam", "service-accounts", verb, account.as_str()]
        }
        IamResource::Bucket(_) => {
            url = on.to_string();
            ["storage", "buckets", verb, &url]
        }
        IamResource::Repository { project, location, id } => {
            flags.extend([("location", location.as_str()), ("project", project.as_str())]);
            ["artifacts", "repositories", verb, id]
        }
        IamResource::Key(name) => {
            let parts: Vec<&str> = name.split('/').collect();
            let part = |at: usize| parts.get(at).copied().unwrap_or_default();
            flags.extend([("keyring", part(5)), ("location", part(3)), ("project", part(1))]);
            ["kms", "keys", verb, part(7)]
        }
        IamResource::Endpoint { location, name, .. } => {
            url = format!("{}/v1beta1/{name}", Service::Aiplatform.origin(Some(location)));
            let binding = message::text(&Binding::with_condition(role, member, condition).to_json());
            return command(&["endpoint_policy", &url, &binding], &[]);
        }
    };
    let words: Vec<&str> = ["gcloud"].into_iter().chain(words).filter(|word| !word.is_empty()).collect();
    command(&words, &flags)
}

/// A script that takes bindings away, each for itself.
#[derive(Default)]
pub struct Removal {
    lines: String,
    has_endpoint: bool,
}

impl Removal {
    pub fn add(&mut self, on: &IamResource, role: &str, member: &str, condition: Option<&Value>) {
        self.has_endpoint |= matches!(on, IamResource::Endpoint { .. });
        let command = binding(Verb::Remove, on, role, member, condition);
        self.lines.push_str(&format!("\n{command} || failed=1\n"));
    }

    /// `None` where there is a command for nothing.
    pub fn script(&self, what: &str) -> Option<String> {
        let function = if self.has_endpoint { endpoint_policy(Verb::Remove) } else { String::new() };
        let lines = Some(&self.lines).filter(|lines| !lines.is_empty())?;
        Some(format!(
            "#!/usr/bin/env bash\n{what}\n# A line that fails, e.g. because it was done already, says so, and the others are \
             done.\nset -uo pipefail\nfailed=0\n{function}{lines}\nexit \"$failed\"\n"
        ))
    }
}

/// Takes a project, an id, a title, a description and permissions.
const CUSTOM_ROLE: &str = r#"
# Makes a role unless it is there. One of its name that was deleted, or that holds something else, is left alone, and ends this.
custom_role() {
  local role
  if role=$(gcloud iam roles describe "$2" --project="$1" --format=json 2>/dev/null); then
    jq --slurp --exit-status --arg wanted "$5" \
      '.[0] | (.deleted | not) and (.includedPermissions // [] | sort) == ($wanted | split(",") | sort)' <<<"$role" >/dev/null || {
      echo "the role $2 of $1 was deleted, or holds other permissions than its name says" >&2
      return 1
    }
  else
    gcloud iam roles create "$2" --project="$1" --title="$3" --description="$4" --stage=GA --permissions="$5"
  fi
}
"#;

/// The function that reads, changes and writes the policy of an endpoint. Each step waits for the one before to have gone well, also
/// where the caller goes on after a failure: an empty answer must never be written. Of nothing at all, some versions of `jq` make
/// nothing and call it a success, which is why it takes a list.
fn endpoint_policy(verb: Verb) -> String {
    let change = match verb {
        Verb::Add => {
            "if any((.bindings // [])[]; is_it and any(.members[]; . == $binding.members[0])) then . else .bindings += [$binding] end"
        }
        Verb::Remove => {
            ".bindings = [(.bindings // [])[] | if is_it then .members -= $binding.members | select(.members != []) else . end]"
        }
    };
    format!(
        r#"
# Reads the policy of an endpoint, changes it, and writes it back with its etag. Where it cannot be read nothing is written.
endpoint_policy() {{
  local token policy
  token=$(gcloud auth print-access-token) &&
    policy=$(post "$1:getIamPolicy?options.requestedPolicyVersion=3" "") &&
    policy=$(jq --slurp --argjson binding "$2" '
      def is_it: .role == $binding.role and .condition == $binding.condition;
      .[0] | if (.etag | length) == 0 then error("the policy came without its etag") else . end
      | {change}
      | {{policy: (.version = 3)}}' <<<"$policy") &&
    post "$1:setIamPolicy" "$policy"
}}
# The token is in no argument list.
post() {{
  curl --fail --silent --show-error --request POST --header @<(printf 'Authorization: Bearer %s' "$token") \
    --header 'Content-Type: application/json' --data @- "$1" <<<"$2"
}}
"#
    )
}

/// Joined by a sign that is in none of its parts: `gcloud topic escaping`.
fn condition_flag(condition: &Value) -> String {
    let parts: Vec<String> = ["expression", "title", "description"]
        .into_iter()
        .filter_map(|name| Some(format!("{name}={}", condition[name].as_str()?)))
        .collect();
    let is_free = |sign: &&str| !parts.iter().any(|part| part.contains(*sign));
    match [",", "|", "~", ";", "#", "@"].into_iter().find(is_free).unwrap_or(":::") {
        "," => parts.join(","),
        sign => format!("^{sign}^{}", parts.join(sign)),
    }
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

#[cfg(test)]
mod tests;

//! `gcloud` scripts. An endpoint's policy has no command, so the scripts write it through the API.

use super::custom_role;
use crate::iam::policy::allow_policy::Binding;
use crate::iam::rights::access_request::AccessRequest;
use crate::iam::rights::grant::Role;
use crate::iam::rights::resource::IamResource;
use crate::method::Service;
use crate::vertex::message;
use serde_json::Value;

/// Creates a custom role. Arguments: project, id, title, description, permissions.
const CUSTOM_ROLE: &str = r#"
# Creates a role that does not exist. Fails if the role was deleted or has other permissions.
custom_role() {
  local role
  if role=$(gcloud iam roles describe "$2" --project="$1" --format=json 2>/dev/null); then
    jq --slurp --exit-status --arg wanted "$5" \
      '.[0] | (.deleted | not) and (.includedPermissions // [] | sort) == ($wanted | split(",") | sort)' <<<"$role" >/dev/null || {
      echo "the role $2 of $1 was deleted, or has other permissions than it is named after" >&2
      return 1
    }
  else
    gcloud iam roles create "$2" --project="$1" --title="$3" --description="$4" --stage=GA --permissions="$5"
  fi
}
"#;

/// What a command does with a binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Add,
    Remove,
}

/// `gcloud.sh`: creates the roles and adds the bindings.
pub fn render(request: &AccessRequest) -> String {
    let mut out =
        String::from("#!/usr/bin/env bash\n# Grants the access. A second run changes nothing.\nset -euo pipefail\n");
    let roles = request.custom_roles();
    if !roles.is_empty() {
        out.push_str(CUSTOM_ROLE);
    }
    for grant in roles {
        let Role::Custom { project, id } = &grant.role else { continue };
        let permissions = custom_role::permissions(grant).join(",");
        let title = custom_role::title(grant);
        let words = ["custom_role", project.as_str(), id, &title, custom_role::DESCRIPTION, &permissions];
        out.push_str(&format!("\n{}\n", command(&words, &[])));
    }
    if request.by_policy().any(|grant| matches!(grant.resource, IamResource::Endpoint { .. })) {
        out.push_str(&endpoint_policy(Verb::Add));
    }
    for grant in request.by_policy() {
        out.push_str(&format!("\n{}\n", binding(Verb::Add, &grant.resource, &Binding::of(grant))));
    }
    out
}

/// A script that removes bindings, each on a line of its own.
#[derive(Default)]
pub struct Removal {
    lines: String,
    has_endpoint: bool,
}

impl Removal {
    pub fn add(&mut self, resource: &IamResource, removed: &Binding) {
        self.has_endpoint |= matches!(resource, IamResource::Endpoint { .. });
        let command = binding(Verb::Remove, resource, removed);
        self.lines.push_str(&format!("\n{command} || failed=1\n"));
    }

    /// Returns `None` if there is nothing to remove.
    pub fn script(&self, header: &str) -> Option<String> {
        let function = if self.has_endpoint { endpoint_policy(Verb::Remove) } else { String::new() };
        let lines = Some(&self.lines).filter(|lines| !lines.is_empty())?;
        Some(format!(
            "#!/usr/bin/env bash\n{header}\n# A line that fails, e.g. because its binding is already gone, does not stop the others.\n\
             set -uo pipefail\nfailed=0\n{function}{lines}\nexit \"$failed\"\n"
        ))
    }
}

/// The command that adds or removes one binding. For an endpoint, the script must contain [`endpoint_policy`].
///
/// `--condition=None` is explicit because `gcloud` requires it where the policy has other conditions.
fn binding(verb: Verb, resource: &IamResource, binding: &Binding) -> String {
    let verb = match verb {
        Verb::Add => "add-iam-policy-binding",
        Verb::Remove => "remove-iam-policy-binding",
    };
    let condition = binding.condition().map_or("None".to_owned(), condition_flag);
    let mut flags = vec![("member", binding.member.as_str()), ("role", &binding.role), ("condition", &condition)];
    let url;
    let words = match resource {
        IamResource::Project(project) => ["projects", "", verb, project.as_str()],
        IamResource::ServiceAccount(account) => {
            flags.push(("project", account.home()));
            ["iam", "service-accounts", verb, account.as_str()]
        }
        IamResource::Bucket(_) => {
            url = resource.to_string();
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
            return command(&["endpoint_policy", &url, &message::text(&binding.to_json())], &[]);
        }
    };
    let words: Vec<&str> = ["gcloud"].into_iter().chain(words).filter(|word| !word.is_empty()).collect();
    command(&words, &flags)
}

/// The shell function that reads, changes and writes the policy of an endpoint.
///
/// Each step runs only if the one before succeeded, even in a script that continues after a failure: an empty answer must never be
/// written. `jq --slurp` makes a list of its input, because some versions of `jq` report success for empty input.
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
# Reads the policy of an endpoint, changes it, and writes it back with its etag. Writes nothing if the policy cannot be read.
endpoint_policy() {{
  local token policy
  token=$(gcloud auth print-access-token) &&
    policy=$(post "$1:getIamPolicy?options.requestedPolicyVersion=3" "") &&
    policy=$(jq --slurp --argjson binding "$2" '
      def is_it: .role == $binding.role and .condition == $binding.condition;
      .[0] | if (.etag | length) == 0 then error("the policy has no etag") else . end
      | {change}
      | {{policy: (.version = 3)}}' <<<"$policy") &&
    post "$1:setIamPolicy" "$policy"
}}
# Keeps the token out of every argument list.
post() {{
  curl --fail --silent --show-error --request POST --header @<(printf 'Authorization: Bearer %s' "$token") \
    --header 'Content-Type: application/json' --data @- "$1" <<<"$2"
}}
"#
    )
}

/// The value of `--condition`, its parts joined by a sign that none of them contains; see `gcloud topic escaping`.
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

/// A word of a shell command, quoted if a shell could read it as anything else.
fn quoted(word: &str) -> String {
    let is_plain = !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./:@=,".contains(&b));
    if is_plain { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests;

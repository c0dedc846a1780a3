//! Runs the scripts with a `gcloud` and a `curl` that keep one policy in a folder.

use super::*;
use crate::iam::render::tests::update;
use serde_json::json;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

/// Logs each argument on a line. A role exists if a file of that name does.
const GCLOUD: &str = r#"#!/usr/bin/env bash
printf '%s\n' "$@" --- >>"$WORLD/commands"
case "$*" in
  'auth print-access-token') [[ -e $WORLD/no-token ]] && exit 1; echo secret ;;
  'iam roles describe '*) cat "$WORLD/role" ;;
esac
"#;

/// Answers with the policy, like the real one with `--fail`, and stores what is posted.
const CURL: &str = r#"#!/usr/bin/env bash
for argument; do
  [[ $argument == *secret* ]] && exit 2
  [[ $argument == @/* && $(cat "${argument#@}") != 'Authorization: Bearer secret' ]] && exit 22
done
body=$(cat)
case "$argument" in
  *:getIamPolicy?options.requestedPolicyVersion=3) [[ -z $body ]] && cat "$WORLD/policy" 2>/dev/null || exit 22 ;;
  *:setIamPolicy) printf '%s' "$body" >>"$WORLD/posted" ;;
esac
"#;

/// A folder in the place of Google.
struct World(PathBuf);

impl World {
    /// `None` if the machine lacks a tool.
    fn new(name: &str) -> Option<Self> {
        for tool in ["bash", "jq"] {
            if let Err(error) = Command::new(tool).arg("--version").output() {
                println!("{tool} is not here ({error}): the scripts are not run");
                return None;
            }
        }
        let world = Self(std::env::temp_dir().join(format!("backstage-vertex-ai-{}-{name}", std::process::id())));
        fs::create_dir_all(world.0.join("bin")).unwrap();
        for (tool, text) in [("gcloud", GCLOUD), ("curl", CURL)] {
            let file = world.0.join("bin").join(tool);
            fs::write(&file, text).unwrap();
            assert!(Command::new("chmod").arg("+x").arg(&file).status().unwrap().success());
        }
        Some(world)
    }

    fn has(self, file: &str, text: impl ToString) -> Self {
        fs::write(self.0.join(file), text.to_string()).unwrap();
        self
    }

    fn run(&self, script: &str) -> Output {
        let path = format!("{}:{}", self.0.join("bin").display(), std::env::var("PATH").unwrap());
        Command::new("bash").args(["-c", script]).env("PATH", path).env("WORLD", &self.0).output().unwrap()
    }

    fn text(&self, file: &str) -> Option<String> {
        fs::read_to_string(self.0.join(file)).ok()
    }

    fn posted(&self) -> Option<Value> {
        self.text("posted").map(|text| serde_json::from_str(&text).unwrap())
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn policy() -> Value {
    json!({"version": 1, "etag": "BwY1", "kept": {"as": "it is"}, "bindings": [
        {"role": "roles/owner", "members": ["user:a@acme.example", "user:b@acme.example"]},
        {"role": "roles/viewer", "members": ["group:g@acme.example"]},
    ]})
}

const URL: &str = "https://endpoint";

fn on_endpoint(verb: Verb, role: &str, member: &str, goes_on: bool) -> String {
    let binding = json!({"role": role, "members": [member]}).to_string();
    let call = command(&["endpoint_policy", URL, &binding], &[]);
    let end = if goes_on { " || failed=1\nexit ${failed-0}" } else { "" };
    format!("set -euo pipefail\n{}{call}{end}\n", endpoint_policy(verb))
}

#[test]
fn changes_keep_everything_else_and_the_etag() {
    let written = |verb, role: &str, member: &str| {
        let world = World::new(&format!("written-{verb:?}-{}", member.len()))?.has("policy", policy());
        let output = world.run(&on_endpoint(verb, role, member, false));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        world.posted()
    };
    let mut expected = policy();
    expected["version"] = json!(3);
    let quote = "principal://pool/subject/o'neil \"$(touch x)\" `x` \\ é";
    let Some(added) = written(Verb::Add, "roles/new", quote) else { return };
    let mut after = expected.clone();
    after["bindings"].as_array_mut().unwrap().push(json!({"role": "roles/new", "members": [quote]}));
    assert_eq!(added, json!({"policy": after}));
    assert_eq!(written(Verb::Add, "roles/owner", "user:b@acme.example").unwrap(), json!({"policy": expected}));
    let mut after = expected.clone();
    after["bindings"][0]["members"] = json!(["user:a@acme.example"]);
    assert_eq!(written(Verb::Remove, "roles/owner", "user:b@acme.example").unwrap(), json!({"policy": after}));
    let mut after = expected.clone();
    after["bindings"].as_array_mut().unwrap().pop();
    assert_eq!(written(Verb::Remove, "roles/viewer", "group:g@acme.example").unwrap(), json!({"policy": after}));
    assert_eq!(written(Verb::Remove, "roles/viewer", "user:gone@acme.example").unwrap(), json!({"policy": expected}));
}

#[test]
fn writes_nothing_after_a_failed_read() {
    let refusals: [(&str, &dyn Fn(World) -> World); 6] = [
        ("unreadable", &|world| world),
        ("empty", &|world| world.has("policy", "")),
        ("html", &|world| world.has("policy", "<html>")),
        ("null", &|world| world.has("policy", "null")),
        ("without-etag", &|world| world.has("policy", json!({"bindings": []}))),
        ("without-token", &|world| world.has("policy", policy()).has("no-token", "")),
    ];
    for (name, make) in refusals {
        for verb in [Verb::Add, Verb::Remove] {
            for goes_on in [false, true] {
                let Some(world) = World::new(&format!("{name}-{verb:?}-{goes_on}")).map(make) else { return };
                let output = world.run(&on_endpoint(verb, "roles/new", "user:a@acme.example", goes_on));
                assert!(!output.status.success(), "{name}");
                assert_eq!(world.posted(), None, "{name}");
            }
        }
    }
}

#[test]
fn the_script_stops_at_the_first_failure() {
    let script = render(&update());
    let Some(world) = World::new("whole") else { return };
    assert!(!world.run(&script).status.success());
    let commands = world.text("commands").unwrap();
    assert!(commands.contains("create") && !commands.contains("service-accounts"), "{commands}");
    // Now the policy is readable.
    let world = world.has("policy", policy());
    assert!(world.run(&script).status.success());
    assert!(world.text("commands").unwrap().contains("service-accounts"));
    let expression = "--condition=expression=request.time < timestamp(\"2026-11-30T18:00:00Z\"),title=backstage-vertex-ai until 2026-11-30T18:00:00Z\n";
    assert!(world.text("commands").unwrap().contains(expression));
    assert_eq!(world.posted().unwrap()["policy"]["bindings"].as_array().unwrap().len(), 3);
}

#[test]
fn revokes_what_does_not_expire_by_itself() {
    let files = crate::iam::render::all(&update(), &[], &crate::ordered::Ordered::default()).unwrap();
    let given = World::new("given").map(|world| world.has("policy", policy()));
    let Some(given) = given else { return };
    assert!(given.run(&files["gcloud.sh"]).status.success());
    let after = given.posted().unwrap()["policy"].clone();
    let world = World::new("taken").unwrap().has("policy", after);
    assert!(world.run(&files["revoke.sh"]).status.success());
    let mut before = policy();
    before["version"] = json!(3);
    assert_eq!(world.posted().unwrap(), json!({"policy": before}));
    let changes = |world: &World| {
        let commands = world.text("commands").unwrap();
        let all = commands.split("---\n").filter(|words| words.contains("-iam-policy-binding"));
        all.filter(|words| words.contains("--condition=None")).map(str::to_owned).collect::<Vec<_>>()
    };
    let added: Vec<_> = changes(&given).iter().map(|words| words.replace("\nadd-", "\nremove-")).collect();
    assert_eq!((changes(&world), added.len()), (added, 1));
    assert!(!world.text("commands").unwrap().contains("projects\n"), "it expires by a condition");
}

#[test]
fn rejects_a_role_with_other_permissions() {
    let script = render(&update());
    let first = "aiplatform.models.get";
    for (name, role, is_fine) in [
        ("same", format!("{{\"includedPermissions\":[\"{first}\"]}}"), true),
        ("deleted", format!("{{\"deleted\":true,\"includedPermissions\":[\"{first}\"]}}"), false),
        ("more", format!("{{\"includedPermissions\":[\"{first}\",\"iam.roles.update\"]}}"), false),
        ("none", "{}".into(), false),
    ] {
        let Some(world) = World::new(&format!("role-{name}")).map(|world| world.has("role", &role)) else { return };
        // Every role but the first differs from the file, so the script always stops at one.
        let output = world.run(&script);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let ends_at = if is_fine { "the role vertexEndpoint_" } else { "the role vertexProject_" };
        assert!(!output.status.success() && said.starts_with(ends_at), "{name}: {said}");
        let commands = world.text("commands").unwrap();
        assert!(!commands.contains("create") && !commands.contains("binding"), "{name}: {commands}");
    }
}

#[test]
fn quotes_a_condition_for_gcloud() {
    let flag = |expression: &str, description: Option<&str>| {
        let mut condition = json!({"title": "t", "expression": expression});
        if let Some(text) = description {
            condition["description"] = json!(text);
        }
        condition_flag(&condition)
    };
    assert_eq!(flag("a < b", None), "expression=a < b,title=t");
    assert_eq!(flag("f(a, b)", Some("two, or so")), "^|^expression=f(a, b)|title=t|description=two, or so");
    assert_eq!(flag("f(a, b) || c", None), "^~^expression=f(a, b) || c~title=t");
}

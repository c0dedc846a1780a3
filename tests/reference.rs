//! The reference pages in `docs/` are what the tables say. `UPDATE_DOCS=1 cargo test --test reference` writes them anew.
#![cfg(not(target_arch = "wasm32"))]

use backstage_vertex_ai::annotation::{KEYS, PREFIX, example};
use backstage_vertex_ai::diagnostic::rule::{self, Example};
use backstage_vertex_ai::diagnostic::{Code, Kind};
use backstage_vertex_ai::method::{Confidence, Door, Kind as MethodKind, METHODS, On, Service, Source};
use std::fmt::Write;
use std::path::Path;

fn check(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let page = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(page == text, "docs/{name} is not what the table says: UPDATE_DOCS=1 cargo test --test reference");
}

#[test]
fn annotations() {
    let mut page = String::from(
        "# Annotations\n\nOn any entity of the catalog. Values are texts: put numbers in quotes. Each key may end in `.<environment>`; such \
         a key is read\nbefore the plain one when that environment is asked for.\n\n| annotation | example | meaning |\n| --- | --- | --- |\n",
    );
    for key in KEYS {
        writeln!(page, "| `{PREFIX}{}` | `{}` | {} |", key.name(), key.example(), key.meaning()).unwrap();
    }
    check("annotations.md", &page);
}

#[test]
fn diagnostics() {
    let mut page = String::from(
        "# Diagnostics\n\nEvery finding, anywhere, has one of these codes. A code never changes its meaning.\n\n| code | meaning |\n| --- | --- |\n",
    );
    for code in Code::ALL {
        writeln!(page, "| `{}` | {} |", code.as_str(), code.meaning()).unwrap();
    }
    check("diagnostics.md", &page);
}

#[test]
fn rules() {
    let mut index = String::from(
        "# Rules\n\nWhat is checked of an entity's Vertex AI annotations, everywhere: by the command line, the scaffolder's actions, the catalog, the \
         forms and the card. The level of a rule may be set in `app-config.yaml` (`vertexAi.rules`), and one entity may waive it with a \
         reason (`google.com/vertex-ai-waive`); *fixed* ones may not be adjusted.\n\n| rule | level | what it says |\n| --- | --- | --- |\n",
    );
    for rule in rule::all() {
        let code = rule.name;
        let level = match rule.kind {
            Kind::Fixed(severity) => format!("{severity:?}, fixed").to_lowercase(),
            Kind::Adjustable(level) => format!("{level:?}").to_lowercase(),
        };
        let meaning = rule.meaning;
        writeln!(index, "| [`{code}`]({code}.md) | {level} | {meaning} |").unwrap();
        let shown = |example: &Example| match example {
            Example::MadeLines(_, words) | Example::MadeFile(_, words) => format!("{words}\n"),
            other => format!("```yaml\n{}```\n", String::from_utf8_lossy(&example::file(other))),
        };
        let page = format!(
            "# {code}\n\n{meaning}\n\nLevel: {level}\n\n## Why\n\n{}\n\n## Wrong\n\n{}\n## Right\n\n{}\n## Source\n\n{}\n",
            rule.why,
            shown(&rule.wrong),
            shown(&rule.right),
            rule.source
        );
        check(&format!("reference/rules/{code}.md"), &page);
    }
    check("reference/rules/README.md", &index);
}

/// What a permission is checked on, or whose it is.
fn on(on: On) -> &'static str {
    match on {
        On::Itself => "",
        On::PredefinedRole => " (on the predefined role, which has no policy: unverified where Google evaluates it)",
        On::ParentEndpoint => " (operations of an endpoint)",
        On::ParentOther => " (operations of a model or location)",
        On::ServingAccount => " (on the serving account, where one is named)",
        On::AgentServingAccount => " (by the service agent, on a serving account of another project)",
        On::AgentKey => " (by the service agent, on the key, where one is named)",
        On::AgentBucket => " (by the service agent, on the bucket of the model's files)",
        On::AgentRepository => " (by the service agent, on the repository of the image)",
    }
}

fn mark(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Documented => "",
        Confidence::Measured => "‡",
        Confidence::Inferred => "†",
    }
}

fn source(source: Source) -> &'static str {
    match source {
        Source::MethodPage => "Google's page \"IAM permissions by method\"",
        Source::Reference => "Google's REST reference",
        Source::Guide => "Google's documentation",
        Source::Dataset => "iann0036/iam-dataset",
        Source::Analogy => "analogy",
    }
}

#[test]
fn permissions() {
    let mut page = String::from(
        "# Google methods and their permissions\n\nEvery Google method that this product calls, or whose permissions a deployment may need. The proxy denies every \
         method\nwithout a Backstage permission in this table, and every method that is not in it. Google checks a permission on the\n\
         resource in the request, unless the row names another one.\n\n\
         † inferred from a neighbouring method or a permission's name; ‡ measured by a third party; every other permission is\ndocumented \
         by Google. Nothing here has been run against Google.\n",
    );
    for service in Service::ALL {
        writeln!(page, "\n## {}\n\n| method | request | permissions | source | Backstage permission | reversed by |\n| --- | --- | --- | --- | --- | --- |", service.as_str()).unwrap();
        for method in METHODS.iter().filter(|method| method.service == service) {
            let needs = method.needs.iter();
            let permissions: Vec<String> =
                needs.map(|need| format!("`{}`{}{}", need.permission, mark(need.confidence()), on(need.on))).collect();
            let mut sources: Vec<&str> = method.needs.iter().map(|need| source(need.source)).collect();
            sources.dedup();
            let or_dash = |text: String| if text.is_empty() { "–".to_owned() } else { text };
            let door = match method.door {
                Door::Proxy(access) => format!("`{}`", access.permission()),
                Door::Internal => "only the product itself".into(),
                Door::Closed => "nobody".into(),
            };
            let kind = match method.on {
                MethodKind::Nothing => String::new(),
                MethodKind::Named(pattern) => format!("{{{pattern}}}"),
                other => format!("{{{other:?}}}"),
            };
            writeln!(
                page,
                "| `{}` | `{} {}/{kind}{}` | {} | {} | {door} | {} |",
                method.name,
                method.verb.as_str(),
                method.version,
                method.suffix,
                or_dash(permissions.join(", ")),
                or_dash(sources.join(", ")),
                method.undone_by.map_or("–".into(), |method| format!("`{}`", method.name)),
            )
            .unwrap();
        }
    }
    page.push_str(
        "\n## Following operations\n\nThe permissions to follow the operation that a method starts. Google checks them on the operation's parent. \
         Operations\nof Privileged Access Manager have permissions of their own, and cannot be waited for or cancelled.\n\n\
         | started by | to get it or wait for it | to cancel it | to delete it |\n| --- | --- | --- | --- |\n",
    );
    for method in METHODS {
        let Some(following) = method.operation else { continue };
        let mark = mark(following.source.confidence());
        let (read, delete) = (following.read, following.delete);
        let cancel = following.cancel.map_or("–".into(), |permission| format!("`{permission}`{mark}"));
        writeln!(page, "| `{}` | `{read}`{mark} | {cancel} | `{delete}`{mark} |", method.name).unwrap();
    }
    check("reference/permissions.md", &page);
}

//! The reference pages in `docs/` are what the tables say. `UPDATE_DOCS=1 cargo test --test reference` writes them anew.
#![cfg(not(target_arch = "wasm32"))]

use backstage_vertex_ai::annotation::{KEYS, PREFIX};
use backstage_vertex_ai::diagnostic::{Code, Kind};
use backstage_vertex_ai::method::{Confidence, Door, METHODS, On};
use backstage_vertex_ai::rule::table::{self, Example};
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
        "# Annotations\n\nOn any entity of the catalog. Values are texts: put numbers in quotes. Each key may end in `.<environment>`; such a key is read \
         before the plain one when that environment is asked for.\n\n| annotation | example | meaning |\n| --- | --- | --- |\n",
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
        writeln!(page, "| `{}` | {} |", code.as_str(), code.meaning().trim()).unwrap();
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
    for rule in table::rules() {
        let code = rule.code.as_str();
        let level = match rule.code.kind() {
            Kind::Fixed(severity) => format!("{severity:?}, fixed").to_lowercase(),
            Kind::Rule(level) => format!("{level:?}").to_lowercase(),
        };
        let meaning = rule.code.meaning().trim();
        writeln!(index, "| [`{code}`]({code}.md) | {level} | {meaning} |").unwrap();
        let example = |example: &Example| match example {
            Example::Made(_, words) => format!("{words}\n"),
            other => format!("```yaml\n{}```\n", String::from_utf8_lossy(&other.bytes())),
        };
        let page = format!(
            "# {code}\n\n{meaning}\n\nLevel: {level}\n\n## Why\n\n{}\n\n## Wrong\n\n{}\n## Right\n\n{}\n## Source\n\n{}\n",
            rule.why,
            example(&rule.wrong),
            example(&rule.right),
            rule.source
        );
        check(&format!("reference/rules/{code}.md"), &page);
    }
    check("reference/rules/README.md", &index);
}

#[test]
fn methods() {
    let mut page = String::from(
        "# Google methods\n\nEvery Google method that this product may ever call; the proxy refuses all others. Permissions marked with † are inferred, not \
         listed in Google's own table. Following an operation takes the permission of its parent.\n\n| method | request | permissions | Backstage permission | starts an operation | taken back by |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    for method in METHODS {
        let permissions: Vec<String> = method
            .needs
            .iter()
            .map(|need| {
                let on = match need.on {
                    On::Itself => "",
                    On::ParentEndpoint => " (operations of an endpoint)",
                    On::ParentOther => " (operations of a model or location)",
                    On::ServingAccount => " (on the serving account, where one is named)",
                };
                let mark = if need.confidence == Confidence::Inferred { "†" } else { "" };
                format!("`{}`{mark}{on}", need.permission)
            })
            .collect();
        let door = match method.door {
            Door::Proxy(access) => format!("`{}`", access.permission()),
            Door::Internal => "only the product itself".into(),
        };
        writeln!(
            page,
            "| `{}` | `{} {}/{{{:?}}}{}` | {} | {door} | {} | {} |",
            method.name,
            method.verb.as_str(),
            method.version,
            method.on,
            method.suffix,
            if permissions.is_empty() { "–".into() } else { permissions.join(", ") },
            if method.starts_operation { "yes" } else { "–" },
            method.undone_by.map_or("–".into(), |id| format!("`{}`", id.method().name)),
        )
        .unwrap();
    }
    check("methods.md", &page);
}

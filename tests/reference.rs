//! The reference pages in `docs/` and the constants of the frontend match the tables of the core. `UPDATE_DOCS=1 cargo test --test
//! reference` writes them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg(not(target_arch = "wasm32"))]

use backstage_vertex_ai::annotation::{KEYS, PREFIX, example};
use backstage_vertex_ai::api::declarations::{annotation_constants, annotation_table, permission_constants};
use backstage_vertex_ai::diagnose::{self, Case, Certainty, Entry, Place, Principal};
use backstage_vertex_ai::diagnostic::Who;
use backstage_vertex_ai::diagnostic::rule::{self, Example, Rule};
use backstage_vertex_ai::diagnostic::{Kind, event};
use backstage_vertex_ai::method::{Confidence, Door, Kind as MethodKind, METHODS, On, Service, Source};
use backstage_vertex_ai::plan::undo::UNDO;
use backstage_vertex_ai::preflight::{self, ENTRIES};
use std::fmt::Write;
use std::path::Path;

fn check(name: &str, text: &str) {
    check_file(&format!("docs/{name}"), text);
}

fn check_file(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let page = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(page == text, "{name} differs from the tables: run UPDATE_DOCS=1 cargo test --test reference");
}

#[test]
fn annotations_of_the_frontend() {
    check_file("pkg-js/frontend/src/requiredAnnotations.ts", &annotation_constants());
}

#[test]
fn annotations_of_forms() {
    check_file("pkg-js/core/src/annotations.ts", &annotation_table());
}

#[test]
fn permissions_of_the_frontend() {
    check_file("pkg-js/frontend/src/deployments/permissionNames.ts", &permission_constants());
}

/// Writable fields of `DeployedModel`, `Endpoint` and `UploadModelRequest` that no annotation sets.
const LEFT_OUT: [(&str, &str); 9] = [
    ("DeployedModel.id", "derived from what is deployed, so that the same request is one deployment"),
    ("DeployedModel.explanationSpec", "belongs to the model; a deployment can only turn explanations off"),
    ("DeployedModel.systemLabels", "for Google's own services"),
    ("DeployedModel.gdcConnectedModel", "for Google Distributed Cloud, which the product does not reach"),
    ("Endpoint.gdcConfig", "for Google Distributed Cloud, which the product does not reach"),
    ("Endpoint.genAiAdvancedFeaturesConfig", "for retrieval beside a model of Google, which is not deployed"),
    ("Endpoint.enablePrivateServiceConnect", "deprecated by Google; `consumer-projects` sets its successor"),
    ("Endpoint.etag", "read before each change, never written by a person"),
    (
        "UploadModelRequest.serviceAccount",
        "the service agent reads image and files, with rights that an access request names",
    ),
];

#[test]
fn annotations() {
    let mut page = String::from(
        "# Annotations\n\nFor authors of catalog files: all annotations that this product reads. They work on any entity of the catalog.\n\n\
         Values are strings: put numbers in quotes. Each key may end in `.<environment>`. For that environment, such a key replaces\n\
         the plain one.\n\n| annotation | example | meaning |\n| --- | --- | --- |\n",
    );
    for key in KEYS {
        let example = key.example().replace('\n', "`<br>`");
        writeln!(page, "| `{PREFIX}{}` | `{example}` | {} |", key.name(), key.meaning()).unwrap();
    }
    page.push_str(
        "\n## Fields of Google without an annotation\n\nThese writable fields of `aiplatform.v1` (revision 20261106) have none:\n\n\
         | field | reason |\n| --- | --- |\n",
    );
    for (field, reason) in LEFT_OUT {
        writeln!(page, "| `{field}` | {reason} |").unwrap();
    }
    check("annotations.md", &page);
}

#[test]
fn diagnostics() {
    let mut page = String::from(
        "# Diagnostics\n\nFor everyone who sees a code and wonders what it means. Each finding of this product has one of these codes. A code never\n\
         changes its meaning.\n\n## Rules\n\nA rule is about an entity and has a page with its reason and examples.\n\n\
         | code | meaning |\n| --- | --- |\n",
    );
    for rule in rule::all() {
        writeln!(page, "| [`{0}`](reference/rules/{0}.md) | {1} |", rule.name, rule.meaning).unwrap();
    }
    page.push_str(
        "\n## Other codes\n\nThey report what happened to a request, a call, a deployment or a grant.\n\n\
         | code | severity | meaning |\n| --- | --- | --- |\n",
    );
    for event in event::all() {
        writeln!(page, "| `{}` | {} | {} |", event.name, event.severity.as_str(), event.meaning).unwrap();
    }
    check("diagnostics.md", &page);
}

fn rule_page(rule: &Rule, level: &str) -> String {
    let Rule { name, meaning, why, wrong, right, sources, .. } = rule;
    let shown = |example: &Example| match example {
        Example::MadeLines(_, words) | Example::MadeFile(_, words) => format!("{words}\n"),
        other => {
            let asked =
                other.environment().map(|name| format!("Requested environment: `{name}`\n\n")).unwrap_or_default();
            format!("{asked}```yaml\n{}```\n", String::from_utf8_lossy(&example::file(other)))
        }
    };
    let (wrong, right) = (shown(wrong), shown(right));
    let sources: String = sources.iter().map(|source| format!("- {source}\n")).collect();
    format!(
        "# {name}\n\n{meaning}\n\nLevel: {level}\n\n## Why\n\n{why}\n\n## Wrong\n\n{wrong}\n## Right\n\n{right}\n## Sources\n\n{sources}"
    )
}

#[test]
fn rules() {
    let mut index = String::from(
        "# Rules\n\nFor authors of catalog files and for portal administrators: every check of the Vertex AI annotations of an entity. The command\n\
         line, the scaffolder's actions, the catalog, the forms and the card run the same checks.\n\n\
         An administrator sets the level of a rule in `app-config.yaml` (`vertexAi.rules`). An author waives a rule for one entity, with a\n\
         reason (`google.com/vertex-ai-waive`). The level of a *fixed* rule cannot be changed.\n\n\
         | rule | level | meaning |\n| --- | --- | --- |\n",
    );
    let mut pages = vec!["README.md".to_owned()];
    for rule in rule::all() {
        let level = match rule.kind {
            Kind::Fixed(severity) => format!("{}, fixed", severity.as_str()),
            Kind::Adjustable(level) => format!("{level:?}").to_lowercase(),
        };
        let page = format!("{}.md", rule.name);
        writeln!(index, "| [`{}`]({page}) | {level} | {} |", rule.name, rule.meaning).unwrap();
        check(&format!("reference/rules/{page}"), &rule_page(rule, &level));
        pages.push(page);
    }
    check("reference/rules/README.md", &index);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference/rules");
    for entry in std::fs::read_dir(&folder).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_dir()) {
        for page in std::fs::read_dir(entry.path()).unwrap().map(Result::unwrap) {
            let page = page.path().strip_prefix(&folder).unwrap().to_str().unwrap().replace('\\', "/");
            assert!(pages.contains(&page), "docs/reference/rules/{page} is the page of no rule: remove it");
        }
    }
}

/// A text of the table of diagnoses, with `…` for its open places.
fn shown(text: &str) -> String {
    let mut pieces = text.split('{');
    let mut shown = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        shown += "…";
        shown += piece.split_once('}').map_or("", |(_, rest)| rest);
    }
    shown
}

fn diagnosis_page(entry: &Entry) -> String {
    let Entry { row, certainty, source, matches, misses } = entry;
    let places: Vec<&str> = row
        .places
        .iter()
        .map(|place| match place {
            Place::Call => "the answer to a call",
            Place::Operation => "the end of an operation",
            Place::Log => "the container's log",
            Place::DeployedModel => "the state of a deployed model",
            Place::Sts => "the Security Token Service",
            Place::Impersonation => "the Service Account Credentials API",
        })
        .collect();
    let certainty = match certainty {
        Certainty::Documented => "documented",
        Certainty::Reported => "reported by users of Google Cloud",
        Certainty::Unverified => "unverified",
    };
    let who = match row.who {
        Who::Developer => "the developer of the model",
        Who::Platform => "the administrators of the project and the portal",
        Who::Organization => "the administrators of the organization",
        Who::Google => "Google, or time",
    };
    let right = row.right.map_or_else(String::new, |right| {
        let principal = match right.principal {
            Principal::Caller => "the caller".to_owned(),
            Principal::Named(name) => shown(name),
        };
        format!(
            "| missing permission | `{}` on {}, for {principal} |\n",
            shown(right.permission),
            shown(right.resource)
        )
    });
    let case = |Case(status, reason, text): &Case| {
        let head: Vec<&str> = [*status, *reason].into_iter().filter(|word| !word.is_empty()).collect();
        let head = if head.is_empty() { String::new() } else { format!("{}: ", head.join(" ")) };
        format!("{head}{text}").trim_end().to_owned()
    };
    let block = |cases: &[Case; 2]| {
        format!("```text\n{}\n```\n", cases.iter().map(case).collect::<Vec<_>>().join("\n").trim_end())
    };
    format!(
        "# {}\n\nCause: {}.\n\nNext step: {}.\n\n| | |\n| --- | --- |\n| who can fix it | {who} |\n{right}| seen in | {} |\n| certainty | {certainty} |\n\n\
         ## Recognised\n\n{}\n## Not this\n\n{}\n## Source\n\n- {source}\n",
        row.name,
        shown(row.cause),
        shown(row.fix),
        places.join(", "),
        block(matches),
        block(misses),
    )
}

#[test]
fn diagnoses() {
    let mut index = String::from(
        "# Diagnoses\n\nFor everyone whose deployment or prediction failed: the failures that this product recognises by what Google or the container\n\
         wrote, each with cause and next step. A failure that is not here keeps Google's own text. For entries that are seen in the\n\
         container's log, the deployment reads its last lines once it has failed: see\n\
         [Read the container's log](../../deployments.md#read-the-containers-log).\n\n\
         | diagnosis | cause |\n| --- | --- |\n",
    );
    let mut pages = vec!["README.md".to_owned()];
    for entry in diagnose::all() {
        let page = format!("{}.md", entry.row.name);
        writeln!(index, "| [`{}`]({page}) | {} |", entry.row.name, shown(entry.row.cause)).unwrap();
        check(&format!("reference/diagnosis/{page}"), &diagnosis_page(entry));
        pages.push(page);
    }
    check("reference/diagnosis/README.md", &index);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference/diagnosis");
    for entry in std::fs::read_dir(&folder).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_dir()) {
        for page in std::fs::read_dir(entry.path()).unwrap().map(Result::unwrap) {
            let page = page.path().strip_prefix(&folder).unwrap().to_str().unwrap().replace('\\', "/");
            assert!(pages.contains(&page), "docs/reference/diagnosis/{page} is the page of no entry: remove it");
        }
    }
}

fn preflight_page(entry: &preflight::Entry) -> String {
    let preflight::Entry { check, applies, no, unknown, methods, source, emulated } = entry;
    let (name, question, help) = (check.name, check.question, check.help);
    let mut calls = String::new();
    for method in *methods {
        let needs: Vec<String> = method.needs.iter().map(|need| format!("`{}`", need.permission)).collect();
        let needs = if needs.is_empty() { "–".to_owned() } else { needs.join(", ") };
        writeln!(calls, "| `{}` | {needs} |", method.name).unwrap();
    }
    let calls = match calls.is_empty() {
        true => "None of its own: it looks at the answers of the other checks.\n".to_owned(),
        false => format!("| method | permission |\n| --- | --- |\n{calls}"),
    };
    format!(
        "# {name}\n\n{question}\n\nApplies: {applies}\n\n## No\n\nOtherwise: {no}.\n\nNext step: {help}.\n\n## Unknown\n\n{unknown}\n\n\
         ## Calls\n\n{calls}\n## On the emulator\n\n*No* by: {emulated}.\n\n## Source\n\n- {source}\n"
    )
}

#[test]
fn preflight_checks() {
    let mut index = String::from(
        "# Checks of the preflight\n\nFor everyone who deploys: what the portal asks Google before a deployment, and what each answer means. \
         [How to run it](../../preflight.md).\n\n| check | question |\n| --- | --- |\n",
    );
    let mut pages = vec!["README.md".to_owned()];
    for entry in ENTRIES {
        let check = entry.check;
        let page = format!("{}.md", check.name);
        writeln!(index, "| [`{}`]({page}) | {} |", check.name, check.question).unwrap();
        self::check(&format!("reference/preflight/{page}"), &preflight_page(entry));
        pages.push(page);
    }
    check("reference/preflight/README.md", &index);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference/preflight");
    for page in std::fs::read_dir(&folder).unwrap().map(Result::unwrap) {
        let page = page.file_name().into_string().unwrap();
        assert!(pages.contains(&page), "docs/reference/preflight/{page} is the page of no check: remove it");
    }
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
                Door::Mandate => "deployments only".into(),
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

#[test]
fn undo() {
    let mut page = String::from(
        "# Undo of a change\n\nFor users who change an endpoint, and for those who approve it. At the end you know what the portal undoes when a\n\
         change fails or is cancelled, and what stays.\n\nThe portal undoes its own changes only, newest first. It reports something as undone \
         when Google shows it. What could not be\nundone is in the field `notUndone` of the deployment, with the call that is left to you.\n",
    );
    for undo in UNDO {
        let list = |sentences: &[&str]| sentences.iter().map(|sentence| format!("- {sentence}\n")).collect::<String>();
        let (undone, stays) = (list(undo.undone), list(undo.stays));
        write!(page, "\n## {}\n\n{}.\n\nUndone:\n\n{undone}\nStays:\n\n{stays}", undo.kind, undo.title).unwrap();
    }
    check("reference/undo.md", &page);
}

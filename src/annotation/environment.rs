//! Rules for environments: their names, and shared endpoints.

use super::Deployment;
use super::given::Given;
use super::keys::Key;
use super::reading::rename;
use crate::diagnostic::{Code, Diagnostic};
use crate::entity::Entity;
use crate::target::Target;
use crate::vertex::traffic::Traffic;
use crate::words::{list, nearest};

/// Findings about the name of an environment, one for each annotation with it.
pub fn name(entity: &Entity, given: &Given<'_>, environment: &str) -> Vec<Diagnostic> {
    let at = given.of(Some(environment));
    let place = |at: super::given::At<'_>| entity.place(at.name(), at.key);
    let valid = !environment.is_empty()
        && environment.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && environment.starts_with(|c: char| c.is_ascii_lowercase());
    if !valid {
        let finding = || {
            Diagnostic::new(Code::EnvironmentMalformed, format!("`{environment}` is not the name of an environment"))
        };
        return at
            .map(|at| finding().at(place(at)).help("write lower-case letters, digits and hyphens, e.g. `staging`"))
            .collect();
    }
    // Of two similar names, the one with fewer annotations is the mistake.
    let count = |environment| given.of(Some(environment)).count();
    let others = given.environments().into_iter().filter(|other| count(other) > count(environment));
    let Some(near) = nearest(environment, others.map(str::to_owned)) else { return Vec::new() };
    // Numbered environments are similar on purpose.
    let letters = |name: &str| name.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
    if letters(&near) == letters(environment) {
        return Vec::new();
    }
    at.map(|at| {
        let key = at.name().strip_suffix(environment).map(|start| format!("{start}{near}")).unwrap_or_default();
        Diagnostic::new(
            Code::EnvironmentMisspelt,
            format!("`{environment}` is almost the name of environment `{near}`"),
        )
        .at(place(at))
        .help(format!("did you mean `{key}`?"))
        .fix(rename(at, &key))
    })
    .collect()
}

/// The finding that no annotation names the requested environment.
pub fn unknown(entity: &Entity, given: &Given<'_>, asked: &str) -> Diagnostic {
    let names = given.environments();
    let help = match nearest(asked, names.iter().map(|name| (*name).to_owned())) {
        Some(near) => format!("did you mean `{near}`?"),
        None if names.is_empty() => "leave it out: the annotations name no environment".to_owned(),
        None => choice(&names),
    };
    Diagnostic::new(Code::EnvironmentUnknown, format!("no annotation names the environment `{asked}`"))
        .at(entity.annotations_place())
        .help(help)
}

/// The finding that an environment must be requested; `None` where the entity has none.
pub fn needed(names: &[&str]) -> Option<Diagnostic> {
    let finding = || Diagnostic::new(Code::EnvironmentUnknown, "the annotations are for environments only");
    (!names.is_empty()).then(|| finding().help(choice(names)))
}

fn choice(names: &[&str]) -> String {
    format!("choose one of the environments {}", list(names.iter().map(|name| format!("`{name}`")), ", "))
}

/// Findings about two environments.
pub fn compare(entity: &Entity, given: &Given<'_>, deployments: &[Deployment]) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for (i, later) in deployments.iter().enumerate() {
        // An environment with a traffic share shares on purpose.
        let takes_all = |target: &Target| target.traffic.is_none_or(|traffic| traffic == Traffic::ALL);
        let Some(target) = later.target.as_ref().filter(|target| takes_all(target)) else { continue };
        let same = |earlier: &&Deployment| {
            earlier.target.as_ref().is_some_and(|other| other.endpoint == target.endpoint && takes_all(other))
        };
        let Some(earlier) = deployments.iter().take(i).find(same) else { continue };
        let at = |deployment: &Deployment| given.get(Key::Endpoint, deployment.environment.as_deref());
        let (Some(here), Some(there)) = (at(later), at(earlier)) else { continue };
        let name = |deployment: &Deployment| match &deployment.environment {
            Some(environment) => format!("`{environment}`"),
            None => "the plain annotations".to_owned(),
        };
        let message = format!("{} and {} deploy to the same endpoint", name(earlier), name(later));
        findings.push(
            Diagnostic::new(Code::EnvironmentSharedEndpoint, message)
                .at(entity.place(here.name(), here.value))
                .related(
                    format!("the endpoint of {} is set here", name(earlier)),
                    entity.place(there.name(), there.value),
                )
                .help(
                    "use an endpoint for each environment, or set `google.com/vertex-ai-traffic` to share the traffic",
                ),
        );
    }
    findings
}

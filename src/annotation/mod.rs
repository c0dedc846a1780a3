//! The `google.com/vertex-ai-*` annotations of an entity: checked by every rule, and read into a [`Target`] for each environment.

mod artifact;
mod container;
mod environment;
pub mod example;
pub mod form;
mod given;
mod identity;
mod image;
mod keys;
mod labels;
#[cfg(test)]
mod laws;
mod machine;
mod model;
mod offer;
mod place;
mod placeholder;
mod reading;
mod settings;
mod start;
mod stored;
#[cfg(test)]
mod tests;
mod traffic;

use crate::diagnostic::{Code, Diagnostic, in_order};
use crate::entity::Entity;
use crate::method::Resource;
use crate::name::Model;
use crate::rule::{Settings, Waived, Waivers};
use crate::target::Target;
use crate::words::{self, nearest};
use given::{At, Given};
pub use keys::{KEYS, Key, PREFIX};
use reading::{Reading, rename};
pub use stored::{is_same, stored, values};

/// The result for one environment.
pub struct Deployment {
    /// Absent for the plain annotations.
    pub environment: Option<String>,
    /// Absent where a finding is an error.
    pub target: Option<Target>,
    pub findings: Vec<Diagnostic>,
}

/// The result for an entity.
pub struct Checked {
    /// Findings that belong to no environment.
    pub findings: Vec<Diagnostic>,
    /// The plain one first where there is one, then in the order of the text.
    pub deployments: Vec<Deployment>,
    pub waived: Vec<Waived>,
}

impl Checked {
    /// All findings, each once, in the order of the text.
    pub fn into_findings(self) -> Vec<Diagnostic> {
        self.into_report(None).1
    }

    /// The target of an environment, absent where a finding is an error; the findings of that environment, or of all where none is
    /// requested; the waived findings.
    pub fn into_report(self, environment: Option<&str>) -> (Option<Target>, Vec<Diagnostic>, Vec<Waived>) {
        let mut all = self.findings;
        let mut target = None;
        for deployment in self.deployments {
            let is_asked = deployment.environment.as_deref() == environment;
            if is_asked {
                target = deployment.target;
            }
            let findings = if is_asked || environment.is_none() { deployment.findings } else { Vec::new() };
            for finding in findings {
                // Environments share the plain annotations, and so their findings.
                if !all.iter().any(|known| known.is_at_same_place(&finding)) {
                    all.push(finding);
                }
            }
        }
        (target, in_order(all), self.waived)
    }

    /// The target of an environment and its findings.
    pub fn into_target(self, environment: Option<&str>) -> (Option<Target>, Vec<Diagnostic>) {
        let (target, findings, _) = self.into_deployment(environment);
        (target, findings)
    }

    /// The target of an environment, its findings, and the waived findings. It is an error that the entity has no such deployment.
    pub fn into_deployment(self, environment: Option<&str>) -> (Option<Target>, Vec<Diagnostic>, Vec<Waived>) {
        let mut findings = self.findings;
        let (asked, others): (Vec<_>, Vec<_>) =
            self.deployments.into_iter().partition(|d| d.environment.as_deref() == environment);
        if asked.is_empty() && environment.is_none() {
            let names: Vec<_> = others.iter().filter_map(|d| d.environment.as_deref()).collect();
            findings.extend(environment::needed(&names));
        }
        let mut target = None;
        for found in asked {
            findings.extend(found.findings);
            target = found.target;
        }
        (target, in_order(findings), self.waived)
    }
}

/// Whether an annotation of the entity names a model or an endpoint.
pub fn is_annotated(entity: &Entity) -> bool {
    Given::new(entity).names_what_to_serve()
}

/// The endpoints and models that the annotations name, in any environment, whatever else is wrong with them.
pub fn claimed(entity: &Entity) -> Vec<Resource> {
    let given = Given::new(entity);
    let mut claimed = Vec::new();
    for environment in std::iter::once(None).chain(given.environments().into_iter().map(Some)) {
        let mut reading = Reading::new(entity, &given, environment);
        let places = place::Places::read(&mut reading);
        claimed.extend(model::endpoint(&mut reading, &places).map(|endpoint| Resource::Endpoint(endpoint.value)));
        let model = model::model(&mut reading, &places).map(|model| model.value);
        claimed.extend(model.map(|model| Resource::Model(Model { version: None, ..model })));
    }
    claimed
}

/// Checks the annotations of an entity. It is an error that none of them names the environment `asked`.
pub fn check(entity: &Entity, settings: &Settings, asked: Option<&str>) -> Checked {
    check_as(entity, settings, asked, false)
}

/// Like [`check`], but an entity without annotations misses the required ones.
pub fn check_required(entity: &Entity, settings: &Settings, asked: Option<&str>) -> Checked {
    check_as(entity, settings, asked, true)
}

fn check_as(entity: &Entity, settings: &Settings, asked: Option<&str>, required: bool) -> Checked {
    let given = Given::new(entity);
    let mut findings = keys(entity, &given);
    let mut waivers = waivers(entity, &given, &mut findings);
    let mut checked = Checked { findings: Vec::new(), deployments: Vec::new(), waived: Vec::new() };
    let mut environments: Vec<Option<&str>> = given.environments().into_iter().map(Some).collect();
    if (!given.is_empty() || required || asked.is_some()) && given.has_plain_deployment() {
        environments.insert(0, None);
    }
    if let Some(asked) = asked.filter(|asked| !given.is_empty() && !environments.contains(&Some(asked))) {
        findings.push(environment::unknown(entity, &given, asked));
    }
    for environment in environments {
        let mut reading = Reading::new(entity, &given, environment);
        let target = target(&mut reading, entity, environment);
        let findings = adjust(reading.into_findings(), settings, &mut waivers);
        let target = target.filter(|_| !findings.iter().any(Diagnostic::is_error));
        checked.deployments.push(Deployment { environment: environment.map(str::to_owned), target, findings });
    }
    findings.extend(environment::compare(entity, &given, &checked.deployments));
    let mut findings = adjust(findings, settings, &mut waivers);
    let (waived, unused) = waivers.end();
    findings.extend(unused.into_iter().filter_map(|finding| settings.apply(finding)));
    checked.findings = findings;
    checked.waived = waived;
    checked
}

/// Applies the portal's settings and the entity's waivers to findings.
fn adjust(findings: Vec<Diagnostic>, settings: &Settings, waivers: &mut Waivers) -> Vec<Diagnostic> {
    findings
        .into_iter()
        .filter_map(|finding| settings.apply(finding))
        .filter(|finding| !waivers.waives(finding))
        .collect()
}

/// Findings about keys.
fn keys(entity: &Entity, given: &Given<'_>) -> Vec<Diagnostic> {
    let mut findings = entity.findings().to_vec();
    let place = |at: At<'_>| entity.place(at.name(), at.key);
    for at in &given.unknown {
        let name = at.name().strip_prefix(PREFIX).unwrap_or_default();
        let (plain, suffix) = suffixed(name);
        let finding = Diagnostic::new(Code::AnnotationUnknown, format!("`{}` is not a known annotation", at.name()));
        findings.push(suggest(finding.at(place(*at)), entity, nearest_key(plain), *at, suffix));
    }
    for at in &given.foreign {
        // Another domain or other letters: `cloud.google.com/vertex-ai-model`, `google.com/Vertex-AI-Model`.
        let Some((_, name)) = words::split_once(at.name(), "/") else { continue };
        let lower = name.to_ascii_lowercase();
        let Some(name) = lower.strip_prefix("vertex-ai-").or_else(|| lower.strip_prefix("vertexai-")) else { continue };
        let (plain, suffix) = suffixed(name);
        if Key::parse(plain).is_some() {
            let message = format!("`{}` has no effect: Vertex AI annotations begin with `{PREFIX}`", at.name());
            let finding = Diagnostic::new(Code::AnnotationPrefix, message);
            findings.push(suggest(finding.at(place(*at)), entity, Some(plain.to_owned()), *at, suffix));
        }
    }
    for environment in given.environments() {
        findings.extend(environment::name(entity, given, environment));
    }
    findings
}

/// `model.staging` as `model` and `.staging`.
fn suffixed(name: &str) -> (&str, &str) {
    let plain = name.split('.').next().unwrap_or(name);
    (plain, name.strip_prefix(plain).unwrap_or_default())
}

fn nearest_key(word: &str) -> Option<String> {
    nearest(word, KEYS.iter().map(|key| key.name().to_owned()))
}

/// Adds the nearest key to a finding about a wrong one: as help, and as fix where it is free.
fn suggest(finding: Diagnostic, entity: &Entity, near: Option<String>, at: At<'_>, suffix: &str) -> Diagnostic {
    match near {
        Some(near) => {
            let key = format!("{PREFIX}{near}{suffix}");
            // If the right key exists too, only the author knows which of the two applies.
            let is_taken = entity.annotations().iter().any(|(known, _)| known.as_text() == Some(&key));
            let fix = if is_taken { None } else { rename(at, &key) };
            finding.help(format!("did you mean `{key}`?")).fix(fix)
        }
        None => finding.help("remove it, or look up the key in the reference"),
    }
}

fn waivers(entity: &Entity, given: &Given<'_>, findings: &mut Vec<Diagnostic>) -> Waivers {
    let mut reading = Reading::new(entity, given, None);
    let text = reading.text(Key::Waive);
    let waivers = match &text {
        Some(text) => Waivers::read(text.value, &reading.place(text.at), findings),
        None => Waivers::default(),
    };
    findings.extend(reading.into_findings());
    waivers
}

/// Reads one environment. All annotations are read, so that all mistakes are reported at once.
fn target<'a>(reading: &mut Reading<'a>, entity: &Entity, environment: Option<&str>) -> Option<Target> {
    let places = place::Places::read(reading);
    let model = model::model(reading, &places);
    let endpoint = model::endpoint(reading, &places);
    model::agree(reading, &places, endpoint.as_ref(), model.as_ref());
    let service_account = identity::service_account(reading, endpoint.as_ref());
    let machine_type = machine::machine_type(reading);
    let accelerator = machine::accelerator(reading, machine_type.as_ref());
    offer::offered(reading, &places, endpoint.as_ref(), machine_type.as_ref(), accelerator.as_ref());
    let replicas = machine::replicas(reading, machine_type.as_ref());
    let image = image::image(reading, model.as_ref(), machine_type.as_ref());
    let artifact_uri = artifact::artifact_uri(reading, model.as_ref());
    let kms_key = identity::kms_key(reading, endpoint.as_ref());
    let display_name = reading.parse(Key::DisplayName);
    let labels = labels::labels(reading);
    let traffic = traffic::traffic(reading);
    container::unused(reading, model.as_ref());
    let env = container::env(reading);
    start::startup(reading);
    let settings = settings::settings(reading, machine_type.as_ref(), replicas.as_ref());
    container::limits(reading, &settings);
    Some(Target {
        entity_ref: entity.entity_ref().to_owned(),
        environment: environment.map(str::to_owned),
        endpoint: endpoint?.value,
        model: model?.value,
        service_account: service_account.map(|f| f.value),
        machine_type: machine_type.map(|f| f.value),
        accelerator: accelerator.map(|f| f.value),
        replicas: replicas.map(|f| f.value),
        image: image.map(|f| f.value),
        artifact_uri: artifact_uri.map(|f| f.value),
        kms_key: kms_key.map(|f| f.value),
        display_name: display_name.map(|f| f.value),
        labels,
        traffic: traffic.map(|f| f.value),
        env,
        settings,
    })
}

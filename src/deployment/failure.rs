//! What failed, as readers need it: the step of the plan, Google's words as evidence, and pages that help.

use super::Run;
use crate::diagnostic::{Code, Diagnostic, Evidence, Link, Words};
use crate::google::CallError;
use crate::method::{Call, percent_encode};
use crate::plan::{Plan, StepKind};
use crate::vertex::message::{object, text};

const CONSOLE: &str = "https://console.cloud.google.com";
/// The service agent of Vertex AI, in the project with this number.
const AGENT: (&str, &str) = ("service-", "@gcp-sa-aiplatform.iam.gserviceaccount.com");

impl Run {
    /// A rejection by Google, with the step of the plan that it belongs to. Google's words become evidence where the cause is known.
    pub(super) fn of_step(&self, error: CallError, call: &Call) -> CallError {
        let CallError::Refused { status, mut finding } = error else { return error };
        let is_googles = finding.code.as_str().starts_with("google/") && finding.code != Code::GoogleAnswerUnreadable;
        // Others decide by "not found", and a removal names what it removes.
        if is_googles && finding.code != Code::GoogleNotFound && self.memory.failing.is_none() {
            let name =
                self.title(call).map_or_else(|| call.method.audit_name.to_owned(), |title| format!("\"{title}\""));
            let mut evidence = Evidence { status: format!("HTTP {status}"), ..Evidence::default() };
            if finding.diagnosis.is_some() {
                evidence.text = Some(finding.message.to_string());
                finding.message = format!("the step {name} failed: Google rejected it").into();
            } else {
                finding.message = format!("the step {name} failed: {}", finding.message).into();
            }
            finding.evidence = Some(Box::new(evidence));
        }
        CallError::Refused { status, finding }
    }

    /// The title of the step that makes a call, or else of the first that looks with it.
    fn title(&self, call: &Call) -> Option<&str> {
        let plan = self.plan.as_ref().ok()?;
        let is_same = |other: &Option<Call>| other.as_ref().is_some_and(|other| other.method.name == call.method.name);
        let mut steps = plan.steps.iter();
        let step =
            steps.find(|step| is_same(&step.call)).or_else(|| plan.steps.iter().find(|step| is_same(&step.probe)));
        step.map(|step| step.title.as_str())
    }
}

/// Adds the pages that help with a finding of a run.
pub(super) fn add_links(finding: &mut Diagnostic, plan: &Plan) {
    let entry = finding.diagnosis.as_ref().map(|diagnosis| diagnosis.entry.clone()).unwrap_or_default();
    let is_about = |groups: &[&str]| entry.split('/').next().is_some_and(|group| groups.contains(&group));
    let mut links = Vec::new();
    let deployment = plan.step(StepKind::Deployment).and_then(|step| step.call.as_ref()?.body.as_ref());
    let logs = deployment.is_some_and(|body| body["deployedModel"]["disableContainerLogging"] != true);
    // So `FailedOperation` begins; the failed creation of an endpoint or upload is "the operation". No server ran there.
    let is_deployment = finding.message.starts_with("the deployment failed");
    if finding.code == Code::DeployOperationFailed
        && is_deployment
        && logs
        && (entry.is_empty() || is_about(&["server", "container", "garden"]))
    {
        links.push(link("Log of the model server", log_url(plan)));
    }
    if is_about(&["quota"]) {
        links.push(link("Quotas of Vertex AI", quota_url(plan, finding)));
    }
    let agent = finding.diagnosis.as_ref().and_then(|diagnosis| diagnosis.principal.as_deref());
    let is_agent = |name: &&str| name.contains("service agent") || project_number(name).is_some();
    if let Some(agent) = agent.filter(is_agent).filter(|_| finding.permission.is_some()) {
        links.push(link("Request access for the service agent", request_access_url(plan, agent)));
    }
    finding.links.append(&mut links);
}

/// A page that helps.
pub(crate) fn link(title: &'static str, url: String) -> Link {
    Link { title: Words::from(title), url }
}

/// The number of the project whose service agent it is.
fn project_number(agent: &str) -> Option<&str> {
    let number = agent.strip_prefix(AGENT.0)?.strip_suffix(AGENT.1)?;
    number.bytes().all(|byte| byte.is_ascii_digit()).then_some(number)
}

/// The container's log in the Logs Explorer.
fn log_url(plan: &Plan) -> String {
    let endpoint = &plan.target.endpoint;
    let mut query = format!(
        "resource.type=\"aiplatform.googleapis.com/Endpoint\"\n\
         resource.labels.endpoint_id=\"{}\"\n\
         resource.labels.location=\"{}\"",
        endpoint.id, endpoint.place.location
    );
    if let Some(id) = &plan.deployed_model_id {
        query += &format!("\nlabels.deployed_model_id=\"{id}\"");
    }
    let mut url = format!("{CONSOLE}/logs/query;query=");
    percent_encode(&query, &mut url);
    format!("{url}?project={}", endpoint.place.project)
}

/// The quotas of the project, of the metric where Google's text names one.
/// Form of the address: links of <https://docs.cloud.google.com/bigquery/quotas>, seen in a stored copy on 2026-11-28.
pub(crate) fn quota_url(plan: &Plan, finding: &Diagnostic) -> String {
    const SERVICE: &str = "aiplatform.googleapis.com";
    let text = finding.evidence.as_ref().and_then(|evidence| evidence.text.as_deref()).unwrap_or(&finding.message);
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._/".contains(c);
    let mut words = text.split(|c: char| !is_name(c));
    let metric = words.find_map(|word| word.trim_end_matches('.').strip_prefix(SERVICE)?.strip_prefix('/'));
    let metric = metric.map_or_else(String::new, |metric| format!("&metric={SERVICE}/{metric}"));
    format!("{CONSOLE}/iam-admin/quotas?project={}&service={SERVICE}{metric}", plan.target.endpoint.place.project)
}

/// The form *Request access*, filled in. A request covers what the service agent needs.
pub(crate) fn request_access_url(plan: &Plan, agent: &str) -> String {
    let target = &plan.target;
    let form = object()
        .with("entityRef", target.entity_ref.as_str())
        .with_text("environment", target.environment.as_ref())
        .with_text("projectNumber", project_number(agent).as_ref());
    let mut url = "/create/templates/default/request-access?formData=".to_owned();
    percent_encode(&text(&form.into()), &mut url);
    url
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Diagnosis, Who};
    use crate::plan::plan;
    use crate::plan::tests::target;

    fn links(entry: &'static str, principal: Option<&'static str>, message: &'static str) -> Vec<String> {
        let mut target = target();
        target.environment = Some("staging".into());
        let mut finding = Diagnostic::new(Code::DeployOperationFailed, message);
        if principal.is_some() {
            finding = finding.needing("storage.objects.get");
        }
        let cause = Words::from("because");
        let others = Vec::new();
        let principal = principal.map(Words::from);
        finding.diagnosis =
            Some(Box::new(Diagnosis { entry: entry.into(), cause, who: Who::Platform, principal, others }));
        add_links(&mut finding, &plan(target));
        finding.links.iter().map(|link| link.url.clone()).collect()
    }

    #[test]
    fn a_quota_leads_to_its_page_and_capacity_does_not() {
        let quota =
            "https://console.cloud.google.com/iam-admin/quotas?project=acme-ml&service=aiplatform.googleapis.com";
        assert_eq!(links("quota/serving", None, "no"), [quota]);
        let named = "Quota exceeded for 'aiplatform.googleapis.com/custom_model_training_cpus'.";
        let metric = format!("{quota}&metric=aiplatform.googleapis.com/custom_model_training_cpus");
        assert_eq!(links("quota/training", None, named), [metric]);
        assert!(links("capacity/machine", None, "no").is_empty());
    }

    #[test]
    fn only_a_failed_deployment_leads_to_the_servers_log() {
        let has_log = |entry, message| links(entry, None, message).iter().any(|url| url.contains("/logs/query;"));
        let failed = "the deployment failed with FAILED_PRECONDITION";
        assert!(has_log("server/exited", failed) && has_log("container/memory", failed));
        assert!(!has_log("upload/image", failed) && !has_log("quota/serving", failed));
        assert!(!has_log("server/exited", "the operation failed with FAILED_PRECONDITION"));
    }

    #[test]
    fn a_right_of_the_service_agent_leads_to_the_form_with_its_project() {
        let form = "/create/templates/default/request-access?formData=%7B%22entityRef%22%3A%22component%3Adefault%2Ffraud-detector%22\
                    %2C%22environment%22%3A%22staging%22";
        let agent = "service-123456789012@gcp-sa-aiplatform.iam.gserviceaccount.com";
        let [url] = &links("access/agent-artifacts", Some(agent), "no")[..] else { panic!() };
        assert_eq!(*url, format!("{form}%2C%22projectNumber%22%3A%22123456789012%22%7D"));
        assert_eq!(links("access/agent-key", Some("Vertex AI's service agent"), "no"), [format!("{form}%7D")]);
        for other in [
            None,
            Some("serving@acme-ml.iam.gserviceaccount.com"),
            Some("service-x@gcp-sa-aiplatform.iam.gserviceaccount.com"),
        ] {
            assert!(links("access/agent-artifacts", other, "no").is_empty(), "{other:?}");
        }
    }
}

//! Status of one entity's endpoint.

use super::request::request;
use super::source::{EntityRequest, EntitySource, Source};
use super::validate::check;
use crate::annotation;
use crate::conversation::{Conversation, Millis};
use crate::diagnostic::Diagnostic;
use crate::status::{self, State, StatusReport, VersionsReport};

pub use crate::status::deployments as deployments_view;

request! {
    /// An entity whose status is requested.
    pub struct StatusRequest<S: Source = EntitySource> {
        ..entity: EntityRequest<S>,
        /// e.g. `http://localhost:7007/api/proxy/vertex-ai` (the discovery API's `proxy` base URL + `/vertex-ai`).
        proxy_url: String,
    }
}

/// Starts the status conversation. `now` dates a report that requires no call to Google.
pub fn status<S: Source>(
    request: &StatusRequest<S>,
    now: Millis,
) -> Result<Conversation<StatusReport>, Box<StatusReport>> {
    let bare = |state, headline: &str, findings| {
        Box::new(status::dated(StatusReport { findings, ..StatusReport::bare(state, headline, Vec::new()) }, now))
    };
    let (entity, checked) =
        check(&request.entity).map_err(|found| bare(State::Invalid, "The entity cannot be read", found))?;
    if !annotation::is_annotated(&entity) {
        return Err(bare(State::NotAnnotated, "No Vertex AI annotations", checked.into_findings()));
    }
    let (target, findings) = checked.into_target(request.entity.environment.as_deref());
    match target {
        Some(target) => Ok(status::status(target, findings, &request.proxy_url)),
        None => Err(bare(State::Invalid, reason_for_no_target(&findings), findings)),
    }
}

/// Starts the conversation that lists the versions of the model that the annotations name.
pub fn model_versions<S: Source>(
    request: &StatusRequest<S>,
) -> Result<Conversation<VersionsReport>, Box<VersionsReport>> {
    let (target, diagnostics) = match check(&request.entity) {
        Ok((_, checked)) => checked.into_target(request.entity.environment.as_deref()),
        Err(found) => (None, found),
    };
    let none = VersionsReport { diagnostics, ..VersionsReport::default() };
    target.map(|target| status::versions(target.model, &request.proxy_url)).ok_or_else(|| Box::new(none))
}

/// Headline for annotations that describe no target.
pub(super) fn reason_for_no_target(findings: &[Diagnostic]) -> &'static str {
    match findings.iter().any(Diagnostic::is_error) {
        true => "The Vertex AI annotations are wrong",
        false => "A value of the Vertex AI annotations is a placeholder",
    }
}

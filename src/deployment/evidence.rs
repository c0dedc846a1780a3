//! The container's log as evidence: read once a deployment has failed, before anything of it is removed.

use super::Run;
use super::container_log::{ContainerLine, ContainerLog};
use super::operation::FailedEnd;
use super::want::Want;
use crate::conversation::Millis;
use crate::diagnostic::{Code, Diagnostic};
use crate::google::{CallError, Failed};
use crate::identity::log_line::redacted;
use crate::method::container_log::{LogQuery, lines};
use crate::method::{self, Call, Resource};
use crate::name::{DeployedModelId, Endpoint};
use crate::plan::StepKind;
use crate::timestamp::rfc3339;
use crate::vertex::container::{EnvVar, variables};
use serde_json::Value;

/// Maximum number of lines that are kept.
const MOST_LINES: usize = 50;
/// How far back the log is read where Google does not show the operation's start: its longest deployment timeout.
const LONGEST_DEPLOYMENT: Millis = 2 * 3_600_000;

impl Run {
    /// The error of a deployment that failed, explained by the container's log. Whatever comes of reading that, the error stays.
    pub async fn explained(
        &mut self,
        end: &FailedEnd,
        endpoint: &Endpoint,
        id: &DeployedModelId,
        call: &Call,
    ) -> CallError {
        let is_off = call.body.as_ref().is_some_and(|body| body["deployedModel"]["disableContainerLogging"] == true);
        let query = match LogQuery::new(endpoint.clone(), id.clone(), &end.failed.begun) {
            None => {
                let since = rfc3339(self.voice().now().saturating_sub(LONGEST_DEPLOYMENT));
                LogQuery::new(endpoint.clone(), id.clone(), &since)
            }
            query => query,
        };
        let is_cancelled = self.voice().cancelled() || end.failed.error.status == "CANCELLED";
        let Some(query) = query.filter(|_| !is_off && !is_cancelled) else { return end.error() };
        let (lines, unread) = match self.read_log(&query).await {
            Ok(lines) => (lines, None),
            Err(CallError::Cancelled) => return end.error(),
            Err(error) => (Vec::new(), Some(unreadable(error))),
        };
        let finding = end.finding(&lines.iter().map(|line| line.text.clone()).collect::<Vec<_>>());
        let log = ContainerLog { lines: lines.into_iter().rev().collect(), unread };
        self.voice().ask(Want::Log { log }).await;
        CallError::NoAnswer(finding)
    }

    /// The last lines, newest first.
    async fn read_log(&mut self, query: &LogQuery) -> Result<Vec<ContainerLine>, CallError> {
        let values = self.secrets().await?;
        let call = Call::new(&method::LOG_ENTRIES_LIST, Resource::Nothing).body(query.body());
        let answer = self.google.once(&call, self.identities.change).await.map_err(|Failed { error, .. }| error)?;
        Ok(last(&answer, &values.iter().map(String::as_str).collect::<Vec<_>>()))
    }

    /// The values of the container's variables, which its log may repeat. Fails where they are unknown.
    async fn secrets(&mut self) -> Result<Vec<String>, CallError> {
        let plan = self.plan()?;
        let (planned, entity) = (plan.target.env.clone(), plan.target.entity_ref.clone());
        // A version that the run has not uploaded has variables of its own.
        let probe = plan.step(StepKind::Model).and_then(|step| step.probe.clone());
        let probe = probe.filter(|_| self.memory.model.is_none());
        if self.values.is_empty() && planned.iter().any(|variable| variable.value().is_none()) {
            self.values = self.read_values(&entity).await.unwrap_or_default();
        }
        let mut values = Vec::new();
        for variable in planned {
            let is_same = |known: &&EnvVar| known.hide() == variable.hide();
            let value = variable.value().or_else(|| self.values.iter().find(is_same)?.value());
            let unknown = || {
                let message = format!("the value of `{}` is unknown, so that the log may repeat it", variable.name());
                CallError::NoAnswer(Diagnostic::new(Code::DeployPlanChanged, message))
            };
            values.push(value.ok_or_else(unknown)?.to_owned());
        }
        if let Some(probe) = probe {
            let read = self.google.once(&probe, self.identities.change).await;
            let model = read.map_err(|Failed { error, .. }| error)?;
            values.extend(variables(&model).iter().filter_map(EnvVar::value).map(str::to_owned));
        }
        Ok(values)
    }
}

/// The last different lines of an answer, redacted, newest first.
fn last(answer: &Value, values: &[&str]) -> Vec<ContainerLine> {
    let mut last: Vec<ContainerLine> = Vec::new();
    for (at, line) in lines(answer) {
        let text = redacted(line, values);
        if !text.is_empty() && last.iter().all(|known| known.text != text) {
            last.push(ContainerLine { at: at.to_owned(), text });
        }
        if last.len() == MOST_LINES {
            break;
        }
    }
    last
}

fn unreadable(error: CallError) -> Diagnostic {
    let mut finding = error.finding();
    finding.message = format!("container log cannot be read: {}", finding.message).into();
    finding
}

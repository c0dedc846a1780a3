//! A check, its verdict, and the report.

use super::{Judged, Look};
use crate::diagnostic::{Code, Diagnostic, Words};
use crate::method::{Method, Permission};
use serde::Serialize;
use serde_json::Value;
use std::fmt::Write;
use ts_rs::TS;

/// One question about a plan.
#[derive(Clone, Copy)]
pub struct Check {
    /// Name, and that of its page: `docs/reference/preflight/{name}.md`.
    pub name: &'static str,
    /// Whether it is for plans that deploy a version only, not for every change.
    pub is_for_deployments: bool,
    pub question: &'static str,
    /// The next step, which begins with a verb. A verdict may have a better one.
    pub help: &'static str,
    pub judge: fn(&Look) -> Judged,
}

/// A check with what its page says.
pub struct Entry {
    pub check: Check,
    /// When the check applies, one sentence.
    pub applies: &'static str,
    /// What happens to a deployment that starts all the same, one clause.
    pub no: &'static str,
    /// When it is unknown, one sentence.
    pub unknown: &'static str,
    /// The methods that it calls.
    pub methods: &'static [&'static Method],
    pub source: &'static str,
    /// How it comes to *no* on the emulator.
    pub emulated: &'static str,
}

/// A decided check.
#[derive(Clone, Debug)]
pub struct Verdict {
    is_ok: bool,
    /// Empty where it is ok.
    message: Words,
    help: Option<Words>,
    evidence: Vec<String>,
    missing: Vec<Permission>,
    permission: Option<(&'static str, String)>,
    /// Who lacks the permission; absent for the caller.
    principal: Option<String>,
    quota: Option<QuotaRequest>,
}

/// A request for a higher limit. It is shown, and not sent.
#[derive(Clone, Debug, Serialize, TS)]
pub struct QuotaRequest {
    pub command: String,
    /// Body for `POST projects/{project}/locations/global/quotaPreferences` of `cloudquotas.googleapis.com/v1`.
    #[ts(type = "object")]
    pub body: Value,
}

impl Verdict {
    fn new(is_ok: bool, message: Words) -> Self {
        Self {
            is_ok,
            message,
            help: None,
            evidence: Vec::new(),
            missing: Vec::new(),
            permission: None,
            principal: None,
            quota: None,
        }
    }

    pub fn ok(evidence: Vec<String>) -> Self {
        Self::new(true, Words::default()).evidence(evidence)
    }

    pub fn no(message: impl Into<Words>) -> Self {
        Self::new(false, message.into())
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<Words>) -> Self {
        self.help = Some(help.into());
        self
    }

    #[must_use]
    pub fn evidence(mut self, evidence: Vec<String>) -> Self {
        self.evidence = evidence;
        self
    }

    /// The permissions that the caller lacks.
    #[must_use]
    pub fn missing(mut self, missing: Vec<Permission>) -> Self {
        self.missing = missing;
        self
    }

    #[must_use]
    pub fn needing(mut self, permission: &'static str, resource: &str) -> Self {
        self.permission = Some((permission, resource.to_owned()));
        self
    }

    /// The permission that another principal lacks.
    #[must_use]
    pub fn lacking(mut self, principal: String, permission: &'static str, resource: &str) -> Self {
        self.principal = Some(principal);
        self.needing(permission, resource)
    }

    #[must_use]
    pub fn more_quota(mut self, command: String, body: Value) -> Self {
        self.quota = Some(QuotaRequest { command, body });
        self
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "PreflightOutcome")]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    Ok,
    No,
    Unknown,
}

impl Outcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::No => "no",
            Self::Unknown => "unknown",
        }
    }
}

/// A check's result.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(rename = "PreflightCheck", optional_fields)]
#[serde(rename_all = "camelCase")]
pub struct CheckReport {
    pub name: &'static str,
    pub question: &'static str,
    pub outcome: Outcome,
    /// Short facts, in Markdown.
    pub evidence: Vec<String>,
    /// Why it is no or unknown, and the next step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finding: Option<Diagnostic>,
    /// The permissions that the caller lacks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<Permission>>")]
    pub missing: Vec<Permission>,
    /// The principal that lacks the finding's permission; absent where it is the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quota_request: Option<QuotaRequest>,
}

impl CheckReport {
    /// `None` where the check does not apply.
    pub fn of(check: &Check, judged: Judged) -> Option<Self> {
        let mut report = Self {
            name: check.name,
            question: check.question,
            outcome: Outcome::Ok,
            evidence: Vec::new(),
            finding: None,
            missing: Vec::new(),
            principal: None,
            quota_request: None,
        };
        match judged {
            Ok(None) => return None,
            Ok(Some(verdict)) => {
                let Verdict { is_ok, message, help, evidence, missing, permission, principal, quota } = verdict;
                report = Self { evidence, missing, principal, quota_request: quota, ..report };
                if !is_ok {
                    let mut finding = Diagnostic::new(Code::PreflightNo, message);
                    finding.help = Some(help.unwrap_or_else(|| check.help.into()));
                    if let Some((permission, resource)) = permission {
                        finding = finding.needing(permission).about(resource);
                    }
                    report.outcome = Outcome::No;
                    report.finding = Some(finding);
                }
            }
            Err(unknown) => {
                report.outcome = Outcome::Unknown;
                report.finding = Some(unknown.finding());
            }
        }
        Some(report)
    }
}

/// Numbers of checks by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "PreflightCounts")]
pub struct Counts {
    pub ok: usize,
    pub no: usize,
    pub unknown: usize,
}

/// What a preflight found.
#[derive(Clone, Debug, Default, Serialize, TS)]
#[ts(rename = "PreflightReport")]
pub struct Report {
    pub checks: Vec<CheckReport>,
    pub counts: Counts,
    /// Whether every check is ok: none is no, none unknown.
    pub ok: bool,
    /// The result in one line.
    pub headline: String,
    /// The result as a table in Markdown.
    pub summary: String,
    /// Findings that left no plan to check.
    pub diagnostics: Vec<Diagnostic>,
}

impl Report {
    pub fn of(checks: Vec<CheckReport>) -> Self {
        let count = |outcome| checks.iter().filter(|check| check.outcome == outcome).count();
        let counts = Counts { ok: count(Outcome::Ok), no: count(Outcome::No), unknown: count(Outcome::Unknown) };
        let headline = format!("{} ok, {} no, {} unknown", counts.ok, counts.no, counts.unknown);
        let summary = summary(&checks);
        let ok = !checks.is_empty() && counts.no == 0 && counts.unknown == 0;
        Self { checks, counts, ok, headline, summary, diagnostics: Vec::new() }
    }

    /// The report where no plan is possible.
    pub fn refused(diagnostics: Vec<Diagnostic>) -> Self {
        Self { headline: "no plan to check".into(), diagnostics, ..Self::default() }
    }
}

fn summary(checks: &[CheckReport]) -> String {
    let mut table = String::from("| check | result | why |\n| --- | --- | --- |\n");
    for check in checks {
        let finding = check.finding.as_ref().map(|finding| (&*finding.message, finding.help.as_deref()));
        let why = match finding {
            Some((message, Some(help))) => format!("{message}; next step: {help}"),
            Some((message, None)) => message.to_owned(),
            None => check.evidence.join("; "),
        };
        let why = why.replace('|', "\\|").replace('\n', " ");
        // Writing to a string cannot fail.
        let _ = writeln!(table, "| {} | **{}** | {why} |", check.question, check.outcome.as_str());
    }
    table
}

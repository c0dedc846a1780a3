//! The ledger: what a run writes down before it changes something, and before it acts on the answer.
//!
//! An entry holds names, ids, percents and fingerprints. No request body, no `env` value and no answer of Google's is in it, except the
//! text of an error that the report shows.

use super::report::{Outputs, RunOutcome};
use super::stored;
use crate::diagnostic::{Cause, Code, Diagnosis, Diagnostic, Evidence, Words};
use crate::name::Operation;
use crate::ordered::Ordered;
use crate::vertex::message::object;
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use std::path::PathBuf;
use ts_rs::{Config, TS};

/// Maximum length of an entry as JSON, in bytes.
pub const MAX_ENTRY: usize = 16 * 1024;
/// Maximum length of a text of a finding in an entry, in characters.
const MAX_TEXT: usize = 800;
/// Maximum length of a text of a diagnosis in an entry, in characters.
const MAX_CAUSE: usize = 300;
/// Maximum number of other causes of a finding in an entry.
const MAX_OTHERS: usize = 1;
/// Maximum number of findings of an entry.
const MAX_FINDINGS: usize = 3;
/// Maximum number of shares of a split in an entry.
const MAX_SHARES: usize = 100;

/// One line of the ledger.
#[derive(Clone, Debug, PartialEq)]
pub struct LedgerEntry {
    /// From 1; rises by one.
    pub seq: u32,
    pub entry: Entry,
}

/// Shares of deployed models in percent, by id.
pub type Shares = Ordered<String, u32>;

/// What an entry says.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Entry {
    /// The first entry.
    Header { core: String, plan: String, run: String },
    /// The version of the model that the run deploys, where its target leaves it open.
    Version { version: String },
    /// A call that changes something is about to be sent. `call` is its fingerprint.
    Intent { change: Change, call: String },
    /// Google took the call of the last intent.
    Answer { operation: Option<String> },
    /// The operation of a deployment whose answer is missing was found among those of the endpoint.
    Found { operation: String },
    /// Google or the portal rejected the call of the last intent.
    Refused { status: u16 },
    /// The wish to stop was seen.
    Stop {},
    /// The run fails or is cancelled, and removes what it made.
    Failing { outcome: RunOutcome, findings: Vec<Finding> },
    /// Google shows that something of the run is gone.
    Removed { what: String },
    /// Something of the run could not be removed.
    Kept { finding: Finding, what: String },
    /// The last entry.
    End { outcome: RunOutcome, outputs: Option<Outputs> },
}

/// A change at Google, with what undoes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Change {
    Upload {
        model: String,
    },
    Create {
        endpoint: String,
    },
    Deploy {
        endpoint: String,
        id: String,
        alone: bool,
    },
    Traffic {
        endpoint: String,
        id: String,
        before: Shares,
        after: Shares,
    },
    Restore {
        endpoint: String,
        id: String,
    },
    Cancel {
        operation: String,
    },
    Undeploy {
        endpoint: String,
        id: String,
    },
    /// Minimum and maximum number of replicas, in the place of others.
    Scale {
        endpoint: String,
        id: String,
        before: [u32; 2],
        after: [u32; 2],
    },
    /// An alias of the model; `before` is the version that it named, `model` the one that it names then.
    Alias {
        model: String,
        alias: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        before: Option<String>,
    },
    DeleteEndpoint {
        endpoint: String,
    },
    DeleteModel {
        model: String,
    },
}

/// A finding as the ledger keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    pub(super) code: String,
    pub(super) message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) help: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) permission: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) resource: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) diagnosis: Option<Diagnosis>,
    /// Status, text and operation of the evidence; empty where there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) evidence: Vec<String>,
}

/// The beginning of a text.
fn short(text: &str) -> String {
    text.chars().take(MAX_TEXT).collect()
}

fn short_diagnosis(diagnosis: &Diagnosis) -> Diagnosis {
    let words = |text: &Words| Words::from(text.chars().take(MAX_CAUSE).collect::<String>());
    let others = diagnosis.others.iter().take(MAX_OTHERS).map(|Cause { entry, cause, help, who }| Cause {
        entry: entry.clone(),
        cause: words(cause),
        help: words(help),
        who: *who,
    });
    Diagnosis {
        entry: diagnosis.entry.clone(),
        cause: words(&diagnosis.cause),
        who: diagnosis.who,
        principal: diagnosis.principal.as_ref().map(words),
        others: others.collect(),
    }
}

impl From<&Diagnostic> for Finding {
    fn from(finding: &Diagnostic) -> Self {
        let brief = |text: &str| text.chars().take(MAX_CAUSE).collect::<String>();
        let evidence = finding.evidence.as_deref().map(|Evidence { status, text, operation }| {
            [status, text.as_deref().unwrap_or_default(), operation.as_deref().unwrap_or_default()].map(brief).into()
        });
        Self {
            code: finding.code.as_str().to_owned(),
            message: short(&finding.message),
            help: finding.help.as_deref().map(short),
            permission: finding.permission.as_deref().map(short),
            resource: finding.resource.as_deref().map(short),
            diagnosis: finding.diagnosis.as_deref().map(short_diagnosis),
            evidence: evidence.unwrap_or_default(),
        }
    }
}

impl From<&Finding> for Diagnostic {
    fn from(kept: &Finding) -> Self {
        let code = Code::parse(&kept.code).unwrap_or(Code::DeployOperationFailed);
        let mut finding = Self::new(code, kept.message.clone());
        finding.help = kept.help.clone().map(Into::into);
        finding.permission = kept.permission.clone().map(Into::into);
        finding.resource = kept.resource.clone().map(Into::into);
        finding.diagnosis = kept.diagnosis.clone().map(Box::new);
        if let [status, text, operation] = &kept.evidence[..] {
            let known = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
            let (text, operation) = (known(text), known(operation));
            finding.evidence = Some(Box::new(Evidence { status: status.clone(), text, operation }));
        }
        finding
    }
}

impl Entry {
    /// The run fails with these findings, of which the ledger keeps the first few.
    pub fn failing(outcome: RunOutcome, findings: &[Diagnostic]) -> Self {
        Self::Failing { outcome, findings: findings.iter().take(MAX_FINDINGS).map(Finding::from).collect() }
    }

    pub fn answer(operation: Option<&Operation>) -> Self {
        Self::Answer { operation: operation.map(ToString::to_string) }
    }
}

/// The shares as the ledger keeps them: none where there are too many, so that they are computed anew.
pub fn kept(shares: Shares) -> Shares {
    if shares.len() > MAX_SHARES { Shares::default() } else { shares }
}

/// Returns the finding for a ledger that this core cannot read.
fn misread(message: impl Into<Words>) -> Diagnostic {
    Diagnostic::new(Code::RequestMalformed, message).help("pass the entries as the core wrote them")
}

impl LedgerEntry {
    /// Reads an entry as [`Serialize`] wrote it.
    pub fn read(value: Value) -> Result<Self, Diagnostic> {
        let unreadable = || misread("an entry of the ledger cannot be read".to_owned());
        let Value::Object(mut fields) = value else { return Err(unreadable()) };
        let seq = fields.remove("seq").and_then(|seq| seq.as_u64()).and_then(|seq| u32::try_from(seq).ok());
        let kind = fields.remove("kind").and_then(|kind| kind.as_str().map(str::to_owned));
        let (Some(seq), Some(kind)) = (seq, kind) else { return Err(unreadable()) };
        let tagged = object().with(&kind, Value::Object(fields));
        let entry = stored::read(tagged.into()).map_err(|_| unreadable())?;
        Ok(Self { seq, entry })
    }

    /// Reads a whole ledger; its numbers have no gaps.
    pub fn read_all(value: Value) -> Result<Vec<Self>, Diagnostic> {
        let Value::Array(lines) = value else { return Err(misread("the ledger is not a list".to_owned())) };
        let mut entries: Vec<Self> = Vec::with_capacity(lines.len());
        for line in lines {
            let entry = Self::read(line)?;
            if usize::try_from(entry.seq).ok() != Some(entries.len() + 1) {
                return Err(misread(format!("the ledger lacks an entry before number {}", entry.seq)));
            }
            entries.push(entry);
        }
        Ok(entries)
    }
}

impl Serialize for LedgerEntry {
    /// Writes `{ seq, kind, … }`. An internal tag of serde's, or a value in between, would link code that prints floats: see
    /// `docs/size.md`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut line = serializer.serialize_map(None)?;
        line.serialize_entry("seq", &self.seq)?;
        macro_rules! write {
            ($kind:literal $($field:ident)*) => {{
                line.serialize_entry("kind", $kind)?;
                $(line.serialize_entry(stringify!($field), $field)?;)*
            }};
        }
        match &self.entry {
            Entry::Header { core, plan, run } => write!("header" core plan run),
            Entry::Version { version } => write!("version" version),
            Entry::Intent { change, call } => write!("intent" change call),
            Entry::Answer { operation: None } => write!("answer"),
            Entry::Answer { operation } => write!("answer" operation),
            Entry::Found { operation } => write!("found" operation),
            Entry::Refused { status } => write!("refused" status),
            Entry::Stop {} => write!("stop"),
            Entry::Failing { outcome, findings } => write!("failing" outcome findings),
            Entry::Removed { what } => write!("removed" what),
            Entry::Kept { finding, what } => write!("kept" finding what),
            Entry::End { outcome, outputs: None } => write!("end" outcome),
            Entry::End { outcome, outputs } => write!("end" outcome outputs),
        }
        line.end()
    }
}

impl TS for LedgerEntry {
    type WithoutGenerics = Self;
    type OptionInnerType = Self;

    fn docs() -> Option<String> {
        Some("/** One line of a run's ledger: JSON to store as it is, 16 KiB at most. Only the core reads more than its number. */\n".into())
    }

    fn name(_: &Config) -> String {
        "LedgerEntry".into()
    }

    fn inline(_: &Config) -> String {
        "{ seq: number; kind: string; [field: string]: unknown }".into()
    }

    fn decl(config: &Config) -> String {
        format!("type LedgerEntry = {};", Self::inline(config))
    }

    fn output_path() -> Option<PathBuf> {
        Some("LedgerEntry.ts".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Who;

    fn explained(length: usize) -> Diagnostic {
        let long = || Words::from("x".repeat(length));
        let other = Cause { entry: "quota/serving".into(), cause: long(), help: long(), who: Who::Platform };
        let mut finding =
            Diagnostic::new(Code::DeployOperationFailed, long()).help(long()).needing(long()).about(long());
        finding.diagnosis = Some(Box::new(Diagnosis {
            entry: "access/agent-images".into(),
            cause: long(),
            who: Who::Platform,
            principal: Some(long()),
            others: vec![other; 3],
        }));
        let text = || Some("x".repeat(length));
        let evidence = Evidence { status: "FAILED_PRECONDITION".into(), text: text(), operation: text() };
        finding.evidence = Some(Box::new(evidence));
        finding
    }

    #[test]
    fn a_finding_is_kept_with_its_diagnosis() {
        let finding = explained(20);
        let entry = Entry::failing(RunOutcome::Failed, std::slice::from_ref(&finding));
        let line = serde_json::to_value(LedgerEntry { seq: 1, entry }).unwrap();
        let Ok(LedgerEntry { entry: Entry::Failing { findings, .. }, .. }) = LedgerEntry::read(line) else { panic!() };
        let mut kept = Diagnostic::from(&findings[0]);
        // The likeliest of the others stays.
        kept.diagnosis.as_mut().unwrap().others = finding.diagnosis.as_ref().unwrap().others.clone();
        assert_eq!(kept, finding);
    }

    #[test]
    fn findings_of_any_length_fit_into_an_entry() {
        let entry = Entry::failing(RunOutcome::Failed, &vec![explained(5_000); 9]);
        let line = serde_json::to_string(&LedgerEntry { seq: u32::MAX, entry }).unwrap();
        assert!(line.len() <= MAX_ENTRY, "{}", line.len());
    }
}

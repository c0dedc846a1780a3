//! The finding of an operation that has failed.

use super::answer::{add_link, names_of};
use super::{Place, SERVING, Seen, explain, whole};
use crate::diagnostic::{Code, Diagnostic, Evidence, Words};
use crate::google_error::GoogleError;
use crate::vertex::stage::Stage;

/// Maximum length of a word of a log line that a cause shows, and of a number behind it, in bytes.
const LONGEST_WORD: usize = 60;
const LONGEST_NUMBER: usize = 8;

/// The error of an operation, and its stage.
#[derive(Clone, Debug, PartialEq)]
pub struct FailedOperation {
    pub error: GoogleError,
    /// Whether it deployed a model.
    pub deploys: bool,
    /// The last stage that it reached.
    pub stage: Option<Stage>,
    /// Its start, as Google shows it; empty where it does not.
    pub begun: String,
}

impl FailedOperation {
    /// The finding, with the lines of the container's log, newest first, where they are known.
    pub fn finding(&self, log: &[String]) -> Diagnostic {
        let error = &self.error;
        let at = match self.stage {
            Some(stage) => format!(" at the stage {}", stage.name()),
            None => String::new(),
        };
        let text = error.text();
        let code = if error.status == "CANCELLED" { Code::DeployCancelled } else { Code::DeployOperationFailed };
        let what = if self.deploys { "the deployment" } else { "the operation" };
        let message = format!("{what} failed{at} with {}", error.status);
        let mut finding = Diagnostic::new(code, message);
        let mut evidence = Evidence { status: error.status.clone(), ..Evidence::default() };
        let seen = |place, text| Seen {
            place,
            status: if place == Place::Log { "" } else { &error.status },
            reason: error.reason.as_deref().unwrap_or_default(),
            text,
            shown: if place == Place::Log { plain } else { whole },
        };
        let mut all: Vec<Seen> = log.iter().map(|line| seen(Place::Log, line)).collect();
        all.push(seen(Place::Operation, &text));
        if explain(&mut finding, &SERVING, &all, &names_of(error)) {
            evidence.text = Some(text);
        } else {
            finding.help = Some(self.help());
            finding.message = format!("{}: {text}", finding.message).into();
        }
        finding.evidence = Some(Box::new(evidence));
        add_link(&mut finding, error);
        finding
    }

    /// The next step where no entry of the table knows the cause. Google has answered, so the help for a call without an answer does not
    /// fit.
    fn help(&self) -> Words {
        match self.error.status.as_str() {
            "CANCELLED" => "check Cloud Audit Logs for the caller that cancelled the operation, and try again",
            "DEADLINE_EXCEEDED" if self.deploys => {
                "check the model server's log in Cloud Logging, the container's port and health route, and the time that the model takes to load: the deployment took longer than Google waits"
            }
            "INTERNAL" | "UNKNOWN" | "DATA_LOSS" | "DEADLINE_EXCEEDED" => {
                "try again: the error is Google's own; report the operation to Google Cloud support if it lasts"
            }
            "UNAVAILABLE" | "ABORTED" => "try again in some minutes: Google could not carry out the operation at that time",
            "RESOURCE_EXHAUSTED" => "read in Google's text whether a quota or capacity is missing, and wait before the next try",
            "PERMISSION_DENIED" => {
                "check the roles of the serving account and of Vertex AI's service agent: the operation's error above names what was denied"
            }
            "NOT_FOUND" => "check the names in the annotations",
            _ if self.deploys => {
                "read the operation's error above and the model server's log in Cloud Logging, fix the model, and deploy again"
            }
            _ => "fix the cause that the operation's error above names, and try again",
        }
        .into()
    }
}

/// A word of a log line as a cause may show it: readers of causes need not have access to the log. A name or path, with numbers behind
/// it; of an option, the part before anything else. Any other word reads as `…`.
pub(super) fn plain(word: &str) -> &str {
    let word = word.trim_start_matches('(');
    let in_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'/' | b':');
    let in_number = |byte: u8| byte.is_ascii_digit() || byte == b'.';
    let (mut start, mut end) = (0, 0);
    for piece in word.split([' ', '=']) {
        let is_number = !piece.is_empty() && piece.len() <= LONGEST_NUMBER && piece.bytes().all(in_number);
        let is_first = start == 0 && !piece.is_empty() && piece.bytes().all(in_name);
        if !is_first && !is_number && piece != "GiB" {
            break;
        }
        end = start + piece.len();
        start = end + 1;
    }
    let is_whole = end == word.len() || word.starts_with('-');
    word.get(..end).filter(|kept| is_whole && !kept.is_empty() && kept.len() <= LONGEST_WORD).unwrap_or("…")
}

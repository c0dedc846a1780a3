//! Looking at the answers of calls: a check asks, and what has no answer yet is sent in the next round.

use crate::conversation::{Failure, Millis, Response};
use crate::diagnose::CALLS;
use crate::diagnose::answer::{no_answer, rejected};
use crate::diagnostic::{Code, Diagnostic, Words};
use crate::method::Call;
use crate::plan::Plan;
use serde_json::Value;
use std::cell::RefCell;

/// What came of a call.
#[derive(Clone, Debug)]
pub enum Answer {
    Got(Response),
    /// None within so many milliseconds.
    Late(Millis),
    Lost,
}

/// Answers by the id of their call.
#[derive(Clone, Debug, Default)]
pub struct Answers(pub Vec<(String, Answer)>);

impl Answers {
    /// Reads what the edge collected: `[{id, status, body}]`, `{id, late}` or `{id}` where nothing answered.
    pub fn read(value: &Value) -> Self {
        let answers = value.as_array().into_iter().flatten().filter_map(|one| {
            let answer = match (one["status"].as_u64(), one["late"].as_u64()) {
                (Some(status), _) => Answer::Got(Response {
                    status: u16::try_from(status).ok()?,
                    retry_after: None,
                    body: one.get("body").filter(|body| !body.is_null()).cloned(),
                }),
                (None, Some(millis)) => Answer::Late(millis),
                (None, None) => Answer::Lost,
            };
            Some((one["id"].as_str()?.to_owned(), answer))
        });
        Self(answers.collect())
    }

    fn find(&self, id: &str) -> Option<&Answer> {
        self.0.iter().find(|(known, _)| known == id).map(|(_, answer)| answer)
    }
}

/// Why a check has no result.
#[derive(Clone, Debug)]
pub enum Unknown {
    /// A call has no answer yet.
    Open,
    /// A call was refused, or has no answer.
    Refused { status: u16, finding: Diagnostic },
    /// The answers do not decide.
    Undecided { why: Words, help: Words },
}

impl Unknown {
    pub fn because(why: impl Into<Words>, help: impl Into<Words>) -> Self {
        Self::Undecided { why: why.into(), help: help.into() }
    }

    pub fn is_open(&self) -> bool {
        matches!(self, Self::Open)
    }

    /// The finding of the check, which keeps what Google reported of a missing right.
    pub fn finding(self) -> Diagnostic {
        match self {
            Self::Open => Diagnostic::new(Code::PreflightUnknown, "no time was left to ask Google")
                .help("run the preflight again"),
            Self::Undecided { why, help } => Diagnostic::new(Code::PreflightUnknown, why).help(help),
            Self::Refused { finding, .. } => {
                let mut unknown = Diagnostic::new(Code::PreflightUnknown, finding.message.clone());
                unknown.help.clone_from(&finding.help);
                unknown.permission.clone_from(&finding.permission);
                unknown.resource.clone_from(&finding.resource);
                unknown.diagnosis.clone_from(&finding.diagnosis);
                unknown
            }
        }
    }
}

/// The plan with the answers so far, as a check sees them.
pub struct Look<'a> {
    pub plan: &'a Plan,
    /// Start of the preflight.
    pub at: Millis,
    answers: &'a Answers,
    /// Every call that a check asked for, with its id.
    asked: RefCell<Vec<(String, Call)>>,
}

impl<'a> Look<'a> {
    pub fn new(plan: &'a Plan, at: Millis, answers: &'a Answers) -> Self {
        Self { plan, at, answers, asked: RefCell::default() }
    }

    /// The body of a call's answer. A check asks all its calls before it fails for want of one, so that they are sent together.
    pub fn ask(&self, call: Call) -> Result<&'a Value, Unknown> {
        let id = id(&call);
        let mut asked = self.asked.borrow_mut();
        if asked.iter().all(|(known, _)| *known != id) {
            asked.push((id.clone(), call.clone()));
        }
        let Some(answer) = self.answers.find(&id) else { return Err(Unknown::Open) };
        let refused = |status, finding| Err(Unknown::Refused { status, finding });
        let name = call.method.name;
        match answer {
            Answer::Got(response) if (200..300).contains(&response.status) => match &response.body {
                Some(body) => Ok(body),
                None => refused(0, no_answer(Failure::CutOff)),
            },
            Answer::Got(response) => refused(response.status, rejected(response, Some(&call), &CALLS)),
            Answer::Late(millis) => {
                let (seconds, tenths) = (millis / 1000, millis % 1000 / 100);
                let fraction = if tenths == 0 { String::new() } else { format!(".{tenths}") };
                let why = format!("no answer within {seconds}{fraction} s: `{name}`");
                Err(Unknown::because(why, "run the preflight again: Google or the network is slow"))
            }
            Answer::Lost => refused(0, no_answer(Failure::Unreachable)),
        }
    }

    /// As [`Look::ask`]; `None` where Google reports that the resource does not exist.
    pub fn find(&self, call: Call) -> Result<Option<&'a Value>, Unknown> {
        let id = id(&call);
        match self.ask(call) {
            Ok(body) => Ok(Some(body)),
            Err(Unknown::Refused { status: 404, finding }) => {
                let is_googles = finding.code == Code::GoogleNotFound || self.is_storages(&id);
                if is_googles { Ok(None) } else { Err(Unknown::Refused { status: 404, finding }) }
            }
            Err(unknown) => Err(unknown),
        }
    }

    /// Whether an error has the shape of Cloud Storage's, which has reasons in place of a status.
    fn is_storages(&self, id: &str) -> bool {
        let Some(Answer::Got(response)) = self.answers.find(id) else { return false };
        response.json()["error"]["errors"][0]["reason"] == "notFound"
    }

    /// The findings of refused calls, each with its call.
    pub fn refusals(&self) -> Vec<(Call, Diagnostic)> {
        let asked = self.asked.borrow();
        let refused = asked.iter().filter_map(|(id, call)| match self.answers.find(id)? {
            Answer::Got(response) if response.status >= 400 => {
                Some((call.clone(), rejected(response, Some(call), &CALLS)))
            }
            _ => None,
        });
        refused.collect()
    }

    /// The calls without an answer, with their ids.
    pub fn into_wanted(self) -> Vec<(String, Call)> {
        let mut asked = self.asked.into_inner();
        asked.retain(|(id, _)| self.answers.find(id).is_none());
        asked
    }
}

/// Names a call among those of one preflight.
pub fn id(call: &Call) -> String {
    format!("{}/{}", call.method.service.as_str(), call.fingerprint())
}

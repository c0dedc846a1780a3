//! Conversations that end in a report, as their driver sees them: JSON text, whatever the report.

use crate::conversation::{Conversation, Progress, Turn};
use crate::deployment;
use crate::diagnostic::{Code, Diagnostic};
use serde::Serialize;

pub use crate::conversation::{Event, Failure, Millis, Outcome, Request, Response, Want};
pub use crate::identity::flight::note_panic;

/// A conversation, or the report why none began.
pub type Begun<T, W = Want> = Result<Conversation<T, W>, Box<T>>;

/// A want that its driver sees.
pub trait Wanted: Serialize + Default {
    /// The part that the fetch transport fulfils.
    fn google(&self) -> Option<&Want>;
}

impl Wanted for Want {
    fn google(&self) -> Option<&Want> {
        Some(self)
    }
}

impl Wanted for deployment::Want {
    fn google(&self) -> Option<&Want> {
        match self {
            Self::Google(want) => Some(want),
            Self::Write { .. } | Self::Hold { .. } | Self::Log { .. } | Self::Entity { .. } => None,
        }
    }
}

type Told = (Option<Want>, Result<String, Diagnostic>);

/// A conversation with its open want.
pub struct Talk {
    tell: Box<dyn FnMut(Event, u32) -> Told>,
    pub wanted: Option<Want>,
}

/// The state of a conversation after an event.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TalkStep<'a, T, W> {
    #[serde(skip_serializing_if = "Option::is_none")]
    want: Option<&'a W>,
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<&'a T>,
    said: Vec<Progress>,
    heeds_cancelling: bool,
}

impl Talk {
    pub fn new<T: Serialize + 'static, W: Wanted + 'static>(mut begun: Begun<T, W>) -> Self {
        let tell = Box::new(move |event, running| {
            let (turn, said, heeds_cancelling) = match &mut begun {
                Ok(talk) => {
                    talk.share(running);
                    (Some(talk.tell(event)), talk.said(), talk.heeds_cancelling())
                }
                Err(_) => (None, Vec::new(), true),
            };
            let (want, done) = match turn {
                Some(Turn::Want(want)) => (Some(want), None),
                Some(Turn::Done(report)) => (None, Some(Box::new(report))),
                None => (None, None),
            };
            let report = done.as_deref().or_else(|| begun.as_ref().err().map(|report| &**report));
            let step = text(&TalkStep { want: want.as_ref(), report, said, heeds_cancelling });
            (want.as_ref().and_then(Wanted::google).cloned(), step)
        });
        Self { tell, wanted: None }
    }

    /// Delivers the outcome of the open want; returns the next step as JSON text. `running` is the number of the portal's deployments
    /// that run now.
    pub fn tell(&mut self, event: Event, running: u32) -> Result<String, Diagnostic> {
        let (want, step) = (self.tell)(event, running);
        self.wanted = want;
        step
    }
}

/// Writes a report as JSON text.
pub fn text<T: Serialize + ?Sized>(value: &T) -> Result<String, Diagnostic> {
    serde_json::to_string(value).map_err(|_| unwritable())
}

pub fn unwritable() -> Diagnostic {
    Diagnostic::new(Code::CoreInternal, "a report is not JSON")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::{Identity, Voice};
    use crate::method::Verb;
    use serde_json::{Value, json};

    fn told(talk: &mut Talk, outcome: Outcome) -> Value {
        let step = talk.tell(Event { outcome, now: 1, random: 0.5, cancelled: false }, 1).unwrap();
        serde_json::from_str(&step).unwrap()
    }

    #[test]
    fn the_driver_sees_that_a_request_is_wanted_but_not_the_request() {
        let (url, headers) = ("http://x".to_owned(), vec![("authorization", "Bearer t".to_owned())]);
        let request = Request { verb: Verb::Get, url, headers, body: None, identity: Identity::Service };
        let mut talk = Talk::new(Ok(Conversation::new(|voice: Voice| async move {
            let sent = voice.send(request).await.map(|response| response.status);
            let waited = voice.wait(70).await;
            sent.is_ok() && waited.is_ok()
        })));
        assert_eq!(told(&mut talk, Outcome::Begin), json!({"want": "send", "said": [], "heedsCancelling": true}));
        assert!(matches!(&talk.wanted, Some(Want::Send(request)) if request.url == "http://x"));
        let answer = Response { status: 200, retry_after: None, body: None };
        assert_eq!(told(&mut talk, Outcome::Answer(answer))["want"], json!({"wait": 70}));
        let end = json!({"report": true, "said": [], "heedsCancelling": true});
        assert_eq!(told(&mut talk, Outcome::Waited), end);
        assert_eq!(talk.wanted, None);
    }

    #[test]
    fn a_conversation_that_did_not_begin_reports_why() {
        let mut talk = Talk::new::<&str, Want>(Err(Box::new("no target")));
        assert_eq!(told(&mut talk, Outcome::Begin)["report"], "no target");
        assert_eq!(talk.wanted, None);
    }
}

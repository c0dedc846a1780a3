//! One call at the door: every step, every failure at every step, against a host of the test's own.

mod admission;
mod claims;
mod delegation;
mod evidence;
mod forwarding;
mod members;
mod order;

use super::arrival::Who;
use super::evidence::Doubt;
use super::records::{Conclusion, Settlement};
use super::want::{Answer, AnswerBody, Failure, Level, LogLine, MandateRow, RequestBody, Send, Starter, Until};
use super::*;
use crate::config::{Config, DirectChanges};
use crate::conversation::{Event, Turn};
use crate::diagnostic::{Code, Diagnostic};
use crate::identity::cache::Holder;
use crate::identity::secret::Secret;
use serde_json::{Value, json};

const NOW: Millis = 1_795_493_106_007;
const ALICE: &str = "user:default/alice";
const ENDPOINT: &str = "projects/acme-ml/locations/us-central1/endpoints/fraud";
const OPERATION: &str = "projects/acme-ml/locations/us-central1/endpoints/fraud/operations/42";

/// A portal in which users also change things with calls of their own.
fn config() -> Config {
    Config { direct_changes: DirectChanges::Allow, ..crate::config::tests::config() }
}

/// Reads JSON, and plans the same deployment for every request but `null`.
pub fn planner() -> Planner {
    let plan = |request: &Value| (!request.is_null()).then(|| crate::plan::plan(crate::plan::tests::target()));
    Planner { parse: |text| serde_json::from_str(text).ok(), plan }
}

fn target(path: &str) -> String {
    format!("{MOUNT}{path}")
}

fn arrival(verb: &str, path: &str) -> Arrival {
    Arrival {
        id: "audit-1".into(),
        verb: verb.into(),
        target: target(path),
        headers: vec![None; REQUEST_HEADERS.len()],
        who: user(ALICE),
        whole: false,
    }
}

fn user(entity_ref: &str) -> Who {
    let (entity_ref, credentials) = (entity_ref.to_owned(), Some("Bearer backstage-token".to_owned()));
    Who::User { entity_ref, actor: None, credentials, permissions: None }
}

fn service() -> Who {
    Who::Service { subject: "plugin:scaffolder".into() }
}

fn with(mut arrival: Arrival, header: &str, value: &str) -> Arrival {
    let at = REQUEST_HEADERS.iter().position(|name| *name == header).expect("a header that the door reads");
    arrival.headers[at] = Some(value.to_owned());
    arrival
}

fn read() -> Arrival {
    arrival("GET", &format!("aiplatform/v1/{ENDPOINT}"))
}

fn predict() -> Arrival {
    with(arrival("POST", &format!("aiplatform/v1/{ENDPOINT}:predict")), "content-length", "17")
}

fn deploy() -> Arrival {
    arrival("POST", &format!("aiplatform/v1/{ENDPOINT}:deployModel"))
}

fn set_policy() -> Arrival {
    arrival("POST", &format!("aiplatform/v1beta1/{ENDPOINT}:setIamPolicy"))
}

fn follow() -> Arrival {
    Arrival { who: service(), ..arrival("GET", &format!("aiplatform/v1/{OPERATION}")) }
}

const DEPLOYMENT: &str = r#"{"deployedModel": {"model": "7"}}"#;
const POLICY: &str = r#"{"policy": {"version": 3, "etag": "BwX=", "bindings": []}}"#;

/// A host that answers as a test configures it, and keeps the wants.
struct Portal {
    door: Rc<Door>,
    decision: &'static str,
    groups: Vec<String>,
    starter: Option<Starter>,
    body: Option<&'static str>,
    grant: Option<Vec<String>>,
    doubts: Vec<Doubt>,
    /// Whether no other replica has noted what an answer shows.
    resolves: bool,
    mandate: Option<MandateRow>,
    /// What the catalog has.
    entities: Vec<Value>,
    /// Statuses of Google's answers; the last one repeats.
    statuses: Vec<u16>,
    answer: &'static str,
    /// Tokens that the broker gives, in order.
    tokens: u32,
    /// Wants, by kind, that fail.
    failing: Vec<&'static str>,
    /// Wants, by kind, that are not fulfilled in time.
    late: Vec<&'static str>,
    /// The want, by kind, during which the caller leaves.
    leaves_at: Option<&'static str>,
    now: Millis,
    wants: Vec<Want>,
}

/// A user or group of the catalog, with the groups above it.
fn member(entity_ref: &str, above: &[&str]) -> Value {
    let (kind, name) = entity_ref.split_once(":default/").expect("an entity ref");
    let relation = if kind == "user" { "memberOf" } else { "childOf" };
    let relations: Vec<Value> = above.iter().map(|above| json!({"type": relation, "targetRef": above})).collect();
    json!({"ref": entity_ref, "kind": kind, "metadata": {"name": name}, "relations": relations})
}

fn kind(want: &Want) -> &'static str {
    match want {
        Want::Nothing => "nothing",
        Want::Permit { .. } => "permit",
        Want::Groups { .. } => "groups",
        Want::Starter { .. } => "starter",
        Want::ReadBody { .. } => "readBody",
        Want::Announce(_) => "announce",
        Want::Record(_) => "record",
        Want::FindGrant { .. } => "findGrant",
        Want::Doubts { .. } => "doubts",
        Want::Resolve(_) => "resolve",
        Want::FindMandate { .. } => "findMandate",
        Want::KeepFacts { .. } => "keepFacts",
        Want::Claims { .. } => "claims",
        Want::Entities { .. } => "entities",
        Want::Revoke { .. } => "revoke",
        Want::Token(_) => "token",
        Want::Send(_) => "send",
        Want::ReadAnswer { .. } => "readAnswer",
        Want::Settle(_) => "settle",
        Want::Conclude(_) => "conclude",
        Want::Log(_) => "log",
        Want::Reply { .. } => "reply",
    }
}

impl Portal {
    fn new() -> Self {
        Self {
            door: Rc::new(Door::new(config(), planner())),
            decision: "ALLOW",
            groups: vec!["group:default/ml".into()],
            starter: None,
            body: Some(DEPLOYMENT),
            grant: None,
            doubts: vec![],
            resolves: true,
            mandate: None,
            entities: vec![member(ALICE, &["group:default/then"]), member("group:default/then", &[])],
            statuses: vec![200],
            answer: r#"{"name": "projects/acme-ml/locations/us-central1/endpoints/fraud/operations/42"}"#,
            tokens: 0,
            failing: vec![],
            late: vec![],
            leaves_at: None,
            now: NOW,
            wants: vec![],
        }
    }

    /// Takes a call through the door, and returns its end.
    fn pass(&mut self, arrival: Arrival) -> End {
        self.wants.clear();
        let mut talk = self.door.pass(arrival);
        let (mut outcome, mut cancelled, mut sent) = (Outcome::Done, false, 0);
        loop {
            let want = match talk.tell(Event { outcome, now: self.now, random: 0.5, cancelled }) {
                Turn::Done(end) => return end,
                Turn::Want(want) => want,
            };
            let kind = kind(&want);
            cancelled |= self.leaves_at == Some(kind);
            outcome = match &want {
                _ if self.late.contains(&kind) => {
                    Outcome::Failed(Failure { name: "TimeoutError".into(), message: "too late".into() })
                }
                _ if self.failing.contains(&kind) => {
                    Outcome::Failed(Failure { name: "Error".into(), message: format!("{kind} is broken") })
                }
                Want::Permit { .. } => Outcome::Decision(self.decision.into()),
                Want::Groups { .. } => Outcome::Groups(self.groups.clone()),
                Want::Starter { .. } => Outcome::Starter(self.starter.clone()),
                Want::ReadBody { .. } => Outcome::Body(self.body.map(|body| body.as_bytes().to_vec())),
                Want::FindGrant { .. } => Outcome::Grant(self.grant.clone()),
                Want::Doubts { .. } => Outcome::Doubts(self.doubts.clone()),
                Want::Resolve(_) => Outcome::Resolved(self.resolves),
                Want::FindMandate { lease, .. } => {
                    if let Some(row) = &mut self.mandate {
                        row.lease = row.lease.max(*lease);
                    }
                    Outcome::Mandate(self.mandate.clone())
                }
                Want::KeepFacts { lease, revision, facts, .. } => {
                    let row = self.mandate.as_mut().expect("a mandate");
                    let is_kept = (row.lease, row.revision) == (*lease, *revision);
                    if is_kept {
                        row.facts = facts.clone();
                        row.revision += 1;
                    }
                    Outcome::Kept(is_kept)
                }
                Want::Claims { .. } => Outcome::Entities(self.entities.clone()),
                Want::Entities { refs, .. } => {
                    let is_asked = |entity: &&Value| refs.iter().any(|asked| entity["ref"] == **asked);
                    Outcome::Entities(self.entities.iter().filter(is_asked).cloned().collect())
                }
                Want::Token(request) => {
                    self.tokens += 1;
                    let token = Secret::new(format!("token-{}", self.tokens));
                    self.door.broker.put(request, token.clone(), self.now + 3_600_000, self.now);
                    Outcome::Token(Ok(token))
                }
                Want::Send(_) => {
                    let status = *self.statuses.get(sent).or(self.statuses.last()).unwrap();
                    sent += 1;
                    let headers = vec![Some("application/json".into()), None, None, Some("99".into())];
                    Outcome::Answer(Answer { status, headers })
                }
                Want::ReadAnswer { .. } => Outcome::Body(Some(self.answer.as_bytes().to_vec())),
                _ => Outcome::Done,
            };
            self.wants.push(want);
        }
    }

    fn kinds(&self) -> Vec<&'static str> {
        self.wants.iter().map(kind).collect()
    }

    fn refusal(&mut self, arrival: Arrival) -> (u16, String) {
        let end = self.pass(arrival).expect("a refusal");
        (end.status, end.body.diagnostic["code"].as_str().unwrap_or_default().to_owned())
    }

    fn sent(&self) -> Vec<&Send> {
        self.wants.iter().filter_map(|want| if let Want::Send(send) = want { Some(send) } else { None }).collect()
    }

    fn settlement(&self) -> Option<&Settlement> {
        self.wants.iter().find_map(|want| if let Want::Settle(settlement) = want { Some(settlement) } else { None })
    }

    fn conclusions(&self) -> Vec<&Conclusion> {
        self.wants.iter().filter_map(|want| if let Want::Conclude(it) = want { Some(it) } else { None }).collect()
    }

    fn settled_as(&self) -> Option<records::Result> {
        self.settlement().map(|settlement| settlement.outcome)
    }
}

fn bearer(send: &Send) -> &str {
    send.headers.bearer.as_ref().map(Secret::expose).unwrap_or_default()
}

//! A run of a deployment against the abstract Google, with crashes, cancellation, faults and other users.

use super::delegation::{Delegation, denial};
use super::google::{Act, Fault, Google, MODEL, PROXY};
use crate::conversation::{Conversation, Event, Failure, Outcome, Progress, Request, Turn, Want as GoogleWant};
use crate::deployment::ledger::{LedgerEntry, MAX_ENTRY};
use crate::deployment::{ContainerLog, Identities, RunReport, Start, Want, resume};
use crate::mandate::{Denied, Use};
use crate::plan::{Kind, plan, plan_for, tests::target};
use crate::target::Target;
use serde_json::Value;
use std::collections::{BTreeMap, VecDeque};

/// A crash loses what a want brought, or prevents it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crash {
    Before,
    After,
}

/// A process that drives the run.
pub struct Process {
    talk: Conversation<RunReport, Want>,
    outcome: Outcome,
}

#[derive(Clone)]
pub struct Scene {
    pub run: String,
    pub google: Google,
    pub target: Target,
    pub kind: Kind,
    /// The number of the want from which on the wish to stop is known.
    pub cancel: Option<usize>,
    /// Crashes by the number of the want.
    pub crashes: BTreeMap<usize, Crash>,
    /// Faults by the number of the want, if that is a request.
    pub faults: BTreeMap<usize, Fault>,
    /// Acts of another user before the want of this number.
    pub acts: BTreeMap<usize, Act>,
    /// A fault of each request that contains the text, until a time.
    pub outage: Option<(&'static str, Fault, u64, u64)>,
    pub identities: Identities,
    /// Number of deployments of the portal that run meanwhile.
    pub running: u32,
    /// The random number of every event.
    pub random: f64,
    /// The mandate of the first plan. A request that it does not cover does not arrive.
    pub delegation: Option<Delegation>,
    pub denied: Vec<String>,
    /// A target that the next process plans instead.
    pub replanned: Option<Target>,
    /// What the catalog answers to each want of an entity; afterwards it is down.
    pub catalog: VecDeque<Outcome>,
    pub ledger: Vec<String>,
    /// What was kept of the container's log.
    pub logs: Vec<ContainerLog>,
    pub said: Vec<(u64, Progress)>,
    /// The wants so far, in the words of the test.
    pub wants: Vec<String>,
}

/// Whether JavaScript reads every number as it is: a whole one up to 2^53.
pub fn has_exact_numbers(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_u64().is_some_and(|number| number <= 1 << 53),
        Value::Array(values) => values.iter().all(has_exact_numbers),
        Value::Object(fields) => fields.values().all(has_exact_numbers),
        _ => true,
    }
}

impl Scene {
    pub fn new(google: Google) -> Self {
        Self {
            run: "1b2c-run".into(),
            google,
            target: target(),
            kind: Kind::deploy(),
            cancel: None,
            crashes: BTreeMap::new(),
            faults: BTreeMap::new(),
            acts: BTreeMap::new(),
            outage: None,
            identities: Identities::PORTAL,
            running: 1,
            random: 0.5,
            delegation: None,
            denied: Vec::new(),
            replanned: None,
            catalog: VecDeque::new(),
            ledger: Vec::new(),
            logs: Vec::new(),
            said: Vec::new(),
            wants: Vec::new(),
        }
    }

    /// A run that takes 20 percent of the traffic of an endpoint with two deployed models.
    pub fn canary() -> Self {
        Self::new(Google::default().with_endpoint(&[("1", 75), ("2", 25)])).sharing(20)
    }

    /// How many calls contain a text.
    pub fn calls(&self, part: &str) -> usize {
        self.google.log.iter().filter(|(_, _, line)| line.contains(part)).count()
    }

    /// The calls without polls of operations.
    pub fn without_polls(&self) -> Vec<&str> {
        self.google.log.iter().map(|(_, _, line)| line.as_str()).filter(|line| !line.contains("/operations/")).collect()
    }

    /// The number of the first want with a text.
    pub fn number(&self, part: &str) -> usize {
        self.wants.iter().position(|want| want.contains(part)).unwrap_or_else(|| panic!("{part}: {:#?}", self.wants))
    }

    /// The number of the first want with a text in a run in which nothing happens.
    pub fn in_advance(&self, part: &str) -> usize {
        let mut scene = self.clone();
        scene.run();
        scene.number(part)
    }

    pub fn sharing(mut self, percent: u32) -> Self {
        self.target.traffic = Some(percent.to_string().parse().unwrap());
        self
    }

    pub fn id(&self) -> String {
        let target = &self.target;
        let pinned = plan(target.clone());
        let open = || {
            let next = self.google.models.get(MODEL).map_or(1, |versions| versions.len() + 1);
            pinned.for_version(next.to_string().parse().unwrap())
        };
        let pinned = if pinned.deployed_model_id.is_some() { pinned } else { open() };
        pinned.deployed_model_id.unwrap().to_string()
    }

    /// Runs to the report, in as many processes as it takes.
    pub fn run(&mut self) -> RunReport {
        let mut process = None;
        loop {
            if let Some(report) = self.step(&mut process) {
                return report;
            }
        }
    }

    /// Runs a copy of the scene to its end, and checks that against the beginning.
    pub fn run_checked(&self, check: fn(&Self, &Self, &RunReport) -> Result<(), String>) -> Self {
        let mut run = self.clone();
        let report = run.run();
        if let Err(why) = check(self, &run, &report) {
            panic!("{why}");
        }
        run
    }

    fn start(&self) -> Process {
        let lines: Vec<Value> = self.ledger.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        let ledger = LedgerEntry::read_all(Value::Array(lines)).unwrap();
        let talk = resume(Start {
            plan: Ok(plan_for(self.target.clone(), self.kind.clone())),
            run: Some(self.run.parse().unwrap()),
            proxy_url: PROXY.into(),
            reason: Some("deployment 1b2c".into()),
            identities: self.identities,
            ledger,
        });
        Process { talk, outcome: Outcome::Begin }
    }

    /// Fulfils one want, in a new process where there is none.
    pub fn step(&mut self, process: &mut Option<Process>) -> Option<RunReport> {
        let mut open = process.take().unwrap_or_else(|| self.start());
        let number = self.wants.len();
        assert!(number < 20_000, "the run does not end: {:?}", &self.wants[number - 40..]);
        let cancelled = self.cancel.is_some_and(|at| number >= at);
        open.talk.share(self.running);
        let turn =
            open.talk.tell(Event { outcome: open.outcome, now: self.google.now, random: self.random, cancelled });
        self.said.extend(open.talk.said().into_iter().map(|progress| (self.google.now, progress)));
        let want = match turn {
            Turn::Done(report) => {
                self.google.end_hold(&self.run, report.outcome);
                return Some(report);
            }
            Turn::Want(want) => want,
        };
        self.wants.push(match &want {
            Want::Google(GoogleWant::Send(request)) => format!("{} {}", request.verb.as_str(), request.url),
            Want::Google(GoogleWant::Wait(millis)) => format!("wait {millis}"),
            Want::Write { write } => serde_json::to_string(write).unwrap(),
            Want::Log { log } => format!("log {}", serde_json::to_string(log).unwrap()),
            Want::Hold { hold } => format!("hold {} {}", hold.model, hold.leaving),
            Want::Entity { entity } => format!("entity {entity}"),
        });
        if let Some(act) = self.acts.get(&number) {
            self.google.act(&act.clone());
        }
        let crash = self.crashes.get(&number).copied();
        if crash != Some(Crash::Before) {
            open.outcome = self.fulfil(want, number, cancelled && open.talk.heeds_cancelling());
        } else {
            open.outcome = Outcome::Begin;
        }
        if crash.is_some() {
            if let Some(target) = self.replanned.take() {
                self.target = target;
                let plan = plan_for(self.target.clone(), self.kind.clone());
                if let Some(delegation) = &mut self.delegation {
                    delegation.restore(&plan, &self.run);
                }
            }
            // Another process takes over.
            self.google.pass(self.google.now + 12_000);
        } else {
            *process = Some(open);
        }
        None
    }

    /// Matches a request with the mandate, where the portal makes it.
    fn admit(&mut self, request: &Request) -> Option<Result<Use, Denied>> {
        let plan = plan_for(self.target.clone(), self.kind.clone());
        if self.identities != Identities::PORTAL {
            return None;
        }
        let run = &self.run;
        Some(self.delegation.get_or_insert_with(|| Delegation::new(&plan, run)).admit(request))
    }

    fn fulfil(&mut self, want: Want, number: usize, is_cancelled: bool) -> Outcome {
        match want {
            Want::Hold { hold } => self.google.hold(&self.run, hold),
            Want::Log { log } => {
                self.logs.push(log);
                Outcome::Waited
            }
            Want::Entity { .. } => self.catalog.pop_front().unwrap_or(Outcome::Failed(Failure::Unreachable)),
            Want::Write { write } => {
                let line = serde_json::to_string(&write).unwrap();
                assert!(line.len() <= MAX_ENTRY, "{} bytes", line.len());
                assert_eq!(write.seq as usize, self.ledger.len() + 1);
                assert!(has_exact_numbers(&serde_json::from_str(&line).unwrap()), "{line}");
                let again = LedgerEntry::read(serde_json::from_str(&line).unwrap()).unwrap();
                assert_eq!(again, write);
                self.ledger.push(line);
                Outcome::Waited
            }
            Want::Google(GoogleWant::Wait(millis)) => {
                assert!(millis <= 30_000, "{millis}");
                if !is_cancelled {
                    self.google.pass(self.google.now + millis);
                }
                Outcome::Waited
            }
            Want::Google(GoogleWant::Send(request)) => {
                let outage = self.outage.filter(|(text, _, from, to)| {
                    format!("{} {}", request.verb.as_str(), request.url).contains(text)
                        && (*from..*to).contains(&self.google.now)
                });
                let fault = self.faults.get(&number).copied().or(outage.map(|(_, fault, ..)| fault));
                let used = match self.admit(&request).transpose() {
                    Ok(used) => used,
                    Err(denied) => {
                        self.denied.push(format!("{denied}: {request:?}"));
                        return Outcome::Answer(denial(&denied));
                    }
                };
                match self.google.send(&request, fault) {
                    Ok(response) => {
                        if let (Some(used), Some(delegation)) = (used, &mut self.delegation) {
                            delegation.learn(&used, &response);
                        }
                        Outcome::Answer(response)
                    }
                    Err(failure) => Outcome::Failed(failure),
                }
            }
        }
    }
}

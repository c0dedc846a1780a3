//! Clean-up and withdrawal against a host in memory.

use super::*;
use crate::conversation::{Event, Turn};
use crate::iam::rights::access_request::{AccessRequest, access_request};
use crate::iam::rights::expiry::Expiry;
use crate::iam::rights::options::AccessOptions;
use crate::iam::rights::principal::Principal;
use crate::plan::{Found, plan, tests::target};
use serde_json::json;

const NOW: Millis = 1_795_579_200_000;
const HOUR: Millis = 60 * MINUTE;
const GIVER: &str = "user:default/alice";

struct Planner;

impl PlanRecord for Planner {
    fn read(&self, request: &str) -> Option<Value> {
        serde_json::from_str(request).ok()
    }

    fn plan(&self, request: &Value, _: Millis) -> Option<AccessRequest> {
        request["principal"].as_str().map(planned)
    }

    fn recorded_name(&self, name: &str) -> String {
        name.to_owned()
    }
}

fn planned(principal: &str) -> AccessRequest {
    let mut options = AccessOptions::of(Principal::parse(principal).unwrap());
    options.found = Found { model: Some(true), endpoint: Some(true), deployment: Some(false) };
    options.expires = Some(Expiry::parse("2999-01-01T00:00:00Z", NOW).unwrap());
    access_request(&plan(target()), &options, NOW).0.unwrap()
}

fn expired(id: &str) -> GrantRecord {
    let principal = "group:ml-team@acme.example";
    GrantRecord {
        id: id.into(),
        given_by: GIVER.into(),
        begun_at: NOW - 2 * HOUR,
        ends_at: NOW - HOUR,
        next_try_at: NOW - HOUR,
        tries: 0,
        request: json!({ "principal": principal }).to_string(),
        undated: undated(&planned(principal)),
        unreadable: None,
    }
}

fn resources(record: &GrantRecord) -> Vec<String> {
    record.undated.iter().map(|name| split_name(name).unwrap().0.to_owned()).collect()
}

/// A host that notes each want by its name in JSON.
struct Host {
    records: Vec<GrantRecord>,
    changed: Vec<String>,
    under_way: bool,
    applied: CleanUpOutcome,
    /// Name of the want that fails.
    fails: &'static str,
    log: Vec<Value>,
}

impl Host {
    fn of(records: &[GrantRecord]) -> Self {
        let changed = records.iter().flat_map(resources).collect();
        let (under_way, applied, fails) = (false, CleanUpOutcome::Applied, "");
        Self { records: records.to_vec(), changed, under_way, applied, fails, log: Vec::new() }
    }

    fn fulfil(&mut self, want: CleanUpWant) -> CleanUpOutcome {
        let noted = serde_json::to_value(&want).unwrap();
        let fails = noted["want"] == self.fails;
        self.log.push(noted);
        if fails {
            return CleanUpOutcome::Failed("no database".into());
        }
        match want {
            CleanUpWant::Open => CleanUpOutcome::Records(self.records.clone()),
            CleanUpWant::FindOwn { id, given_by } => {
                let found = self.records.iter().find(|one| one.id == id && one.given_by == given_by);
                CleanUpOutcome::Found(found.map(|one| one.begun_at))
            }
            CleanUpWant::Close { id } => CleanUpOutcome::Closed(self.records.iter().any(|one| one.id == id)),
            CleanUpWant::Changes { .. } => {
                CleanUpOutcome::Changes { changed: self.changed.clone(), under_way: self.under_way }
            }
            CleanUpWant::Apply { .. } => self.applied.clone(),
            CleanUpWant::Done { id } | CleanUpWant::Withdraw { id } => {
                self.records.retain(|one| one.id != id);
                CleanUpOutcome::Done
            }
            _ => CleanUpOutcome::Done,
        }
    }

    fn drive<T>(&mut self, mut talk: CleanUp<T>) -> Result<T, HostFailure> {
        let mut outcome = CleanUpOutcome::Done;
        loop {
            match talk.tell(Event { outcome, now: NOW, random: 0.5, cancelled: false }) {
                Turn::Want(want) => outcome = self.fulfil(want),
                Turn::Done(done) => return done,
            }
        }
    }

    fn clean_up(&mut self) -> Result<(), HostFailure> {
        self.drive(clean_up(Rc::new(Planner)))
    }

    fn wants(&self) -> Vec<&str> {
        self.log.iter().map(|want| want["want"].as_str().unwrap()).collect()
    }

    fn find(&self, name: &str) -> &Value {
        self.log.iter().find(|want| want["want"] == name).unwrap()
    }
}

#[test]
fn revokes_an_expired_record_once_its_policies_changed() {
    let mut host = Host::of(&[expired("a")]);
    assert_eq!(host.clean_up(), Ok(()));
    assert_eq!(host.wants(), ["open", "close", "changes", "trying", "apply", "done", "log", "open"]);
    let request = &host.find("apply")["request"];
    assert_eq!((&request["mode"], &request["keep"]), (&json!("clean-up"), &json!([])));
    assert_eq!(request["reason"], "expiry of grant record a");
    assert_eq!(host.find("trying")["nextTryAt"], rfc3339(NOW + 3 * FIRST_PAUSE / 4));
}

#[test]
fn leaves_records_that_are_not_due_or_still_changing() {
    let later = GrantRecord { ends_at: NOW + 1, ..expired("a") };
    let paused = GrantRecord { next_try_at: NOW + 1, ..expired("b") };
    let mut host = Host::of(&[later, paused]);
    host.clean_up().unwrap();
    assert_eq!(host.wants(), ["open"]);
    let mut host = Host { under_way: true, ..Host::of(&[expired("a")]) };
    host.clean_up().unwrap();
    assert_eq!(host.wants(), ["open", "close", "changes"]);
}

#[test]
fn withdraws_an_expired_record_under_which_nothing_was_granted() {
    let recent = GrantRecord { begun_at: NOW - MAX_RUN + 1, ..expired("a") };
    for (record, wants) in
        [(expired("a"), &["open", "close", "changes", "withdraw", "log"][..]), (recent, &["open", "close", "changes"])]
    {
        let mut host = Host { changed: vec![], ..Host::of(&[record]) };
        host.clean_up().unwrap();
        assert_eq!(host.wants(), wants);
    }
}

#[test]
fn keeps_grants_that_a_later_record_covers() {
    let later = GrantRecord { ends_at: NOW + HOUR, next_try_at: NOW + HOUR, ..expired("later") };
    let mut host = Host::of(&[expired("a"), later.clone()]);
    host.clean_up().unwrap();
    assert_eq!(host.wants(), ["open"]);
    let partly = GrantRecord { undated: later.undated[..1].to_vec(), ..later.clone() };
    let mut host = Host::of(&[expired("a"), partly]);
    host.clean_up().unwrap();
    assert_eq!(host.find("apply")["request"]["keep"], json!(later.undated[..1]));
    assert_eq!(host.find("narrow")["undated"], json!(later.undated[..1]));
}

#[test]
fn keeps_grants_that_existed_before_the_record() {
    let record = expired("a");
    let mut host = Host { changed: resources(&record)[..1].to_vec(), ..Host::of(std::slice::from_ref(&record)) };
    host.clean_up().unwrap();
    assert_eq!(host.find("apply")["request"]["keep"], json!(record.undated[1..]));
}

#[test]
fn notes_why_a_record_cannot_be_revoked_and_goes_on() {
    let unknown = GrantRecord { request: "{}".into(), ..expired("a") };
    let mut host = Host::of(&[unknown, expired("b")]);
    host.clean_up().unwrap();
    assert!(host.find("failed")["error"].as_str().unwrap().contains("revoke by hand: projects/acme-ml/"));
    assert_eq!(host.find("done")["id"], "b");
    for applied in [CleanUpOutcome::NotApplied("google/x: no".into()), CleanUpOutcome::Failed("google/x: no".into())] {
        let mut host = Host { applied, ..Host::of(&[expired("a")]) };
        host.clean_up().unwrap();
        assert_eq!(host.find("failed")["error"], "google/x: no");
    }
}

#[test]
fn goes_on_after_a_record_whose_request_is_not_json() {
    let broken = GrantRecord { request: "{".into(), ..expired("a") };
    let mut host = Host::of(&[broken, expired("b")]);
    host.clean_up().unwrap();
    let error = host.find("failed")["error"].as_str().unwrap();
    assert!(error.contains("cannot plan the recorded access request, revoke by hand: projects/acme-ml/"), "{error}");
    assert_eq!((&host.find("trying")["id"], &host.find("done")["id"]), (&json!("a"), &json!("b")));
}

#[test]
fn skips_an_unreadable_record_and_notes_why() {
    let of =
        |next_try_at| GrantRecord { next_try_at, undated: Vec::new(), unreadable: Some("undated"), ..expired("x") };
    let mut host = Host::of(&[of(NOW), expired("a")]);
    host.clean_up().unwrap();
    assert_eq!(host.wants()[..6], ["open", "trying", "log", "failed", "open", "close"]);
    assert_eq!(host.find("trying")["nextTryAt"], rfc3339(NOW + 3 * FIRST_PAUSE / 4));
    let failed = host.find("failed");
    assert_eq!(failed["id"], "x");
    assert!(failed["error"].as_str().unwrap().contains("`undated`"));
    assert_eq!(host.find("done")["id"], "a");
    let mut host = Host::of(&[of(NOW + 1)]);
    host.clean_up().unwrap();
    assert_eq!(host.wants(), ["open"], "not tried before its time");
}

#[test]
fn attempts_a_bounded_number_of_records_in_a_round() {
    let records: Vec<GrantRecord> = (0..MAX_RECORDS + 1).map(|number| expired(&number.to_string())).collect();
    let mut host = Host::of(&records);
    host.clean_up().unwrap();
    assert_eq!(host.wants().iter().filter(|want| **want == "apply").count(), MAX_RECORDS);
}

#[test]
fn pauses_grow_to_a_day_with_half_of_them_random() {
    assert_eq!((pause_after(0, 0.0), pause_after(0, 1.0)), (FIRST_PAUSE / 2, FIRST_PAUSE));
    assert_eq!((pause_after(3, 1.0), pause_after(64, 1.0)), (8 * FIRST_PAUSE, MAX_PAUSE));
}

#[test]
fn withdraws_only_a_users_own_record_without_changes() {
    let withdrawn = |host: &mut Host, giver: &str| host.drive(withdraw("a".into(), giver.into()));
    let unchanged = || Host { changed: vec![], ..Host::of(&[expired("a")]) };
    let mut host = unchanged();
    assert_eq!(withdrawn(&mut host, GIVER), Ok(None));
    assert_eq!(host.wants(), ["findOwn", "close", "changes", "withdraw"]);
    let mut host = unchanged();
    assert_eq!(withdrawn(&mut host, "user:default/bob").unwrap().unwrap().status, 404);
    assert_eq!(host.wants(), ["findOwn"]);
    let mut host = Host::of(&[expired("a")]);
    assert_eq!(withdrawn(&mut host, GIVER).unwrap().unwrap().status, 409);
    assert_eq!(host.wants(), ["findOwn", "close", "changes", "reopen"]);
    // A record must not stay closed because the audit trail could not be read.
    let mut host = Host { fails: "changes", ..unchanged() };
    assert_eq!(withdrawn(&mut host, GIVER), Err(HostFailure));
    assert_eq!(host.wants(), ["findOwn", "close", "changes", "reopen"]);
}

//! Records of granted access: what the portal stores before it grants, lists, and cleans up after expiry.

use super::plan::planned;
use super::request::IamRequest;
use crate::api::request::Request as _;
use crate::api::talk::text as text_of;
use crate::config::Config;
use crate::conversation::{Event, Millis, Turn};
use crate::diagnostic::{Code, Diagnostic};
use crate::iam::deliver::clean_up::{
    CleanUp, CleanUpOutcome, CleanUpWant, GrantRecord, PlanRecord, Refusal, clean_up, undated, withdraw,
};
use crate::iam::policy::recorded_name::recorded_name;
use crate::iam::rights::access_request::AccessRequest;
use crate::iam::rights::approval::{check_not_own, check_not_shared};
use crate::iam::rights::expiry::check_expiry;
use crate::iam::rights::grant::{ExpiryMode, split_name};
use crate::timestamp::rfc3339;
use serde::Serialize;
use serde_json::Value;
use std::rc::Rc;

const HOUR: Millis = 3_600_000;
/// Maximum size of an access request to record, in bytes. The clean-up reads every open record.
const MAX_REQUEST: usize = 64 * 1024;

/// Parses JSON text with the host's parser; `None` if it is not JSON, or is nested too deep. See `docs/size.md`.
pub type Parse = fn(&str) -> Option<Value>;

/// A record to store before its access request is granted.
#[derive(Clone, Debug, Serialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct NewGrantRecord {
    /// JSON text of the access request, without its expiry.
    pub request: String,
    /// Names of the grants that must be revoked.
    pub undated: Vec<String>,
    /// RFC 3339.
    pub ends_at: String,
}

/// A finding with its HTTP status.
#[derive(Clone, Debug, Serialize, ts_rs::TS)]
pub struct RefusedRecord {
    pub status: u16,
    pub diagnostic: Diagnostic,
}

/// One grant of a listed record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ts_rs::TS)]
pub struct ListedGrant {
    pub resource: String,
    pub role: String,
    pub expiry: ExpiryMode,
}

/// The grants of a record, for a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ts_rs::TS)]
#[ts(rename = "ListedGrantRecord", optional_fields)]
pub struct ListedRecord {
    /// As allow policies name it.
    pub principal: String,
    /// Entity ref; absent if this version cannot plan the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity: Option<String>,
    pub rights: Vec<ListedGrant>,
}

/// Checks the JSON text of an access request that a user is about to grant. `owned`: entity refs of the user and the user's groups.
pub fn new_record(
    config: &Config,
    text: &str,
    parse: Parse,
    owned: &[String],
    now: Millis,
) -> Result<NewGrantRecord, Box<RefusedRecord>> {
    let refused = |diagnostic: Diagnostic| {
        let status = if diagnostic.code == Code::IamOwnRequest { 403 } else { 400 };
        Box::new(RefusedRecord { status, diagnostic })
    };
    let mut body = request_body(text, parse)?;
    let request = IamRequest::read(body.clone()).map_err(refused)?;
    let (planned, mut found) = planned(&request, now);
    let Some(planned) = planned else {
        // A request that cannot be planned has a finding.
        let first = found.iter().position(Diagnostic::is_error).unwrap_or_default();
        return Err(refused(found.swap_remove(first)));
    };
    check_not_shared(&planned.principal, &config.identity).map_err(refused)?;
    check_not_own(&planned.principal, owned).map_err(refused)?;
    check_expiry(planned.expires, now).map_err(refused)?;
    if let Value::Object(fields) = &mut body {
        fields.remove("expiresAt");
    }
    let ends_at = planned.expires.map(|expires| rfc3339(expires.at())).unwrap_or_default();
    let request = text_of(&body).map_err(refused)?;
    Ok(NewGrantRecord { request, undated: undated(&planned), ends_at })
}

/// Parses the body of a request to record access.
fn request_body(text: &str, parse: Parse) -> Result<Value, Box<RefusedRecord>> {
    let (status, message) = if text.len() > MAX_REQUEST {
        (413, "the access request is larger than 64 KiB")
    } else if let Some(body) = parse(text) {
        return Ok(body);
    } else {
        (400, "the body is not JSON, or is nested deeper than 128 levels")
    };
    let help = "send the entity with the fields that describe its deployment only";
    let diagnostic = Diagnostic::new(Code::ProxyBodyMalformed, message).help(help);
    Err(Box::new(RefusedRecord { status, diagnostic }))
}

/// Returns the resources that a recorded access request is about, its project included, as audit records name them.
pub fn resources(config: &Config, request: &Value, now: Millis) -> Vec<String> {
    let Some(planned) = plan(request, now) else { return Vec::new() };
    let project = format!("projects/{}", planned.project());
    let grants = planned.grants.iter().map(|grant| grant.resource.to_string());
    [project].into_iter().chain(grants).map(|name| recorded_name(config, &name)).collect()
}

/// Lists the grants of one record.
pub fn listed(record: &GrantRecord, parse: Parse, now: Millis) -> ListedRecord {
    let request = parse(&record.request).unwrap_or_default();
    let planned = plan(&request, now);
    // Grants that expire by a condition are not recorded by name, and have expired with the record.
    let dated = planned
        .iter()
        .flat_map(|planned| &planned.grants)
        .filter(|grant| grant.expiry == ExpiryMode::Condition && record.ends_at > now);
    let dated = dated.map(|grant| (grant.resource.to_string(), grant.role.to_string(), ExpiryMode::Condition));
    let undated = record.undated.iter().filter_map(|name| {
        let (resource, role, _) = split_name(name)?;
        Some((resource.to_owned(), role.to_owned(), ExpiryMode::Revocation))
    });
    ListedRecord {
        principal: request["principal"].as_str().unwrap_or_default().to_owned(),
        entity: planned.as_ref().map(|planned| planned.target.entity_ref.clone()),
        rights: dated.chain(undated).map(|(resource, role, expiry)| ListedGrant { resource, role, expiry }).collect(),
    }
}

/// Plans a recorded access request as if it were requested now, whenever it expired.
fn plan(request: &Value, now: Millis) -> Option<AccessRequest> {
    let mut request = request.clone();
    request.as_object_mut()?.insert("expiresAt".into(), rfc3339(now + HOUR).into());
    planned(&IamRequest::read(request).ok()?, now).0
}

struct Planner {
    config: Config,
    parse: Parse,
}

impl PlanRecord for Planner {
    fn read(&self, request: &str) -> Option<Value> {
        (self.parse)(request)
    }

    fn plan(&self, request: &Value, now: Millis) -> Option<AccessRequest> {
        plan(request, now)
    }

    fn recorded_name(&self, name: &str) -> String {
        recorded_name(&self.config, name)
    }
}

/// A clean-up or a withdrawal, driven with JSON.
pub struct GrantTask {
    talk: Talk,
    wanted: CleanUpWant,
}

enum Talk {
    CleanUp(CleanUp<()>),
    Withdraw(CleanUp<Option<Refusal>>),
}

/// The next want, or the end.
#[derive(Debug, Serialize, ts_rs::TS)]
#[ts(optional_fields)]
#[serde(untagged)]
pub enum GrantStep<'a> {
    Want(&'a CleanUpWant),
    End {
        #[ts(type = "'end'")]
        want: &'static str,
        /// The host failed: its error is the reason.
        failed: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        refusal: Option<RefusedRecord>,
    },
}

impl GrantTask {
    pub fn clean_up(config: &Config, parse: Parse) -> Self {
        let planner = Planner { config: config.clone(), parse };
        Self { talk: Talk::CleanUp(clean_up(Rc::new(planner))), wanted: CleanUpWant::Nothing }
    }

    pub fn withdraw(id: String, given_by: String) -> Self {
        Self { talk: Talk::Withdraw(withdraw(id, given_by)), wanted: CleanUpWant::Nothing }
    }

    /// Delivers the host's answer to the last want, or the message of its error.
    pub fn tell(&mut self, answer: Result<&Value, String>, now: Millis, random: f64, cancelled: bool) -> GrantStep<'_> {
        let outcome = match answer {
            Ok(answer) => outcome(&self.wanted, answer),
            Err(message) => CleanUpOutcome::Failed(message),
        };
        let event = Event { outcome, now, random, cancelled };
        let (want, refusal) = match &mut self.talk {
            Talk::CleanUp(talk) => match talk.tell(event) {
                Turn::Want(want) => (Some(want), Ok(None)),
                Turn::Done(done) => (None, done.map(|()| None)),
            },
            Talk::Withdraw(talk) => match talk.tell(event) {
                Turn::Want(want) => (Some(want), Ok(None)),
                Turn::Done(done) => (None, done),
            },
        };
        if let Some(want) = want {
            self.wanted = want;
            return GrantStep::Want(&self.wanted);
        }
        let failed = refusal.is_err();
        let refusal = refusal.ok().flatten().map(|Refusal { status, message }| RefusedRecord {
            status,
            diagnostic: Diagnostic::new(Code::PortalRefused, message),
        });
        GrantStep::End { want: "end", failed, refusal }
    }
}

/// Reads the host's answer to a want.
fn outcome(wanted: &CleanUpWant, answer: &Value) -> CleanUpOutcome {
    let unreadable = || CleanUpOutcome::Failed("the host's answer has another type".into());
    match wanted {
        CleanUpWant::Open => {
            let records = answer.as_array().map(|list| list.iter().map(record).collect());
            records.map_or_else(unreadable, CleanUpOutcome::Records)
        }
        CleanUpWant::FindOwn { .. } if answer.is_null() => CleanUpOutcome::Found(None),
        CleanUpWant::FindOwn { .. } => {
            answer.as_u64().map_or_else(unreadable, |begun_at| CleanUpOutcome::Found(Some(begun_at)))
        }
        CleanUpWant::Close { .. } => answer.as_bool().map_or_else(unreadable, CleanUpOutcome::Closed),
        CleanUpWant::Changes { .. } => match (strings(&answer["changed"]), answer["underWay"].as_bool()) {
            (Some(changed), Some(under_way)) => CleanUpOutcome::Changes { changed, under_way },
            _ => unreadable(),
        },
        CleanUpWant::Apply { .. } => match answer["outcome"].as_str() {
            Some("applied") => CleanUpOutcome::Applied,
            Some(_) => CleanUpOutcome::NotApplied(errors(&answer["diagnostics"])),
            None => unreadable(),
        },
        _ => CleanUpOutcome::Done,
    }
}

/// Reads a record as the host stores it; times are milliseconds since 1970. A field that cannot be read hides no other record.
pub fn record(value: &Value) -> GrantRecord {
    let mut unreadable = None;
    let mut number = |name: &'static str| {
        let number = value[name].as_u64();
        if number.is_none() {
            unreadable = Some(name);
        }
        number.unwrap_or_default()
    };
    let (begun_at, ends_at, next_try_at, tries) =
        (number("begunAt"), number("endsAt"), number("nextTryAt"), number("tries"));
    let undated = strings(&value["undated"]);
    if undated.is_none() {
        unreadable = Some("undated");
    }
    let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
    GrantRecord {
        id: text("id"),
        given_by: text("givenBy"),
        begun_at,
        ends_at,
        next_try_at,
        tries: u32::try_from(tries).unwrap_or(u32::MAX),
        request: text("request"),
        undated: undated.unwrap_or_default(),
        unreadable,
    }
}

fn strings(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|text| text.as_str().map(str::to_owned)).collect()
}

/// The errors of a report, on one line.
fn errors(diagnostics: &Value) -> String {
    let errors = diagnostics.as_array().into_iter().flatten().filter(|finding| finding["severity"] == "error");
    let lines = errors.map(|finding| {
        let text = |name: &str| finding[name].as_str().unwrap_or_default().to_owned();
        format!("{}: {}", text("code"), text("message"))
    });
    lines.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::config;
    use serde_json::json;

    const NOW: Millis = 1_795_579_200_000;

    fn asked(spec: Value) -> Value {
        json!({
            "source": {"entity": {
                "apiVersion": "backstage.io/v1alpha1", "kind": "Component", "spec": spec,
                "metadata": {"name": "fraud-detector", "annotations": {
                    "google.com/vertex-ai-project": "acme-ml", "google.com/vertex-ai-location": "us-central1",
                    "google.com/vertex-ai-endpoint": "fraud-detector", "google.com/vertex-ai-model": "fraud-detector@3",
                }},
            }},
            "principal": "group:ml-team@acme.example", "found": {"model": true, "endpoint": true, "deployment": false},
            "expiresAt": rfc3339(NOW + 2 * HOUR),
        })
    }

    fn parse(text: &str) -> Option<Value> {
        serde_json::from_str(text).ok()
    }

    fn refused(body: &str) -> (u16, Code, String) {
        let refused = new_record(&config(), body, parse, &[], NOW).unwrap_err();
        (refused.status, refused.diagnostic.code, refused.diagnostic.message.to_string())
    }

    #[test]
    fn records_the_request_as_text_without_its_expiry() {
        let record = new_record(&config(), &asked(json!({"weight": 0.5})).to_string(), parse, &[], NOW).unwrap();
        let mut expected = asked(json!({"weight": 0.5}));
        expected.as_object_mut().unwrap().remove("expiresAt");
        assert_eq!(serde_json::from_str::<Value>(&record.request).unwrap(), expected);
        assert!(!record.undated.is_empty());
    }

    #[test]
    fn rejects_a_request_that_is_nested_too_deep() {
        let with = |levels| asked(json!("?")).to_string().replace("\"?\"", &("[".repeat(levels) + &"]".repeat(levels)));
        assert!(new_record(&config(), &with(120), parse, &[], NOW).is_ok());
        for levels in [128, 20_000] {
            let (status, code, message) = refused(&with(levels));
            assert_eq!((status, code), (400, Code::ProxyBodyMalformed));
            assert!(message.contains("deeper than 128 levels"), "{message}");
        }
    }

    #[test]
    fn rejects_a_request_that_is_too_large_or_not_json() {
        let (status, code, message) = refused(&asked(json!("x".repeat(MAX_REQUEST))).to_string());
        assert_eq!((status, code), (413, Code::ProxyBodyMalformed));
        assert!(message.contains("larger than 64 KiB"), "{message}");
        for body in ["", "no JSON", "{", "]"] {
            assert_eq!(refused(body).0, 400, "{body}");
        }
    }

    #[test]
    fn reads_each_record_on_its_own() {
        let good = json!({"id": "a", "givenBy": "user:default/alice", "begunAt": 1, "endsAt": 2, "nextTryAt": 3,
            "tries": 4, "request": "{", "undated": []});
        for (name, value) in [("undated", Value::Null), ("begunAt", json!("NaN")), ("nextTryAt", json!("NaN"))] {
            let mut broken = good.clone();
            broken[name] = value;
            let answer = json!([broken, good]);
            let CleanUpOutcome::Records(records) = outcome(&CleanUpWant::Open, &answer) else { panic!("no records") };
            assert_eq!(records.iter().map(|one| one.unreadable).collect::<Vec<_>>(), [Some(name), None]);
            assert_eq!((records[0].id.as_str(), records[0].tries, &records[1]), ("a", 4, &record(&good)));
        }
        let nothing = ListedRecord { principal: String::new(), entity: None, rights: vec![] };
        assert_eq!(listed(&record(&good), parse, 1), nothing);
    }
}

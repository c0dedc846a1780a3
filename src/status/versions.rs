//! The versions of a model, as forms offer them.

use crate::conversation::{Conversation, Identity};
use crate::diagnostic::Diagnostic;
use crate::google::Google;
use crate::method::{self, Call, Resource};
use crate::name::Model;
use serde::Serialize;
use serde_json::Value;
use ts_rs::TS;

/// Pages that are read: more versions than a list can show.
const MAX_PAGES: usize = 5;

/// One version of a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "ModelVersionChoice", optional_fields)]
#[serde(rename_all = "camelCase")]
pub struct VersionChoice {
    /// The number.
    pub version: String,
    pub aliases: Vec<String>,
    /// RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create_time: Option<String>,
}

/// The versions of a model, newest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, TS)]
#[ts(rename = "ModelVersionsReport")]
pub struct VersionsReport {
    /// Empty where the model does not exist yet.
    pub versions: Vec<VersionChoice>,
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads the versions of a model through the proxy at `proxy_url`.
pub fn versions(model: Model, proxy_url: &str) -> Conversation<VersionsReport> {
    let proxy_url = proxy_url.to_owned();
    Conversation::new(move |voice| async move {
        let google = Google::new(voice, &proxy_url, None).trying(2);
        let list = Call::new(&method::MODELS_LIST_VERSIONS, Resource::Model(Model { version: None, ..model }));
        let mut report = VersionsReport::default();
        let mut page = list.clone().query("pageSize", "100");
        for _ in 0..MAX_PAGES {
            let answer = match google.call(&page, Identity::Initiator).await {
                Ok(answer) => answer,
                Err(error) if error.is_not_found() => break,
                Err(error) => {
                    report.diagnostics.push(error.finding());
                    break;
                }
            };
            for choice in answer["models"].as_array().into_iter().flatten().filter_map(read) {
                // Inserted in order: `docs/size.md`.
                let at = report.versions.partition_point(|known| number(known) >= number(&choice));
                report.versions.insert(at, choice);
            }
            let Some(next) = answer["nextPageToken"].as_str().filter(|next| !next.is_empty()) else { break };
            page = list.clone().query("pageSize", "100").query("pageToken", next);
        }
        report
    })
}

fn number(choice: &VersionChoice) -> u64 {
    choice.version.parse().unwrap_or_default()
}

fn read(version: &Value) -> Option<VersionChoice> {
    let aliases = version["versionAliases"].as_array().into_iter().flatten();
    Some(VersionChoice {
        version: version["versionId"].as_str()?.to_owned(),
        aliases: aliases.filter_map(|alias| Some(alias.as_str()?.to_owned())).collect(),
        create_time: version["versionCreateTime"].as_str().map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::{Event, Outcome, Response, Turn, Want};
    use serde_json::json;

    /// Plays Google with these answers; returns the report and the URLs that were read.
    fn read_with(answers: Vec<(u16, Value)>) -> (VersionsReport, Vec<String>) {
        let model = "projects/acme-ml/locations/us-central1/models/fraud@3".parse().unwrap();
        let mut talk = versions(model, "https://portal/api/proxy/vertex-ai");
        let mut answers = answers.into_iter();
        let mut urls = Vec::new();
        let mut outcome = Outcome::Begin;
        loop {
            match talk.tell(Event { outcome, now: 0, random: 0.0, cancelled: false }) {
                Turn::Done(report) => return (report, urls),
                Turn::Want(Want::Send(request)) => {
                    urls.push(request.url);
                    let (status, body) = answers.next().unwrap();
                    outcome = Outcome::Answer(Response { status, retry_after: None, body: Some(body) });
                }
                Turn::Want(_) => outcome = Outcome::Waited,
            }
        }
    }

    fn version(id: &str, aliases: Value) -> Value {
        json!({"name": "m", "versionId": id, "versionAliases": aliases, "versionCreateTime": "2026-11-24T01:00:00Z"})
    }

    #[test]
    fn lists_every_page_newest_first_by_number() {
        let first =
            json!({"models": [version("2", json!([])), version("10", json!(["default"]))], "nextPageToken": "p"});
        let second = json!({"models": [version("9", json!(["champion", "stable"]))]});
        let (report, urls) = read_with(vec![(200, first), (200, second)]);
        let listed: Vec<_> = report.versions.iter().map(|it| (it.version.as_str(), it.aliases.join(" "))).collect();
        assert_eq!(listed, [("10", "default".into()), ("9", "champion stable".into()), ("2", String::new())]);
        assert!(urls[0].ends_with("/models/fraud:listVersions?pageSize=100"), "{}", urls[0]);
        assert!(urls[1].contains("pageToken=p"), "{}", urls[1]);
    }

    #[test]
    fn a_model_that_does_not_exist_has_no_version_and_no_finding() {
        let missing = json!({"error": {"code": 404, "status": "NOT_FOUND", "message": "not found"}});
        assert_eq!(read_with(vec![(404, missing)]).0, VersionsReport::default());
    }

    #[test]
    fn a_denial_is_a_finding() {
        let denied = json!({"error": {"code": 403, "status": "PERMISSION_DENIED", "message": "denied"}});
        let (report, _) = read_with(vec![(403, denied)]);
        assert_eq!((report.versions.len(), report.diagnostics[0].code.as_str()), (0, "google/permission-denied"));
    }
}

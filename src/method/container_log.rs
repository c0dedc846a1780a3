//! The log of a deployed model's containers: the one query that reads it, and its lines.
//!
//! Request: `entries.list` of the discovery document `logging.v2`; the endpoint in the resource's labels:
//! <https://docs.cloud.google.com/vertex-ai/docs/predictions/online-prediction-logging>, both read 2026-11-28.
//! `labels.deployed_model_id` is known from users' reports only.

use crate::name::{DeployedModelId, Endpoint};
use crate::vertex::message::object;
use serde_json::Value;

/// Number of entries of an answer. A container that restarts writes the same lines again.
const PAGE: u32 = 200;
const RESOURCE: &str = "resource.type=\"aiplatform.googleapis.com/Endpoint\"";

/// The query for the newest entries of one deployed model since a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogQuery {
    pub endpoint: Endpoint,
    pub id: DeployedModelId,
    since: String,
}

impl LogQuery {
    /// `None` where the time is not of RFC 3339 in UTC.
    pub fn new(endpoint: Endpoint, id: DeployedModelId, since: &str) -> Option<Self> {
        is_time(since).then(|| Self { endpoint, id, since: since.to_owned() })
    }

    /// The body of the request.
    pub fn body(&self) -> Value {
        object()
            .with("resourceNames", vec![Value::from(format!("projects/{}", self.endpoint.place.project))])
            .with("filter", self.filter())
            .with("orderBy", "timestamp desc")
            .with("pageSize", PAGE)
            .into()
    }

    /// Reads a body; `None` where this type writes another one.
    pub fn read(body: &Value) -> Option<Self> {
        let project = body["resourceNames"][0].as_str()?;
        let mut parts = body["filter"].as_str()?.split(" AND ");
        let mut quoted = |name: &str| parts.next()?.strip_prefix(name)?.strip_prefix('"')?.strip_suffix('"');
        quoted("resource.type=")?;
        let location = quoted("resource.labels.location=")?;
        let endpoint = quoted("resource.labels.endpoint_id=")?;
        let id = quoted("labels.deployed_model_id=")?.parse().ok()?;
        let since = quoted("timestamp>=")?;
        let endpoint = format!("{project}/locations/{location}/endpoints/{endpoint}").parse().ok()?;
        Self::new(endpoint, id, since).filter(|query| query.body() == *body)
    }

    fn filter(&self) -> String {
        let Self { endpoint, id, since } = self;
        [
            RESOURCE,
            " AND resource.labels.location=\"",
            endpoint.place.location.as_str(),
            "\" AND resource.labels.endpoint_id=\"",
            endpoint.id.as_str(),
            "\" AND labels.deployed_model_id=\"",
            id.as_str(),
            "\" AND timestamp>=\"",
            since,
            "\"",
        ]
        .concat()
    }
}

/// Time and text of each line of an answer, in its order but the lines of one entry: the last line first.
pub fn lines(answer: &Value) -> Vec<(&str, &str)> {
    let mut all = Vec::new();
    for entry in answer["entries"].as_array().into_iter().flatten() {
        let at = entry["timestamp"].as_str().filter(|time| is_time(time)).unwrap_or_default();
        let payload = &entry["jsonPayload"];
        let text = entry["textPayload"].as_str().or(payload["message"].as_str()).or(payload["msg"].as_str());
        all.extend(text.unwrap_or_default().lines().rev().map(|line| (at, line)));
    }
    all
}

/// Whether a text is a time as `2026-11-28T04:05:06.007Z`, with any number of decimals.
fn is_time(text: &str) -> bool {
    const SHAPE: &[u8] = b"0000-00-00T00:00:00";
    let Some((seconds, rest)) = text.as_bytes().split_at_checked(SHAPE.len()) else { return false };
    let is = |(byte, shape): (&u8, &u8)| if *shape == b'0' { byte.is_ascii_digit() } else { byte == shape };
    let decimals = rest.strip_suffix(b"Z").map(|decimals| decimals.strip_prefix(b".").unwrap_or(decimals));
    seconds.iter().zip(SHAPE).all(is)
        && decimals.is_some_and(|decimals| decimals.len() <= 9 && decimals.iter().all(u8::is_ascii_digit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn query() -> LogQuery {
        let endpoint = "projects/acme-ml/locations/us-central1/endpoints/fraud".parse().unwrap();
        LogQuery::new(endpoint, "123".parse().unwrap(), "2026-11-28T04:05:06.007Z").unwrap()
    }

    #[test]
    fn a_query_names_the_endpoint_and_the_deployed_model() {
        let body = query().body();
        assert_eq!(
            body["filter"],
            "resource.type=\"aiplatform.googleapis.com/Endpoint\" AND resource.labels.location=\"us-central1\" AND \
             resource.labels.endpoint_id=\"fraud\" AND labels.deployed_model_id=\"123\" AND \
             timestamp>=\"2026-11-28T04:05:06.007Z\""
        );
        assert_eq!(LogQuery::read(&body), Some(query()));
    }

    #[test]
    fn another_body_is_no_query() {
        let is_query = |change: &dyn Fn(&mut Value)| {
            let mut body = query().body();
            change(&mut body);
            LogQuery::read(&body).is_some()
        };
        assert!(is_query(&|_| {}));
        assert!(!is_query(&|body| body["orderBy"] = json!("timestamp asc")));
        assert!(!is_query(&|body| body["pageSize"] = json!(1000)));
        assert!(!is_query(&|body| body["pageToken"] = json!("x")));
        assert!(!is_query(&|body| body["resourceNames"] = json!(["projects/acme-ml", "projects/other"])));
        assert!(!is_query(&|body| body["resourceNames"] = json!(["organizations/1"])));
        let filter = query().body()["filter"].as_str().unwrap().to_owned();
        for other in [
            format!("{filter} OR severity>=DEFAULT"),
            format!("{filter} AND severity>=DEFAULT"),
            format!("NOT {filter}"),
            filter.replace("\"123\"", "\"1\" OR \"123\""),
            filter.replace("\"fraud\"", "\"*\""),
            filter.replace("labels.deployed_model_id=\"123\" AND ", ""),
            filter.replace("2026-11-28T04:05:06.007Z", "now"),
            filter.replace("Endpoint\"", "Endpoint\" OR resource.type=\"audited_resource\""),
        ] {
            assert!(!is_query(&|body| body["filter"] = json!(other)), "{other}");
        }
    }

    #[test]
    fn the_last_line_of_an_entry_is_its_newest() {
        let answer = json!({"entries": [
            {"timestamp": "2026-11-28T04:05:07Z", "textPayload": "third"},
            {"timestamp": "yesterday", "jsonPayload": {"message": "first\nsecond"}},
            {"protoPayload": {}},
        ]});
        assert_eq!(lines(&answer), [("2026-11-28T04:05:07Z", "third"), ("", "second"), ("", "first")]);
        assert_eq!(lines(&json!({})), []);
    }

    proptest! {
        #[test]
        fn a_query_is_read_as_it_is_written(endpoint in "[a-z][a-z0-9-]{0,20}[a-z0-9]", id in "[1-9][0-9]{0,9}", decimals in "[0-9]{1,9}") {
            let endpoint = format!("projects/acme-ml/locations/us-central1/endpoints/{endpoint}").parse().unwrap();
            let query = LogQuery::new(endpoint, id.parse().unwrap(), &format!("2026-11-28T04:05:06.{decimals}Z")).unwrap();
            prop_assert_eq!(LogQuery::read(&query.body()), Some(query));
        }
    }
}

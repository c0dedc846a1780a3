//! Deadlines: how long Google may take for one attempt at a call.

use crate::conversation::Millis;
use crate::google_error::duration;
use crate::method::{Body, Call};

/// The deadline of an attempt, in milliseconds.
const USUAL: Millis = 60_000;
/// That of a log: what failed is not removed before.
const EVIDENCE: Millis = 15_000;
/// That of an online prediction, for the head of its answer: a model may compute for minutes.
const PREDICTION: Millis = 10 * 60_000;
/// Time that a long poll may take beyond the timeout in its query.
const AFTER_POLL: Millis = 15_000;
/// Maximum timeout of a long poll; also its value where the query has none.
const LONGEST_POLL: Millis = 10 * 60_000;

/// Returns the deadline of one attempt, in milliseconds.
pub fn deadline(call: &Call) -> Millis {
    if call.method.body == Body::Stream {
        return PREDICTION;
    }
    if call.method.names_project_in_body() {
        return EVIDENCE;
    }
    // Only long polls have this parameter.
    if !call.method.query.contains(&"timeout") {
        return USUAL;
    }
    let asked = call.query.iter().find(|(name, _)| *name == "timeout");
    let timeout = asked.map_or(Some(LONGEST_POLL), |(_, value)| duration(value));
    // Google rejects a timeout that cannot be read, which takes no time.
    timeout.map_or(USUAL, |timeout| timeout.min(LONGEST_POLL) + AFTER_POLL)
}

#[cfg(test)]
mod tests {
    use crate::config::tests::config;
    use crate::guard::{Caller, decide};

    const PLACE: &str = "aiplatform/v1/projects/acme-ml/locations/us-central1";

    fn within(verb: &str, path: &str) -> u64 {
        let caller = Caller::User { entity_ref: "user:default/guest".into() };
        decide(&config(), verb, &format!("{PLACE}/{path}"), &caller).unwrap().within
    }

    #[test]
    fn a_change_or_read_has_a_minute() {
        for (verb, path) in [("GET", "endpoints/e"), ("POST", "endpoints/e:deployModel"), ("GET", "operations/4")] {
            assert_eq!(within(verb, path), 60_000, "{path}");
        }
    }

    #[test]
    fn a_long_poll_has_its_timeout_and_a_bit() {
        for (query, millis) in [
            ("?timeout=5s", 20_000),
            ("?timeout=0.5s", 15_500),
            ("?timeout=3600s", 615_000),
            ("?timeout=99999999999999999s", 615_000),
            ("", 615_000),
            ("?timeout=soon", 60_000),
        ] {
            assert_eq!(within("POST", &format!("endpoints/e/operations/4:wait{query}")), millis, "{query}");
        }
    }

    #[test]
    fn a_log_has_a_quarter_of_a_minute() {
        let caller = Caller::Delegate { mandate: "m".into() };
        assert_eq!(decide(&config(), "POST", "logging/v2/entries:list", &caller).unwrap().within, 15_000);
    }

    #[test]
    fn the_answer_to_a_prediction_begins_within_ten_minutes() {
        assert_eq!(within("POST", "endpoints/e:predict"), 600_000);
    }
}

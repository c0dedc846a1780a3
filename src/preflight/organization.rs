//! Constraints of the organization, as they are in effect in the project.

use super::{Judged, Look, Unknown, Verdict};
use crate::method::{self, Call, Resource, resource};
use crate::words;
use serde_json::Value;

/// Whether a value of a constraint's list means something; `None` where the portal does not know the group of values.
type Means<'a> = &'a dyn Fn(&str) -> Option<bool>;

/// What a list constraint decides, with the rule that does.
enum Decision {
    Allowed(String),
    Denied(String),
}

fn rules<'a>(look: &Look<'a>, constraint: &str) -> Result<&'a [Value], Unknown> {
    let project = &look.plan.target.endpoint.place.project;
    let name = format!("projects/{project}/policies/{constraint}");
    let Some(on) = Resource::parse(resource::ORGANIZATION_POLICY, &name) else { return Ok(&[]) };
    let answer = look.ask(Call::new(&method::GET_EFFECTIVE_POLICY, on))?;
    Ok(answer["spec"]["rules"].as_array().map(Vec::as_slice).unwrap_or_default())
}

/// Evaluates the rules of a list constraint for one value.
/// Source: `GoogleCloudOrgpolicyV2PolicySpecPolicyRule` of the discovery document `orgpolicy.v2`.
fn decide(rules: &[Value], means: Means) -> Result<Decision, Unknown> {
    let text = |values: &[&str]| words::list(values.iter(), ", ");
    for rule in rules {
        if !rule["condition"].is_null() {
            let why = "a rule of the organization policy has a condition, which the portal does not evaluate";
            return Err(Unknown::because(why, "ask the organization's administrators"));
        }
        if rule["denyAll"] == true {
            return Ok(Decision::Denied("denies all".into()));
        }
        let list = |field: &str| -> Vec<&str> {
            rule["values"][field].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
        };
        let (allowed, denied) = (list("allowedValues"), list("deniedValues"));
        if denied.iter().any(|value| means(value) == Some(true)) {
            return Ok(Decision::Denied(format!("denies {}", text(&denied))));
        }
        // A denied value wins over an allowed one, so a denied group must be known before the value counts as allowed.
        let are_denied_known = denied.iter().all(|value| means(value).is_some());
        if are_denied_known && allowed.iter().any(|value| means(value) == Some(true)) {
            continue;
        }
        if allowed.iter().chain(&denied).any(|value| means(value).is_none()) {
            let all: Vec<&str> = allowed.iter().chain(&denied).copied().collect();
            let why = format!("the portal does not know what these values include: {}", text(&all));
            return Err(Unknown::because(why, "ask the organization's administrators"));
        }
        if !allowed.is_empty() {
            return Ok(Decision::Denied(format!("allows only {}", text(&allowed))));
        }
    }
    let allowed: Vec<&str> = rules
        .iter()
        .filter_map(|rule| rule["values"]["allowedValues"].as_array())
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    Ok(Decision::Allowed(if allowed.is_empty() {
        "does not restrict it".into()
    } else {
        format!("allows {}", text(&allowed))
    }))
}

/// Whether a value of `gcp.resourceLocations` includes a location.
/// Source: <https://docs.cloud.google.com/resource-manager/docs/organization-policy/defining-locations>, read 2026-11-28.
fn includes(value: &str, location: &str) -> Option<bool> {
    let value = value.strip_prefix("is:").unwrap_or(value);
    let Some(group) = value.strip_prefix("in:").or_else(|| value.ends_with("-locations").then_some(value)) else {
        return Some(value == location);
    };
    let area = location.split('-').next().unwrap_or_default();
    let name = group.strip_suffix("-locations")?;
    // Groups of one region or continent. Others, such as `eu`, list regions that the portal does not know.
    const AREAS: [&str; 8] = ["africa", "asia", "australia", "europe", "me", "northamerica", "southamerica", "us"];
    match name {
        _ if name == location || name == area => Some(true),
        _ if AREAS.contains(&name) => Some(false),
        _ if name.ends_with(|c: char| c.is_ascii_digit()) => Some(false),
        _ => None,
    }
}

pub fn location(look: &Look) -> Judged {
    const CONSTRAINT: &str = "gcp.resourceLocations";
    let location = look.plan.target.endpoint.place.location.as_str();
    match decide(rules(look, CONSTRAINT)?, &|value| includes(value, location))? {
        Decision::Allowed(why) => Ok(Some(Verdict::ok(vec![format!("`{CONSTRAINT}` {why}")]))),
        Decision::Denied(why) => {
            let message = format!("the organization does not allow resources in `{location}`");
            Ok(Some(Verdict::no(message).evidence(vec![format!("`{CONSTRAINT}` {why}")])))
        }
    }
}

pub fn cmek(look: &Look) -> Judged {
    const CONSTRAINT: &str = "gcp.restrictNonCmekServices";
    const SERVICE: &str = "aiplatform.googleapis.com";
    let decision =
        decide(rules(look, CONSTRAINT)?, &|value| Some(value.strip_prefix("is:").unwrap_or(value) == SERVICE))?;
    match (decision, &look.plan.target.kms_key) {
        (Decision::Allowed(why), _) => Ok(Some(Verdict::ok(vec![format!("`{CONSTRAINT}` {why}")]))),
        (Decision::Denied(_), Some(key)) => {
            Ok(Some(Verdict::ok(vec![format!("`{CONSTRAINT}` requires a key, and the plan has `{key}`")])))
        }
        (Decision::Denied(why), None) => {
            let message = "the organization requires a key of its own for Vertex AI, and the plan has none";
            Ok(Some(Verdict::no(message).evidence(vec![format!("`{CONSTRAINT}` {why}")])))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_denied_value_wins_over_an_allowed_one() {
        let (here, elsewhere, unknown) = ("us-central1", "in:europe-locations", "in:low-carbon-us-locations");
        for (allowed, denied, expected) in [
            (vec![here], vec![], "allowed"),
            (vec![here], vec![elsewhere], "allowed"),
            (vec![here, unknown], vec![], "allowed"),
            (vec![here], vec![unknown], "unknown"),
            (vec![unknown], vec![], "unknown"),
            (vec![], vec![unknown], "unknown"),
            (vec![here], vec![here], "denied"),
            (vec![here], vec![unknown, here], "denied"),
            (vec![elsewhere], vec![], "denied"),
        ] {
            let rules = [json!({"values": {"allowedValues": allowed, "deniedValues": denied}})];
            let outcome = match decide(&rules, &|value| includes(value, here)) {
                Ok(Decision::Allowed(_)) => "allowed",
                Ok(Decision::Denied(_)) => "denied",
                Err(_) => "unknown",
            };
            assert_eq!(outcome, expected, "{}", rules[0]);
        }
    }

    #[test]
    fn groups_of_locations_include_their_regions() {
        for (value, location, expected) in [
            ("in:us-locations", "us-central1", Some(true)),
            ("in:us-central1-locations", "us-central1", Some(true)),
            ("us-central1", "us-central1", Some(true)),
            ("is:us-central1", "us-central1", Some(true)),
            ("us-east1", "us-central1", Some(false)),
            ("in:us-east1-locations", "us-central1", Some(false)),
            ("in:europe-locations", "us-central1", Some(false)),
            ("in:eu-locations", "europe-west4", None),
        ] {
            assert_eq!(includes(value, location), expected, "{value} {location}");
        }
    }
}

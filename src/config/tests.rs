//! Configurations for tests, and every mistake with its path.

use super::*;
use serde_json::json;

pub const AUDIENCE: &str =
    "//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/backstage/providers/portal";
pub const ISSUER: &str = "https://portal.acme.example/api/proxy/vertex-ai";

/// `acme-ml` in `us-central1` only, and all of `acme-lab`.
pub fn config() -> Config {
    Config::parse(
        &json!({
            "projects": [
                {"project": "acme-ml", "number": 123456789012u64, "locations": ["us-central1"]},
                {"project": "acme-lab"},
            ],
            "identity": {"audience": AUDIENCE},
        }),
        ISSUER,
    )
    .unwrap()
}

pub fn emulated() -> Config {
    Config { emulator: Some("http://127.0.0.1:8085".parse().unwrap()), ..config() }
}

fn mistakes(value: Value) -> Vec<String> {
    let findings = Config::parse(&value, ISSUER).expect_err("a mistake");
    findings.into_iter().map(|f| f.place.clone().and_then(|p| p.path).unwrap_or_default()).collect()
}

#[test]
fn a_minimal_configuration_has_defaults() {
    let config =
        Config::parse(&json!({"projects": [{"project": "acme-ml"}], "identity": {"audience": AUDIENCE}}), ISSUER)
            .unwrap();
    assert_eq!(config.identity.issuer.as_str(), ISSUER);
    assert_eq!(config.identity.token_lifetime_seconds, 900);
    assert_eq!(config.identity.audience.claim(), format!("https:{AUDIENCE}"));
    assert!(config.projects[0].allows(&"europe-west4".parse().unwrap()));
    assert_eq!(config.origin(Service::Sts, None), "https://sts.googleapis.com");
}

#[test]
fn allows_a_project_by_id_and_number() {
    let config = config();
    let place = |project: &str, location: &str| Place {
        project: project.parse().unwrap(),
        location: location.parse().unwrap(),
    };
    assert!(config.allows(&place("acme-ml", "us-central1")));
    assert!(config.allows(&place("123456789012", "us-central1")));
    assert!(!config.allows(&place("acme-ml", "us-east1")));
    assert!(!config.allows(&place("123456789013", "us-central1")));
    assert!(config.allows(&place("acme-lab", "us-east1")));
}

#[test]
fn reports_every_mistake_with_its_path() {
    let all = mistakes(json!({
        "projects": [
            {"project": "Acme"},
            {"project": "acme-ml", "location": ["us-central1"]},
            {"project": "acme-ml", "locations": ["us-central1", "Europe"]},
            {"project": "123456789012"},
            {"project": "acme-lab", "number": "12a"},
            {"locations": []},
        ],
        "identity": {
            "audience": "//iam.googleapis.com/projects/acme-ml/locations/global/workloadIdentityPools/backstage/providers/portal",
            "issuer": "https://user@portal/",
            "tokenLifetimeSeconds": 43200,
        },
        "emulator": {"url": "http://192.168.1.4:8085"},
        "debug": true,
    }));
    for path in [
        "vertexAi.debug",
        "vertexAi.emulator.url",
        "vertexAi.projects[0].project",
        "vertexAi.projects[1].location",
        "vertexAi.projects[2].locations[1]",
        "vertexAi.projects[3].project",
        "vertexAi.projects[4].number",
        "vertexAi.projects[5].project",
        "vertexAi.identity.tokenLifetimeSeconds",
        "vertexAi.identity.issuer",
        "vertexAi.identity.audience",
    ] {
        assert!(all.iter().any(|p| p == path), "{path} is not in {all:?}");
    }
    assert_eq!(all.len(), 11, "{all:?}");
}

#[test]
fn checks_rules_and_ignores_the_keys_of_other_packages() {
    let value = |rules: Value| {
        json!({"projects": [{"project": "acme-ml"}], "identity": {"audience": AUDIENCE}, "rules": rules,
            "catalog": {"onInvalid": "refuse"}, "deployments": {"retention": 30}})
    };
    assert!(Config::parse(&value(json!({"model/alias": "off"})), ISSUER).is_ok());
    assert_eq!(mistakes(value(json!({"model/alais": "off"}))), [r#"vertexAi.rules["model/alais"]"#]);
}

#[test]
fn mandates_hold_for_a_day_at_most() {
    let value = |more: Value| {
        let mut value = json!({"projects": [{"project": "acme-ml"}], "identity": {"audience": AUDIENCE}});
        value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        value
    };
    let read = |more: Value| {
        let config = Config::parse(&value(more), ISSUER)?;
        Ok::<_, Vec<Diagnostic>>((config.mandates.hours, config.mandates.retention, config.direct_changes))
    };
    assert_eq!(read(json!({})), Ok((24, 365, DirectChanges::Deny)));
    let mandates = json!({"mandates": {"hours": 2, "retention": 30}, "directChanges": "allow"});
    assert_eq!(read(mandates), Ok((2, 30, DirectChanges::Allow)));
    for retention in [json!(1), json!(3651), json!("30")] {
        assert_eq!(mistakes(value(json!({"mandates": {"retention": retention}}))), ["vertexAi.mandates.retention"]);
    }
    for hours in [json!(0), json!(25), json!("2"), json!(1.5)] {
        assert_eq!(mistakes(value(json!({"mandates": {"hours": hours}}))), ["vertexAi.mandates.hours"]);
    }
    assert_eq!(mistakes(value(json!({"mandates": {"minutes": 5}}))), ["vertexAi.mandates.minutes"]);
    for wrong in [json!("denied"), json!(false)] {
        assert_eq!(mistakes(value(json!({ "directChanges": wrong }))), ["vertexAi.directChanges"]);
    }
}

#[test]
fn grantors_are_a_list_of_names() {
    let value = |access: Value| json!({"projects": [{"project": "acme-ml"}], "identity": {"audience": AUDIENCE}, "access": access});
    let read = Config::parse(&value(json!({"grantors": ["group:default/admins", "#cloud"]})), ISSUER).unwrap();
    assert_eq!(read.grantors, ["group:default/admins", "#cloud"]);
    for wrong in [json!("admins"), json!([1]), json!([""]), json!(["a\u{7}"])] {
        assert_eq!(mistakes(value(json!({ "grantors": wrong }))), ["vertexAi.access.grantors"]);
    }
    assert_eq!(mistakes(value(json!({"grantor": []}))), ["vertexAi.access.grantor"]);
}

#[test]
fn reports_missing_and_repeated_values() {
    assert_eq!(mistakes(json!(null)), ["vertexAi"]);
    assert_eq!(&*Config::parse(&json!(null), ISSUER).unwrap_err()[0].message, "`vertexAi` is missing");
    assert_eq!(mistakes(json!({})), ["vertexAi.projects", "vertexAi.identity"]);
    let identity = json!({"audience": AUDIENCE});
    assert_eq!(mistakes(json!({"projects": [], "identity": identity})), ["vertexAi.projects"]);
    assert_eq!(
        mistakes(json!({"projects": [{"project": "acme-ml"}, {"project": "acme-ml"}], "identity": identity})),
        ["vertexAi.projects[1].project"]
    );
    let numbered = |first: &str, second: u64| {
        json!({"projects": [{"project": "acme-ml", "number": first}, {"project": "acme-lab", "number": second}],
            "identity": identity})
    };
    assert_eq!(mistakes(numbered("123456789012", 123456789012)), ["vertexAi.projects[1].number"]);
    assert!(Config::parse(&numbered("123456789012", 123456789013), ISSUER).is_ok());
    assert_eq!(
        mistakes(
            json!({"projects": [{"project": "acme-ml"}], "identity": {"audience": AUDIENCE, "tokenLifetimeSeconds": 300}})
        ),
        ["vertexAi.identity.tokenLifetimeSeconds"]
    );
}

#[test]
fn only_the_emulator_accepts_an_http_issuer() {
    let value = |emulator: Value| {
        json!({"projects": [{"project": "acme-ml"}], "identity": {"audience": AUDIENCE, "issuer": "http://localhost:7007/api/proxy/vertex-ai"},
            "emulator": emulator})
    };
    assert!(Config::parse(&value(json!({"url": "http://127.0.0.1:8085/"})), ISSUER).is_ok());
    let mut without = value(json!({}));
    without.as_object_mut().unwrap().remove("emulator");
    assert_eq!(mistakes(without), ["vertexAi.identity.issuer"]);
}

#[test]
fn an_emulator_is_on_loopback() {
    for url in ["http://127.0.0.1:8085", "http://localhost:1/", "http://[::1]:65535"] {
        assert!(url.parse::<EmulatorUrl>().is_ok(), "{url}");
    }
    for url in [
        "https://127.0.0.1:8085",
        "http://127.0.0.1",
        "http://127.0.0.1:0",
        "http://127.0.0.1:+1",
        "http://127.0.0.1:8085/x",
        "http://localhost:80@evil.example",
        "http://localhost.evil.example:80",
        "http://0.0.0.0:8085",
        "http://aiplatform.googleapis.com:80",
    ] {
        assert!(url.parse::<EmulatorUrl>().is_err(), "{url}");
    }
}

#[test]
fn warns_of_an_unknown_location() {
    let value = |locations: Value| json!({"projects": [{"project": "acme-ml", "locations": locations}], "identity": {"audience": AUDIENCE}});
    let config = Config::parse(&value(json!(["us-central1", "us-centrall1"])), ISSUER).unwrap();
    let [warning] = &config.warnings[..] else { panic!("{:?}", config.warnings) };
    assert!(!warning.is_error() && warning.message.contains("`us-centrall1`"), "{warning:?}");
    assert_eq!(warning.place.as_ref().unwrap().path.as_deref(), Some("vertexAi.projects[0].locations[1]"));
    assert!(warning.help.as_ref().unwrap().contains("`us-central1`"), "{warning:?}");
    assert!(Config::parse(&value(json!(["europe-west4", "eu"])), ISSUER).unwrap().warnings.is_empty());
}

#[test]
fn an_administrator_names_owners_of_endpoints_and_models() {
    let value = |claims: Value| {
        let projects = json!([{"project": "acme-ml", "number": "123456789012"}]);
        json!({"projects": projects, "identity": {"audience": AUDIENCE}, "claims": claims})
    };
    let claim = |project: &str, entity: &str| json!({"endpoint": format!("projects/{project}/locations/us-central1/endpoints/fraud"), "entity": entity});
    let config = Config::parse(&value(json!([claim("123456789012", "Component:default/Fraud")])), ISSUER).unwrap();
    let endpoint = Resource::Endpoint("projects/acme-ml/locations/us-central1/endpoints/fraud".parse().unwrap());
    let owner = || "component:default/fraud".to_owned();
    assert_eq!(config.claims, [(endpoint, owner())]);
    let name = "projects/123456789012/locations/us-central1/models/fraud";
    let model = json!({"model": name, "entity": "component:default/fraud"});
    let config = Config::parse(&value(json!([model])), ISSUER).unwrap();
    let model = Resource::Model("projects/acme-ml/locations/us-central1/models/fraud".parse().unwrap());
    assert_eq!(config.claims, [(model, owner())]);
    assert!(config.users_in_catalog);
    for (claims, path) in [
        (json!({}), "claims"),
        (json!([claim("acme-ml", "fraud")]), "claims[0].entity"),
        (json!([{"entity": "component:default/fraud"}]), "claims[0].endpoint"),
        (json!([{"model": format!("{name}@3"), "entity": "component:default/fraud"}]), "claims[0].model"),
        (json!([{"model": name, "endpoint": name, "entity": "component:default/fraud"}]), "claims[0]"),
        (json!([{"endpoint": "fraud", "entity": "component:default/fraud"}]), "claims[0].endpoint"),
        (json!([claim("acme-ml", "a:b/c"), claim("123456789012", "a:b/d")]), "claims"),
    ] {
        assert_eq!(mistakes(value(claims.clone())), [format!("vertexAi.{path}")], "{claims}");
    }
}

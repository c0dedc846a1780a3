//! The facade of least privilege: plan a request, hold it against what is there, apply it, verify it.
//!
//! Shapes: `pkg-js/core/src/server.d.ts`.

mod request;

use super::deployment::make_plan;
use super::request::malformed;
use crate::conversation::{Conversation, Millis};
use crate::diagnostic::{Code, Diagnostic};
use crate::iam::deliver::apply::{ApplyMode, ApplyOptions, ApplyReport, apply};
use crate::iam::deliver::pam_grant::{PamGrantReport, request_grants};
use crate::iam::deliver::verify::{VerifyReport, verify};
use crate::iam::policy::allow_policy::AllowPolicy;
use crate::iam::policy::difference::{Difference, Evidence, compare, remaining};
use crate::iam::render;
use crate::iam::rights::access_request::{AccessRequest, access_request};
use crate::iam::rights::expiry::{Expiry, check_expiry};
use crate::iam::rights::options::{AccessOptions, Delivery};
use crate::iam::rights::principal::Principal;
use crate::iam::rights::risk::{Risk, risks};
use crate::name::Project;
use crate::ordered::Ordered;
use request::RawLive;
pub use request::{IamApplyRequest, IamAskRequest, IamCompareRequest, IamRequest, IamVerifyRequest};
use serde::Serialize;

/// The least set of rights, in every form that it can be asked for in.
#[derive(Clone, Debug, Default, Serialize)]
pub struct IamReport {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<AccessRequest>,
    /// By file name.
    pub renderings: Ordered<String, String>,
    /// Markdown; the same as the rendering `request.md`.
    pub explanation: String,
    pub dangers: Vec<Risk>,
    pub diagnostics: Vec<Diagnostic>,
}

/// What the principal has, lacks and has too much, and what is left to ask for.
#[derive(Clone, Debug, Default, Serialize)]
pub struct IamComparison {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<AccessRequest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<Difference>,
    /// What is missing only; without grants where nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remaining: Option<AccessRequest>,
    /// Of what is missing, by file name; `drop.sh` of what can go.
    pub renderings: Ordered<String, String>,
    pub diagnostics: Vec<Diagnostic>,
}

fn project(text: Option<&String>, findings: &mut Vec<Diagnostic>) -> Option<Project> {
    text?.parse().map_err(|error: crate::name::NameError| findings.push(malformed(error.to_string()))).ok()
}

/// The options of a request, with a finding for each that cannot be read.
fn options(request: &IamRequest, now: Millis, findings: &mut Vec<Diagnostic>) -> Option<AccessOptions> {
    let before = findings.len();
    let mut keep = |result: Result<Principal, Diagnostic>| result.map_err(|finding| findings.push(finding)).ok();
    let principal = keep(Principal::parse(&request.principal));
    let approvers: Vec<_> = request.approvers.iter().filter_map(|text| keep(Principal::parse(text))).collect();
    let expires = request
        .expires_at
        .as_ref()
        .and_then(|text| Expiry::parse(text, now).map_err(|finding| findings.push(finding)).ok());
    let delivery = match request.delivery.as_deref() {
        None | Some("policy") => Delivery::Policy,
        Some("pam") => Delivery::Pam,
        Some(_) => {
            findings.push(malformed("`delivery` is `policy` or `pam`".into()));
            Delivery::Policy
        }
    };
    let project_number = project(request.project_number.as_ref(), findings);
    let artifact_project = project(request.artifact_project.as_ref(), findings);
    (findings.len() == before).then_some(())?;
    Some(AccessOptions {
        principal: principal?,
        found: request.found,
        expires,
        delivery,
        project_number,
        artifact_project,
        approvers,
        justification: request.justification.clone(),
        methods: request.methods.clone(),
        unsupported: request.unsupported_permissions.clone(),
    })
}

fn ask(request: &IamRequest, now: Millis) -> (Option<AccessRequest>, Vec<Diagnostic>) {
    let (plan, mut findings) = make_plan(&request.deployment);
    let options = options(request, now, &mut findings);
    let (Some(plan), Some(options)) = (plan, options) else { return (None, findings) };
    let (asked, found) = access_request(&plan, &options, now);
    findings.extend(found);
    (asked, findings)
}

/// The least rights for a deployment. Nothing is called.
pub fn iam_plan(request: &IamRequest, now: Millis) -> IamReport {
    let (asked, mut diagnostics) = ask(request, now);
    let Some(asked) = asked else { return IamReport { diagnostics, ..IamReport::default() } };
    let dangers = risks(&asked, request.account_powers.as_ref());
    let renderings = render::all(&asked, &dangers, &Ordered::default()).unwrap_or_else(|finding| {
        diagnostics.push(finding);
        Ordered::default()
    });
    let explanation = renderings.get("request.md").cloned().unwrap_or_default();
    IamReport { request: Some(asked), renderings, explanation, dangers, diagnostics }
}

fn live(raw: &RawLive) -> Result<Evidence, Diagnostic> {
    let mut policies = Ordered::default();
    for (resource, value) in &raw.policies {
        let policy = AllowPolicy::read(value).map_err(|finding| finding.about(resource.clone()))?;
        policies.insert(resource.clone(), policy);
    }
    Ok(Evidence { policies, roles: raw.roles.clone(), member_of: raw.member_of.clone(), tested: raw.tested.clone() })
}

/// BindingState a request against policies that somebody read. Nothing is called.
pub fn iam_compare(request: &IamCompareRequest, now: Millis) -> IamComparison {
    let (asked, mut diagnostics) = ask(&request.iam, now);
    let live = live(&request.live);
    let (Some(asked), Ok(live)) = (asked, live.as_ref()) else {
        diagnostics.extend(live.err());
        return IamComparison { diagnostics, ..IamComparison::default() };
    };
    let difference = compare(&asked, live, now);
    diagnostics.extend(difference.findings.iter().cloned());
    let remaining = remaining(&asked, &difference);
    let dangers = risks(&remaining, request.iam.account_powers.as_ref());
    let renderings = render::differing(&remaining, &difference, &dangers, &live.policies, &mut diagnostics);
    IamComparison {
        request: Some(asked),
        difference: Some(difference),
        remaining: Some(remaining),
        renderings,
        diagnostics,
    }
}

/// Gives the rights, or takes them back, through the proxy.
pub fn iam_apply(request: &IamApplyRequest, now: Millis) -> Result<Conversation<ApplyReport>, Box<ApplyReport>> {
    let (asked, mut found) = ask(&request.iam, now);
    let may_begin = match (&asked, request.mode) {
        (Some(asked), ApplyMode::Grant) => may_give(asked, request, now),
        _ => Ok(()),
    };
    match (asked, may_begin) {
        (Some(mut asked), Ok(())) => {
            asked.grants.retain(|grant| !request.keep.contains(&grant.name()));
            let (wait, is_dry_run) = (request.wait, request.is_dry_run);
            Ok(apply(
                asked,
                ApplyOptions { mode: request.mode, wait, is_dry_run },
                &request.proxy_url,
                request.reason.clone(),
            ))
        }
        (_, refusal) => {
            found.extend(refusal.err());
            Err(Box::new(ApplyReport::refused(found)))
        }
    }
}

/// By policies, until a date that they can work before, and by somebody else than whom they are for.
fn may_give(asked: &AccessRequest, request: &IamApplyRequest, now: Millis) -> Result<(), Diagnostic> {
    if asked.delivery == Delivery::Pam {
        let finding = Diagnostic::new(
            Code::RequestMalformed,
            "rights that Privileged Access Manager is to give are asked for there, not written into policies",
        );
        return Err(finding.help("ask with `pam-grant.json`, or plan with `delivery: policy`"));
    }
    check_expiry(asked.expires, now)?;
    request.approval.check(&asked.principal)
}

/// Asks Privileged Access Manager for the rights, through the proxy.
pub fn iam_ask(request: &IamAskRequest, now: Millis) -> Result<Conversation<PamGrantReport>, Box<PamGrantReport>> {
    let (asked, mut found) = ask(&request.iam, now);
    match asked {
        Some(asked) if asked.delivery == Delivery::Pam => {
            Ok(request_grants(asked, request.is_dry_run, &request.proxy_url, &request.reason))
        }
        Some(_) => {
            let finding = Diagnostic::new(
                Code::RequestMalformed,
                "rights that are to be given by policies are not asked for in Privileged Access Manager",
            );
            found.push(finding.help("leave `delivery` out, or say `pam`"));
            Err(Box::new(PamGrantReport::refused(found)))
        }
        None => Err(Box::new(PamGrantReport::refused(found))),
    }
}

/// Looks through the proxy at what is there.
pub fn iam_verify(request: &IamVerifyRequest, now: Millis) -> Result<Conversation<VerifyReport>, Box<VerifyReport>> {
    let refused = |found: Vec<Diagnostic>| Box::new(VerifyReport::refused(found));
    let (asked, found) = ask(&request.compare.iam, now);
    let live = live(&request.compare.live).map_err(|finding| refused(vec![finding]))?;
    let asked = asked.ok_or_else(|| refused(found))?;
    let powers = request.compare.iam.account_powers.clone();
    let hints_for = request.hints_for.clone();
    Ok(verify(asked, live, powers, hints_for, &request.proxy_url, request.reason.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::request::Request as _;
    use crate::iam::rights::expiry::PROPAGATION;
    use serde_json::{Value, json};

    const NOW: Millis = 1_795_579_200_000;

    fn asked(change: impl Fn(&mut Value)) -> Value {
        let annotations = json!({
            "google.com/vertex-ai-project": "acme-ml", "google.com/vertex-ai-location": "us-central1",
            "google.com/vertex-ai-endpoint": "fraud-detector", "google.com/vertex-ai-model": "fraud-detector@3",
            "google.com/vertex-ai-service-account": "fraud-serving@acme-ml.iam.gserviceaccount.com",
        });
        let mut request = json!({
            "source": {"entity": {"apiVersion": "backstage.io/v1alpha1", "kind": "Component",
                "metadata": {"name": "fraud-detector", "annotations": annotations}}},
            "principal": "group:ml-team@acme.example", "found": {"model": true, "endpoint": true, "deployment": false},
            "expiresAt": "2026-11-30T00:00:00Z",
        });
        change(&mut request);
        request
    }

    fn report(change: impl Fn(&mut Value)) -> IamReport {
        iam_plan(&IamRequest::read(asked(change)).unwrap(), NOW)
    }

    #[test]
    fn a_request_comes_in_every_form() {
        let report = report(|_| {});
        assert!(report.diagnostics.iter().all(|finding| !finding.is_error()), "{:?}", report.diagnostics);
        let names: Vec<_> = report.renderings.keys().map(String::as_str).collect();
        for name in ["bindings.json", "gcloud.sh", "main.tf", "request.md"] {
            assert!(names.contains(&name), "{names:?}");
        }
        assert_eq!(names.iter().filter(|name| name.starts_with("roles/")).count(), 6);
        assert_eq!(report.request.unwrap().permissions().len(), 6);
    }

    #[test]
    fn every_bad_input_has_its_own_code() {
        let code = |change: &dyn Fn(&mut Value)| {
            let report = report(change);
            assert!(report.request.is_none() && report.renderings.is_empty());
            report.diagnostics.iter().find(|finding| finding.is_error()).unwrap().code
        };
        assert_eq!(code(&|r| r["principal"] = json!("jane")), Code::IamPrincipalMalformed);
        assert_eq!(code(&|r| r["principal"] = json!("deleted:user:a@b.c?uid=1")), Code::IamPrincipalDeleted);
        assert_eq!(code(&|r| r["principal"] = json!("allUsers")), Code::IamPrincipalTooBroad);
        assert_eq!(code(&|r| r["expiresAt"] = json!("2026-01-01T00:00:00Z")), Code::IamExpiryPast);
        assert_eq!(code(&|r| r["expiresAt"] = json!("soon")), Code::IamExpiryMalformed);
        assert_eq!(code(&|r| r["methods"] = json!(["aiplatform.surprise"])), Code::IamMethodUnknown);
        assert_eq!(
            code(&|r| r["unsupportedPermissions"] = json!(["aiplatform.endpoints.get"])),
            Code::IamPermissionUnsupported
        );
        assert_eq!(
            code(&|r| {
                r["delivery"] = json!("pam");
                r["expiresAt"] = json!("2026-12-30T00:00:00Z");
            }),
            Code::IamExpiryOutOfRange
        );
        assert_eq!(code(&|r| r["delivery"] = json!("pigeon")), Code::RequestMalformed);
        for (field, value) in
            [("found", json!(1)), ("methods", json!([1])), ("surprise", json!(1)), ("accountPowers", json!({"x": 1}))]
        {
            assert_eq!(
                IamRequest::read(asked(|r| r[field] = value.clone())).unwrap_err().code,
                Code::RequestMalformed,
                "{field}"
            );
        }
    }

    #[test]
    fn rights_are_given_with_an_end_that_they_can_work_before_and_a_dry_run_says_the_same() {
        for dry in [false, true] {
            let code = |change: &dyn Fn(&mut Value)| {
                let request = asked(|r| {
                    r["proxyUrl"] = json!("http://portal");
                    r["dryRun"] = json!(dry);
                    r["approval"] = json!({"by": "user:default/admin", "for": "group:default/ml-team", "forEmail": "ml-team@acme.example"});
                    change(r);
                });
                iam_apply(&IamApplyRequest::read(request).unwrap(), NOW)
                    .map_err(|report| report.diagnostics[0].code)
                    .err()
            };
            assert_eq!(code(&|_| {}), None);
            assert_eq!(code(&|r| r["expiresAt"] = json!(null)), Some(Code::IamExpiryMissing));
            let end = |millis: Millis| json!(crate::timestamp::rfc3339(NOW + millis));
            assert_eq!(code(&|r| r["expiresAt"] = end(PROPAGATION)), Some(Code::IamExpiryOutOfRange));
            assert_eq!(code(&|r| r["expiresAt"] = end(PROPAGATION + 1000)), None);
            assert_eq!(code(&|r| r["approval"]["for"] = json!("user:default/jane")), None, "the address is theirs");
            assert_eq!(code(&|r| r["approval"]["forEmail"] = json!("jane@acme.example")), Some(Code::IamOwnRequest));
            let ended = |r: &mut Value| {
                r["expiresAt"] = json!(null);
                r["mode"] = json!("take-back");
            };
            assert_eq!(code(&ended), None);
        }
    }

    #[test]
    fn a_grant_is_asked_for_of_the_manager_only() {
        let ask = |change: &dyn Fn(&mut Value)| {
            let request = asked(|r| {
                r["proxyUrl"] = json!("http://portal");
                r["reason"] = json!("scaffolder task 1");
                r["approvers"] = json!(["group:platform@acme.example"]);
                change(r);
            });
            iam_ask(&IamAskRequest::read(request).unwrap(), NOW).map_err(|report| report.diagnostics[0].code).err()
        };
        assert_eq!(ask(&|_| {}), None);
        assert_eq!(ask(&|r| r["delivery"] = json!("pam")), None);
        assert_eq!(ask(&|r| r["delivery"] = json!("policy")), Some(Code::RequestMalformed));
        assert_eq!(ask(&|r| r["approvers"] = json!(["group:ml-team@acme.example"])), Some(Code::IamApproverMissing));
        assert_eq!(ask(&|r| r["expiresAt"] = json!(null)), Some(Code::IamExpiryOutOfRange));
        assert_eq!(ask(&|r| r["expiresAt"] = json!("2026-12-30T00:00:00Z")), Some(Code::IamExpiryOutOfRange));
        for (field, value) in [("reason", json!("")), ("proxyUrl", json!(null)), ("dryRun", json!("yes"))] {
            let mut request = asked(|r| {
                r["proxyUrl"] = json!("http://portal");
                r["reason"] = json!("scaffolder task 1");
            });
            request[field] = value;
            assert_eq!(IamAskRequest::read(request).unwrap_err().code, Code::RequestMalformed, "{field}");
        }
    }

    #[test]
    fn only_what_is_missing_is_rendered_and_with_the_policys_etag() {
        let compared = |policy: Value| {
            let request = asked(|r| {
                r["policies"] = json!({"projects/acme-ml": policy});
                r["roles"] = json!({"roles/viewer": ["aiplatform.models.get", "aiplatform.operations.list"], "roles/none": ["a.b.c"]});
            });
            iam_compare(&IamCompareRequest::read(request).unwrap(), NOW)
        };
        let bindings = json!([{"role": "roles/viewer", "members": ["group:ml-team@acme.example"]}]);
        let comparison = compared(json!({"version": 1, "etag": "BwY1", "bindings": bindings}));
        assert_eq!(comparison.remaining.unwrap().permissions().len(), 4);
        assert!(!comparison.renderings.contains_key("drop.sh"));
        let unneeded = json!([{"role": "roles/none", "members": ["group:ml-team@acme.example"]}]);
        let comparison = compared(json!({"version": 1, "etag": "BwY1", "bindings": unneeded}));
        assert!(comparison.renderings["drop.sh"].contains("projects remove-iam-policy-binding acme-ml"));
        assert!(comparison.renderings["request.md"].contains("- `roles/none` of"));
        let comparison = compared(json!({"version": 1, "etag": "BwY1", "bindings": []}));
        let written: Value = serde_json::from_str(&comparison.renderings["bindings.json"]).unwrap();
        let policy = written.as_array().unwrap().iter().find(|p| p["resource"] == "projects/acme-ml").unwrap();
        assert_eq!((&policy["policy"]["etag"], &policy["policy"]["version"]), (&json!("BwY1"), &json!(3)));
        let conditional = json!([{"role": "r", "members": [], "condition": {"expression": "true"}}, {"role": "r", "members": ["user:a@b.c"], "condition": {"expression": "true"}}]);
        let comparison = compared(json!({"version": 1, "etag": "BwY1", "bindings": conditional}));
        assert_eq!(comparison.diagnostics.last().unwrap().code, Code::IamPolicyVersion);
    }
}

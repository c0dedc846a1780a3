//! Further methods requested by name: callable with their rights, denied without any one of them.

use crate::deliver::deliver;
use crate::drive::now;
use crate::harness::{Cloud, STRANGER};
use crate::plans::{Case, Named, Shape};
use crate::tables::{NOT_SERVED, body, calls, cloud};
use backstage_vertex_ai::diagnostic::Code;
use backstage_vertex_ai::iam::rights::access_request::AccessRequest;
use backstage_vertex_ai::iam::rights::access_request::access_request;
use backstage_vertex_ai::iam::rights::options::Delivery;
use backstage_vertex_ai::method::{METHODS, Method};
use backstage_vertex_ai::plan::{Found, Purpose};
use serde_json::Value;

/// The access request of an update that also calls this method; `None` if the update has no resource for it.
fn asked(method: &Method) -> Option<AccessRequest> {
    let shape = Shape::plain(Named::ByVersion, Delivery::Policy);
    let found = Found { model: Some(true), endpoint: Some(true), deployment: Some(false) };
    let mut options = Case { shape, found }.options();
    options.methods = vec![method.name.to_owned()];
    let (asked, findings) = access_request(&shape.plan(), &options, now());
    assert!(findings.iter().all(|finding| finding.code == Code::IamMethodUnknown), "{findings:?}");
    asked
}

/// The permission that a caller with these rights is denied for.
fn refused(method: &Method, rights: &AccessRequest) -> Option<String> {
    let cloud: Cloud = cloud();
    deliver(&cloud, rights);
    // The operations of a plan are those of its endpoint.
    let (on, _) = calls(&cloud, method).swap_remove(0);
    let path = format!("/{}/{on}{}", method.version, method.suffix);
    let answer = cloud.call(STRANGER, method.verb.as_str(), &path, &body(method));
    let error: &Value = &answer.body["error"];
    match answer.status {
        403 => error["details"][0]["metadata"]["permission"].as_str().map(str::to_owned),
        400 if error["message"].as_str().is_some_and(|text| text.contains("permission to act as")) => {
            Some("iam.serviceAccounts.actAs".into())
        }
        _ => None,
    }
}

#[test]
fn a_further_method_gets_exactly_what_it_needs() {
    let (mut proved, mut removals) = (0, 0);
    let served = METHODS.iter().filter(|method| !NOT_SERVED.iter().any(|(_, methods)| methods.contains(method)));
    for (method, asked) in served.filter_map(|method| Some((method, asked(method)?))) {
        assert_eq!(refused(method, &asked), None, "{}", method.name);
        for grant in &asked.grants {
            let is_extra = |purpose| purpose == Purpose::Extra;
            for needed in grant.needed.iter().filter(|needed| needed.uses.iter().any(|used| is_extra(used.purpose))) {
                let fewer = asked.keeping(|g, n| (&g.resource, n.permission) != (&grant.resource, needed.permission));
                assert_eq!(refused(method, &fewer).as_deref(), Some(needed.permission), "{}", method.name);
                removals += 1;
            }
        }
        proved += 1;
    }
    println!("{proved} further methods, {removals} removals");
    assert!(proved >= 30, "only {proved} methods can be asked for");
}

//! Pages of lists, their filters and orders.

use crate::harness::{Cloud, OWNER, PLACE, SHOWN_PLACE, STRANGER};
use serde_json::json;

/// Reads a list page by page; returns the number of pages and the items' names.
fn read(cloud: &Cloud, path: &str, field: &str, size: usize) -> (usize, Vec<String>) {
    let (mut pages, mut names, mut token) = (0, Vec::new(), String::new());
    loop {
        let joint = if path.contains('?') { '&' } else { '?' };
        let answer = cloud.get(OWNER, &format!("{path}{joint}pageSize={size}&pageToken={token}")).ok();
        let items = answer[field].as_array().unwrap();
        assert!(items.len() <= size);
        names.extend(items.iter().map(|item| item["name"].as_str().unwrap().to_owned()));
        pages += 1;
        match answer["nextPageToken"].as_str() {
            Some(next) => next.clone_into(&mut token),
            None => return (pages, names),
        }
    }
}

#[test]
fn every_list_has_pages() {
    let cloud = Cloud::start();
    for id in ["a1", "a2", "a3"] {
        cloud.create_endpoint(id);
        let model = json!({"displayName": id, "containerSpec": {"imageUri": "i"}});
        cloud.finish(&cloud.own("POST", "/models:upload", json!({"modelId": id, "model": model})).ok());
        let role = json!({"roleId": format!("role_{id}"), "role": {"title": id}});
        cloud.post(OWNER, "/v1/projects/acme-ml/roles", role).ok();
    }
    for (path, field, count) in [
        (format!("{PLACE}/endpoints"), "endpoints", 3),
        (format!("{PLACE}/models"), "models", 5),
        (format!("{PLACE}/models/fraud-detector:listVersions"), "models", 3),
        (format!("{PLACE}/operations"), "operations", 6),
        ("/v1/projects/acme-ml/roles".to_owned(), "roles", 7),
    ] {
        let (pages, whole) = read(&cloud, &path, field, 1000);
        assert_eq!((pages, whole.len()), (1, count), "{path}");
        let (pages, pieces) = read(&cloud, &path, field, 2);
        assert_eq!((pages, pieces), (count.div_ceil(2), whole), "{path}");
    }
}

#[test]
fn a_token_is_of_one_list_only() {
    let cloud = Cloud::start();
    for id in ["a1", "a2", "a3"] {
        cloud.create_endpoint(id);
    }
    let first = cloud.own("GET", "/endpoints?pageSize=1", json!(null)).ok();
    let token = first["nextPageToken"].as_str().unwrap();
    for path in [
        format!("/models?pageToken={token}"),
        format!("/endpoints?pageToken={token}&filter=endpoint%3Da1"),
        format!("/endpoints?pageToken={token}&orderBy=display_name"),
        "/endpoints?pageToken=surprise".to_owned(),
        "/endpoints?pageSize=-1".to_owned(),
        "/endpoints?pageSize=many".to_owned(),
    ] {
        cloud.own("GET", &path, json!(null)).refused(400, "INVALID_ARGUMENT");
    }
    cloud.get(STRANGER, &format!("{PLACE}/endpoints?pageToken={token}")).refused(403, "PERMISSION_DENIED");
    // The size may change from page to page, and a token can be used again.
    for _ in 0..2 {
        let rest = cloud.own("GET", &format!("/endpoints?pageSize=9&pageToken={token}"), json!(null)).ok();
        assert_eq!((rest["endpoints"].as_array().unwrap().len(), &rest["nextPageToken"]), (2, &json!(null)));
    }
}

#[test]
fn what_is_deleted_between_two_pages_is_left_out() {
    let cloud = Cloud::start();
    for id in ["a1", "a2", "a3"] {
        cloud.create_endpoint(id);
    }
    let first = cloud.own("GET", "/endpoints?pageSize=1", json!(null)).ok();
    cloud.finish(&cloud.own("DELETE", "/endpoints/a2", json!(null)).ok());
    let token = first["nextPageToken"].as_str().unwrap();
    let second = cloud.own("GET", &format!("/endpoints?pageSize=1&pageToken={token}"), json!(null)).ok();
    assert_eq!(second["endpoints"][0]["name"], format!("{SHOWN_PLACE}/endpoints/a3"));
}

#[test]
fn filters_orders_and_masks() {
    let cloud = Cloud::start();
    for id in ["a1", "a2"] {
        let body = json!({"displayName": id, "labels": {"owner": id}});
        cloud.finish(&cloud.own("POST", &format!("/endpoints?endpointId={id}"), body).ok());
    }
    let names = |query: &str| read(&cloud, &format!("{PLACE}/endpoints?{query}"), "endpoints", 10).1;
    let name = |id: &str| format!("{SHOWN_PLACE}/endpoints/{id}");
    assert_eq!(names("filter=labels.owner%3Da2"), [name("a2")]);
    assert_eq!(names("filter=display_name%3D%22a1%22%20AND%20labels%3Aowner"), [name("a1")]);
    assert_eq!(names("orderBy=display_name%20desc"), [name("a2"), name("a1")]);
    let masked = cloud.own("GET", "/endpoints?readMask=display_name", json!(null)).ok();
    assert_eq!(masked["endpoints"][0], json!({"displayName": "a1"}));
    assert_eq!(names("filter=(endpoint%3Da1%20OR%20endpoint%3Da3)"), [name("a1")]);
    cloud.own("GET", "/endpoints?filter=(((", json!(null)).refused(400, "INVALID_ARGUMENT");
    cloud.own("GET", "/endpoints?filter=colour%3Dred", json!(null)).refused(501, "UNIMPLEMENTED");
    let unknown = cloud.own("GET", "/endpoints?readMask=display_name,colour", json!(null));
    assert_eq!(unknown.fields(), ["read_mask"]);
    let selected = cloud.own("GET", "/endpoints?fields=endpoints(labels/owner)", json!(null)).ok();
    assert_eq!(selected, json!({"endpoints": [{"labels": {"owner": "a1"}}, {"labels": {"owner": "a2"}}]}));
    cloud.own("GET", "/endpoints?fields=endpoints(", json!(null)).refused(400, "INVALID_ARGUMENT");
    cloud.own("GET", "/operations?filter=done%3Dtrue", json!(null)).refused(501, "UNIMPLEMENTED");
    cloud.own("GET", "/endpoints?filter=endpoint", json!(null)).refused(400, "INVALID_ARGUMENT");
}

#[test]
fn refuses_a_parameter_that_no_description_has() {
    let cloud = Cloud::start();
    cloud.create_endpoint("fraud");
    for path in ["/endpoints/fraud", "/endpoints"] {
        let path = format!("{path}?allDeploymentStates=true");
        cloud.own("GET", &path, json!(null)).refused(501, "UNIMPLEMENTED");
    }
}

//! Queries: decoded, checked against the row and encoded again.

use super::*;

#[test]
fn decodes_a_query_and_encodes_it_again() {
    let list = "aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints";
    let url = |query: &str| {
        let url = verdict("GET", &format!("{list}?{query}")).map(|allowed| allowed.url).unwrap();
        url.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default()
    };
    assert_eq!(url(""), "");
    assert_eq!(url("pageSize=5&pageToken="), "pageSize=5&pageToken=");
    assert_eq!(url("filter=labels.a%3D%22b%26c%22+AND+x"), "filter=labels.a%3D%22b%26c%22%20AND%20x");
    assert_eq!(
        url("%24alt=json%3Benum-encoding=int&fields=endpoints(name)"),
        "$alt=json%3Benum-encoding%3Dint&fields=endpoints%28name%29"
    );
    assert_eq!(url("filter=..%2F%2e%2e//"), "filter=..%2F..%2F%2F");
    let policy =
        "aiplatform/v1beta1/projects/acme-ml/locations/us-central1/endpoints/fraud-detector:testIamPermissions";
    let allowed = verdict("POST", &format!("{policy}?permissions=a.b.c&permissions=d.e.f")).unwrap();
    assert!(allowed.url.ends_with("?permissions=a.b.c&permissions=d.e.f"));
}

#[test]
fn rejects_a_query_that_the_method_does_not_have() {
    let list = "aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints";
    for query in [
        "key=AIza",
        "access_token=ya29.x",
        "oauth_token=x",
        "callback=alert",
        "quotaUser=x",
        "x-http-method-override=DELETE",
        "X-HTTP-Method-Override=DELETE",
        "%24.xgafv=1",
        "PageSize=5",
        "pageSize=5&pageSize=6",
        "pageSize=5&page%53ize=6",
        "pageSize=5&",
        "&",
        "=1",
        "alt=media",
        "alt=sse",
        "prettyPrint=1",
        "filter=%",
        "filter=%4",
        "filter=%zz",
        "filter=%00",
        "filter=%0d%0ahost:evil",
        "filter=%ff",
        "filter=ä",
        "filter=a b",
        "filter=a#b",
        "filter=a\r\n",
        "filter=%C2%85",
    ] {
        assert_eq!(rejected("GET", &format!("{list}?{query}")), (400, Code::ProxyQueryUnknown), "{query}");
    }
    let long = format!("{list}?filter={}", "x".repeat(5000));
    assert_eq!(rejected("GET", &long), (400, Code::ProxyQueryUnknown));
    let deploy = format!("{ENDPOINT}:deployModel?fields=metadata");
    assert_eq!(rejected("POST", &deploy), (400, Code::ProxyQueryUnknown), "the operation's name must come back");
    let many = format!("{ENDPOINT}:testIamPermissions?{}", vec!["permissions=a.b.c"; 200].join("&"));
    assert_eq!(rejected("POST", &many.replace("/v1/", "/v1beta1/")), (400, Code::ProxyQueryUnknown));
}

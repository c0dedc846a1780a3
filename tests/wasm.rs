//! The boundary as JavaScript sees it, in Node and in a browser: `cargo xtask test --only wasm`.
#![cfg(target_arch = "wasm32")]

use backstage_vertex_ai::diagnostic::{Code, Diagnostic};
use backstage_vertex_ai::wasm::exports::{status, validate};
use backstage_vertex_ai::wasm::start::version;
use backstage_vertex_ai::wasm::transport::Talk;
use js_sys::{Function, JSON, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

const ANNOTATIONS: &str = r#"{"google.com/vertex-ai-project": "acme-ml", "google.com/vertex-ai-location": "us-central1",
    "google.com/vertex-ai-endpoint": "fraud", "google.com/vertex-ai-model": "fraud@3"}"#;

fn request(annotations: &str, more: &str) -> JsValue {
    let text = format!(
        r#"{{"source": {{"entity": {{"kind": "Component", "metadata": {{"name": "fraud", "annotations": {annotations}}}}}}}{more}}}"#
    );
    JSON::parse(&text).unwrap()
}

fn get(value: &JsValue, path: &str) -> JsValue {
    path.split('.').fold(value.clone(), |value, key| Reflect::get(&value, &key.into()).unwrap())
}

fn text(value: &JsValue, path: &str) -> String {
    get(value, path).as_string().unwrap_or_else(|| panic!("{path} is not a text"))
}

#[wasm_bindgen_test]
fn returns_the_version_of_the_crate() {
    assert_eq!(version(), env!("CARGO_PKG_VERSION"));
}

#[wasm_bindgen_test]
fn reports_are_plain_objects_without_missing_values() {
    let report = validate(request(ANNOTATIONS, "")).unwrap();
    assert_eq!(get(&report, "valid"), JsValue::TRUE);
    assert_eq!(text(&report, "target.endpoint"), "projects/acme-ml/locations/us-central1/endpoints/fraud");
    assert!(get(&report, "target.machineType").is_undefined());
    assert_eq!(text(&report, "target.entityRef"), "component:default/fraud");
}

#[wasm_bindgen_test]
fn a_text_keeps_its_positions() {
    let source =
        r#"{"source": {"text": "kind: A\nmetadata:\n  name: a\n  annotations:\n    google.com/vertex-ai-model: 7\n"}}"#;
    let report = validate(JSON::parse(source).unwrap()).unwrap();
    let findings = js_sys::Array::from(&get(&report, "diagnostics"));
    let model = findings.iter().find(|f| text(f, "code") == "annotation/not-text").unwrap();
    assert_eq!(get(&model, "where.start.line").as_f64(), Some(5.0));
    assert_eq!(get(&model, "where.start.column").as_f64(), Some(33.0));
}

#[wasm_bindgen_test]
fn rejects_values_that_json_cannot_represent_and_ignores_undefined() {
    let cycle = request(ANNOTATIONS, "");
    Reflect::set(&get(&cycle, "source.entity"), &"spec".into(), &cycle).unwrap();
    assert_eq!(text(&validate(cycle).unwrap_err(), "code"), "request/malformed");
    let function = request(ANNOTATIONS, "");
    Reflect::set(&get(&function, "source.entity"), &"spec".into(), &Function::new_no_args("")).unwrap();
    assert_eq!(text(&validate(function).unwrap_err(), "code"), "request/malformed");
    let undefined = request(ANNOTATIONS, "");
    Reflect::set(&undefined, &"environment".into(), &JsValue::UNDEFINED).unwrap();
    Reflect::set(&undefined, &"surprise".into(), &JsValue::UNDEFINED).unwrap();
    assert!(validate(undefined).is_ok());
}

#[wasm_bindgen_test]
fn accepts_fractions_and_huge_numbers_as_values() {
    for number in ["1.5", "1e300", "-7", "9007199254740993"] {
        let report = validate(request(&format!(r#"{{"google.com/vertex-ai-model": {number}}}"#), "")).unwrap();
        assert_eq!(get(&report, "valid"), JsValue::FALSE, "{number}");
    }
}

#[wasm_bindgen_test]
fn numbers_in_a_plan_are_numbers() {
    let report = backstage_vertex_ai::wasm::server::plan(request(ANNOTATIONS, "")).unwrap();
    let steps = js_sys::Array::from(&get(&report, "plan.steps"));
    let split = get(&steps.get(2), "call.body.trafficSplit");
    assert_eq!(get(&split, "0").as_f64(), Some(100.0));
}

#[wasm_bindgen_test]
fn mistakes_of_a_configuration_are_one_error() {
    let config = JSON::parse(r#"{"catalog": {"onInvalid": "ignore"}, "catalogue": {}}"#).unwrap();
    let error = backstage_vertex_ai::wasm::server::read_catalog_config(&config).unwrap_err();
    let message = text(&error, "message");
    assert!(
        message.contains("\nvertexAi.catalogue: ") && message.contains("\nvertexAi.catalog.onInvalid: "),
        "{message}"
    );
    assert_eq!(js_sys::Array::from(&get(&error, "diagnostics")).length(), 2);
    let config = JSON::parse(r#"{"catalog": {"onInvalid": "refuse"}}"#).unwrap();
    let config = backstage_vertex_ai::wasm::server::read_catalog_config(&config).unwrap();
    assert_eq!(text(&config, "onInvalid"), "refuse");
    let single = JsValue::from(Diagnostic::new(Code::ConfigInvalid, "one"));
    assert_eq!(text(&single, "message"), "one");
}

#[wasm_bindgen_test]
fn a_malformed_request_throws_a_core_error() {
    for wrong in [JsValue::UNDEFINED, JSON::parse(r#"{"surprise": 1}"#).unwrap()] {
        let error = validate(wrong).unwrap_err();
        assert_eq!(text(&error, "name"), "CoreError");
        assert_eq!(text(&error, "code"), "request/malformed");
        assert!(js_sys::Array::is_array(&get(&error, "diagnostics")));
    }
}

const PROXY: &str = r#", "proxyUrl": "http://portal/api/proxy/vertex-ai""#;

/// Answers every request with `fetch`, the body of a JavaScript function, until the report. Returns it, and the requests.
async fn driven(mut talk: Talk, fetch: &str, cancelled: bool) -> (JsValue, Vec<JsValue>) {
    let sent = js_sys::Array::new();
    let host = js_sys::Object::new();
    let body = format!("this.sent.push({{ url, init, identity }}); {fetch}");
    Reflect::set(&host, &"sent".into(), &sent).unwrap();
    Reflect::set(&host, &"fetch".into(), &Function::new_with_args("url, init, identity", &body)).unwrap();
    loop {
        let next = talk.tell(cancelled, 1, None).unwrap();
        assert!(js_sys::Array::is_array(&get(&next, "said")));
        if get(&next, "want").is_undefined() {
            return (get(&next, "report"), sent.iter().collect());
        }
        if get(&next, "want").as_string().as_deref() == Some("send") {
            JsFuture::from(talk.send(host.clone().unchecked_into(), None)).await.unwrap();
        }
    }
}

/// Code of the first finding of the status, if every request is answered with `fetch`.
async fn finding(fetch: &str) -> String {
    let (report, _) = driven(status(request(ANNOTATIONS, PROXY)).unwrap(), fetch, false).await;
    assert_eq!(text(&report, "state"), "unavailable", "{fetch}");
    text(&js_sys::Array::from(&get(&report, "diagnostics")).get(0), "code")
}

#[wasm_bindgen_test]
async fn a_status_sends_requests_and_ends_in_a_report() {
    let answer = r#"return Promise.resolve(new Response('{"displayName": "Fraud", "trafficSplit": {"1": 100}, "deployedModels": [{"id": "1", "model": "m@3", "modelVersionId": "3"}]}'));"#;
    let (report, sent) = driven(status(request(ANNOTATIONS, PROXY)).unwrap(), answer, false).await;
    assert!(!sent.is_empty());
    for one in sent {
        assert!(text(&one, "url").starts_with("http://portal/api/proxy/vertex-ai/aiplatform/v1/"));
        assert_eq!((text(&one, "init.method").as_str(), text(&one, "identity").as_str()), ("GET", "initiator"));
        assert!(get(&one, "init.body").is_undefined());
    }
    assert_eq!(text(&report, "state"), "serving");
    assert_eq!(text(&report, "headline"), "Serving version 3");
    assert!(text(&report, "observedAt") < text(&report, "staleAt"));
}

#[wasm_bindgen_test]
async fn a_failed_request_is_a_finding() {
    for failure in ["throw 1;", "return Promise.reject('down');", "return 42;", "return Promise.resolve();"] {
        assert_eq!(finding(failure).await, "network/unreachable", "{failure}");
    }
}

#[wasm_bindgen_test]
async fn an_answer_that_is_cut_off_is_a_finding() {
    for text in ["Promise.reject(undefined)", "Promise.reject('gone')", "Promise.reject(new TypeError('terminated'))"] {
        let answer = format!("return {{ status: 200, text: () => {text} }};");
        assert_eq!(finding(&answer).await, "google/answer-unreadable", "{text}");
    }
    assert_eq!(finding("return { status: 200, text() { throw 1; } };").await, "google/answer-unreadable");
}

#[wasm_bindgen_test]
async fn a_body_and_its_headers_are_sent() {
    let talk = backstage_vertex_ai::wasm::server::deploy(request(ANNOTATIONS, PROXY)).unwrap();
    let answer = r#"const status = init.method !== 'GET' ? 403 : url.includes('/models/') ? 200 : 404;
        return { status, text: () => '{"error": {"code": 404, "message": "no", "status": "NOT_FOUND"}}' };"#;
    let (report, sent) = driven(talk, answer, false).await;
    assert_eq!(text(&report, "outcome"), "failed");
    let change = sent.iter().find(|one| text(one, "init.method") == "POST").expect("the endpoint is created");
    assert!(JSON::parse(&text(change, "init.body")).is_ok());
    assert_eq!(text(change, "init.headers.content-type"), "application/json");
}

#[wasm_bindgen_test]
async fn a_cancelled_conversation_sends_nothing() {
    let (report, sent) = driven(status(request(ANNOTATIONS, PROXY)).unwrap(), "throw 1;", true).await;
    assert_eq!((text(&report, "state").as_str(), sent.len()), ("unavailable", 0));
}

#[wasm_bindgen_test]
async fn invalid_annotations_are_reported_before_anything_is_sent() {
    let talk = backstage_vertex_ai::wasm::server::deploy(request("{}", PROXY)).unwrap();
    let (report, sent) = driven(talk, "throw 1;", false).await;
    assert_eq!((text(&report, "outcome").as_str(), sent.len()), ("failed", 0));
}

mod checker {
    use super::{get, text};
    use backstage_vertex_ai::wasm::check::Checker;
    use js_sys::JSON;
    use wasm_bindgen::JsValue;
    use wasm_bindgen_test::wasm_bindgen_test;

    const GOOD: &[u8] = b"kind: Component\nmetadata:\n  name: fraud\n  annotations:\n    google.com/vertex-ai-project: acme-ml\n    google.com/vertex-ai-location: us-central1\n    google.com/vertex-ai-endpoint: fraud\n    google.com/vertex-ai-model: fraud@3\n";

    fn checker(options: &str) -> Result<Checker, JsValue> {
        Checker::new(JSON::parse(options).unwrap(), None, None)
    }

    fn parsed(report: impl Into<JsValue>) -> JsValue {
        JSON::parse(&report.into().as_string().unwrap()).unwrap()
    }

    #[wasm_bindgen_test]
    fn a_good_file_crosses_as_a_number_and_a_wrong_one_as_its_report() {
        let mut checker = checker("{}").unwrap();
        assert_eq!(checker.add("a.yaml", GOOD, true).unwrap().as_f64(), Some(1.0));
        let wrong = String::from_utf8_lossy(GOOD).replace("@3", "@0");
        let report = parsed(checker.add("b.yaml", wrong.as_bytes(), true).unwrap());
        let findings = js_sys::Array::from(&get(&report, "diagnostics"));
        assert_eq!(text(&findings.get(0), "code"), "model/version-zero");
        assert_eq!(text(&findings.get(0), "where.file"), "b.yaml");
        assert!(text(&report, "output").contains("--> b.yaml:8:"));
        let end = parsed(checker.finish().unwrap());
        assert_eq!((get(&end, "files").as_f64(), get(&end, "errors").as_f64()), (Some(2.0), Some(1.0)));
        assert_eq!(get(&end, "failed"), JsValue::TRUE);
    }

    #[wasm_bindgen_test]
    fn any_bytes_result_in_a_report_and_never_in_a_trap() {
        let mut checker = checker(r#"{"format": "json"}"#).unwrap();
        for bytes in [&b"\xff\xfe\x00"[..], b"\x00", b"", b"a: [", b"{\"kind\": \xc3\x28}"] {
            checker.add("a.yaml", bytes, true).unwrap();
        }
        assert!(checker.finish().is_ok());
    }

    #[wasm_bindgen_test]
    fn misuse_throws_and_an_unknown_rule_is_a_finding() {
        for wrong in [r#"{"format": "pdf"}"#, r#"{"failOn": 1}"#, r#"{"color": "red"}"#, r#"{"surprise": true}"#] {
            assert_eq!(text(&checker(wrong).err().unwrap(), "code"), "request/malformed", "{wrong}");
        }
        let mut checker = checker(r#"{"rules": {"model/surprise": "error"}}"#).unwrap();
        let end = parsed(checker.finish().unwrap());
        let findings = js_sys::Array::from(&get(&end, "diagnostics"));
        assert!(findings.iter().any(|finding| text(&finding, "message").contains("model/surprise")));
        let error = checker.add("a.yaml", GOOD, true).unwrap_err();
        assert!(text(&error, "message").contains("finished"));
    }

    #[wasm_bindgen_test]
    fn keys_that_are_the_same_number_are_duplicates() {
        let mut checker = checker(r#"{"format": "json"}"#).unwrap();
        let mut codes = |first: &str, second: &str| {
            let source = format!("kind: A\nmetadata: {{name: a}}\n{first}: a\n{second}: b\n");
            let report = checker.add("a.yaml", source.as_bytes(), true).unwrap();
            if report.as_f64().is_some() {
                return Vec::new();
            }
            let findings = js_sys::Array::from(&get(&parsed(report), "diagnostics"));
            findings.iter().map(|finding| text(&finding, "code")).collect()
        };
        for (first, second) in [
            ("1", "1.0"),
            ("-0", "0"),
            ("+.5e1", "5."),
            ("0x10", "16"),
            ("1e999", ".inf"),
            ("9007199254740992", "9007199254740993"),
            ("0.1", "0.1000000000000000055511151231257827"),
        ] {
            assert_eq!(codes(first, second), ["entity/duplicate-key"], "{first} {second}");
        }
        for (first, second) in [("1", "-1"), ("9007199254740991", "9007199254740992"), (".nan", ".nan"), ("1", "'1'")] {
            assert!(codes(first, second).is_empty(), "{first} {second}");
        }
    }

    #[wasm_bindgen_test]
    fn counts_documents() {
        assert_eq!(Checker::documents(b"a: 1\n---\nb: 2\n"), 2);
    }
}

//! The boundary as JavaScript sees it, in Node and in a browser: `cargo xtask test --only wasm`.
#![cfg(target_arch = "wasm32")]

use backstage_vertex_ai::wasm::exports::version;
use backstage_vertex_ai::wasm::server::{status, validate};
use js_sys::{Function, JSON, Promise, Reflect};
use wasm_bindgen::JsValue;
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
fn the_version_is_the_crates() {
    assert_eq!(version(), env!("CARGO_PKG_VERSION"));
}

#[wasm_bindgen_test]
fn reports_are_plain_objects_without_what_is_missing() {
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
fn what_json_cannot_say_is_refused_and_what_is_undefined_is_not_there() {
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
fn a_fraction_or_a_huge_number_among_the_annotations_breaks_nothing() {
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
fn a_wrong_request_throws_a_core_error() {
    for wrong in [JsValue::UNDEFINED, JSON::parse(r#"{"surprise": 1}"#).unwrap()] {
        let error = validate(wrong).unwrap_err();
        assert_eq!(text(&error, "name"), "CoreError");
        assert_eq!(text(&error, "code"), "request/malformed");
        assert!(js_sys::Array::is_array(&get(&error, "diagnostics")));
    }
}

fn host(fetch: &str) -> JsValue {
    let host = js_sys::Object::new();
    let fetch = Function::new_with_args("url, init, identity", fetch);
    Reflect::set(&host, &"fetch".into(), &fetch).unwrap();
    host.into()
}

async fn ended(promise: Result<Promise, JsValue>) -> Result<JsValue, JsValue> {
    JsFuture::from(promise?).await
}

const PROXY: &str = r#", "proxyUrl": "http://portal/api/proxy/vertex-ai""#;

#[wasm_bindgen_test]
async fn a_status_asks_through_the_injected_fetch() {
    let host = host(
        "if (identity !== 'initiator' || init.method !== 'GET') throw new Error('wrong call');
         const body = url.endsWith('/endpoints/fraud')
           ? { displayName: 'Fraud', trafficSplit: { 1: 100 }, deployedModels: [{ id: '1', model: 'm@3', modelVersionId: '3' }] }
           : { operations: [] };
         return Promise.resolve(new Response(JSON.stringify(body), { status: 200 }));",
    );
    let report = ended(status(request(ANNOTATIONS, PROXY), host)).await.unwrap();
    assert_eq!(text(&report, "state"), "serving");
    assert_eq!(text(&report, "headline"), "Serving version 3");
    assert!(text(&report, "observedAt") < text(&report, "staleAt"));
}

#[wasm_bindgen_test]
async fn a_fetch_that_fails_or_answers_nonsense_is_a_finding() {
    for fetch in ["throw new Error('down')", "return Promise.reject(new Error('down'))", "return Promise.resolve(42)"] {
        let report = ended(status(request(ANNOTATIONS, PROXY), host(fetch))).await.unwrap();
        assert_eq!(text(&report, "state"), "unavailable", "{fetch}");
        let findings = js_sys::Array::from(&get(&report, "diagnostics"));
        assert_eq!(text(&findings.get(0), "code"), "network/unreachable", "{fetch}");
    }
}

/// Whatever the body is rejected with: an abort may have any reason, and another realm's errors are none of ours.
#[wasm_bindgen_test]
async fn an_answer_that_is_cut_off_is_a_finding() {
    for reason in ["new TypeError('terminated')", "'gone'", "undefined", "null", "{}"] {
        let fetch = format!(
            "const stream = new ReadableStream({{ start: it => it.error({reason}) }});
             return Promise.resolve(new Response(stream, {{ status: 200 }}));"
        );
        let report = ended(status(request(ANNOTATIONS, PROXY), host(&fetch))).await.unwrap();
        let findings = js_sys::Array::from(&get(&report, "diagnostics"));
        assert_eq!(text(&findings.get(0), "code"), "google/answer-unreadable", "{reason}");
    }
}

#[wasm_bindgen_test]
async fn an_aborted_signal_ends_the_question() {
    let host = host("throw new Error('must not be called')");
    let signal = Function::new_no_args("return AbortSignal.abort()").call0(&JsValue::UNDEFINED).unwrap();
    Reflect::set(&host, &"signal".into(), &signal).unwrap();
    let report = ended(status(request(ANNOTATIONS, PROXY), host)).await.unwrap();
    assert_eq!(text(&report, "state"), "unavailable");
}

#[wasm_bindgen_test]
async fn a_host_without_fetch_is_misuse() {
    let error = ended(status(request(ANNOTATIONS, PROXY), js_sys::Object::new().into())).await.unwrap_err();
    assert_eq!(text(&error, "code"), "request/malformed");
}

#[wasm_bindgen_test]
async fn wrong_annotations_are_refused_before_anything_is_called() {
    let host = host("throw new Error('must not be called')");
    let report = ended(backstage_vertex_ai::wasm::server::deploy(request("{}", PROXY), host)).await.unwrap();
    assert_eq!(text(&report, "outcome"), "failed");
}

mod checker {
    use super::{get, text};
    use backstage_vertex_ai::wasm::check::Checker;
    use js_sys::JSON;
    use wasm_bindgen::JsValue;
    use wasm_bindgen_test::wasm_bindgen_test;

    const GOOD: &[u8] = b"kind: Component\nmetadata:\n  name: fraud\n  annotations:\n    google.com/vertex-ai-project: acme-ml\n    google.com/vertex-ai-location: us-central1\n    google.com/vertex-ai-endpoint: fraud\n    google.com/vertex-ai-model: fraud@3\n";

    fn checker(format: &str, rules: &str) -> Result<Checker, JsValue> {
        let rules = JSON::parse(rules).unwrap();
        Checker::new(format, false, true, "error", false, rules, None, None)
    }

    fn parsed(report: JsValue) -> JsValue {
        JSON::parse(&report.as_string().unwrap()).unwrap()
    }

    #[wasm_bindgen_test]
    fn of_a_good_file_a_number_crosses_and_of_a_wrong_one_its_report() {
        let mut checker = checker("text", "null").unwrap();
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
    fn any_bytes_are_a_report_and_none_a_trap() {
        let mut checker = checker("json", "null").unwrap();
        for bytes in [&b"\xff\xfe\x00"[..], b"\x00", b"", b"a: [", b"{\"kind\": \xc3\x28}"] {
            checker.add("a.yaml", bytes, true).unwrap();
        }
        assert!(checker.finish().is_ok());
    }

    #[wasm_bindgen_test]
    fn misuse_is_told_in_words() {
        assert_eq!(text(&checker("pdf", "null").err().unwrap(), "code"), "request/malformed");
        let mut checker = checker("text", r#"{"model/surprise": "error"}"#).unwrap();
        let end = parsed(checker.finish().unwrap());
        let findings = js_sys::Array::from(&get(&end, "diagnostics"));
        assert!(findings.iter().any(|finding| text(&finding, "message").contains("model/surprise")));
        let error = checker.add("a.yaml", GOOD, true).unwrap_err();
        assert!(text(&error, "message").contains("finished"));
    }

    #[wasm_bindgen_test]
    fn keys_that_are_one_number_to_the_engine_stand_twice() {
        let mut checker = checker("json", "null").unwrap();
        let mut codes = |first: &str, second: &str| {
            let source = format!("kind: A\nmetadata: {{name: a}}\n{first}: a\n{second}: b\n");
            let report = checker.add("a.yaml", source.as_bytes(), false).unwrap();
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
    fn documents_are_counted() {
        assert_eq!(Checker::documents(b"a: 1\n---\nb: 2\n"), 2);
    }
}

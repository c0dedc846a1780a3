//! Reads texts (a JSON list of strings on stdin) and prints their documents as JSON: `["text", "x"]`, `["map", [[key, value], …]]`, …
//! for a document, `{"error": kind}` for one that cannot be read. See `run.mjs`.
#![expect(clippy::expect_used, reason = "a tool of the tests fails by panicking")]

use backstage_yaml::{Content, Document, Node, Problem, ProblemKind, read};
use serde_json::{Value, json};

fn main() {
    let texts: Vec<String> = serde_json::from_reader(std::io::stdin()).expect("a JSON list of texts");
    let read: Vec<Vec<Value>> =
        texts.iter().map(|text| read(text.as_bytes()).into_iter().map(document).collect()).collect();
    println!("{}", json!(read));
}

fn document(document: Result<Document, Problem>) -> Value {
    let rejected = |problem: &Problem| json!({ "error": format!("{:?}", problem.kind), "message": problem.message, "at": problem.span });
    match document {
        Ok(document) => match document.problems.iter().find(|problem| problem.kind == ProblemKind::DuplicateKey) {
            Some(problem) => rejected(problem),
            None => json!({ "value": value(&document.root) }),
        },
        Err(problem) => rejected(&problem),
    }
}

fn value(node: &Node) -> Value {
    match &node.value {
        Content::Null => json!(["null"]),
        Content::Bool(value) => json!(["bool", value]),
        Content::Number(text) => json!(["number", text]),
        Content::Text(text) => json!(["text", text]),
        Content::List(items) => json!(["list", items.iter().map(value).collect::<Vec<_>>()]),
        Content::Map(entries) => {
            json!(["map", entries.iter().map(|(key, v)| json!([value(key), value(v)])).collect::<Vec<_>>()])
        }
    }
}

//! Reads texts (a JSON list of strings on stdin) and prints their documents as JSON: `["text", "x"]`, `["map", [[key, value], …]]`, …
//! for what was read, `{"error": code}` for what was not. See `run.mjs`.

use backstage_vertex_ai::entity::read_trees;
use backstage_vertex_ai::entity::tree::{Content, Node};
use serde_json::{Value, json};

fn main() {
    let texts: Vec<String> = serde_json::from_reader(std::io::stdin()).expect("a JSON list of texts");
    let read: Vec<Vec<Value>> = texts.iter().map(|text| documents(text)).collect();
    println!("{}", json!(read));
}

fn documents(text: &str) -> Vec<Value> {
    read_trees(text.as_bytes(), None)
        .into_iter()
        .map(|tree| match tree {
            Ok(tree) => match tree.findings.iter().find(|finding| finding.is_error()) {
                Some(error) => json!({ "error": error.code, "message": error.message }),
                None => json!({ "value": value(&tree.root) }),
            },
            Err(error) => {
                json!({ "error": error.code, "message": error.message, "at": error.place.as_ref().and_then(|at| at.span) })
            }
        })
        .collect()
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

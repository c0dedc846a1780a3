//! Laws for every rule: findings do not depend on the layout of a file, and a fix resolves its finding.

use super::{PREFIX, check, example};
use crate::diagnostic::rule::{self, Example};
use crate::diagnostic::{Code, Diagnostic, Edit, Kind, Level};
use crate::entity::{Content, Entity, Node};
use crate::rule::Settings;
use proptest::prelude::*;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The key and JSON value of an annotation.
type Annotation = (String, Value);

/// The default settings, or with every rule on.
fn settings(strict: bool) -> Settings {
    let off = Code::ALL.iter().filter(|code| strict && code.kind() == Kind::Adjustable(Level::Off));
    let levels: Map<String, Value> = off.map(|code| (code.as_str().to_owned(), "warning".into())).collect();
    Settings::read(&Node::from(&Value::Object(levels)), None).0
}

fn value(node: &Node) -> Value {
    match &node.value {
        Content::Null => Value::Null,
        Content::Bool(b) => Value::Bool(*b),
        Content::Number(text) => serde_json::from_str(text).unwrap(),
        Content::Text(text) => Value::String(text.clone()),
        Content::List(items) => items.iter().map(value).collect(),
        Content::Map(entries) => {
            entries.iter().map(|(key, item)| (key.as_text().unwrap().to_owned(), value(item))).collect()
        }
    }
}

/// The examples with annotations, and whether each is a right one.
fn examples() -> Vec<(&'static str, Vec<Annotation>, bool)> {
    let mut examples = Vec::new();
    for rule in rule::all() {
        for (example, is_right) in [(rule.wrong, false), (rule.right, true)] {
            if let Example::Lines(_) | Example::All(_) = example {
                let text = String::from_utf8(example::file(&example)).unwrap();
                let entity = Entity::from_text(&text, None).unwrap();
                let annotations = entity.annotations().iter();
                let annotations = annotations.map(|(key, node)| (key.as_text().unwrap().to_owned(), value(node)));
                examples.push((rule.code.as_str(), annotations.collect(), is_right));
            }
        }
    }
    examples
}

/// A style of a YAML string.
#[derive(Clone, Copy, Debug)]
enum Quotes {
    None,
    Single,
    Double,
    Block,
}

/// A layout of an entity.
#[derive(Clone, Copy, Debug)]
enum Layout {
    Block,
    Flow,
    Json,
    /// The object that the catalog returns, without a text.
    Object,
}

fn scalar(value: &Value, quotes: Quotes) -> String {
    let Value::String(text) = value else { return value.to_string() };
    // A string needs no quotes if it cannot be read as another type.
    let is_plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./@".contains(&b))
        && !matches!(text.to_ascii_lowercase().as_str(), "null" | "true" | "false");
    let is_one_line = !text.is_empty() && text.trim() == text && !text.contains(char::is_control);
    match quotes {
        Quotes::None if is_plain => text.clone(),
        Quotes::Single if is_one_line => format!("'{}'", text.replace('\'', "''")),
        Quotes::Block if is_one_line => format!("|-\n      {text}"),
        _ => value.to_string(),
    }
}

/// Writes an entity, with the quotes in turn.
fn write(annotations: &[Annotation], layout: Layout, quotes: &[Quotes]) -> String {
    let quotes = |i: usize| match layout {
        Layout::Block => quotes[i % quotes.len()],
        Layout::Flow if !matches!(quotes[i % quotes.len()], Quotes::Block) => quotes[i % quotes.len()],
        _ => Quotes::Double,
    };
    let written: Vec<String> = annotations
        .iter()
        .enumerate()
        .map(|(i, (key, value))| {
            let key_quotes = if let Quotes::Block = quotes(i + 1) { Quotes::None } else { quotes(i + 1) };
            format!("{}: {}", scalar(&key.as_str().into(), key_quotes), scalar(value, quotes(i)))
        })
        .collect();
    match layout {
        Layout::Block => format!(
            "# written by hand\r\nmetadata:\r\n  annotations:\r\n    {}\r\n  name: fraud-detector # a name\r\nkind: Component\r\n",
            written.join("\r\n\r\n    ").replace('\n', "\r\n").replace("\r\r", "\r")
        ),
        Layout::Flow => {
            format!(
                "---\n{{kind: Component, metadata: {{name: fraud-detector, annotations: {{{}}}}}}}\n",
                written.join(", ")
            )
        }
        Layout::Json | Layout::Object => format!(
            r#"{{"metadata": {{"annotations": {{{}}}, "name": "fraud-detector"}}, "kind": "Component"}}"#,
            written.join(",")
        ),
    }
}

fn read(text: &str, layout: Layout) -> Entity {
    match layout {
        Layout::Object => Entity::from_json(&serde_json::from_str(text).unwrap()).unwrap(),
        _ => Entity::from_text(text, None).unwrap_or_else(|findings| panic!("{text}\n{findings:#?}")),
    }
}

fn findings(entity: &Entity, strict: bool) -> Vec<Diagnostic> {
    check(entity, &settings(strict), None).into_findings()
}

/// The JSON of findings without positions and `left_out`, sorted.
fn said(findings: &[Diagnostic], left_out: &str) -> Vec<Value> {
    fn without_positions(value: &mut Value, left_out: &str) {
        match value {
            Value::Object(map) => {
                // The text of a replacement depends on the layout.
                for key in ["start", "end", "text", left_out] {
                    map.remove(key);
                }
                map.values_mut().for_each(|value| without_positions(value, left_out));
            }
            Value::Array(items) => items.iter_mut().for_each(|item| without_positions(item, left_out)),
            _ => {}
        }
    }
    let mut said: Vec<Value> = findings.iter().map(|finding| serde_json::to_value(finding).unwrap()).collect();
    said.iter_mut().for_each(|finding| without_positions(finding, left_out));
    said.sort_by_key(Value::to_string);
    said
}

/// The part of findings that depends on the layout: a value of several lines has no fix.
fn differs(layout: Layout, quotes: &[Quotes]) -> &'static str {
    let has_block = matches!(layout, Layout::Block) && quotes.iter().any(|quotes| matches!(quotes, Quotes::Block));
    if has_block { "fix" } else { "" }
}

/// The number of findings for each code.
fn counts(findings: &[Diagnostic]) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for finding in findings {
        *counts.entry(finding.code.as_str()).or_default() += 1;
    }
    counts
}

/// The text after an edit, as in an editor.
fn edited(text: &str, edit: &Edit) -> String {
    let span = edit.span.expect("a text was given");
    format!("{}{}{}", &text[..span.start.offset], edit.text.as_ref().unwrap(), &text[span.end.offset..])
}

/// The annotations after an edit, as in a form.
fn changed(annotations: &[Annotation], edit: &Edit) -> Vec<Annotation> {
    let change = |(key, value): &Annotation| {
        if *key != edit.annotation {
            return (key.clone(), value.clone());
        }
        let value = edit.value.as_ref().map_or_else(|| value.clone(), |value| value.as_str().into());
        (edit.key.clone().unwrap_or_else(|| key.clone()), value)
    };
    annotations.iter().map(change).collect()
}

/// Checks that each fix resolves its finding and adds no other. Returns the number of fixes.
fn try_fixes(name: &str, annotations: &[Annotation], layout: Layout, quotes: &[Quotes]) -> usize {
    let text = write(annotations, layout, quotes);
    let before = findings(&read(&text, layout), false);
    let mut tried = 0;
    for finding in &before {
        let Some(fix) = &finding.fix else { continue };
        let [edit] = &fix.edits[..] else { panic!("{name}: a fix has one edit") };
        let after = match layout {
            Layout::Object => read(&write(&changed(annotations, edit), layout, quotes), layout),
            _ => read(&edited(&text, edit), layout),
        };
        let after = findings(&after, false);
        let (mut left, after) = (counts(&before), counts(&after));
        *left.get_mut(finding.code.as_str()).unwrap() -= 1;
        // A fix may resolve other findings too.
        for (code, count) in after {
            assert!(left.get(code).is_some_and(|left| count <= *left), "{name}: {} brings {code}\n{text}", fix.title);
        }
        tried += 1;
    }
    tried
}

const LAYOUTS: [Layout; 4] = [Layout::Block, Layout::Flow, Layout::Json, Layout::Object];
const QUOTES: [Quotes; 4] = [Quotes::None, Quotes::Single, Quotes::Double, Quotes::Block];

#[test]
fn every_fix_resolves_its_finding_and_adds_no_other() {
    let mut fixes = BTreeMap::new();
    for (name, annotations, _) in examples() {
        for layout in LAYOUTS {
            for quotes in QUOTES {
                *fixes.entry(name).or_default() += try_fixes(name, &annotations, layout, &[quotes]);
            }
        }
    }
    // At least one fix in each layout except the one without fixes.
    let often = fixes.values().filter(|tried: &&usize| **tried >= 15).count();
    assert!(often >= 18, "few rules have fixes: {fixes:?}");
}

fn layout() -> impl Strategy<Value = Layout> {
    prop::sample::select(&LAYOUTS[..])
}

fn quotes() -> impl Strategy<Value = Vec<Quotes>> {
    prop::collection::vec(prop::sample::select(&QUOTES[..]), 1..5)
}

/// An example, also with its annotations in another order.
fn example() -> impl Strategy<Value = (&'static str, Vec<Annotation>, Vec<Annotation>, bool)> {
    prop::sample::select(examples()).prop_flat_map(|(name, annotations, is_right)| {
        let shuffled = Just(annotations.clone()).prop_shuffle();
        (Just(name), Just(annotations), shuffled, Just(is_right))
    })
}

/// Annotations from all examples: many mistakes at once.
fn medley() -> impl Strategy<Value = Vec<Annotation>> {
    let mut values: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for (_, annotations, _) in examples() {
        for (key, value) in annotations {
            // Findings about environments depend on the order of annotations.
            let is_plain = key.strip_prefix(PREFIX).is_some_and(|name| !name.contains('.'));
            let known = values.entry(key).or_default();
            if is_plain && !known.contains(&value) {
                known.push(value);
            }
        }
    }
    values.retain(|_, values| !values.is_empty());
    let each = values.into_iter().map(|(key, values)| {
        prop::option::weighted(0.7, prop::sample::select(values)).prop_map(move |value| Some((key.clone(), value?)))
    });
    each.collect::<Vec<_>>().prop_map(|annotations| annotations.into_iter().flatten().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn findings_do_not_depend_on_layout_and_order((name, annotations, shuffled, is_right) in example(), layout in layout(), quotes in quotes()) {
        let plain = read(&write(&annotations, Layout::Json, &[Quotes::Double]), Layout::Json);
        let text = write(&shuffled, layout, &quotes);
        let other = read(&text, layout);
        let (expected, found) = (findings(&plain, true), findings(&other, true));
        prop_assert_eq!(counts(&found), counts(&expected), "{}\n{}", name, text);
        // The order of environments decides which of them has the finding.
        if !name.starts_with("environment/") {
            let differs = differs(layout, &quotes);
            prop_assert_eq!(said(&found, differs), said(&expected, differs), "{}\n{}", name, text);
        }
        prop_assert!(!is_right || findings(&other, false).is_empty(), "{}\n{}", name, text);
    }

    #[test]
    fn findings_of_many_mistakes_do_not_depend_on_layout(annotations in medley(), layout in layout(), quotes in quotes()) {
        let plain = read(&write(&annotations, Layout::Json, &[Quotes::Double]), Layout::Json);
        let text = write(&annotations, layout, &quotes);
        let (found, expected) = (findings(&read(&text, layout), true), findings(&plain, true));
        let differs = differs(layout, &quotes);
        prop_assert_eq!(said(&found, differs), said(&expected, differs), "{}", text);
    }

    #[test]
    fn a_fix_resolves_its_finding_among_many_mistakes(annotations in medley(), layout in layout(), quotes in quotes()) {
        let text = write(&annotations, layout, &quotes);
        for finding in findings(&read(&text, layout), false) {
            let Some(edit) = finding.fix.as_ref().and_then(|fix| fix.edits.first()) else { continue };
            // Of two keys with the same meaning, only the author knows which one stays.
            if edit.key.as_ref().is_some_and(|key| annotations.iter().any(|(known, _)| known == key)) {
                continue;
            }
            let after = changed(&annotations, edit);
            let after = findings(&read(&write(&after, Layout::Object, &quotes), Layout::Object), false);
            let at = |finding: &Diagnostic| finding.place.as_ref().and_then(|place| place.path.clone());
            let same = after.iter().find(|other| other.code == finding.code && at(other) == at(&finding));
            prop_assert!(same.is_none(), "{}\n{:#?}", text, same);
        }
    }
}

//! Every format, with the same findings.

use super::*;
use crate::diagnostic::{Code, DOCUMENTATION, Edit, Fix, Position, Span, Where};
use proptest::prelude::*;
use serde_json::Value;

const FILE: &str = "catalog/ünï 😀/catalog-info.yaml";
const TEXT: &str = "\u{feff}kind: Component # \u{1b}[31m\r
metadata:\r
\tname: fraud\r
  annotations:\r
    # 日本 e\u{301} 👩‍👩‍👧\r
    google.com/vertex-ai-location: us-central1\r
    \"😀 日本 e\u{301}\tx\": { google.com/vertex-ai-endpoint: 'Fraud_1' } # | <b> @team\r
    google.com/vertex-ai-model: >\r
      projects/other/\r
      locations/europe-west4/\r
      models/fraud\r
    google.com/vertex-ai-image: v\r
";

/// The position of a byte, counted the slow way.
fn position(text: &str, offset: usize) -> Position {
    let before = &text[..offset];
    let line = before.rsplit('\n').next().unwrap().trim_start_matches('\u{feff}');
    Position { offset, line: before.matches('\n').count() + 1, column: line.encode_utf16().count() + 1 }
}

/// Where the words stand.
fn at(text: &str, file: &str, words: &str) -> Where {
    let start = text.find(words).unwrap_or_else(|| panic!("{words} is not there"));
    let span = Span { start: position(text, start), end: position(text, start + words.len()) };
    Where { file: Some(file.into()), path: Some("metadata.annotations[\"a\"]".into()), span: Some(span) }
}

fn here(words: &str) -> Where {
    at(TEXT, FILE, words)
}

fn edit(words: &str, text: &str) -> Edit {
    Edit {
        annotation: "google.com/vertex-ai-endpoint".into(),
        key: None,
        value: Some(text.trim_matches('\'').into()),
        span: here(words).span,
        text: Some(text.into()),
    }
}

fn findings() -> Vec<Diagnostic> {
    let block = ">\r\n      projects/other/\r\n      locations/europe-west4/\r\n      models/fraud\r\n";
    vec![
        Diagnostic::new(Code::EndpointMalformed, "`Fraud_1` is not an endpoint: 100 % `@team` [x](http://y) ${{ v }}")
            .at(here("'Fraud_1'"))
            .related("the location is set here", here("us-central1"))
            .related("`app-config.yaml` allows it", Where { file: Some("app-config.yaml".into()), ..Where::default() })
            .help("1 to 63 lower-case letters, digits and hyphens")
            .fix(Some(Fix { title: "Write `fraud-1`".into(), edits: vec![edit("'Fraud_1'", "'fraud-1'")] })),
        Diagnostic::new(Code::LocationContradiction, "the model is in `europe-west4`, not in `us-central1`")
            .at(here(block))
            .related("this sets `us-central1`", here("us-central1"))
            .related("this goes on", here("# | <b> @team\r\n    google")),
        Diagnostic::new(Code::ModelUnpinned, "no version\u{202e}\u{9b}2J is named").at(here("kind")),
        Diagnostic::new(Code::PlanVersionOpen, "the version is open")
            .at(Where { path: Some("metadata.annotations[\"m\"]".into()), ..Where::default() }),
        Diagnostic::new(Code::FileUnreadable, "it cannot be read: permission denied")
            .at(Where { file: Some("a,b:c\n.yaml".into()), ..Where::default() }),
        Diagnostic::new(Code::GooglePermissionDenied, "no").needing("aiplatform.endpoints.get").about("projects/p"),
    ]
}

fn written(format: Format, color: bool) -> String {
    let mut report = Report::new(format, color, true);
    let mut totals = Totals { files: 2, entities: 1, ..Totals::default() };
    totals.count(&findings());
    let mut out = report.add(&findings(), Some(Source { file: FILE, text: TEXT }));
    out.push_str(&report.finish(&totals));
    out
}

#[test]
fn every_format_matches_its_snapshot() {
    for (name, format) in Format::ALL {
        insta::assert_snapshot!(name, written(format, false));
    }
    insta::assert_snapshot!("text-color", written(Format::Text, true).replace('\u{1b}', "␛"));
}

#[test]
fn formats_without_findings() {
    for (name, format) in Format::ALL {
        let out = Report::new(format, false, true).finish(&Totals { files: 1, entities: 1, ..Totals::default() });
        insta::assert_snapshot!(format!("{name}-clean"), out);
    }
}

/// One finding about the words, as text.
fn shown(text: &str, words: &str) -> String {
    let mut report = Report::new(Format::Text, false, false);
    let finding = Diagnostic::new(Code::EntitySyntax, "m").at(at(text, "f", words));
    report.add(&[finding], Some(Source { file: "f", text }))
}

#[test]
fn carets_stand_below_the_marked_words() {
    for (before, words) in
        [("", "x"), ("日本", "x"), ("\t", "日x"), ("e\u{301}😀", "x"), ("\u{1b}[0m", "\u{7}x"), ("", "😀")]
    {
        let out = shown(&format!("{before}{words} behind\n"), words);
        let mut lines = out.lines().skip(3);
        let (line, carets) = (lines.next().unwrap(), lines.next().unwrap());
        let until = line.find(" behind").unwrap();
        assert_eq!(printable::columns(&line[..until]), printable::columns(carets), "{out}");
        assert!(carets.rsplit('|').next().unwrap().trim().chars().all(|c| c == '^'), "{out}");
    }
}

#[test]
fn long_lines_are_shortened_around_the_mark() {
    let filler = "abcdefghi ".repeat(100);
    for text in [
        format!("{filler}WORDS{filler}\n"),
        format!("{filler}WORDS"),
        format!("WORDS{filler}"),
        filler.clone() + "WORDS and",
    ] {
        let out = shown(&text, "WORDS");
        let line = out.lines().nth(3).unwrap();
        assert!(line.contains("WORDS") && line.chars().count() < 135, "{out}");
        assert_eq!(
            line.find("WORDS").map(|at| line[..at].chars().count()),
            out.lines().nth(4).unwrap().find('^'),
            "{out}"
        );
    }
    let out = shown(&format!("{filler}\n{filler}"), &filler);
    assert!(out.lines().all(|line| line.chars().count() < 135), "{out}");
}

#[test]
fn a_long_block_is_shown_by_its_first_and_last_line() {
    let block = (0..50).map(|i| format!("line {i}\n")).collect::<String>();
    insta::assert_snapshot!(shown(&format!("a:\n  {block}b: 1\n"), &block));
}

#[test]
fn the_output_does_not_grow_with_the_length_of_a_line() {
    let text = "x".repeat(1 << 20);
    let span = Span { start: position(&text, 1 << 19), end: position(&text, (1 << 19) + 3) };
    let place = Where { file: Some("f".into()), path: None, span: Some(span) };
    let findings = vec![Diagnostic::new(Code::EntitySyntax, "m").at(place); 20_000];
    let out = Report::new(Format::Text, false, false).add(&findings, Some(Source { file: "f", text: &text }));
    assert!(out.len() < 20_000 * 500);
}

#[test]
fn a_comment_is_never_too_long_for_github() {
    let mut report = Report::new(Format::Markdown, false, true);
    for _ in 0..1000 {
        report.add(&findings(), None);
    }
    let out = report.finish(&Totals::default());
    assert!(out.len() < 65_536 && out.contains("do not fit into a comment"));
}

#[test]
fn sarif_has_the_structure_that_its_schema_requires() {
    let log: Value = serde_json::from_str(&written(Format::Sarif, false)).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    assert_eq!(run["columnKind"], "utf16CodeUnits");
    let driver = &run["tool"]["driver"];
    assert!(driver["name"].is_string());
    assert_eq!(driver.get("informationUri").is_some(), DOCUMENTATION.is_some());
    let rules = driver["rules"].as_array().unwrap();
    for rule in rules {
        assert!(rule["id"].is_string() && rule["shortDescription"]["text"].is_string());
        assert!(rule.get("helpUri").is_none() || DOCUMENTATION.is_some());
        assert!(
            ["none", "note", "warning", "error"].contains(&rule["defaultConfiguration"]["level"].as_str().unwrap())
        );
    }
    for notification in run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap() {
        assert!(notification["message"]["text"].is_string() && notification["descriptor"]["id"].is_string());
    }
    assert!(run["invocations"][0]["executionSuccessful"].is_boolean());
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 4);
    for result in results {
        assert_eq!(rules[result["ruleIndex"].as_u64().unwrap() as usize]["id"], result["ruleId"]);
        assert!(["none", "note", "warning", "error"].contains(&result["level"].as_str().unwrap()));
        assert!(result["message"]["text"].is_string());
        assert_eq!(result["locations"].as_array().unwrap().len(), 1);
        let related = result.get("relatedLocations").and_then(Value::as_array).cloned().unwrap_or_default();
        for location in related.iter().chain([&result["locations"][0]]) {
            check_location(location);
        }
        for fix in result.get("fixes").and_then(Value::as_array).into_iter().flatten() {
            for change in fix["artifactChanges"].as_array().unwrap() {
                check_uri(&change["artifactLocation"]);
                for replacement in change["replacements"].as_array().unwrap() {
                    check_region(&replacement["deletedRegion"]);
                    assert!(replacement["insertedContent"]["text"].is_string());
                }
            }
        }
    }
}

fn check_location(location: &Value) {
    check_uri(&location["physicalLocation"]["artifactLocation"]);
    if let Some(region) = location["physicalLocation"].get("region") {
        check_region(region);
    }
}

fn check_uri(artifact: &Value) {
    let uri = artifact["uri"].as_str().unwrap();
    assert!(uri.bytes().all(|b| b.is_ascii_graphic() && !b"<>\"{}|\\^`".contains(&b)), "{uri}");
}

/// §3.30: positions from 1, offsets from 0, the end not before the start; here also: the same part of the text both ways.
fn check_region(region: &Value) {
    let number = |key: &str| region[key].as_u64().unwrap() as usize;
    let (offset, length) = (number("byteOffset"), number("byteLength"));
    let (start, end) = (position(TEXT, offset), position(TEXT, offset + length));
    assert_eq!((number("startLine"), number("startColumn")), (start.line, start.column));
    assert_eq!((number("endLine"), number("endColumn")), (end.line, end.column));
}

proptest! {
    /// Wherever a finding is said to be, and whatever the file holds.
    #[test]
    fn nothing_breaks_a_renderer(
        text in "([a-z \t\r\n\u{1b}\u{9b}😀日é\u{301}`|<@]{0,80}){0,3}",
        offsets in prop::collection::vec((0usize..200, 0usize..200), 1..4),
        message in "\\PC{0,20}|[\u{0}-\u{9f}]{0,10}",
    ) {
        let place = |&(start, end): &(usize, usize)| {
            let position = |offset: usize| Position { offset, line: 1 + offset / 20, column: 1 + offset % 20 };
            let span = Some(Span { start: position(start), end: position(end) });
            Where { file: Some("f".into()), path: None, span }
        };
        let mut finding = Diagnostic::new(Code::EntitySyntax, message.clone()).at(place(&offsets[0]));
        for offset in &offsets[1..] {
            finding = finding.related(message.clone(), place(offset));
        }
        for (_, format) in Format::ALL {
            let mut report = Report::new(format, false, true);
            let mut out = report.add(&[finding.clone()], Some(Source { file: "f", text: &text }));
            out.push_str(&report.finish(&Totals::default()));
            prop_assert!(!out.chars().any(|c| c.is_control() && c != '\n'), "{out:?}");
        }
    }
}

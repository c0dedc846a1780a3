use super::*;
use std::collections::HashSet;

fn shown_of(place: Place) -> fn(&str) -> &str {
    if place == Place::Log { operation::plain } else { whole }
}

fn recognises(entry: &Entry, Case(status, reason, text): Case) -> bool {
    let seen = Seen { place: entry.row.places[0], status, reason, text, shown: whole };
    entry.row.recognise(&seen).is_some()
}

#[test]
fn there_are_at_least_45_entries_of_which_12_read_logs() {
    assert!(all().count() >= 45, "{}", all().count());
    assert!(all().filter(|entry| entry.row.places.contains(&Place::Log)).count() >= 12);
}

#[test]
fn names_are_unique_and_texts_are_whole() {
    let mut seen = HashSet::new();
    for Entry { row, source, .. } in all() {
        assert!(seen.insert(row.name), "{} stands twice", row.name);
        assert!(
            row.name.split_once('/').is_some_and(|(group, name)| !group.is_empty() && !name.is_empty()),
            "{}",
            row.name
        );
        for text in [row.cause, row.fix] {
            assert!(!text.ends_with('.') && text.chars().count() > 15, "{}: {text}", row.name);
        }
        assert!(row.fix.starts_with(|c: char| c.is_ascii_lowercase() || c == '`'), "{}", row.name);
        assert!(source.contains("](https://") || source.contains("unverified"), "{}: {source}", row.name);
        assert!(!(row.texts.is_empty() && row.reason.is_empty()), "{} recognises anything", row.name);
    }
}

#[test]
fn each_entry_recognises_its_variants_and_no_near_miss() {
    let mut wrong = Vec::new();
    for entry in all() {
        wrong.extend(entry.matches.iter().filter(|case| !recognises(entry, **case)).map(|case| (entry.row.name, case)));
        wrong.extend(entry.misses.iter().filter(|case| recognises(entry, **case)).map(|case| (entry.row.name, case)));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The first cause is the one that a user reads first.
#[test]
fn each_variant_is_explained_by_its_own_entry() {
    let mut wrong = Vec::new();
    for entry in all() {
        for Case(status, reason, text) in entry.matches {
            let place = entry.row.places[0];
            let tables: Tables = match place {
                Place::Call => &CALLS,
                Place::Operation | Place::Log | Place::DeployedModel => &SERVING,
                Place::Sts | Place::Impersonation => &IDENTITY,
            };
            let mut finding = Diagnostic::new(crate::diagnostic::Code::GoogleError, text);
            explain(&mut finding, tables, &[Seen { place, status, reason, text, shown: shown_of(place) }], &[]);
            let found = finding.diagnosis.as_deref().map(|diagnosis| diagnosis.entry.clone());
            let names = [
                ("service", "s"),
                ("consumer", "c"),
                ("metric", "m"),
                ("permission", "p"),
                ("resource", "r"),
                ("issuer", "i"),
                ("audience", "a"),
                ("claim", "c"),
                ("account", "a"),
                ("artifact", "a"),
            ];
            explain(&mut finding, tables, &[Seen { place, status, reason, text, shown: shown_of(place) }], &names);
            let shown = [finding.help.clone(), finding.diagnosis.as_deref().map(|diagnosis| diagnosis.cause.clone())];
            if found.as_deref() != Some(entry.row.name) || shown.iter().flatten().any(|text| text.contains('…')) {
                wrong.push((entry.row.name, found, text));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn capacity_is_never_called_quota() {
    for Entry { row, .. } in all().filter(|entry| entry.row.name.starts_with("capacity/")) {
        assert!(row.cause.contains("capacity, not quota") && !row.fix.contains("quota"), "{}", row.name);
    }
}

#[test]
fn open_words_and_names_fill_a_text() {
    let filled = fill("a `{1}` of {0}, {issuer}, {nobody} and {7}", &["x", "y"], &[("issuer", "https://i")]);
    assert_eq!(filled, "a `y` of x, https://i, … and …");
    assert_eq!(fill("plain", &[], &[]), "plain");
}

#[test]
fn a_line_of_the_log_explains_more_than_the_error_that_it_led_to() {
    let failed = operation::FailedOperation {
        error: crate::google_error::GoogleError::from_status(
            &serde_json::json!({"code": 9, "message": "Model server exited unexpectedly."}),
        ),
        deploys: true,
        stage: crate::vertex::stage::Stage::parse("STARTING_MODEL_SERVER"),
        begun: String::new(),
    };
    let vague = failed.finding(&[]);
    assert_eq!(vague.diagnosis.as_ref().unwrap().entry, "server/exited");
    let told = failed.finding(&[
        "INFO starting".into(),
        "error: unrecognized arguments: --swap-space 16".into(),
        "torch.OutOfMemoryError: CUDA out of memory.".into(),
    ]);
    let diagnosis = told.diagnosis.as_ref().unwrap();
    assert_eq!((&*diagnosis.entry, &*diagnosis.others[0].entry), ("container/arguments", "container/gpu-memory"));
    assert!(diagnosis.cause.contains("--swap-space 16"), "{}", diagnosis.cause);
    assert!(told.message.contains("STARTING_MODEL_SERVER"));
}

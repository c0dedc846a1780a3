//! Arbitrary files, checked as the command does: no panic; places in the file and in its order; the same output each time; the remaining
//! findings are those of the fixed text; no control characters in the output.
#![no_main]

use backstage_vertex_ai::check::{Checker, FailOn, FileReport, Options, Origin};
use backstage_vertex_ai::entity::MOST_BYTES;
use backstage_vertex_ai::render::Format;
use libfuzzer_sys::fuzz_target;

const FILE: &str = "catalog-info.yaml";

fuzz_target!(|input: &[u8]| {
    let Some((choice, bytes)) = input.split_first() else { return };
    let (_, format) = Format::ALL[usize::from(choice % 5)];
    let fix = choice & 0x80 != 0;
    let (report, end) = check(bytes, format, fix);
    let (again, end_again) = check(bytes, format, fix);
    assert_eq!((&report.output, &end), (&again.output, &end_again));
    check_places(&report, report.fixed.as_deref().map_or(bytes, str::as_bytes));
    for text in [&report.output, &end] {
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
    }
    if let Some(text) = &report.fixed {
        assert!(text.len() <= MOST_BYTES);
        let (after, _) = check(text.as_bytes(), format, true);
        assert_eq!(after.fixed, None, "fixed twice: {text:?}");
        assert_eq!(after.diagnostics, report.diagnostics);
    }
});

fn check(bytes: &[u8], format: Format, fix: bool) -> (FileReport, String) {
    let options =
        Options { format, color: false, summary: true, fail_on: FailOn::Error, fix, rules: None, config: None };
    let mut checker = Checker::new(&options);
    let report = checker.add(FILE, bytes, Origin::Named);
    (report, checker.finish().output)
}

/// Checks that places are in the file, and that findings are in its order.
fn check_places(report: &FileReport, bytes: &[u8]) {
    let mut last = 0;
    for finding in &report.diagnostics {
        for place in finding.place.iter().chain(finding.related.iter().map(|related| &related.place)) {
            if let Some(span) = place.span {
                assert!(span.start.offset <= span.end.offset && span.end.offset <= bytes.len(), "{finding:?}");
            }
        }
        if let Some(span) = finding.place.as_ref().and_then(|place| place.span) {
            assert!(last <= span.start.offset, "out of order: {finding:?}");
            last = span.start.offset;
        }
    }
}

//! The text format, for a terminal: message, place, underlined source lines and help, in the layout of rustc.

use super::paint::{Paint, Style};
use super::printable::printable;
use super::snippet::{Mark, Source, snippet};
use crate::diagnostic::{Diagnostic, Where};

/// Appends one finding and an empty line.
pub fn finding(out: &mut String, finding: &Diagnostic, source: Option<Source<'_>>, style: Style) {
    let severity = Paint::Severity(finding.severity);
    style.paint(out, severity, &format!("{}[{}]", finding.severity.as_str(), finding.code.as_str()));
    style.paint(out, Paint::Strong, &format!(": {}", printable(&finding.message)));
    out.push('\n');

    // The span of a place, where the place is in the source text.
    let here = |place: &Where| {
        let source = source.filter(|source| place.file.as_deref() == Some(source.file))?;
        place.span.filter(|span| span.end.offset <= source.text.len())
    };
    let mut marks = Vec::new();
    if let Some(span) = finding.place.as_ref().and_then(here) {
        marks.push(Mark { span, label: "", is_primary: true });
        for related in &finding.related {
            if let Some(span) = here(&related.place) {
                marks.push(Mark { span, label: &related.message, is_primary: false });
            }
        }
    }
    let digits = marks.iter().map(|mark| mark.span.end.line).max().unwrap_or(1).to_string().len();
    let indent = " ".repeat(digits);
    if let Some(place) = finding.place.as_ref().map(location).filter(|place| !place.is_empty()) {
        style.paint(out, Paint::Frame, &format!("{indent}-->"));
        out.push_str(&format!(" {place}\n"));
    }
    if let (Some(source), false) = (source, marks.is_empty()) {
        snippet(out, source.text, &marks, severity, style);
    }

    let mut note = |label: &str, text: &str| {
        style.paint(out, Paint::Frame, &format!("{indent} ="));
        out.push(' ');
        style.paint(out, Paint::Strong, label);
        out.push_str(&format!(": {}\n", printable(text)));
    };
    for related in finding.related.iter().filter(|related| marks.is_empty() || here(&related.place).is_none()) {
        note("note", &format!("{}: {}", related.message, location(&related.place)));
    }
    let page = finding.code.url().or_else(|| finding.code.page());
    let fix = finding.fix.as_ref().map(|fix| &*fix.title);
    for (label, text) in [
        ("permission", finding.permission.as_deref()),
        ("resource", finding.resource.as_deref()),
        ("help", finding.advice()),
        ("fix", fix),
        ("see", page.as_deref()),
    ] {
        if let Some(text) = text {
            note(label, text);
        }
    }
    out.push('\n');
}

/// `file:line:column`, or the path within the document where the finding has no span.
fn location(place: &Where) -> String {
    let file = place.file.as_deref().map(printable).unwrap_or_default();
    match (place.span, &place.path) {
        (Some(span), _) => format!("{file}:{}:{}", span.start.line, span.start.column),
        (None, Some(path)) if file.is_empty() => printable(path).into_owned(),
        (None, Some(path)) => format!("{file}: {}", printable(path)),
        (None, None) => file.into_owned(),
    }
}

//! Workflow commands. Source: GitHub, "Workflow commands for GitHub Actions"; escapes as `@actions/core` writes them.

use super::printable::printable;
use crate::diagnostic::{Diagnostic, Severity};
use std::fmt::Write;

/// `::error file=…,line=…,col=…,title=…::message`
pub fn finding(out: &mut String, finding: &Diagnostic) {
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let _ = write!(out, "::{command} ");
    if let Some(place) = &finding.place {
        if let Some(file) = &place.file {
            let _ = write!(out, "file={},", property(file));
        }
        if let Some(span) = place.span {
            // A span that ends before the first character of a line ends on the line before.
            let is_over = span.end.line > span.start.line && span.end.column == 1;
            let _ = write!(out, "line={},endLine={},", span.start.line, span.end.line - usize::from(is_over));
            // GitHub supports columns within one line only.
            if span.start.line == span.end.line {
                let _ = write!(out, "col={},endColumn={},", span.start.column, span.end.column);
            }
        }
    }
    let _ = write!(out, "title={}::{}", property(finding.code.as_str()), data(&finding.message));
    for related in &finding.related {
        let line = related.place.span.map(|span| format!(" (line {})", span.start.line)).unwrap_or_default();
        let _ = write!(out, "%0A{}{line}", data(&related.message));
    }
    for (label, text) in [("help", finding.advice()), ("fix", finding.fix.as_ref().map(|fix| &*fix.title))] {
        if let Some(text) = text {
            let _ = write!(out, "%0A{label}: {}", data(text));
        }
    }
    out.push('\n');
}

/// Escapes data. `printable` has replaced the line ends, so only `%` is left.
fn data(text: &str) -> String {
    printable(text).replace('%', "%25")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

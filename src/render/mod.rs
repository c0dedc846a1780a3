//! Findings as output: text, JSON, SARIF, GitHub workflow commands, Markdown.
//!
//! No format passes on a file's control characters. The output depends on the findings alone.

mod github;
mod json;
mod markdown;
mod paint;
mod printable;
mod sarif;
mod snippet;
mod summary;
#[cfg(test)]
mod tests;
mod text;

use crate::diagnostic::{Code, Diagnostic};
pub use snippet::Source;
use std::borrow::Cow;
pub use summary::Totals;

/// An output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ts_rs::TS)]
#[ts(rename_all = "lowercase")]
pub enum Format {
    /// Underlined source lines, as a compiler prints them.
    Text,
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// Workflow commands, which GitHub shows next to the lines of a pull request.
    Github,
    /// A comment on a pull request.
    Markdown,
}

impl Format {
    pub const ALL: [(&'static str, Self); 5] = [
        ("text", Self::Text),
        ("json", Self::Json),
        ("sarif", Self::Sarif),
        ("github", Self::Github),
        ("markdown", Self::Markdown),
    ];

    /// Returns the format with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, format)| *format)
    }
}

/// Output under construction, one file after the other.
pub struct Report {
    body: Body,
    summary: bool,
}

enum Body {
    Text(paint::Style),
    Github,
    Json(json::Document),
    Sarif(sarif::Document),
    Markdown(markdown::Document),
}

impl Report {
    /// `color` is for text only. `summary` adds a line with the totals to formats for people.
    pub fn new(format: Format, color: bool, summary: bool) -> Self {
        let body = match format {
            Format::Text => Body::Text(paint::Style { color }),
            Format::Github => Body::Github,
            Format::Json => Body::Json(json::Document::default()),
            Format::Sarif => Body::Sarif(sarif::Document::default()),
            Format::Markdown => Body::Markdown(markdown::Document::default()),
        };
        Self { body, summary }
    }

    /// Adds findings and returns the part of the output that is complete.
    pub fn add(&mut self, findings: &[Diagnostic], source: Option<Source<'_>>) -> String {
        let mut out = String::new();
        let text = source.map(|source| without_secrets(source.text, findings));
        let source = source.zip(text.as_deref()).map(|(source, text)| Source { text, ..source });
        for finding in findings {
            match &mut self.body {
                Body::Text(style) => text::finding(&mut out, finding, source, *style),
                Body::Github => github::finding(&mut out, finding),
                Body::Json(document) => document.add(finding),
                Body::Sarif(document) => document.add(finding),
                Body::Markdown(document) => document.add(finding),
            }
        }
        out
    }

    /// Returns the rest of the output.
    pub fn finish(self, totals: &Totals) -> String {
        match self.body {
            Body::Text(_) | Body::Github if self.summary => format!("{}\n", totals.line()),
            Body::Text(_) | Body::Github => String::new(),
            Body::Json(document) => document.finish(totals),
            Body::Sarif(document) => document.finish(),
            Body::Markdown(document) => document.finish(totals),
        }
    }
}

/// Returns the text with stars in place of possible secrets, because output ends up in logs. Offsets stay valid.
fn without_secrets<'a>(text: &'a str, findings: &[Diagnostic]) -> Cow<'a, str> {
    let secrets = findings.iter().filter(|finding| finding.code == Code::EnvSecret);
    let spans: Vec<_> = secrets.filter_map(|finding| finding.place.as_ref()?.span).collect();
    if spans.is_empty() {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    for (at, character) in text.char_indices() {
        match spans.iter().any(|span| (span.start.offset..span.end.offset).contains(&at)) {
            true if !character.is_whitespace() => (0..character.len_utf8()).for_each(|_| out.push('*')),
            _ => out.push(character),
        }
    }
    out.into()
}

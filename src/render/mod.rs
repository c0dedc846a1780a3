//! Findings written out: for people at a terminal, for programs, for code hosts.
//!
//! Every format says the same; none passes a file's control characters on. Whatever is written depends on the findings alone.

mod github;
mod json;
mod markdown;
mod printable;
mod sarif;
mod snippet;
mod summary;
#[cfg(test)]
mod tests;
mod text;

use crate::diagnostic::{Code, Diagnostic, Severity};
use std::borrow::Cow;
pub use summary::Totals;

/// How findings are written out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Like a compiler's: the source with what is wrong underlined.
    Text,
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// Workflow commands, which GitHub shows beside the lines of a pull request.
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

    /// The format of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, format)| *format)
    }
}

/// The text that findings were made in.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// As the findings name it.
    pub file: &'a str,
    /// Whole, with its byte order mark where it has one: offsets count from the file's first byte.
    pub text: &'a str,
}

/// Writes findings out, one file after the other.
pub struct Report {
    body: Body,
    summary: bool,
}

enum Body {
    Text(text::Style),
    Github,
    Json(json::Document),
    Sarif(sarif::Document),
    Markdown(markdown::Document),
}

impl Report {
    /// `color` is for text only; `summary` says whether formats for people end with a line that counts.
    pub fn new(format: Format, color: bool, summary: bool) -> Self {
        let body = match format {
            Format::Text => Body::Text(text::Style { color }),
            Format::Github => Body::Github,
            Format::Json => Body::Json(json::Document::default()),
            Format::Sarif => Body::Sarif(sarif::Document::default()),
            Format::Markdown => Body::Markdown(markdown::Document::default()),
        };
        Self { body, summary }
    }

    /// Takes findings; returns what can be printed already.
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

    /// The rest of what is to be printed.
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

/// The text with stars, as many bytes of them, for values that look like secrets: what is printed ends up in logs.
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

/// `error`, `warning`, `info`.
fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    }
}

/// What to do, unless the fix says the same.
fn help(finding: &Diagnostic) -> Option<&str> {
    let fix = finding.fix.as_ref().map(|fix| &*fix.title);
    finding.help.as_deref().filter(|help| fix != Some(help))
}

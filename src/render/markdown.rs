//! The Markdown format: a comment on a pull request. Text from files never becomes a tag, link, mention or reference.

use super::printable::printable;
use super::summary::Totals;
use crate::diagnostic::{Diagnostic, Where};

/// Maximum size of the table, in bytes. GitHub accepts 65,536 characters; the rest is for the summary.
const MOST_BYTES: usize = 60_000;

#[derive(Default)]
pub struct Document {
    rows: String,
    left_out: usize,
}

impl Document {
    pub fn add(&mut self, finding: &Diagnostic) {
        let row = row(finding);
        if self.left_out > 0 || self.rows.len() + row.len() > MOST_BYTES {
            self.left_out += 1;
        } else {
            self.rows.push_str(&row);
        }
    }

    pub fn finish(self, totals: &Totals) -> String {
        let mut out = format!("**Vertex AI annotations: {}**\n", totals.line());
        if !self.rows.is_empty() {
            out.push_str("\n| | where | what |\n| --- | --- | --- |\n");
            out.push_str(&self.rows);
        }
        if self.left_out > 0 {
            out.push_str(&format!("\nand {} more findings, which do not fit into a comment\n", self.left_out));
        }
        out
    }
}

fn row(finding: &Diagnostic) -> String {
    let code = finding.code.as_str();
    let code = match finding.code.url() {
        Some(url) => format!("[{code}]({url})"),
        None => code.to_owned(),
    };
    let mut what = format!("{} ({code})", prose(&finding.message));
    for related in &finding.related {
        what.push_str(&format!("<br>{}: {}", prose(&related.message), place(&related.place)));
    }
    if let Some(help) = finding.advice() {
        what.push_str(&format!("<br>help: {}", prose(help)));
    }
    if let Some(fix) = &finding.fix {
        what.push_str(&format!("<br>fix: {}", prose(&fix.title)));
    }
    let at = finding.place.as_ref().map(place).unwrap_or_default();
    format!("| {} | {at} | {what} |\n", finding.severity.as_str())
}

/// `file:line:column`, or as much of it as there is.
fn place(place: &Where) -> String {
    let mut text = place.file.clone().unwrap_or_default();
    match (place.span, &place.path) {
        (Some(span), _) => text.push_str(&format!(":{}:{}", span.start.line, span.start.column)),
        (None, Some(path)) if text.is_empty() => text.push_str(path),
        _ => {}
    }
    if text.is_empty() { text } else { code(&text) }
}

/// Text with the parts between backticks as code.
fn prose(text: &str) -> String {
    let mut out = String::new();
    for (i, part) in text.split('`').enumerate() {
        match i % 2 {
            1 => out.push_str(&code(part)),
            _ => escape(&mut out, part),
        }
    }
    out
}

/// Code as an HTML tag: GitHub ignores mentions in it, and the text may contain backticks.
fn code(text: &str) -> String {
    let mut out = String::from("<code>");
    escape(&mut out, text);
    out.push_str("</code>");
    out
}

/// Appends a text with every character that Markdown, HTML or GitHub could interpret as an HTML entity. A zero-width space
/// after `@` and `#` prevents mentions even where entities are decoded twice.
fn escape(out: &mut String, text: &str) {
    for character in printable(text).chars() {
        match character {
            '@' | '#' => out.push_str(&format!("&#{};\u{200b}", u32::from(character))),
            // Harmless within a cell, and the comment stays readable as text.
            ' ' | ',' | ';' | '\'' | '"' | '-' | '/' | '(' | ')' | '%' | '=' => out.push(character),
            _ if character.is_ascii_punctuation() => out.push_str(&format!("&#{};", u32::from(character))),
            _ => out.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_a_file_is_never_markup() {
        let out = prose("a `|<img src=x>` b ` @team #1 [x](http://evil) **b** `<script>");
        for sign in ["<img", "<script", "@team", " #1", "](", "**", "http://"] {
            assert!(!out.contains(sign), "{sign} in {out}");
        }
        assert_eq!(out.matches('|').count(), 0);
        assert_eq!(prose("`a` is wrong"), "<code>a</code> is wrong");
    }
}

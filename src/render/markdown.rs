//! A comment on a pull request. What comes from files is shown and never obeyed: no tag, link, mention or reference comes of it.

use super::help;
use super::printable::printable;
use super::summary::Totals;
use super::word;
use crate::diagnostic::{Diagnostic, Where};

/// GitHub takes comments of 65,536 characters; the rest is for the summary.
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
            out.push_str(&format!("\nand {} more, for which there is no room here\n", self.left_out));
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
    if let Some(help) = help(finding) {
        what.push_str(&format!("<br>help: {}", prose(help)));
    }
    if let Some(fix) = &finding.fix {
        what.push_str(&format!("<br>fix: {}", prose(&fix.title)));
    }
    let at = finding.place.as_ref().map(place).unwrap_or_default();
    format!("| {} | {at} | {what} |\n", word(finding.severity))
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

/// What stands between backticks is shown as code.
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

/// GitHub looks for no mentions or references in code; a tag needs no backticks, which the text itself may have.
fn code(text: &str) -> String {
    let mut out = String::from("<code>");
    escape(&mut out, text);
    out.push_str("</code>");
    out
}

/// Every sign that Markdown, HTML or GitHub might see something in becomes an entity, which no one of them reads as that sign.
/// After `@` and `#` a character without width keeps names and numbers from becoming mentions when entities are read again.
fn escape(out: &mut String, text: &str) {
    for character in printable(text).chars() {
        match character {
            '@' | '#' => out.push_str(&format!("&#{};\u{200b}", u32::from(character))),
            // They mean nothing within a cell, and the comment's text stays readable.
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
    fn nothing_of_a_file_is_obeyed() {
        let out = prose("a `|<img src=x>` b ` @team #1 [x](http://evil) **b** `<script>");
        for sign in ["<img", "<script", "@team", " #1", "](", "**", "http://"] {
            assert!(!out.contains(sign), "{sign} in {out}");
        }
        assert_eq!(out.matches('|').count(), 0);
        assert_eq!(prose("`a` is wrong"), "<code>a</code> is wrong");
    }
}

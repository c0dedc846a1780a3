//! Source lines with marks below them.
//!
//! The work for one finding depends on the size of its snippet, never on the length of the line or file: one line may have a million findings.

use super::paint::{Paint, Style};
use super::printable::{columns, printable};
use crate::diagnostic::{Position, Span};

/// The text that findings refer to.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The file's name, as the findings spell it.
    pub file: &'a str,
    /// The whole text, with its byte order mark: offsets count from the file's first byte.
    pub text: &'a str,
}

/// A part of the text to underline.
pub struct Mark<'a> {
    pub span: Span,
    pub label: &'a str,
    /// Whether this is the finding's own place: it has the colour of the severity, and a bar joins several lines.
    pub is_primary: bool,
}

/// Maximum length of a shown line, in characters.
const WIDTH: usize = 120;
/// Characters kept before the mark in a shortened line.
const BEFORE: usize = 40;
/// Maximum lines of a block; of a longer one only the first and last line are shown.
const MOST_LINES: usize = 6;

/// A line, or the shown part of a long line.
struct Line {
    number: usize,
    /// Byte offsets in the text.
    start: usize,
    end: usize,
    is_cut_before: bool,
    is_cut_behind: bool,
}

/// Appends the lines of the marks, each followed by its marks.
pub fn snippet(out: &mut String, text: &str, marks: &[Mark<'_>], severity: Paint, style: Style) {
    let marks: Vec<_> = marks.iter().map(|mark| trimmed(text, mark)).collect();
    let block = marks.iter().find(|mark| mark.is_primary && is_block(&mark.span)).map(|mark| mark.span);
    let lines = lines(text, &marks);
    let digits = marks.iter().map(|mark| mark.span.end.line).max().unwrap_or(1).to_string().len();
    let margin = |number: usize| match block {
        None => "",
        Some(span) if span.start.line < number && number <= span.end.line => "| ",
        Some(_) => "  ",
    };
    let gutter = |out: &mut String, number: &str| style.paint(out, Paint::Frame, &format!("{number:>digits$} |"));

    gutter(out, "");
    out.push('\n');
    let mut before = None;
    for line in &lines {
        if before.is_some_and(|before| before + 1 != line.number) {
            style.paint(out, Paint::Frame, "...");
            if margin(line.number) == "| " {
                out.push_str(&" ".repeat(digits));
                style.paint(out, severity, "|");
            }
            out.push('\n');
        }
        before = Some(line.number);
        gutter(out, &line.number.to_string());
        let shown = printable(text.get(line.start..line.end).unwrap_or_default());
        let (left, right) = (mark_of(line.is_cut_before), mark_of(line.is_cut_behind));
        if !(shown.is_empty() && margin(line.number).trim().is_empty()) {
            out.push(' ');
            style.paint(out, severity, margin(line.number));
            out.push_str(&format!("{left}{shown}{right}"));
        }
        out.push('\n');
        // The column of a place in the shown part of the line, from 0.
        let column = |at: &Position| {
            let until = at.offset.clamp(line.start, line.end);
            columns(left) + columns(text.get(line.start..until).unwrap_or_default())
        };
        // The rows of the bar come last, next to the lines that the bar joins.
        let is_joined = |mark: &&Mark<'_>| mark.is_primary && is_block(&mark.span);
        for mark in marks.iter().filter(|mark| !is_joined(mark)).chain(marks.iter().filter(is_joined)) {
            let (starts, ends) = (mark.span.start.line == line.number, mark.span.end.line == line.number);
            let is_joined = is_joined(&mark);
            let has_row = starts || (ends && is_joined);
            if !has_row {
                continue;
            }
            let paint = if mark.is_primary { severity } else { Paint::Frame };
            let sign = if mark.is_primary { "^" } else { "-" };
            let from = column(&mark.span.start);
            let mut row = match (is_joined, starts) {
                (true, true) => format!(" _{}{sign}", "_".repeat(from)),
                (true, false) => format!("|_{}{sign}", "_".repeat(column(&mark.span.end).saturating_sub(1))),
                (false, _) => {
                    let until = if ends { column(&mark.span.end) } else { columns(left) + columns(&shown) };
                    let length = until.saturating_sub(from).max(1);
                    format!("{}{}", " ".repeat(from), sign.repeat(length))
                }
            };
            gutter(out, "");
            out.push(' ');
            if !is_joined {
                style.paint(out, severity, margin(line.number));
            }
            if !mark.label.is_empty() {
                row.push_str(&format!(" {}", printable(mark.label)));
            }
            style.paint(out, paint, &row);
            out.push('\n');
        }
    }
    gutter(out, "");
    out.push('\n');
}

fn mark_of(is_cut: bool) -> &'static str {
    if is_cut { "…" } else { "" }
}

fn is_block(span: &Span) -> bool {
    span.start.line < span.end.line
}

/// Returns the mark without trailing white space, which is never the cause.
fn trimmed<'a>(text: &str, mark: &Mark<'a>) -> Mark<'a> {
    let mut span = mark.span;
    if is_block(&span) {
        let within = text.get(span.start.offset..span.end.offset).unwrap_or_default();
        let kept = within.trim_end();
        let ends = breaks(within.get(kept.len()..).unwrap_or_default());
        span.end.offset = span.start.offset + kept.len();
        span.end.line = span.end.line.saturating_sub(ends).max(span.start.line);
    }
    Mark { span, ..*mark }
}

/// Number of line ends in a text: `\n`, `\r\n`, or a lone `\r`.
fn breaks(text: &str) -> usize {
    let next = text.chars().skip(1).map(Some).chain([None]);
    text.chars().zip(next).filter(|(c, next)| *c == '\n' || (*c == '\r' && *next != Some('\n'))).count()
}

/// The lines to show, each once, in order. The primary mark decides which part of a long line is shown.
fn lines(text: &str, marks: &[Mark<'_>]) -> Vec<Line> {
    let mut wanted: Vec<(usize, usize)> = Vec::new();
    for mark in marks {
        let Span { start, end } = mark.span;
        wanted.push((start.line, start.offset));
        if mark.is_primary && is_block(&mark.span) {
            if end.line - start.line < MOST_LINES {
                let mut at = start.offset;
                for number in start.line + 1..end.line {
                    let Some(next) = next_line(text, at) else { break };
                    at = next;
                    wanted.push((number, at));
                }
            }
            wanted.push((end.line, end.offset));
        }
    }
    let mut lines: Vec<Line> = Vec::with_capacity(wanted.len());
    for (number, offset) in wanted {
        let at = lines.partition_point(|line| line.number < number);
        if lines.get(at).is_none_or(|line| line.number != number) {
            lines.insert(at, line(text, number, offset));
        }
    }
    lines
}

/// The offset of the next line; `None` where the current line is too long to search.
fn next_line(text: &str, from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    let (at, end) = rest.char_indices().take(4 * WIDTH).find(|(_, c)| matches!(c, '\n' | '\r'))?;
    let is_pair = end == '\r' && rest.get(at + 1..)?.starts_with('\n');
    Some(from + at + 1 + usize::from(is_pair))
}

/// The line around an offset, shortened where it is too long.
fn line(text: &str, number: usize, offset: usize) -> Line {
    let (before, behind) = text.split_at_checked(offset).unwrap_or(("", ""));
    let is_end = |c: char| matches!(c, '\n' | '\r');
    let start_of = |most: usize| {
        let found = before.char_indices().rev().take(most).take_while(|(_, c)| !is_end(*c)).last();
        found.map_or(offset, |(at, _)| at)
    };
    let end_of = |from: usize, most: usize| {
        let rest = text.get(from..).unwrap_or_default();
        let found = rest.char_indices().take(most).take_while(|(_, c)| !is_end(*c)).last();
        found.map_or(from, |(at, c)| from + at + c.len_utf8())
    };
    let is_inside = |at: usize| text.get(..at).and_then(|t| t.chars().next_back()).is_some_and(|c| !is_end(c));
    let mut start = start_of(WIDTH);
    let mut end = end_of(start, WIDTH);
    // The mark must be visible, with some text after it.
    let needs = behind.chars().take(BEFORE).take_while(|c| !is_end(*c)).count();
    let room = text.get(offset..end).map_or(0, |t| t.chars().count());
    if is_inside(start) || room < needs {
        start = start_of(BEFORE);
        end = end_of(start, WIDTH);
    }
    let is_cut_behind = text.get(end..).and_then(|t| t.chars().next()).is_some_and(|c| !is_end(c));
    let is_cut_before = is_inside(start);
    // A byte order mark is not part of the first line.
    if start == 0 && text.starts_with('\u{feff}') {
        start = '\u{feff}'.len_utf8();
    }
    Line { number, start, end: end.max(start), is_cut_before, is_cut_behind }
}

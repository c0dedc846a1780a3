//! Block scalars: texts after `|` and `>`.

use crate::fault::{Kind, Read};
use crate::node::Style;
use crate::position::Span;
use crate::scalar::Scalar;
use crate::source::{Source, is_blank};
use std::borrow::Cow;

#[derive(Clone, Copy, PartialEq)]
enum Chomp {
    Clip,
    Strip,
    Keep,
}

struct Header {
    is_folded: bool,
    chomp: Chomp,
    indent: usize,
}

/// Reads a block scalar, at its `|` or `>`, in a collection whose indentation is `parent`.
pub fn literal_scalar<'a>(source: &mut Source<'a>, parent: isize) -> Read<Scalar<'a>> {
    let start = source.here();
    let header = literal_header(source)?;
    let mut end = source.here();
    let base = usize::try_from(parent).unwrap_or(0);
    let mut indent = (header.indent > 0).then_some(base + header.indent);
    let mut lines: Vec<(usize, &'a str)> = Vec::new();
    // The length of the longest empty line before the first text.
    let mut longest = 0;
    while matches!(source.peek(), b'\n' | b'\r') {
        let first = source.behind_break(source.pos);
        let line_end = source.line_end(first);
        let line = source.slice(first, line_end);
        let spaces = line.bytes().take_while(|byte| *byte == b' ').count();
        let content = line.get(spaces..).unwrap_or("");
        if content.starts_with('\t') && indent.map_or(spaces as isize <= parent, |indent| spaces < indent) {
            source.break_line();
            return Err(source.fault_at(first + spaces, Kind::Tab));
        }
        if content.is_empty() {
            // The end of the file is not a line end.
            let is_last = line_end >= source.text.len();
            let is_nothing = spaces == 0 || (!lines.is_empty() && indent.is_none_or(|indent| spaces <= indent));
            if is_last && is_nothing {
                break;
            }
            if indent.is_none() {
                longest = longest.max(spaces);
            }
        } else {
            let needed = match indent {
                Some(indent) => indent,
                None if spaces as isize > parent => {
                    if longest > spaces {
                        source.break_line();
                        return Err(source.fault(Kind::LeadingSpaces));
                    }
                    *indent.insert(spaces)
                }
                None => break,
            };
            if spaces < needed {
                break;
            }
        }
        source.break_line();
        source.pos = line_end;
        lines.push((spaces, content));
        if !content.is_empty() {
            end = source.here();
        }
    }
    let indent = indent.unwrap_or(longest.max(base));
    let text = render(&header, &lines, indent);
    Ok(Scalar { text: Cow::Owned(text), style: Style::Block, span: Span { start, end } })
}

fn literal_header(source: &mut Source<'_>) -> Read<Header> {
    let mut header = Header { is_folded: source.peek() == b'>', chomp: Chomp::Clip, indent: 0 };
    source.pos += 1;
    loop {
        match source.peek() {
            b'-' if header.chomp == Chomp::Clip => header.chomp = Chomp::Strip,
            b'+' if header.chomp == Chomp::Clip => header.chomp = Chomp::Keep,
            digit @ b'1'..=b'9' if header.indent == 0 => header.indent = usize::from(digit - b'0'),
            _ => break,
        }
        source.pos += 1;
    }
    if !is_blank(source.peek()) {
        return Err(source.fault(Kind::BadHeader));
    }
    source.skip_blanks();
    match source.peek() {
        b'#' => source.pos = source.line_end(source.pos),
        byte if !is_blank(byte) => return Err(source.fault(Kind::BadHeader)),
        _ => {}
    }
    Ok(header)
}

/// Joins lines, given as their spaces and the rest. Source: YAML 1.2.2, §8.1.
fn render(header: &Header, lines: &[(usize, &str)], indent: usize) -> String {
    let is_empty = |(spaces, content): &(usize, &str)| content.is_empty() && *spaces <= indent;
    let last = lines.iter().rposition(|line| !is_empty(line)).map_or(0, |last| last + 1);
    let (body, trailing) = lines.split_at(last);
    let mut text = String::new();
    let mut was_more = false;
    // Empty lines since the last text.
    let mut empty = 0;
    let mut is_first = true;
    for line in body {
        let (spaces, content) = *line;
        if content.is_empty() && spaces <= indent {
            empty += 1;
            continue;
        }
        let is_more = spaces > indent || content.starts_with('\t');
        let breaks = match (is_first, header.is_folded && !is_more && !was_more) {
            (true, _) => empty,
            (false, true) if empty == 0 => 0,
            (false, true) => empty,
            (false, false) => empty + 1,
        };
        if breaks == 0 && !is_first {
            text.push(' ');
        }
        (0..breaks).for_each(|_| text.push('\n'));
        (indent..spaces).for_each(|_| text.push(' '));
        text.push_str(content);
        (was_more, empty, is_first) = (is_more, 0, false);
    }
    match header.chomp {
        Chomp::Strip => {}
        Chomp::Clip if is_first => {}
        Chomp::Clip => text.push('\n'),
        Chomp::Keep => {
            let own = usize::from(!is_first);
            (0..own + trailing.len()).for_each(|_| text.push('\n'));
        }
    }
    text
}

//! Plain scalars: texts without quotes.

use crate::fault::{Kind, Read};
use crate::node::Style;
use crate::position::Span;
use crate::scalar::Scalar;
use crate::source::{Source, is_blank, is_flow_indicator};
use std::borrow::Cow;

/// Reads a plain scalar with its further lines, which are indented more than `parent`.
pub fn plain_scalar<'a>(source: &mut Source<'a>, parent: isize, in_flow: bool) -> Read<Scalar<'a>> {
    check_plain_start(source, in_flow)?;
    let begin = source.pos;
    let start = source.here();
    let mut end = plain_line(source, in_flow);
    let mut text = Cow::Borrowed(source.slice(begin, end));
    source.pos = end;
    while let Some((next, breaks)) = plain_continues(source, parent, in_flow) {
        let text = text.to_mut();
        if breaks == 1 {
            text.push(' ');
        } else {
            (1..breaks).for_each(|_| text.push('\n'));
        }
        source.skip_blanks();
        while source.pos < next {
            source.break_line();
            source.skip_blanks();
        }
        end = plain_line(source, in_flow);
        text.push_str(source.slice(next, end));
        source.pos = end;
    }
    Ok(Scalar { text, style: Style::Plain, span: Span { start, end: source.position(end) } })
}

/// Reads a plain scalar on one line: a key.
pub fn plain_key<'a>(source: &mut Source<'a>) -> Read<Scalar<'a>> {
    check_plain_start(source, false)?;
    let start = source.here();
    let end = plain_line(source, false);
    let text = Cow::Borrowed(source.slice(source.pos, end));
    source.pos = end;
    Ok(Scalar { text, style: Style::Plain, span: Span { start, end: source.here() } })
}

fn check_plain_start(source: &mut Source<'_>, in_flow: bool) -> Read<()> {
    let next = source.peek_at(1);
    let is_alone = is_blank(next) || (in_flow && is_flow_indicator(next));
    match source.peek() {
        byte @ (b']' | b'}') => Err(source.fault(Kind::WrongCloser(char::from(byte), None))),
        byte @ (b',' | b'@' | b'`' | b'%' | b'|' | b'>' | b'#') => Err(source.fault(Kind::BadStart(char::from(byte)))),
        b'-' if is_alone => Err(source.fault(Kind::NoListItem)),
        byte @ (b'?' | b':') if is_alone => Err(source.fault(Kind::BadStart(char::from(byte)))),
        _ => Ok(()),
    }
}

/// The end of the scalar on this line.
#[inline]
fn plain_line(source: &Source<'_>, in_flow: bool) -> usize {
    let bytes = source.text.as_bytes();
    let mut end = source.pos;
    let mut at = end;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\n' | b'\r' => break,
            b' ' | b'\t' => {}
            b':' => {
                let next = source.at(at + 1);
                if is_blank(next) || (in_flow && is_flow_indicator(next)) {
                    break;
                }
                end = at + 1;
            }
            b'#' if at > end => break,
            b',' | b'[' | b']' | b'{' | b'}' if in_flow => break,
            _ => end = at + 1,
        }
        at += 1;
    }
    end
}

/// Where the scalar continues on a later line, and the number of line ends between.
fn plain_continues(source: &Source<'_>, parent: isize, in_flow: bool) -> Option<(usize, usize)> {
    let mut at = source.pos;
    let mut breaks = 0;
    let mut line = at;
    loop {
        match source.at(at) {
            b' ' | b'\t' => at += 1,
            b'\n' | b'\r' => {
                at = source.behind_break(at);
                line = at;
                breaks += 1;
            }
            _ => break,
        }
    }
    if breaks == 0 || at >= source.text.len() || source.at(at) == b'#' || (in_flow && is_flow_indicator(source.at(at)))
    {
        return None;
    }
    let next = source.at(at + 1);
    if source.at(at) == b':' && (is_blank(next) || (in_flow && is_flow_indicator(next))) {
        return None;
    }
    let spaces = source.slice(line, at).bytes().take_while(|byte| *byte == b' ').count();
    (spaces as isize > parent).then_some((at, breaks))
}

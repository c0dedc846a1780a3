//! Quoted scalars.

use crate::fault::{Fault, Kind, Read};
use crate::node::Style;
use crate::position::{Position, Span};
use crate::scalar::Scalar;
use crate::source::Source;
use std::borrow::Cow;

/// Reads a quoted scalar, at its quote. Further lines must be indented more than `parent`.
pub fn quoted_scalar<'a>(source: &mut Source<'a>, parent: isize) -> Read<Scalar<'a>> {
    let start = source.here();
    let quote = source.peek();
    let is_double = quote == b'"';
    source.pos += 1;
    let mut text = Cow::Borrowed("");
    // The start of the piece that is not in `text` yet.
    let mut from = source.pos;
    let mut high = None;
    loop {
        let at = source.pos;
        match source.peek() {
            0 => return Err(Fault::new(start, Kind::Unclosed(char::from(quote)))),
            byte if byte == quote => {
                append(&mut text, source.slice(from, at));
                source.pos += 1;
                if is_double || source.peek() != quote {
                    break;
                }
                // Two single quotes stand for one.
                from = source.pos;
                source.pos += 1;
            }
            b'\\' if is_double => {
                append(&mut text, source.slice(from, at));
                if matches!(source.peek_at(1), b'\n' | b'\r') {
                    source.pos += 1;
                    let breaks = next_line(source, start, quote, parent)?;
                    fold(&mut text, breaks - 1);
                } else {
                    let (unit, length) = escape(source)?;
                    push_unit(text.to_mut(), unit, &mut high, from == at);
                    source.pos += length;
                }
                from = source.pos;
            }
            b'\n' | b'\r' => {
                append(&mut text, source.slice(from, at).trim_end_matches([' ', '\t']));
                let breaks = next_line(source, start, quote, parent)?;
                fold(&mut text, breaks);
                from = source.pos;
            }
            _ => source.pos += 1,
        }
    }
    let style = if is_double { Style::DoubleQuoted } else { Style::SingleQuoted };
    Ok(Scalar { text, style, span: Span { start, end: source.here() } })
}

/// Goes from a line end to the next text. Returns the number of line ends between.
fn next_line(source: &mut Source<'_>, start: Position, quote: u8, parent: isize) -> Read<usize> {
    let mut breaks = 0;
    while matches!(source.peek(), b'\n' | b'\r') {
        source.break_line();
        breaks += 1;
        source.skip_blanks();
    }
    let spaces = source.indentation().map_or(0, |found| found.spaces);
    if spaces as isize <= parent || source.is_at_end() {
        return Err(Fault::new(start, Kind::Unclosed(char::from(quote))));
    }
    Ok(breaks)
}

/// The UTF-16 unit or character that an escape stands for, and the escape's length.
fn escape(source: &mut Source<'_>) -> Read<(u32, usize)> {
    let simple = |c: char| Ok((u32::from(c), 2));
    let digits = match source.peek_at(1) {
        b'0' => return simple('\0'),
        b'a' => return simple('\u{7}'),
        b'b' => return simple('\u{8}'),
        b't' | b'\t' => return simple('\t'),
        b'n' => return simple('\n'),
        b'v' => return simple('\u{b}'),
        b'f' => return simple('\u{c}'),
        b'r' => return simple('\r'),
        b'e' => return simple('\u{1b}'),
        byte @ (b' ' | b'"' | b'/' | b'\\') => return simple(char::from(byte)),
        b'N' => return simple('\u{85}'),
        b'_' => return simple('\u{a0}'),
        b'L' => return simple('\u{2028}'),
        b'P' => return simple('\u{2029}'),
        b'x' => 2,
        b'u' => 4,
        b'U' => 8,
        _ => 0,
    };
    let at = source.pos;
    let hex = source.slice(at + 2, at + 2 + digits);
    let is_hex = hex.len() == digits && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    match u32::from_str_radix(hex, 16).ok().filter(|code| is_hex && *code <= 0x0010_ffff) {
        Some(code) => Ok((code, 2 + digits)),
        None => {
            let written: String = source.text.get(at..).unwrap_or("").chars().take(2 + digits).collect();
            Err(source.fault(Kind::BadEscape(written.lines().next().unwrap_or("\\").to_owned())))
        }
    }
}

/// Folds line ends: one becomes a space, of more the first is dropped.
fn fold(text: &mut Cow<'_, str>, breaks: usize) {
    match breaks {
        0 => {}
        1 => text.to_mut().push(' '),
        _ => (1..breaks).for_each(|_| text.to_mut().push('\n')),
    }
}

/// Appends a piece of the source. A text of one piece, the usual case, is not copied.
fn append<'a>(text: &mut Cow<'a, str>, piece: &'a str) {
    if text.is_empty() && matches!(text, Cow::Borrowed(_)) {
        *text = Cow::Borrowed(piece);
    } else if !piece.is_empty() {
        text.to_mut().push_str(piece);
    }
}

/// Appends an escaped unit. JSON writes a character beyond U+FFFF as two surrogates; a single one becomes U+FFFD.
fn push_unit(text: &mut String, unit: u32, high: &mut Option<u32>, is_adjacent: bool) {
    if let Some(first) = high.take().filter(|_| is_adjacent)
        && (0xdc00..0xe000).contains(&unit)
    {
        text.pop();
        let code = 0x10000 + ((first - 0xd800) << 10) + (unit - 0xdc00);
        text.push(char::from_u32(code).unwrap_or('\u{fffd}'));
        return;
    }
    if (0xd800..0xdc00).contains(&unit) {
        *high = Some(unit);
    }
    text.push(char::from_u32(unit).unwrap_or('\u{fffd}'));
}

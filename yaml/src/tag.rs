//! Anchors and tags before a value, and the directives that declare tags.

use crate::anchor::anchor_name;
use crate::fault::{Fault, Kind, Read};
use crate::node::{Content, Style};
use crate::position::{Position, Span};
use crate::problem::{Problem, ProblemKind};
use crate::scalar::{self, Scalar};
use crate::source::{Source, is_blank};
use std::borrow::Cow;

const CORE: &str = "tag:yaml.org,2002:";

/// The anchor and tag of a value.
#[derive(Default)]
pub struct Props<'a> {
    pub anchor: Option<&'a str>,
    tag: Option<(&'a str, Span)>,
    /// The position of the first of them.
    pub start: Option<Position>,
    /// Bytes before it on its line.
    pub column: usize,
}

/// The prefixes that `%TAG` declares.
#[derive(Default)]
pub struct Directives<'a> {
    tags: Vec<(&'a str, &'a str)>,
}

impl<'a> Props<'a> {
    pub fn is_empty(&self) -> bool {
        self.start.is_none()
    }

    /// Adds the anchors and tags on the line of the value. The fault is at the next byte.
    pub fn and(self, inner: Self, source: &mut Source<'a>) -> Read<Self> {
        if self.is_empty() {
            return Ok(inner);
        }
        if (self.anchor.is_some() && inner.anchor.is_some()) || (self.tag.is_some() && inner.tag.is_some()) {
            return Err(source.fault(Kind::PropsTwice));
        }
        Ok(Self { anchor: self.anchor.or(inner.anchor), tag: self.tag.or(inner.tag), ..self })
    }

    /// Reads an anchor or tag, at its `&` or `!`.
    pub fn read_one(&mut self, source: &mut Source<'a>) -> Read<()> {
        let start = source.here();
        if self.start.is_none() {
            self.start = Some(start);
            self.column = source.pos - source.line_start;
        }
        let is_twice = if source.peek() == b'&' {
            let name = anchor_name(source)?;
            self.anchor.replace(name).is_some()
        } else {
            let name = tag_name(source)?;
            let span = Span { start, end: source.here() };
            self.tag.replace((name, span)).is_some()
        };
        if is_twice {
            Err(Fault::new(start, Kind::PropsTwice))
        } else if is_blank(source.peek()) || matches!(source.peek(), b',' | b']' | b'}') {
            Ok(())
        } else {
            Err(source.fault(Kind::AfterValue))
        }
    }
}

impl<'a> Directives<'a> {
    /// Reads directives and the `---` behind them.
    pub fn read(source: &mut Source<'a>) -> Read<Self> {
        source.skip_to_content();
        let mut tags = Vec::new();
        let mut any = false;
        while source.peek() == b'%' && source.pos == source.line_start {
            any = true;
            let end = source.line_end(source.pos);
            let line = source.slice(source.pos, end);
            let mut words =
                line.split([' ', '\t']).filter(|word| !word.is_empty()).take_while(|word| !word.starts_with('#'));
            match (words.next(), words.next(), words.next(), words.next()) {
                (Some("%YAML"), Some(version), None, None) if is_version(version) => {}
                (Some("%TAG"), Some(handle), Some(prefix), None) => tags.push((handle, prefix)),
                (Some("%YAML" | "%TAG"), ..) => return Err(source.fault(Kind::BadDirective)),
                // Reserved directives are ignored (YAML 1.2.2, §6.8).
                _ => {}
            }
            source.pos = end;
            source.skip_to_content();
        }
        let is_started = source.pos == source.line_start
            && source.slice(source.pos, source.pos + 3) == "---"
            && is_blank(source.peek_at(3));
        if is_started {
            source.pos += 3;
        } else if any {
            return Err(source.fault(Kind::NoDocumentStart));
        }
        Ok(Self { tags })
    }

    /// Returns the meaning of a scalar with its tag. As in the `yaml` package, an unknown tag leaves the text as it is.
    pub fn resolve(&self, read: &Scalar<'_>, props: &Props<'_>, problems: &mut Vec<Problem>) -> Read<Content> {
        let Some((written, span)) = props.tag else {
            let is_plain = read.style == Style::Plain;
            return Ok(if is_plain { scalar::plain(&read.text) } else { Content::Text(read.text.to_string()) });
        };
        let text = || Content::Text(read.text.to_string());
        let Some(full) = self.full_name(written, span.start)? else { return Ok(text()) };
        let name = full.strip_prefix(CORE).unwrap_or("");
        if name == "str" {
            return Ok(text());
        }
        match scalar::tagged(name, &read.text) {
            Some(value) => Ok(value),
            None => {
                problems.push(unknown_tag(written, span));
                Ok(text())
            }
        }
    }

    /// Reports an unknown tag of a list or mapping.
    pub fn check_collection(&self, props: &Props<'_>, is_map: bool, problems: &mut Vec<Problem>) -> Read<()> {
        let Some((written, span)) = props.tag else { return Ok(()) };
        let Some(full) = self.full_name(written, span.start)? else { return Ok(()) };
        if full.strip_prefix(CORE) != Some(if is_map { "map" } else { "seq" }) {
            problems.push(unknown_tag(written, span));
        }
        Ok(())
    }

    /// The full name of a tag; `None` for `!`, which means a text.
    fn full_name<'t>(&self, written: &'t str, at: Position) -> Read<Option<Cow<'t, str>>> {
        if let Some(verbatim) = written.strip_prefix("!<").and_then(|rest| rest.strip_suffix('>')) {
            return Ok(Some(Cow::Borrowed(verbatim)));
        }
        if written == "!" {
            return Ok(None);
        }
        let (handle, suffix) = written.split_at(written.rfind('!').map_or(0, |last| last + 1));
        if suffix.is_empty() {
            return Err(Fault::new(at, Kind::EmptyName('!')));
        }
        let declared = self.tags.iter().rev().find(|(known, _)| *known == handle).map(|(_, prefix)| *prefix);
        match (declared, handle) {
            (Some(prefix), _) => Ok(Some(Cow::Owned(format!("{prefix}{suffix}")))),
            (None, "!!") => Ok(Some(Cow::Owned(format!("{CORE}{suffix}")))),
            (None, "!") => Ok(Some(Cow::Borrowed(written))),
            (None, _) => Err(Fault::new(at, Kind::UnknownHandle(written.to_owned()))),
        }
    }
}

/// Reads a tag as it is written, at its `!`.
fn tag_name<'a>(source: &mut Source<'a>) -> Read<&'a str> {
    let begin = source.pos;
    let mut end = begin + 1;
    if source.at(end) == b'<' {
        while !is_blank(source.at(end)) && source.at(end) != b'>' {
            end += 1;
        }
        if source.at(end) != b'>' {
            return Err(source.fault(Kind::EmptyName('!')));
        }
        end += 1;
    } else {
        loop {
            match source.at(end) {
                b'%' if [1, 2].iter().all(|i| source.at(end + i).is_ascii_hexdigit()) => end += 3,
                byte if is_tag_byte(byte) => end += 1,
                _ => break,
            }
        }
    }
    source.pos = end;
    Ok(source.slice(begin, end))
}

fn unknown_tag(written: &str, span: Span) -> Problem {
    Problem {
        kind: ProblemKind::UnknownTag,
        message: format!("the tag `{written}` has no meaning for this value").into(),
        help: "remove it: Backstage ignores it".into(),
        span: Some(span),
        related: None,
    }
}

fn is_version(text: &str) -> bool {
    text.strip_prefix("1.").is_some_and(|minor| !minor.is_empty() && minor.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Source: YAML 1.2.2, `ns-tag-char`.
fn is_tag_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-#;/?:@&=+$_.!~*'()".contains(&byte)
}

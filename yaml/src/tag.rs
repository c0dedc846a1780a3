//! Anchors and tags before a value, and the directives that declare tags.

use crate::fault::{Fault, Kind};
use crate::parser::{Parser, Read, Scalar};
use crate::scalar;
use crate::source::is_blank;
use crate::{Content, Position, Problem, ProblemKind, Span, Style};
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

    /// Joins two; `None` if both have an anchor, or both a tag.
    pub fn and(self, other: Self) -> Option<Self> {
        let is_twice = (self.anchor.is_some() && other.anchor.is_some()) || (self.tag.is_some() && other.tag.is_some());
        let (anchor, tag) = (self.anchor.or(other.anchor), self.tag.or(other.tag));
        (!is_twice).then_some(Self { anchor, tag, start: self.start, column: self.column })
    }
}

impl<'a> Parser<'a> {
    /// Reads directives and the `---` behind them.
    pub fn read_directives(&mut self) -> Read<()> {
        self.source.skip_to_content();
        let mut any = false;
        while self.source.peek() == b'%' && self.source.pos == self.source.line_start {
            any = true;
            let end = self.source.line_end(self.source.pos);
            let line = self.source.slice(self.source.pos, end);
            let mut words =
                line.split([' ', '\t']).filter(|word| !word.is_empty()).take_while(|word| !word.starts_with('#'));
            match (words.next(), words.next(), words.next(), words.next()) {
                (Some("%YAML"), Some(version), None, None) if is_version(version) => {}
                (Some("%TAG"), Some(handle), Some(prefix), None) => self.directives.tags.push((handle, prefix)),
                (Some("%YAML" | "%TAG"), ..) => return Err(self.fault(Kind::BadDirective)),
                // Reserved directives are ignored (YAML 1.2.2, §6.8).
                _ => {}
            }
            self.source.pos = end;
            self.source.skip_to_content();
        }
        let is_started = self.source.pos == self.source.line_start
            && self.source.slice(self.source.pos, self.source.pos + 3) == "---"
            && is_blank(self.source.peek_at(3));
        if is_started {
            self.source.pos += 3;
            Ok(())
        } else if any {
            Err(self.fault(Kind::NoDocumentStart))
        } else {
            Ok(())
        }
    }

    /// Reads an anchor or tag, at its `&` or `!`.
    pub fn read_prop(&mut self, props: &mut Props<'a>) -> Read<()> {
        let start = self.source.here();
        if props.start.is_none() {
            props.start = Some(start);
            props.column = self.source.pos - self.source.line_start;
        }
        if self.source.peek() == b'&' {
            let name = self.anchor_name()?;
            if props.anchor.replace(name).is_some() {
                return Err(Fault::new(start, Kind::PropsTwice));
            }
        } else {
            let begin = self.source.pos;
            let mut end = begin + 1;
            if self.source.at(end) == b'<' {
                while !is_blank(self.source.at(end)) && self.source.at(end) != b'>' {
                    end += 1;
                }
                if self.source.at(end) == b'>' {
                    end += 1;
                } else {
                    return Err(Fault::new(start, Kind::EmptyName('!')));
                }
            } else {
                loop {
                    match self.source.at(end) {
                        b'%' if [1, 2].iter().all(|i| self.source.at(end + i).is_ascii_hexdigit()) => end += 3,
                        byte if is_tag_byte(byte) => end += 1,
                        _ => break,
                    }
                }
            }
            self.source.pos = end;
            let span = Span { start, end: self.source.here() };
            if props.tag.replace((self.source.slice(begin, end), span)).is_some() {
                return Err(Fault::new(start, Kind::PropsTwice));
            }
        }
        if is_blank(self.source.peek()) || matches!(self.source.peek(), b',' | b']' | b'}') {
            Ok(())
        } else {
            Err(self.fault(Kind::AfterValue))
        }
    }

    /// The full name of a tag; `None` for `!`, which means a text.
    fn full_tag(&self, written: &'a str, at: Position) -> Read<Option<Cow<'a, str>>> {
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
        let declared = self.directives.tags.iter().rev().find(|(known, _)| *known == handle).map(|(_, prefix)| *prefix);
        match (declared, handle) {
            (Some(prefix), _) => Ok(Some(Cow::Owned(format!("{prefix}{suffix}")))),
            (None, "!!") => Ok(Some(Cow::Owned(format!("{CORE}{suffix}")))),
            (None, "!") => Ok(Some(Cow::Borrowed(written))),
            (None, _) => Err(Fault::new(at, Kind::UnknownHandle(written.to_owned()))),
        }
    }

    /// Returns the meaning of a scalar with its tag. As in the `yaml` package, an unknown tag leaves the text as it is.
    pub fn resolve(&mut self, read: &Scalar<'a>, props: &Props<'a>) -> Read<Content> {
        let Some((written, span)) = props.tag else {
            let is_plain = read.style == Style::Plain;
            return Ok(if is_plain { scalar::plain(&read.text) } else { Content::Text(read.text.to_string()) });
        };
        let text = || Content::Text(read.text.to_string());
        let Some(full) = self.full_tag(written, span.start)? else { return Ok(text()) };
        let name = full.strip_prefix(CORE).unwrap_or("");
        if name == "str" {
            return Ok(text());
        }
        match scalar::tagged(name, &read.text) {
            Some(value) => Ok(value),
            None => {
                self.unknown_tag(written, span);
                Ok(text())
            }
        }
    }

    /// Reports an unknown tag of a list or mapping.
    pub fn check_collection_tag(&mut self, props: &Props<'a>, is_map: bool) -> Read<()> {
        let Some((written, span)) = props.tag else { return Ok(()) };
        let Some(full) = self.full_tag(written, span.start)? else { return Ok(()) };
        if full.strip_prefix(CORE) != Some(if is_map { "map" } else { "seq" }) {
            self.unknown_tag(written, span);
        }
        Ok(())
    }

    fn unknown_tag(&mut self, written: &str, span: Span) {
        self.problems.push(Problem {
            kind: ProblemKind::UnknownTag,
            message: format!("the tag `{written}` has no meaning for this value").into(),
            help: "remove it: Backstage ignores it".into(),
            span: Some(span),
            related: None,
        });
    }
}

fn is_version(text: &str) -> bool {
    text.strip_prefix("1.").is_some_and(|minor| !minor.is_empty() && minor.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Source: YAML 1.2.2, `ns-tag-char`.
fn is_tag_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-#;/?:@&=+$_.!~*'()".contains(&byte)
}

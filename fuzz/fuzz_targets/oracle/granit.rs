//! granit-parser, and its known differences. It began as a fork of saphyr-parser, and has diverged.

use crate::compare::{HAS_BLOCK, HAS_QUESTION, Known, Oracle, ours, theirs};
use crate::tree::{Event, Value, documents};
use granit_parser::{Event as Theirs, Parser, ScalarStyle, options};
use std::rc::Rc;

pub const GRANIT: Oracle = Oracle { name: "granit-parser", read, known: KNOWN };

fn read(text: &str) -> Result<Vec<Rc<Value>>, String> {
    // Its defaults accept the indentation that PyYAML accepts.
    let mut parser = Parser::new_from_str_with_options(text, options! { strict_indentation: true });
    documents(|| match parser.next_event() {
        Some(Ok((event, _))) => event_of(event),
        Some(Err(error)) => Err(error.info()),
        None => Ok(Event::End),
    })
}

fn event_of(event: Theirs<'_>) -> Result<Event, String> {
    Ok(match event {
        Theirs::Scalar(text, style, anchor, _) => {
            Event::Scalar { text: text.into_owned(), is_plain: style == ScalarStyle::Plain, anchor }
        }
        Theirs::Alias(anchor) => Event::Alias(anchor),
        Theirs::SequenceStart(_, anchor, _) => Event::ListStart(anchor),
        Theirs::SequenceEnd => Event::ListEnd,
        Theirs::MappingStart(_, anchor, _) => Event::MapStart(anchor),
        Theirs::MappingEnd => Event::MapEnd,
        Theirs::StreamEnd => Event::End,
        Theirs::StreamStart | Theirs::DocumentStart(..) | Theirs::DocumentEnd => Event::Boundary,
        other => return Err(format!("unexpected event {other:?}")),
    })
}

const KNOWN: &[Known] = &[
    ours("an empty line before the text has more spaces than the text", HAS_BLOCK),
    theirs("", |text| text.contains(is_unprintable)),
    theirs("surrogate", |text| text.contains("\\u")),
    theirs("did not find expected tag URI", |text| text.contains("!<")),
    theirs("unexpected EOF while parsing an implicit flow mapping", HAS_QUESTION),
];

/// Whether YAML 1.2.2 excludes a character (`c-printable`). npm `yaml` accepts these.
fn is_unprintable(c: char) -> bool {
    matches!(c, '\u{fffe}' | '\u{ffff}') || (c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
}

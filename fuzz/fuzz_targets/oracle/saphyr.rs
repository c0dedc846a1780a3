//! saphyr-parser, and its known differences.

use crate::compare::{HAS_QUESTION, Known, Oracle, ours, theirs};
use crate::tree::{Event, Value, documents};
use saphyr_parser::{Event as Theirs, Parser, ScalarStyle};
use std::rc::Rc;

pub const SAPHYR: Oracle = Oracle { name: "saphyr-parser", read, known: KNOWN };

fn read(text: &str) -> Result<Vec<Rc<Value>>, String> {
    let mut parser = Parser::new_from_str(text);
    documents(|| match parser.next_event() {
        Some(Ok((event, _))) => Ok(event_of(event)),
        Some(Err(error)) => Err(error.info().to_owned()),
        None => Ok(Event::End),
    })
}

fn event_of(event: Theirs<'_>) -> Event {
    match event {
        Theirs::Scalar(text, style, anchor, _) => {
            Event::Scalar { text: text.into_owned(), is_plain: style == ScalarStyle::Plain, anchor }
        }
        Theirs::Alias(anchor) => Event::Alias(anchor),
        Theirs::SequenceStart(anchor, _) => Event::ListStart(anchor),
        Theirs::SequenceEnd => Event::ListEnd,
        Theirs::MappingStart(anchor, _) => Event::MapStart(anchor),
        Theirs::MappingEnd => Event::MapEnd,
        Theirs::StreamEnd => Event::End,
        Theirs::StreamStart | Theirs::DocumentStart(_) | Theirs::DocumentEnd | Theirs::Nothing => Event::Boundary,
    }
}

const KNOWN: &[Known] = &[
    // An anchor of an earlier document.
    ours("no anchor", |text| text.contains("---") || text.contains("...")),
    theirs("invalid Unicode character escape code", |text| text.contains("\\u")),
    theirs("did not find expected node content", HAS_QUESTION),
];

//! Trees of values from the events of a parser.

use std::collections::HashMap;
use std::rc::Rc;

/// An event of a parser. Collections and scalars carry the id of their anchor, or 0.
pub enum Event {
    Scalar {
        text: String,
        is_plain: bool,
        anchor: usize,
    },
    Alias(usize),
    ListStart(usize),
    ListEnd,
    MapStart(usize),
    MapEnd,
    End,
    /// The start or end of a document or stream.
    Boundary,
}

/// A value as a parser reports it. No parser resolves tags.
pub enum Value {
    Scalar {
        text: String,
        is_plain: bool,
    },
    List(Vec<Rc<Self>>),
    Map(Vec<(Rc<Self>, Rc<Self>)>),
    /// An alias of a value that contains it.
    Circle,
}

/// Reads all documents; the first error ends the stream.
pub fn documents(next: impl FnMut() -> Result<Event, String>) -> Result<Vec<Rc<Value>>, String> {
    let mut builder = Builder { next, anchors: HashMap::new() };
    let mut documents = Vec::new();
    loop {
        match (builder.next)()? {
            Event::End => return Ok(documents),
            Event::Boundary => {}
            event => documents.push(builder.value(event)?),
        }
    }
}

struct Builder<F> {
    next: F,
    anchors: HashMap<usize, Rc<Value>>,
}

impl<F: FnMut() -> Result<Event, String>> Builder<F> {
    fn value(&mut self, event: Event) -> Result<Rc<Value>, String> {
        let (anchor, value) = match event {
            Event::Alias(id) => return Ok(self.anchors.get(&id).cloned().unwrap_or(Rc::new(Value::Circle))),
            Event::Scalar { text, is_plain, anchor } => (anchor, Value::Scalar { text, is_plain }),
            Event::ListStart(anchor) => {
                let mut items = Vec::new();
                loop {
                    match (self.next)()? {
                        Event::ListEnd => break,
                        event => items.push(self.value(event)?),
                    }
                }
                (anchor, Value::List(items))
            }
            Event::MapStart(anchor) => {
                let mut entries = Vec::new();
                loop {
                    match (self.next)()? {
                        Event::MapEnd => break,
                        event => {
                            let key = self.value(event)?;
                            let event = (self.next)()?;
                            entries.push((key, self.value(event)?));
                        }
                    }
                }
                (anchor, Value::Map(entries))
            }
            Event::ListEnd | Event::MapEnd | Event::End | Event::Boundary => {
                return Err("an event has no place".to_owned());
            }
        };
        let value = Rc::new(value);
        if anchor > 0 {
            self.anchors.insert(anchor, value.clone());
        }
        Ok(value)
    }
}

//! YAML (and so JSON) into our own tree. The only room that knows a YAML crate.
//!
//! Plain scalars mean what YAML 1.2's core schema says, as in the `yaml` package that Backstage reads entities with.

use super::position::Lines;
use super::tree::{Content, Node};
use crate::diagnostic::{Code, Diagnostic, Where};
use saphyr_parser::{Event, Parser, ScalarStyle, Span};

/// Larger than any entity that people write.
const MOST_BYTES: usize = 1 << 20;
const MOST_NODES: usize = 100_000;
const MOST_DEPTH: usize = 64;

/// A list or mapping that is still open.
struct Open {
    anchor: usize,
    span: Span,
    items: Vec<Node>,
    is_map: bool,
    /// How many values had been read when it was opened.
    before: usize,
}

struct Reader<'a> {
    lines: Lines<'a>,
    file: Option<&'a str>,
    open: Vec<Open>,
    /// By the parser's number, which counts them from 1.
    anchors: Vec<(usize, Node, usize)>,
    nodes: usize,
    findings: Vec<Diagnostic>,
}

/// All documents of a text, or every reason why it cannot be read.
pub fn read(text: &str, file: Option<&str>) -> Result<Vec<Node>, Vec<Diagnostic>> {
    let too_large = |message: String| {
        Diagnostic::new(Code::EntityTooLarge, message)
            .at(Where { file: file.map(str::to_owned), ..Where::default() })
            .help("an entity is a page of text: split the file, and write repeated parts out")
    };
    if text.len() > MOST_BYTES {
        return Err(vec![too_large(format!("the text has {} bytes; at most {MOST_BYTES} are read", text.len()))]);
    }
    let bare = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader {
        lines: Lines::new(bare, text.len() - bare.len()),
        file,
        open: Vec::new(),
        anchors: Vec::new(),
        nodes: 0,
        findings: Vec::new(),
    };
    let mut documents = Vec::new();
    for event in Parser::new_from_str(bare) {
        let (event, span) = match event {
            Ok(event) => event,
            Err(error) => {
                let at = reader.lines.position(error.marker());
                let span = Some(crate::diagnostic::Span { start: at, end: at });
                let finding = Diagnostic::new(Code::EntitySyntax, format!("this is not YAML: {}", error.info()))
                    .at(Where { file: file.map(str::to_owned), path: None, span })
                    .help("mend the indentation, quotes or brackets here");
                reader.findings.push(finding);
                return Err(reader.findings);
            }
        };
        if let Some(document) = reader.take(event, span) {
            documents.push(document);
        }
        if reader.nodes > MOST_NODES {
            return Err(vec![too_large(format!("the text stands for more than {MOST_NODES} values"))]);
        }
        if reader.open.len() > MOST_DEPTH {
            return Err(vec![too_large(format!("values are nested more than {MOST_DEPTH} levels deep"))]);
        }
    }
    if reader.findings.is_empty() { Ok(documents) } else { Err(reader.findings) }
}

impl Reader<'_> {
    /// Takes one event; returns a document when this ends one.
    fn take(&mut self, event: Event<'_>, span: Span) -> Option<Node> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_text = style != ScalarStyle::Plain || tag.is_some_and(|tag| tag.suffix == "str");
                let value = if is_text { Content::Text(text.into_owned()) } else { plain(&text) };
                let node = Node { value, span: Some(self.lines.span(&span)) };
                self.nodes += 1;
                self.close(node, anchor, 1)
            }
            Event::Alias(id) => {
                // An unknown alias is an error of the parser; one that stands inside its own anchor is not finished yet.
                let (node, size) = self
                    .anchors
                    .iter()
                    .find(|(known, ..)| *known == id)
                    .map(|(_, node, size)| (node.clone(), *size))
                    .unwrap_or((Node { value: Content::Null, span: Some(self.lines.span(&span)) }, 1));
                self.nodes += size;
                self.close(node, 0, size)
            }
            Event::SequenceStart(anchor, _) => {
                self.open.push(Open { anchor, span, items: Vec::new(), is_map: false, before: self.nodes });
                None
            }
            Event::MappingStart(anchor, _) => {
                self.open.push(Open { anchor, span, items: Vec::new(), is_map: true, before: self.nodes });
                None
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let open = self.open.pop()?;
                let whole = Span { start: open.span.start, end: span.end };
                let span = Some(self.lines.span(&whole));
                self.nodes += 1;
                let size = self.nodes - open.before;
                let value = if open.is_map { self.map(open.items) } else { Content::List(open.items) };
                self.close(Node { value, span }, open.anchor, size)
            }
            Event::DocumentStart(_) => {
                self.anchors.clear();
                None
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => None,
        }
    }

    /// Puts a finished value where it belongs.
    fn close(&mut self, node: Node, anchor: usize, size: usize) -> Option<Node> {
        if anchor > 0 {
            self.anchors.push((anchor, node.clone(), size));
        }
        match self.open.last_mut() {
            Some(open) => {
                open.items.push(node);
                None
            }
            None => Some(node),
        }
    }

    fn map(&mut self, items: Vec<Node>) -> Content {
        let mut entries: Vec<(Node, Node)> = Vec::with_capacity(items.len() / 2);
        let mut items = items.into_iter();
        while let (Some(key), Some(value)) = (items.next(), items.next()) {
            entries.push((key, value));
        }
        // A JSON object and no set, whose code the browser build would carry for this alone.
        let mut seen = serde_json::Map::new();
        for (key, _) in &entries {
            let Some(text) = key.as_text() else { continue };
            if seen.insert(text.to_owned(), serde_json::Value::Null).is_some() {
                let finding = Diagnostic::new(Code::EntityDuplicateKey, format!("the key `{text}` stands here twice"))
                    .at(Where { file: self.file.map(str::to_owned), path: None, span: key.span })
                    .help("keep one of them");
                self.findings.push(finding);
            }
        }
        Content::Map(entries)
    }
}

/// What a plain scalar means. Source: YAML 1.2.2, §10.3 (core schema).
fn plain(text: &str) -> Content {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Content::Null,
        "true" | "True" | "TRUE" => Content::Bool(true),
        "false" | "False" | "FALSE" => Content::Bool(false),
        _ if is_number(text) => Content::Number(text.to_owned()),
        _ => Content::Text(text.to_owned()),
    }
}

fn is_number(text: &str) -> bool {
    if let Some(octal) = text.strip_prefix("0o") {
        return !octal.is_empty() && octal.bytes().all(|b| (b'0'..=b'7').contains(&b));
    }
    if let Some(hex) = text.strip_prefix("0x") {
        return !hex.is_empty() && hex.bytes().all(|b| b.is_ascii_hexdigit());
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|e| !e.is_empty() && digits(e))
}

//! The documents of a file. Each is read by itself, so that an error in one hides nothing of the others.

use super::yaml::{self, Part, Tree};
use super::{Entity, MOST_BYTES, tree::Content};
use crate::diagnostic::{Code, Diagnostic, Position, Span, Where, Words};

/// One document of a file; empty ones are none.
#[derive(Clone, Debug)]
pub enum Document {
    Entity(Entity),
    /// It can be read, but has no `kind` or no `metadata.name`.
    NotAnEntity(Vec<Diagnostic>),
    /// It, or the whole file, cannot be read.
    Unreadable(Vec<Diagnostic>),
}

/// Reads a file's documents, in their order.
pub fn read_documents(bytes: &[u8], file: Option<&str>) -> Vec<Document> {
    read_trees(bytes, file)
        .into_iter()
        .filter_map(|tree| match tree {
            Ok(Tree { root, findings }) if root.value == Content::Null && findings.is_empty() => None,
            Ok(Tree { root, findings }) => Some(match Entity::new(root, file, findings) {
                Ok(entity) => Document::Entity(entity),
                Err(findings) => Document::NotAnEntity(findings),
            }),
            Err(finding) => Some(Document::Unreadable(vec![finding])),
        })
        .collect()
}

/// The same before anybody asks whether they are entities, the empty ones too.
pub fn read_trees(bytes: &[u8], file: Option<&str>) -> Vec<Result<Tree, Diagnostic>> {
    let text = match text(bytes, file) {
        Ok(text) => text,
        Err(finding) => return vec![Err(finding)],
    };
    let bare = text.strip_prefix('\u{feff}').unwrap_or(text);
    let before = text.len() - bare.len();
    let parts = Parts { text: bare, start: 0, line_start: 0, line: 1, before, is_ascii: bare.is_ascii() };
    parts.map(|part| yaml::parse(&part, file)).collect()
}

/// The bytes as text, or why they are none.
fn text<'a>(bytes: &'a [u8], file: Option<&str>) -> Result<&'a str, Diagnostic> {
    let fault = |code, message: Words, help: &'static str, span| {
        let place = Where { file: file.map(str::to_owned), path: None, span };
        Diagnostic::new(code, message).at(place).help(help)
    };
    if bytes.len() > MOST_BYTES {
        let message = format!("the file is larger than {MOST_BYTES} bytes");
        return Err(fault(Code::EntityTooLarge, message.into(), "an entity is a page of text: split the file", None));
    }
    let is_utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    if bytes.contains(&0) && !is_utf16 {
        let nul = bytes.iter().position(|byte| *byte == 0).unwrap_or(0);
        let place = place(bytes, nul);
        return Err(fault(
            Code::EntityBinary,
            "the file is no text: it holds a NUL byte".into(),
            "give a YAML or JSON file",
            place,
        ));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let (message, help) = match is_utf16 {
            true => ("the file is encoded in UTF-16", "save it as UTF-8"),
            false => ("the file is not UTF-8: this byte begins no character", "save it as UTF-8"),
        };
        fault(Code::EntityNotUtf8, message.into(), help, place(bytes, error.valid_up_to()))
    })
}

/// The place of a byte that ends the readable part of a file.
fn place(bytes: &[u8], offset: usize) -> Option<Span> {
    let readable = String::from_utf8_lossy(bytes.get(..offset)?);
    let bare = readable.strip_prefix('\u{feff}').unwrap_or(&readable);
    let lines = bare.replace("\r\n", "\n").replace('\r', "\n");
    let last = lines.rsplit('\n').next()?;
    let line = lines.matches('\n').count() + 1;
    let at = Position { offset, line, column: last.encode_utf16().count() + 1 };
    Some(Span { start: at, end: at })
}

/// Cuts a text where documents begin and end: a line `---` or `...` does so wherever it stands, even inside quotes.
///
/// Source: YAML 1.2.2, §9.1.2 and the rule `c-forbidden`.
struct Parts<'a> {
    text: &'a str,
    start: usize,
    line_start: usize,
    line: usize,
    before: usize,
    is_ascii: bool,
}

impl<'a> Iterator for Parts<'a> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Part<'a>> {
        let bytes = self.text.as_bytes();
        if self.start >= bytes.len() {
            return None;
        }
        let Self { text, start, line_start, line, before, is_ascii } = *self;
        let part = |end| Some(Part { text: text.get(..end).unwrap_or(""), start, line_start, line, before, is_ascii });
        let mut at = start;
        // Directives and comments belong to the document behind them.
        let mut is_begun = false;
        loop {
            let rest = bytes.get(at..).unwrap_or(&[]);
            let is_marker = |marker: &[u8]| {
                rest.starts_with(marker) && matches!(rest.get(3), None | Some(b' ' | b'\t' | b'\n' | b'\r'))
            };
            if is_marker(b"---") {
                if is_begun {
                    (self.start, self.line_start) = (at, at);
                    return part(at);
                }
                is_begun = true;
            } else if is_marker(b"...") {
                // Text behind the marker is read with the next document: only a comment may stand there.
                (self.start, self.line_start) = (at + 3, at);
                return part(at);
            } else if !is_begun {
                let first = rest.iter().find(|byte| !matches!(byte, b' ' | b'\t'));
                is_begun = !matches!(first, None | Some(b'#' | b'\n' | b'\r')) && rest.first() != Some(&b'%');
            }
            let Some(end) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
                self.start = bytes.len();
                return part(bytes.len());
            };
            let is_crlf = rest.get(end) == Some(&b'\r') && rest.get(end + 1) == Some(&b'\n');
            at += end + if is_crlf { 2 } else { 1 };
            self.line += 1;
            if at >= bytes.len() {
                self.start = bytes.len();
                return part(bytes.len());
            }
        }
    }
}

//! Splits a text into its documents, before any of them is read.

/// The range of one document in the text of a file.
#[derive(Clone, Copy)]
pub struct Part<'a> {
    /// The text of the file up to the document's end.
    pub text: &'a str,
    pub start: usize,
    /// Where the line of `start` begins. A document that begins later on its line follows a `...`.
    pub line_start: usize,
    /// The number of that line, from 1.
    pub line: usize,
    /// Bytes of the file before the text.
    pub before: usize,
    /// Whether every character is one byte.
    pub is_ascii: bool,
}

/// The documents of a text. A line `---` or `...` separates them even inside quotes.
///
/// Source: YAML 1.2.2, §9.1.2 and the rule `c-forbidden`.
pub struct Parts<'a> {
    /// All documents that are left, with the text of the whole file.
    rest: Part<'a>,
}

impl<'a> Parts<'a> {
    /// Begins at the first document, behind a byte order mark.
    pub fn of(text: &'a str) -> Self {
        let bare = text.strip_prefix('\u{feff}').unwrap_or(text);
        let before = text.len() - bare.len();
        Self { rest: Part { text: bare, start: 0, line_start: 0, line: 1, before, is_ascii: bare.is_ascii() } }
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Part<'a>> {
        let first = self.rest;
        let bytes = first.text.as_bytes();
        if first.start >= bytes.len() {
            return None;
        }
        let part = |end| Some(Part { text: first.text.get(..end).unwrap_or(""), ..first });
        let rest = &mut self.rest;
        let mut at = first.start;
        // Directives and comments belong to the document behind them.
        let mut is_begun = false;
        loop {
            let ahead = bytes.get(at..).unwrap_or(&[]);
            let is_marker = |marker: &[u8]| {
                ahead.starts_with(marker) && matches!(ahead.get(3), None | Some(b' ' | b'\t' | b'\n' | b'\r'))
            };
            if is_marker(b"---") {
                if is_begun {
                    (rest.start, rest.line_start) = (at, at);
                    return part(at);
                }
                is_begun = true;
            } else if is_marker(b"...") {
                // The rest of the line is read with the next document, which accepts nothing but a comment there.
                (rest.start, rest.line_start) = (at + 3, at);
                return part(at);
            } else if !is_begun {
                let byte = ahead.iter().find(|byte| !matches!(byte, b' ' | b'\t'));
                is_begun = !matches!(byte, None | Some(b'#' | b'\n' | b'\r')) && ahead.first() != Some(&b'%');
            }
            let Some(end) = ahead.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
                rest.start = bytes.len();
                return part(bytes.len());
            };
            let is_crlf = ahead.get(end) == Some(&b'\r') && ahead.get(end + 1) == Some(&b'\n');
            at += end + if is_crlf { 2 } else { 1 };
            rest.line += 1;
            if at >= bytes.len() {
                rest.start = bytes.len();
                return part(bytes.len());
            }
        }
    }
}

//! Fixes, applied to a file's text.

use super::examine::examine;
use crate::diagnostic::{Diagnostic, Fix};
use crate::rule::Settings;

/// Maximum number of rounds. A fix may uncover a finding with another fix; more rounds than this are a circle.
const MOST_ROUNDS: usize = 4;

/// A text after its fixes.
pub struct Fixed {
    /// `None` where nothing changed.
    pub text: Option<String>,
    /// The remaining findings.
    pub findings: Vec<Diagnostic>,
    pub entities: usize,
}

/// Applies the fixes of a file's findings, examines the new text, and repeats.
pub fn fix(bytes: &[u8], file: &str, settings: &Settings, found: (Vec<Diagnostic>, usize)) -> Fixed {
    let (findings, entities) = found;
    let mut fixed = Fixed { text: None, findings, entities };
    for _ in 0..MOST_ROUNDS {
        let text = match &fixed.text {
            Some(text) => text.as_str(),
            None => std::str::from_utf8(bytes).unwrap_or_default(),
        };
        let Some(next) = apply(text, fixed.findings.iter().filter_map(|finding| finding.fix.as_ref())) else { break };
        let (findings, entities) = examine(next.as_bytes(), file, settings);
        // A fix that makes an entity unreadable is wrong.
        if entities < fixed.entities {
            break;
        }
        fixed = Fixed { text: Some(next), findings, entities };
    }
    if fixed.text.as_ref().is_some_and(|text| text.as_bytes() == bytes) {
        fixed.text = None;
    }
    fixed
}

/// One replacement of bytes.
#[derive(Clone, Copy)]
struct Replacement<'a> {
    start: usize,
    end: usize,
    text: &'a str,
}

/// Applies each fix as a whole, unless it overlaps with an earlier one. `None` where the text stays the same.
fn apply<'a>(text: &str, fixes: impl Iterator<Item = &'a Fix>) -> Option<String> {
    let mut chosen: Vec<Replacement<'a>> = Vec::new();
    for fix in fixes {
        let Some(replacements) = replacements(text, fix) else { continue };
        let mut with = chosen.clone();
        if replacements.into_iter().all(|replacement| insert(&mut with, replacement)) {
            chosen = with;
        }
    }
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for replacement in &chosen {
        out.push_str(text.get(at..replacement.start)?);
        out.push_str(replacement.text);
        at = replacement.end;
    }
    out.push_str(text.get(at..)?);
    (out != text).then_some(out)
}

/// Returns the replacements of a fix; `None` where one does not fit the text.
fn replacements<'a>(text: &str, fix: &'a Fix) -> Option<Vec<Replacement<'a>>> {
    let replacement = |edit: &'a crate::diagnostic::Edit| {
        let (start, end) = (edit.span?.start.offset, edit.span?.end.offset);
        text.get(start..end)?;
        Some(Replacement { start, end, text: edit.text.as_deref()? })
    };
    fix.edits.iter().map(replacement).collect()
}

/// Inserts a replacement at its offset, unless it touches another one. Returns whether it was inserted.
fn insert<'a>(chosen: &mut Vec<Replacement<'a>>, new: Replacement<'a>) -> bool {
    let at = chosen.partition_point(|other| other.start < new.start);
    let follows = at == 0 || chosen.get(at - 1).is_none_or(|before| before.end <= new.start);
    let precedes = chosen.get(at).is_none_or(|next| new.end <= next.start && new.start < next.start);
    if follows && precedes {
        chosen.insert(at, new);
    }
    follows && precedes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Edit, Position, Span};
    use proptest::prelude::*;

    fn edits(edits: &[(usize, usize, &str)]) -> Fix {
        let at = |offset| Position { offset, line: 1, column: offset + 1 };
        let edit = |&(start, end, text): &(usize, usize, &str)| Edit {
            annotation: "a".into(),
            key: None,
            value: Some(text.into()),
            span: Some(Span { start: at(start), end: at(end) }),
            text: Some(text.into()),
        };
        Fix { title: "Do it".into(), edits: edits.iter().map(edit).collect() }
    }

    #[test]
    fn a_fix_is_applied_as_a_whole_or_not_at_all() {
        let fixes = [edits(&[(6, 7, "G")]), edits(&[(0, 1, "AA"), (6, 8, "x")]), edits(&[(2, 4, ""), (8, 8, "!")])];
        assert_eq!(apply("abcdefgh", fixes.iter()).as_deref(), Some("abefGh!"));
    }

    #[test]
    fn ignores_edits_outside_the_text() {
        for replaced in [[(3, 99, "x")], [(1, 2, "x")], [(4, 3, "x")]] {
            assert_eq!(apply("ü234", [edits(&replaced)].iter()), None);
        }
        let mut placeless = edits(&[(0, 0, "x")]);
        placeless.edits[0].span = None;
        assert_eq!(apply("abc", [placeless].iter()), None);
        assert_eq!(apply("abc", [edits(&[(0, 1, "a")])].iter()), None);
    }

    proptest! {
        #[test]
        fn any_edits_leave_valid_utf8(all in prop::collection::vec((0usize..12, 0usize..12), 0..6)) {
            let fixes: Vec<_> = all.iter().map(|(start, end)| edits(&[(*start, *end, "é")])).collect();
            if let Some(text) = apply("aébcdefgh", fixes.iter()) {
                prop_assert!(text.contains('é'));
            }
        }
    }
}

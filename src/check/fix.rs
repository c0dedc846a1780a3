//! Applies fixes.

use super::examine::examine;
use crate::diagnostic::{Diagnostic, Fix};
use crate::rule::Settings;

/// A fix may uncover what another fix mends; what takes longer than this goes round in circles.
const MOST_ROUNDS: usize = 4;

/// A text after its fixes.
pub struct Mended {
    /// `None` where nothing changed.
    pub text: Option<String>,
    /// What is left.
    pub findings: Vec<Diagnostic>,
    pub entities: usize,
}

/// Applies what can be applied at once, looks again, and so on.
pub fn mend(bytes: &[u8], file: &str, settings: &Settings, found: (Vec<Diagnostic>, usize)) -> Mended {
    let (findings, entities) = found;
    let mut mended = Mended { text: None, findings, entities };
    for _ in 0..MOST_ROUNDS {
        let text = match &mended.text {
            Some(text) => text.as_str(),
            None => std::str::from_utf8(bytes).unwrap_or_default(),
        };
        let Some(next) = apply(text, mended.findings.iter().filter_map(|finding| finding.fix.as_ref())) else { break };
        let (findings, entities) = examine(next.as_bytes(), file, settings);
        // A fix that costs an entity is none.
        if entities < mended.entities {
            break;
        }
        mended = Mended { text: Some(next), findings, entities };
    }
    if mended.text.as_ref().is_some_and(|text| text.as_bytes() == bytes) {
        mended.text = None;
    }
    mended
}

/// One replacement of bytes.
#[derive(Clone, Copy)]
struct Replacement<'a> {
    start: usize,
    end: usize,
    text: &'a str,
}

/// Applies the fixes that do not overlap with one before them, each as a whole; `None` where none can be applied.
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

/// `None` where an edit has no place in this text.
fn replacements<'a>(text: &str, fix: &'a Fix) -> Option<Vec<Replacement<'a>>> {
    let replacement = |edit: &'a crate::diagnostic::Edit| {
        let (start, end) = (edit.span?.start.offset, edit.span?.end.offset);
        text.get(start..end)?;
        Some(Replacement { start, end, text: edit.text.as_deref()? })
    };
    fix.edits.iter().map(replacement).collect()
}

/// Puts it where it belongs by its offset, unless it touches what is there already.
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

    fn fix(edits: &[(usize, usize, &str)]) -> Fix {
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
        let fixes = [fix(&[(6, 7, "G")]), fix(&[(0, 1, "AA"), (6, 8, "x")]), fix(&[(2, 4, ""), (8, 8, "!")])];
        assert_eq!(apply("abcdefgh", fixes.iter()).as_deref(), Some("abefGh!"));
    }

    #[test]
    fn what_is_not_a_place_in_the_text_is_left() {
        for edits in [[(3, 99, "x")], [(1, 2, "x")], [(4, 3, "x")]] {
            assert_eq!(apply("ü234", [fix(&edits)].iter()), None);
        }
        let mut placeless = fix(&[(0, 0, "x")]);
        placeless.edits[0].span = None;
        assert_eq!(apply("abc", [placeless].iter()), None);
        assert_eq!(apply("abc", [fix(&[(0, 1, "a")])].iter()), None);
    }

    proptest! {
        #[test]
        fn any_edits_leave_a_text(edits in prop::collection::vec((0usize..12, 0usize..12), 0..6)) {
            let fixes: Vec<_> = edits.iter().map(|(start, end)| fix(&[(*start, *end, "é")])).collect();
            if let Some(text) = apply("aébcdefgh", fixes.iter()) {
                prop_assert!(text.contains('é'));
            }
        }
    }
}

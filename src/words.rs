//! Search, comparison and lists of short words. Search does without the standard library, for size (`docs/size.md`) and for speed
//! (`docs/performance.md`).

/// The offset of the first occurrence of a word.
pub fn find(text: &str, word: &str) -> Option<usize> {
    let [first, rest @ ..] = word.as_bytes() else { return Some(0) };
    // Most texts do not have the first byte, which the standard library finds several bytes at a time.
    if !text.as_bytes().contains(first) {
        return None;
    }
    let mut behind = text.as_bytes().iter();
    while behind.any(|byte| byte == first) {
        if behind.as_slice().starts_with(rest) {
            return Some(text.len() - behind.len() - 1);
        }
    }
    None
}

pub fn contains(text: &str, word: &str) -> bool {
    find(text, word).is_some()
}

/// The text before and after the first occurrence of a word.
pub fn split_once<'a>(text: &'a str, word: &str) -> Option<(&'a str, &'a str)> {
    let at = find(text, word)?;
    Some((text.get(..at)?, text.get(at + word.len()..)?))
}

/// The items, joined by a separator.
pub fn list<T: AsRef<str>>(items: impl Iterator<Item = T>, separator: &str) -> String {
    let mut out = String::new();
    for item in items {
        if !out.is_empty() {
            out.push_str(separator);
        }
        out.push_str(item.as_ref());
    }
    out
}

/// The indefinite article before a noun.
pub fn article(noun: &str) -> &'static str {
    if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

/// The `name=value` entries of a list, without surrounding white space; an entry without `=` is an error.
pub fn pairs<'a>(text: &'a str, between: &[u8]) -> Vec<Result<(&'a str, &'a str), &'a str>> {
    let entries = text.split(|c: char| between.iter().any(|b| c == char::from(*b)));
    let entries = entries.map(str::trim).filter(|entry| !entry.is_empty());
    entries.map(|entry| entry.split_once('=').map(|(name, value)| (name.trim(), value.trim())).ok_or(entry)).collect()
}

/// The words of a table of beginnings and ends; the ends of one beginning are separated by spaces.
pub fn expand(table: &[(&str, &str)]) -> Vec<String> {
    let mut words = Vec::new();
    for (start, ends) in table {
        for end in ends.split(' ') {
            words.push([*start, end].concat());
        }
    }
    words
}

/// Whether [`expand`] would return a word, without building the list.
pub fn is_listed(table: &[(&str, &str)], word: &str) -> bool {
    let mut starts = table.iter();
    starts.any(|(start, ends)| {
        let wanted = word.as_bytes().strip_prefix(start.as_bytes());
        wanted.is_some_and(|wanted| ends.as_bytes().split(|byte| *byte == b' ').any(|end| end == wanted))
    })
}

/// A word in lower case with hyphens as separators, for comparison.
pub fn plain(word: &str) -> String {
    let plain = |c: char| if matches!(c, '_' | ' ' | '.') { '-' } else { c.to_ascii_lowercase() };
    word.chars().map(plain).collect()
}

/// The most similar of some words: at most two letters or a third of them differ, and never more than half.
pub fn nearest(word: &str, mut known: impl Iterator<Item = String>) -> Option<String> {
    nearest_of(word, &mut known)
}

/// Separate from the generic [`nearest`], for size (`docs/size.md`).
fn nearest_of(word: &str, known: &mut dyn Iterator<Item = String>) -> Option<String> {
    let mut limit = (word.len() / 3).max(2).min(word.len() / 2);
    let mut nearest: Option<String> = None;
    for known in known {
        // The difference in length is the least distance.
        if word.len().abs_diff(known.len()) > limit {
            continue;
        }
        let distance = distance(word, &known, limit);
        if distance < limit || (distance == limit && nearest.as_ref().is_none_or(|nearest| known < *nearest)) {
            limit = distance;
            nearest = Some(known);
        }
    }
    nearest
}

/// Levenshtein distance over bytes, because all known words are ASCII; a lower bound of it where it exceeds the limit.
fn distance(a: &str, b: &str, limit: usize) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut least = left;
        for (cell, y) in row.iter_mut().skip(1).zip(b.bytes()) {
            let here = (*cell + 1).min(left + 1).min(diagonal + usize::from(x != y));
            diagonal = std::mem::replace(cell, here);
            left = here;
            least = least.min(here);
        }
        if least > limit {
            return least;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_list_joins_its_items() {
        assert_eq!(list(["a", "b", "c"].iter(), ", "), "a, b, c");
        assert_eq!(list([""; 0].iter(), ", "), "");
    }

    #[test]
    fn an_entry_without_a_value_is_an_error() {
        assert_eq!(pairs(" a = b=c ;; d\ne=", b";\n"), [Ok(("a", "b=c")), Err("d"), Ok(("e", ""))]);
    }

    #[test]
    fn distances() {
        let distance_of = |a, b| distance(a, b, usize::MAX);
        assert_eq!((distance_of("", "abc"), distance_of("kitten", "sitting"), distance_of("same", "same")), (3, 3, 0));
    }

    proptest! {
        #[test]
        fn a_distance_is_exact_up_to_the_limit(a in "[ab]{0,8}", b in "[abc]{0,8}", limit in 0..9usize) {
            let (exact, bound) = (distance(&a, &b, usize::MAX), distance(&a, &b, limit));
            prop_assert_eq!(bound.min(limit + 1), exact.min(limit + 1));
            prop_assert!(a.len().abs_diff(b.len()) <= exact && bound <= exact);
        }

        #[test]
        fn find_agrees_with_the_standard_library(text in "[ab/é]{0,12}", word in "[ab/é]{1,3}") {
            prop_assert_eq!(find(&text, &word), text.find(&word));
            prop_assert_eq!(split_once(&text, &word), text.split_once(&word));
        }
    }
}

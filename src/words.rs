//! Looking for words in short texts, and listing them.
//!
//! The standard library's way is made for long texts and for any kind of list; it would be 5 kB of what every portal page loads.

/// Where a word first stands.
pub fn find(text: &str, word: &str) -> Option<usize> {
    text.as_bytes().windows(word.len().max(1)).position(|window| window == word.as_bytes())
}

pub fn contains(text: &str, word: &str) -> bool {
    find(text, word).is_some()
}

/// What stands before and behind the first such word.
pub fn split_once<'a>(text: &'a str, word: &str) -> Option<(&'a str, &'a str)> {
    let at = find(text, word)?;
    Some((text.get(..at)?, text.get(at + word.len()..)?))
}

/// The items with a separator between them.
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

/// The entries of a list, without white space around them: each a name and a value with `=` between them, or an error where it
/// has none.
pub fn pairs<'a>(text: &'a str, between: &[u8]) -> Vec<Result<(&'a str, &'a str), &'a str>> {
    let entries = text.split(|c: char| between.iter().any(|b| c == char::from(*b)));
    let entries = entries.map(str::trim).filter(|entry| !entry.is_empty());
    entries.map(|entry| entry.split_once('=').map(|(name, value)| (name.trim(), value.trim())).ok_or(entry)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn items_are_listed() {
        assert_eq!(list(["a", "b", "c"].iter(), ", "), "a, b, c");
        assert_eq!(list([""; 0].iter(), ", "), "");
    }

    #[test]
    fn pairs_are_told_from_what_has_no_value() {
        assert_eq!(pairs(" a = b=c ;; d\ne=", b";\n"), [Ok(("a", "b=c")), Err("d"), Ok(("e", ""))]);
    }

    proptest! {
        #[test]
        fn as_the_standard_library_finds(text in "[ab/é]{0,12}", word in "[ab/é]{1,3}") {
            prop_assert_eq!(find(&text, &word), text.find(&word));
            prop_assert_eq!(split_once(&text, &word), text.split_once(&word));
        }
    }
}

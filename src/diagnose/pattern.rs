//! Patterns of texts: literal parts in their order, with open words between them.

use crate::words;

/// The open words of a text that has the parts of a pattern in their order; `None` where one is missing.
///
/// `*` stands for open words, which end before the next part, or with the line. Parts are compared to the letter. A pattern that begins
/// with `=` is the whole text.
pub fn open_words<'a>(pattern: &str, text: &'a str) -> Option<Vec<&'a str>> {
    if let Some(whole) = pattern.strip_prefix('=') {
        return (text.trim() == whole).then(Vec::new);
    }
    let mut parts = pattern.split('*');
    let (_, mut rest) = words::split_once(text, parts.next()?)?;
    let mut open = Vec::new();
    for part in parts {
        let line = rest.lines().next().unwrap_or_default();
        let (word, after) = match part {
            "" => (line, rest.get(line.len()..)?),
            _ => words::split_once(rest, part)?,
        };
        open.push(trimmed(word));
        rest = after;
    }
    Some(open)
}

/// A word without the quotes and points around it.
fn trimmed(word: &str) -> &str {
    word.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '[' | ']' | '.' | ',' | ':'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn parts_stand_in_their_order() {
        let open = |pattern, text| open_words(pattern, text);
        assert_eq!(
            open("Permission '*' denied on resource '*'", "a: Permission 'x.y' denied on resource '//r' (or…"),
            Some(vec!["x.y", "//r"])
        );
        assert_eq!(open("exceeded: *", "The quotas are exceeded: A, B\nsee the page"), Some(vec!["A, B"]));
        assert_eq!((open("=Killed", "Killed\n"), open("=Killed", "Killed 3")), (Some(vec![]), None));
        assert_eq!(open("no part", "Permission"), None);
        assert_eq!(open("b*a", "a b"), None);
        assert_eq!(open("end*", "the end"), Some(vec![""]));
    }

    proptest! {
        #[test]
        fn any_text_is_searched(pattern in "[a*ü]{0,6}", text in "[a-bü\n]{0,20}") {
            let open = open_words(&pattern, &text);
            prop_assert!(open.is_none_or(|open| open.len() == pattern.matches('*').count()));
        }

        #[test]
        fn open_words_are_found(before in "[a-m ]{0,8}", word in "[n-z]{1,8}", after in "[a-m ]{0,8}") {
            let text = format!("{before}<{word}>{after}");
            prop_assert_eq!(open_words("<*>", &text), Some(vec![word.as_str()]));
        }
    }
}

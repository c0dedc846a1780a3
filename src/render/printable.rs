//! Text from a file or a user, made safe to print: it cannot move the cursor, set a colour or change the reading direction.

use std::borrow::Cow;
use unicode_width::UnicodeWidthStr;

/// The substitute for a character that is unsafe to print.
fn substitute(character: char) -> Option<char> {
    Some(match character {
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(character))?,
        '\u{7f}' => '␡',
        // C1 controls, line and paragraph separators, bidirectional marks, the byte order mark.
        '\u{80}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}' => '\u{fffd}',
        _ => return None,
    })
}

/// Text that is safe to print on one line: a tab becomes four spaces, any other control character its picture.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|character| substitute(character).is_some()) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match substitute(character) {
            _ if character == '\t' => clean.push_str("    "),
            substitute => clean.push(substitute.unwrap_or(character)),
        }
    }
    Cow::Owned(clean)
}

/// Width of a text in terminal columns.
pub fn columns(text: &str) -> usize {
    printable(text).width()
}

/// JSON text that is safe to print: characters that a terminal would interpret are escaped too.
pub fn printable_json(json: String) -> String {
    if !json.chars().any(|character| substitute(character).is_some()) {
        return json;
    }
    let mut clean = String::with_capacity(json.len() + 8);
    for character in json.chars() {
        match substitute(character) {
            // All of them are below U+10000 and occur only inside strings.
            Some(_) => clean.push_str(&format!("\\u{:04x}", u32::from(character))),
            None => clean.push(character),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn controls_become_pictures_and_letters_stay() {
        assert_eq!(printable("a\u{1b}[31m\tb\r\n\u{9b}x\u{202e}"), "a␛[31m    b␍␊\u{fffd}x\u{fffd}");
        assert!(matches!(printable("naïve 日本 👩‍👩‍👧"), Cow::Borrowed(_)));
    }

    #[test]
    fn columns_are_those_of_a_terminal() {
        assert_eq!(columns("\tx"), 5);
        assert_eq!(columns("日本"), 4);
        assert_eq!(columns("e\u{301}"), 1);
        assert_eq!(columns("😀"), 2);
    }

    proptest! {
        #[test]
        fn json_stays_the_same_value(text in "[\\PC\u{0}-\u{9f}\u{202a}-\u{202e}]{0,20}") {
            let json = printable_json(serde_json::to_string(&text).unwrap());
            prop_assert!(!json.chars().any(char::is_control));
            prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }
    }
}

//! The words of a filter.

/// A word: a name or value, an operator, or a parenthesis.
#[derive(Clone, Debug, PartialEq)]
pub enum Word {
    /// A text with its segments between unquoted dots; `quoted` where a part of it was.
    Text { text: String, segments: Vec<String>, quoted: bool },
    /// `=`, `!=`, `<`, `<=`, `>`, `>=`, `:`, `=~`, `!~`, `(`, `)` or `-` before a term.
    Sign(String),
}

/// Reads the words; `None` where a quotation does not end.
pub fn read(filter: &str) -> Option<Vec<Word>> {
    let mut words = Vec::new();
    let mut word: Option<(String, Vec<String>, bool)> = None;
    let mut rest = filter.chars().peekable();
    let end = |word: &mut Option<(String, Vec<String>, bool)>, words: &mut Vec<Word>| {
        if let Some((text, segments, quoted)) = word.take() {
            words.push(Word::Text { text, segments, quoted });
        }
    };
    let add = |word: &mut Option<(String, Vec<String>, bool)>, c: char| {
        let (text, segments, _) = word.get_or_insert_with(|| (String::new(), vec![String::new()], false));
        text.push(c);
        if let Some(last) = segments.last_mut() {
            last.push(c);
        }
    };
    while let Some(c) = rest.next() {
        match c {
            '"' | '\'' => {
                word.get_or_insert_with(|| (String::new(), vec![String::new()], true)).2 = true;
                loop {
                    match rest.next()? {
                        end if end == c => break,
                        '\\' => add(&mut word, rest.next()?),
                        other => add(&mut word, other),
                    }
                }
            }
            c if c.is_whitespace() => end(&mut word, &mut words),
            '(' | ')' | ':' => {
                end(&mut word, &mut words);
                words.push(Word::Sign(c.to_string()));
            }
            '=' | '!' | '<' | '>' => {
                end(&mut word, &mut words);
                let second = rest.next_if(|next| *next == '~' || (c != '=' && *next == '='));
                words.push(Word::Sign(second.map_or(c.to_string(), |second| format!("{c}{second}"))));
            }
            '-' if word.is_none() && rest.peek().is_some_and(|next| next.is_alphabetic() || "(\"".contains(*next)) => {
                words.push(Word::Sign("-".to_owned()));
            }
            // The rest of the line is a comment.
            '-' if word.is_none() && rest.peek() == Some(&'-') => while rest.next_if(|next| *next != '\n').is_some() {},
            '.' => {
                add(&mut word, '.');
                if let Some((_, segments, _)) = &mut word {
                    if let Some(last) = segments.last_mut() {
                        last.pop();
                    }
                    segments.push(String::new());
                }
            }
            other => add(&mut word, other),
        }
    }
    end(&mut word, &mut words);
    Some(words)
}

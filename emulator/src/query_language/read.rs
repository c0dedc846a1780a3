//! Reading a filter.

use super::words::{self, Word};
use super::{Comparison, Filter, Grammar, Operator, unsupported};
use crate::error::ApiError;
use regex::Regex;

/// Reads a filter; an empty one holds always.
pub fn read(filter: &str, grammar: Grammar) -> Result<Filter, ApiError> {
    let wrong = || ApiError::invalid(format!("Unparseable filter: {filter}"));
    let words = words::read(filter).ok_or_else(wrong)?;
    let mut reader = Reader { words: &words, grammar, wrong: &wrong };
    if reader.words.is_empty() {
        return Ok(Filter::All(Vec::new()));
    }
    let read = reader.all()?;
    if reader.words.is_empty() { Ok(read) } else { Err(wrong()) }
}

struct Reader<'a> {
    words: &'a [Word],
    grammar: Grammar,
    wrong: &'a dyn Fn() -> ApiError,
}

/// A comparison with a value. Regular expressions have the syntax of RE2, which the crate's follows.
fn compared(path: &[String], operator: Operator, value: &str) -> Result<Filter, ApiError> {
    let is_pattern = matches!(operator, Operator::Matches | Operator::MatchesNot);
    let pattern = is_pattern.then(|| Regex::new(value)).transpose();
    let pattern = pattern.map_err(|_| ApiError::invalid(format!("Invalid regular expression: {value}")))?;
    Ok(Filter::Is(Comparison { path: path.to_vec(), operator, value: value.to_owned(), pattern }))
}

/// Several parts joined, or the only one.
fn joined(mut parts: Vec<Filter>, join: fn(Vec<Filter>) -> Filter) -> Result<Filter, ApiError> {
    if parts.len() > 1 {
        return Ok(join(parts));
    }
    parts.pop().ok_or_else(|| ApiError::invalid("Unparseable filter."))
}

impl<'a> Reader<'a> {
    fn next_is(&mut self, wanted: &str) -> bool {
        let found = match self.words.first() {
            Some(Word::Sign(sign)) => sign == wanted,
            Some(Word::Text { text, quoted: false, .. }) => text == wanted,
            _ => false,
        };
        if found {
            self.words = &self.words[1..];
        }
        found
    }

    /// Parts joined by AND, each of them parts joined by OR.
    fn all(&mut self) -> Result<Filter, ApiError> {
        let mut parts = vec![self.any()?];
        loop {
            let is_written = self.next_is("AND");
            match self.words.first() {
                None if is_written => return Err((self.wrong)()),
                None => break,
                Some(Word::Sign(sign)) if sign == ")" && !is_written => break,
                Some(_) if !is_written && self.grammar == Grammar::Monitoring => return Err((self.wrong)()),
                Some(_) => parts.push(self.any()?),
            }
        }
        let mixed = parts.len() > 1 && parts.iter().any(|part| matches!(part, Filter::Any(_)));
        if mixed && self.grammar == Grammar::Monitoring {
            return Err(unsupported("AND beside OR without parentheses"));
        }
        joined(parts, Filter::All)
    }

    fn any(&mut self) -> Result<Filter, ApiError> {
        let mut parts = vec![self.term()?];
        while self.next_is("OR") {
            parts.push(self.term()?);
        }
        joined(parts, Filter::Any)
    }

    fn term(&mut self) -> Result<Filter, ApiError> {
        if self.next_is("NOT") || self.next_is("-") {
            return Ok(Filter::Not(Box::new(self.term()?)));
        }
        if self.next_is("(") {
            let inner = self.all()?;
            let inner = if self.next_is(")") { inner } else { return Err((self.wrong)()) };
            // Wrapped, so that parentheses are not taken for a mixture.
            return Ok(Filter::All(vec![inner]));
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Filter, ApiError> {
        let [Word::Text { text, segments, .. }, rest @ ..] = self.words else { return Err((self.wrong)()) };
        let Some((Word::Sign(sign), rest)) = rest.split_first() else {
            return Err(unsupported(&format!("a text without a field: {text}")));
        };
        let operator = match sign.as_str() {
            "=" => Operator::Equal,
            "!=" => Operator::NotEqual,
            "<" => Operator::Less,
            "<=" => Operator::LessOrEqual,
            ">" => Operator::Greater,
            ">=" => Operator::GreaterOrEqual,
            ":" => Operator::Has,
            "=~" if self.grammar == Grammar::Logging => Operator::Matches,
            "!~" if self.grammar == Grammar::Logging => Operator::MatchesNot,
            "=~" | "!~" => return Err(unsupported(&format!("{text}{sign}"))),
            "(" => return Err(unsupported(&format!("the function {text}"))),
            _ => return Err(unsupported(&format!("a text without a field: {text}"))),
        };
        let value = match rest {
            [Word::Text { text: function, quoted: false, .. }, Word::Sign(open), ..] if open == "(" => {
                return Err(unsupported(&format!("the function {function}")));
            }
            [Word::Text { text, .. }, rest @ ..] => {
                self.words = rest;
                text
            }
            [Word::Sign(open), rest @ ..] if open == "(" && self.grammar == Grammar::Logging => {
                return self.values(segments, operator, rest);
            }
            [Word::Sign(open), ..] if open == "(" => return Err(unsupported("several values in parentheses")),
            _ => return Err((self.wrong)()),
        };
        compared(segments, operator, value)
    }

    /// Values in parentheses, all joined by OR or all by AND: `severity=(ERROR OR CRITICAL)`.
    fn values(&mut self, path: &[String], operator: Operator, rest: &'a [Word]) -> Result<Filter, ApiError> {
        let end =
            rest.iter().position(|word| matches!(word, Word::Sign(sign) if sign == ")")).ok_or_else(self.wrong)?;
        let (inner, after) = (&rest[..end], &rest[end + 1..]);
        let mut parts = Vec::new();
        let mut joins = Vec::new();
        for (index, word) in inner.iter().enumerate() {
            match word {
                Word::Text { text, .. } if index % 2 == 0 && text != "NOT" => {
                    parts.push(compared(path, operator, text)?);
                }
                Word::Text { text, quoted: false, .. } if index % 2 == 1 => joins.push(text.as_str()),
                _ => return Err(unsupported("values in parentheses that are not joined by OR or AND alone")),
            }
        }
        self.words = after;
        let is_or = joins.iter().all(|join| *join == "OR");
        let is_and = joins.iter().all(|join| *join == "AND");
        match (operator, is_or, is_and) {
            (Operator::NotEqual | Operator::MatchesNot, ..) => Err(unsupported("several values with !=")),
            (_, true, _) => joined(parts, Filter::Any),
            (_, _, true) => joined(parts, Filter::All),
            _ => Err(unsupported("values in parentheses that are not joined by OR or AND alone")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{at, compare};
    use super::*;
    use serde_json::json;

    fn holds(filter: &str, grammar: Grammar) -> Result<bool, u16> {
        let item = json!({"a": "One", "b": {"c.d": ["x", "y"]}, "n": 7, "t": true});
        let filter = read(filter, grammar).map_err(|error| error.http)?;
        Ok(filter.holds(&|is| at(&item, &is.path()).iter().any(|found| compare(found, is))))
    }

    #[test]
    fn evaluates_comparisons_and_their_joins() {
        for (filter, expected) in [
            ("", true),
            ("a=one", true),
            ("a = \"o\"", false),
            ("a:NE b.\"c.d\"=y", true),
            ("b.\"c.d\"=z", false),
            ("n>=7 AND n<10", true),
            ("n!=7", false),
            ("t=true NOT a=two", true),
            ("-a=one", false),
            // OR binds tighter than AND.
            ("a=two AND a=one OR a=one", false),
            ("(a=two AND a=one) OR a=one", true),
            ("a=(\"one\" OR two)", true),
            ("b.\"c.d\":(x AND y) n=7", true),
            ("a:(x OR y)", false),
            ("a=~\"^O.e$\"", true),
            ("a=~\"o\"", false),
            ("a!~\"o\" b.\"c.d\"=~(\"^y\" OR z)", true),
            ("missing!~x", false),
            ("n=~7", false),
            ("missing:*", false),
            ("a:*", true),
            ("a=one -- a comment\nn=7", true),
        ] {
            assert_eq!(holds(filter, Grammar::Logging), Ok(expected), "{filter}");
        }
    }

    #[test]
    fn refuses_what_it_does_not_evaluate() {
        for (filter, http) in [
            ("a=~\"(\"", 400),
            ("one", 501),
            ("\"one\"", 501),
            ("SEARCH(\"x\")", 501),
            ("a=sample(b, 0.1)", 501),
            ("a=(\"x\" OR NOT \"y\")", 501),
            ("a!=(x OR y)", 501),
            ("a=(x OR", 400),
            ("a=", 400),
            ("=a", 400),
            ("(a=one", 400),
            ("a=one)", 400),
            ("a=\"one", 400),
            ("a=one AND", 400),
            ("a=one OR", 400),
        ] {
            assert_eq!(holds(filter, Grammar::Logging), Err(http), "{filter}");
        }
    }

    #[test]
    fn monitoring_writes_and() {
        assert_eq!(holds("a=one AND n=7", Grammar::Monitoring), Ok(true));
        assert_eq!(holds("a=one AND (n=8 OR n=7)", Grammar::Monitoring), Ok(true));
        assert_eq!(holds("a=(one OR two)", Grammar::Monitoring), Err(501));
        assert_eq!(holds("a=~one", Grammar::Monitoring), Err(501));
        assert_eq!(holds("a=one n=7", Grammar::Monitoring), Err(400));
        assert_eq!(holds("a=one AND n=8 OR n=7", Grammar::Monitoring), Err(501));
    }
}

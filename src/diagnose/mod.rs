//! Why a call, an operation or a container failed: recognition by a table of entries.
//!
//! An entry states how it is recognised, the cause, the fix, and who can make it. Each has a page in `docs/reference/diagnosis/`, which is
//! generated. What no entry recognises keeps Google's own text and says that its cause is unknown.

pub mod answer;
mod entry;
pub mod operation;
mod pattern;
mod table;
#[cfg(test)]
mod tests;

use crate::diagnostic::{Cause, Diagnosis, Diagnostic, Words};
use crate::words;
pub use entry::{Case, Certainty, Entry, Place, Principal, Right, Row};
pub use table::{CALLS, IDENTITY, READS, SERVING, all};

/// Maximum number of causes that a finding names.
const MOST_CAUSES: usize = 4;
/// Groups of rows. Each caller names those that can explain its failures, so that a build carries no others.
pub type Tables = &'static [&'static [Row]];

/// A text of a failure, with its status and reason.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    pub place: Place,
    /// Name of the `google.rpc.Code`; OAuth's code for [`Place::Sts`]; empty for a line of a log.
    pub status: &'a str,
    /// `ErrorInfo.reason`; empty where Google gave none.
    pub reason: &'a str,
    pub text: &'a str,
    /// What a cause shows of an open word. A function, so that a build carries only those that it names.
    pub shown: fn(&str) -> &str,
}

/// The word itself, for texts that each reader of the cause may see.
pub fn whole(word: &str) -> &str {
    word
}

/// A row that recognises a text, with the words that its pattern left open.
struct Hit<'a> {
    row: &'static Row,
    open: Vec<&'a str>,
}

/// Names that texts of the table use besides the open words of their pattern, e.g. `issuer`, with what they stand for.
pub type Names<'a> = &'a [(&'static str, &'a str)];

/// Explains a failure: sets cause, help, and the missing permission. Leaves a finding alone that no row recognises, and returns whether
/// one did.
///
/// The first text weighs most: lines of a log stand before the error that they led to.
pub fn explain(finding: &mut Diagnostic, tables: Tables, seen: &[Seen], names: Names) -> bool {
    let mut hits: Vec<Hit> = Vec::new();
    for seen in seen {
        // The first row is the most specific: a text is explained once.
        let hit = tables.iter().copied().flatten().find_map(|row| {
            let mut open = row.recognise(seen)?;
            for word in &mut open {
                *word = (seen.shown)(word);
            }
            Some(Hit { row, open })
        });
        hits.extend(hit.filter(|hit| hits.iter().all(|known| known.row.name != hit.row.name)));
    }
    // A known cause makes rows superfluous that name only the place to look.
    if hits.iter().any(|hit| !hit.row.is_vague) {
        hits.retain(|hit| !hit.row.is_vague);
    }
    hits.truncate(MOST_CAUSES);
    let mut hits = hits.into_iter();
    let Some(likeliest) = hits.next() else { return false };
    let row = likeliest.row;
    let filled = |text: &'static str, open: &[&str]| fill(text, open, names);
    finding.help = Some(filled(row.fix, &likeliest.open));
    let mut principal = None;
    if let Some(right) = &row.right {
        // A name without a value is no permission to request.
        let known = |text: &'static str| Some(filled(text, &likeliest.open)).filter(|word| !words::contains(word, "…"));
        // Google may name several; the request needs one at a time.
        finding.permission = known(right.permission)
            .map(|word| words::split_once(&word, ", ").map_or(&*word, |(first, _)| first).to_owned().into());
        finding.resource = known(right.resource);
        principal = match right.principal {
            Principal::Caller => None,
            Principal::Named(name) => Some(filled(name, &likeliest.open)),
        };
    }
    let others = hits.map(|Hit { row, open }| Cause {
        entry: row.name.into(),
        cause: filled(row.cause, &open),
        help: filled(row.fix, &open),
        who: row.who,
    });
    finding.diagnosis = Some(Box::new(Diagnosis {
        entry: row.name.into(),
        cause: filled(row.cause, &likeliest.open),
        who: row.who,
        principal,
        others: others.collect(),
    }));
    true
}

/// A text with `{0}`, `{1}` … replaced by the open words of its pattern, and `{name}` by a name. What has no value reads as `…`.
fn fill(text: &'static str, open: &[&str], names: Names) -> Words {
    let mut pieces = text.split('{');
    let first = pieces.next().unwrap_or_default();
    if first.len() == text.len() {
        return text.into();
    }
    let mut filled = first.to_owned();
    for piece in pieces {
        let (name, rest) = piece.split_once('}').unwrap_or((piece, ""));
        let word = match name.parse::<usize>() {
            Ok(number) => open.get(number).copied(),
            Err(_) => names.iter().find(|(known, _)| *known == name).map(|(_, word)| *word),
        };
        filled.push_str(word.filter(|word| !word.is_empty()).unwrap_or("…"));
        filled.push_str(rest);
    }
    filled.into()
}

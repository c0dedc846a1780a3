//! Labels.

use super::keys::Key;
use super::reading::{Reading, pairs};
use crate::diagnostic::{Code, Diagnostic};
use crate::vertex::labels::{LabelKey, LabelValue, Labels};

/// More than Google takes on other resources.
const MOST: usize = 64;

pub fn labels(reading: &mut Reading<'_>) -> Labels {
    let mut labels = Labels::default();
    let Some(text) = reading.text(Key::Labels) else { return labels };
    for entry in pairs(text.value, &[',']) {
        let (key, value) = match entry {
            Ok(pair) => pair,
            Err(entry) => {
                let finding = Diagnostic::new(Code::LabelsMalformed, format!("`{entry}` is not a label"));
                reading.say(text.at, finding.help("write `key=value`, several with commas between them"));
                continue;
            }
        };
        let key = reading.parsed(text.at, Code::LabelsKey, key.parse::<LabelKey>());
        let value = reading.parsed(text.at, Code::LabelsValue, value.parse::<LabelValue>());
        let (Some(key), Some(value)) = (key, value) else { continue };
        if key.is_reserved() {
            let message = format!("Google keeps keys such as `{key}` for itself");
            reading
                .say(text.at, Diagnostic::new(Code::LabelsReserved, message).help("give the label a key of your own"));
        }
        if let Err(key) = labels.add(key, value) {
            let message = format!("the label `{key}` is given twice");
            reading.say(text.at, Diagnostic::new(Code::LabelsDuplicate, message).help("keep one of them"));
        }
    }
    if labels.len() > MOST {
        let finding = Diagnostic::new(Code::LabelsTooMany, format!("{} labels are more than {MOST}", labels.len()));
        reading.say(text.at, finding.help("keep those that are searched or billed by"));
    }
    labels
}

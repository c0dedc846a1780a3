//! Labels.

use super::keys::Key;
use super::reading::Reading;
use crate::diagnostic::Code;
use crate::vertex::labels::{LabelKey, LabelValue, Labels};
use crate::words;

/// More than Google takes on other resources.
const MOST: usize = 64;

pub fn labels(reading: &mut Reading<'_>) -> Labels {
    let mut labels = Labels::default();
    let Some(text) = reading.text(Key::Labels) else { return labels };
    for entry in words::pairs(text.value, b",") {
        let (key, value) = match entry {
            Ok(pair) => pair,
            Err(entry) => {
                let help = "write `key=value`, several with commas between them";
                reading.tell(text.at, Code::LabelsMalformed, format!("`{entry}` is not a label"), help);
                continue;
            }
        };
        let key = reading.parsed(text.at, Code::LabelsKey, key.parse::<LabelKey>());
        let value = reading.parsed(text.at, Code::LabelsValue, value.parse::<LabelValue>());
        let (Some(key), Some(value)) = (key, value) else { continue };
        if key.is_reserved() {
            let message = format!("Google keeps keys such as `{key}` for itself");
            reading.tell(text.at, Code::LabelsReserved, message, "choose another key");
        }
        if let Err(key) = labels.add(key, value) {
            reading.tell(text.at, Code::LabelsDuplicate, format!("`{key}` is given twice"), "keep one of them");
        }
    }
    if labels.len() > MOST {
        let message = format!("{} labels are more than {MOST}", labels.len());
        reading.tell(text.at, Code::LabelsTooMany, message, "keep those that are searched or billed by");
    }
    labels
}

//! Reading and rules of labels.

use super::keys::Key;
use super::reading::Reading;
use crate::diagnostic::Code;
use crate::vertex::labels::{LabelKey, LabelValue, Labels};
use crate::words;

/// Google's maximum on a resource.
const MOST: usize = 64;

pub fn labels(reading: &mut Reading<'_>) -> Labels {
    let mut labels = Labels::default();
    let Some(text) = reading.text(Key::Labels) else { return labels };
    for entry in words::pairs(text.value, b",") {
        let (key, value) = match entry {
            Ok(pair) => pair,
            Err(entry) => {
                let help = "write `key=value`, separated by commas";
                reading.report_code(text.at, Code::LabelsMalformed, format!("`{entry}` is not a label"), help);
                continue;
            }
        };
        let key = reading.parsed(text.at, Code::LabelsKey, key.parse::<LabelKey>());
        let value = reading.parsed(text.at, Code::LabelsValue, value.parse::<LabelValue>());
        let (Some(key), Some(value)) = (key, value) else { continue };
        if key.is_reserved() {
            let message = format!("Google reserves keys such as `{key}`");
            reading.report_code(text.at, Code::LabelsReserved, message, "choose another key");
        }
        if let Err(key) = labels.add(key, value) {
            reading.report_code(text.at, Code::LabelsDuplicate, format!("`{key}` is set twice"), "keep one of them");
        }
    }
    if labels.len() > MOST {
        let message = format!("there are {} labels, but Google allows at most {MOST}", labels.len());
        reading.report_code(text.at, Code::LabelsTooMany, message, "remove some labels");
    }
    labels
}

//! Reading and rules of the traffic share.

use super::keys::Key;
use super::reading::{Found, Reading};
use crate::diagnostic::{Code, Diagnostic};
use crate::vertex::traffic::Traffic;

pub fn traffic<'a>(reading: &mut Reading<'a>) -> Option<Found<'a, Traffic>> {
    let text = reading.text(Key::Traffic)?;
    if let Some(number) = text.value.strip_suffix('%')
        && matches!(number.parse(), Ok(1u32..=100))
    {
        let finding = Diagnostic::new(Code::TrafficMalformed, format!("`{}` is not a whole number", text.value));
        reading.report(text.at, finding.help(format!("write `{number}`")).fix(reading.write(text.at, number)));
        return None;
    }
    let code = if text.value.parse::<u32>().is_ok() { Code::TrafficRange } else { Code::TrafficMalformed };
    let traffic = text.with(reading.parsed(text.at, code, text.value.parse::<Traffic>())?);
    if traffic.value.percent() == 0 {
        let message = "the deployment costs money but receives no traffic";
        reading.report_code(text.at, Code::TrafficNone, message, "set a share, e.g. `10`");
    }
    Some(traffic)
}

//! The deployment's share of its endpoint's traffic.

use super::keys::Key;
use super::reading::{Found, Reading};
use crate::diagnostic::{Code, Diagnostic};
use crate::vertex::traffic::Traffic;

pub fn traffic<'a>(reading: &mut Reading<'a>) -> Option<Found<'a, Traffic>> {
    let text = reading.text(Key::Traffic)?;
    let Ok(percent) = text.value.parse::<i64>() else {
        let finding = Diagnostic::new(Code::TrafficMalformed, format!("`{}` is not a whole number", text.value));
        let number = text.value.trim_end_matches('%').trim_end();
        let fix = number.parse::<u8>().ok().and_then(|_| reading.write(text.at, number));
        reading.say(text.at, finding.help("write a percentage without its sign, e.g. `20`").fix(fix));
        return None;
    };
    let traffic = u32::try_from(percent).ok().and_then(Traffic::new);
    if traffic.is_none_or(|traffic| traffic.percent() == 0) {
        let finding = match traffic {
            None => Diagnostic::new(Code::TrafficRange, format!("{percent} % is no share of the traffic"))
                .help("write a number from 0 to 100"),
            Some(_) => Diagnostic::new(Code::TrafficNone, "it is deployed and paid for, but gets no traffic")
                .help("give it a share, e.g. `10`"),
        };
        reading.say(text.at, finding);
    }
    Some(text.with(traffic?))
}

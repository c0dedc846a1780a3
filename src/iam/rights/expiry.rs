//! When rights end: RFC 3339 in, a condition out.

use crate::conversation::Millis;
use crate::diagnostic::{Code, Diagnostic};
use crate::timestamp::rfc3339;
use serde::{Serialize, Serializer};

/// Google, "Access change propagation": two minutes as a rule, seven or more at times.
pub const PROPAGATION: Millis = 7 * 60_000;
/// Privileged Access Manager grants nothing for less than half an hour or for more than seven days.
const SHORTEST: Millis = 1_800_000;
const LONGEST: Millis = 604_800_000;
/// A year, as long as the scaffolder's `days` may be.
const LONGEST_GIVEN: Millis = 365 * 86_400_000;
/// So far may two clocks be apart: that of who asks and that of who records it.
const CLOCKS_DIFFER: Millis = 600_000;

const BEFORE: &str = "request.time < timestamp(\"";
const BEHIND: &str = "\")";

/// A moment, to the second, that was in the future when it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expiry(Millis);

impl Expiry {
    pub fn parse(text: &str, now: Millis) -> Result<Self, Diagnostic> {
        let at = moment(text).ok_or_else(|| {
            Diagnostic::new(Code::IamExpiryMalformed, format!("`{text}` is not a time"))
                .help("write it in UTC, e.g. `2026-12-01T18:00:00Z`")
        })?;
        if at <= now {
            return Err(Diagnostic::new(
                Code::IamExpiryPast,
                format!("`{text}` has passed: it is now {}", rfc3339(now)),
            )
            .help("choose a time that is to come"));
        }
        Ok(Self(at))
    }

    pub fn at(self) -> Millis {
        self.0
    }

    /// Whole seconds from now, if Privileged Access Manager grants for so long.
    pub fn pam_duration(self, now: Millis) -> Result<u64, Diagnostic> {
        let millis = self.0.saturating_sub(now);
        if (SHORTEST..=LONGEST).contains(&millis) {
            return Ok(millis / 1000);
        }
        let finding = Diagnostic::new(
            Code::IamExpiryOutOfRange,
            format!(
                "{self} is {} from now: Privileged Access Manager grants for 30 minutes to 7 days",
                in_words(millis / 1000)
            ),
        );
        Err(finding.help("choose a time in that range, or have the rights given by a policy"))
    }

    /// The condition that grants until then, and nothing afterwards.
    pub fn expression(self) -> String {
        format!("{BEFORE}{self}{BEHIND}")
    }
}

/// Whether rights with this end are given: Google has to heed them before it, and nobody gives them for good.
pub fn check_expiry(expires: Option<Expiry>, now: Millis) -> Result<(), Diagnostic> {
    let Some(expires) = expires else {
        let finding = Diagnostic::new(Code::IamExpiryMissing, "the rights have no end");
        return Err(finding.help("say until when they are wanted"));
    };
    let refused = |why: String, help: &'static str| Err(Diagnostic::new(Code::IamExpiryOutOfRange, why).help(help));
    let millis = expires.0.saturating_sub(now);
    if millis <= PROPAGATION {
        let heeded = in_words(PROPAGATION / 1000);
        let why = format!("the rights would end at {expires}, and Google may take {heeded} until it heeds them");
        return refused(why, "choose a later time");
    }
    if millis > LONGEST_GIVEN + CLOCKS_DIFFER {
        let longest = in_words(LONGEST_GIVEN / 1000);
        return refused(
            format!("the rights would end at {expires}, and nothing is given for longer than {longest}"),
            "choose an earlier time, and give them again then",
        );
    }
    Ok(())
}

impl std::fmt::Display for Expiry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = rfc3339(self.0);
        write!(f, "{}Z", text.split('.').next().unwrap_or_default())
    }
}

impl Serialize for Expiry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// So many seconds as people say it, to the minute: `9 days 19 hours 36 minutes`.
pub fn in_words(seconds: u64) -> String {
    let minutes = seconds / 60;
    let mut words = String::new();
    for (count, unit) in [(minutes / 1440, " day"), (minutes / 60 % 24, " hour"), (minutes % 60, " minute")] {
        if count > 0 {
            words.push_str(if words.is_empty() { "" } else { " " });
            words.push_str(&count.to_string());
            words.push_str(unit);
            words.push_str(if count == 1 { "" } else { "s" });
        }
    }
    if words.is_empty() { "less than a minute".into() } else { words }
}

/// The end that a condition of our own form sets; `None` where it says anything else.
pub fn expiry_of(expression: &str) -> Option<Millis> {
    moment(expression.trim().replace('\'', "\"").strip_prefix(BEFORE)?.strip_suffix(BEHIND)?)
}

/// `2026-12-01T18:00:00Z`, with a fraction if need be, in milliseconds cut to whole seconds.
fn moment(text: &str) -> Option<Millis> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    (!fraction.is_empty() && fraction.len() <= 9 && fraction.bytes().all(|b| b.is_ascii_digit())).then_some(())?;
    let numbers = |text: &str, separator: char, widths: [usize; 3]| -> Option<[u64; 3]> {
        let mut parts = text.split(separator);
        let mut out = [0; 3];
        for (slot, width) in out.iter_mut().zip(widths) {
            let part = parts.next()?;
            (part.len() == width && part.bytes().all(|b| b.is_ascii_digit())).then_some(())?;
            *slot = part.parse().ok()?;
        }
        parts.next().is_none().then_some(out)
    };
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
    ((1970..=9999).contains(&year) && hour < 24 && minute < 60 && second < 60).then_some(())?;
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + u64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    (1..=length).contains(&day).then_some(())?;
    // Howard Hinnant's `days_from_civil`, with years that begin in March.
    let year = if month <= 2 { year - 1 } else { year };
    let shifted = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * shifted + 2) / 5 + day - 1;
    let days = year * 365 + year / 4 - year / 100 + year / 400 + day_of_year;
    let days = days.checked_sub(719_468)?;
    Some((days * 86_400 + hour * 3600 + minute * 60 + second) * 1000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Millis = 1_795_579_200_000;

    #[test]
    fn a_time_to_come_is_read_to_the_second() {
        let expiry = Expiry::parse("2026-12-01T18:00:00.999Z", NOW).unwrap();
        assert_eq!(expiry.to_string(), "2026-12-01T18:00:00Z");
        assert_eq!(expiry.expression(), "request.time < timestamp(\"2026-12-01T18:00:00Z\")");
        assert_eq!(expiry_of(&expiry.expression()), Some(expiry.0));
        assert_eq!(expiry_of("request.time < timestamp('2026-12-01T18:00:00Z')"), Some(expiry.0));
        assert_eq!(expiry_of("resource.name == 'x' && request.time < timestamp('2026-12-01T18:00:00Z')"), None);
    }

    #[test]
    fn what_is_over_or_no_time_is_refused() {
        let code = |text| Expiry::parse(text, NOW).unwrap_err().code;
        assert_eq!(code("2026-11-01T00:00:00Z"), Code::IamExpiryPast);
        for text in [
            "tomorrow",
            "2026-12-01",
            "2026-12-01T18:00:00+01:00",
            "2026-13-01T00:00:00Z",
            "2027-02-29T00:00:00Z",
            "2026-12-01T24:00:00Z",
        ] {
            assert_eq!(code(text), Code::IamExpiryMalformed, "{text}");
        }
    }

    #[test]
    fn privileged_access_manager_grants_for_half_an_hour_to_seven_days() {
        let after = |millis| Expiry(NOW + millis).pam_duration(NOW);
        assert_eq!((after(SHORTEST).unwrap(), after(LONGEST).unwrap()), (1_800, 604_800));
        for millis in [SHORTEST - 1000, LONGEST + 1000] {
            assert_eq!(after(millis).unwrap_err().code, Code::IamExpiryOutOfRange);
        }
        let far = after(14_136 * 60_000).unwrap_err().message.clone();
        assert!(far.contains(" is 9 days 19 hours 36 minutes from now: "), "{far}");
    }

    #[test]
    fn what_is_given_ends_after_google_heeds_it_and_within_a_year() {
        let code = |millis| check_expiry(Some(Expiry(NOW + millis)), NOW).err().map(|finding| finding.code);
        let longest = LONGEST_GIVEN + CLOCKS_DIFFER;
        for (millis, refused) in
            [(PROPAGATION, true), (PROPAGATION + 1000, false), (longest, false), (longest + 1000, true)]
        {
            assert_eq!(code(millis), refused.then_some(Code::IamExpiryOutOfRange), "{millis}");
        }
        assert_eq!(check_expiry(None, NOW).unwrap_err().code, Code::IamExpiryMissing);
    }

    #[test]
    fn a_duration_is_said_as_people_say_it() {
        for (seconds, said) in [
            (0, "less than a minute"),
            (60, "1 minute"),
            (3_659, "1 hour"),
            (86_400, "1 day"),
            (259_200, "3 days"),
            (604_799, "6 days 23 hours 59 minutes"),
        ] {
            assert_eq!(in_words(seconds), said);
        }
    }

    proptest! {
        #[test]
        fn writing_and_reading_agree(seconds in 1u64..4_102_444_800) {
            prop_assert_eq!(moment(&rfc3339(seconds * 1000)), Some(seconds * 1000));
        }
    }
}

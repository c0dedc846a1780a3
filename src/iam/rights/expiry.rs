//! Expiry of grants: RFC 3339 in, a condition out.

use crate::conversation::Millis;
use crate::diagnostic::{Code, Diagnostic};
use crate::timestamp::rfc3339;
use serde::{Serialize, Serializer};

/// How long Google may take to apply a policy change: typically 2 minutes, potentially 7 minutes or longer.
///
/// Source: <https://cloud.google.com/iam/docs/access-change-propagation> (read 2026-11-27).
pub const PROPAGATION: Millis = 7 * 60_000;
/// Shortest and longest grant of Privileged Access Manager: 30 minutes and 7 days.
const PAM_SHORTEST: Millis = 1_800_000;
const PAM_LONGEST: Millis = 604_800_000;
/// Maximum lifetime of a grant: a year, as in the scaffolder's `days`.
const MAX_LIFETIME: Millis = 365 * DAY;
const DAY: Millis = 86_400_000;
/// Maximum difference between the clocks of the requester and the recorder.
const CLOCK_SKEW: Millis = 600_000;

/// Beginning and end of the condition that grants until a time.
const BEFORE: &str = "request.time < timestamp(\"";
const BEHIND: &str = "\")";

/// A time, to the second, that was in the future when it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expiry(Millis);

impl Expiry {
    pub fn parse(text: &str, now: Millis) -> Result<Self, Diagnostic> {
        let at = moment(text).ok_or_else(|| {
            Diagnostic::new(Code::IamExpiryMalformed, format!("`{text}` is not a time"))
                .help("use RFC 3339 in UTC, e.g. `2026-12-01T18:00:00Z`")
        })?;
        if at <= now {
            return Err(Diagnostic::new(
                Code::IamExpiryPast,
                format!("the expiry `{text}` has passed; it is now {}", rfc3339(now)),
            )
            .help("choose a time in the future"));
        }
        Ok(Self(at))
    }

    /// The expiry that many days from now.
    pub fn in_days(days: u32, now: Millis) -> Result<Self, Diagnostic> {
        if (1..=MAX_LIFETIME / DAY).contains(&u64::from(days)) {
            return Ok(Self(now + u64::from(days) * DAY));
        }
        let finding =
            Diagnostic::new(Code::IamExpiryOutOfRange, format!("`days` is {days}; a grant lasts 1 to 365 days"));
        Err(finding.help("choose a number of days in that range"))
    }

    pub fn at(self) -> Millis {
        self.0
    }

    /// Seconds from now. Fails where Privileged Access Manager cannot grant for that long.
    pub fn pam_duration(self, now: Millis) -> Result<u64, Diagnostic> {
        let millis = self.0.saturating_sub(now);
        if (PAM_SHORTEST..=PAM_LONGEST).contains(&millis) {
            return Ok(millis / 1000);
        }
        let finding = Diagnostic::new(
            Code::IamExpiryOutOfRange,
            format!(
                "{self} is {} from now; Privileged Access Manager grants for 30 minutes to 7 days",
                in_words(millis / 1000)
            ),
        );
        Err(finding.help("choose a time in that range, or set `delivery` to `policy`"))
    }

    /// The condition that grants until this time.
    pub fn expression(self) -> String {
        format!("{BEFORE}{self}{BEHIND}")
    }
}

/// Checks that grants may have this expiry: late enough that Google applies them before, and within a year.
pub fn check_expiry(expires: Option<Expiry>, now: Millis) -> Result<(), Diagnostic> {
    let Some(expires) = expires else {
        let finding = Diagnostic::new(Code::IamExpiryMissing, "the access request has no expiry");
        return Err(finding.help("set `expiresAt`"));
    };
    let refused = |why: String, help: &'static str| Err(Diagnostic::new(Code::IamExpiryOutOfRange, why).help(help));
    let millis = expires.0.saturating_sub(now);
    if millis <= PROPAGATION {
        let propagation = in_words(PROPAGATION / 1000);
        let why = format!(
            "the access would expire at {expires}, before Google may have applied it: that can take {propagation}"
        );
        return refused(why, "choose a later time");
    }
    if millis > MAX_LIFETIME + CLOCK_SKEW {
        let longest = in_words(MAX_LIFETIME / 1000);
        return refused(
            format!("the access would expire at {expires}; the maximum is {longest} from now"),
            "choose an earlier time, and grant the access again before it expires",
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

/// Returns a duration in words, to the minute: `9 days 19 hours 36 minutes`.
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

/// Returns the time until which a condition grants, or `None` if it is not of this product's form.
pub fn expiry_of(expression: &str) -> Option<Millis> {
    moment(expression.trim().replace('\'', "\"").strip_prefix(BEFORE)?.strip_suffix(BEHIND)?)
}

/// Parses `2026-12-01T18:00:00Z`, with or without a fraction, to whole seconds in milliseconds.
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
    // Howard Hinnant's `days_from_civil`, in which years begin in March: <https://howardhinnant.github.io/date_algorithms.html>.
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
    fn reads_a_future_time_to_the_second() {
        let expiry = Expiry::parse("2026-12-01T18:00:00.999Z", NOW).unwrap();
        assert_eq!(expiry.to_string(), "2026-12-01T18:00:00Z");
        assert_eq!(expiry.expression(), "request.time < timestamp(\"2026-12-01T18:00:00Z\")");
        assert_eq!(expiry_of(&expiry.expression()), Some(expiry.0));
        assert_eq!(expiry_of("request.time < timestamp('2026-12-01T18:00:00Z')"), Some(expiry.0));
        assert_eq!(expiry_of("resource.name == 'x' && request.time < timestamp('2026-12-01T18:00:00Z')"), None);
    }

    #[test]
    fn rejects_past_and_malformed_times() {
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
    fn counts_days_up_to_a_year() {
        assert_eq!(Expiry::in_days(7, 1000).unwrap().at(), 1000 + 7 * DAY);
        for days in [0, 366, u32::MAX] {
            assert_eq!(Expiry::in_days(days, 1000).unwrap_err().code, Code::IamExpiryOutOfRange, "{days}");
        }
    }

    #[test]
    fn pam_durations_are_30_minutes_to_7_days() {
        let after = |millis| Expiry(NOW + millis).pam_duration(NOW);
        assert_eq!((after(PAM_SHORTEST).unwrap(), after(PAM_LONGEST).unwrap()), (1_800, 604_800));
        for millis in [PAM_SHORTEST - 1000, PAM_LONGEST + 1000] {
            assert_eq!(after(millis).unwrap_err().code, Code::IamExpiryOutOfRange);
        }
        let far = after(14_136 * 60_000).unwrap_err().message.clone();
        assert!(far.contains(" is 9 days 19 hours 36 minutes from now; "), "{far}");
    }

    #[test]
    fn grants_expire_after_propagation_and_within_a_year() {
        let code = |millis| check_expiry(Some(Expiry(NOW + millis)), NOW).err().map(|finding| finding.code);
        let longest = MAX_LIFETIME + CLOCK_SKEW;
        for (millis, refused) in
            [(PROPAGATION, true), (PROPAGATION + 1000, false), (longest, false), (longest + 1000, true)]
        {
            assert_eq!(code(millis), refused.then_some(Code::IamExpiryOutOfRange), "{millis}");
        }
        assert_eq!(check_expiry(None, NOW).unwrap_err().code, Code::IamExpiryMissing);
    }

    #[test]
    fn writes_durations_in_words() {
        for (seconds, words) in [
            (0, "less than a minute"),
            (60, "1 minute"),
            (3_659, "1 hour"),
            (86_400, "1 day"),
            (259_200, "3 days"),
            (604_799, "6 days 23 hours 59 minutes"),
        ] {
            assert_eq!(in_words(seconds), words);
        }
    }

    proptest! {
        #[test]
        fn reads_what_it_writes(seconds in 1u64..4_102_444_800) {
            prop_assert_eq!(moment(&rfc3339(seconds * 1000)), Some(seconds * 1000));
        }
    }
}

//! `x-goog-request-reason`: the link from Google's audit log to the portal's.

/// The parts of a reason.
#[derive(Clone, Debug, Default)]
pub struct Reason<'a> {
    /// The user's entity ref.
    pub subject: &'a str,
    /// The id of the portal's audit record.
    pub audit_id: Option<&'a str>,
    /// The service that calls on the user's behalf, e.g. `plugin:scaffolder`.
    pub actor: Option<&'a str>,
    /// The id of the mandate under which the service calls.
    pub mandate: Option<&'a str>,
    /// The caller's own text.
    pub given: Option<&'a str>,
}

const LONGEST: usize = 256;
const LONGEST_USER: usize = 128;
const LONGEST_ID: usize = 48;

/// Writes `backstage user=user:default/guest audit=… actor=… mandate=… note=…` in at most 256 bytes of visible ASCII.
///
/// The caller's own text comes last, so that it cannot pass for another field.
pub fn reason(details: &Reason<'_>) -> String {
    let mut reason = format!("backstage user={}", word(details.subject, LONGEST_USER));
    for (key, value) in [("audit", details.audit_id), ("actor", details.actor), ("mandate", details.mandate)] {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            reason.push_str(&format!(" {key}={}", word(value, LONGEST_ID)));
        }
    }
    let note = details.given.map(|given| cleaned(given).trim().to_owned()).unwrap_or_default();
    if !note.is_empty() {
        reason.push_str(" note=");
        reason.push_str(&note);
    }
    // All of it is ASCII: any byte is a boundary.
    reason.truncate(LONGEST);
    reason.truncate(reason.trim_end().len());
    reason
}

/// One field: without blanks, shortened.
fn word(text: &str, longest: usize) -> String {
    let mut word = cleaned(text).replace(' ', "_");
    word.truncate(longest);
    word
}

fn cleaned(text: &str) -> String {
    text.chars().map(|c| if c == ' ' || c.is_ascii_graphic() { c } else { '?' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn writes_all_fields_in_order() {
        let full = Reason {
            subject: "user:default/guest",
            audit_id: Some("6f1c"),
            actor: Some("plugin:scaffolder"),
            mandate: Some("9d7e"),
            given: Some("scaffolder task 1b2c"),
        };
        assert_eq!(
            reason(&full),
            "backstage user=user:default/guest audit=6f1c actor=plugin:scaffolder mandate=9d7e note=scaffolder task 1b2c"
        );
        assert_eq!(
            reason(&Reason { subject: "user:default/guest", ..Reason::default() }),
            "backstage user=user:default/guest"
        );
    }

    #[test]
    fn rejects_forged_fields() {
        let forged = Reason {
            subject: "user:default/a audit=1",
            audit_id: Some("2\r\nx-evil: 1"),
            given: Some("hello\nuser=user:default/root ünï"),
            ..Reason::default()
        };
        assert_eq!(
            reason(&forged),
            "backstage user=user:default/a_audit=1 audit=2??x-evil:_1 note=hello?user=user:default/root ?n?"
        );
    }

    proptest! {
        #[test]
        fn is_always_a_header_value(a in "\\PC{0,300}", b in ".{0,300}", c in proptest::option::of(".{0,300}"), d in proptest::option::of(".{0,600}")) {
            let text = reason(&Reason { subject: &a, audit_id: Some(&b), actor: c.as_deref(), mandate: None, given: d.as_deref() });
            prop_assert!(text.len() <= LONGEST);
            prop_assert!(text.bytes().all(|b| b == b' ' || b.is_ascii_graphic()));
            prop_assert!(text.starts_with("backstage user="));
        }
    }
}

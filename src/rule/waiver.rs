//! Waivers of one entity: lines of `code: reason` in `google.com/vertex-ai-waive`.

use super::settings::known;
use crate::diagnostic::{Code, Diagnostic, Where};
use crate::words;
use serde::Serialize;

/// A waived finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ts_rs::TS)]
pub struct Waived {
    pub code: Code,
    pub reason: String,
}

struct Waiver {
    code: Code,
    reason: String,
    used: bool,
}

/// The waivers of one entity.
#[derive(Default)]
pub struct Waivers {
    place: Where,
    waivers: Vec<Waiver>,
}

impl Waivers {
    /// Reads the value of the annotation. A wrong waiver is reported and has no effect.
    pub fn read(text: &str, place: &Where, findings: &mut Vec<Diagnostic>) -> Self {
        let mut waivers = Vec::new();
        for line in text.split(['\n', ';']).map(str::trim).filter(|line| !line.is_empty()) {
            let (name, reason) = line.split_once(':').map_or((line, ""), |(name, reason)| (name.trim(), reason.trim()));
            let finding = if name.contains(char::is_whitespace) || !words::contains(name, "/") {
                Diagnostic::new(Code::WaiverMalformed, format!("`{line}` is not a waiver"))
                    .help("write a rule and a reason, e.g. `model/alias: retrained every night`")
            } else {
                match known(name) {
                    Ok(_) if reason.is_empty() => {
                        Diagnostic::new(Code::WaiverReasonMissing, format!("the waiver of `{name}` has no reason"))
                            .help(format!("write a reason after a colon: `{name}: REASON`"))
                    }
                    Ok(code) => {
                        waivers.push(Waiver { code, reason: reason.to_owned(), used: false });
                        continue;
                    }
                    Err(mut finding) => {
                        if finding.code == Code::ConfigFixedRule {
                            finding.code = Code::WaiverFixedRule;
                            finding.message = format!("`{name}` cannot be waived").into();
                        } else {
                            finding.code = Code::WaiverUnknownRule;
                        }
                        finding
                    }
                }
            };
            findings.push(finding.at(place.clone()));
        }
        Self { place: place.clone(), waivers }
    }

    /// Whether a finding is waived.
    pub fn waives(&mut self, finding: &Diagnostic) -> bool {
        let waiver = self.waivers.iter_mut().find(|waiver| waiver.code == finding.code);
        waiver.is_some_and(|waiver| {
            waiver.used = true;
            true
        })
    }

    /// Returns the waived findings, and a finding for each unused waiver.
    pub fn end(self) -> (Vec<Waived>, Vec<Diagnostic>) {
        let mut waived = Vec::new();
        let mut unused = Vec::new();
        for Waiver { code, reason, used } in self.waivers {
            if used {
                waived.push(Waived { code, reason });
            } else {
                let finding =
                    Diagnostic::new(Code::WaiverUnused, format!("the waiver of `{}` has no effect", code.as_str()));
                unused.push(finding.at(self.place.clone()).help("remove the waiver"));
            }
        }
        (waived, unused)
    }
}

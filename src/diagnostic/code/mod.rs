//! Codes of findings. [`Code`] is the closed list; the facts of each code stand in one entry.
//!
//! The entry is in [`rule`] for a code about an entity, and in [`event`] for any other code.

pub mod event;
mod list;
pub mod rule;

use super::Severity;
use event::Event;
pub use list::Code;
use rule::Rule;
use serde::{Serialize, Serializer};

/// The URL of the published `docs/` folder, set when the core is built. Nothing is published yet: builds without it link nowhere.
pub const DOCUMENTATION: Option<&str> = option_env!("VERTEX_AI_DOCS_URL");

/// How much a rule matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ts_rs::TS)]
#[ts(rename = "RuleLevel", rename_all = "lowercase")]
pub enum Level {
    Off,
    Warning,
    Error,
}

impl Level {
    /// Reads a level as a configuration writes it.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "off" => Self::Off,
            "warning" => Self::Warning,
            "error" => Self::Error,
            _ => return None,
        })
    }
}

/// The severity of a code's findings, and whether a configuration or waiver may change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Fixed(Severity),
    /// The level until `vertexAi.rules` or a waiver changes it.
    Adjustable(Level),
}

impl Code {
    /// The code as users see it: `group/kebab-case`.
    pub fn as_str(self) -> &'static str {
        self.facts().name
    }

    pub fn kind(self) -> Kind {
        self.facts().kind
    }

    /// Whether the code is about an entity: such a code has a page of its own in the reference.
    pub fn is_rule(self) -> bool {
        self.facts().is_rule
    }

    /// The severity of a new finding.
    pub fn severity(self) -> Severity {
        match self.kind() {
            Kind::Fixed(severity) => severity,
            Kind::Adjustable(Level::Error) => Severity::Error,
            Kind::Adjustable(Level::Warning | Level::Off) => Severity::Warning,
        }
    }

    /// Returns the code with this name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text)
    }

    /// The meaning of the code, one sentence for the reference.
    pub fn meaning(self) -> &'static str {
        MEANINGS[self as usize]
    }

    /// The path of the rule's page in the repository.
    pub fn page(self) -> Option<String> {
        self.is_rule().then(|| format!("docs/reference/rules/{}.md", self.as_str()))
    }

    /// The URL of the code's page, once the documentation is published: that of the rule, or the list.
    pub fn url(self) -> Option<String> {
        Some(self.url_below(DOCUMENTATION?))
    }

    fn url_below(self, documentation: &str) -> String {
        let documentation = documentation.trim_end_matches('/');
        match self.is_rule() {
            true => format!("{documentation}/reference/rules/{}.md", self.as_str()),
            false => format!("{documentation}/diagnostics.md#other-codes"),
        }
    }

    fn facts(self) -> &'static Facts {
        &FACTS[self as usize]
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The part of an entry that the browser carries.
#[derive(Clone, Copy)]
struct Facts {
    name: &'static str,
    kind: Kind,
    is_rule: bool,
}

/// The facts of each code, at the code's own number.
static FACTS: [Facts; COUNT] = TABLE.0;

/// The meaning of each code, apart from [`FACTS`] because only servers need it. Both are copies, so that no build carries the
/// entries themselves with the reasons, examples and sources of rules.
static MEANINGS: [&str; COUNT] = TABLE.1;

const COUNT: usize = Code::ALL.len();
const TABLE: ([Facts; COUNT], [&str; COUNT]) = table();

/// Sorts the entries by code. A code with no entry or with two does not compile.
const fn table() -> ([Facts; COUNT], [&'static str; COUNT]) {
    const UNKNOWN: Facts = Facts { name: "", kind: Kind::Fixed(Severity::Error), is_rule: false };
    let mut facts = [UNKNOWN; COUNT];
    let mut meanings = [""; COUNT];
    let mut groups = rule::GROUPS;
    while let [group, rest @ ..] = groups {
        let mut rules = *group;
        while let [Rule { code, name, kind, meaning, .. }, rest @ ..] = rules {
            let is_new = facts[*code as usize].name.is_empty();
            assert!(is_new, "a code has two entries");
            facts[*code as usize] = Facts { name, kind: *kind, is_rule: true };
            meanings[*code as usize] = meaning;
            rules = rest;
        }
        groups = rest;
    }
    let mut groups = event::GROUPS;
    while let [group, rest @ ..] = groups {
        let mut events = *group;
        while let [Event { code, name, severity, meaning }, rest @ ..] = events {
            let is_new = facts[*code as usize].name.is_empty();
            assert!(is_new, "a code has two entries");
            facts[*code as usize] = Facts { name, kind: Kind::Fixed(*severity), is_rule: false };
            meanings[*code as usize] = meaning;
            events = rest;
        }
        groups = rest;
    }
    let mut all = facts.as_slice();
    while let [Facts { name, .. }, rest @ ..] = all {
        assert!(!name.is_empty(), "a code has no entry in `rule` or `event`");
        all = rest;
    }
    (facts, meanings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn codes_are_unique_and_kebab_case() {
        let mut seen = HashSet::new();
        for code in Code::ALL {
            let text = code.as_str();
            assert!(seen.insert(text), "{text} stands twice");
            let (group, name) = text.split_once('/').expect("a group and a name");
            for part in [group, name] {
                assert!(
                    !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
                    "{text} is not kebab-case"
                );
            }
            assert!(code.meaning().ends_with('.'), "{text} has no meaning");
            assert_eq!(Code::parse(text), Some(*code));
        }
    }

    #[test]
    fn only_rules_have_a_page_and_only_published_codes_a_url() {
        let page = Code::EndpointMalformed.page().unwrap();
        assert_eq!(page, "docs/reference/rules/endpoint/malformed.md");
        assert!(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(page).is_file());
        let url = Code::EndpointMalformed.url_below("https://docs.acme.example/vertex-ai/");
        assert_eq!(url, "https://docs.acme.example/vertex-ai/reference/rules/endpoint/malformed.md");
        assert_eq!(Code::EndpointMalformed.url().is_some(), DOCUMENTATION.is_some());
        assert_eq!(Code::GoogleNotFound.page(), None);
        let list = Code::GoogleNotFound.url_below("https://docs.acme.example");
        assert_eq!(list, "https://docs.acme.example/diagnostics.md#other-codes");
    }

    #[test]
    fn codes_of_one_group_stand_together() {
        let group = |code: &Code| code.as_str().split('/').next().unwrap();
        let mut groups: Vec<&str> = Code::ALL.iter().map(group).collect();
        groups.dedup();
        assert_eq!(groups.len(), groups.iter().collect::<HashSet<_>>().len(), "{groups:?}");
    }

    #[test]
    fn the_reference_lists_codes_in_the_order_of_their_entries() {
        let entries = rule::all().map(|rule| rule.code).chain(event::all().map(|event| event.code));
        assert!(entries.eq(Code::ALL.iter().copied()), "`list.rs` and the entries have different orders");
        assert!(rule::all().all(|rule| rule.code.meaning() == rule.meaning));
        assert!(event::all().all(|event| event.code.meaning() == event.meaning));
    }
}

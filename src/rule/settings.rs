//! `vertexAi.rules` of `app-config.yaml`: levels that replace those of the rules.

use crate::diagnostic::{Code, Diagnostic, Kind, Level, Severity, Where};
use crate::entity::{Content, Node};
use crate::words::nearest;

/// The path of the settings in the configuration.
const PATH: &str = "vertexAi.rules";

/// Levels that replace those of the rules.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    levels: Vec<(Code, Level)>,
}

impl Settings {
    /// Reads a mapping of codes to levels. A wrong entry is reported and ignored; the others apply.
    pub fn read(node: &Node, file: Option<&str>) -> (Self, Vec<Diagnostic>) {
        let mut settings = Self::default();
        let mut findings = Vec::new();
        let place = |code: Option<&str>, node: &Node| Where {
            file: file.map(str::to_owned),
            path: Some(code.map_or(PATH.to_owned(), |code| format!("{PATH}[\"{code}\"]"))),
            span: node.span,
        };
        if !matches!(node.value, Content::Map(_) | Content::Null) {
            let finding = Diagnostic::new(Code::ConfigInvalid, format!("`{PATH}` is {}, not a mapping", node.kind()));
            findings.push(
                finding.at(place(None, node)).help("write a mapping of rules to levels, e.g. `model/alias: off`"),
            );
        }
        for (key, value) in node.entries() {
            let Some(name) = key.as_text() else { continue };
            match known(name) {
                Err(finding) => findings.push(finding.at(place(Some(name), key))),
                Ok(code) => match level(value) {
                    Some(level) => settings.levels.push((code, level)),
                    None => findings.push(
                        Diagnostic::new(Code::ConfigInvalid, not_a_level(name, value))
                            .at(place(Some(name), value))
                            .help("write `off`, `warning` or `error`"),
                    ),
                },
            }
        }
        (settings, findings)
    }

    /// Adds the other settings for rules that these do not name.
    #[must_use]
    pub fn or(mut self, other: Self) -> Self {
        self.levels.extend(other.levels);
        self
    }

    /// Returns the finding with its level, or `None` where its rule is off.
    pub fn apply(&self, mut finding: Diagnostic) -> Option<Diagnostic> {
        let Kind::Adjustable(own) = finding.code.kind() else { return Some(finding) };
        let set = self.levels.iter().find(|(code, _)| *code == finding.code).map(|(_, level)| *level);
        finding.severity = match set.unwrap_or(own) {
            Level::Off => return None,
            Level::Warning => Severity::Warning,
            Level::Error => Severity::Error,
        };
        Some(finding)
    }
}

fn not_a_level(name: &str, value: &Node) -> String {
    match value.as_text() {
        Some(text) => format!("`{text}` is not a level for `{name}`"),
        None => format!("the level of `{name}` is {}, not a string", value.kind()),
    }
}

/// The level of a node. `off` is a string in YAML 1.2, but a boolean for readers of 1.1.
fn level(node: &Node) -> Option<Level> {
    match &node.value {
        Content::Text(text) => Level::parse(text),
        Content::Bool(false) => Some(Level::Off),
        _ => None,
    }
}

/// Returns the adjustable rule with this name.
pub(super) fn known(name: &str) -> Result<Code, Diagnostic> {
    match Code::parse(name).filter(|code| code.is_rule()) {
        Some(code) if matches!(code.kind(), Kind::Adjustable(_)) => Ok(code),
        Some(_) => {
            let message = format!("the level of `{name}` is fixed");
            Err(Diagnostic::new(Code::ConfigFixedRule, message)
                .help("remove the entry: an entity with this finding cannot be deployed"))
        }
        None => {
            let rules = Code::ALL.iter().filter(|code| code.is_rule()).map(|code| code.as_str().to_owned());
            let help = match nearest(name, rules) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "look up the rule in the reference".into(),
            };
            Err(Diagnostic::new(Code::ConfigUnknownRule, format!("rule `{name}` does not exist")).help(help))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read(value: Value) -> (Settings, Vec<&'static str>) {
        let (settings, findings) = Settings::read(&Node::from(&value), None);
        (settings, findings.iter().map(|finding| finding.code.as_str()).collect())
    }

    #[test]
    fn a_level_replaces_that_of_the_rule() {
        let (settings, wrong) = read(json!({"model/alias": "error", "model/unpinned": "off", "location/zone": false}));
        assert_eq!(wrong, [""; 0]);
        let alias = settings.apply(Diagnostic::new(Code::ModelAlias, "m")).unwrap();
        assert_eq!(alias.severity, Severity::Error);
        assert!(settings.apply(Diagnostic::new(Code::ModelUnpinned, "m")).is_none());
        assert!(settings.apply(Diagnostic::new(Code::LocationZone, "m")).is_none());
        assert!(settings.apply(Diagnostic::new(Code::LocationUnknown, "m")).is_some());
    }

    #[test]
    fn a_wrong_entry_is_reported_and_the_others_apply() {
        let (settings, wrong) = read(json!({
            "model/alais": "off", "annotation/missing": "off", "model/alias": "fatal", "proxy/method-unknown": "off",
            "model/unpinned": "off"}));
        assert_eq!(wrong, ["config/fixed-rule", "config/unknown-rule", "config/invalid", "config/unknown-rule"]);
        assert!(settings.apply(Diagnostic::new(Code::ModelUnpinned, "m")).is_none());
        assert_eq!(read(json!(["model/alias"])).1, ["config/invalid"]);
        assert_eq!(read(Value::Null).1, [""; 0]);
    }
}

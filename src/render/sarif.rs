//! SARIF 2.1.0. Source: OASIS, "Static Analysis Results Interchange Format Version 2.1.0" (§ numbers are its).

use super::printable::printable_json;
use crate::diagnostic::{Code, DOCUMENTATION, Diagnostic, Fix, Kind, Level, Severity, Span, Where};
use serde::Serialize;
use serde::ser::SerializeMap;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// A SARIF log under construction, its parts already in JSON.
#[derive(Default)]
pub struct Document {
    results: String,
    /// Findings without a file, which SARIF keeps apart from the results (§3.20.21).
    notifications: String,
    has_failed: bool,
    /// Codes in the order of their first use.
    codes: Vec<Code>,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    short_description: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<String>,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Notification {
    descriptor: Descriptor,
    level: &'static str,
    message: Text,
}

#[derive(Serialize)]
struct Descriptor {
    id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultObject<'a> {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: [Location<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fixes: Option<[FixObject<'a>; 1]>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    logical_locations: Option<[LogicalLocation<'a>; 1]>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation<'a> {
    fully_qualified_name: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
struct Artifact {
    uri: String,
}

/// A [`Span`]. Columns are UTF-16 code units, which the run declares.
struct Region(Span);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FixObject<'a> {
    description: Text,
    artifact_changes: [ArtifactChange<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange<'a> {
    artifact_location: Artifact,
    replacements: Vec<Replacement<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement<'a> {
    deleted_region: Region,
    inserted_content: Content<'a>,
}

/// Literal text: unlike a message, it is not escaped (§3.3.2).
#[derive(Serialize)]
struct Content<'a> {
    text: &'a str,
}

impl Serialize for Region {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Span { start, end } = self.0;
        let mut map = serializer.serialize_map(None)?;
        for (key, number) in [
            ("startLine", start.line),
            ("startColumn", start.column),
            ("endLine", end.line),
            ("endColumn", end.column),
            ("byteOffset", start.offset),
            ("byteLength", end.offset.saturating_sub(start.offset)),
        ] {
            map.serialize_entry(key, &number)?;
        }
        map.end()
    }
}

impl Document {
    pub fn add(&mut self, finding: &Diagnostic) {
        let level = level(finding.severity);
        let code = finding.code;
        let mut text = finding.message.to_string();
        if let Some(help) = finding.advice() {
            text.push_str(&format!("\nhelp: {help}"));
        }
        let message = Text { text: message(&text) };
        let rule_index = self.codes.iter().position(|known| *known == code).unwrap_or_else(|| {
            self.codes.push(code);
            self.codes.len() - 1
        });
        let place = finding.place.as_ref().and_then(|place| Some((place, place.file.as_deref()?)));
        let Some((place, file)) = place else {
            self.has_failed |= finding.is_error();
            let descriptor = Descriptor { id: code.as_str() };
            return push(&mut self.notifications, &Notification { descriptor, level, message });
        };
        let related = finding.related.iter().zip(1..).filter_map(|(related, id)| {
            let text = Text { text: self::message(&related.message) };
            Some(Location {
                id: Some(id),
                message: Some(text),
                ..location(&related.place, related.place.file.as_deref()?)
            })
        });
        let result = ResultObject {
            rule_id: code.as_str(),
            rule_index,
            level,
            message,
            locations: [location(place, file)],
            related_locations: related.collect(),
            fixes: finding.fix.as_ref().and_then(|fix| fix_object(fix, file)).map(|fix| [fix]),
        };
        push(&mut self.results, &result);
    }

    pub fn finish(self) -> String {
        let mut rules = String::new();
        for code in &self.codes {
            let configuration = match code.kind() {
                Kind::Fixed(severity) => level(severity),
                Kind::Adjustable(Level::Error) => "error",
                Kind::Adjustable(Level::Warning) => "warning",
                Kind::Adjustable(Level::Off) => "none",
            };
            let rule = Rule {
                id: code.as_str(),
                short_description: Text { text: message(code.meaning()) },
                help_uri: code.url(),
                default_configuration: Configuration { level: configuration },
            };
            push(&mut rules, &rule);
        }
        let home = DOCUMENTATION.map(|url| format!("\"informationUri\": \"{url}\", ")).unwrap_or_default();
        let close = |list: &str| if list.is_empty() { "" } else { "\n      " };
        format!(
            "{{\n  \"$schema\": \"{SCHEMA}\",\n  \"version\": \"2.1.0\",\n  \"runs\": [\n    {{\n      \
             \"tool\": {{\"driver\": {{\"name\": \"backstage-vertex-ai\", \"semanticVersion\": \"{}\", \
             {home}\"rules\": [{rules}{}]}}}},\n      \
             \"invocations\": [{{\"executionSuccessful\": {}, \"toolExecutionNotifications\": [{}{}]}}],\n      \
             \"columnKind\": \"utf16CodeUnits\",\n      \"results\": [{}{}]\n    }}\n  ]\n}}\n",
            env!("CARGO_PKG_VERSION"),
            close(&rules),
            !self.has_failed,
            self.notifications,
            close(&self.notifications),
            self.results,
            close(&self.results),
        )
    }
}

/// Appends an object to a list, on its own line.
fn push<T: Serialize>(list: &mut String, object: &T) {
    // Strings and numbers under string keys always serialize.
    let json = serde_json::to_string(object).unwrap_or_default();
    list.push_str(if list.is_empty() { "\n        " } else { ",\n        " });
    list.push_str(&printable_json(json));
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn location<'a>(place: &'a Where, file: &str) -> Location<'a> {
    let logical = place.path.as_deref().map(|path| [LogicalLocation { fully_qualified_name: path }]);
    Location {
        id: None,
        message: None,
        physical_location: PhysicalLocation {
            artifact_location: Artifact { uri: uri(file) },
            region: place.span.map(Region),
        },
        logical_locations: logical,
    }
}

/// `None` where an edit has no span.
fn fix_object<'a>(fix: &'a Fix, file: &str) -> Option<FixObject<'a>> {
    let replacements = fix.edits.iter().map(|edit| {
        let inserted_content = Content { text: edit.text.as_deref()? };
        Some(Replacement { deleted_region: Region(edit.span?), inserted_content })
    });
    let replacements: Vec<_> = replacements.collect::<Option<_>>()?;
    Some(FixObject {
        description: Text { text: message(&fix.title) },
        artifact_changes: [ArtifactChange { artifact_location: Artifact { uri: uri(file) }, replacements }],
    })
}

/// Escapes a message: braces are doubled (§3.11.5), brackets that could form a link are escaped (§3.11.6).
fn message(text: &str) -> String {
    let text = text.replace('{', "{{").replace('}', "}}");
    if text.contains("](") { text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]") } else { text }
}

/// A path as a URI reference. Source: RFC 3986, §2.3 and §3.3.
fn uri(path: &str) -> String {
    let drive = path.split_once(":/").filter(|(drive, _)| drive.len() == 1);
    let (mut uri, path) = match path {
        _ if drive.is_some() => ("file:///".to_owned(), path),
        _ if path.starts_with('/') => ("file://".to_owned(), path),
        _ => (String::new(), path.strip_prefix("./").unwrap_or(path)),
    };
    for (i, byte) in path.bytes().enumerate() {
        match byte {
            b':' if i == 1 && drive.is_some() => uri.push(':'),
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_uris() {
        assert_eq!(uri("./a b/ü#1?.yaml"), "a%20b/%C3%BC%231%3F.yaml");
        assert_eq!(uri("a:b"), "a%3Ab");
        assert_eq!(uri("../x%41.yaml"), "../x%2541.yaml");
        assert_eq!(uri("/tmp/x.yaml"), "file:///tmp/x.yaml");
        assert_eq!(uri("C:/x.yaml"), "file:///C:/x.yaml");
    }

    #[test]
    fn messages_hold_no_placeholders_and_no_links() {
        assert_eq!(message("`${{ x }}`"), "`${{{{ x }}}}`");
        assert_eq!(message("a[0] is \\"), "a[0] is \\");
        assert_eq!(message("[x](http://evil)"), "\\[x\\](http://evil)");
    }
}

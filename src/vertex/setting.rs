//! Settings: values that an annotation puts into one field of a request to Google, and the forms in which people write them.
//!
//! Source: schemas `DeployedModel`, `DedicatedResources`, `MachineSpec`, `ModelContainerSpec`, `Endpoint` and `Model` of the
//! discovery documents `aiplatform.v1` and `aiplatform.v1beta1`, revision 20261106 (PyPI `google-api-python-client` 2.202.0).

use super::message::{Object, object};
use crate::name::{ModelVersion, Project};
use crate::words;
use serde_json::Value;

/// A message of Google's API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    Endpoint,
    Model,
    Container,
    DeployedModel,
    Resources,
    Machine,
}

/// The form of a setting's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `true` or `false`; this one of them sets the field to `true`, the other is Google's default.
    Switch(bool),
    Text,
    /// This text.
    Only(&'static str),
    /// A text that goes on after this beginning.
    Start(&'static str),
    /// A path that begins with `/` and has no white space.
    Route,
    /// One element a line.
    Lines,
    /// Elements separated by spaces.
    Words,
    /// Aliases of a model version, separated by commas.
    Aliases,
    /// A whole number from least to most.
    Number(u32, u32),
    /// A whole number of megabytes, which Google writes as a text.
    Megabytes,
    /// Whole seconds with an `s`, from least to most.
    Seconds(u32, u32),
    /// The port of a list with one port.
    Port,
    /// A resource name of this pattern: `*` is one part, `#` is a number.
    Name(&'static str),
    EndpointType,
    ConsumerProjects,
    /// `name=value` entries, each of which sets a field below.
    Entries(&'static [Part]),
    Autoscale,
    Reservation,
}

/// An entry of [`Form::Entries`]: its name, the path of its field, and the form of its value.
pub type Part = (&'static str, &'static str, Form);

/// A field of a message. A dot separates the field from the message that holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    pub message: Message,
    pub path: &'static str,
    pub form: Form,
    /// Whether only `v1beta1` has the field.
    pub is_preview: bool,
}

/// The settings of a target, in the order of the reference.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings(Vec<(&'static Field, Value)>);

impl Settings {
    /// Adds the value of a field.
    pub fn set(&mut self, field: &'static Field, value: Value) {
        self.0.push((field, value));
    }

    /// The value of a field, by the path of its message and its own, e.g. `deployedModel.sharedResources`.
    pub fn get(&self, message: Message, path: &str) -> Option<&Value> {
        self.0.iter().find(|(field, _)| field.message == message && field.path == path).map(|(_, value)| value)
    }

    /// Whether a setting needs `v1beta1`.
    pub fn has_preview(&self) -> bool {
        self.0.iter().any(|(field, _)| field.is_preview)
    }

    /// The message with its fields.
    #[must_use]
    pub fn put(&self, message: Message, mut object: Object) -> Object {
        for (field, value) in self.0.iter().filter(|(field, _)| field.message == message) {
            object = set(object, field.path, value.clone());
        }
        object
    }
}

impl Form {
    /// The field's value; `None` where Google's default is written, an error where the text has another form.
    pub fn read(self, text: &str) -> Result<Option<Value>, Malformed> {
        Ok(match self {
            Self::Switch(sets) => {
                let is_on = match text {
                    "true" => true,
                    "false" => false,
                    _ => return Err(Malformed),
                };
                (is_on == sets).then(|| true.into())
            }
            Self::EndpointType => match text {
                "dedicated" => Some(true.into()),
                "shared" | "private" => None,
                _ => return Err(Malformed),
            },
            other => Some(other.value(text).ok_or(Malformed)?),
        })
    }

    fn value(self, text: &str) -> Option<Value> {
        Some(match self {
            Self::Switch(_) | Self::EndpointType => return None,
            Self::Text => text.into(),
            Self::Route => {
                let is_route = text.starts_with('/') && text.bytes().all(|b| b.is_ascii_graphic());
                is_route.then(|| text.into())?
            }
            Self::Only(only) => (text == only).then(|| text.into())?,
            Self::Start(start) => (text.len() > start.len() && text.starts_with(start)).then(|| text.into())?,
            Self::Lines => all(text, b'\n', &|_| true)?,
            // There is no shell that would read quotes.
            Self::Words if !text.is_empty() && !text.bytes().any(|b| b"'\"\\".contains(&b)) => {
                all(text, b' ', &|_| true)?
            }
            Self::Words => return None,
            Self::Aliases => {
                all(text, b',', &|alias| alias.parse::<ModelVersion>().is_ok_and(|alias| !alias.is_number()))?
            }
            Self::Number(least, most) => number(text, least, most)?.into(),
            Self::Megabytes => number(text, 1, u32::MAX)?.to_string().into(),
            Self::Seconds(least, most) => seconds(text, least, most)?,
            Self::Port => vec![Value::from(object().with("containerPort", number(text, 1, 65535)?))].into(),
            Self::Name(pattern) => is_name(text, pattern).then(|| text.into())?,
            Self::ConsumerProjects => {
                let projects = all(text, b',', &|project| project.parse::<Project>().is_ok())?;
                object().with("enablePrivateServiceConnect", true).with("projectAllowlist", projects).into()
            }
            Self::Entries(parts) => entries(text, parts)?,
            Self::Autoscale => autoscale(text)?,
            Self::Reservation => reservation(text)?,
        })
    }
}

/// A text in another form than the setting's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

fn number(text: &str, least: u32, most: u32) -> Option<u32> {
    // No sign: Google reads none.
    let digits = Some(text).filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
    digits?.parse().ok().filter(|number| (least..=most).contains(number))
}

/// The JSON form of a duration.
fn seconds(text: &str, least: u32, most: u32) -> Option<Value> {
    number(text.strip_suffix('s')?, least, most).map(|_| text.into())
}

/// The items of a list, without white space around them, if each is right.
fn all(text: &str, between: u8, is_right: &dyn Fn(&str) -> bool) -> Option<Value> {
    let mut items: Vec<Value> = Vec::new();
    for item in text.split(|c: char| c == char::from(between)).map(str::trim).filter(|item| !item.is_empty()) {
        if !is_right(item) {
            return None;
        }
        items.push(item.into());
    }
    Some(items.into())
}

/// The fields for `name=value` entries, at least one and each at most once.
fn entries(text: &str, parts: &[Part]) -> Option<Value> {
    let (mut fields, mut known) = (object(), Vec::new());
    for pair in words::pairs(text, b",\n") {
        let (name, value) = pair.ok()?;
        let (name, path, form) = parts.iter().find(|(part, ..)| *part == name)?;
        if known.contains(name) {
            return None;
        }
        known.push(*name);
        fields = set(fields, path, form.value(value)?);
    }
    (!known.is_empty()).then(|| fields.into())
}

/// The message with a field. A dot separates the field from the message that holds it.
fn set(message: Object, path: &str, value: Value) -> Object {
    match words::split_once(path, ".") {
        Some((outer, inner)) => message.with(outer, object().with(inner, value)),
        None => message.with(path, value),
    }
}

fn is_name(text: &str, pattern: &str) -> bool {
    let mut parts = text.split('/');
    let fits = |wanted: &str, part: &str| match wanted {
        "*" => !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b)),
        "#" => !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()),
        _ => wanted == part,
    };
    pattern.split('/').all(|wanted| parts.next().is_some_and(|part| fits(wanted, part))) && parts.next().is_none()
}

/// Metrics that replicas follow, and whether the target is a percentage
/// (<https://cloud.google.com/vertex-ai/docs/predictions/autoscaling>, read 2026-11-27).
const METRICS: [(&str, &str, bool); 6] = [
    ("cpu", "aiplatform.googleapis.com/prediction/online/cpu/utilization", true),
    ("gpu", "aiplatform.googleapis.com/prediction/online/accelerator/duty_cycle", true),
    ("requests", "aiplatform.googleapis.com/prediction/online/request_count", false),
    ("dcgm-gpu", "prometheus.googleapis.com/vertex_dcgm_fi_dev_gpu_util", true),
    ("vllm-cache", "prometheus.googleapis.com/vertex_vllm_gpu_cache_usage_perc", true),
    ("vllm-queue", "prometheus.googleapis.com/vertex_vllm_num_requests_waiting", false),
];

/// `cpu=60,requests=100`
fn autoscale(text: &str) -> Option<Value> {
    let mut targets: [Option<u32>; METRICS.len()] = [None; METRICS.len()];
    for pair in words::pairs(text, b",\n") {
        let (name, value) = pair.ok()?;
        let at = METRICS.iter().position(|(known, ..)| *known == name)?;
        let (_, _, is_percent) = *METRICS.get(at)?;
        let slot = targets.get_mut(at).filter(|slot| slot.is_none())?;
        *slot = Some(number(value, 1, if is_percent { 100 } else { 1_000_000_000 })?);
    }
    // In one order, so that the same targets are the same deployment.
    let mut specs: Vec<Value> = Vec::new();
    for ((_, metric, _), target) in METRICS.into_iter().zip(targets) {
        let Some(target) = target else { continue };
        specs.push(object().with("metricName", metric).with("target", target).into());
    }
    (!specs.is_empty()).then(|| specs.into())
}

/// `any`, `none`, or reservations of Compute Engine, separated by commas.
fn reservation(text: &str) -> Option<Value> {
    let kind = |kind: &str| object().with("reservationAffinityType", kind);
    Some(match text {
        "any" => kind("ANY_RESERVATION").into(),
        "none" => kind("NO_RESERVATION").into(),
        names => kind("SPECIFIC_RESERVATION")
            .with("key", "compute.googleapis.com/reservation-name")
            .with("values", all(names, b',', &|name| is_name(name, "projects/*/zones/*/reservations/*"))?)
            .into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const PARTS: &[Part] = &[
        ("percent", "samplingRate", Form::Number(1, 100)),
        ("size", "ngramSpeculation.ngramSize", Form::Number(1, 100)),
    ];

    fn read(form: Form, text: &str) -> Option<Value> {
        form.read(text).ok().flatten()
    }

    #[test]
    fn a_switch_leaves_googles_default_out() {
        assert_eq!(Form::Switch(true).read("true"), Ok(Some(true.into())));
        assert_eq!(Form::Switch(true).read("false"), Ok(None));
        assert_eq!(Form::Switch(false).read("false"), Ok(Some(true.into())));
        assert_eq!(Form::Switch(false).read("yes"), Err(Malformed));
        assert_eq!(Form::EndpointType.read("private"), Ok(None));
        assert_eq!(Form::EndpointType.read("public"), Err(Malformed));
    }

    #[test]
    fn a_text_becomes_the_value_of_googles_field() {
        for (form, text, value) in [
            (Form::Lines, "--model=gemma\n\n --port=8080 \n", json!(["--model=gemma", "--port=8080"])),
            (Form::Aliases, "stable, blue", json!(["stable", "blue"])),
            (Form::Megabytes, "16384", json!("16384")),
            (Form::Seconds(1, 3600), "600s", json!("600s")),
            (Form::Port, "9000", json!([{"containerPort": 9000}])),
            (
                Form::Name("projects/#/global/networks/*"),
                "projects/12/global/networks/vpc",
                json!("projects/12/global/networks/vpc"),
            ),
            (
                Form::ConsumerProjects,
                "acme-apps,acme-web",
                json!({"enablePrivateServiceConnect": true, "projectAllowlist": ["acme-apps", "acme-web"]}),
            ),
            (
                Form::Entries(PARTS),
                "size=3, percent=10",
                json!({"samplingRate": 10, "ngramSpeculation": {"ngramSize": 3}}),
            ),
            (
                Form::Autoscale,
                "requests=100, cpu=60",
                json!([
                    {"metricName": "aiplatform.googleapis.com/prediction/online/cpu/utilization", "target": 60},
                    {"metricName": "aiplatform.googleapis.com/prediction/online/request_count", "target": 100},
                ]),
            ),
            (Form::Reservation, "any", json!({"reservationAffinityType": "ANY_RESERVATION"})),
            (
                Form::Reservation,
                "projects/acme-ml/zones/us-central1-a/reservations/h100",
                json!({
                    "reservationAffinityType": "SPECIFIC_RESERVATION",
                    "key": "compute.googleapis.com/reservation-name",
                    "values": ["projects/acme-ml/zones/us-central1-a/reservations/h100"],
                }),
            ),
        ] {
            assert_eq!(read(form, text), Some(value), "{text}");
        }
    }

    #[test]
    fn other_texts_are_malformed() {
        for (form, text) in [
            (Form::Aliases, "3"),
            (Form::Number(1, 10), "11"),
            (Form::Megabytes, "16Gi"),
            (Form::Seconds(1, 3600), "3601s"),
            (Form::Seconds(1, 3600), "60"),
            (Form::Port, "0"),
            (Form::Seconds(1, 3600), "+60s"),
            (Form::Words, "sh -c 'test -f /tmp/alive'"),
            (Form::Start("bq://"), "bq://"),
            (Form::Name("projects/#/global/networks/*"), "projects/acme-ml/global/networks/vpc"),
            (Form::Name("projects/#/global/networks/*"), "projects/1/global/networks/vpc/x"),
            (Form::ConsumerProjects, "Acme"),
            (Form::Entries(PARTS), "percent=0"),
            (Form::Entries(PARTS), "size"),
            (Form::Entries(PARTS), "size=1,size=2"),
            (Form::Entries(PARTS), "other=1"),
            (Form::Entries(PARTS), ""),
            (Form::Autoscale, "cpu=101"),
            (Form::Autoscale, "cpu=60,cpu=70"),
            (Form::Autoscale, "memory=60"),
            (Form::Autoscale, "cpu"),
            (Form::Reservation, "h100"),
            (Form::Autoscale, ""),
        ] {
            assert_eq!(form.read(text), Err(Malformed), "{text}");
        }
    }

    #[test]
    fn a_field_below_another_message_is_nested() {
        static TIMEOUT: Field = Field {
            message: Message::Endpoint,
            path: "clientConnectionConfig.inferenceTimeout",
            form: Form::Seconds(1, 3600),
            is_preview: false,
        };
        let mut settings = Settings::default();
        settings.set(&TIMEOUT, "600s".into());
        let endpoint = settings.put(Message::Endpoint, object().with("displayName", "fraud"));
        assert_eq!(
            endpoint.value(),
            json!({"displayName": "fraud", "clientConnectionConfig": {"inferenceTimeout": "600s"}})
        );
        assert_eq!(settings.put(Message::Machine, object()).value(), json!({}));
    }
}

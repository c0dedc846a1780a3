//! Alignment and reduction. Series come in windows of the alignment period already, so that an aligner converts their values.

use super::filter;
use super::value::{Distribution, Value};
use super::{Series, Window};
use crate::call::Call;
use crate::error::ApiError;
use chrono::Duration;
use serde_json::{Map, Value as Json, json};

const SHORTEST: f64 = 60.0;
const LONGEST: f64 = 104.0 * 7.0 * 24.0 * 3600.0;

pub struct Aggregation {
    pub period: Duration,
    aligner: String,
    reducer: String,
    groups: Vec<Vec<String>>,
}

fn unserved(what: &str) -> ApiError {
    ApiError::new("UNIMPLEMENTED", format!("The emulator does not evaluate {what}."))
}

/// What the emulator evaluates; of the others some are Google's.
const ALIGNERS: &[&str] = &[
    "ALIGN_NONE",
    "ALIGN_DELTA",
    "ALIGN_RATE",
    "ALIGN_SUM",
    "ALIGN_MEAN",
    "ALIGN_NEXT_OLDER",
    "ALIGN_MIN",
    "ALIGN_MAX",
    "ALIGN_PERCENTILE_99",
    "ALIGN_PERCENTILE_95",
    "ALIGN_PERCENTILE_50",
    "ALIGN_PERCENTILE_05",
];
const REDUCERS: &[&str] = &[
    "REDUCE_NONE",
    "REDUCE_SUM",
    "REDUCE_MEAN",
    "REDUCE_MIN",
    "REDUCE_MAX",
    "REDUCE_COUNT",
    "REDUCE_PERCENTILE_99",
    "REDUCE_PERCENTILE_95",
    "REDUCE_PERCENTILE_50",
    "REDUCE_PERCENTILE_05",
];

/// The share of a percentile's name, e.g. of `ALIGN_PERCENTILE_95`.
fn share(name: &str) -> Option<f64> {
    let (_, number) = name.split_once("_PERCENTILE_")?;
    matches!(number, "99" | "95" | "50" | "05").then(|| number.parse::<f64>().unwrap_or_default() / 100.0)
}

impl Aggregation {
    /// Reads the parameters of a call.
    pub fn of(call: &Call<'_>) -> Result<Self, ApiError> {
        let param = |name: &str| call.param(&format!("aggregation.{name}")).unwrap_or_default();
        let or = |text: &str, default: &str| if text.is_empty() { default.to_owned() } else { text.to_owned() };
        let aligner = or(param("perSeriesAligner"), "ALIGN_NONE");
        let reducer = or(param("crossSeriesReducer"), "REDUCE_NONE");
        if let Some(name) = [(&aligner, ALIGNERS), (&reducer, REDUCERS)]
            .into_iter()
            .find(|(name, known)| !known.contains(&name.as_str()))
        {
            return Err(unserved(name.0));
        }
        let period = param("alignmentPeriod");
        let seconds = match period {
            "" => SHORTEST,
            text => {
                let seconds = text.strip_suffix('s').and_then(|seconds| seconds.parse::<f64>().ok());
                seconds.filter(|seconds| (SHORTEST..=LONGEST).contains(seconds)).ok_or_else(|| {
                    ApiError::invalid(format!("Field aggregation.alignmentPeriod had an invalid value: {text}"))
                })?
            }
        };
        if (aligner == "ALIGN_NONE") != period.is_empty() {
            return Err(ApiError::invalid("An aligner and an alignment period go together."));
        }
        if reducer != "REDUCE_NONE" && aligner == "ALIGN_NONE" {
            return Err(ApiError::invalid("A reducer requires an aligner other than ALIGN_NONE."));
        }
        let fields = call.query.iter().filter(|(name, _)| name == "aggregation.groupByFields");
        let group = |(_, field): &(String, String)| {
            let parts: Vec<&str> = field.split('.').collect();
            filter::path(&parts).ok_or_else(|| unserved(&format!("the group by {field}")))
        };
        let groups = fields.map(group).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { period: Duration::milliseconds((seconds * 1000.0) as i64), aligner, reducer, groups })
    }

    pub fn apply(&self, series: Vec<Series>) -> Result<Vec<Series>, ApiError> {
        let aligned = series.into_iter().map(|one| self.align(one)).collect::<Result<Vec<_>, _>>()?;
        if self.reducer == "REDUCE_NONE" { Ok(aligned) } else { self.reduce(&aligned) }
    }

    fn align(&self, mut series: Series) -> Result<Series, ApiError> {
        let point = |(window, value): &(Window, Value)| Ok((*window, self.aligned(series.kind, value)?));
        series.points = series.points.iter().map(point).collect::<Result<Vec<_>, ApiError>>()?;
        if !["ALIGN_NONE", "ALIGN_DELTA"].contains(&self.aligner.as_str()) {
            series.kind = "GAUGE";
        }
        Ok(series)
    }

    /// The value of a window, aligned.
    fn aligned(&self, kind: &str, value: &Value) -> Result<Value, ApiError> {
        let seconds = self.period.num_milliseconds() as f64 / 1000.0;
        match (self.aligner.as_str(), kind, value, value.number()) {
            ("ALIGN_NONE", ..) | ("ALIGN_DELTA", "DELTA", ..) | ("ALIGN_SUM", "DELTA", _, Some(_)) => Ok(value.clone()),
            ("ALIGN_RATE", "DELTA", _, Some(number)) => Ok(Value::Double(number / seconds)),
            // A gauge does not change within a window.
            ("ALIGN_MEAN", "GAUGE", _, Some(number)) => Ok(Value::Double(number)),
            ("ALIGN_NEXT_OLDER" | "ALIGN_MIN" | "ALIGN_MAX", "GAUGE", ..) => Ok(value.clone()),
            (name, "DELTA", Value::Distribution(all), _) if share(name).is_some() => {
                Ok(Value::Double(all.percentile(share(name).unwrap_or_default())))
            }
            (name, ..) => Err(unserved(&format!("the aligner {name} on a {kind} metric of these values"))),
        }
    }

    /// The identity of a group: the labels that it preserves.
    fn group(&self, identity: &Json) -> Json {
        let mut group = json!({
            "metric": {"type": identity["metric"]["type"], "labels": {}},
            "resource": {"type": identity["resource"]["type"], "labels": {}},
        });
        for path in self.groups.iter().filter(|path| path.len() == 3) {
            if let Some(value) = filter::value(identity, path) {
                group[&path[0]]["labels"][&path[2]] = json!(value);
            }
        }
        for of in ["metric", "resource"] {
            if group[of]["labels"].as_object().is_some_and(Map::is_empty)
                && let Some(of) = group[of].as_object_mut()
            {
                of.remove("labels");
            }
        }
        group
    }

    fn reduce(&self, series: &[Series]) -> Result<Vec<Series>, ApiError> {
        let mut groups: Vec<(Json, Vec<&Series>)> = Vec::new();
        for one in series {
            let identity = self.group(&one.identity);
            match groups.iter_mut().find(|(known, _)| *known == identity) {
                Some((_, members)) => members.push(one),
                None => groups.push((identity, vec![one])),
            }
        }
        groups.into_iter().map(|(identity, members)| self.reduced(identity, &members)).collect()
    }

    fn reduced(&self, identity: Json, members: &[&Series]) -> Result<Series, ApiError> {
        let mut windows: Vec<Window> =
            members.iter().flat_map(|one| one.points.iter().map(|(window, _)| *window)).collect();
        windows.sort_by_key(|window| std::cmp::Reverse(window.end));
        windows.dedup();
        let of = |window: &Window| -> Vec<&Value> {
            let points = members.iter().flat_map(|one| &one.points);
            points.filter(|(at, _)| at == window).map(|(_, value)| value).collect()
        };
        let point = |window: Window| Ok((window, self.combine(&of(&window))?));
        let points = windows.into_iter().map(point).collect::<Result<Vec<_>, ApiError>>()?;
        let is_delta = self.reducer == "REDUCE_SUM" && members.iter().all(|one| one.kind == "DELTA");
        Ok(Series { identity, kind: if is_delta { "DELTA" } else { "GAUGE" }, points })
    }

    fn combine(&self, values: &[&Value]) -> Result<Value, ApiError> {
        let refused = || unserved(&format!("the reducer {} on this metric's values", self.reducer));
        let distributions: Vec<&Distribution> = values
            .iter()
            .filter_map(|value| match value {
                Value::Distribution(all) => Some(all),
                _ => None,
            })
            .collect();
        if distributions.len() == values.len() {
            let mut all = Distribution::default();
            distributions.into_iter().for_each(|one| all.merge(one));
            return match (self.reducer.as_str(), share(&self.reducer)) {
                ("REDUCE_SUM", _) => Ok(Value::Distribution(all)),
                (_, Some(share)) => Ok(Value::Double(all.percentile(share))),
                _ => Err(refused()),
            };
        }
        let numbers: Vec<f64> = values.iter().filter_map(|value| value.number()).collect();
        let is_int = values.iter().all(|value| matches!(value, Value::Int(_)));
        let sum: f64 = numbers.iter().sum();
        let result = match self.reducer.as_str() {
            "REDUCE_SUM" => sum,
            "REDUCE_MEAN" => return Ok(Value::Double(sum / numbers.len().max(1) as f64)),
            "REDUCE_MIN" => numbers.iter().copied().fold(f64::INFINITY, f64::min),
            "REDUCE_MAX" => numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            "REDUCE_COUNT" => return Ok(Value::Int(i64::try_from(numbers.len()).unwrap_or(i64::MAX))),
            _ => return Err(refused()),
        };
        Ok(if is_int { Value::Int(result as i64) } else { Value::Double(result) })
    }
}

//! Values of points: numbers, and distributions in exponential buckets.

use serde_json::{Value as Json, json};

/// The finite buckets: their number, the first one's upper bound, and the growth. Unverified: Google's own.
const BUCKETS: usize = 66;
const GROWTH: f64 = 1.2;

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Int(i64),
    Double(f64),
    Distribution(Distribution),
}

/// Latencies, by bucket: below 1, then up to each bound, then all above.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Distribution {
    counts: Vec<i64>,
    sum: f64,
    squares: f64,
}

/// The lower bound of a bucket.
fn bound(bucket: usize) -> f64 {
    match bucket {
        0 => 0.0,
        bucket => GROWTH.powi(i32::try_from(bucket - 1).unwrap_or(i32::MAX)),
    }
}

impl Distribution {
    pub fn add(&mut self, value: f64, times: i64) {
        let bucket = (0..=BUCKETS).take_while(|bucket| bound(bucket + 1) <= value).count().min(BUCKETS + 1);
        if self.counts.len() <= bucket {
            self.counts.resize(bucket + 1, 0);
        }
        self.counts[bucket] += times;
        self.sum += value * times as f64;
        self.squares += value * value * times as f64;
    }

    pub fn merge(&mut self, other: &Self) {
        if self.counts.len() < other.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        self.counts.iter_mut().zip(&other.counts).for_each(|(count, more)| *count += more);
        self.sum += other.sum;
        self.squares += other.squares;
    }

    pub fn count(&self) -> i64 {
        self.counts.iter().sum()
    }

    fn mean(&self) -> f64 {
        if self.count() == 0 { 0.0 } else { self.sum / self.count() as f64 }
    }

    /// The value below which a share of all lies, as a line within its bucket.
    pub fn percentile(&self, share: f64) -> f64 {
        let mut left = self.count() as f64 * share;
        for (bucket, count) in self.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            if left <= *count as f64 {
                return bound(bucket) + (bound(bucket + 1) - bound(bucket)) * left / *count as f64;
            }
            left -= *count as f64;
        }
        0.0
    }
}

impl Value {
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Int(_) => "INT64",
            Self::Double(_) => "DOUBLE",
            Self::Distribution(_) => "DISTRIBUTION",
        }
    }

    /// A number's value; `None` for a distribution.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Int(value) => Some(*value as f64),
            Self::Double(value) => Some(*value),
            Self::Distribution(_) => None,
        }
    }

    /// A `TypedValue`.
    pub fn shown(&self) -> Json {
        match self {
            Self::Int(value) => json!({"int64Value": value.to_string()}),
            Self::Double(value) => json!({ "doubleValue": value }),
            Self::Distribution(all) => json!({"distributionValue": {
                "count": all.count().to_string(),
                "mean": all.mean(),
                "sumOfSquaredDeviation": (all.squares - all.sum * all.mean()).max(0.0),
                "bucketOptions": {"exponentialBuckets": {"numFiniteBuckets": BUCKETS, "growthFactor": GROWTH, "scale": 1.0}},
                "bucketCounts": all.counts.iter().map(i64::to_string).collect::<Vec<_>>(),
            }}),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_lie_in_their_buckets() {
        let mut all = Distribution::default();
        all.add(40.0, 95);
        all.add(2000.0, 5);
        let (half, most) = (all.percentile(0.5), all.percentile(0.99));
        assert!((33.0..=48.0).contains(&half) && (1600.0..=2400.0).contains(&most), "{half} {most}");
        assert_eq!(all.count(), 100);
        let mut twice = all.clone();
        twice.merge(&all);
        assert!((twice.percentile(0.5) - half).abs() < 1e-9 && twice.count() == 200);
    }
}

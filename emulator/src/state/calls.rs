//! The log of received calls, without their tokens.

use serde::Serialize;

/// A received call.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SeenCall {
    /// Counts the calls since the start, from 1.
    pub sequence: u64,
    /// Seconds of the clock at its receipt.
    pub seconds: f64,
    /// Time of the machine at its receipt.
    pub time: String,
    /// The HTTP verb.
    pub method: String,
    /// Google's name of the method, e.g. `aiplatform.projects.locations.endpoints.deployModel`.
    pub name: String,
    pub path: String,
    /// The resource's name with the project's id.
    pub resource: String,
    pub principal: Option<String>,
    /// The header `x-goog-request-reason`.
    pub reason: Option<String>,
    /// Kind of the fault that it met.
    pub fault: Option<String>,
    /// Status of the answer that was sent; null while the call is served and where no answer was sent.
    pub answered: Option<u16>,
    /// Status of the method's result; the fault's where the method was not carried out; null before.
    pub status: Option<u16>,
    /// Number of times that the method was carried out, successfully or not.
    pub executions: u32,
    /// Whether it changed something, or started an operation that does.
    pub changed: bool,
    /// Names of the operations that it started.
    pub operations: Vec<String>,
}

/// The calls since the last reset, in the order of their receipt.
#[derive(Debug, Default)]
pub struct Calls {
    /// Number of calls before the last reset.
    before: u64,
    seen: Vec<SeenCall>,
}

impl Calls {
    /// Returns an empty log that goes on counting.
    pub fn emptied(&self) -> Self {
        Self { before: self.before + self.seen.len() as u64, seen: Vec::new() }
    }

    /// Adds a call; returns its sequence number.
    pub fn add(&mut self, call: SeenCall) -> u64 {
        let sequence = self.before + self.seen.len() as u64 + 1;
        self.seen.push(SeenCall { sequence, ..call });
        sequence
    }

    fn index(&self, sequence: u64) -> Option<usize> {
        usize::try_from(sequence.checked_sub(self.before)?).ok()
    }

    /// The call with this number, unless a reset has removed it.
    pub fn get_mut(&mut self, sequence: u64) -> Option<&mut SeenCall> {
        let index = self.index(sequence)?.checked_sub(1)?;
        self.seen.get_mut(index)
    }

    /// The calls after this number.
    pub fn after(&self, sequence: u64) -> &[SeenCall] {
        let start = self.index(sequence.max(self.before)).unwrap_or(usize::MAX);
        &self.seen[start.min(self.seen.len())..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_on_after_a_reset() {
        let mut calls = Calls::default();
        assert_eq!((calls.add(SeenCall::default()), calls.add(SeenCall::default())), (1, 2));
        let mut calls = calls.emptied();
        assert!(calls.get_mut(2).is_none() && calls.after(0).is_empty());
        assert_eq!(calls.add(SeenCall::default()), 3);
        assert_eq!(calls.get_mut(3).map(|call| call.sequence), Some(3));
        assert_eq!((calls.after(0).len(), calls.after(2).len(), calls.after(3).len()), (1, 1, 0));
    }
}

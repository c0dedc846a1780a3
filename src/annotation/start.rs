//! Rules for the start of a server: its probe against the timeout.

use super::keys::Key;
use super::reading::Reading;
use crate::diagnostic::{Code, Diagnostic};
use crate::words;

/// Google's maximum duration of a deployment, in seconds.
const LONGEST: u64 = 7200;

/// Reports a startup probe that may take longer than the deployment. The values themselves have been checked.
pub fn startup(reading: &mut Reading<'_>) {
    let text = |key| reading.at(key).and_then(|at| Some((at, at.value.as_text()?)));
    let Some((at, probe)) = text(Key::StartupProbe) else { return };
    // Google's defaults.
    let (mut delay, mut period, mut failures) = (0, 10, 3);
    for (name, value) in words::pairs(probe, b",\n").into_iter().flatten() {
        let limit = match name {
            "initial-delay" => &mut delay,
            "period" => &mut period,
            "failures" => &mut failures,
            _ => continue,
        };
        let Ok(number) = value.parse::<u32>() else { return };
        *limit = u64::from(number);
    }
    let set = text(Key::DeploymentTimeout);
    let timeout = match set {
        Some((_, timeout)) => timeout.trim().strip_suffix('s').and_then(|seconds| seconds.parse().ok()),
        None => Some(LONGEST),
    };
    let budget = delay + period * failures;
    if let Some(timeout) = timeout.filter(|timeout| budget > *timeout) {
        let message = format!("the startup probe allows {budget} s, but the deployment times out after {timeout} s");
        let finding = Diagnostic::new(Code::StartupProbeBudget, message)
            .help("allow fewer failures, or a longer `google.com/vertex-ai-deployment-timeout`");
        let finding = match set {
            Some((at, _)) => finding.related("the timeout is set here", reading.place(at)),
            None => finding,
        };
        reading.report(at, finding);
    }
}

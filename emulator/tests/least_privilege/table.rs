//! The proof as a table: printed, and written to `target/least-privilege.md`.

use crate::plans::Case;
use crate::proof::{Happening, Proved};
use backstage_vertex_ai::iam::rights::grant::Grantee;
use backstage_vertex_ai::iam::rights::options::Delivery;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

/// A permission and the run that proved it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    pub permission: &'static str,
    pub to: Grantee,
    pub on: &'static str,
    /// The denied call.
    pub at: String,
    pub happening: Happening,
    /// How the right was granted.
    pub by: &'static str,
}

/// Writes the table. `plans`: number of plans that the runs represent.
pub fn write(plans: usize, results: &[(Case, Result<Proved, String>)]) {
    let text = render(plans, results);
    println!("{text}");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/least-privilege.md");
    std::fs::write(file, text).unwrap();
}

pub fn name(delivery: Delivery) -> &'static str {
    match delivery {
        Delivery::Policy => "a policy",
        Delivery::Pam => "a grant of Privileged Access Manager",
    }
}

fn words(happening: Happening) -> &'static str {
    match happening {
        Happening::Nothing => "no event",
        Happening::Begun => "the same deployment already runs",
        Happening::Failing => "Google's operation fails",
        Happening::Stopped => "cancelled while Google deploys",
        Happening::StoppedLate => "cancelled after Google has finished",
    }
}

fn render(plans: usize, results: &[(Case, Result<Proved, String>)]) -> String {
    let proved: Vec<&Proved> = results.iter().filter_map(|(_, result)| result.as_ref().ok()).collect();
    let mut rows: BTreeMap<&Row, usize> = BTreeMap::new();
    for row in proved.iter().flat_map(|proved| &proved.rows) {
        *rows.entry(row).or_default() += 1;
    }
    let removals: usize = rows.values().sum();
    let runs: usize = proved.iter().map(|proved| proved.runs).sum();
    let unproved: BTreeSet<&String> = proved.iter().flat_map(|proved| &proved.unproved).collect();
    let mut out = String::from("# Least privilege, proved\n\n");
    let _ = writeln!(
        out,
        "{plans} different plans are possible. Plans with the same calls, permissions and possible situations form a class. One plan \
         of each of the {} classes ran against the emulator, which enforces IAM, in every situation that it can meet.\n\n\
         With all permissions the plan succeeds, and no call is denied. One permission was removed at a time ({removals} times): \
         the call below was denied, and the denial named the permission. The proof took {runs} runs.\n",
        results.len()
    );
    out.push_str("| permission | grantee | on | by | denied without it | event | plans |\n| --- | --- | --- | --- | --- | --- | --- |\n");
    for (row, count) in rows {
        let Row { permission, on, at, by, .. } = row;
        let whose = if row.to == Grantee::Caller { "caller" } else { "service agent" };
        let when = words(row.happening);
        let _ = writeln!(out, "| `{permission}` | {whose} | {on} | {by} | `{at}` | {when} | {count} |");
    }
    if !unproved.is_empty() {
        out.push_str(
            "\nComputed, not proved, because the emulator has no policies for them: permissions of the service agent\n\n",
        );
        for what in unproved {
            let _ = writeln!(out, "- {what}");
        }
    }
    let most = |wanted: &dyn Fn(&Case) -> bool| {
        let sizes = results.iter().filter(|(case, _)| wanted(case));
        sizes.map(|(case, _)| case.ask(&case.shape.plan()).permissions().len()).max().unwrap_or(0)
    };
    let _ =
        writeln!(out, "\n```text\niam.first_deploy_permissions {}", most(&|case| case.found.endpoint != Some(true)));
    let _ = writeln!(out, "iam.update_permissions {}", most(&Case::is_update));
    let _ = writeln!(out, "iam.plans_proved_minimal_ratio {}", proved.len() as f64 / results.len() as f64);
    let _ = writeln!(out, "{} of {} plans proved\n```", proved.len(), results.len());
    out
}

//! The proof as a table for people: printed, and written to `target/least-privilege.md`.

use crate::plans::Case;
use crate::proof::{Happening, Proved};
use backstage_vertex_ai::iam::rights::grant::Grantee;
use backstage_vertex_ai::iam::rights::options::Delivery;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

/// Where a permission of a plan turned out to be needed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    pub permission: &'static str,
    pub to: Grantee,
    pub on: &'static str,
    /// The call that was refused.
    pub at: String,
    pub happening: Happening,
    /// How the right was given.
    pub by: &'static str,
}

/// `plans`: of how many plans those that were carried out are examples.
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
        Happening::Nothing => "all goes well",
        Happening::Begun => "the same deployment is going on already",
        Happening::Failing => "Google's operation fails",
        Happening::Stopped => "it is stopped while Google deploys",
        Happening::StoppedLate => "it is stopped when Google is done",
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
        "{plans} plans can be made that differ in what is known, named or given; as far as rights are concerned, they are {} plans. \
         Each of these was carried out against the emulator, which enforces IAM, in every world that it may meet: with all of its \
         rights it goes as it should and nothing is refused; without any one of them ({removals} times) the call below is refused \
         and named. That took {runs} runs.\n",
        results.len()
    );
    out.push_str("| permission | whose | on | by | refused without it | when | plans |\n| --- | --- | --- | --- | --- | --- | --- |\n");
    for (row, count) in rows {
        let Row { permission, on, at, by, .. } = row;
        let whose = if row.to == Grantee::Caller { "who deploys" } else { "Vertex AI" };
        let when = words(row.happening);
        let _ = writeln!(out, "| `{permission}` | {whose} | {on} | {by} | `{at}` | {when} | {count} |");
    }
    if !unproved.is_empty() {
        out.push_str("\nComputed, and not proved, because the emulator has no policies of these: what Vertex AI itself needs,\n\n");
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

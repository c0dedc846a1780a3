//! The rules' reference: why each is there, an example that breaks it, one that keeps it, and where the knowledge comes from.
//!
//! What a rule checks and how much it matters by itself stands at its [`Code`]. The pages in `docs/reference/rules/` are made
//! from here, and the tests run every example.

mod entity;
mod image;
mod machine;
mod place;
mod settings;
mod storage;
#[cfg(test)]
mod tests;

use crate::diagnostic::Code;

/// A text for the reference, which the tests check.
#[derive(Clone, Copy, Debug)]
pub enum Example {
    /// Lines of annotations without our prefix, e.g. `model: fraud-detector@3`. What they leave out of project, location,
    /// endpoint and model is as in [`BASE`].
    Lines(&'static str),
    /// All annotations there are.
    All(&'static str),
    /// A whole file.
    File(&'static str),
    /// A file that is better told in words than shown.
    Made(fn() -> Vec<u8>, &'static str),
}

/// A rule of the reference.
#[derive(Debug)]
pub struct Rule {
    pub code: Code,
    /// Why it matters, in a sentence or two.
    pub why: &'static str,
    pub wrong: Example,
    pub right: Example,
    /// Where the knowledge comes from.
    pub source: &'static str,
}

/// What examples leave out.
pub const BASE: &[(&str, &str)] = &[
    ("project", "acme-ml"),
    ("location", "us-central1"),
    ("endpoint", "fraud-detector"),
    ("model", "fraud-detector@3"),
];

/// Every rule.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    [entity::RULES, place::RULES, machine::RULES, image::RULES, storage::RULES, settings::RULES].into_iter().flatten()
}

impl Example {
    /// The file that the example stands for.
    pub fn bytes(&self) -> Vec<u8> {
        let lines = match self {
            Self::Made(make, _) => return make(),
            Self::File(text) => return text.as_bytes().to_vec(),
            Self::All(lines) => lines.lines().map(str::to_owned).collect(),
            Self::Lines(lines) => {
                let given = |name: &str| lines.lines().any(|line| line.starts_with(&format!("{name}:")));
                let base = BASE.iter().filter(|(name, _)| !given(name)).map(|(name, value)| format!("{name}: {value}"));
                base.chain(lines.lines().map(str::to_owned)).collect::<Vec<_>>()
            }
        };
        let mut text =
            "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: fraud-detector\n  annotations:\n"
                .to_owned();
        for line in lines {
            text.push_str("    ");
            // What goes on from the line before, or has a prefix of its own, is as it is.
            if !line.starts_with(' ') && !line.split(':').next().unwrap_or_default().contains('/') {
                text.push_str(crate::annotation::PREFIX);
            }
            text.push_str(&line);
            text.push('\n');
        }
        text.into_bytes()
    }
}

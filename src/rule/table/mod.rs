//! The rules' reference: why each is there, an example that breaks it, one that keeps it, and where the knowledge comes from.
//!
//! What a rule checks and how much it matters by itself stands at its [`Code`]. The pages in `docs/reference/rules/` are made
//! from here, and the tests run every example.

mod container;
mod endpoint;
mod entity;
mod identity;
mod image;
mod machine;
mod place;
mod settings;
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
    let groups = [
        entity::RULES,
        place::RULES,
        identity::RULES,
        machine::RULES,
        image::RULES,
        endpoint::RULES,
        container::RULES,
        settings::RULES,
    ];
    groups.into_iter().flatten()
}

/// The file with these annotations, and with what they leave out of [`BASE`] before them.
fn annotated(lines: &str) -> String {
    let given = |name: &str| lines.lines().any(|line| line.starts_with(&format!("{name}:")));
    let left_out = BASE.iter().filter(|(name, _)| !given(name));
    let all: String = left_out.map(|(name, value)| format!("{name}: {value}\n")).collect();
    file(&(all + lines))
}

impl Example {
    /// The file that the example stands for.
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Made(make, _) => make(),
            Self::File(text) => text.as_bytes().to_vec(),
            Self::All(lines) => file(lines).into_bytes(),
            Self::Lines(lines) => annotated(lines).into_bytes(),
        }
    }
}

/// A file with these annotations.
fn file(lines: &str) -> String {
    let mut text =
        "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: fraud-detector\n  annotations:\n"
            .to_owned();
    for line in lines.lines() {
        text.push_str("    ");
        // What goes on from the line before, or has a prefix of its own, is as it is.
        if !line.starts_with(' ') && !line.split(':').next().unwrap_or_default().contains('/') {
            text.push_str(crate::annotation::PREFIX);
        }
        text.push_str(line);
        text.push('\n');
    }
    text
}

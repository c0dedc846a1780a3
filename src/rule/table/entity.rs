//! Files and entities, before any annotation is looked at.

use super::Example::{self, File};
use super::Rule;
use crate::diagnostic::Code;

const YAML: &str = "YAML 1.2.2";
const BACKSTAGE: &str = "Backstage, Descriptor Format of Catalog Entities";

pub const RULES: &[Rule] = &[
    Rule {
        code: Code::EntitySyntax,
        why: "Backstage cannot read the file, and keeps showing the entity as it was before.",
        wrong: File("kind: Component\nmetadata: {name: fraud-detector\n"),
        right: File("kind: Component\nmetadata: {name: fraud-detector}\n"),
        source: YAML,
    },
    Rule {
        code: Code::EntityTooLarge,
        why: "Nobody writes such a file by hand; reading it would cost every reader memory and time.",
        wrong: Example::Made(
            || format!("kind: Component\nmetadata:\n  name: fraud-detector\n  description: {}\n", "x".repeat(1 << 20)),
            "an entity of more than 1 MiB",
        ),
        right: File("kind: Component\nmetadata:\n  name: fraud-detector\n  description: A page of text at most\n"),
        source: "ours",
    },
    Rule {
        code: Code::EntityDuplicateKey,
        why: "Readers disagree on which of the two counts; Backstage refuses the file.",
        wrong: File("kind: Component\nmetadata:\n  name: fraud-detector\n  name: fraud\n"),
        right: File("kind: Component\nmetadata:\n  name: fraud-detector\n"),
        source: YAML,
    },
    Rule {
        code: Code::EntityNotAnEntity,
        why: "Without a kind and a name the catalog has nothing to call it by.",
        wrong: File("kind: Component\nmetadata:\n  title: Fraud detector\n"),
        right: File("kind: Component\nmetadata:\n  name: fraud-detector\n"),
        source: BACKSTAGE,
    },
];

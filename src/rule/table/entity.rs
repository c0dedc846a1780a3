//! Files and entities, before any annotation is looked at.

use super::Example::{self, File};
use super::Rule;
use crate::diagnostic::Code;

const YAML: &str = "YAML 1.2.2";
const BACKSTAGE: &str = "Backstage, Descriptor Format of Catalog Entities";
const READER: &str = "how Backstage 1.55 reads entities: `parseAllDocuments` of the package `yaml`, without merging";
const ENTITY: Example = File("kind: Component\nmetadata:\n  name: fraud-detector\n");

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
            || {
                format!("kind: Component\nmetadata:\n  name: fraud-detector\n  description: {}\n", "x".repeat(1 << 20))
                    .into()
            },
            "a file of more than 1 MiB",
        ),
        right: File("kind: Component\nmetadata:\n  name: fraud-detector\n  description: A page of text at most\n"),
        source: "ours",
    },
    Rule {
        code: Code::EntityTooDeep,
        why: "An entity is flat; what nests without end is an attack, or a file that something else wrote.",
        wrong: Example::Made(
            || format!("kind: Component\nmetadata: {}\n", "[".repeat(1000)).into(),
            "a thousand opening brackets",
        ),
        right: File("kind: Component\nmetadata:\n  name: fraud-detector\n  labels: {team: fraud}\n"),
        source: "ours",
    },
    Rule {
        code: Code::EntityTooRepetitive,
        why: "A few lines of aliases of aliases stand for more values than there is memory for.",
        wrong: Example::Made(
            || {
                let mut text = String::from(
                    "kind: Component\nmetadata:\n  name: fraud-detector\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n",
                );
                for i in 1..10 {
                    let aliases = vec![format!("*a{}", i - 1); 10];
                    text.push_str(&format!("a{i}: &a{i} [{}]\n", aliases.join(", ")));
                }
                text.into()
            },
            "ten lists, each of ten aliases of the one before",
        ),
        right: File(
            "kind: Component\nmetadata:\n  name: fraud-detector\n  labels: &labels {team: fraud}\nspec:\n  labels: *labels\n",
        ),
        source: "ours",
    },
    Rule {
        code: Code::EntityNotUtf8,
        why: "Backstage reads every file as UTF-8; other encodings turn letters into question marks.",
        wrong: Example::Made(
            || b"kind: Component\nmetadata:\n  name: caf\xe9\n".to_vec(),
            "a file in Latin-1 whose name ends in é",
        ),
        right: File("kind: Component\nmetadata:\n  name: cafe\n  title: Café\n"),
        source: BACKSTAGE,
    },
    Rule {
        code: Code::EntityBinary,
        why: "An image or an archive was given in the place of a text.",
        wrong: Example::Made(|| b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), "a picture"),
        right: ENTITY,
        source: "ours",
    },
    Rule {
        code: Code::EntityTab,
        why: "Editors show a tab as any number of spaces; YAML indents by spaces only.",
        wrong: File("kind: Component\nmetadata:\n\tname: fraud-detector\n"),
        right: ENTITY,
        source: YAML,
    },
    Rule {
        code: Code::EntityUnknownTag,
        why: "A tag asks the reader for a kind of value that Backstage does not have; the value is read as a plain text.",
        wrong: File("kind: Component\nmetadata:\n  name: fraud-detector\n  title: !secret fraud\n"),
        right: File("kind: Component\nmetadata:\n  name: fraud-detector\n  title: !!str fraud\n"),
        source: READER,
    },
    Rule {
        code: Code::EntityMergeKey,
        why: "Other readers of YAML merge here; Backstage does not, and what was to be merged is missing.",
        wrong: File("kind: Component\nmetadata:\n  <<: {title: Fraud}\n  name: fraud-detector\n"),
        right: File("kind: Component\nmetadata:\n  title: Fraud\n  name: fraud-detector\n"),
        source: READER,
    },
    Rule {
        code: Code::EntityAnnotationsNotAMapping,
        why: "Backstage refuses the entity, and keeps showing the one before.",
        wrong: File(
            "kind: Component\nmetadata:\n  name: fraud-detector\n  annotations: [google.com/vertex-ai-model]\n",
        ),
        right: ENTITY,
        source: BACKSTAGE,
    },
    Rule {
        code: Code::EntityDuplicateKey,
        why: "Readers disagree on which of the two counts; Backstage refuses the file.",
        wrong: File("kind: Component\nmetadata:\n  name: fraud-detector\n  name: fraud\n"),
        right: ENTITY,
        source: YAML,
    },
    Rule {
        code: Code::EntityNotAnEntity,
        why: "Without a kind and a name the catalog has nothing to call it by.",
        wrong: File("kind: Component\nmetadata:\n  title: Fraud detector\n"),
        right: ENTITY,
        source: BACKSTAGE,
    },
];

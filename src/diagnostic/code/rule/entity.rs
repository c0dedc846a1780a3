//! Rules for files and entities, before any annotation is read.

use super::Example::{self, File, MadeFile};
use super::Rule;
use crate::diagnostic::code::Kind::{Adjustable, Fixed};
use crate::diagnostic::code::{Code, Level, Severity};

const BACKSTAGE: &str = "Backstage, Descriptor Format of Catalog Entities";
const READER: &str =
    "how Backstage 1.55 to 1.57 reads entities: `parseAllDocuments` of the package `yaml`, without merging";
const YAML: &str = "YAML 1.2.2";

const ENTITY: Example = File("kind: Component\nmetadata:\n  name: fraud-detector\n");

pub const RULES: &[Rule] = &[
    Rule {
        code: Code::EntitySyntax,
        name: "entity/syntax",
        kind: Fixed(Severity::Error),
        meaning: "The text is not well-formed YAML or JSON.",
        why: "Backstage cannot read the file, and keeps showing the entity as it was before.",
        wrong: File("kind: Component\nmetadata: {name: fraud-detector\n"),
        right: File("kind: Component\nmetadata: {name: fraud-detector}\n"),
        source: YAML,
    },
    Rule {
        code: Code::EntityTooLarge,
        name: "entity/too-large",
        kind: Fixed(Severity::Error),
        meaning: "The text is larger than an entity may be.",
        why: "Nobody writes such a file by hand; reading it would cost every reader memory and time.",
        wrong: MadeFile(
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
        name: "entity/too-deep",
        kind: Fixed(Severity::Error),
        meaning: "Values are nested deeper than an entity's may be.",
        why: "An entity is flat; what nests without end is an attack, or a file that something else wrote.",
        wrong: MadeFile(
            || format!("kind: Component\nmetadata: {}\n", "[".repeat(1000)).into(),
            "a thousand opening brackets",
        ),
        right: File("kind: Component\nmetadata:\n  name: fraud-detector\n  labels: {team: fraud}\n"),
        source: "ours",
    },
    Rule {
        code: Code::EntityTooRepetitive,
        name: "entity/too-repetitive",
        kind: Fixed(Severity::Error),
        meaning: "Aliases repeat more than an entity may repeat.",
        why: "A few lines of aliases of aliases stand for more values than there is memory for.",
        wrong: MadeFile(
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
        name: "entity/not-utf8",
        kind: Fixed(Severity::Error),
        meaning: "The file is not encoded in UTF-8.",
        why: "Backstage reads every file as UTF-8; other encodings turn letters into question marks.",
        wrong: MadeFile(
            || b"kind: Component\nmetadata:\n  name: caf\xe9\n".to_vec(),
            "a file in Latin-1 whose name ends in é",
        ),
        right: File("kind: Component\nmetadata:\n  name: cafe\n  title: Café\n"),
        source: BACKSTAGE,
    },
    Rule {
        code: Code::EntityBinary,
        name: "entity/binary",
        kind: Fixed(Severity::Error),
        meaning: "The file is no text.",
        why: "An image or an archive was given in the place of a text.",
        wrong: MadeFile(|| b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), "a picture"),
        right: ENTITY,
        source: "ours",
    },
    Rule {
        code: Code::EntityTab,
        name: "entity/tab",
        kind: Fixed(Severity::Error),
        meaning: "A tab stands where spaces must indent.",
        why: "Editors show a tab as any number of spaces; YAML indents by spaces only.",
        wrong: File("kind: Component\nmetadata:\n\tname: fraud-detector\n"),
        right: ENTITY,
        source: YAML,
    },
    Rule {
        code: Code::EntityUnknownTag,
        name: "entity/unknown-tag",
        kind: Adjustable(Level::Warning),
        meaning: "A tag is not known, or does not fit its value.",
        why: "A tag asks the reader for a kind of value that Backstage does not have; the value is read as a plain text.",
        wrong: File("kind: Component\nmetadata:\n  name: fraud-detector\n  title: !secret fraud\n"),
        right: File("kind: Component\nmetadata:\n  name: fraud-detector\n  title: !!str fraud\n"),
        source: READER,
    },
    Rule {
        code: Code::EntityMergeKey,
        name: "entity/merge-key",
        kind: Adjustable(Level::Warning),
        meaning: "A `<<` merges nothing: Backstage reads it as a key like any other.",
        why: "Other readers of YAML merge here; Backstage does not, and what was to be merged is missing.",
        wrong: File("kind: Component\nmetadata:\n  <<: {title: Fraud}\n  name: fraud-detector\n"),
        right: File("kind: Component\nmetadata:\n  title: Fraud\n  name: fraud-detector\n"),
        source: READER,
    },
    Rule {
        code: Code::EntityAnnotationsNotAMapping,
        name: "entity/annotations-not-a-mapping",
        kind: Fixed(Severity::Error),
        meaning: "`metadata.annotations` is not a mapping.",
        why: "Backstage refuses the entity, and keeps showing the one before.",
        wrong: File(
            "kind: Component\nmetadata:\n  name: fraud-detector\n  annotations: [google.com/vertex-ai-model]\n",
        ),
        right: ENTITY,
        source: BACKSTAGE,
    },
    Rule {
        code: Code::EntityDuplicateKey,
        name: "entity/duplicate-key",
        kind: Fixed(Severity::Error),
        meaning: "The same key stands twice in one mapping.",
        why: "Readers disagree on which of the two counts; Backstage refuses the file.",
        wrong: File("kind: Component\nmetadata:\n  name: fraud-detector\n  name: fraud\n"),
        right: ENTITY,
        source: YAML,
    },
    Rule {
        code: Code::EntityNotAnEntity,
        name: "entity/not-an-entity",
        kind: Fixed(Severity::Error),
        meaning: "The document is not a Backstage entity: `kind` or `metadata.name` is missing or not a string.",
        why: "Without a kind and a name the catalog has nothing to call it by.",
        wrong: File("kind: Component\nmetadata:\n  title: Fraud detector\n"),
        right: ENTITY,
        source: BACKSTAGE,
    },
];

//! Rules for files and entities, before any annotation is read.

use super::Example::{self, File, MadeFile};
use super::{Rule, source};
use crate::diagnostic::code::Kind::{Adjustable, Fixed};
use crate::diagnostic::code::{Code, Level, Severity};

const ENTITY: Example = File("kind: Component\nmetadata:\n  name: fraud-detector\n");

pub const RULES: &[Rule] = &[
    Rule {
        code: Code::EntitySyntax,
        name: "entity/syntax",
        kind: Fixed(Severity::Error),
        meaning: "The file is not well-formed YAML or JSON.",
        why: "Backstage cannot read the file and keeps the previous version of the entity.",
        wrong: File("kind: Component\nmetadata: {name: fraud-detector\n"),
        right: File("kind: Component\nmetadata: {name: fraud-detector}\n"),
        sources: &[source::YAML],
    },
    Rule {
        code: Code::EntityTooLarge,
        name: "entity/too-large",
        kind: Fixed(Severity::Error),
        meaning: "The file is larger than 1 MiB.",
        why: "Nobody writes a file of this size by hand, and every reader would spend memory and time on it.",
        wrong: MadeFile(
            || {
                format!("kind: Component\nmetadata:\n  name: fraud-detector\n  description: {}\n", "x".repeat(1 << 20))
                    .into()
            },
            "A file of more than 1 MiB.",
        ),
        right: File("kind: Component\nmetadata:\n  name: fraud-detector\n  description: A page of text at most\n"),
        sources: &[source::LIMIT],
    },
    Rule {
        code: Code::EntityTooDeep,
        name: "entity/too-deep",
        kind: Fixed(Severity::Error),
        meaning: "Values are nested too deeply.",
        why: "An entity is almost flat. Deep nesting is an attack or the output of a broken program.",
        wrong: MadeFile(
            || format!("kind: Component\nmetadata: {}\n", "[".repeat(1000)).into(),
            "A thousand opening brackets.",
        ),
        right: File("kind: Component\nmetadata:\n  name: fraud-detector\n  labels: {team: fraud}\n"),
        sources: &[source::LIMIT],
    },
    Rule {
        code: Code::EntityTooRepetitive,
        name: "entity/too-repetitive",
        kind: Fixed(Severity::Error),
        meaning: "Aliases repeat values too often.",
        why: "A few lines of nested aliases can stand for more values than memory can hold.",
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
            "Ten lists, each with ten aliases of the previous one.",
        ),
        right: File(
            "kind: Component\nmetadata:\n  name: fraud-detector\n  labels: &labels {team: fraud}\nspec:\n  labels: *labels\n",
        ),
        sources: &[source::LIMIT],
    },
    Rule {
        code: Code::EntityNotUtf8,
        name: "entity/not-utf8",
        kind: Fixed(Severity::Error),
        meaning: "The file is not encoded in UTF-8.",
        why: "Backstage reads every file as UTF-8 and replaces the characters of other encodings.",
        wrong: MadeFile(
            || b"kind: Component\nmetadata:\n  name: caf\xe9\n".to_vec(),
            "A file in Latin-1 whose name ends in `é`.",
        ),
        right: File("kind: Component\nmetadata:\n  name: cafe\n  title: Café\n"),
        sources: &[source::READER],
    },
    Rule {
        code: Code::EntityBinary,
        name: "entity/binary",
        kind: Fixed(Severity::Error),
        meaning: "The file is not a text file.",
        why: "An image or archive stands in place of a catalog file.",
        wrong: MadeFile(|| b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), "A PNG image."),
        right: ENTITY,
        sources: &[source::LIMIT],
    },
    Rule {
        code: Code::EntityTab,
        name: "entity/tab",
        kind: Fixed(Severity::Error),
        meaning: "A tab indents a line, but YAML requires spaces.",
        why: "Editors show a tab in any width, so YAML allows only spaces for indentation.",
        wrong: File("kind: Component\nmetadata:\n\tname: fraud-detector\n"),
        right: ENTITY,
        sources: &[source::YAML],
    },
    Rule {
        code: Code::EntityUnknownTag,
        name: "entity/unknown-tag",
        kind: Adjustable(Level::Warning),
        meaning: "A tag is unknown or does not fit its value.",
        why: "A tag requests a type that Backstage does not support. Backstage reads the value as a plain string.",
        wrong: File("kind: Component\nmetadata:\n  name: fraud-detector\n  title: !secret fraud\n"),
        right: File("kind: Component\nmetadata:\n  name: fraud-detector\n  title: !!str fraud\n"),
        sources: &[source::READER],
    },
    Rule {
        code: Code::EntityMergeKey,
        name: "entity/merge-key",
        kind: Adjustable(Level::Warning),
        meaning: "A `<<` key merges nothing: Backstage reads it as an ordinary key.",
        why: "Other YAML readers merge the mapping. Backstage does not, and the values are missing.",
        wrong: File("kind: Component\nmetadata:\n  <<: {title: Fraud}\n  name: fraud-detector\n"),
        right: File("kind: Component\nmetadata:\n  title: Fraud\n  name: fraud-detector\n"),
        sources: &[source::READER],
    },
    Rule {
        code: Code::EntityAnnotationsNotAMapping,
        name: "entity/annotations-not-a-mapping",
        kind: Fixed(Severity::Error),
        meaning: "`metadata.annotations` is not a mapping.",
        why: "Backstage rejects the entity and keeps its previous version.",
        wrong: File(
            "kind: Component\nmetadata:\n  name: fraud-detector\n  annotations: [google.com/vertex-ai-model]\n",
        ),
        right: ENTITY,
        sources: &[source::DESCRIPTOR],
    },
    Rule {
        code: Code::EntityDuplicateKey,
        name: "entity/duplicate-key",
        kind: Fixed(Severity::Error),
        meaning: "A mapping has the same key twice.",
        why: "Readers disagree on which value applies, and Backstage rejects the file.",
        wrong: File("kind: Component\nmetadata:\n  name: fraud-detector\n  name: fraud\n"),
        right: ENTITY,
        sources: &[source::YAML],
    },
    Rule {
        code: Code::EntityNotAnEntity,
        name: "entity/not-an-entity",
        kind: Fixed(Severity::Error),
        meaning: "The document is not a Backstage entity: `kind` or `metadata.name` is missing or not a string.",
        why: "The catalog identifies an entity by its kind and name.",
        wrong: File("kind: Component\nmetadata:\n  title: Fraud detector\n"),
        right: ENTITY,
        sources: &[source::DESCRIPTOR],
    },
];

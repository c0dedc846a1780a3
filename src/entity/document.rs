//! The documents of a file, as entities where they are some.

use super::Entity;
use crate::diagnostic::{Code, Diagnostic, Where};
use backstage_yaml::{Content, Problem, ProblemKind};

/// One document of a file that is not empty.
#[derive(Clone, Debug)]
pub enum Document {
    Entity(Entity),
    /// A document without `kind` or `metadata.name`.
    NotAnEntity(Vec<Diagnostic>),
    /// A document, or a whole file, that cannot be read.
    Unreadable(Vec<Diagnostic>),
}

/// Reads the documents of a file in their order, without the empty ones.
pub fn read_documents(bytes: &[u8], file: Option<&str>) -> Vec<Document> {
    let document = |read: Result<backstage_yaml::Document, Problem>| match read {
        Ok(document) if document.root.value == Content::Null && document.problems.is_empty() => None,
        Ok(document) => {
            let findings = document.problems.into_iter().map(|problem| finding(problem, file)).collect();
            Some(Entity::new(document.root, file, findings).map_or_else(Document::NotAnEntity, Document::Entity))
        }
        Err(problem) => Some(Document::Unreadable(vec![finding(problem, file)])),
    };
    backstage_yaml::read(bytes).into_iter().filter_map(document).collect()
}

/// Converts a problem of a text to a finding in a file.
pub fn finding(problem: Problem, file: Option<&str>) -> Diagnostic {
    let place = |span| Where { file: file.map(str::to_owned), path: None, span };
    let finding = Diagnostic::new(code(problem.kind), problem.message).at(place(problem.span)).help(problem.help);
    match problem.related {
        Some(related) => finding.related(related.message, place(related.span)),
        None => finding,
    }
}

fn code(kind: ProblemKind) -> Code {
    match kind {
        ProblemKind::Syntax | ProblemKind::UndeclaredTag => Code::EntitySyntax,
        ProblemKind::Tab => Code::EntityTab,
        ProblemKind::TooLarge => Code::EntityTooLarge,
        ProblemKind::TooDeep => Code::EntityTooDeep,
        ProblemKind::TooRepetitive => Code::EntityTooRepetitive,
        ProblemKind::NotUtf8 => Code::EntityNotUtf8,
        ProblemKind::Binary => Code::EntityBinary,
        ProblemKind::DuplicateKey => Code::EntityDuplicateKey,
        ProblemKind::UnknownTag => Code::EntityUnknownTag,
        ProblemKind::MergeKey => Code::EntityMergeKey,
    }
}

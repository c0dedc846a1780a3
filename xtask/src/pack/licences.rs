//! Licence texts of the third-party code that a package contains.

use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Third-party code inside a package.
pub struct Piece {
    /// Name and version.
    pub title: String,
    /// SPDX expression.
    pub licence: String,
    /// Folder of its sources on this machine.
    pub sources: PathBuf,
}

/// The compiler links the standard library, so Cargo does not list it.
const STANDARD_LIBRARY: &str = "The Rust standard library, Copyright The Rust Project Developers (MIT OR Apache-2.0)";

/// Texts that a crate's archive lacks, from its repository: <https://github.com/Aleph-Alpha/ts-rs>, read 2026-11-27.
const TEXTS: [(&str, &str); 1] = [("ts-rs", include_str!("licences/ts-rs.txt"))];

/// File names that hold a licence, by their beginning in upper case.
const FILES: [&str; 6] = ["LICENSE", "LICENCE", "UNLICENSE", "COPYING", "COPYRIGHT", "NOTICE"];

/// Writes every licence text once, below the names of the pieces that it covers.
pub fn text(workspace: &Workspace, package: &str, pieces: &[Piece], is_compiled: bool) -> Result<String> {
    let path = workspace.path("LICENSE");
    let apache = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    if is_compiled {
        add(&mut groups, &apache, STANDARD_LIBRARY);
    }
    for piece in pieces {
        let title = format!("{} ({})", piece.title, piece.licence);
        let texts = read(&piece.sources)?;
        for text in &texts {
            add(&mut groups, text, &title);
        }
        if texts.is_empty() {
            let name = piece.title.split(' ').next();
            let text = TEXTS.iter().find(|(known, _)| Some(*known) == name).map(|(_, text)| *text);
            let text = text.or_else(|| piece.licence.contains("Apache-2.0").then_some(apache.as_str()));
            let Some(text) = text else { bail!("{title} ships no licence text, and xtask has none for it") };
            add(&mut groups, text, &title);
        }
    }
    let mut groups: Vec<_> = groups.into_values().collect();
    groups.sort_by(|a, b| a.titles.cmp(&b.titles));
    let rule = "=".repeat(100);
    let mut all = format!("Licences of the third-party code in {package}\n");
    for Group { titles, text } in groups {
        write!(all, "\n{rule}\n{}\n{rule}\n\n{text}\n", titles.join("\n"))?;
    }
    Ok(all)
}

/// A licence text and the pieces that it covers.
struct Group {
    titles: Vec<String>,
    text: String,
}

/// Adds a piece to the group of its text. Line breaks do not make another text.
fn add(groups: &mut BTreeMap<String, Group>, text: &str, title: &str) {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let group = groups.entry(words).or_insert_with(|| Group { titles: Vec::new(), text: text.trim().to_owned() });
    if group.titles.last().is_none_or(|last| last != title) {
        group.titles.push(title.to_owned());
    }
}

/// Reads the licence files in a folder, sorted by name.
fn read(folder: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().to_uppercase();
        if entry.file_type()?.is_file() && FILES.iter().any(|file| name.starts_with(file)) {
            files.push(entry.path());
        }
    }
    files.sort();
    let mut texts = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        texts.push(text.replace("\r\n", "\n"));
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(name: &str, licence: &str, folder: &Path) -> Piece {
        Piece { title: format!("{name} 1.0.0"), licence: licence.into(), sources: folder.join(name) }
    }

    #[test]
    fn pieces_with_the_same_text_share_it() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::write(root.join("LICENSE"), "Apache text\n").unwrap();
        for name in ["a", "b", "bare"] {
            std::fs::create_dir(root.join(name)).unwrap();
        }
        std::fs::write(root.join("a/LICENSE-MIT"), "MIT\r\ntext\r\n").unwrap();
        std::fs::write(root.join("b/license.md"), "MIT text").unwrap();
        let workspace = Workspace { root: root.to_owned() };
        let pieces = [piece("a", "MIT", root), piece("b", "MIT", root), piece("bare", "MIT OR Apache-2.0", root)];
        let text = text(&workspace, "core", &pieces, true).unwrap();
        assert_eq!(text.matches("MIT\ntext").count(), 1, "{text}");
        assert!(text.contains("a 1.0.0 (MIT)\nb 1.0.0 (MIT)\n"), "{text}");
        assert!(text.contains(&format!("{STANDARD_LIBRARY}\nbare 1.0.0 (MIT OR Apache-2.0)\n")), "{text}");
    }

    #[test]
    fn a_piece_without_any_known_text_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("LICENSE"), "Apache text").unwrap();
        std::fs::create_dir(folder.path().join("a")).unwrap();
        let workspace = Workspace { root: folder.path().to_owned() };
        let error = text(&workspace, "core", &[piece("a", "MIT", folder.path())], true).unwrap_err();
        assert!(error.to_string().contains("a 1.0.0 (MIT) ships no licence text"), "{error}");
    }
}

//! Members: what the catalog still shows of a mandate's user and groups.

use super::passage::{Passage, Refused, catalog_unavailable};
use super::refusal::Refusal;
use super::want::{MandateRow, Outcome, Want};
use crate::conversation::Millis;
use crate::diagnostic::Code;
use crate::entity::Entity;
use crate::identity::broker::PATIENCE;
use serde_json::Value;

/// Maximum depth of nested groups.
const DEEPEST: usize = 8;

/// How long a user is missing before that ends the user's mandates. Until then their calls are refused and may be sent again: a catalog that
/// has lost its users for some minutes, such as by a faulty import, must not remove what serves.
pub const GRACE: Millis = 10 * 60 * 1000;
/// Maximum number of missing users that are remembered.
const MOST: usize = 1_000;

/// Users whom the catalog does not have, and since when.
#[derive(Debug, Default)]
pub struct Missing(Vec<(String, Millis)>);

impl Missing {
    /// Notes whether the catalog has a user, and returns for how long it has not.
    fn note(&mut self, user: &str, is_known: bool, now: Millis) -> Millis {
        if is_known {
            self.0.retain(|(missing, _)| missing != user);
            return 0;
        }
        if let Some((_, since)) = self.0.iter().find(|(missing, _)| missing == user) {
            return now.saturating_sub(*since);
        }
        if self.0.len() >= MOST {
            self.0.remove(0);
        }
        self.0.push((user.to_owned(), now));
        0
    }
}

/// What was read of the catalog.
#[derive(Default)]
struct Shown {
    asked: Vec<String>,
    /// Refs of entities, each with the groups that it is a member or a child of.
    entities: Vec<(String, Vec<String>)>,
}

impl Shown {
    async fn read(&mut self, passage: &Passage, refs: Vec<String>) -> Result<(), Refused> {
        self.asked.extend(refs.iter().cloned());
        match passage.voice.ask(Want::Entities { refs, within: PATIENCE }).await {
            Outcome::Entities(entities) => {
                let read = |entity: &Value| Some((ref_of(entity)?, parents(entity)));
                self.entities.extend(entities.iter().filter_map(read));
                Ok(())
            }
            other => Err(catalog_unavailable(other)),
        }
    }

    fn has(&self, entity_ref: &str) -> bool {
        self.entities.iter().any(|(known, _)| known == entity_ref)
    }

    /// The user and every group that the user belongs to, as far as the groups between them were read.
    fn reached(&self, user: &str) -> Vec<String> {
        let mut reached = vec![user.to_owned()];
        let mut at = 0;
        while let Some(next) = reached.get(at).cloned() {
            let parents = self.entities.iter().filter(|(known, _)| *known == next).flat_map(|(_, parents)| parents);
            for parent in parents {
                if !reached.contains(parent) {
                    reached.push(parent.clone());
                }
            }
            at += 1;
        }
        reached
    }
}

fn ref_of(entity: &Value) -> Option<String> {
    Some(Entity::from_json(entity).ok()?.entity_ref().to_owned())
}

fn parents(entity: &Value) -> Vec<String> {
    let relations = entity["relations"].as_array().into_iter().flatten();
    let is_up = |relation: &&Value| matches!(relation["type"].as_str(), Some("memberOf" | "childOf"));
    relations.filter(is_up).filter_map(|relation| Some(relation["targetRef"].as_str()?.to_ascii_lowercase())).collect()
}

/// Returns those of a mandate's groups that the catalog still shows for its user. A user whom the catalog no longer has
/// ends the mandate; what was made under it is then removed with those of the groups that exist.
pub async fn present(passage: &Passage, id: &str, row: &mut MandateRow) -> Result<Vec<String>, Refused> {
    if !passage.door.config.users_in_catalog {
        return Ok(row.groups.clone());
    }
    let user = row.user.to_ascii_lowercase();
    let recorded: Vec<String> = row.groups.iter().map(|group| group.to_ascii_lowercase()).collect();
    let mut shown = Shown::default();
    let mut ask = recorded.clone();
    if !ask.contains(&user) {
        ask.push(user.clone());
    }
    for _ in 0..DEEPEST {
        shown.read(passage, ask).await?;
        let reached = shown.reached(&user);
        if !shown.has(&user) || recorded.iter().all(|group| !shown.has(group) || reached.contains(group)) {
            break;
        }
        ask = reached.into_iter().filter(|entity| !shown.asked.contains(entity)).collect();
        if ask.is_empty() {
            break;
        }
    }
    let is_known = shown.has(&user);
    let reached = shown.reached(&user);
    let kept = |group: &String| shown.has(group) && (reached.contains(group) || !is_known);
    let groups = row.groups.iter().zip(&recorded).filter(|(_, group)| kept(group)).map(|(group, _)| group.clone());
    let groups = groups.collect();
    let now = passage.voice.now();
    let missing_for = passage.door.missing.borrow_mut().note(&user, is_known, now);
    if !is_known && row.revoked_at.is_none() && now < row.expires_at {
        if missing_for < GRACE {
            let message = format!("`{}` is missing in the catalog", row.user);
            let refusal = Refusal::because(503, Code::MandateUserMissing, message);
            return Err(refusal.help("check that the catalog still has the user").into());
        }
        let because = format!("the catalog no longer has `{}`", row.user);
        passage.done(Want::Revoke { id: id.to_owned(), because }).await?;
        row.revoked_at = Some(now);
    }
    Ok(groups)
}

//! The alias that names the version of a deployment once it serves.

use super::Run;
use super::call::{Lost, Sent};
use super::ledger::Change;
use super::memory::Aliased;
use super::removal::{Gone, Patience};
use super::steps::version_of;
use crate::conversation::ProgressKind;
use crate::google::CallError;
use crate::method::{self, Call, Resource};
use crate::name::{Model, ModelVersion};
use crate::plan::{self, Kind, StepKind};

/// The look at the version that an alias names.
fn look(model: &Model, alias: &ModelVersion) -> Call {
    let named = Model { version: Some(alias.clone()), ..model.clone() };
    Call::new(&method::MODELS_GET, Resource::Model(named))
}

/// Gives an alias to a version of the model, or takes it away.
fn merge(model: &Model, alias: &ModelVersion, gives: bool) -> Call {
    let call = Call::new(&method::MODELS_MERGE_VERSION_ALIASES, Resource::Model(model.clone()));
    call.body(plan::alias(alias, gives))
}

impl Run {
    /// Lets the plan's alias name the version. Returns the alias.
    pub async fn move_alias(&mut self) -> Result<Option<String>, CallError> {
        let plan = self.plan()?;
        let Kind::Deploy(plan::kind::Deploy { alias: Some(alias), .. }) = plan.kind.clone() else { return Ok(None) };
        let model = plan.target.model.clone();
        let step = self.step(StepKind::Alias)?;
        let version = model.version.as_ref().map(ModelVersion::as_str);
        let mut lost = Lost::default();
        loop {
            let found = self.look(&look(&model, &alias)).await?;
            let before = found.as_ref().and_then(version_of);
            if before == version {
                return Ok(Some(alias.to_string()));
            }
            let before = before.map(str::to_owned);
            let change = Change::Alias { model: model.to_string(), alias: alias.to_string(), before };
            match self.change(change, step.call.as_ref().unwrap_or(&merge(&model, &alias, true))).await? {
                Sent::Answered(_) => return Ok(Some(alias.to_string())),
                Sent::Refused(error) => return Err(error),
                Sent::Lost(error) => lost.again(self, error).await?,
            }
        }
    }

    /// Gives the alias that a failed run has moved back to the version that it named.
    pub async fn restore_alias(&mut self) {
        let Some(moved) = self.memory.aliased.clone() else { return };
        let what = format!("the alias `{}`", moved.alias);
        let undo = ("ModelService.MergeVersionAliases", moved.model.to_string());
        self.say(ProgressKind::Undo, format!("Rolling back: {what}"));
        let gone = self.move_back(&moved).await;
        self.conclude(gone, what, undo).await;
    }

    async fn move_back(&mut self, moved: &Aliased) -> Result<Gone, CallError> {
        let Aliased { model, alias, before } = moved;
        let version = model.version.as_ref().map(ModelVersion::as_str);
        let call = match before {
            Some(before) => merge(&Model { version: Some(before.clone()), ..model.clone() }, alias, true),
            None => merge(model, alias, false),
        };
        let mut patience = Patience::new(self);
        let mut was_moved = false;
        loop {
            let found = self.look(&look(model, alias)).await?;
            // A version to which somebody else has moved it keeps it.
            if found.as_ref().and_then(version_of) != version {
                return Ok(if was_moved { Gone::Removed } else { Gone::NeverOurs });
            }
            was_moved = true;
            let before = before.as_ref().map(ToString::to_string);
            let change = Change::Alias { model: model.to_string(), alias: alias.to_string(), before };
            let sent = self.change(change, &call).await?;
            self.removing(sent, &call, &mut patience).await?;
        }
    }
}

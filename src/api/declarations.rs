//! TypeScript declarations of every shape that crosses to JavaScript.
//!
//! A shape derives [`TS`] where it stands. `cargo xtask types` writes the declarations into the core's npm package.

use super::gate::{self, DoorStep, errand};
use super::source::EntityRequest;
use super::{
    Annotation, StatusRequest, ValidateReport, ValidateRequest, check, deployment, former, iam, life, mandate, outline,
    served,
};
use crate::annotation::{KEYS, PREFIX};
use crate::config::CatalogConfig;
use crate::conversation::{Identity, Progress};
use crate::deployment::ledger::LedgerEntry;
use crate::deployment::{RunReport, Want as DeploymentWant};
use crate::diagnostic::Code;
use crate::door::arrival::{Arrival, Who};
use crate::door::changes::{AuditedCall, PolicyChanges};
use crate::door::claims::{ClaimFacts, Dispute};
use crate::door::want;
use crate::iam::deliver::access_report::AccessReport;
use crate::iam::deliver::apply::ApplyReport;
use crate::iam::deliver::clean_up::GrantRecord;
use crate::iam::deliver::pam_grant::PamReport;
use crate::iam::deliver::verify::VerifyReport;
use crate::iam::rights::expiry::Expiry;
use crate::iam::rights::principal::Principal;
use crate::name::{ArtifactUri, DeployedModelId, Endpoint, Image, KmsKey, Location, Model, Project, ServiceAccount};
use crate::ordered::Ordered;
use crate::status::{DeploymentsView, DeploymentsViewRequest, StatusReport, VersionsReport};
use crate::vertex::container::Probe;
use crate::vertex::labels::DisplayName;
use crate::vertex::machine::MachineType;
use crate::vertex::traffic::Traffic;
use std::collections::BTreeMap;
use std::path::PathBuf;
use ts_rs::{Config, TS, TypeVisitor};

/// Returns the declarations, each once, in alphabetical order.
pub fn declarations() -> String {
    let mut all = Declarations { config: Config::new().with_large_int("number"), types: BTreeMap::new() };
    all.visit::<Annotation>();
    all.visit::<ValidateReport>();
    all.visit::<EntityRequest>();
    all.visit::<ValidateRequest>();
    all.visit::<Probe>();
    all.visit::<StatusRequest>();
    all.visit::<StatusReport>();
    all.visit::<VersionsReport>();
    all.visit::<DeploymentsViewRequest>();
    all.visit::<DeploymentsView>();
    all.visit::<deployment::DeploymentRequest>();
    all.visit::<deployment::PlanReport>();
    all.visit::<deployment::DeployRequest>();
    all.visit::<deployment::RunRequest>();
    all.visit::<LedgerEntry>();
    all.visit::<DeploymentWant>();
    all.visit::<RunReport>();
    all.visit::<Progress>();
    all.visit::<life::Facts>();
    all.visit::<life::StartRequest>();
    all.visit::<life::Start>();
    all.visit::<life::Reach>();
    all.visit::<former::Following>();
    all.visit::<former::Removal>();
    all.visit::<life::Step>();
    all.visit::<outline::Outline>();
    all.visit::<crate::preflight::Step>();
    all.visit::<served::Deployment>();
    all.visit::<served::DeploymentRecord>();
    all.visit::<served::DeploymentPage>();
    all.visit::<served::DeploymentTrace>();
    all.visit::<served::DeploymentLog>();
    all.visit::<life::Notice>();
    all.visit::<life::Duration>();
    all.visit::<life::Expectation>();
    all.visit::<crate::life::EventShape>();
    all.visit::<iam::IamRequest>();
    all.visit::<iam::IamReport>();
    all.visit::<iam::IamCompareRequest>();
    all.visit::<iam::IamComparison>();
    all.visit::<iam::IamApplyRequest>();
    all.visit::<ApplyReport>();
    all.visit::<iam::IamPamRequest>();
    all.visit::<PamReport>();
    all.visit::<iam::IamVerifyRequest>();
    all.visit::<VerifyReport>();
    all.visit::<AccessReport>();
    all.visit::<iam::grants::NewGrantRecord>();
    all.visit::<iam::grants::ListedRecord>();
    all.visit::<GrantRecord>();
    all.visit::<iam::grants::GrantStep<'static>>();
    all.visit::<gate::Facts>();
    all.visit::<Arrival>();
    all.visit::<Who>();
    all.visit::<DoorStep<'static>>();
    all.visit::<want::DoorAnswers>();
    all.visit::<mandate::MandateDeployment>();
    all.visit::<mandate::NewMandate>();
    all.visit::<mandate::MandateStep>();
    all.visit::<mandate::MandateFacts>();
    all.visit::<ClaimFacts>();
    all.visit::<Dispute>();
    all.visit::<AuditedCall>();
    all.visit::<PolicyChanges>();
    all.visit::<Identity>();
    all.visit::<errand::Want>();
    all.visit::<CatalogConfig>();
    all.visit::<check::CheckOptions>();
    all.visit::<check::FileReport>();
    all.visit::<check::Summary>();
    let mut text = String::from("// Generated from the core by `cargo xtask types`. Do not edit.\n");
    for declaration in all.types.values() {
        text.push('\n');
        text.push_str(declaration);
    }
    text
}

/// Returns the TypeScript constants about annotations that must be known before the core has loaded. They are committed; the test of the
/// reference compares them.
pub fn annotation_constants() -> String {
    let required = || KEYS.iter().filter(|key| key.is_required()).map(|key| key.name());
    let keys: String = required().map(|name| format!("  '{PREFIX}{name}',\n")).collect();
    let prefix = PREFIX.replace('.', "\\.").replace('/', "\\/");
    let names: Vec<_> = required().collect();
    format!(
        "// Generated from the core by `UPDATE_DOCS=1 cargo test --test reference`. Do not edit.\n\n\
         /** The annotations that every deployment needs. */\nexport const REQUIRED_ANNOTATIONS = [\n{keys}];\n\n\
         /** Matches the key of such an annotation, plain or of an environment. */\n\
         export const REQUIRED_ANNOTATION =\n  /^{prefix}(?:{})(?:\\.|$)/;\n",
        names.join("|")
    )
}

/// Returns the annotations as a TypeScript constant of the core's package. It is committed, as those of [`annotation_constants`].
pub fn annotation_table() -> String {
    let rows: Vec<String> = super::annotations()
        .iter()
        .map(|annotation| {
            let fields = serde_json::to_value(annotation).unwrap_or_default();
            let field = |(name, value): (&String, &serde_json::Value)| format!("    {name}: {},\n", quoted(value));
            let fields: String = fields.as_object().into_iter().flatten().map(field).collect();
            format!("  {{\n{fields}  }},\n")
        })
        .collect();
    format!(
        "// Generated from the core by `UPDATE_DOCS=1 cargo test --test reference`. Do not edit.\n\
         import type {{ AnnotationKey }} from './generated/shapes';\n\n\
         /** All annotations, in the order of the reference. */\nexport const ANNOTATIONS: AnnotationKey[] = [\n{}];\n",
        rows.concat()
    )
}

/// A JSON value as `prettier` writes it in TypeScript.
fn quoted(value: &serde_json::Value) -> String {
    match value.as_str() {
        Some(text) if !text.contains('\'') => format!("'{}'", text.replace('\\', "\\\\").replace('\n', "\\n")),
        _ => value.to_string(),
    }
}

/// Returns the TypeScript constants of the permissions about deployments. They are committed, as those of [`annotation_constants`].
pub fn permission_constants() -> String {
    let life::Facts { permissions: life::Permissions { read, start, cancel, logs }, resource_type, .. } = life::facts();
    let entries: String = [("read", read), ("start", start), ("cancel", cancel), ("logs", logs)]
        .map(|(what, permission)| {
            format!("  {what}: {{ name: '{}', action: '{}' }},\n", permission.name, permission.action)
        })
        .concat();
    format!(
        "// Generated from the core by `UPDATE_DOCS=1 cargo test --test reference`. Do not edit.\n\n\
         /** The permissions about the deployments of an entity. */\n\
         export const DEPLOYMENT_PERMISSIONS = {{\n{entries}}} as const;\n\n\
         /** The type of their resource. */\nexport const RESOURCE_TYPE = '{resource_type}';\n"
    )
}

struct Declarations {
    config: Config,
    types: BTreeMap<String, String>,
}

impl TypeVisitor for Declarations {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if T::output_path().is_some() {
            let name = T::ident(&self.config);
            if self.types.contains_key(&name) {
                return;
            }
            let docs = T::docs().unwrap_or_default();
            let declaration = format!("{docs}export {}\n", T::decl(&self.config));
            self.types.insert(name, short_comments(&declaration));
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}

/// Writes each comment of one line on one line.
fn short_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("/**\n * ") {
        out.push_str(before);
        match comment.split_once('\n') {
            Some((line, after)) if after.starts_with(" */") => {
                out.push_str(&format!("/** {line}"));
                rest = after;
            }
            _ => {
                out.push_str("/**\n * ");
                rest = comment;
            }
        }
    }
    out.push_str(rest);
    out
}

impl TS for Code {
    type WithoutGenerics = Self;
    type OptionInnerType = Self;

    fn docs() -> Option<String> {
        Some("/** Code of a finding. A code never changes its meaning and is never reused. */\n".into())
    }

    fn name(_: &Config) -> String {
        "Code".into()
    }

    fn inline(_: &Config) -> String {
        Code::ALL.iter().map(|code| format!("\n  | '{}'", code.as_str())).collect()
    }

    fn decl(config: &Config) -> String {
        format!("type Code ={};", Self::inline(config))
    }

    fn output_path() -> Option<PathBuf> {
        Some("Code.ts".into())
    }
}

/// Declares types that serialize as a string.
macro_rules! strings {
    ($($type:ty),+ $(,)?) => {
        $(impl TS for $type {
            type WithoutGenerics = Self;
            type OptionInnerType = Self;

            fn name(_: &Config) -> String {
                "string".into()
            }

            fn inline(config: &Config) -> String {
                Self::name(config)
            }
        })+
    };
}

strings! {
    ArtifactUri, DeployedModelId, DisplayName, Endpoint, Expiry, Image, KmsKey, Location, MachineType, Model, Principal, Project,
    ServiceAccount,
}

impl TS for Traffic {
    type WithoutGenerics = Self;
    type OptionInnerType = Self;

    fn name(_: &Config) -> String {
        "number".into()
    }

    fn inline(config: &Config) -> String {
        Self::name(config)
    }
}

impl<K: TS, V: TS> TS for Ordered<K, V> {
    type WithoutGenerics = Self;
    type OptionInnerType = Self;

    fn name(config: &Config) -> String {
        BTreeMap::<K, V>::name(config)
    }

    fn inline(config: &Config) -> String {
        BTreeMap::<K, V>::inline(config)
    }

    fn visit_dependencies(visitor: &mut impl TypeVisitor)
    where
        Self: 'static,
    {
        BTreeMap::<K, V>::visit_dependencies(visitor);
    }

    fn visit_generics(visitor: &mut impl TypeVisitor)
    where
        Self: 'static,
    {
        BTreeMap::<K, V>::visit_generics(visitor);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_in_a_declaration_is_declared() {
        let text = declarations();
        let declared: Vec<_> =
            text.lines().filter_map(|line| line.strip_prefix("export type ")?.split_once(' ')).collect();
        let declared: Vec<_> = declared.into_iter().map(|(name, _)| name).collect();
        let known = ["Array", "Omit", "Record", "Uint8Array"];
        let code = text.lines().filter(|line| !line.trim_start().starts_with(['*', '/', '|']));
        for line in code {
            let mut line = line.to_owned();
            while let Some((before, rest)) = line.split_once(['"', '\'']) {
                line = format!("{before} {}", rest.split_once(['"', '\'']).map_or("", |(_, after)| after));
            }
            for word in line.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| w.starts_with(char::is_uppercase)) {
                assert!(declared.contains(&word) || known.contains(&word), "`{word}` in: {line}");
            }
        }
    }

    #[test]
    fn codes_are_a_union_of_literals() {
        let text = declarations();
        assert!(text.contains("export type Code =\n  | 'entity/syntax'\n  |"), "{text}");
        assert!(!text.contains("bigint"));
    }
}

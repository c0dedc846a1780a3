//! The seed: a YAML file with the initial resources. `emulator/seeds/demo.yaml` shows every key.

use super::model::{DEFAULT, ModelState};
use super::neighbours::{Bucket, Constraint, Key, Neighbours, Repository, Secret};
use super::policy::Policy;
use super::principal::Principal;
use super::role::Role;
use super::settings::Settings;
use super::world::{AccessToken, Project, Provider, World};
use crate::causes::{self, Strikes};
use crate::timestamp;
use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Seed {
    projects: Vec<SeedProject>,
    /// Permissions by role name, e.g. `projects/acme-ml/roles/vertexDeployer`.
    #[serde(default)]
    roles: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    providers: Vec<SeedProvider>,
    #[serde(default)]
    service_accounts: BTreeMap<String, Policy>,
    #[serde(default)]
    models: Vec<SeedModel>,
    #[serde(default)]
    repositories: Vec<Repository>,
    #[serde(default)]
    buckets: Vec<Bucket>,
    #[serde(default)]
    keys: Vec<Key>,
    #[serde(default)]
    secrets: Vec<Secret>,
    #[serde(default)]
    constraints: Vec<Constraint>,
    /// Limits of serving quotas that differ from Google's defaults.
    #[serde(default)]
    quotas: Vec<SeedQuota>,
    #[serde(default)]
    settings: Settings,
    /// Access tokens that are valid from the start, for tests and for whoever runs the emulator.
    #[serde(default)]
    tokens: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedProject {
    id: String,
    number: String,
    #[serde(default)]
    policy: Policy,
    services: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SeedProvider {
    name: String,
    issuer: String,
    #[serde(default)]
    allowed_audiences: Vec<String>,
    attribute_mapping: BTreeMap<String, String>,
    attribute_condition: Option<String>,
    jwks: Option<Value>,
    #[serde(default)]
    disabled: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SeedModel {
    name: String,
    display_name: String,
    image: String,
    versions: u64,
}

/// `{project: acme-ml, id: CustomModelServingL4GPUsPerProjectPerRegion, region: us-central1, limit: 4}`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedQuota {
    project: String,
    id: String,
    region: String,
    limit: i64,
}

impl Seed {
    pub fn read(file: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(file).with_context(|| format!("cannot read the seed {}", file.display()))?;
        Self::parse(&text).with_context(|| format!("the seed {} is wrong", file.display()))
    }

    pub fn parse(text: &str) -> Result<Self> {
        let seed: Self = serde_yaml::from_str(text)?;
        let images = seed.repositories.iter().flat_map(|repository| &repository.images);
        for cause in images.filter_map(|image| image.fails.as_deref()) {
            let strikes = causes::find(cause).map(|cause| cause.strikes);
            anyhow::ensure!(matches!(strikes, Some(Strikes::Stage(_))), "no deployment fails by a cause {cause}");
        }
        Ok(seed)
    }

    /// Replaces the issuer of every provider, for a portal at another address.
    pub fn replace_issuers(&mut self, issuer: &str) {
        for provider in &mut self.providers {
            issuer.clone_into(&mut provider.issuer);
        }
    }

    /// Returns a new state that holds what the seed lists.
    pub fn world(&self) -> World {
        let mut world = World::default();
        for project in &self.projects {
            let state = Project {
                number: project.number.clone(),
                policy: project.policy.clone(),
                services: project.services.clone(),
            };
            world.projects.insert(project.id.clone(), state);
        }
        world.roles = self.roles.iter().map(|(name, held)| (name.clone(), Role::holding(held.clone()))).collect();
        world.service_accounts = self.service_accounts.clone();
        for provider in &self.providers {
            let pool = provider.name.trim_start_matches("//iam.googleapis.com/");
            let pool = pool.split("/providers/").next().unwrap_or(pool).to_owned();
            world.providers.insert(
                provider.name.clone(),
                Provider {
                    pool,
                    issuer: provider.issuer.clone(),
                    allowed_audiences: provider.allowed_audiences.clone(),
                    attribute_mapping: provider.attribute_mapping.clone(),
                    attribute_condition: provider.attribute_condition.clone(),
                    jwks: provider.jwks.clone(),
                    disabled: provider.disabled,
                },
            );
        }
        for model in &self.models {
            let mut state = ModelState::default();
            let created = timestamp::now();
            for _ in 0..model.versions {
                let (now, number) = (timestamp::now(), state.number());
                let mut body = json!({
                    "displayName": model.display_name,
                    "versionId": number.to_string(),
                    // The newest version is the default.
                    "versionAliases": [DEFAULT],
                    "containerSpec": {"imageUri": model.image},
                    "supportedDeploymentResourcesTypes": ["DEDICATED_RESOURCES"],
                    "createTime": created,
                    "versionCreateTime": now,
                    "versionUpdateTime": now,
                });
                world.touch()(&mut body);
                state.add(number, body);
            }
            world.models.insert(model.name.clone(), state);
        }
        world.neighbours = Neighbours {
            repositories: self.repositories.clone(),
            buckets: self.buckets.clone(),
            keys: self.keys.clone(),
            secrets: self.secrets.clone(),
            constraints: self.constraints.clone(),
        };
        for quota in &self.quotas {
            world.quota_limits.insert((quota.project.clone(), quota.id.clone(), quota.region.clone()), quota.limit);
        }
        world.settings = self.settings.clone();
        for (token, member) in &self.tokens {
            let principal = match member.strip_prefix("serviceAccount:") {
                Some(email) => Principal::ServiceAccount { email: email.to_owned() },
                None => Principal::Member { member: member.clone() },
            };
            world.tokens.insert(token.clone(), AccessToken { principal, expires: None });
        }
        world
    }
}

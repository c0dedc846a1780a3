//! Roles: the permissions that they hold, and how they change.
//! Source: `iam.v1` `Role`; limits of "Creating and managing custom roles".

use crate::error::ApiError;
use serde_json::{Value, json};

/// A role: its API body without the name, and its permissions.
#[derive(Clone, Debug, Default)]
pub struct Role {
    body: Value,
    permissions: Vec<String>,
    pub deleted: bool,
    generation: u64,
}

/// Permissions that only custom roles of an organisation may hold.
const UNSUPPORTED: &[&str] = &["resourcemanager.projects.list"];

impl Role {
    /// Creates a role in a launch stage: `ALPHA`, `GA` …
    pub fn new(stage: &str, permissions: Vec<String>) -> Self {
        Self { body: json!({ "stage": stage }), permissions, ..Self::default() }
    }

    /// Creates a predefined role, which is generally available.
    pub fn holding(permissions: Vec<String>) -> Self {
        Self::new("GA", permissions)
    }

    /// Whether it includes a permission; a deleted role includes none.
    pub fn includes(&self, permission: &str) -> bool {
        !self.deleted && self.permissions.iter().any(|held| held == permission)
    }

    pub fn permissions(&self) -> impl Iterator<Item = &str> {
        self.permissions.iter().map(String::as_str)
    }

    /// Whether a custom role of a project may hold a permission.
    pub fn can_hold(permission: &str) -> bool {
        !UNSUPPORTED.contains(&permission)
    }

    fn etag(&self) -> String {
        format!("BwR{:09x}", self.generation + 1)
    }

    pub fn shown(&self, name: &str) -> Value {
        let mut body = self.body.clone();
        body["name"] = json!(name);
        body["etag"] = json!(self.etag());
        body["includedPermissions"] = json!(self.permissions);
        if self.deleted {
            body["deleted"] = json!(true);
        }
        body
    }

    /// Copies the sent fields that the mask names.
    pub fn update(&mut self, sent: &Value, mask: Option<&str>) -> Result<(), ApiError> {
        if let Some(etag) = sent["etag"].as_str()
            && etag != self.etag()
        {
            return Err(ApiError::new("ABORTED", "There were concurrent changes to the role."));
        }
        let is_meant = |field: &str| mask.is_none_or(|mask| mask.split(',').any(|name| name.trim() == field));
        for (field, most) in [("title", 100), ("description", 300), ("stage", 20)] {
            if is_meant(field) && sent[field].is_string() {
                if sent[field].as_str().is_some_and(|text| text.len() > most) {
                    return Err(ApiError::invalid(format!("The role's {field} has more than {most} bytes.")));
                }
                self.body[field] = sent[field].clone();
            }
        }
        if is_meant("includedPermissions") {
            let named = sent["includedPermissions"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let permissions: Vec<String> = named.map(str::to_owned).collect();
            let is_permission = |name: &str| name.split('.').count() == 3 && !name.contains('*');
            let wrong = permissions.iter().find(|name| !is_permission(name) || !Self::can_hold(name));
            if let Some(name) = wrong {
                return Err(ApiError::invalid(format!("Permission {name} is not valid.")));
            }
            self.permissions = permissions;
        }
        self.generation += 1;
        Ok(())
    }
}

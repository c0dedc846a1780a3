//! A permission that a plan needs, and what stops working without it.

use crate::method::{self, Confidence};
use crate::plan::Purpose;

/// A call that needs a permission, and its purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PermissionUse {
    pub method: &'static str,
    pub purpose: Purpose,
}

/// A permission of a grant, with the calls that need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NeededPermission {
    pub permission: &'static str,
    pub confidence: Confidence,
    pub uses: Vec<PermissionUse>,
}

impl NeededPermission {
    /// The methods that need it, each once.
    pub fn methods(&self) -> Vec<&'static str> {
        let mut methods: Vec<&'static str> = Vec::new();
        for used in &self.uses {
            if !methods.contains(&used.method) {
                methods.push(used.method);
            }
        }
        methods
    }

    /// What stops working without it, on one line.
    pub fn without(&self) -> String {
        let mut reasons: Vec<String> = Vec::new();
        for used in &self.uses {
            let reason = effect(self.permission, used);
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        reasons.join("; ")
    }
}

fn effect(permission: &str, used: &PermissionUse) -> String {
    match method::named(used.method) {
        Some(method) if used.purpose == Purpose::Change => {
            format!("{} is denied, and the run fails", method.audit_name)
        }
        Some(method) if used.purpose != Purpose::Extra => method.effect_without(permission).to_owned(),
        _ => format!("`{}` is denied", used.method),
    }
}

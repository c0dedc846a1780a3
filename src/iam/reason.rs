//! Why: what stops working where one permission is missing.

use super::grant::{Needed, Use};
use crate::method;
use crate::plan::Purpose;

/// What stops working without it, as one line.
pub fn without(needed: &Needed) -> String {
    let mut reasons: Vec<String> = Vec::new();
    for used in &needed.uses {
        let reason = effect(needed.permission, used);
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    reasons.join("; ")
}

fn effect(permission: &str, used: &Use) -> String {
    match method::named(used.method) {
        Some(method) if used.purpose != Purpose::Extra => method.effect_without(permission).to_owned(),
        _ => format!("`{}` is denied", used.method),
    }
}

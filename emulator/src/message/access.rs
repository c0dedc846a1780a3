//! Bodies of IAM, its credentials and Resource Manager.

use super::Shape::{self, Any, Int, List, Message, Text};

pub const GENERATE_TOKEN: &[(&str, Shape)] = &[("delegates", List(&Text)), ("scope", List(&Text)), ("lifetime", Text)];
pub const GET_POLICY: &[(&str, Shape)] = &[("options", Message(&[("requestedPolicyVersion", Int)]))];
pub const SET_POLICY: &[(&str, Shape)] = &[("policy", Any), ("updateMask", Text)];
pub const TEST_PERMISSIONS: &[(&str, Shape)] = &[("permissions", List(&Text))];

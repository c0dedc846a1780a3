//! The rights that a plan needs: the access request, its grants, who gets them, until when, and what they open.

pub mod access_request;
pub mod approval;
pub mod draft;
pub mod escalation;
pub mod expiry;
pub mod grant;
pub mod needed_permission;
pub mod options;
pub mod principal;
pub mod resource;
pub mod risk;

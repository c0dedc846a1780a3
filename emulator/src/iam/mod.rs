//! Identity and Access Management: allow policies, roles, and credentials of service accounts.

pub mod credentials;
pub mod projects;
pub mod roles;
pub mod service_accounts;

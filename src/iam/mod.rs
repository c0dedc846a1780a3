//! Least privilege: which rights a plan needs, on what, for how long and why; and how they are granted and checked.
//!
//! An arrow points up only: `rights` knows nothing of the others, `deliver` may use all of them.

pub mod deliver;
pub mod policy;
pub mod render;
pub mod rights;

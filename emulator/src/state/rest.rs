//! The rest of a list that a caller reads by pages.

/// The rest of a list behind a token: its identity, and the keys of the items that were not answered yet.
#[derive(Debug)]
pub struct Rest {
    pub list: String,
    pub keys: Vec<String>,
}

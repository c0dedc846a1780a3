//! A call as the server has received it.

use crate::causes::strike::Struck;
use axum::body::Bytes;
use axum::http::HeaderMap;

/// A received call.
#[derive(Clone)]
pub struct Received {
    /// Its number in the log.
    pub sequence: u64,
    pub verb: String,
    pub path: String,
    /// Google's name of its method.
    pub name: String,
    pub query: Vec<(String, String)>,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// The cause that it meets after its caller is known.
    pub cause: Option<Struck>,
}

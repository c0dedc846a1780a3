//! A call as the server has received it.

use crate::causes::Struck;
use crate::state::location::DEDICATED;
use axum::body::Bytes;
use axum::http::{HeaderMap, header};

/// A received call.
#[derive(Clone)]
pub struct Received {
    /// Its number in the log.
    pub sequence: u64,
    pub verb: String,
    /// The host that was called, without the port.
    pub host: String,
    pub path: String,
    /// Google's name of its method.
    pub name: String,
    pub query: Vec<(String, String)>,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// The cause that it meets after its caller is known.
    pub cause: Option<Struck>,
}

/// Returns host and path of a call. A first segment of the path that is the name of a dedicated endpoint stands for the host: a client
/// that cannot resolve the name to loopback calls `http://127.0.0.1:8085/ID.LOCATION-N.prediction.vertexai.goog/v1/…`.
pub fn host_and_path(headers: &HeaderMap, path: String) -> (String, String) {
    if let Some((host, rest)) = path.trim_start_matches('/').split_once('/')
        && host.ends_with(DEDICATED)
    {
        return (host.to_owned(), format!("/{rest}"));
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    (host.split(':').next().unwrap_or(host).to_ascii_lowercase(), path)
}

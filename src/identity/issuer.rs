//! The OpenID discovery document, from which Google finds the portal's public keys.

use crate::config::Issuer;
use serde::Serialize;

/// The members that OpenID Connect Discovery 1.0, section 3, requires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Discovery {
    pub issuer: String,
    pub jwks_uri: String,
    pub response_types_supported: [&'static str; 1],
    pub subject_types_supported: [&'static str; 1],
    pub id_token_signing_alg_values_supported: [&'static str; 1],
}

/// The document at `{issuer}/.well-known/openid-configuration`.
pub fn discovery(issuer: &Issuer) -> Discovery {
    Discovery {
        issuer: issuer.to_string(),
        jwks_uri: format!("{issuer}/.well-known/jwks.json"),
        response_types_supported: ["id_token"],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: ["ES256"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_are_below_the_issuer() {
        let document = discovery(&"http://localhost:7007/api/proxy/vertex-ai".parse().unwrap());
        assert_eq!(document.issuer, "http://localhost:7007/api/proxy/vertex-ai");
        assert_eq!(document.jwks_uri, "http://localhost:7007/api/proxy/vertex-ai/.well-known/jwks.json");
    }
}

//! An issuer of assertions on loopback, like the portal: discovery, keys and signing.

use axum::Router;
use axum::routing::get;
use base64ct::{Base64UrlUnpadded, Encoding};
use p256::ecdsa::SigningKey;
use p256::ecdsa::signature::Signer;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};

pub const AUDIENCE: &str =
    "//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/backstage/providers/portal";

/// Serves `keys` as its JWKS until the process ends.
pub struct Issuer {
    pub url: String,
    keys: Arc<Mutex<Vec<Value>>>,
    fetches: Arc<AtomicUsize>,
}

/// An ES256 key.
pub struct Key {
    pub kid: String,
    signing: SigningKey,
}

impl Key {
    pub fn new(kid: &str) -> Self {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).unwrap();
        Self { kid: kid.into(), signing: SigningKey::from_slice(&bytes).unwrap() }
    }

    pub fn public(&self) -> Value {
        let point = self.signing.verifying_key().to_encoded_point(false);
        let part = |bytes: Option<&p256::FieldBytes>| Base64UrlUnpadded::encode_string(bytes.unwrap());
        json!({"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": self.kid, "x": part(point.x()), "y": part(point.y())})
    }

    pub fn sign(&self, claims: &Value) -> String {
        self.sign_with(&json!({"alg": "ES256", "typ": "JWT", "kid": self.kid}), claims)
    }

    pub fn sign_with(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
        let signed = format!("{}.{}", part(header), part(claims));
        let signature: p256::ecdsa::Signature = self.signing.sign(signed.as_bytes());
        format!("{signed}.{}", Base64UrlUnpadded::encode_string(&signature.to_bytes()))
    }
}

impl Issuer {
    pub fn start(key: &Key) -> Self {
        let (keys, fetches) = (Arc::new(Mutex::new(vec![key.public()])), Arc::new(AtomicUsize::new(0)));
        let (tell, told) = mpsc::channel();
        let (served, counted) = (keys.clone(), fetches.clone());
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                let url = format!("http://{}", listener.local_addr().unwrap());
                let discovery = json!({"issuer": url, "jwks_uri": format!("{url}/jwks")}).to_string();
                tell.send(url).unwrap();
                let jwks = move || {
                    counted.fetch_add(1, Ordering::SeqCst);
                    let keys = served.lock().unwrap().clone();
                    async move { json!({ "keys": keys }).to_string() }
                };
                let router = Router::new()
                    .route("/.well-known/openid-configuration", get(|| async { discovery }))
                    .route("/jwks", get(jwks));
                axum::serve(listener, router).await.unwrap();
            });
        });
        Self { url: told.recv().unwrap(), keys, fetches }
    }

    pub fn publish(&self, keys: &[&Key]) {
        *self.keys.lock().unwrap() = keys.iter().map(|key| key.public()).collect();
    }

    /// Number of requests for its keys.
    pub fn fetches(&self) -> usize {
        self.fetches.load(Ordering::SeqCst)
    }

    /// Claims of a valid assertion for a member of these groups.
    pub fn claims(&self, groups: &[&str]) -> Value {
        let now = chrono::Utc::now().timestamp();
        json!({
            "iss": self.url, "sub": "user:default/guest", "aud": format!("https:{AUDIENCE}"),
            "iat": now, "exp": now + 300, "jti": "1", "groups": groups,
        })
    }
}

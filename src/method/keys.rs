//! Cloud KMS: keys and their allow policies. No key is used.

use super::{Method, On::Itself, Service, Verb, need::guide, resource::KEY, row::READ};

/// The rows of this file.
pub(super) const ROWS: &[&Method] = &[&CRYPTO_KEYS_GET, &CRYPTO_KEYS_GET_IAM_POLICY];

// https://docs.cloud.google.com/kms/docs/reference/permissions-and-roles, read 2026-11-28; so the other row here.
pub static CRYPTO_KEYS_GET: Method = Method {
    name: "cloudkms.projects.locations.keyRings.cryptoKeys.get",
    audit_name: "KeyManagementService.GetCryptoKey",
    service: Service::CloudKms,
    verb: Verb::Get,
    on: KEY,
    door: READ,
    needs: &[guide("cloudkms.cryptoKeys.get", Itself)],
    ..Method::DEFAULT
};

pub static CRYPTO_KEYS_GET_IAM_POLICY: Method = Method {
    name: "cloudkms.projects.locations.keyRings.cryptoKeys.getIamPolicy",
    audit_name: "KeyManagementService.GetIamPolicy",
    service: Service::CloudKms,
    verb: Verb::Get,
    on: KEY,
    suffix: ":getIamPolicy",
    query: &["options.requestedPolicyVersion"],
    door: READ,
    needs: &[guide("cloudkms.cryptoKeys.getIamPolicy", Itself)],
    ..Method::DEFAULT
};

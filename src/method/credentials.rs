//! Tokens and signatures, which turn one identity into another.

use super::{Body, Door, Kind, Method, On::Itself, Service, Verb, need::guide};

/// The rows of this file.
pub(super) const ROWS: &[&Method] = &[&STS_TOKEN, &GENERATE_ACCESS_TOKEN, &GENERATE_ID_TOKEN, &SIGN_JWT, &SIGN_BLOB];

pub static STS_TOKEN: Method = Method {
    name: "sts.token",
    audit_name: "SecurityTokenService.ExchangeToken",
    service: Service::Sts,
    verb: Verb::Post,
    version: "v1",
    on: Kind::Nothing,
    suffix: "token",
    body: Body::Json(None),
    door: Door::Internal,
    ..Method::DEFAULT
};

pub static GENERATE_ACCESS_TOKEN: Method = Method {
    name: "iamcredentials.projects.serviceAccounts.generateAccessToken",
    audit_name: "IAMCredentials.GenerateAccessToken",
    service: Service::IamCredentials,
    verb: Verb::Post,
    version: "v1",
    on: Kind::ServiceAccount,
    suffix: ":generateAccessToken",
    body: Body::Json(None),
    door: Door::Internal,
    needs: &[guide("iam.serviceAccounts.getAccessToken", Itself)],
    ..Method::DEFAULT
};

pub static GENERATE_ID_TOKEN: Method = Method {
    name: "iamcredentials.projects.serviceAccounts.generateIdToken",
    audit_name: "IAMCredentials.GenerateIdToken",
    service: Service::IamCredentials,
    verb: Verb::Post,
    version: "v1",
    on: Kind::ServiceAccount,
    suffix: ":generateIdToken",
    body: Body::Json(None),
    door: Door::Closed,
    needs: &[guide("iam.serviceAccounts.getOpenIdToken", Itself)],
    ..Method::DEFAULT
};

pub static SIGN_JWT: Method = Method {
    name: "iamcredentials.projects.serviceAccounts.signJwt",
    audit_name: "IAMCredentials.SignJwt",
    service: Service::IamCredentials,
    verb: Verb::Post,
    version: "v1",
    on: Kind::ServiceAccount,
    suffix: ":signJwt",
    body: Body::Json(None),
    door: Door::Closed,
    needs: &[guide("iam.serviceAccounts.signJwt", Itself)],
    ..Method::DEFAULT
};

pub static SIGN_BLOB: Method = Method {
    name: "iamcredentials.projects.serviceAccounts.signBlob",
    audit_name: "IAMCredentials.SignBlob",
    service: Service::IamCredentials,
    verb: Verb::Post,
    version: "v1",
    on: Kind::ServiceAccount,
    suffix: ":signBlob",
    body: Body::Json(None),
    door: Door::Closed,
    needs: &[guide("iam.serviceAccounts.signBlob", Itself)],
    ..Method::DEFAULT
};

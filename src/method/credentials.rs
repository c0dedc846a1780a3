//! Tokens and signatures: what turns one identity into another.

/// Adds the rows of credentials.
macro_rules! credentials {
    ([$next:ident $($later:ident)*] $($rows:tt)*) => {
        $next! { [$($later)*] $($rows)*

    StsToken "sts.token" "SecurityTokenService.ExchangeToken" Sts Post "v1" Kind::Nothing, "token"
        query [] body Json door INTERNAL needs [] operation None, undo None;
    GenerateAccessToken "iamcredentials.projects.serviceAccounts.generateAccessToken" "IAMCredentials.GenerateAccessToken" IamCredentials Post "v1" Kind::ServiceAccount, ":generateAccessToken"
        query [] body Json door INTERNAL needs [guide("iam.serviceAccounts.getAccessToken", Itself)] operation None, undo None;
    #[cfg(feature = "server")]
    GenerateIdToken "iamcredentials.projects.serviceAccounts.generateIdToken" "IAMCredentials.GenerateIdToken" IamCredentials Post "v1" Kind::ServiceAccount, ":generateIdToken"
        query [] body Json door CLOSED needs [guide("iam.serviceAccounts.getOpenIdToken", Itself)] operation None, undo None;
    #[cfg(feature = "server")]
    SignJwt "iamcredentials.projects.serviceAccounts.signJwt" "IAMCredentials.SignJwt" IamCredentials Post "v1" Kind::ServiceAccount, ":signJwt"
        query [] body Json door CLOSED needs [guide("iam.serviceAccounts.signJwt", Itself)] operation None, undo None;
    #[cfg(feature = "server")]
    SignBlob "iamcredentials.projects.serviceAccounts.signBlob" "IAMCredentials.SignBlob" IamCredentials Post "v1" Kind::ServiceAccount, ":signBlob"
        query [] body Json door CLOSED needs [guide("iam.serviceAccounts.signBlob", Itself)] operation None, undo None;

        }
    };
}

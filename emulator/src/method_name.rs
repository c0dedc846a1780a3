//! The name of a called method, as Google's descriptions have it, and whether it can change something.

/// Returns e.g. `aiplatform.projects.locations.endpoints.deployModel` for a verb and a path.
pub fn of(verb: &str, path: &str) -> String {
    let (version, rest) = path.trim_start_matches('/').split_once('/').unwrap_or_default();
    match rest {
        "token" => return "sts.token".to_owned(),
        "entries:list" => return "logging.entries.list".to_owned(),
        "iam:troubleshoot" => return "policytroubleshooter.iam.troubleshoot".to_owned(),
        _ => {}
    }
    if version == "storage" {
        return storage(rest);
    }
    let (name, method) = split(rest);
    let parts: Vec<&str> = name.split('/').collect();
    let collections: Vec<&str> = parts.iter().step_by(2).copied().collect();
    if let ["projects", _, "locations", _, "endpoints", _, kind @ ("chat" | "invoke" | "deployedModels"), ..] =
        parts.as_slice()
    {
        let method = match *kind {
            "chat" => "chat.completions",
            "invoke" => "invoke.invoke",
            _ => "deployedModels.invoke.invoke",
        };
        return format!("aiplatform.projects.locations.endpoints.{method}");
    }
    let service = match parts.as_slice() {
        ["projects", "-", "serviceAccounts", ..] => "iamcredentials",
        ["projects", _, "locations", "global", "entitlements" | "operations", ..] => "privilegedaccessmanager",
        ["projects", _, "locations", "global", "services" | "quotaPreferences", ..] => "cloudquotas",
        ["projects", _, "locations", _, "repositories", ..] => "artifactregistry",
        ["projects", _, "locations", _, "keyRings", ..] => "cloudkms",
        ["projects", _, "secrets", ..] => "secretmanager",
        ["projects", _, "services", ..] => "serviceusage",
        ["projects", _, "policies", ..] => "orgpolicy",
        ["projects", _, "timeSeries" | "metricDescriptors", ..] => "monitoring",
        ["projects", _, "locations", ..] | ["publishers", ..] => "aiplatform",
        ["projects"] | ["projects", _] => "cloudresourcemanager",
        _ => "iam",
    };
    let method = method.unwrap_or(match (verb, parts.len() % 2) {
        ("GET", 0) => "get",
        ("GET", _) => "list",
        ("POST", _) => "create",
        ("PATCH", _) => "patch",
        ("DELETE", _) => "delete",
        _ => "unknown",
    });
    format!("{service}.{}.{method}", collections.join("."))
}

/// Splits `{name}:{method}`. The colon of a digest, as in `image@sha256:…`, names no method.
pub fn split(rest: &str) -> (&str, Option<&str>) {
    match rest.rsplit_once(':') {
        Some((name, method)) if !method.contains('/') && !name.ends_with("@sha256") => (name, Some(method)),
        _ => (rest, None),
    }
}

/// The names of Cloud Storage's methods, below `/storage/v1/`.
fn storage(rest: &str) -> String {
    let name = match rest.split('/').collect::<Vec<_>>().as_slice() {
        [_, "b", _] => "buckets.get",
        [_, "b", _, "iam"] => "buckets.getIamPolicy",
        [_, "b", _, "iam", "testPermissions"] => "buckets.testIamPermissions",
        [_, "b", _, "o"] => "objects.list",
        [_, "b", _, "o", ..] => "objects.get",
        _ => "unknown",
    };
    format!("storage.{name}")
}

/// Whether a method sends a request to a model.
pub fn is_prediction(name: &str) -> bool {
    const PREDICTIONS: &[&str] = &["predict", "rawPredict", "streamRawPredict", "completions", "invoke"];
    PREDICTIONS.contains(&name.rsplit('.').next().unwrap_or(name))
}

/// Whether a method only reads, or answers with a token or a prediction.
pub fn is_read(name: &str) -> bool {
    const READS: &[&str] = &[
        "get",
        "list",
        "listVersions",
        "wait",
        "getIamPolicy",
        "testIamPermissions",
        "queryDeployedModels",
        "queryTestablePermissions",
        "recommendSpec",
        "search",
        "token",
        "generateAccessToken",
        "batchGet",
        "troubleshoot",
        "getEffectivePolicy",
        "access",
    ];
    READS.contains(&name.rsplit('.').next().unwrap_or(name)) || is_prediction(name)
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_methods_as_google_does() {
        let place = "/v1/projects/p/locations/l";
        for (verb, path, name, is_read) in [
            ("GET", format!("{place}/endpoints"), "aiplatform.projects.locations.endpoints.list", true),
            ("GET", format!("{place}/models/m@2"), "aiplatform.projects.locations.models.get", true),
            ("POST", format!("{place}/models:upload"), "aiplatform.projects.locations.models.upload", false),
            (
                "POST",
                format!("{place}/endpoints/e:deployModel"),
                "aiplatform.projects.locations.endpoints.deployModel",
                false,
            ),
            (
                "POST",
                format!("{place}/endpoints/e/operations/1:wait"),
                "aiplatform.projects.locations.endpoints.operations.wait",
                true,
            ),
            (
                "POST",
                format!("{place}/endpoints/e/chat/completions"),
                "aiplatform.projects.locations.endpoints.chat.completions",
                true,
            ),
            (
                "POST",
                format!("{place}/endpoints/e/invoke/v1/tokenize"),
                "aiplatform.projects.locations.endpoints.invoke.invoke",
                true,
            ),
            ("POST", format!("{place}:deploy"), "aiplatform.projects.locations.deploy", false),
            ("GET", "/v1/publishers/google/models/m".to_owned(), "aiplatform.publishers.models.get", true),
            ("GET", "/v3/projects:search".to_owned(), "cloudresourcemanager.projects.search", true),
            ("DELETE", format!("{place}/endpoints/e"), "aiplatform.projects.locations.endpoints.delete", false),
            ("POST", "/v3/projects/p:setIamPolicy".to_owned(), "cloudresourcemanager.projects.setIamPolicy", false),
            ("PATCH", "/v1/projects/p/roles/r".to_owned(), "iam.projects.roles.patch", false),
            ("POST", "/v1/token".to_owned(), "sts.token", true),
            (
                "POST",
                "/v1/projects/-/serviceAccounts/a@b:generateAccessToken".to_owned(),
                "iamcredentials.projects.serviceAccounts.generateAccessToken",
                true,
            ),
            (
                "POST",
                "/v1/projects/p/locations/global/entitlements/e/grants".to_owned(),
                "privilegedaccessmanager.projects.locations.entitlements.grants.create",
                false,
            ),
            (
                "GET",
                format!("{place}/repositories/r/dockerImages/i@sha256:ab"),
                "artifactregistry.projects.locations.repositories.dockerImages.get",
                true,
            ),
            (
                "POST",
                "/v1/projects/p/locations/global/quotaPreferences".to_owned(),
                "cloudquotas.projects.locations.quotaPreferences.create",
                false,
            ),
            (
                "GET",
                "/v1/projects/p/secrets/s/versions/latest:access".to_owned(),
                "secretmanager.projects.secrets.versions.access",
                true,
            ),
            ("GET", "/v3/projects/p/timeSeries".to_owned(), "monitoring.projects.timeSeries.list", true),
            ("GET", "/storage/v1/b/bucket/o".to_owned(), "storage.objects.list", true),
        ] {
            assert_eq!(super::of(verb, &path), name);
            assert_eq!(super::is_read(name), is_read, "{name}");
        }
    }
}

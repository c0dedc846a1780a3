//! The services that a preflight asks: each enforces its permission.

use crate::harness::{Cloud, OWNER, STILL, STRANGER};
use emulator::seed::Seed;
use serde_json::{Value, json};

const AGENT: &str = "service-123456789012@gcp-sa-aiplatform.iam.gserviceaccount.com";
const REPOSITORY: &str = "/v1/projects/acme-ml/locations/us-central1/repositories/serving";
const KEY: &str = "/v1/projects/acme-ml/locations/us-central1/keyRings/ml/cryptoKeys/serving";
const SECRET: &str = "/v1/projects/acme-ml/secrets/hugging-face";
const BUCKET: &str = "/storage/v1/b/acme-models";

/// What the owner reads and the stranger may not.
fn read(cloud: &Cloud, path: &str) -> Value {
    assert_eq!(cloud.get(STRANGER, path).status, 403, "{path}");
    cloud.get(OWNER, path).ok()
}

fn held(cloud: &Cloud, token: &str, path: &str, permissions: &[&str]) -> Value {
    cloud.post(token, &format!("{path}:testIamPermissions"), json!({ "permissions": permissions })).ok()["permissions"]
        .clone()
}

#[test]
fn images_have_sizes_and_architectures() {
    let cloud = Cloud::start();
    let listed = read(&cloud, &format!("{REPOSITORY}/dockerImages?pageSize=1000"));
    let images = listed["dockerImages"].as_array().unwrap();
    let tagged = |name: &str| images.iter().find(|image| image["uri"].as_str().unwrap().contains(name)).unwrap();
    let fraud = tagged("/serving/fraud@");
    assert_eq!(fraud["imageSizeBytes"], (900_u64 << 20).to_string());
    assert_eq!(fraud["tags"], json!(["3", "4", "latest"]));
    assert_eq!(fraud["imageManifests"][0]["architecture"], "amd64");
    assert_eq!(tagged("/serving/arm@")["imageManifests"][0]["architecture"], "arm64");
    let name = fraud["name"].as_str().unwrap();
    assert_eq!(read(&cloud, &format!("/v1/{name}"))["uri"], fraud["uri"]);
    cloud.get(OWNER, &format!("{REPOSITORY}/dockerImages/fraud")).refused(400, "INVALID_ARGUMENT");
    let unknown = format!("{REPOSITORY}/dockerImages/fraud@sha256:{}", "0".repeat(64));
    cloud.get(OWNER, &unknown).refused(404, "NOT_FOUND");
    cloud.get(OWNER, &format!("{REPOSITORY}/packages/fraud/tags/3")).refused(501, "UNIMPLEMENTED");
    assert_eq!(read(&cloud, REPOSITORY)["registryUri"], "us-central1-docker.pkg.dev/acme-ml/serving");
}

#[test]
fn policies_of_neighbours_are_read_and_count() {
    let cloud = Cloud::start();
    for (path, role) in [
        (format!("{REPOSITORY}:getIamPolicy"), "roles/artifactregistry.reader"),
        (format!("{KEY}:getIamPolicy?options.requestedPolicyVersion=3"), "roles/cloudkms.cryptoKeyEncrypterDecrypter"),
        (format!("{BUCKET}/iam?optionsRequestedPolicyVersion=3"), "roles/storage.objectViewer"),
    ] {
        let policy = read(&cloud, &path);
        assert_eq!(
            (&policy["bindings"][0]["role"], &policy["bindings"][0]["members"][0]),
            (&json!(role), &json!(format!("serviceAccount:{AGENT}")))
        );
    }
    let asked = ["secretmanager.versions.access", "secretmanager.secrets.get"];
    assert_eq!(held(&cloud, OWNER, SECRET, &asked), json!(asked));
    assert_eq!(held(&cloud, STRANGER, SECRET, &asked), json!([]));
    let kms = ["cloudkms.cryptoKeys.get", "cloudkms.cryptoKeyVersions.useToEncrypt"];
    assert_eq!(held(&cloud, OWNER, KEY, &kms), json!(["cloudkms.cryptoKeys.get"]));
    let images = ["artifactregistry.dockerimages.list", "artifactregistry.repositories.delete"];
    assert_eq!(held(&cloud, OWNER, REPOSITORY, &images), json!(["artifactregistry.dockerimages.list"]));
    let path =
        format!("{BUCKET}/iam/testPermissions?permissions=storage.objects.list&permissions=storage.buckets.delete");
    assert_eq!(cloud.get(OWNER, &path).ok()["permissions"], json!(["storage.objects.list"]));
    // Nothing here writes policies.
    cloud.post(OWNER, &format!("{KEY}:setIamPolicy"), json!({"policy": {}})).refused(501, "UNIMPLEMENTED");
}

#[test]
fn objects_are_listed_by_prefix_and_page() {
    let cloud = Cloud::start();
    let names = |answer: &Value| -> Vec<String> {
        let items = answer["items"].as_array().into_iter().flatten();
        items.map(|item| item["name"].as_str().unwrap().to_owned()).collect()
    };
    let listed = read(&cloud, &format!("{BUCKET}/o?prefix=fraud/3/&maxResults=10"));
    assert_eq!(names(&listed), ["fraud/3/model.pkl"]);
    assert_eq!(listed["items"][0]["size"], "52000000");
    let first = read(&cloud, &format!("{BUCKET}/o?prefix=fraud/&maxResults=2"));
    assert_eq!(names(&first).len(), 2);
    let token = first["nextPageToken"].as_str().unwrap();
    assert_eq!(
        names(&cloud.get(OWNER, &format!("{BUCKET}/o?prefix=fraud/&maxResults=2&pageToken={token}")).ok()).len(),
        1
    );
    assert_eq!(read(&cloud, &format!("{BUCKET}/o?prefix=none"))["items"], json!(null));
    assert_eq!(read(&cloud, &format!("{BUCKET}/o/fraud%2F3%2Fmodel.pkl"))["size"], "52000000");
    assert_eq!(read(&cloud, BUCKET)["location"], "US-CENTRAL1");
    let refused = cloud.get(STRANGER, &format!("{BUCKET}/o"));
    assert!(refused.body["error"]["message"].as_str().unwrap().contains("storage.objects.list"), "{}", refused.body);
    assert_eq!(refused.body["error"]["errors"][0]["reason"], "forbidden");
    assert_eq!(cloud.get(OWNER, &format!("{BUCKET}/o?delimiter=/")).status, 501);
    assert_eq!(cloud.get(OWNER, "/storage/v1/b/elsewhere/o").status, 403);
}

#[test]
fn secrets_and_keys_are_read_with_their_permissions() {
    let cloud = Cloud::start();
    let access = read(&cloud, &format!("{SECRET}/versions/latest:access"));
    assert_eq!(
        (&access["name"], &access["payload"]["data"]),
        (&json!("projects/123456789012/secrets/hugging-face/versions/1"), &json!("aGZfbm90X2FfdG9rZW4="))
    );
    assert!(access["payload"]["dataCrc32c"].as_str().unwrap().parse::<u32>().is_ok());
    assert_eq!(read(&cloud, SECRET)["name"], "projects/123456789012/secrets/hugging-face");
    cloud.get(OWNER, &format!("{SECRET}/versions/7:access")).refused(404, "NOT_FOUND");
    cloud.get(OWNER, "/v1/projects/acme-ml/secrets/none").refused(404, "NOT_FOUND");
    let key = read(&cloud, KEY);
    assert_eq!((&key["primary"]["state"], &key["purpose"]), (&json!("ENABLED"), &json!("ENCRYPT_DECRYPT")));
    // A payload is in no state and no log.
    assert!(!cloud.get("", "/emulator/state").ok().to_string().contains("hf_not_a_token"));
}

#[test]
fn constraints_have_effective_policies() {
    let cloud = Cloud::start();
    let policy = |name: &str| read(&cloud, &format!("/v2/projects/acme-ml/policies/{name}:getEffectivePolicy"));
    let rules = &policy("gcp.resourceLocations")["spec"]["rules"];
    assert_eq!(rules[0]["values"]["allowedValues"][0], "in:us-locations");
    assert_eq!(policy("vertexai.allowedModels")["spec"]["rules"], json!([{"allowAll": true}]));
    assert_eq!(policy("iam.disableCrossProjectServiceAccountUsage")["spec"]["rules"], json!([{"enforce": false}]));
    cloud.get(OWNER, "/v2/projects/acme-ml/policies/gcp.resourceLocations").refused(501, "UNIMPLEMENTED");
    cloud
        .post(OWNER, "/compute/v1/projects/acme-ml/regions/us-central1/advice/capacity", json!({}))
        .refused(501, "UNIMPLEMENTED");
}

#[test]
fn the_troubleshooter_knows_what_its_caller_may_see() {
    let seed = "
projects:
  - {id: p, number: '1', policy: {bindings: [{role: roles/see, members: ['user:all']}, {role: roles/read, members: ['serviceAccount:a@p.iam.gserviceaccount.com']}]}}
roles:
  roles/see: [resourcemanager.projects.getIamPolicy, storage.buckets.getIamPolicy]
  roles/seeBucket: [storage.buckets.getIamPolicy]
  roles/read: [storage.objects.get]
buckets:
  - name: b
    project: p
    location: US
    policy:
      bindings:
        - {role: roles/seeBucket, members: ['user:some']}
        - {role: roles/read, members: ['serviceAccount:b@p.iam.gserviceaccount.com']}
        - {role: roles/read, members: ['user:late@x.example'], condition: {expression: 'request.time < timestamp(\"2999-01-01T00:00:00Z\")'}}
tokens: {all: 'user:all', some: 'user:some', none: 'user:none'}
";
    let cloud = Cloud::with(Seed::parse(seed).unwrap(), STILL);
    let ask = |token: &str, principal: &str, permission: &str| {
        let tuple = json!({"principal": principal, "permission": permission, "fullResourceName": "//storage.googleapis.com/projects/_/buckets/b"});
        cloud.post(token, "/v3/iam:troubleshoot", json!({ "accessTuple": tuple }))
    };
    let state = |token: &str, principal: &str, permission: &str| {
        ask(token, principal, permission).ok()["overallAccessState"].as_str().unwrap().to_owned()
    };
    let (of_project, of_bucket) = ("a@p.iam.gserviceaccount.com", "b@p.iam.gserviceaccount.com");
    for (token, principal, permission, expected) in [
        ("all", of_project, "storage.objects.get", "CAN_ACCESS"),
        ("all", of_bucket, "storage.googleapis.com/objects.get", "CAN_ACCESS"),
        ("all", of_bucket, "storage.objects.delete", "CANNOT_ACCESS"),
        ("all", "c@p.iam.gserviceaccount.com", "storage.objects.get", "CANNOT_ACCESS"),
        ("all", "late@x.example", "storage.objects.get", "UNKNOWN_CONDITIONAL"),
        ("some", of_bucket, "storage.objects.get", "CAN_ACCESS"),
        ("some", of_project, "storage.objects.get", "UNKNOWN_INFO"),
        ("none", of_bucket, "storage.objects.get", "UNKNOWN_INFO"),
    ] {
        assert_eq!(state(token, principal, permission), expected, "{token} {principal} {permission}");
    }
    let hidden = ask("some", of_project, "storage.objects.get").ok();
    let policies = hidden["allowPolicyExplanation"]["explainedPolicies"].as_array().unwrap().clone();
    assert!(policies[0]["policy"].is_object() && policies[1]["policy"].is_null(), "{policies:?}");
    assert_eq!(hidden["accessTuple"]["permissionFqdn"], "storage.googleapis.com/objects.get");
    ask("all", "principal://iam.googleapis.com/x/subject/y", "storage.objects.get").refused(400, "INVALID_ARGUMENT");
    ask("all", "", "storage.objects.get").refused(400, "INVALID_ARGUMENT");
}

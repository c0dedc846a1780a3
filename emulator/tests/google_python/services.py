"""Google's services around Vertex AI: answers by Google's published descriptions, and Google's own client of Cloud Storage."""

import importlib.util
import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

from harness import OFTEN, OWNER

from google.cloud import storage

PROJECT = "projects/acme-ml"
PLACE = f"{PROJECT}/locations/us-central1"
DOCUMENTS = "googleapiclient/discovery_cache/documents"


def descriptions():
    """Google's discovery documents, as tests/conformance/run.py fetches them; a function from a name to a document."""
    path = Path("tests/conformance/run.py")
    spec = importlib.util.spec_from_file_location("conformance", path)
    conformance = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(conformance)
    archive = conformance.fetch_documents()
    return lambda name: json.loads(archive.read(f"{DOCUMENTS}/{name}.json"))


def mistakes(value, schema, schemas, at):
    """Where a value is not as its schema says."""
    schema = schemas[schema["$ref"]] if "$ref" in schema else schema
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float)}
    kind = schema.get("type")
    if kind in kinds and not isinstance(value, kinds[kind]):
        yield f"{at} is not of type {kind}: {value}"
    elif kind == "object":
        for name, below in value.items():
            field = schema.get("properties", {}).get(name) or schema.get("additionalProperties")
            if field is None:
                yield f"{at}.{name} is unknown"
            else:
                yield from mistakes(below, field, schemas, f"{at}.{name}")
    elif kind == "array":
        for index, below in enumerate(value):
            yield from mistakes(below, schema["items"], schemas, f"{at}[{index}]")
    elif "enum" in schema and value not in schema["enum"]:
        yield f"{at} has an unknown value: {value}"


def series(metric, end):
    start = end - timedelta(minutes=5)
    form = "%Y-%m-%dT%H:%M:%SZ"
    interval = {"interval.startTime": start.strftime(form), "interval.endTime": end.strftime(form)}
    return {"filter": f'metric.type="aiplatform.googleapis.com/prediction/online/{metric}"', **interval}


def check_answers(cloud):
    """Every answer has only the fields, types and values that Google describes."""
    describe = descriptions()
    name = cloud.create_endpoint("described")
    cloud.deploy(name, "1", split={"0": 100}).result(polling=OFTEN)
    assert cloud.raw("POST", f"/v1/{name}:predict", {"instances": [1]}).status_code == 200
    repository = f"/v1/{PLACE}/repositories/serving"
    key, secret = f"/v1/{PLACE}/keyRings/ml/cryptoKeys/serving", f"/v1/{PROJECT}/secrets/hugging-face"
    bucket = "/storage/v1/b/acme-models"
    agent = "service-123456789012@gcp-sa-aiplatform.iam.gserviceaccount.com"
    access = {"principal": agent, "permission": "storage.objects.get",
              "fullResourceName": "//storage.googleapis.com/projects/_/buckets/acme-models"}
    troubleshooter = "GoogleCloudPolicytroubleshooterIamV3TroubleshootIamPolicyResponse"
    end = datetime.now(timezone.utc) + timedelta(seconds=2)
    calls = [
        ("logging.v2", "ListLogEntriesResponse", "POST", "/v2/entries:list", {"resourceNames": [PROJECT], "pageSize": 1000}),
        ("serviceusage.v1", "BatchGetServicesResponse", "GET",
         f"/v1/{PROJECT}/services:batchGet?names={PROJECT}/services/aiplatform.googleapis.com", None),
        ("serviceusage.v1", "GoogleApiServiceusageV1Service", "GET", f"/v1/{PROJECT}/services/aiplatform.googleapis.com", None),
        ("serviceusage.v1beta1", "ListConsumerQuotaMetricsResponse", "GET",
         f"/v1beta1/{PROJECT}/services/aiplatform.googleapis.com/consumerQuotaMetrics", None),
        ("artifactregistry.v1", "Repository", "GET", repository, None),
        ("artifactregistry.v1", "ListDockerImagesResponse", "GET", f"{repository}/dockerImages", None),
        ("artifactregistry.v1", "Policy", "GET", f"{repository}:getIamPolicy", None),
        ("cloudkms.v1", "CryptoKey", "GET", key, None),
        ("cloudkms.v1", "Policy", "GET", f"{key}:getIamPolicy", None),
        ("secretmanager.v1", "Secret", "GET", secret, None),
        ("secretmanager.v1", "AccessSecretVersionResponse", "GET", f"{secret}/versions/latest:access", None),
        ("orgpolicy.v2", "GoogleCloudOrgpolicyV2Policy", "GET",
         f"/v2/{PROJECT}/policies/gcp.resourceLocations:getEffectivePolicy", None),
        ("policytroubleshooter.v3", troubleshooter, "POST", "/v3/iam:troubleshoot", {"accessTuple": access}),
        ("storage.v1", "Bucket", "GET", bucket, None),
        ("storage.v1", "Objects", "GET", f"{bucket}/o", None),
        ("storage.v1", "Policy", "GET", f"{bucket}/iam", None),
        ("storage.v1", "TestIamPermissionsResponse", "GET", f"{bucket}/iam/testPermissions?permissions=storage.objects.get", None),
    ]
    for document, schema, verb, path, body in calls:
        check(cloud, describe(document), schema, verb, path, body)
    for metric in ["response_count", "prediction_latencies", "cpu/utilization", "replicas"]:
        answer = check(cloud, describe("monitoring.v3"), "ListTimeSeriesResponse", "GET", f"/v3/{PROJECT}/timeSeries", None,
                       params=series(metric, end))
        assert answer["timeSeries"], metric


def check(cloud, document, schema, verb, path, body, **more):
    answer = cloud.raw(verb, path, body, **more)
    assert answer.status_code == 200, f"{path}: {answer.text}"
    wrong = list(mistakes(answer.json(), {"$ref": schema}, document["schemas"], schema))
    assert not wrong, wrong
    return answer.json()


def check_storage(cloud):
    """Google's client lists objects by pages and reads a bucket's policy."""
    client = storage.Client(project="acme-ml", credentials=OWNER, client_options={"api_endpoint": cloud.address})
    names = [blob.name for blob in client.list_blobs("acme-models", prefix="fraud/", page_size=1)]
    assert names == ["fraud/1.5/model.pkl", "fraud/3/model.pkl", "fraud/model.pkl"], names
    bucket = client.bucket("acme-models")
    assert bucket.get_blob("fraud/3/model.pkl").size == 52_000_000
    assert bucket.test_iam_permissions(["storage.objects.list", "storage.buckets.delete"]) == ["storage.objects.list"]
    (binding,) = bucket.get_iam_policy(requested_policy_version=3).bindings
    assert binding["role"] == "roles/storage.objectViewer", binding


def check_log_of_a_crash(cloud):
    """What a caller looks for after a failed deployment stands in the container's log before the operation ends."""
    name = cloud.create_endpoint("crash")
    cloud.fault(kind="cause", cause="oom")
    operation = cloud.deploy(name, "1")
    try:
        operation.result(polling=OFTEN)
        raise AssertionError("the deployment has succeeded")
    except Exception as error:  # noqa: BLE001 - Google's client raises several kinds
        assert "Model server exited unexpectedly" in str(error), error
    found = {"resourceNames": [PROJECT], "filter": 'resource.labels.endpoint_id="crash" severity>=ERROR "CUDA"'}
    assert cloud.raw("POST", "/v2/entries:list", found).status_code == 501
    found["filter"] = found["filter"].replace('"CUDA"', 'jsonPayload.message:("CUDA" OR "Killed")')
    entries = cloud.raw("POST", "/v2/entries:list", found).json()["entries"]
    assert len(entries) == 1 and entries[0]["labels"]["deployed_model_id"] == "1", entries

"""What stands around Vertex AI's resources: locations, errors, credentials, Privileged Access Manager, IAM."""

import json

import requests
from google.auth import identity_pool
from google.auth.exceptions import OAuthError
from google.auth.transport.requests import Request
from google.cloud import resourcemanager_v3
from harness import OWNER, PLACE
from issuer import PROVIDER
from steps import equal, refused

ENTITLEMENTS = "/v1/projects/acme-ml/locations/global/entitlements"


def run(cloud, scenario):
    step = scenario.step
    with step("locations", "list"):
        found = cloud.endpoints.list_locations({"name": "projects/acme-ml"})
        ids = {location.location_id for location in found.locations}
        assert {"us-central1", "europe-west4"} <= ids, ids
    with step("locations", "get"):
        found = cloud.endpoints.get_location({"name": PLACE})
        equal((found.location_id, found.name), ("us-central1", "projects/acme-ml/locations/us-central1"))
    nowhere = "projects/acme-ml/locations/nowhere-1"
    with step("locations", "get an unknown one"), refused("NOT_FOUND"):
        cloud.endpoints.get_location({"name": nowhere})
    with step("locations", "lists of an unknown one are refused"), refused("INVALID_ARGUMENT", "location ID", "parent"):
        list(cloud.endpoints.list_endpoints(parent=nowhere))
    with step("locations", "creations in an unknown one are refused"), refused("INVALID_ARGUMENT", "location ID", "parent"):
        cloud.endpoints.create_endpoint(parent=nowhere, endpoint={"display_name": "e"})

    def answer(verb, path, body=None, token="test-owner"):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return requests.request(verb, f"{cloud.address}{path}", json=body, headers=headers)

    with step("errors", "a missing token"):
        got = answer("GET", f"/v1/{PLACE}/endpoints", token=None)
        error = got.json()["error"]
        equal((got.status_code, error["status"], error["details"][0]["reason"]), (401, "UNAUTHENTICATED", "CREDENTIALS_MISSING"))
        assert error["message"].startswith("Request is missing required authentication credential."), error
        equal(error["details"][0]["metadata"], {"service": "aiplatform.googleapis.com", "method": "google.cloud.aiplatform.v1.EndpointService.ListEndpoints"})
        assert got.headers["WWW-Authenticate"].startswith("Bearer realm="), got.headers
    with step("errors", "an invalid token"):
        got = answer("GET", f"/v1/{PLACE}/endpoints", token="surprise")
        equal((got.status_code, got.json()["error"]["details"][0]["reason"]), (401, "ACCESS_TOKEN_TYPE_UNSUPPORTED"))
        assert 'error="invalid_token"' in got.headers["WWW-Authenticate"], got.headers
    with step("errors", "an unknown path"):
        got = answer("GET", f"/v1/{PLACE}/surprises")
        assert got.status_code == 404 and got.headers["Content-Type"].startswith("text/html"), got.headers
        assert "was not found on this server" in got.text and "<title>Error 404 (Not Found)!!1</title>" in got.text, got.text
    with step("errors", "an unknown field"):
        got = answer("POST", f"/v1/{PLACE}/endpoints", {"displayName": "e", "surprise": 1}).json()["error"]
        text = "Invalid JSON payload received. Unknown name \"surprise\" at 'endpoint': Cannot find field."
        equal((got["status"], got["message"]), ("INVALID_ARGUMENT", text))
        equal(got["details"][0]["fieldViolations"][0], {"field": "endpoint", "description": text})
    with step("errors", "an unknown field below"):
        body = {"deployedModel": {"dedicatedResources": {"machineSpec": {"colour": "red"}}}}
        got = answer("POST", f"/v1/{PLACE}/endpoints/e:deployModel", body).json()["error"]
        assert "Unknown name \"colour\" at 'deployed_model.dedicated_resources.machine_spec'" in got["message"], got
    with step("errors", "a value of the wrong type"):
        body = {"deployedModel": {"dedicatedResources": {"minReplicaCount": "many"}}}
        got = answer("POST", f"/v1/{PLACE}/endpoints/e:deployModel", body).json()["error"]
        assert "Invalid value at 'deployed_model.dedicated_resources.min_replica_count' (TYPE_INT32)" in got["message"], got
    with step("errors", "a missing permission"), refused("PERMISSION_DENIED", "(or it may not exist)"):
        cloud.endpoints.get_endpoint(name="projects/other/locations/us-central1/endpoints/e")

    with step("issuer keys", "a reset forgets them"):
        info = {
            "type": "external_account",
            "audience": PROVIDER,
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
            "token_url": f"{cloud.address}/v1/token",
            "subject_token_supplier": cloud.issuer,
        }

        def token():
            scopes = ["https://www.googleapis.com/auth/cloud-platform"]
            credentials = identity_pool.Credentials.from_info(info, scopes=scopes)
            credentials.refresh(Request())
            return credentials.token

        assert answer("GET", f"/v1/{PLACE}/models/fraud-detector", token=token()).status_code == 200
        cloud.issuer.new_key()
        try:
            token()
        except OAuthError as error:
            assert "signature" in str(error), error
        else:
            raise AssertionError("another key with the same id should be refused")
        cloud.control("reset", {})
        assert token()

    with step("projects", "search"):
        options = {"credentials": OWNER, "transport": "rest", "client_options": {"api_endpoint": cloud.address}}
        client = resourcemanager_v3.ProjectsClient(**options)
        equal([project.project_id for project in client.search_projects(query="id:acme-ml")], ["acme-ml"])
        equal(list(client.search_projects(query="id:none")), [])
    with step("permissions", "what a custom role may hold"):
        body = {"fullResourceName": "//cloudresourcemanager.googleapis.com/projects/acme-ml", "pageSize": 2}
        first = answer("POST", "/v1/permissions:queryTestablePermissions", body).json()
        assert len(first["permissions"]) == 2 and first["nextPageToken"], first
        body["pageToken"] = first["nextPageToken"]
        second = answer("POST", "/v1/permissions:queryTestablePermissions", body).json()
        assert first["permissions"][1]["name"] < second["permissions"][0]["name"], second

    privileged(answer, step)


def privileged(answer, step):
    entitlement = {
        "eligibleUsers": [{"principals": ["user:owner@acme.example"]}],
        "maxRequestDuration": "3600s",
        "requesterJustificationConfig": {"notMandatory": {}},
        "privilegedAccess": {
            "gcpIamAccess": {
                "resourceType": "cloudresourcemanager.googleapis.com/Project",
                "resource": "//cloudresourcemanager.googleapis.com/projects/acme-ml",
                "roleBindings": [{"role": "projects/acme-ml/roles/vertexViewer"}],
            }
        },
    }

    def finish(got):
        assert got.status_code == 200, got.text
        name = got.json()["name"]
        for _ in range(2000):
            operation = answer("GET", f"/v1/{name}").json()
            if operation.get("done"):
                return operation
        raise AssertionError(f"{name} does not end")

    with step("entitlements", "update"):
        finish(answer("POST", f"{ENTITLEMENTS}?entitlementId=viewers", entitlement))
        before = answer("GET", f"{ENTITLEMENTS}/viewers").json()
        sent = {"maxRequestDuration": "7200s", "etag": before["etag"]}
        finish(answer("PATCH", f"{ENTITLEMENTS}/viewers?updateMask=maxRequestDuration", sent))
        after = answer("GET", f"{ENTITLEMENTS}/viewers").json()
        equal((after["maxRequestDuration"], after["eligibleUsers"]), ("7200s", before["eligibleUsers"]))
        assert after["etag"] != before["etag"], after
    with step("entitlements", "search"):
        found = answer("GET", f"{ENTITLEMENTS}:search?callerAccessType=GRANT_REQUESTER").json()
        equal([one["name"].rsplit("/")[-1] for one in found["entitlements"]], ["viewers"])
        equal(answer("GET", f"{ENTITLEMENTS}:search?callerAccessType=GRANT_APPROVER").json().get("entitlements", []), [])
    with step("entitlements", "a grant is searched by its creator"):
        body = {"requestedDuration": "1800s", "justification": {"unstructuredJustification": "test"}}
        got = answer("POST", f"{ENTITLEMENTS}/viewers/grants", body)
        assert got.status_code == 200, got.text
        found = answer("GET", f"{ENTITLEMENTS}/viewers/grants:search?callerRelationship=HAD_CREATED").json()
        equal([one["name"] for one in found["grants"]], [got.json()["name"]])
    with step("entitlements", "one with an open grant is not deleted"):
        got = answer("DELETE", f"{ENTITLEMENTS}/viewers")
        equal((got.status_code, got.json()["error"]["status"]), (400, "FAILED_PRECONDITION"))
    with step("entitlements", "with force it is deleted with its grants"):
        operation = finish(answer("DELETE", f"{ENTITLEMENTS}/viewers?force=true"))
        assert "error" not in operation, operation
        equal(answer("GET", f"{ENTITLEMENTS}/viewers").status_code, 404)
        policy = answer("POST", "/v3/projects/acme-ml:getIamPolicy", {"options": {"requestedPolicyVersion": 3}}).json()
        assert "test" not in json.dumps([one.get("condition") for one in policy["bindings"]]), policy

"""Drives the emulator with Google's own Python client of Vertex AI: one function for each behaviour."""

import sys
import time

import services
from harness import FAST, MODEL, OFTEN, OWNER, PLACE, STILL, aiplatform, emulator
from google.api_core.exceptions import TooManyRequests
from google.auth.transport.requests import AuthorizedSession
from steps import failing, refused

IMAGE = "us-central1-docker.pkg.dev/acme-ml/serving/fraud:4"


def split_of(cloud, endpoint):
    return dict(cloud.endpoints.get_endpoint(name=endpoint).traffic_split)


def check_etags(cloud):
    """Google's high-level client sends the etag that it has read: the second of two writers is refused."""
    name = cloud.create_endpoint("etags")
    first, second = aiplatform.Endpoint(name), aiplatform.Endpoint(name)
    assert first.gca_resource.etag == second.gca_resource.etag != ""
    first.update(display_name="first")
    with refused("ABORTED", "does not match server `etag`"):
        second.update(display_name="second")
    assert aiplatform.Endpoint(name).display_name == "first"
    blind = {"name": name, "display_name": "blind"}
    assert cloud.endpoints.update_endpoint(endpoint=blind, update_mask={"paths": ["display_name"]}).display_name == "blind"


def check_versions(cloud):
    """A new version below a parent, its aliases, the registry's view of them, and its end."""
    upload = {"serving_container_image_uri": IMAGE, "parent_model": MODEL, "labels": {"content": "abc"}}
    fourth = aiplatform.Model.upload(display_name="Fraud 4", is_default_version=False, version_aliases=["golden"], **upload)
    assert (fourth.version_id, list(fourth.version_aliases)) == ("4", ["golden"]), fourth.gca_resource
    assert aiplatform.Model(MODEL).version_id == "3"
    assert aiplatform.Model(MODEL, version="golden").version_id == "4"
    fifth = aiplatform.Model.upload(display_name="Fraud 5", **upload)
    assert (fifth.version_id, aiplatform.Model(MODEL).version_id) == ("5", "5")

    registry = fifth.versioning_registry
    versions = {version.version_id: list(version.version_aliases) for version in registry.list_versions()}
    assert versions == {"1": [], "2": [], "3": [], "4": ["golden"], "5": ["default"]}, versions
    registry.add_version_aliases(["golden", "default"], version="1")
    registry.remove_version_aliases(["golden"], version="1")
    assert aiplatform.Model(MODEL).version_id == "1"
    with refused("NOT_FOUND"):
        registry.get_version_info("golden")
    with refused("INVALID_ARGUMENT"):
        registry.remove_version_aliases(["default"], version="1")
    registry.update_version("4", version_description="the fourth", labels={"team": "ml"})
    assert registry.get_version_info("4").version_description == "the fourth"
    assert registry.get_version_info("1").version_description == ""
    found = cloud.models.list_model_versions(request={"name": MODEL, "filter": "labels.content=abc"})
    assert [version.name.rsplit("@")[-1] for version in found] == ["5"]
    registry.delete_version("4")
    with refused("NOT_FOUND"):
        registry.get_version_info("4")
    with refused("FAILED_PRECONDITION"):
        registry.delete_version("1")


def check_pages(cloud):
    """Google's pagers follow the tokens to the end."""
    for number in range(5):
        cloud.create_endpoint(f"page-{number}")
    whole = [endpoint.name for endpoint in cloud.endpoints.list_endpoints(parent=PLACE)]
    request = {"parent": PLACE, "page_size": 2}
    pages = list(cloud.endpoints.list_endpoints(request).pages)
    assert len(pages) > 2 and all(len(page.endpoints) <= 2 for page in pages)
    assert [endpoint.name for page in pages for endpoint in page.endpoints] == whole
    with refused("INVALID_ARGUMENT"):
        cloud.models.list_models({"parent": PLACE, "page_token": pages[0].next_page_token})
    versions = cloud.models.list_model_versions({"name": MODEL, "page_size": 1}).pages
    assert [len(page.models) for page in versions] == [1, 1, 1]
    names = [endpoint.name for endpoint in aiplatform.Endpoint.list(filter='display_name="page-3"')]
    assert names == ["page-3"], names


def check_deployments(cloud):
    """A deployment without a traffic split, a mutation, and an undeployment that serves until its end."""
    name = cloud.create_endpoint("deployments")
    cloud.deploy(name, "1").result(polling=OFTEN)
    assert split_of(cloud, name) == {}
    cloud.endpoints.update_endpoint(
        endpoint={"name": name, "traffic_split": {"1": 100}}, update_mask={"paths": ["traffic_split"]}
    )
    cloud.deploy(name, "2").result(polling=OFTEN)
    assert split_of(cloud, name) == {"1": 100}

    resources = {"min_replica_count": 2, "max_replica_count": 5}
    request = {
        "endpoint": name,
        "deployed_model": {"id": "1", "dedicated_resources": resources},
        "update_mask": {"paths": ["dedicated_resources.min_replica_count", "dedicated_resources.max_replica_count"]},
    }
    mutated = cloud.endpoints.mutate_deployed_model(request).result(polling=OFTEN).deployed_model
    assert (mutated.dedicated_resources.min_replica_count, mutated.dedicated_resources.max_replica_count) == (2, 5)
    assert mutated.dedicated_resources.machine_spec.machine_type == "n1-standard-4"
    with refused("INVALID_ARGUMENT"):
        cloud.endpoints.mutate_deployed_model({**request, "update_mask": {"paths": ["service_account"]}})

    cloud.speed(STILL)
    future = cloud.endpoints.undeploy_model(endpoint=name, deployed_model_id="2", traffic_split={})
    assert [model.id for model in cloud.endpoints.get_endpoint(name=name).deployed_models] == ["1", "2"]
    cloud.speed(FAST)
    future.result(polling=OFTEN)
    assert [model.id for model in cloud.endpoints.get_endpoint(name=name).deployed_models] == ["1"]
    # The high-level client moves the traffic away as it undeploys.
    aiplatform.Endpoint(name).undeploy_all()
    assert (split_of(cloud, name), list(cloud.endpoints.get_endpoint(name=name).deployed_models)) == ({}, [])


def check_model_hold(cloud):
    """A model cannot be deleted for some minutes after its undeployment."""
    cloud.control("settings", {"undeployedModelHoldSeconds": 300})
    name = cloud.create_endpoint("hold")
    cloud.deploy(name, "1").result(polling=OFTEN)
    assert [one.endpoint for one in cloud.models.get_model(name=MODEL + "@3").deployed_models] == [name]
    cloud.endpoints.undeploy_model(endpoint=name, deployed_model_id="1", traffic_split={}).result(polling=OFTEN)
    cloud.speed(STILL)
    with refused("FAILED_PRECONDITION", "is deployed or being deployed at the following Endpoint(s):"):
        cloud.models.delete_model(name=MODEL)
    cloud.control("clock", {"advanceSeconds": 300})
    cloud.speed(FAST)
    cloud.models.delete_model(name=MODEL).result(polling=OFTEN)


def check_cancels(cloud):
    """A cancellation that is accepted and ignored, and one that is honoured."""
    name = cloud.create_endpoint("cancels")
    for number, ignored in enumerate([True, False], start=1):
        if ignored:
            cloud.fault(kind="ignoredCancel")
        cloud.speed(STILL)
        future = cloud.deploy(name, str(number))
        # Over REST, `cancel` of Google's future fails in google-api-core 2.44.0: it expects a body in the method's binding.
        answer = AuthorizedSession(OWNER).post(f"{cloud.address}/v1/{future.operation.name}:cancel", json={})
        assert answer.status_code == 200, answer.text
        cloud.speed(FAST)
        if ignored:
            assert future.result(polling=OFTEN).deployed_model.id == "1"
        else:
            with failing("cancelled"):
                future.result(polling=OFTEN)
    assert [model.id for model in cloud.endpoints.get_endpoint(name=name).deployed_models] == ["1"]


def check_quotas(cloud):
    """Reads and submissions have quotas; Google's client shows the reason."""
    cloud.speed(STILL)
    cloud.control("settings", {"readsPerMinute": 1, "submissionsPerMinute": 0})
    list(cloud.endpoints.list_endpoints(parent=PLACE))
    for call in (
        lambda: cloud.models.get_model(name=MODEL),
        lambda: cloud.endpoints.create_endpoint(parent=PLACE, endpoint={"display_name": "e"}),
    ):
        with refused("RESOURCE_EXHAUSTED", "Quota exceeded for quota metric"):
            call()
        try:
            call()
        except TooManyRequests as error:
            assert (error.reason, error.domain) == ("RATE_LIMIT_EXCEEDED", "googleapis.com"), error
            assert error.metadata["service"] == "aiplatform.googleapis.com"
    cloud.control("clock", {"advanceSeconds": 60})
    cloud.models.get_model(name=MODEL)


def check_failing_operation(cloud):
    """An operation that fails at its end fails in Google's client."""
    name = cloud.create_endpoint("failing")
    cloud.fault(kind="failAtStage", stage="ADDING_NODES_TO_CLUSTER", code=8, message="no capacity")
    with failing("no capacity"):
        cloud.deploy(name, "1").result(polling=OFTEN)
    cloud.deploy(name, "1").result(polling=OFTEN)
    cloud.fault(kind="failOperation", operation="UndeployModel", code=13, message="internal trouble")
    with failing("internal trouble"):
        cloud.endpoints.undeploy_model(endpoint=name, deployed_model_id="1", traffic_split={}).result(polling=OFTEN)
    assert len(cloud.endpoints.get_endpoint(name=name).deployed_models) == 1


def check_unknown_parameter(cloud):
    """Google's clients have no `allDeploymentStates`; a caller who adds it is told that it is not served."""
    name = cloud.create_endpoint("states")
    answer = AuthorizedSession(OWNER).get(f"{cloud.address}/v1/{name}?allDeploymentStates=true")
    assert (answer.status_code, answer.json()["error"]["status"]) == (501, "UNIMPLEMENTED"), answer.text


def check_log(cloud):
    """The log tells each call with its method, its reason and its effect."""
    name = cloud.create_endpoint("log")
    reason = [("x-goog-request-reason", "record 42")]
    cloud.endpoints.delete_endpoint(name=name, metadata=reason).result(polling=OFTEN)
    calls = cloud.control("calls")["calls"]
    (deleted,) = [call for call in calls if call["name"] == "aiplatform.projects.locations.endpoints.delete"]
    assert (deleted["reason"], deleted["changed"], deleted["answered"]) == ("record 42", True, 200), deleted
    assert deleted["resource"] == f"{PLACE}/endpoints/log"
    read = [call for call in calls if call["name"].endswith(".operations.get")]
    assert read and not any(call["changed"] for call in read)


EVERY = list(globals().items()) + list(vars(services).items())
CHECKS = [check for name, check in EVERY if name.startswith("check_")]


def main():
    wanted = sys.argv[1:]
    for check in CHECKS:
        if wanted and check.__name__.removeprefix("check_") not in wanted:
            continue
        begun = time.monotonic()
        with emulator() as cloud:
            check(cloud)
        print(f"ok {check.__name__.removeprefix('check_')} ({time.monotonic() - begun:.1f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())

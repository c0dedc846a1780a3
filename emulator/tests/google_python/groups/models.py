"""Models: uploads, versions, aliases, updates, copies, deletions, policies."""

from harness import MODEL, OFTEN, PLACE, aiplatform, aiplatform_v1
from steps import equal, refused

IMAGE = "us-central1-docker.pkg.dev/acme-ml/serving/fraud:3"
CONTAINER = {
    "image_uri": IMAGE,
    "command": ["python3", "serve.py"],
    "args": ["--max-model-len=4096", "--tensor-parallel-size=1"],
    "env": [{"name": "LOG_LEVEL", "value": "info"}],
    "ports": [{"container_port": 9000}],
    "grpc_ports": [{"container_port": 9001}],
    "predict_route": "/predict",
    "health_route": "/health",
    "deployment_timeout": {"seconds": 3600},
    "shared_memory_size_mb": 2048,
    "startup_probe": {"exec_": {"command": ["true"]}, "period_seconds": 5, "failure_threshold": 30},
    "health_probe": {"http_get": {"path": "/health", "port": 9000}, "initial_delay_seconds": 7, "success_threshold": 2},
    "liveness_probe": {"tcp_socket": {"port": 9000}, "timeout_seconds": 4},
}


def run(cloud, scenario):
    step = scenario.step

    def upload(model, **request):
        sent = {"display_name": "New", "container_spec": {"image_uri": IMAGE}, **model}
        return cloud.models.upload_model({"parent": PLACE, "model": sent, **request}).result(polling=OFTEN)

    def get(name):
        return cloud.models.get_model(name=name)

    with step("containers", "every field of a container is kept"):
        upload({"container_spec": CONTAINER}, model_id="whole")
        sent = aiplatform_v1.ModelContainerSpec(CONTAINER)
        kept = get(f"{PLACE}/models/whole").container_spec
        assert kept == sent, f"{kept} instead of {sent}"
    with step("containers", "a gRPC probe is kept"):
        upload({"container_spec": {"image_uri": IMAGE, "health_probe": {"grpc": {"port": 9001, "service": "h"}}}}, model_id="grpc")
        equal(get(f"{PLACE}/models/grpc").container_spec.health_probe.grpc, {"port": 9001, "service": "h"})
    for text, container in [
        ("a port of a probe above 65535", {"startup_probe": {"tcp_socket": {"port": 70000}}}),
        ("a port above 65535", {"grpc_ports": [{"container_port": 70000}]}),
        ("a timeout above two hours", {"deployment_timeout": {"seconds": 7201}}),
        ("a reserved variable", {"env": [{"name": "AIP_MODE", "value": "x"}]}),
        ("negative shared memory", {"shared_memory_size_mb": -1}),
        ("a negative initial delay", {"health_probe": {"tcp_socket": {"port": 1}, "initial_delay_seconds": -1}}),
    ]:
        with step("containers", f"{text} is rejected"):
            with refused("INVALID_ARGUMENT"):
                upload({"container_spec": {"image_uri": IMAGE, **container}}, model_id="bad")
    with step("containers", "two kinds of a probe are rejected"):
        probe = {"tcpSocket": {"port": 1}, "exec": {"command": ["true"]}}
        body = {"model": {"displayName": "bad", "containerSpec": {"imageUri": IMAGE, "livenessProbe": probe}}}
        answer = cloud.raw("POST", f"/v1/{PLACE}/models:upload", body)
        equal((answer.status_code, answer.json()["error"]["status"]), (400, "INVALID_ARGUMENT"))

    with step("required fields", "display_name of a model"), refused(
        "INVALID_ARGUMENT", "Field: model.display_name; Message: Required field is not set.", "model.display_name"
    ):
        upload({"display_name": ""})
    with step("required fields", "image_uri of a container"), refused(
        "INVALID_ARGUMENT", "Required field is not set.", "model.container_spec.image_uri"
    ):
        upload({"container_spec": {"predict_route": "/p"}})
    with step("required fields", "a model"), refused("INVALID_ARGUMENT", field="model"):
        cloud.models.upload_model(parent=PLACE, model=None)

    with step("times", "of a model and its versions"):
        model = get(f"{PLACE}/models/whole")
        for field in ["create_time", "update_time", "version_create_time", "version_update_time"]:
            assert getattr(model, field), field
        assert model.etag, model
        after = cloud.models.update_model(model={"name": model.name, "description": "d"}, update_mask={"paths": ["description"]})
        assert after.version_update_time > model.version_update_time and after.version_create_time == model.version_create_time
    with step("times", "of a model of the seed"):
        model = get(MODEL)
        assert model.update_time and model.version_create_time and model.version_update_time and model.etag, model

    with step("parent models", "an upload below a parent is a version"):
        done = upload({"version_aliases": ["champion"], "version_description": "fourth"}, parent_model=MODEL)
        equal(done, {"model": "projects/123456789012/locations/us-central1/models/fraud-detector", "model_version_id": "4"})
    with step("parent models", "the default version stays"):
        equal(get(MODEL).version_id, "3")
    with step("parent models", "an upload can move the default"):
        upload({"version_aliases": ["default"]}, parent_model=MODEL)
        equal(get(MODEL).version_id, "5")
    with step("parent models", "a missing one is rejected"), refused("NOT_FOUND"):
        upload({}, parent_model=f"{PLACE}/models/none")
    with step("aliases", "given at the upload"):
        equal(get(f"{MODEL}@champion"), {"version_id": "4", "version_aliases": ["champion"], "version_description": "fourth"})
    with step("aliases", "an unknown one"), refused("NOT_FOUND"):
        get(f"{MODEL}@surprise")
    with step("aliases", "are merged"):
        merged = cloud.models.merge_version_aliases(name=f"{MODEL}@1", version_aliases=["default", "golden"])
        equal(sorted(merged.version_aliases), ["default", "golden"])
        equal((get(MODEL).version_id, get(f"{MODEL}@golden").version_id), ("1", "1"))
    with step("aliases", "are removed"):
        cloud.models.merge_version_aliases(name=f"{MODEL}@1", version_aliases=["-golden"])
        with refused("NOT_FOUND"):
            get(f"{MODEL}@golden")
    with step("aliases", "the default cannot vanish"), refused("INVALID_ARGUMENT"):
        cloud.models.merge_version_aliases(name=f"{MODEL}@1", version_aliases=["-default"])
    with step("version names", "of a list of versions"):
        versions = cloud.models.list_model_versions(name=MODEL)
        equal([version.name.rsplit("@")[-1] for version in versions], ["1", "2", "3", "4", "5"])
    with step("version names", "in the registry of the high-level client"):
        registry = aiplatform.models.ModelRegistry(MODEL)
        equal([one.version_id for one in registry.list_versions()], ["1", "2", "3", "4", "5"])

    with step("updates of models", "fields of the mask only"):
        sent = {"name": MODEL, "display_name": "Renamed", "description": "d", "labels": {"a": "b"}}
        after = cloud.models.update_model(model=sent, update_mask={"paths": ["display_name", "labels"]})
        equal(after, {"display_name": "Renamed", "description": "", "labels": {"a": "b"}})
    with step("updates of models", "a key of labels"):
        after = cloud.models.update_model(model={"name": MODEL, "labels": {"c": "d"}}, update_mask={"paths": ["labels.c"]})
        equal(dict(after.labels), {"a": "b", "c": "d"})
    with step("updates of models", "a version's description"):
        sent = {"name": f"{MODEL}@2", "version_description": "second"}
        after = cloud.models.update_model(model=sent, update_mask={"paths": ["version_description"]})
        equal((after.version_id, after.version_description), ("2", "second"))
    with step("updates of models", "the image cannot change"), refused("INVALID_ARGUMENT", field="update_mask"):
        sent = {"name": MODEL, "container_spec": {"image_uri": "x"}}
        cloud.models.update_model(model=sent, update_mask={"paths": ["container_spec"]})
    with step("updates of models", "no mask"), refused("INVALID_ARGUMENT", field="update_mask"):
        cloud.models.update_model(model={"name": MODEL, "display_name": "x"}, update_mask={"paths": []})
    with step("updates of models", "a stale etag"), refused("ABORTED"):
        cloud.models.update_model(
            model={"name": MODEL, "display_name": "x", "etag": "stale"}, update_mask={"paths": ["display_name"]}
        )

    with step("copies", "a model into another region"):
        place = PLACE.replace("us-central1", "europe-west4")
        request = {"parent": place, "source_model": MODEL, "model_id": "copied"}
        done = cloud.models.copy_model(request).result(polling=OFTEN)
        equal((done.model, done.model_version_id), ("projects/123456789012/locations/europe-west4/models/copied", "1"))
        equal(get(f"{place}/models/copied").container_spec.image_uri, IMAGE)
    with step("copies", "a model as a version of another"):
        request = {"parent": PLACE, "source_model": f"{PLACE}/models/demand-forecast", "parent_model": f"{PLACE}/models/whole"}
        done = cloud.models.copy_model(request).result(polling=OFTEN)
        equal(done.model_version_id, "2")
        equal(get(f"{PLACE}/models/whole@2").container_spec.image_uri, get(f"{PLACE}/models/demand-forecast").container_spec.image_uri)
    with step("copies", "without a source"), refused("INVALID_ARGUMENT", field="source_model"):
        cloud.models.copy_model({"parent": PLACE})
    with step("copies", "of a missing model"), refused("NOT_FOUND"):
        cloud.models.copy_model({"parent": PLACE, "source_model": f"{PLACE}/models/none"})
    with step("copies", "onto a model that exists"), refused("ALREADY_EXISTS"):
        cloud.models.copy_model({"parent": PLACE, "source_model": MODEL, "model_id": "whole"})

    with step("deletions", "a version"):
        cloud.models.delete_model_version(name=f"{MODEL}@2").result(polling=OFTEN)
        with refused("NOT_FOUND"):
            get(f"{MODEL}@2")
    with step("deletions", "a version must be named by its number"), refused("INVALID_ARGUMENT"):
        cloud.models.delete_model_version(name=MODEL)
    with step("deletions", "the default version stays"), refused("FAILED_PRECONDITION"):
        cloud.models.delete_model_version(name=f"{MODEL}@1")
    with step("deletions", "the only version stays"), refused("FAILED_PRECONDITION"):
        cloud.models.delete_model_version(name=f"{PLACE}/models/grpc@1")
    with step("deletions", "a model"):
        cloud.models.delete_model(name=f"{PLACE}/models/whole").result(polling=OFTEN)
        with refused("NOT_FOUND"):
            get(f"{PLACE}/models/whole")

    with step("policies of models", "no role can read them"):
        answer = cloud.raw("POST", f"/v1/{MODEL}:getIamPolicy")
        equal((answer.status_code, answer.json()["error"]["details"][0]["reason"]), (403, "IAM_PERMISSION_DENIED"))
    with step("policies of models", "permissions are tested"):
        asked = "permissions=aiplatform.models.get&permissions=aiplatform.models.setIamPolicy"
        answer = cloud.raw("POST", f"/v1/{MODEL}:testIamPermissions?{asked}")
        equal(answer.json(), {"permissions": ["aiplatform.models.get"]})

    target = {"artifact_destination": {"output_uri_prefix": "gs://acme-models/out"}, "export_format_id": "custom-trained"}
    scenario.not_served("exports", "models.export", lambda: cloud.models.export_model(name=MODEL, output_config=target))
    scenario.not_served(
        "evaluations", "models.evaluations.list", lambda: list(cloud.models.list_model_evaluations(parent=MODEL))
    )

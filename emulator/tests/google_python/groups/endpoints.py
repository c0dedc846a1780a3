"""Endpoints: creation, masks, etags, long-running updates, dedicated and private ones."""

from harness import OFTEN, PLACE, aiplatform
from steps import equal, failing, refused

KEY = "projects/acme-ml/locations/{}/keyRings/ml/cryptoKeys/serving"
NETWORK = "projects/123456789012/global/networks/ml"


def run(cloud, scenario):
    step = scenario.step

    def create(endpoint_id, **fields):
        request = {"parent": PLACE, "endpoint": {"display_name": endpoint_id, **fields}, "endpoint_id": endpoint_id}
        return cloud.endpoints.create_endpoint(request).result(polling=OFTEN)

    def update(name, paths, **fields):
        return cloud.endpoints.update_endpoint(endpoint={"name": name, **fields}, update_mask={"paths": paths})

    with step("endpoints", "creation answers the resource"):
        made = create("plain", description="for tests", labels={"team": "ml"})
        equal(made, {"display_name": "plain", "description": "for tests", "labels": {"team": "ml"}})
        equal(made.name, "projects/123456789012/locations/us-central1/endpoints/plain")
    name = f"{PLACE}/endpoints/plain"
    with step("endpoints", "an id that exists is rejected"), refused("ALREADY_EXISTS"):
        create("plain")
    with step("endpoints", "an id that Google does not accept is rejected"), refused("INVALID_ARGUMENT"):
        create("Upper")
    with step("endpoints", "an id is generated"):
        made = cloud.endpoints.create_endpoint(parent=PLACE, endpoint={"display_name": "made"}).result(polling=OFTEN)
        assert made.name.rsplit("/")[-1].isdigit(), made.name
        cloud.endpoints.delete_endpoint(name=made.name).result(polling=OFTEN)
        with refused("NOT_FOUND"):
            cloud.endpoints.get_endpoint(name=made.name)
    for spelling in ["endpoint_id", "endpointId"]:
        with step("query spellings", f"?{spelling}="):
            body = {"displayName": spelling}
            answer = cloud.raw("POST", f"/v1/{PLACE}/endpoints?{spelling}=by-{spelling.lower().replace('_', '-')}", body)
            assert answer.status_code == 200 and "/endpoints/by-" in answer.json()["name"], answer.text

    with step("required fields", "display_name of an endpoint"), refused(
        "INVALID_ARGUMENT", "Field: endpoint.display_name; Message: Required field is not set.", "endpoint.display_name"
    ):
        create("unnamed", display_name="")
    with step("required fields", "a display name of 129 characters"), refused("INVALID_ARGUMENT", field="endpoint.display_name"):
        create("long", display_name="x" * 129)
    with step("required fields", "an update that clears the display name"), refused(
        "INVALID_ARGUMENT", field="endpoint.display_name"
    ):
        update(name, ["display_name"])

    with step("times", "of an endpoint"):
        before = cloud.endpoints.get_endpoint(name=name)
        assert before.create_time == before.update_time, before
        after = update(name, ["description"], description="changed")
        assert after.update_time > before.update_time and after.create_time == before.create_time
    with step("times", "no field is null"):
        text = cloud.raw("GET", f"/v1/{name}").text + cloud.raw("GET", f"/v1/{PLACE}/models").text
        assert "null" not in text, text

    with step("etags", "every change makes a new one"):
        etags = [cloud.endpoints.get_endpoint(name=name).etag]
        etags += [update(name, ["description"], description=text).etag for text in ["one", "two"]]
        assert all(etags) and len(set(etags)) == 3, etags
    with step("etags", "a fresh one is accepted"):
        etag = cloud.endpoints.get_endpoint(name=name).etag
        equal(update(name, ["description"], description="fresh", etag=etag).description, "fresh")
    with step("etags", "a stale one is refused"), refused("ABORTED", "does not match server `etag`"):
        update(name, ["description"], description="stale", etag="stale")
    with step("etags", "an update without one overwrites"):
        equal(update(name, ["display_name"], display_name="blind").display_name, "blind")

    with step("field masks", "* replaces what can be updated"):
        after = update(name, ["*"], display_name="whole", labels={"tier": "gold"})
        equal(after, {"display_name": "whole", "description": "", "labels": {"tier": "gold"}})
    with step("field masks", "a key of labels"):
        after = update(name, ["labels.team"], labels={"team": "cv", "tier": "iron"})
        equal(dict(after.labels), {"team": "cv", "tier": "gold"})
    with step("field masks", "request-response logging"):
        table = {"output_uri": "bq://acme-ml.logs.requests"}
        config = {"enabled": True, "sampling_rate": 0.5, "bigquery_destination": table}
        after = update(name, ["predict_request_response_logging_config"], predict_request_response_logging_config=config)
        equal(after.predict_request_response_logging_config, {"enabled": True, "sampling_rate": 0.5})
        equal(after.predict_request_response_logging_config.bigquery_destination.output_uri, table["output_uri"])
    with step("field masks", "a sampling rate above 1 is rejected"), refused("INVALID_ARGUMENT"):
        config = {"enabled": True, "sampling_rate": 1.5}
        update(name, ["predict_request_response_logging_config"], predict_request_response_logging_config=config)
    with step("field masks", "none is rejected"), refused("INVALID_ARGUMENT", field="update_mask"):
        update(name, [], display_name="none")
    for path in ["colour", "network", "dedicated_endpoint_enabled", "create_time"]:
        with step("field masks", f"{path} cannot be updated"), refused("INVALID_ARGUMENT", field="update_mask"):
            update(name, [path], display_name="x")

    with step("encryption", "a key of the endpoint's region"):
        made = create("with-key", encryption_spec={"kms_key_name": KEY.format("us-central1")})
        equal(made.encryption_spec.kms_key_name, KEY.format("us-central1"))
    with step("encryption", "a key of another region is rejected"), refused(
        "INVALID_ARGUMENT", field="endpoint.encryption_spec.kms_key_name"
    ):
        create("far-key", encryption_spec={"kms_key_name": KEY.format("europe-west4")})
    with step("encryption", "a name that is no key is rejected"), refused("INVALID_ARGUMENT"):
        create("bad-key", encryption_spec={"kms_key_name": "serving"})

    with step("long-running updates", "the inference timeout"):
        sent = {"name": name, "client_connection_config": {"inference_timeout": {"seconds": 1200}}}
        after = cloud.endpoints.update_endpoint_long_running(endpoint=sent).result(polling=OFTEN)
        equal(after.client_connection_config.inference_timeout.seconds, 1200)
        equal(cloud.endpoints.get_endpoint(name=name).client_connection_config.inference_timeout.seconds, 1200)
    with step("long-running updates", "another field is rejected"), refused("INVALID_ARGUMENT"):
        cloud.endpoints.update_endpoint_long_running(endpoint={"name": name, "display_name": "x"})
    with step("long-running updates", "more than an hour is rejected"), refused("INVALID_ARGUMENT"):
        sent = {"name": name, "client_connection_config": {"inference_timeout": {"seconds": 3601}}}
        cloud.endpoints.update_endpoint_long_running(endpoint=sent)
    with step("long-running updates", "of a missing endpoint"), refused("NOT_FOUND"):
        cloud.endpoints.update_endpoint_long_running(endpoint={"name": f"{PLACE}/endpoints/none"})

    with step("dedicated endpoints", "have a name in Google's DNS"):
        made = create("own", dedicated_endpoint_enabled=True)
        dns = aiplatform.Endpoint(made.name).dedicated_endpoint_dns
        assert dns.startswith("own.us-central1-") and dns.endswith(".prediction.vertexai.goog"), dns
    with step("dedicated endpoints", "others have none"):
        equal(cloud.endpoints.get_endpoint(name=name).dedicated_endpoint_dns, "")

    with step("private endpoints", "a network and Private Service Connect exclude each other"), refused("INVALID_ARGUMENT"):
        create("both", network=NETWORK, private_service_connect_config={"enable_private_service_connect": True})
    with step("private endpoints", "so do a network and the deprecated flag"), refused("INVALID_ARGUMENT"):
        create("both", network=NETWORK, enable_private_service_connect=True)
    with step("private endpoints", "a network is named by the project's number"), refused("INVALID_ARGUMENT"):
        create("by-id", network="projects/acme-ml/global/networks/ml")
    with step("private endpoints", "Private Service Connect has an attachment"):
        config = {"enable_private_service_connect": True, "project_allowlist": ["acme-ml"]}
        made = create("psc", private_service_connect_config=config)
        equal(list(made.private_service_connect_config.project_allowlist), ["acme-ml"])
        cloud.deploy(made.name, "1").result(polling=OFTEN)
        made = cloud.endpoints.get_endpoint(name=made.name)
        attachment = made.deployed_models[0].private_endpoints.service_attachment
        equal(made.private_service_connect_config.service_attachment, attachment)
        assert made.private_service_connect_config.service_attachment.startswith("projects/"), made
    with step("private endpoints", "one model, with its own addresses"):
        made = create("peered", network=NETWORK)
        cloud.deploy(made.name, "1").result(polling=OFTEN)
        (model,) = cloud.endpoints.get_endpoint(name=made.name).deployed_models
        assert model.private_endpoints.predict_http_uri.endswith(":predict"), model.private_endpoints
        with refused("FAILED_PRECONDITION"):
            cloud.deploy(made.name, "2")
    with step("private endpoints", "no traffic split"), refused("INVALID_ARGUMENT"):
        split = create("peered-split", network=NETWORK)
        cloud.deploy(split.name, "1", {"0": 100})

    with step("deletions", "an endpoint with a model stays"), refused("FAILED_PRECONDITION"):
        cloud.endpoints.delete_endpoint(name=f"{PLACE}/endpoints/peered")
    with step("deletions", "a missing endpoint"), refused("NOT_FOUND"):
        cloud.endpoints.delete_endpoint(name=f"{PLACE}/endpoints/none")
    with step("deletions", "a failure at the end"), failing("internal trouble"):
        cloud.fault(kind="failOperation", operation="Delete", code=13, message="internal trouble")
        cloud.endpoints.delete_endpoint(name=f"{PLACE}/endpoints/own").result(polling=OFTEN)

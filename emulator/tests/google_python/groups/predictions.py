"""Predictions: plain, raw, streamed, at shared and at dedicated names, and what is not served."""

import json

from harness import MODEL, OFTEN, OWNER, PLACE, aiplatform
from google.auth.transport.requests import AuthorizedSession
from requests.adapters import HTTPAdapter
from steps import equal, refused

SHARED = "us-central1-aiplatform.googleapis.com"


class Loopback(HTTPAdapter):
    """Sends requests for Google's hosts to the emulator, with their name in `Host`."""

    def __init__(self, address):
        super().__init__()
        self.address = address

    def send(self, request, **more):
        host = request.url.split("/")[2]
        request.headers["Host"] = host
        request.url = request.url.replace(f"https://{host}", self.address)
        return super().send(request, **more)


def session(cloud):
    made = AuthorizedSession(OWNER)
    made.mount("https://", Loopback(cloud.address))
    return made


def run(cloud, scenario):
    step = scenario.step
    name = cloud.create_endpoint("predictions")
    cloud.deploy(name, "1", {"0": 100}).result(polling=OFTEN)
    cloud.deploy(name, "2", {"0": 25, "1": 75}, version=2).result(polling=OFTEN)
    endpoint = aiplatform.Endpoint(name)
    endpoint.authorized_session = session(cloud)

    with step("predictions", "answer with the model that served"):
        answer = endpoint.predict(instances=[{"amount": 1}, {"amount": 2}])
        equal(len(answer.predictions), 2)
        assert (answer.deployed_model_id, answer.model_version_id) in {("1", "3"), ("2", "2")}, answer
        assert answer.model_resource_name.endswith("/models/fraud-detector"), answer
    with step("predictions", "follow the traffic split"):
        served = [endpoint.predict(instances=[1]).deployed_model_id for _ in range(100)]
        equal(served.count("2"), 25)
    with step("predictions", "need instances"), refused("INVALID_ARGUMENT"):
        cloud.predictions.predict(endpoint=name, instances=[])
    with step("predictions", "of a missing endpoint"), refused("NOT_FOUND"):
        cloud.predictions.predict(endpoint=f"{PLACE}/endpoints/none", instances=[1])
    with step("predictions", "without traffic are refused"):
        idle = cloud.create_endpoint("idle")
        with refused("FAILED_PRECONDITION", "doesn't have traffic_split"):
            cloud.predictions.predict(endpoint=idle, instances=[1])

    body = json.dumps({"instances": [1], "text": "ünïcode"}).encode()
    kind = {"Content-Type": "application/json"}
    with step("raw predictions", "pass the body through"):
        answer = endpoint.raw_predict(body=body, headers=kind)
        equal((answer.status_code, answer.json()["echo"]["text"]), (200, "ünïcode"))
    with step("raw predictions", "tell who served in headers"):
        answer = endpoint.raw_predict(body=body, headers=kind)
        assert answer.headers["X-Vertex-AI-Deployed-Model-Id"] in {"1", "2"}, answer.headers
        assert answer.headers["X-Vertex-AI-Model"].endswith("/models/fraud-detector"), answer.headers
    with step("raw predictions", "the high-level client reads them"):
        answer = endpoint.predict(instances=[5], use_raw_predict=True)
        equal((len(answer.predictions), answer.model_version_id in {"2", "3"}), (1, True))
    with step("raw predictions", "of another media type"):
        answer = endpoint.raw_predict(body=b"\x00\x01", headers={"Content-Type": "application/octet-stream"})
        equal((answer.status_code, answer.content), (200, b"\x00\x01"))
    with step("streamed predictions", "come in events"):
        lines = list(endpoint.stream_raw_predict(body=body, headers=kind))
        events = [json.loads(line[6:]) for line in lines if line.startswith(b"data: {")]
        assert len(events) > 1 and lines[-2:] == [b"data: [DONE]", b""] or lines[-1] == b"data: [DONE]", lines

    made = cloud.endpoints.create_endpoint(
        {"parent": PLACE, "endpoint": {"display_name": "own", "dedicated_endpoint_enabled": True}, "endpoint_id": "own-name"}
    ).result(polling=OFTEN)
    cloud.deploy(made.name, "1", {"0": 100}).result(polling=OFTEN)
    own = aiplatform.Endpoint(made.name)
    own.authorized_session = session(cloud)
    host = own.dedicated_endpoint_dns
    path = f"/v1/{own.resource_name}"
    with step("dedicated endpoints", "serve predictions at their own name"):
        answer = own.predict(instances=[{"amount": 1}], use_dedicated_endpoint=True)
        equal((answer.deployed_model_id, answer.model_version_id), ("1", "3"))
    with step("dedicated endpoints", "the shared name is refused"), refused(
        "FAILED_PRECONDITION", f"Please access the endpoint using its dedicated domain name '{host}'"
    ):
        cloud.predictions.predict(endpoint=made.name, instances=[1])
    with step("dedicated endpoints", "serve raw predictions"):
        equal(own.raw_predict(body=body, headers=kind, use_dedicated_endpoint=True).json()["echo"]["text"], "ünïcode")
    with step("dedicated endpoints", "serve streams"):
        lines = list(own.stream_raw_predict(body=body, headers=kind, use_dedicated_endpoint=True))
        assert b"data: [DONE]" in lines, lines
    with step("dedicated endpoints", "serve chat completions"):
        sent = {"model": "", "messages": [{"role": "user", "content": "Hello"}]}
        answer = own.authorized_session.post(f"https://{host}{path}/chat/completions", json=sent).json()
        equal((answer["object"], answer["choices"][0]["message"]["role"]), ("chat.completion", "assistant"))
    with step("dedicated endpoints", "stream chat completions"):
        sent = {"messages": [{"role": "user", "content": "Hello there"}], "stream": True}
        answer = own.authorized_session.post(f"https://{host}{path}/chat/completions", json=sent)
        assert answer.headers["Content-Type"].startswith("text/event-stream"), answer.headers
        assert '"object":"chat.completion.chunk"' in answer.text and answer.text.rstrip().endswith("data: [DONE]"), answer.text
    with step("dedicated endpoints", "serve other routes of the container"):
        answer = own.invoke("/v1/tokenize", body, kind)
        equal((answer.status_code, answer.json()["echo"]["text"]), (200, "ünïcode"))
    with step("dedicated endpoints", "the name of another endpoint is not found"):
        wrong = host.replace("own-name.", "predictions.")
        answer = own.authorized_session.post(f"https://{wrong}{path}:predict", json={"instances": [1]})
        equal(answer.status_code, 404)
    with step("dedicated endpoints", "their name serves nothing but predictions"):
        answer = own.authorized_session.get(f"https://{host}{path}")
        equal(answer.status_code, 404)
    with step("dedicated endpoints", "an endpoint without one has no such name"):
        wrong = host.replace("own-name.", "predictions.")
        answer = own.authorized_session.post(f"https://{wrong}/v1/{endpoint.resource_name}:predict", json={"instances": [1]})
        equal(answer.status_code, 404)
    with step("dedicated endpoints", "a prefix of the path stands for the name"):
        answer = cloud.raw("POST", f"/{host}{path}:predict", {"instances": [1]})
        equal((answer.status_code, answer.json()["deployedModelId"]), (200, "1"))
    with step("predictions", "Google's hosts are told by Host"):
        answer = own.authorized_session.post(f"https://{SHARED}/v1/{endpoint.resource_name}:predict", json={"instances": [1]})
        equal(answer.status_code, 200)
    with step("private endpoints", "are not reached from outside"):
        peered = cloud.endpoints.create_endpoint(
            {"parent": PLACE, "endpoint": {"display_name": "p", "network": "projects/123456789012/global/networks/ml"}, "endpoint_id": "peered-p"}
        ).result(polling=OFTEN)
        cloud.deploy(peered.name, "1").result(polling=OFTEN)
        with refused("FAILED_PRECONDITION"):
            cloud.predictions.predict(endpoint=peered.name, instances=[1])

    job = {
        "display_name": "batch",
        "model": MODEL,
        "input_config": {"instances_format": "jsonl", "gcs_source": {"uris": ["gs://acme-models/in.jsonl"]}},
        "output_config": {"predictions_format": "jsonl", "gcs_destination": {"output_uri_prefix": "gs://acme-models/out"}},
    }
    not_served = scenario.not_served
    not_served("explanations", "endpoints.explain", lambda: cloud.predictions.explain(endpoint=name, instances=[1]))
    not_served("direct predictions", "endpoints.directPredict", lambda: cloud.predictions.direct_predict({"endpoint": name}))
    not_served("direct predictions", "endpoints.directRawPredict", lambda: cloud.predictions.direct_raw_predict({"endpoint": name}))
    not_served(
        "streaming predictions",
        "endpoints.serverStreamingPredict",
        lambda: list(cloud.predictions.server_streaming_predict({"endpoint": name})),
    )
    not_served("batch predictions", "batchPredictionJobs.create", lambda: cloud.jobs.create_batch_prediction_job(parent=PLACE, batch_prediction_job=job))
    not_served("batch predictions", "batchPredictionJobs.list", lambda: list(cloud.jobs.list_batch_prediction_jobs(parent=PLACE)))

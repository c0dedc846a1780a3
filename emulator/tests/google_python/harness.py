"""The emulator as a process, and Google's clients of Vertex AI that talk to it.

The clients are downloaded once into target/conformance and are not part of this repository.
"""

import json
import logging
import shutil
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from pathlib import Path

PINS = Path(__file__).with_name("requirements.txt")
CLIENT = Path("target/conformance/aiplatform")


def fetch_client():
    """Installs the pinned packages into a folder of their own, again when the pins change."""
    if (CLIENT / PINS.name).is_file() and (CLIENT / PINS.name).read_text() == PINS.read_text():
        return
    shutil.rmtree(CLIENT, ignore_errors=True)
    CLIENT.parent.mkdir(parents=True, exist_ok=True)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--root-user-action=ignore"]
    subprocess.run([*pip, "--no-deps", "--target", str(CLIENT), "--requirement", str(PINS)], check=True)
    shutil.copy(PINS, CLIENT)


fetch_client()
sys.path.insert(0, str(CLIENT.resolve()))

from google.api_core.future.polling import DEFAULT_POLLING  # noqa: E402
from google.auth.transport.requests import AuthorizedSession  # noqa: E402
from google.cloud import aiplatform, aiplatform_v1, aiplatform_v1beta1  # noqa: E402
from google.oauth2.credentials import Credentials  # noqa: E402

# Google's client reports each step.
logging.disable(logging.INFO)

OWNER = Credentials(token="test-owner")
PROJECT, LOCATION = "acme-ml", "us-central1"
PLACE = f"projects/{PROJECT}/locations/{LOCATION}"
MODEL = f"{PLACE}/models/fraud-detector"
OFTEN = DEFAULT_POLLING.with_delay(initial=0.02, maximum=0.02).with_timeout(30)
STILL, FAST = 0.001, 2000


@contextmanager
def emulator(issuer=None):
    """Starts the emulator as a process on a free port; yields a cloud."""
    command = ["target/debug/emulator", "--port", "0", "--seed", "emulator/seeds/demo.yaml", "--speed", str(FAST)]
    command += ["--issuer", issuer.url] if issuer else []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            cloud = Cloud(process.stdout.readline().split()[-1])
            cloud.issuer = issuer
            yield cloud
        finally:
            process.terminate()


class Cloud:
    """The emulator, and Google's clients of it."""

    def __init__(self, address):
        self.address = address
        options = {"credentials": OWNER, "transport": "rest", "client_options": {"api_endpoint": address}}
        self.endpoints = aiplatform_v1.EndpointServiceClient(**options)
        self.models = aiplatform_v1.ModelServiceClient(**options)
        self.pools = aiplatform_v1.DeploymentResourcePoolServiceClient(**options)
        self.predictions = aiplatform_v1.PredictionServiceClient(**options)
        self.jobs = aiplatform_v1.JobServiceClient(**options)
        self.garden = aiplatform_v1.ModelGardenServiceClient(**options)
        self.beta_garden = aiplatform_v1beta1.ModelGardenServiceClient(**options)
        self.beta_endpoints = aiplatform_v1beta1.EndpointServiceClient(**options)
        self.beta_models = aiplatform_v1beta1.ModelServiceClient(**options)
        self.session = AuthorizedSession(OWNER)
        aiplatform.init(
            project=PROJECT, location=LOCATION, credentials=OWNER, api_endpoint=address, api_transport="rest"
        )

    def control(self, path, body=None):
        """Calls `/emulator/…`: posts the body, or reads without one."""
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(f"{self.address}/emulator/{path}", data)) as answer:
            return json.load(answer)

    def raw(self, verb, path, body=None, **more):
        """Sends a request of Google's authorized session; returns its answer."""
        return self.session.request(verb, f"{self.address}{path}", json=body, **more)

    def get(self, path):
        """The JSON of a resource below `/v1/`."""
        answer = self.raw("GET", f"/v1/{path}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fault(self, **fault):
        self.control("faults", {"fault": fault})

    def speed(self, speed):
        self.control("clock", {"speed": speed})

    def create_endpoint(self, endpoint_id):
        request = {"parent": PLACE, "endpoint": {"display_name": endpoint_id}, "endpoint_id": endpoint_id}
        return self.endpoints.create_endpoint(request).result(polling=OFTEN).name

    def deploy(self, endpoint, deployed_id, split=None, version=3):
        """Starts a deployment; returns Google's future."""
        machine = {"machine_type": "n1-standard-4"}
        deployed = {
            "id": deployed_id,
            "model": f"{MODEL}@{version}",
            "dedicated_resources": {"machine_spec": machine, "min_replica_count": 1, "max_replica_count": 2},
        }
        return self.endpoints.deploy_model(endpoint=endpoint, deployed_model=deployed, traffic_split=split or {})


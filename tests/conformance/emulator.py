"""Checks that the emulator knows the fields of Vertex AI's messages, and which of them Google requires, by Google's discovery documents.

Each request carries every field of its message as null, which is an unset field: the emulator's answer lists the names it does not know.
"""

import json
import re
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager

from run import DOCUMENTS, REQUIRED, fetch_documents

PLACE = "projects/acme-ml/locations/us-central1"
ENDPOINT = f"{PLACE}/endpoints/e"
MODEL = f"{PLACE}/models/fraud-detector"
POOL = f"{PLACE}/deploymentResourcePools/p"
# Verb, path, message, and the field of the request that the body is.
CALLS = [
    ("POST", f"{PLACE}/endpoints", "Endpoint", "endpoint"),
    ("PATCH", f"{ENDPOINT}?updateMask=labels", "Endpoint", "endpoint"),
    ("POST", f"{ENDPOINT}:update", "UpdateEndpointLongRunningRequest", ""),
    ("POST", f"{ENDPOINT}:deployModel", "DeployModelRequest", ""),
    ("POST", f"{ENDPOINT}:undeployModel", "UndeployModelRequest", ""),
    ("POST", f"{ENDPOINT}:mutateDeployedModel", "MutateDeployedModelRequest", ""),
    ("POST", f"{PLACE}/models:upload", "UploadModelRequest", ""),
    ("POST", f"{PLACE}/models:copy", "CopyModelRequest", ""),
    ("PATCH", f"{MODEL}?updateMask=labels", "Model", "model"),
    ("POST", f"{MODEL}@1:mergeVersionAliases", "MergeVersionAliasesRequest", ""),
    ("POST", f"{PLACE}/deploymentResourcePools", "CreateDeploymentResourcePoolRequest", ""),
    ("PATCH", f"{POOL}?updateMask=disableContainerLogging", "DeploymentResourcePool", "deployment_resource_pool"),
    ("POST", f"{PLACE}:deploy", "DeployRequest", ""),
    ("POST", f"{PLACE}:recommendSpec", "RecommendSpecRequest", ""),
]
# Requests whose required fields the emulator reports when they are empty.
EMPTY = {
    "Endpoint": "POST",
    "DeployModelRequest": "POST",
    "UndeployModelRequest": "POST",
    "UploadModelRequest": "POST",
    "CopyModelRequest": "POST",
    "MergeVersionAliasesRequest": "POST",
    "CreateDeploymentResourcePoolRequest": "POST",
    "RecommendSpecRequest": "POST",
}
# Deep messages that the emulator keeps without reading them.
UNREAD = {"ExplanationSpec", "GdcConfig", "GenAiAdvancedFeaturesConfig", "PredictSchemata", "ModelDataStats"}


@contextmanager
def emulator():
    subprocess.run(["cargo", "build", "--quiet", "--locked", "--package", "emulator"], check=True)
    command = ["target/debug/emulator", "--port", "0", "--seed", "emulator/seeds/demo.yaml"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()


def call(address, verb, path, body):
    """The error that a call is answered with; empty for a success."""
    headers = {"Authorization": "Bearer test-owner", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{address}/{path}", json.dumps(body).encode(), headers, method=verb)
    try:
        with urllib.request.urlopen(request):
            return {}
    except urllib.error.HTTPError as error:
        return json.loads(error.read())["error"]


class Messages:
    """The messages of one version."""

    def __init__(self, version, document):
        self.version = version
        self.prefix = f"GoogleCloudAiplatform{version.capitalize()}"
        self.schemas = document["schemas"]

    def find(self, name):
        return self.schemas.get(self.prefix + name)

    def nulls(self, name):
        """A message in which every field is null, and so is every field of the messages within."""
        out = {}
        for field, schema in self.find(name).get("properties", {}).items():
            inner = (schema.get("$ref") or schema.get("items", {}).get("$ref") or "").removeprefix(self.prefix)
            out[field] = None
            if inner and inner not in UNREAD and not schema.get("readOnly") and self.find(inner):
                below = self.nulls(inner)
                out[field] = [below] if schema.get("type") == "array" else below
        return out

    def required(self, name):
        properties = self.find(name).get("properties", {})
        return {field for field, schema in properties.items() if REQUIRED.match(schema.get("description", ""))}


def snake(name):
    return re.sub(r"([A-Z])", lambda found: "_" + found[1].lower(), name)


def check(address, messages):
    """The disagreements about one version."""
    unknown = re.compile(r'Unknown name "(\w+)"(?: at \'([^\']+)\')?')
    for verb, path, name, root in CALLS:
        if not messages.find(name):
            continue
        where = f"{messages.version} {verb} {path}"
        path = f"{messages.version}/{path}"
        error = call(address, verb, path, messages.nulls(name))
        for field, at in unknown.findall(error.get("message", "")):
            yield f"{where}: the emulator does not know {field} of {at or name}"
        if EMPTY.get(name) == verb:
            details = call(address, verb, path, {}).get("details", [])
            found = {one.get("field") for detail in details for one in detail.get("fieldViolations", [])}
            for field in messages.required(name):
                if (f"{root}." if root else "") + snake(field) not in found:
                    yield f"{where}: the emulator does not require {field}"


def check_beta(address, stable, beta):
    """Fields of v1beta1 alone, which v1 may not know."""
    for verb, path, name, _ in CALLS:
        if not stable.find(name):
            continue
        for at, fields in extra(stable.nulls(name), beta.nulls(name)):
            body = {}
            below = body
            for part in at:
                below = below.setdefault(part, {})
            below.update(dict.fromkeys(fields))
            message = call(address, verb, f"v1/{path}", body).get("message", "")
            for field in fields:
                if f'Unknown name "{field}"' not in message:
                    yield f"v1 {verb} {path}: the emulator knows {field} of v1beta1"


def extra(stable, beta, at=()):
    """The paths of messages with the fields that only the second has."""
    fields = [field for field in beta if field not in stable]
    if fields:
        yield at, fields
    for field, below in beta.items():
        if isinstance(below, dict) and isinstance(stable.get(field), dict):
            yield from extra(stable[field], below, (*at, field))


def main():
    documents = fetch_documents()
    versions = ["v1", "v1beta1"]
    stable, beta = (Messages(one, json.loads(documents.read(f"{DOCUMENTS}/aiplatform.{one}.json"))) for one in versions)
    with emulator() as address:
        wrong = [*check(address, stable), *check(address, beta), *check_beta(address, stable, beta)]
    for line in wrong:
        print("wrong:", line)
    print(f"the emulator's messages of {len(CALLS)} calls in {len(versions)} versions checked")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

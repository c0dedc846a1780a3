"""Checks every method of the core's table and every request that the core builds against Google's discovery documents.

The documents are those of the PyPI package below. It is downloaded once into target/conformance and is not part of this repository.
"""

import copy
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from urllib.parse import parse_qsl

PACKAGE = "google-api-python-client==2.202.0"
FOLDER = Path("target/conformance")
DOCUMENTS = "googleapiclient/discovery_cache/documents"
INTEGERS = {"int32", "uint32"}
# Discovery has no flag for a required field; its description begins with one of these words.
REQUIRED = re.compile(r"(Immutable\. )?(Required\.|REQUIRED:)")
# Fields of which Google requires one, though their descriptions do not begin with "Required.".
ONE_OF = {
    "GoogleCloudAiplatformV1DeployedModel": [
        ("model", "gdcConnectedModel"),
        ("dedicatedResources", "automaticResources", "sharedResources"),
    ],
    "GoogleCloudAiplatformV1MachineSpec": [("machineType",)],
}
# Fields without which the check must fail: it proves itself before it passes.
PROOFS = [
    (":deployModel", "deployedModel"),
    (":deployModel", "deployedModel.model"),
    (":deployModel", "deployedModel.dedicatedResources"),
    (":deployModel", "deployedModel.dedicatedResources.machineSpec"),
    (":deployModel", "deployedModel.dedicatedResources.machineSpec.machineType"),
    (":deployModel", "deployedModel.dedicatedResources.minReplicaCount"),
    (":undeployModel", "deployedModelId"),
    ("/models:upload", "model.displayName"),
    ("/models:upload", "model.containerSpec.imageUri"),
    ("/endpoints?endpointId=fraud", "displayName"),
    (":setIamPolicy", "policy"),
]


def fetch_documents():
    FOLDER.mkdir(parents=True, exist_ok=True)
    found = list(FOLDER.glob("google_api_python_client-2.202.0-*.whl"))
    if not found:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(FOLDER), PACKAGE]
        subprocess.run(pip, check=True)
        found = list(FOLDER.glob("google_api_python_client-2.202.0-*.whl"))
    return zipfile.ZipFile(found[0])


# Messages whose writable fields people set, and how `expressed` finds them.
EXPRESSED = ["DeployedModel", "DedicatedResources", "MachineSpec", "ModelContainerSpec", "Endpoint", "UploadModelRequest"]
# Fields of those messages that a request carries without an annotation of its own.
DERIVED = {"DeployedModel": {"id"}, "Endpoint": {"etag"}}
# Fields that an annotation sets outside a body.
ELSEWHERE = {"Endpoint": {"name": "the id of the new endpoint is a query parameter"}}


class Description:
    """A discovery document: its methods by id, its schemas by name."""

    def __init__(self, document):
        self.schemas = document["schemas"]
        self.common = set(document.get("parameters", {}))
        # Before the paths of Cloud Storage only.
        self.base = document.get("servicePath", "")
        self.methods = {}
        self._collect(document)

    def _collect(self, resource):
        for method in resource.get("methods", {}).values():
            self.methods[method["id"]] = method
        for below in resource.get("resources", {}).values():
            self._collect(below)

    def missing(self, value, name, schema, at):
        """The required fields that an object lacks."""
        groups = [(field,) for field, below in schema.get("properties", {}).items()
                  if REQUIRED.match(below.get("description", "")) and not below.get("readOnly")]
        for group in groups + ONE_OF.get(name, []):
            if not any(field in value for field in group):
                yield f"{at} has no {' or '.join(group)}"

    def mistakes(self, value, schema, at, partial=False):
        """The mistakes in a value, by its schema; `partial` where fields of the value itself may be missing."""
        name = schema.get("$ref")
        if name:
            schema = self.schemas[name]
        kind = schema.get("type", "any")
        if kind == "any":
            return
        if kind == "object":
            if not isinstance(value, dict):
                yield f"{at} is not an object"
                return
            if not partial:
                yield from self.missing(value, name, schema, at)
            known = schema.get("properties", {})
            others = schema.get("additionalProperties")
            for field, below in value.items():
                if field in known:
                    if known[field].get("readOnly"):
                        yield f"{at}.{field} is read-only"
                    yield from self.mistakes(below, known[field], f"{at}.{field}")
                elif others is not None:
                    yield from self.mistakes(below, others, f"{at}.{field}")
                else:
                    yield f"{at}.{field} is not a field"
        elif kind == "array":
            if not isinstance(value, list):
                yield f"{at} is not a list"
                return
            for index, below in enumerate(value):
                yield from self.mistakes(below, schema["items"], f"{at}[{index}]")
        elif kind == "string":
            if not isinstance(value, str):
                yield f"{at} is not a string"
            elif "enum" in schema and value not in schema["enum"]:
                yield f"{at} has no value {value!r}"
        elif kind == "integer":
            if not isinstance(value, int) or isinstance(value, bool):
                yield f"{at} is not an integer"
            elif schema.get("format") in INTEGERS and abs(value) >= 2**31:
                yield f"{at} is too large"
        elif kind == "boolean" and not isinstance(value, bool):
            yield f"{at} is not a boolean"


def check_method(method, description):
    """Checks one row of the table."""
    published = description.methods.get(method["name"])
    if published is None:
        yield "Google has no such method"
        return
    if published["httpMethod"] != method["verb"]:
        yield f"the verb is {published['httpMethod']}"
    suffix = method["suffix"]
    path = description.base + published.get("flatPath", published["path"])
    if not path.startswith(method["version"] + "/") or not path.endswith(suffix):
        yield f"the path is {path}"
    parameters = {name for name, p in published.get("parameters", {}).items() if p["location"] == "query"}
    for name in set(method["query"]) - parameters:
        yield f"it has no query parameter {name}"
    if method["hasBody"] and "request" not in published:
        yield "it has no body"
    is_operation = published.get("response", {}).get("$ref") == "GoogleLongrunningOperation"
    # Reading an operation answers with one too; only writing starts one.
    if method["startsOperation"] and not is_operation:
        yield "it starts no operation"


def pattern(published, base):
    """A path such as `v1/{+endpoint}:deployModel` as a regular expression, with the patterns of its parameters."""
    parts = re.split(r"\{\+?(\w+)\}", published["path"])
    out = re.escape(base)
    for index, part in enumerate(parts):
        if index % 2 == 0:
            out += re.escape(part)
        else:
            out += published["parameters"][part].get("pattern", "^[^/]+$").strip("^$")
    return re.compile(out)


def published_methods(methods, descriptions):
    """The core's methods with their descriptions: one row of the core covers operations of locations, endpoints and models."""
    for method in methods:
        description = descriptions[method["service"], method["version"]]
        for parent in ("locations", "locations.endpoints", "locations.models"):
            name = method["name"].replace("locations.operations.", parent + ".operations.")
            if name in description.methods:
                yield method, description, description.methods[name]


def check_request(request, methods, descriptions):
    """Checks one request of the core; returns the name of its method and its mistakes."""
    path, _, query = request["path"].partition("?")
    # Google's pattern of a name also matches the name with a method behind it.
    all_methods = sorted(published_methods(methods, descriptions), key=lambda known: -len(known[0]["suffix"]))
    for method, description, published in all_methods:
        if request.get("service", method["service"]) != method["service"]:
            continue
        if method["verb"] != request["verb"] or not pattern(published, description.base).fullmatch(path):
            continue
        parameters = published.get("parameters", {})
        mistakes = []
        for name, value in parse_qsl(query, keep_blank_values=True):
            if name not in parameters or parameters[name]["location"] != "query":
                mistakes.append(f"it has no query parameter {name}")
            elif parameters[name]["type"] == "integer" and not value.isdigit():
                mistakes.append(f"{name}={value} is not a number")
        for name in published.get("parameterOrder", []):
            if parameters[name]["location"] == "query" and name not in query:
                mistakes.append(f"the query parameter {name} is missing")
        if request["body"] is not None:
            if "request" in published:
                # With a mask, Google reads the masked fields only.
                partial = request["verb"] == "PATCH" and "updateMask=" in query
                mistakes += description.mistakes(request["body"], published["request"], "body", partial)
            else:
                mistakes.append("it has no body")
        return method["name"], mistakes
    return None, ["Google has no method for it"]


def collect(value, name, schemas, seen):
    """Notes the fields of each message in a value."""
    schema = schemas[name]
    seen.setdefault(name, set()).update(value)
    for field, below in value.items():
        kind = schema.get("properties", {}).get(field, {})
        for item in below if isinstance(below, list) else [below]:
            inner = kind.get("$ref") or kind.get("items", {}).get("$ref")
            if inner and isinstance(item, dict):
                collect(item, inner, schemas, seen)


def expressed(requests, methods, descriptions):
    """Prints the share of the writable fields of v1 that an annotation sets, and the fields that none sets."""
    prefix = "GoogleCloudAiplatformV1"
    schemas = descriptions["aiplatform", "v1"].schemas
    seen = {}
    for request in requests:
        path = request["path"].partition("?")[0]
        if not path.startswith("v1/projects/acme-ml/locations/") or not isinstance(request["body"], dict):
            continue
        for method, description, published in published_methods(methods, descriptions):
            is_it = method["verb"] == request["verb"] and pattern(published, description.base).fullmatch(path)
            if is_it and "request" in published and method["service"] == "aiplatform":
                collect(request["body"], published["request"]["$ref"], schemas, seen)
    all_fields = covered = 0
    for name in EXPRESSED:
        properties = schemas[prefix + name]["properties"]
        writable = {field for field, below in properties.items()
                    if not below.get("readOnly") and not below.get("description", "").startswith("Output only")}
        set_here = (seen.get(prefix + name, set()) - DERIVED.get(name, set())) | set(ELSEWHERE.get(name, {}))
        open_fields = sorted(writable - set_here)
        all_fields += len(writable)
        covered += len(writable & set_here)
        print(f"{name}: {len(writable & set_here)} of {len(writable)}; without an annotation: {', '.join(open_fields) or 'none'}")
    print(json.dumps({"key": "express.v1_fields_ratio", "value": round(covered / all_fields, 3)}))


def without(body, path):
    """A copy of the body without one field; `None` if it has no such field."""
    body = copy.deepcopy(body)
    *parents, field = path.split(".")
    below = body
    for parent in parents:
        below = below.get(parent) if isinstance(below, dict) else None
    if not isinstance(below, dict) or field not in below:
        return None
    del below[field]
    return body


def unproved(requests, methods, descriptions):
    """The proofs that fail: a request without a required field passes, or no request has the field."""
    for end, path in PROOFS:
        lacking = ({**r, "body": without(r["body"], path)} for r in requests if r["path"].endswith(end))
        request = next((r for r in lacking if r["body"] is not None), None)
        if request is None:
            yield f"no request that ends with {end} has the field {path}"
        elif not check_request(request, methods, descriptions)[1]:
            yield f"a request that ends with {end} passes without the field {path}"


def read_core():
    """The output of `requests.rs`."""
    example = ["cargo", "run", "--quiet", "--locked", "--example", "requests"]
    return json.loads(subprocess.run(example, check=True, stdout=subprocess.PIPE, text=True).stdout)


def main():
    core = read_core()
    documents = fetch_documents()
    descriptions = {}
    for service, version in {(m["service"], m["version"]) for m in core["methods"]}:
        file = f"{DOCUMENTS}/{service}.{version.split('/')[-1]}.json"
        if file in documents.namelist():
            descriptions[service, version] = Description(json.loads(documents.read(file)))
        else:
            print(f"{service} {version} has no discovery document: its methods are not checked here")
    described = {service for service, _ in descriptions}
    core["requests"] = [request for request in core["requests"] if request.get("service", "aiplatform") in described]
    core["methods"] = [method for method in core["methods"] if (method["service"], method["version"]) in descriptions]

    wrong = []
    for method in core["methods"]:
        description = descriptions[method["service"], method["version"]]
        wrong += [f"{method['name']}: {mistake}" for mistake in check_method(method, description)]
    if not wrong:
        built = set()
        for request in core["requests"]:
            name, mistakes = check_request(request, core["methods"], descriptions)
            built.add(name)
            wrong += [f"{request['verb']} {request['path']}: {mistake}" for mistake in mistakes]
        expressed(core["requests"], core["methods"], descriptions)
        wrong += unproved(core["requests"], core["methods"], descriptions)
        print(f"{len(core['methods'])} methods and {len(core['requests'])} requests of {len(built)} methods checked")
    for line in sorted(set(wrong)):
        print("wrong:", line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

"""Every method of the core's table, and every request it builds, against what Google publishes about its APIs.

The description is Google's discovery documents, as the PyPI package named below carries them; it is fetched once into
target/conformance and never kept in this repository.
"""

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


def fetch_documents():
    FOLDER.mkdir(parents=True, exist_ok=True)
    found = list(FOLDER.glob("google_api_python_client-2.202.0-*.whl"))
    if not found:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(FOLDER), PACKAGE]
        subprocess.run(pip, check=True)
        found = list(FOLDER.glob("google_api_python_client-2.202.0-*.whl"))
    return zipfile.ZipFile(found[0])


class Description:
    """One discovery document: its methods by id, its schemas by name."""

    def __init__(self, document):
        self.schemas = document["schemas"]
        self.common = set(document.get("parameters", {}))
        self.methods = {}
        self._collect(document)

    def _collect(self, resource):
        for method in resource.get("methods", {}).values():
            self.methods[method["id"]] = method
        for below in resource.get("resources", {}).values():
            self._collect(below)

    def mistakes(self, value, schema, at):
        """What is wrong with a value, as far as its schema tells."""
        if "$ref" in schema:
            schema = self.schemas[schema["$ref"]]
        kind = schema.get("type", "any")
        if kind == "any":
            return
        if kind == "object":
            if not isinstance(value, dict):
                yield f"{at} is no object"
                return
            known = schema.get("properties", {})
            others = schema.get("additionalProperties")
            for name, below in value.items():
                if name in known:
                    if known[name].get("readOnly"):
                        yield f"{at}.{name} is only written by Google"
                    yield from self.mistakes(below, known[name], f"{at}.{name}")
                elif others is not None:
                    yield from self.mistakes(below, others, f"{at}.{name}")
                else:
                    yield f"{at}.{name} is no field"
        elif kind == "array":
            if not isinstance(value, list):
                yield f"{at} is no list"
                return
            for index, below in enumerate(value):
                yield from self.mistakes(below, schema["items"], f"{at}[{index}]")
        elif kind == "string":
            if not isinstance(value, str):
                yield f"{at} is no text"
            elif "enum" in schema and value not in schema["enum"]:
                yield f"{at} has no value {value!r}"
        elif kind == "integer":
            if not isinstance(value, int) or isinstance(value, bool):
                yield f"{at} is no whole number"
            elif schema.get("format") in INTEGERS and abs(value) >= 2**31:
                yield f"{at} is too large"
        elif kind == "boolean" and not isinstance(value, bool):
            yield f"{at} is no boolean"


def check_method(method, description):
    """Checks one row of the table."""
    published = description.methods.get(method["name"])
    if published is None:
        yield "Google has no such method"
        return
    if published["httpMethod"] != method["verb"]:
        yield f"the verb is {published['httpMethod']}"
    suffix = method["suffix"]
    if not published["flatPath"].startswith(method["version"] + "/") or not published["flatPath"].endswith(suffix):
        yield f"the path is {published['flatPath']}"
    parameters = {name for name, p in published.get("parameters", {}).items() if p["location"] == "query"}
    for name in set(method["query"]) - parameters:
        yield f"there is no query parameter {name}"
    if method["hasBody"] and "request" not in published:
        yield "it takes no body"
    is_operation = published.get("response", {}).get("$ref") == "GoogleLongrunningOperation"
    # Reading an operation answers with one too; only writing starts one.
    if method["startsOperation"] and not is_operation:
        yield "it starts no operation"


def pattern(published):
    """`v1/{+endpoint}:deployModel` with the parameters' own patterns."""
    parts = re.split(r"\{\+?(\w+)\}", published["path"])
    out = ""
    for index, part in enumerate(parts):
        if index % 2 == 0:
            out += re.escape(part)
        else:
            out += published["parameters"][part].get("pattern", "^[^/]+$").strip("^$")
    return re.compile(out)


def published_methods(methods, descriptions):
    """Our methods with their publications: one row of ours stands for operations of locations, endpoints and models."""
    for method in methods:
        description = descriptions[method["service"], method["version"]]
        for parent in ("locations", "locations.endpoints", "locations.models"):
            name = method["name"].replace("locations.operations.", parent + ".operations.")
            if name in description.methods:
                yield method, description, description.methods[name]


def check_request(request, methods, descriptions):
    """Checks one request that the core builds; says which method it is."""
    path, _, query = request["path"].partition("?")
    for method, description, published in published_methods(methods, descriptions):
        if method["verb"] != request["verb"] or not pattern(published).fullmatch(path):
            continue
        parameters = published.get("parameters", {})
        mistakes = []
        for name, value in parse_qsl(query, keep_blank_values=True):
            if name not in parameters or parameters[name]["location"] != "query":
                mistakes.append(f"there is no query parameter {name}")
            elif parameters[name]["type"] == "integer" and not value.isdigit():
                mistakes.append(f"{name}={value} is no number")
        for name in published.get("parameterOrder", []):
            if parameters[name]["location"] == "query" and name not in query:
                mistakes.append(f"the query parameter {name} is missing")
        if request["body"] is not None:
            if "request" in published:
                mistakes += description.mistakes(request["body"], published["request"], "body")
            else:
                mistakes.append("it takes no body")
        return method["name"], mistakes
    return None, ["Google has no method for it"]


def read_core():
    """What `requests.rs` prints."""
    example = ["cargo", "run", "--quiet", "--locked", "--example", "requests"]
    return json.loads(subprocess.run(example, check=True, stdout=subprocess.PIPE, text=True).stdout)


def main():
    core = read_core()
    documents = fetch_documents()
    descriptions = {}
    for service, version in {(m["service"], m["version"]) for m in core["methods"]}:
        file = f"{DOCUMENTS}/{service}.{version}.json"
        if file in documents.namelist():
            descriptions[service, version] = Description(json.loads(documents.read(file)))
        else:
            print(f"{service} {version} is not among Google's discovery documents: its methods are not checked here")
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
        print(f"{len(core['methods'])} methods and {len(core['requests'])} requests of {len(built)} methods checked")
    for line in sorted(set(wrong)):
        print("wrong:", line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

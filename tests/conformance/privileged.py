"""Runs Google's own client of Privileged Access Manager against the emulator, with the files and requests that the core renders.

This service has no discovery document: Google's Python package is its description. The package is downloaded once into
target/conformance and is not part of this repository.
"""

import json
import shutil
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl

from run import FOLDER, read_core

PINS = Path(__file__).with_name("requirements.txt")
CLIENT = FOLDER / "privilegedaccessmanager"
SERVICE = "privilegedaccessmanager"
TOKENS = {"requester": "test-stranger", "approver": "test-approver", "owner": "test-owner"}


def fetch_client():
    """Installs the pinned packages into a folder of their own, again when the pins change."""
    if (CLIENT / PINS.name).is_file() and (CLIENT / PINS.name).read_text() == PINS.read_text():
        return
    shutil.rmtree(CLIENT, ignore_errors=True)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--root-user-action=ignore"]
    subprocess.run([*pip, "--target", str(CLIENT), "--requirement", str(PINS)], check=True)
    shutil.copy(PINS, CLIENT)


fetch_client()
sys.path.insert(0, str(CLIENT.resolve()))

from google.api_core import path_template  # noqa: E402
from google.api_core.exceptions import GoogleAPICallError  # noqa: E402
from google.api_core.future.polling import DEFAULT_POLLING  # noqa: E402
from google.cloud import privilegedaccessmanager_v1 as pam  # noqa: E402
from google.cloud.privilegedaccessmanager_v1.services.privileged_access_manager.transports import rest_base  # noqa: E402
from google.oauth2.credentials import Credentials  # noqa: E402
from google.protobuf.json_format import ParseError  # noqa: E402

State = pam.Grant.State
OFTEN = DEFAULT_POLLING.with_delay(initial=0.02, maximum=0.02).with_timeout(30)


class Published:
    """A method as the package binds it to HTTP, for projects."""

    def __init__(self, audit_name):
        self.name = audit_name.removeprefix("PrivilegedAccessManager.")
        self.request = getattr(pam, f"{self.name}Request")
        bindings = getattr(rest_base._BasePrivilegedAccessManagerRestTransport, f"_Base{self.name}")._get_http_options()
        (binding,) = [binding for binding in bindings if "=projects/" in binding["uri"]]
        self.verb, self.uri, self.body = binding["method"].upper(), binding["uri"], binding.get("body")
        self.variable, self.pattern = self.uri.split("{")[1].split("}")[0].split("=")
        self.suffix = self.uri.split("}")[1]

    def mistakes_of(self, method):
        """The differences between a row of the core's table and this method."""
        if method["verb"] != self.verb:
            yield f"the verb is {self.verb}"
        # The core's resource ends where the variable does.
        if method["version"] != "v1" or method["suffix"] != self.suffix:
            yield f"the path is {self.uri}"
        fields = set(self.request.meta.fields) - {self.variable, self.body}
        for name in method["query"]:
            if snake(name) not in fields:
                yield f"it has no query parameter {name}"
        if method["hasBody"] != (self.body is not None):
            yield f"its body is {self.body}"

    def read(self, request):
        """A request of the core as the package's message, read strictly; `None` if it is for another method."""
        path, _, query = request["path"].partition("?")
        if request["verb"] != self.verb or not path_template.validate(self.uri, "/" + path):
            return None
        message = {self.variable: path.removeprefix("v1/").removesuffix(self.suffix), **dict(parse_qsl(query))}
        if self.body == "*":
            message.update(request["body"] or {})
        elif self.body:
            message[self.body] = request["body"]
        return strictly(self.request, message)


def snake(name):
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name)


def strictly(kind, value):
    """A message from JSON; an unknown field or a value of another type is an error."""
    return kind.from_json(value if isinstance(value, str) else json.dumps(value), ignore_unknown_fields=False)


@contextmanager
def emulator():
    """Starts the emulator as a process on a free port; yields its address."""
    command = ["target/debug/emulator", "--port", "0", "--seed", "emulator/seeds/demo.yaml", "--speed", "2000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()


class Cloud:
    """Google's client for each person, and the calls that it has no methods for."""

    def __init__(self, address):
        self.address = address
        for person, token in TOKENS.items():
            options = {"api_endpoint": address}
            client = pam.PrivilegedAccessManagerClient(
                credentials=Credentials(token=token), transport="rest", client_options=options
            )
            setattr(self, person, client)

    def post(self, token, path, body):
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        request = urllib.request.Request(f"{self.address}/{path}", json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def held(self, permissions):
        """The permissions of these that the requester holds on the project."""
        path = "v3/projects/acme-ml:testIamPermissions"
        return self.post(TOKENS["requester"], path, {"permissions": permissions}).get("permissions", [])

    def until(self, name, state):
        """Waits for a state of the grant; returns the grant as the requester sees it."""
        end = time.monotonic() + 30
        while (grant := self.requester.get_grant(name=name)).state != state:
            assert time.monotonic() < end, f"{name} stays {grant.state.name}"
            time.sleep(0.02)
        return grant


def refused(status, call, **arguments):
    """Asserts that the client raises an error of this status."""
    try:
        answer = call(**arguments)
    except GoogleAPICallError as error:
        assert error.response.json()["error"]["status"] == status, error
    else:
        raise AssertionError(f"{call.__name__} answered {answer}")


def check_life(cloud, files, messages):
    """Takes a grant of the rendered files through its whole life, then sends the core's own request."""
    entitle = strictly(pam.CreateEntitlementRequest, files["pam-entitlement.json"])
    ask = strictly(pam.CreateGrantRequest, files["pam-grant.json"])
    permissions = []
    roles = {binding.role for binding in entitle.entitlement.privileged_access.gcp_iam_access.role_bindings}
    for name, text in files.items():
        if name.startswith("roles/"):
            role = json.loads(text)
            made = cloud.post(TOKENS["owner"], "v1/projects/acme-ml/roles", role)
            if made["name"] in roles:
                permissions += role["role"]["includedPermissions"]
    assert permissions, "the entitlement gives no role that is rendered"

    refused("PERMISSION_DENIED", cloud.requester.create_entitlement, request=entitle)
    made = cloud.owner.create_entitlement(entitle).result(polling=OFTEN)
    assert made.state == pam.Entitlement.State.AVAILABLE, made
    for field in pam.Entitlement.to_dict(entitle.entitlement, always_print_fields_with_no_presence=False):
        assert getattr(made, field) == getattr(entitle.entitlement, field), field
    assert made.name == ask.parent, f"pam-grant.json asks for {ask.parent}, and there is {made.name}"
    assert list(cloud.owner.list_entitlements(parent=entitle.parent)) == [made]
    assert cloud.requester.get_entitlement(name=made.name) == made

    refused("PERMISSION_DENIED", cloud.owner.create_grant, request=ask)
    grant = cloud.requester.create_grant(ask)
    assert (grant.state, grant.requester) == (State.APPROVAL_AWAITED, "stranger@acme.example"), grant
    assert grant.requested_duration == ask.grant.requested_duration and grant.justification == ask.grant.justification
    refused("FAILED_PRECONDITION", cloud.requester.create_grant, request=ask)
    decision = {"name": grant.name, "reason": "as agreed"}
    for person in (cloud.requester, cloud.owner):
        refused("PERMISSION_DENIED", person.approve_grant, request=decision)
    refused("INVALID_ARGUMENT", cloud.approver.approve_grant, request={"name": grant.name})
    assert cloud.held(permissions) == []

    assert cloud.approver.approve_grant(decision).state == State.ACTIVATING
    active = cloud.until(grant.name, State.ACTIVE)
    assert active.timeline.events[1].approved.actor == "approver@acme.example", active
    assert sorted(cloud.held(permissions)) == sorted(permissions)
    assert list(cloud.owner.list_grants(parent=made.name)) == [active]

    refused("PERMISSION_DENIED", cloud.requester.revoke_grant, request={"name": grant.name})
    revoked = cloud.owner.revoke_grant({"name": grant.name, "reason": "done"}).result(polling=OFTEN)
    assert revoked.state == State.REVOKED and revoked.audit_trail.access_remove_time, revoked
    assert cloud.held(permissions) == []

    (sent,) = [message for message in messages if isinstance(message, pam.CreateGrantRequest)]
    again = cloud.requester.create_grant(sent)
    assert sent.request_id and cloud.requester.create_grant(sent) == again != revoked
    assert cloud.approver.deny_grant({"name": again.name, "reason": "not today"}).state == State.DENIED
    assert cloud.held(permissions) == []
    cloud.owner.delete_entitlement({"name": made.name, "force": True}).result(polling=OFTEN)
    refused("NOT_FOUND", cloud.owner.get_entitlement, name=made.name)


def main():
    core = read_core()
    table = [(method, Published(method["auditName"])) for method in core["methods"] if method["service"] == SERVICE]
    wrong = [f"{method['name']}: {mistake}" for method, published in table for mistake in published.mistakes_of(method)]
    messages = []
    for request in core["privileged"]["requests"]:
        try:
            read = [message for _, published in table if (message := published.read(request))]
            if not read:
                wrong.append(f"{request['verb']} {request['path']}: Google has no method for it")
            messages += read
        except ParseError as error:
            wrong.append(f"{request['verb']} {request['path']}: {error}")
    for line in wrong:
        print("wrong:", line)
    if wrong or not table or not messages:
        return 1
    with emulator() as address:
        check_life(Cloud(address), core["privileged"]["files"], messages)
    print(f"{len(table)} methods and {len(messages)} requests checked, and a grant from request to revocation")
    return 0


if __name__ == "__main__":
    sys.exit(main())

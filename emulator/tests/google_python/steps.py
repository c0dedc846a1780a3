"""Steps of a scenario: each passes, fails, or is left out because its method answers 501 on purpose."""

from contextlib import contextmanager

from google.api_core.exceptions import GoogleAPICallError

# What the emulator does not serve: README.md.
NOT_SERVED = {
    "endpoints.explain",
    "endpoints.directPredict",
    "endpoints.directRawPredict",
    "endpoints.serverStreamingPredict",
    "batchPredictionJobs.create",
    "batchPredictionJobs.list",
    "models.export",
    "models.evaluations.list",
}


class Missing(AssertionError):
    """A method that should be served is not."""


def status_of(error):
    """The name of the `google.rpc.Code` in an error; fails for a page of HTML, the answer to an unknown path."""
    try:
        return error.response.json()["error"]["status"]
    except (ValueError, KeyError, AttributeError):
        raise Missing(f"no error of Google: {error}") from error


class Scenario:
    def __init__(self):
        self.passed, self.failed, self.left_out, self.topics = [], [], [], set()

    @contextmanager
    def step(self, topic, text):
        """A step of a topic: it fails with whatever is raised in it."""
        self.topics.add(topic)
        try:
            yield
        except Exception as error:  # noqa: BLE001
            self.failed.append(f"{topic}: {text}: {type(error).__name__}: {str(error)[:600]}")
        else:
            self.passed.append(f"{topic}: {text}")

    def not_served(self, topic, method, call):
        """A method that answers 501 leaves both counts; a step fails where it answers anything else."""
        assert method in NOT_SERVED, method
        self.topics.add(topic)
        try:
            call()
        except GoogleAPICallError as error:
            if error.response is not None and error.response.status_code == 501 and status_of(error) == "UNIMPLEMENTED":
                self.left_out.append(method)
                return
            self.failed.append(f"{topic}: {method} should answer 501: {error}")
        else:
            self.failed.append(f"{topic}: {method} is served, against the README")

    def ratio(self):
        return len(self.passed) / (len(self.passed) + len(self.failed))


@contextmanager
def refused(status, text="", field=None):
    """Expects a refusal with this status, text and field; one for want of the method does not count."""
    try:
        yield
    except GoogleAPICallError as error:
        answered = status_of(error)
        if answered == "UNIMPLEMENTED" and status != answered:
            raise Missing(error.message) from error
        assert answered == status and text in error.message, f"{answered}: {error.message}"
        if field is not None:
            details = error.response.json()["error"].get("details", [])
            fields = [violation.get("field") for detail in details for violation in detail.get("fieldViolations", [])]
            assert field in fields, f"{field} is not among {fields}"
    else:
        raise AssertionError(f"{status} was expected")


@contextmanager
def failing(text, code=None):
    """Expects that an operation fails with this text and this HTTP status."""
    try:
        yield
    except GoogleAPICallError as error:
        assert text in error.message and code in (None, error.code), f"{error.code}: {error.message}"
    else:
        raise AssertionError(f"an operation should have failed: {text}")


def equal(actual, expected, at="answer"):
    """Compares the fields that are expected, and no others."""
    if isinstance(expected, dict):
        for name, value in expected.items():
            # Maps of messages look like dictionaries.
            below = actual.get(name) if hasattr(actual, "get") else getattr(actual, name)
            equal(below, value, f"{at}.{name}")
    else:
        own = list(actual) if isinstance(expected, list) else actual
        assert own == expected, f"{at} is {own!r}, expected {expected!r}"

"""A scenario of Google's Python clients of Vertex AI against the emulator; prints the ratio of steps that pass.

A step fails as well where it would pass for want of its method. Methods that answer 501 on purpose leave both counts.
"""

import json
import sys
import time

from groups import deployments, endpoints, garden, lists, models, neighbours, pools, predictions
from harness import PLACE, emulator
from issuer import Issuer
from steps import Scenario, refused

from google.api_core.exceptions import from_http_response  # isort: skip: the harness installs it

GROUPS = [lists, endpoints, models, deployments, predictions, pools, garden, neighbours]
# What the scenario is about: a topic without a step is a mistake of the scenario.
TOPICS = """filters, orders, pages, partial answers, etags, parent models, aliases, version names, automatic resources,
shared resources, machines, required fields, field masks, dedicated endpoints, private endpoints, encryption, locations,
query spellings, times, undeployments, errors, entitlements, mutations, long-running updates, raw predictions,
streamed predictions, explanations, direct predictions, streaming predictions, updates of models, copies, exports, deletions,
evaluations, policies of models, pools, batch predictions, permissions, projects, publisher models, Model Garden, Hugging Face,
own weights, recommendations, stages, partial success, scale to zero, flex-start, containers, deployed models, issuer keys"""
LEAST_STEPS = 126


def prove(cloud):
    """The scenario proves itself: a refusal for want of a method is none."""
    for path, status in [("endpoints/e:surprise", "NOT_FOUND"), ("batchPredictionJobs", "NOT_FOUND")]:
        scenario = Scenario()
        with scenario.step("proof", path), refused(status):
            answer = cloud.raw("POST", f"/v1/{PLACE}/{path}", {})
            raise from_http_response(answer)
        if not scenario.failed:
            raise SystemExit(f"a missing method passes for {status}")


def main():
    begun = time.monotonic()
    wanted = sys.argv[1:]
    scenario = Scenario()
    with emulator(Issuer()) as cloud:
        prove(cloud)
        for group in GROUPS:
            if wanted and group.__name__.split(".")[-1] not in wanted:
                continue
            cloud.control("reset", {})
            group.run(cloud, scenario)
    for line in scenario.failed:
        print("failed:", line)
    steps = len(scenario.passed) + len(scenario.failed)
    print(f"{len(scenario.passed)} of {steps} steps pass, {len(scenario.left_out)} methods answer 501 ({time.monotonic() - begun:.0f} s)")
    print(json.dumps({"key": "emulator.sdk_steps_ratio", "value": round(scenario.ratio(), 4)}))
    mistakes = []
    if not wanted:
        mistakes += [f"no step is about {topic}" for topic in TOPICS.replace("\n", " ").split(", ") if topic not in scenario.topics]
        mistakes += [] if steps >= LEAST_STEPS else [f"there are {steps} steps, fewer than {LEAST_STEPS}"]
    for mistake in mistakes:
        print("wrong:", mistake)
    return 1 if scenario.failed or mistakes else 0


if __name__ == "__main__":
    sys.exit(main())

"""Lists: filters, orders, pages and partial answers."""

from harness import OFTEN, PLACE, aiplatform
from steps import equal, refused

IMAGE = "us-central1-docker.pkg.dev/acme-ml/serving/fraud:3"


def run(cloud, scenario):
    step = scenario.step
    for name, labels in [("list-a", {"team": "ml"}), ("list-b", {"team": "cv", "tier": ""}), ("list-c", {})]:
        request = {"parent": PLACE, "endpoint": {"display_name": name.upper(), "labels": labels}, "endpoint_id": name}
        cloud.endpoints.create_endpoint(request).result(polling=OFTEN)

    def endpoints(**request):
        found = cloud.endpoints.list_endpoints({"parent": PLACE, **request})
        return [endpoint.name.rsplit("/")[-1] for endpoint in found]

    def models(**request):
        return [model.name.rsplit("/")[-1] for model in cloud.models.list_models({"parent": PLACE, **request})]

    all_of = ["list-a", "list-b", "list-c"]
    for text, expected in [
        ('display_name="nope"', []),
        ('display_name="LIST-A"', ["list-a"]),
        ('display_name!="LIST-A"', ["list-b", "list-c"]),
        ("labels.team=ml", ["list-a"]),
        ("labels.tier:*", ["list-b"]),
        ("labels:team", ["list-a", "list-b"]),
        ("endpoint=list-c", ["list-c"]),
        ("endpoint!=list-c", ["list-a", "list-b"]),
        ('displayName="LIST-B" AND labels.team="cv"', ["list-b"]),
        ('baseModelName="text-bison"', []),
    ]:
        with step("filters", f"endpoints with {text}"):
            equal(endpoints(filter=text), expected)
    for text, expected in [("model=fraud-detector", ["fraud-detector"]), ('display_name!="Fraud detector"', ["demand-forecast"])]:
        with step("filters", f"models with {text}"):
            equal(models(filter=text), expected)
    for text in ["(((", "display_name=", "endpoint"]:
        with step("filters", f"the filter {text} is rejected"), refused("INVALID_ARGUMENT"):
            endpoints(filter=text)
    with step("filters", "the high-level client finds by display name"):
        equal([one.name for one in aiplatform.Endpoint.list(filter='display_name="LIST-B"')], ["list-b"])

    with step("orders", "by display name, descending"):
        equal(endpoints(order_by="display_name desc"), all_of[::-1])
    with step("orders", "by time of creation"):
        equal(endpoints(order_by="create_time"), all_of)
    with step("orders", "an unknown field is rejected"), refused("INVALID_ARGUMENT"):
        endpoints(order_by="colour")

    with step("pages", "of endpoints"):
        pages = list(cloud.endpoints.list_endpoints({"parent": PLACE, "page_size": 1}).pages)
        equal([len(page.endpoints) for page in pages], [1, 1, 1])
        assert pages[0].next_page_token and not pages[-1].next_page_token
    with step("pages", "of models"):
        pages = list(cloud.models.list_models({"parent": PLACE, "page_size": 1}).pages)
        equal([len(page.models) for page in pages], [1, 1])
    with step("pages", "of versions"):
        request = {"name": f"{PLACE}/models/fraud-detector", "page_size": 2}
        equal([len(page.models) for page in cloud.models.list_model_versions(request).pages], [2, 1])
    with step("pages", "of operations have a token"):
        first = cloud.get(f"{PLACE}/operations?pageSize=2")
        rest = cloud.get(f"{PLACE}/operations?pageSize=2&pageToken={first['nextPageToken']}")
        equal((len(first["operations"]), len(rest["operations"])), (2, 1))
    with step("pages", "a negative size is rejected"), refused("INVALID_ARGUMENT"):
        list(cloud.endpoints.list_endpoints({"parent": PLACE, "page_size": -1}))
    with step("pages", "a token of another list is rejected"):
        token = next(cloud.endpoints.list_endpoints({"parent": PLACE, "page_size": 1}).pages).next_page_token
        with refused("INVALID_ARGUMENT"):
            models(page_token=token)

    with step("partial answers", "readMask of a list of endpoints"):
        (one,) = cloud.endpoints.list_endpoints({"parent": PLACE, "filter": "endpoint=list-a", "read_mask": {"paths": ["display_name"]}})
        equal((one.display_name, one.name, dict(one.labels)), ("LIST-A", "", {}))
    with step("partial answers", "readMask of a list of models"):
        found = cloud.models.list_models({"parent": PLACE, "read_mask": {"paths": ["display_name", "version_id"]}})
        equal([(one.version_id, one.name) for one in found], [("2", ""), ("3", "")])
    with step("partial answers", "a readMask with an unknown field is rejected"), refused("INVALID_ARGUMENT"):
        list(cloud.models.list_models({"parent": PLACE, "read_mask": {"paths": ["colour"]}}))
    with step("partial answers", "fields of a resource"):
        answer = cloud.raw("GET", f"/v1/{PLACE}/endpoints/list-a?fields=displayName,labels/team").json()
        equal(answer, {"displayName": "LIST-A", "labels": {"team": "ml"}})
        equal(sorted(answer), ["displayName", "labels"])
    with step("partial answers", "fields of a list"):
        answer = cloud.raw("GET", f"/v1/{PLACE}/endpoints?fields=endpoints(displayName)").json()
        assert answer == {"endpoints": [{"displayName": name.upper()} for name in all_of]}, answer
    with step("partial answers", "unknown fields are rejected"):
        answer = cloud.raw("GET", f"/v1/{PLACE}/endpoints?fields=endpoints(")
        equal((answer.status_code, answer.json()["error"]["status"]), (400, "INVALID_ARGUMENT"))

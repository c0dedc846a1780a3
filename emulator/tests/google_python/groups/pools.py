"""Pools of resources that several deployed models share."""

from harness import OFTEN, PLACE
from steps import equal, refused

MACHINE = {"machine_spec": {"machine_type": "n1-standard-4"}, "min_replica_count": 1, "max_replica_count": 2}
SUPPORTING = "us-docker.pkg.dev/vertex-ai/prediction/tf2-cpu.2-15:latest"


def run(cloud, scenario):
    step = scenario.step

    def create(pool_id, **fields):
        request = {
            "parent": PLACE,
            "deployment_resource_pool": {"dedicated_resources": MACHINE, **fields},
            "deployment_resource_pool_id": pool_id,
        }
        return cloud.pools.create_deployment_resource_pool(request).result(polling=OFTEN)

    name = f"{PLACE}/deploymentResourcePools/shared"
    with step("pools", "creation answers the resource"):
        made = create("shared", disable_container_logging=True)
        equal(made.name, "projects/123456789012/locations/us-central1/deploymentResourcePools/shared")
        equal(made.dedicated_resources.machine_spec.machine_type, "n1-standard-4")
        assert made.create_time and made.disable_container_logging, made
    with step("pools", "an id is required"), refused("INVALID_ARGUMENT", field="deployment_resource_pool_id"):
        create("")
    with step("pools", "resources are required"), refused(
        "INVALID_ARGUMENT", field="deployment_resource_pool.dedicated_resources"
    ):
        create("empty", dedicated_resources=None)
    with step("pools", "an impossible machine is rejected"), refused("INVALID_ARGUMENT"):
        create("odd", dedicated_resources={**MACHINE, "machine_spec": {"machine_type": "z9-mega"}})
    with step("pools", "an id that exists is rejected"), refused("ALREADY_EXISTS"):
        create("shared")
    with step("pools", "get"):
        equal(cloud.pools.get_deployment_resource_pool(name=name).dedicated_resources.max_replica_count, 2)
    with step("pools", "list, in pages"):
        create("second")
        pages = list(cloud.pools.list_deployment_resource_pools({"parent": PLACE, "page_size": 1}).pages)
        equal([len(page.deployment_resource_pools) for page in pages], [1, 1])
    with step("pools", "update"):
        sent = {"name": name, "dedicated_resources": {"min_replica_count": 2, "max_replica_count": 4}}
        mask = {"paths": ["dedicated_resources.min_replica_count", "dedicated_resources.max_replica_count"]}
        request = {"deployment_resource_pool": sent, "update_mask": mask}
        after = cloud.pools.update_deployment_resource_pool(request).result(polling=OFTEN)
        equal(after.dedicated_resources, {"min_replica_count": 2, "max_replica_count": 4})
        equal(after.dedicated_resources.machine_spec.machine_type, "n1-standard-4")
    with step("pools", "the machine cannot change"), refused("INVALID_ARGUMENT", field="update_mask"):
        mask = {"paths": ["dedicated_resources.machine_spec"]}
        cloud.pools.update_deployment_resource_pool({"deployment_resource_pool": {"name": name}, "update_mask": mask})

    with step("shared resources", "a model that supports them is deployed on the pool"):
        spec = {"display_name": "tf", "container_spec": {"image_uri": SUPPORTING}}
        request = {"parent": PLACE, "model": spec, "model_id": "tf"}
        cloud.models.upload_model(request).result(polling=OFTEN)
        endpoint = cloud.create_endpoint("on-pool")
        deployed = {"id": "1", "model": f"{PLACE}/models/tf", "shared_resources": name}
        request = {"endpoint": endpoint, "deployed_model": deployed, "traffic_split": {"0": 100}}
        cloud.endpoints.deploy_model(request).result(polling=OFTEN)
        (model,) = cloud.endpoints.get_endpoint(name=endpoint).deployed_models
        assert model.shared_resources.endswith("/deploymentResourcePools/shared"), model
    with step("shared resources", "a model that does not is refused"), refused(
        "INVALID_ARGUMENT", "'shared_resources' is not supported for Model"
    ):
        deployed = {"id": "2", "model": f"{PLACE}/models/fraud-detector", "shared_resources": name}
        cloud.endpoints.deploy_model(endpoint=cloud.create_endpoint("off-pool"), deployed_model=deployed, traffic_split={})
    with step("pools", "list their deployed models"):
        answer = cloud.pools.query_deployed_models(deployment_resource_pool=name)
        (page,) = answer.pages
        equal((page.total_deployed_model_count, page.total_endpoint_count), (1, 1))
        assert page.deployed_model_refs[0].endpoint.endswith("/endpoints/on-pool"), page
        equal(page.deployed_model_refs[0].deployed_model_id, "1")
    with step("pools", "one in use is not deleted"), refused("FAILED_PRECONDITION"):
        cloud.pools.delete_deployment_resource_pool(name=name)
    with step("pools", "delete"):
        second = f"{PLACE}/deploymentResourcePools/second"
        cloud.pools.delete_deployment_resource_pool(name=second).result(polling=OFTEN)
        with refused("NOT_FOUND"):
            cloud.pools.get_deployment_resource_pool(name=second)
    with step("pools", "operations below them are read"):
        found = cloud.get(f"{PLACE}/deploymentResourcePools/shared/operations")["operations"]
        assert len(found) == 2 and cloud.get(found[0]["name"])["done"], found

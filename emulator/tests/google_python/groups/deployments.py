"""Deployments: resources, machines, fields of a deployed model, stages, partial success, mutations, undeployments."""

from harness import FAST, MODEL, OFTEN, PLACE, STILL, aiplatform_v1
from steps import equal, failing, refused

METRICS = "aiplatform.googleapis.com/prediction/online/"
RESERVATION = "projects/acme-ml/zones/us-central1-a/reservations/ml"


def run(cloud, scenario):
    step = scenario.step
    name = cloud.create_endpoint("deployments")

    def resources(machine, **fields):
        return {"machine_spec": machine, "min_replica_count": 1, "max_replica_count": 2, **fields}

    def begin(deployed_id, endpoint=name, split=None, client=cloud.endpoints, **fields):
        deployed = {"id": deployed_id, "model": f"{MODEL}@3", **fields}
        return client.deploy_model({"endpoint": endpoint, "deployed_model": deployed, "traffic_split": split or {}})

    def shown(deployed_id, endpoint=name, client=cloud.endpoints):
        models = client.get_endpoint(name=endpoint).deployed_models
        return next(model for model in models if model.id == deployed_id)

    plain = resources({"machine_type": "n1-standard-4"})
    with step("deployments", "without a split no traffic moves"):
        begin("1", dedicated_resources=plain).result(polling=OFTEN)
        equal(dict(cloud.endpoints.get_endpoint(name=name).traffic_split), {})
    with step("deployments", "the deployed model has version, name, time and status"):
        model = shown("1")
        equal(model, {"model_version_id": "3", "display_name": "Fraud detector"})
        equal(model.model, "projects/123456789012/locations/us-central1/models/fraud-detector")
        equal(model.status.available_replica_count, 1)
        assert model.create_time and model.status.last_update_time, model
    with step("deployments", "an id that is taken is rejected"), refused("ALREADY_EXISTS"):
        begin("1", dedicated_resources=plain)
    with step("deployments", "an id of eleven digits is rejected"), refused("INVALID_ARGUMENT", field="deployed_model.id"):
        begin("12345678901", dedicated_resources=plain)
    with step("deployments", "a split that is not 100 is rejected"), refused("INVALID_ARGUMENT"):
        begin("2", split={"0": 50}, dedicated_resources=plain)

    with step("required fields", "model of a deployed model"), refused(
        "INVALID_ARGUMENT", "Field: deployed_model.model; Message: Required field is not set.", "deployed_model.model"
    ):
        begin("2", model="", dedicated_resources=plain)
    with step("required fields", "machine_spec"), refused(
        "INVALID_ARGUMENT", "Required field is not set.", "deployed_model.dedicated_resources.machine_spec"
    ):
        begin("2", dedicated_resources={"min_replica_count": 1})
    with step("required fields", "min_replica_count"), refused(
        "INVALID_ARGUMENT", field="deployed_model.dedicated_resources.min_replica_count"
    ):
        begin("2", dedicated_resources={"machine_spec": {"machine_type": "n1-standard-4"}})
    with step("required fields", "resources"), refused("INVALID_ARGUMENT"):
        begin("2")
    with step("required fields", "deployed_model_id of an undeployment"), refused("INVALID_ARGUMENT", field="deployed_model_id"):
        cloud.endpoints.undeploy_model(endpoint=name, deployed_model_id="", traffic_split={})
    with step("required fields", "several at once"), refused("INVALID_ARGUMENT", "2.Field: ", "deployed_model.model"):
        begin("2", model="", dedicated_resources={"min_replica_count": 1})

    with step("machines", "the default is n1-standard-2"):
        begin("3", dedicated_resources=resources({"machine_type": ""}) | {"machine_spec": {"accelerator_count": 0}}).result(polling=OFTEN)
        equal(shown("3").dedicated_resources.machine_spec.machine_type, "n1-standard-2")
    for text, machine in [
        ("an unknown size", {"machine_type": "n1-standard-9999"}),
        ("an unknown family", {"machine_type": "z9-mega"}),
        ("an accelerator of another machine", {"machine_type": "g2-standard-4", "accelerator_type": "NVIDIA_TESLA_T4", "accelerator_count": 1}),
        ("too many accelerators", {"machine_type": "g2-standard-4", "accelerator_type": "NVIDIA_L4", "accelerator_count": 2}),
        ("a machine without room for accelerators", {"machine_type": "e2-standard-4", "accelerator_type": "NVIDIA_TESLA_T4", "accelerator_count": 1}),
        ("a count that the machine does not take", {"machine_type": "n1-standard-4", "accelerator_type": "NVIDIA_TESLA_T4", "accelerator_count": 3}),
        ("a type without a count", {"machine_type": "n1-standard-4", "accelerator_type": "NVIDIA_TESLA_T4"}),
        ("a TPU machine without a topology", {"machine_type": "ct5lp-hightpu-4t"}),
        ("a TPU machine with another topology", {"machine_type": "ct5lp-hightpu-4t", "tpu_topology": "3x3"}),
        ("a topology without a TPU machine", {"machine_type": "n1-standard-4", "tpu_topology": "2x2"}),
        ("a partition with two accelerators", {"machine_type": "a2-highgpu-2g", "accelerator_type": "NVIDIA_TESLA_A100", "accelerator_count": 2, "gpu_partition_size": "1g.5gb"}),
    ]:
        with step("machines", f"{text} is rejected"), refused("INVALID_ARGUMENT"):
            begin("4", dedicated_resources=resources(machine))
    with step("machines", "a TPU machine with its topology"):
        begin("5", dedicated_resources=resources({"machine_type": "ct5lp-hightpu-4t", "tpu_topology": "2x2"})).result(polling=OFTEN)
        equal(shown("5").dedicated_resources.machine_spec.tpu_topology, "2x2")
    with step("machines", "fewer accelerators than the machine has"):
        machine = {"machine_type": "a3-highgpu-8g", "accelerator_type": "NVIDIA_H100_80GB", "accelerator_count": 2}
        begin("6", dedicated_resources=resources(machine)).result(polling=OFTEN)
        equal(shown("6").dedicated_resources.machine_spec.accelerator_count, 2)

    with step("automatic resources", "a model that supports none"), refused(
        "INVALID_ARGUMENT", "'automatic_resources' is not supported for Model"
    ):
        begin("7", automatic_resources={"min_replica_count": 1})
    with step("shared resources", "a pool that does not exist"), refused("NOT_FOUND"):
        begin("7", shared_resources=f"{PLACE}/deploymentResourcePools/none")

    with step("deployed models", "every field is kept"):
        machine = {
            "machine_type": "a2-highgpu-1g",
            "accelerator_type": "NVIDIA_TESLA_A100",
            "accelerator_count": 1,
            "gpu_partition_size": "1g.5gb",
            "reservation_affinity": {
                "reservation_affinity_type": "SPECIFIC_RESERVATION",
                "key": "compute.googleapis.com/reservation-name",
                "values": [RESERVATION],
            },
        }
        specs = [{"metric_name": METRICS + "cpu/utilization", "target": 80}, {"metric_name": METRICS + "accelerator/duty_cycle", "target": 70}]
        sent = aiplatform_v1.DeployedModel(
            id="8",
            model=f"{MODEL}@2",
            display_name="all",
            dedicated_resources=resources(machine, required_replica_count=1, autoscaling_metric_specs=specs, spot=True),
            enable_access_logging=True,
            disable_container_logging=True,
            disable_explanations=True,
            faster_deployment_config={"fast_tryout_enabled": True},
            system_labels={"a": "b"},
        )
        cloud.endpoints.deploy_model(endpoint=name, deployed_model=sent, traffic_split={}).result(polling=OFTEN)
        kept = shown("8")
        for field in ["display_name", "dedicated_resources", "enable_access_logging", "disable_container_logging", "disable_explanations", "faster_deployment_config", "system_labels"]:
            assert getattr(kept, field) == getattr(sent, field), f"{field}: {getattr(kept, field)}"
        equal(kept.model_version_id, "2")
    for text, fields in [
        ("a metric twice", {"autoscaling_metric_specs": [{"metric_name": METRICS + "cpu/utilization"}] * 2}),
        ("an unknown metric", {"autoscaling_metric_specs": [{"metric_name": METRICS + "mood"}]}),
        ("a duty cycle without accelerators", {"autoscaling_metric_specs": [{"metric_name": METRICS + "accelerator/duty_cycle"}]}),
        ("more required than least replicas", {"required_replica_count": 2}),
        ("fewer most than least replicas", {"min_replica_count": 3}),
        ("no replica at all", {"min_replica_count": 0}),
    ]:
        with step("deployed models", f"{text} is rejected"), refused("INVALID_ARGUMENT"):
            begin("9", dedicated_resources=resources({"machine_type": "n1-standard-4"}, **fields))
    for text, affinity in [
        ("a specific reservation without a name", {"reservation_affinity_type": "SPECIFIC_RESERVATION"}),
        ("any reservation with a name", {"reservation_affinity_type": "ANY_RESERVATION", "key": "k", "values": ["v"]}),
        ("a reservation without a type", {"key": "k", "values": ["v"]}),
    ]:
        with step("deployed models", f"{text} is rejected"), refused("INVALID_ARGUMENT"):
            begin("9", dedicated_resources=resources({"machine_type": "n1-standard-4", "reservation_affinity": affinity}))

    with step("scale to zero", "is kept by v1beta1"):
        sent = resources({"machine_type": "n1-standard-4"}, min_replica_count=0, initial_replica_count=1)
        sent["scale_to_zero_spec"] = {"min_scaleup_period": {"seconds": 300}, "idle_scaledown_period": {"seconds": 600}}
        begin("10", client=cloud.beta_endpoints, dedicated_resources=sent).result(polling=OFTEN)
        kept = shown("10", client=cloud.beta_endpoints).dedicated_resources
        equal((kept.initial_replica_count, kept.min_replica_count), (1, 0))
        equal(kept.scale_to_zero_spec.idle_scaledown_period.seconds, 600)
    with step("scale to zero", "a period below five minutes is rejected"), refused("INVALID_ARGUMENT"):
        sent = resources({"machine_type": "n1-standard-4"}, min_replica_count=0)
        sent["scale_to_zero_spec"] = {"idle_scaledown_period": {"seconds": 60}}
        begin("11", client=cloud.beta_endpoints, dedicated_resources=sent)
    with step("scale to zero", "v1 does not know it"):
        body = {"deployedModel": {"model": MODEL, "dedicatedResources": {"scaleToZeroSpec": {}}}}
        answer = cloud.raw("POST", f"/v1/{name}:deployModel", body).json()["error"]
        assert "Unknown name \"scaleToZeroSpec\" at 'deployed_model.dedicated_resources'" in answer["message"], answer
    with step("flex-start", "is kept by v1beta1"):
        sent = resources({"machine_type": "n1-standard-4"}, flex_start={"max_runtime_duration": {"seconds": 7200}})
        begin("12", client=cloud.beta_endpoints, dedicated_resources=sent).result(polling=OFTEN)
        equal(shown("12", client=cloud.beta_endpoints).dedicated_resources.flex_start.max_runtime_duration.seconds, 7200)
    with step("flex-start", "more than seven days is rejected"), refused("INVALID_ARGUMENT"):
        sent = resources({"machine_type": "n1-standard-4"}, flex_start={"max_runtime_duration": {"seconds": 604801}})
        begin("13", client=cloud.beta_endpoints, dedicated_resources=sent)

    with step("partial success", "the operation succeeds and the status tells"):
        cloud.control("settings", {"availableReplicas": 1})
        try:
            sent = resources({"machine_type": "n1-standard-4"}, min_replica_count=2, required_replica_count=1)
            begin("14", dedicated_resources=sent).result(polling=OFTEN)
        finally:
            cloud.control("settings", {"availableReplicas": None})
        status = shown("14").status
        equal(status.available_replica_count, 1)
        assert status.message, status
    with step("partial success", "fewer than required fail"):
        cloud.control("settings", {"availableReplicas": 1})
        try:
            with failing("", 503):
                sent = resources({"machine_type": "n1-standard-4"}, min_replica_count=2)
                begin("15", dedicated_resources=sent).result(polling=OFTEN)
        finally:
            cloud.control("settings", {"availableReplicas": None})

    with step("stages", "of a deployment that succeeds"):
        cloud.speed(STILL)
        operation = begin("16", dedicated_resources=plain)
        seen = []
        for _ in range(40):
            stage = operation.metadata.deployment_stage.name
            seen += [stage] if stage not in seen else []
            cloud.control("clock", {"advanceSeconds": 20})
            operation.done()
            if "SUCCESSFULLY_DEPLOYED" in seen:
                break
        cloud.speed(FAST)
        equal(seen, ["STARTING_DEPLOYMENT", "PREPARING_MODEL", "CREATING_SERVING_CLUSTER", "ADDING_NODES_TO_CLUSTER", "GETTING_CONTAINER_IMAGE", "STARTING_MODEL_SERVER", "FINISHING_UP", "SUCCESSFULLY_DEPLOYED"])
    with step("stages", "of one that fails"):
        cloud.fault(kind="failAtStage", stage="STARTING_MODEL_SERVER", code=9, message="Model server exited unexpectedly.")
        operation = begin("17", dedicated_resources=plain)
        with failing("Model server exited unexpectedly.", 400):
            operation.result(polling=OFTEN)
        equal(operation.metadata.deployment_stage.name, "FAILED_TO_DEPLOY")
    with step("stages", "of one that is cancelled"):
        cloud.speed(STILL)
        operation = begin("18", dedicated_resources=plain)
        assert cloud.raw("POST", f"/v1/{operation.operation.name}:cancel", {}).status_code == 200
        cloud.speed(FAST)
        with failing("cancelled"):
            operation.result(polling=OFTEN)
        equal(operation.metadata.deployment_stage.name, "DEPLOYMENT_TERMINATED")

    mutations(cloud, scenario, name)


def mutations(cloud, scenario, name):
    step = scenario.step

    def mutate(paths, deployed_id="1", **fields):
        request = {"endpoint": name, "deployed_model": {"id": deployed_id, **fields}, "update_mask": {"paths": paths}}
        return cloud.endpoints.mutate_deployed_model(request)

    counts = ["dedicated_resources.min_replica_count", "dedicated_resources.max_replica_count"]
    with step("mutations", "numbers of replicas"):
        sent = {"min_replica_count": 2, "max_replica_count": 5}
        done = mutate(counts, dedicated_resources=sent).result(polling=OFTEN).deployed_model
        equal(done.dedicated_resources, sent)
        equal(done.dedicated_resources.machine_spec.machine_type, "n1-standard-4")
    with step("mutations", "autoscaling and container logs"):
        sent = {"autoscaling_metric_specs": [{"metric_name": METRICS + "cpu/utilization", "target": 50}]}
        paths = ["dedicated_resources.autoscaling_metric_specs", "disable_container_logging"]
        done = mutate(paths, dedicated_resources=sent, disable_container_logging=True).result(polling=OFTEN).deployed_model
        equal(done.dedicated_resources.autoscaling_metric_specs[0].target, 50)
        equal(done.disable_container_logging, True)
    with step("mutations", "another field is rejected"), refused("INVALID_ARGUMENT"):
        mutate(["service_account"], service_account="x@acme-ml.iam.gserviceaccount.com")
    with step("mutations", "no mask is rejected"), refused("INVALID_ARGUMENT", field="update_mask"):
        mutate([])
    with step("mutations", "a model that is not deployed"), refused("INVALID_ARGUMENT"):
        mutate(counts, deployed_id="99", dedicated_resources={"min_replica_count": 1, "max_replica_count": 1})

    with step("undeployments", "take effect at the operation's end"):
        cloud.speed(STILL)
        future = cloud.endpoints.undeploy_model(endpoint=name, deployed_model_id="3", traffic_split={})
        ids = [model.id for model in cloud.endpoints.get_endpoint(name=name).deployed_models]
        assert "3" in ids, ids
        cloud.speed(FAST)
        future.result(polling=OFTEN)
        ids = [model.id for model in cloud.endpoints.get_endpoint(name=name).deployed_models]
        assert "3" not in ids, ids
    with step("undeployments", "of a model with traffic are refused"):
        sent = {"name": name, "traffic_split": {"1": 60, "5": 40}}
        cloud.endpoints.update_endpoint(endpoint=sent, update_mask={"paths": ["traffic_split"]})
        with refused("FAILED_PRECONDITION"):
            cloud.endpoints.undeploy_model(endpoint=name, deployed_model_id="5", traffic_split={})
    with step("undeployments", "may send the traffic elsewhere"):
        cloud.endpoints.undeploy_model(endpoint=name, deployed_model_id="5", traffic_split={"1": 100}).result(polling=OFTEN)
        equal(dict(cloud.endpoints.get_endpoint(name=name).traffic_split), {"1": 100})
    with step("deletions", "a deployed model stays"), refused("FAILED_PRECONDITION", "is deployed or being deployed at the following Endpoint(s)"):
        cloud.models.delete_model(name=MODEL)

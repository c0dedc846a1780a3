"""Model Garden: publisher models, their deployment, Hugging Face models, own weights."""

from harness import OFTEN, PLACE
from steps import equal, failing, refused

GEMMA = "publishers/google/models/gemma3@gemma-3-1b-it"


def run(cloud, scenario):
    step = scenario.step

    def deploy(client=cloud.garden, **request):
        return client.deploy({"destination": PLACE, **request}).result(polling=OFTEN)

    with step("publisher models", "list tested combinations"):
        # Google's client of v1 does not know the field yet.
        model = cloud.beta_garden.get_publisher_model(name="publishers/google/models/gemma3")
        options = model.supported_actions.multi_deploy_vertex.multi_deploy_vertex
        assert len(options) > 1 and all(option.container_spec.image_uri for option in options), model
        machines = {option.dedicated_resources.machine_spec.machine_type for option in options}
        assert "g2-standard-12" in machines, machines
    with step("publisher models", "one of Hugging Face"):
        request = {"name": "publishers/meta-llama/models/llama-3.1-8b-instruct", "is_hugging_face_model": True}
        options = cloud.beta_garden.get_publisher_model(request).supported_actions.multi_deploy_vertex.multi_deploy_vertex
        assert options[0].dedicated_resources.machine_spec.accelerator_type.name == "NVIDIA_L4", options
    with step("publisher models", "an unknown one"), refused("NOT_FOUND"):
        cloud.garden.get_publisher_model(name="publishers/google/models/surprise")

    with step("Model Garden", "deploys a publisher model on a dedicated endpoint"):
        config = {"endpoint_user_id": "gemma", "endpoint_display_name": "Gemma"}
        done = deploy(publisher_model_name=GEMMA, model_config={"accept_eula": True, "model_user_id": "gemma"}, endpoint_config=config)
        equal(done, {"publisher_model": GEMMA, "endpoint": "projects/123456789012/locations/us-central1/endpoints/gemma"})
        equal(done.model, "projects/123456789012/locations/us-central1/models/gemma")
        endpoint = cloud.endpoints.get_endpoint(name=done.endpoint)
        equal((endpoint.display_name, endpoint.dedicated_endpoint_enabled), ("Gemma", True))
        equal(dict(endpoint.traffic_split), {endpoint.deployed_models[0].id: 100})
        model = cloud.models.get_model(name=done.model)
        equal(model.base_model_source.model_garden_source.public_model_name, "publishers/google/models/gemma3")
    with step("Model Garden", "without the licence it is refused"), refused("PERMISSION_DENIED", "EULA"):
        deploy(publisher_model_name=GEMMA)
    with step("Model Garden", "own resources and container are used"):
        machine = {"machine_type": "g2-standard-24", "accelerator_type": "NVIDIA_L4", "accelerator_count": 2}
        resources = {"machine_spec": machine, "min_replica_count": 1, "max_replica_count": 1, "spot": True}
        container = {"image_uri": "us-docker.pkg.dev/vertex-ai/vertex-vision-model-garden-dockers/pytorch-vllm-serve:1", "args": ["--max-model-len=2048"]}
        done = deploy(
            publisher_model_name=GEMMA,
            model_config={"accept_eula": True, "container_spec": container},
            endpoint_config={"dedicated_endpoint_disabled": True},
            deploy_config={"dedicated_resources": resources},
        )
        endpoint = cloud.endpoints.get_endpoint(name=done.endpoint)
        kept = endpoint.deployed_models[0].dedicated_resources
        equal((kept.machine_spec.accelerator_count, kept.spot, endpoint.dedicated_endpoint_enabled), (2, True, False))
        equal(list(cloud.models.get_model(name=done.model).container_spec.args), ["--max-model-len=2048"])
    with step("Model Garden", "an unknown model"), refused("NOT_FOUND"):
        deploy(publisher_model_name="publishers/google/models/surprise@001")
    with step("Model Garden", "no model"), refused("INVALID_ARGUMENT"):
        deploy()
    with step("Model Garden", "a failure removes the endpoint and the model"):
        cloud.fault(kind="failAtStage", stage="STARTING_MODEL_SERVER", code=9, message="Model server exited unexpectedly.")
        config = {"accept_eula": True, "model_user_id": "failed"}
        with failing("Model server exited unexpectedly."):
            deploy(publisher_model_name=GEMMA, model_config=config, endpoint_config={"endpoint_user_id": "failed"})
        with refused("NOT_FOUND"):
            cloud.endpoints.get_endpoint(name=f"{PLACE}/endpoints/failed")

    with step("Hugging Face", "a model without a gate"):
        done = deploy(hugging_face_model_id="Qwen/Qwen3-0.6B", endpoint_config={"endpoint_user_id": "qwen"})
        equal(done.publisher_model, "publishers/hf-qwen/models/qwen3-0.6b@001")
    with step("Hugging Face", "a gated model without a token"), refused("INVALID_ARGUMENT", "Hugging Face access token"):
        deploy(hugging_face_model_id="meta-llama/Llama-3.1-8B-Instruct", model_config={"accept_eula": True})
    with step("Hugging Face", "a gated model with a token, which no answer holds"):
        config = {"accept_eula": True, "hugging_face_access_token": "hf_secret_of_the_test"}
        deploy(hugging_face_model_id="meta-llama/Llama-3.1-8B-Instruct", model_config=config, endpoint_config={"endpoint_user_id": "llama"})
        assert "hf_secret_of_the_test" not in str(cloud.control("state")), "the state holds the token"

    with step("own weights", "a known family is deployed by v1beta1"):
        weights = {"gcs_uri": "gs://acme-models/gemma-tuned"}
        done = deploy(cloud.beta_garden, custom_model=weights, endpoint_config={"endpoint_user_id": "tuned"})
        assert done.endpoint.endswith("/endpoints/tuned") and done.model, done
    with step("own weights", "v1 does not know them"):
        answer = cloud.raw("POST", f"/v1/{PLACE}:deploy", {"customModel": {"gcsUri": "gs://acme-models/gemma-tuned"}})
        assert "Unknown name \"customModel\"" in answer.json()["error"]["message"], answer.text
    with step("recommendations", "machines for weights of a known family"):
        request = {"parent": PLACE, "gcs_uri": "gs://acme-models/gemma-tuned", "check_user_quota": True}
        answer = cloud.beta_models.recommend_spec(request)
        assert answer.base_model and answer.recommendations, answer
        for one in answer.recommendations:
            assert one.region and one.spec.machine_spec.machine_type and one.spec.container_spec.image_uri, one
            equal(one.user_quota_state.name, "QUOTA_STATE_USER_HAS_QUOTA")
    with step("recommendations", "weights of an unknown family"), refused("INVALID_ARGUMENT"):
        cloud.beta_models.recommend_spec({"parent": PLACE, "gcs_uri": "gs://acme-models/fraud/3"})
    with step("recommendations", "weights are required"), refused("INVALID_ARGUMENT", field="gcs_uri"):
        cloud.beta_models.recommend_spec({"parent": PLACE})
